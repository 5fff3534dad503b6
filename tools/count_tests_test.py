#!/usr/bin/python3
"""What tools/count_tests makes of a build event file and the XML that it names."""
import json
import os
import subprocess
import tempfile
import unittest

COUNT_TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "count_tests")

THREE_CASES = """<testsuites><testsuite>
  <testcase name="good"/>
  <testcase name="bad"><failure message="no"/></testcase>
  <testcase name="left out"><skipped/></testcase>
</testsuite></testsuites>"""


class CountTestsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.events = []

    def tearDown(self):
        self.folder.cleanup()

    def add_result(self, label, status, xml=None):
        outputs = []
        if xml is not None:
            path = os.path.join(self.folder.name, "test %d.xml" % len(self.events))
            with open(path, "w") as f:
                f.write(xml)
            outputs = [{"name": "test.xml", "uri": "file://" + path.replace(" ", "%20")}]
        self.events.append({"id": {"testResult": {"label": label}},
                            "testResult": {"status": status, "testActionOutput": outputs}})

    def add_summary(self, label, status):
        self.events.append({"id": {"testSummary": {"label": label}}, "testSummary": {"overallStatus": status}})

    def lines(self):
        path = os.path.join(self.folder.name, "events.json")
        with open(path, "w") as f:
            f.writelines(json.dumps(event) + "\n" for event in self.events)
        out = subprocess.run([COUNT_TESTS, path], stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
        return out.splitlines()

    def test_cases_of_every_target_are_added_up(self):
        self.add_result("//a", "FAILED", THREE_CASES)
        self.add_result("//b", "PASSED", "<testsuite><testcase name='x'/><testcase status='notrun'/></testsuite>")
        self.assertEqual(self.lines()[-2:], ["2 skipped as unsupported", "2 passed, 1 failed"])

    def test_what_failed_is_told_in_its_own_words(self):
        self.add_result("//a", "FAILED", """<testsuites><testsuite><testcase name="good" classname="queue"/>
            <testcase name="get.waits" classname="queue"><failure message="short">put():\n  it returned 7</failure>
            </testcase><testcase name="silent"><failure message="only this"/></testcase></testsuite></testsuites>""")
        self.assertEqual(self.lines()[:-2], ["failed: //a queue.get.waits", "    put():", "      it returned 7",
                                             "failed: //a silent", "    only this"])

    def test_of_a_programs_long_log_the_end_is_told(self):
        log = "\n".join("line %d" % number for number in range(100))
        self.add_result("//a", "FAILED", """<testsuites><testsuite><testcase name="a"><error message="exited with 1"/>
            </testcase><system-out>%s</system-out></testsuite></testsuites>""" % log)
        lines = self.lines()
        self.assertEqual((lines[0], lines[1], lines[-3]), ("failed: //a a", "    line 60", "    line 99"))

    def test_a_target_without_cases_is_one_case(self):
        self.add_result("//shell", "PASSED")
        self.add_result("//flaky", "FLAKY", "<testsuites/>")
        self.assertEqual(self.lines()[-1], "2 passed, 0 failed")

    def test_a_target_that_failed_without_a_failed_case_is_named(self):
        self.add_result("//crashed", "FAILED", "<testsuite><testcase name='ran before it'/></testsuite>")
        self.add_result("//timed_out", "TIMEOUT")
        self.add_result("//torn", "FAILED", "<testsuite><testca")
        self.assertEqual(self.lines(), ["no result: //crashed", "no result: //timed_out", "no result: //torn",
                                        "0 skipped as unsupported", "1 passed, 3 failed"])

    def test_a_target_that_was_not_built_is_a_failure_though_others_failed_too(self):
        self.add_result("//a", "FAILED", THREE_CASES)
        self.add_summary("//a", "FAILED")
        self.add_summary("//b", "FAILED_TO_BUILD")
        self.add_summary("//c", "NO_STATUS")
        self.assertEqual(self.lines()[-1], "1 passed, 3 failed")

    def test_other_events_count_nothing(self):
        self.events.append({"id": {"started": {}}, "started": {"command": "test"}})
        self.assertEqual(self.lines(), ["0 skipped as unsupported", "0 passed, 0 failed"])


if __name__ == "__main__":
    unittest.main()
