#!/usr/bin/python3
"""The runner as its users meet it: exit codes, waivers, results, the line that shows a violation again.

Its testees are CPython's threads behind multiprocessing's names, of which HOLDS and VIOLATED are known, and
programs that are no adapters.
"""
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

RUNNER, ADAPTER = (os.path.abspath(path) for path in sys.argv[1:3])
DUMMY = ["/usr/bin/python3", ADAPTER, "--module=multiprocessing.dummy"]
HOLDS = "queue.get.raises_empty_after_timeout"
VIOLATED = "pipe.full_direction_leaves_the_other_free"
UNSUPPORTED = "process.kill_ends_it_by_signal"
# What Bazel tells this test (where its XML goes, which shard it is) is not for the runners that it starts.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("GTEST_", "TEST_", "XML_"))}


class RunnerTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name, text=None):
        path = os.path.join(self.folder.name, name)
        if text is not None:
            with open(path, "w") as f:
                f.write(text)
        return path

    def text(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def run_it(self, *flags, testee=DUMMY, **environment):
        """Runs the runner; returns its exit code and all that it printed."""
        ended = subprocess.run([RUNNER, *flags] + (["--"] + testee if testee else []),
                               env=dict(ENVIRONMENT, **environment), cwd=self.folder.name,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        return ended.returncode, ended.stdout

    def rows(self, name):
        return [json.loads(line) for line in self.text(name).splitlines()]

    # ---- Exit codes ----

    def test_claim_that_holds_gives_0(self):
        code, said = self.run_it("--gtest_filter=" + HOLDS)
        self.assertEqual(code, 0, said)
        self.assertIn("1 judged, 0 not as expected, 0 waived, 0 unsupported, 0 could not be judged", said)

    def test_violation_gives_1_and_says_all_about_it(self):
        code, said = self.run_it("--gtest_filter=" + VIOLATED)
        self.assertEqual(code, 1, said)
        for part in (VIOLATED + " (MUST): violated", "While a send waits for room, messages still pass the other way.",
                     "Expected: blocks", "Actual: main: ", "pipe.new()", "-> returned \"meanwhile\"",
                     "main's process: exit code 0"):
            self.assertIn(part, said)
        times = [float(t) for t in re.findall(r"^ +([0-9.]+) +[0-9.]+  (?:main|p1|t1)", said, re.M)]
        self.assertGreater(len(times), 5)
        self.assertEqual(times, sorted(times))

    def test_line_that_reproduces_a_violation_does(self):
        _, said = self.run_it("--gtest_filter=" + VIOLATED)
        line = said.partition("To see it again:\n")[2].splitlines()[0]
        again = subprocess.run(shlex.split(line), env=ENVIRONMENT, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, universal_newlines=True)
        self.assertEqual(again.returncode, 1, again.stdout)
        self.assertIn(VIOLATED + " (MUST): violated", again.stdout)

    def test_no_adapter_at_all_gives_2_whatever_the_waivers_say(self):
        waivers = self.path("waivers", "queue.*  # it has none\n")
        for testee in (["/bin/true"], ["/bin/false"], ["/nonexistent/adapter"]):
            with self.subTest(testee):
                code, said = self.run_it("--gtest_filter=" + HOLDS, "--waivers=" + waivers, "--time-scale=0.1",
                                         testee=testee)
                self.assertEqual(code, 2, said)
                self.assertIn("adapter_error", said)

    def test_no_claim_judged_gives_2(self):
        code, said = self.run_it("--gtest_filter=queue.no_such_claim")
        self.assertEqual(code, 2, said)
        self.assertIn("the filter matches none", said)
        code, said = self.run_it("--gtest_filter=" + UNSUPPORTED)
        self.assertEqual(code, 2, said)
        self.assertIn("the implementation supports none", said)

    def test_wrong_usage_gives_64_and_says_what_is_wrong(self):
        for flags, testee, wrong in (
                ([], [], "no adapter to run"),
                (["--colour=red"], DUMMY, "--colour"),
                (["--time-scale=0"], DUMMY, "--time-scale must be more than 0"),
                (["--time-scale=fast"], DUMMY, "--time-scale"),
                (["stray"], DUMMY, "'stray': the adapter goes behind --"),
                (["--update-waivers"], DUMMY, "--update-waivers needs --waivers=FILE"),
                (["--waivers=nowhere"], DUMMY, "nowhere: no such waivers file"),
                (["--waivers=" + self.path("bare", "queue.*\n")], DUMMY, "bare:1"),
                (["--waivers=" + self.path("stale", "# known\nqueue.no_such_claim  # why\n")], DUMMY, "stale:2")):
            with self.subTest(wrong):
                code, said = self.run_it(*flags, testee=testee)
                self.assertEqual(code, 64, said)
                self.assertIn(wrong, said)

    # ---- Waivers ----

    def test_waived_violation_gives_0(self):
        code, said = self.run_it("--gtest_filter=" + VIOLATED, "--waivers=" + self.path("w", VIOLATED + "  # known\n"))
        self.assertEqual(code, 0, said)
        self.assertIn("1 waived", said)

    def test_waived_claim_that_holds_gives_1_and_names_the_line(self):
        waivers = self.path("w", "# x\n" + HOLDS + "  # known\n")
        code, said = self.run_it("--gtest_filter=" + HOLDS, "--waivers=" + waivers)
        self.assertEqual(code, 1, said)
        self.assertIn("w:2 (", said)

    def test_updated_waivers_are_those_that_the_next_run_needs(self):
        waivers = self.path("w", "# Kept.\n%s  # held since\nlock.acquire_obeys_its_timeout  # did not run\n" % HOLDS)
        both = "--gtest_filter=%s:%s" % (HOLDS, VIOLATED)
        self.assertEqual(self.run_it(both, "--waivers=" + waivers, "--update-waivers")[0], 1)
        text = self.text("w")
        self.assertIn("# Kept.\n", text)
        self.assertNotIn(HOLDS, text)
        self.assertIn("lock.acquire_obeys_its_timeout  # did not run\n", text)
        self.assertIn("\n" + VIOLATED + "  # ", text)
        code, said = self.run_it(both, "--waivers=" + waivers)
        self.assertEqual(code, 0, said)

    # ---- Results ----

    def test_results_and_xml_tell_every_verdict(self):
        three = "--gtest_filter=%s:%s:%s" % (HOLDS, VIOLATED, UNSUPPORTED)
        code, said = self.run_it(three, "--name=threads", "--results=r.jsonl", "--gtest_output=xml:r.xml")
        self.assertEqual(code, 1, said)
        header, *rows = self.rows("r.jsonl")
        self.assertEqual((header["mpcheck_results"], header["testee"]), (1, "threads"))
        verdicts = {row["claim"]: (row["verdict"], row["standing"]) for row in rows}
        self.assertEqual(verdicts, {HOLDS: ("holds", "as_expected"), VIOLATED: ("violated", "unexpected"),
                                    UNSUPPORTED: ("unsupported", "as_expected")})
        cases = {}
        for case in xml.etree.ElementTree.parse(self.path("r.xml")).iter("testcase"):
            told = {p.get("name"): p.get("value") for p in case.iter("property")}
            cases["%s.%s" % (case.get("classname"), case.get("name"))] = (
                told["verdict"], case.find("failure") is not None, case.find("skipped") is not None)
        self.assertEqual(cases, {HOLDS: ("holds", False, False), VIOLATED: ("violated", True, False),
                                 UNSUPPORTED: ("unsupported", False, True)})

    def test_shards_share_the_claims(self):
        found = []
        for index in range(2):
            name = "shard%d.jsonl" % index
            code, said = self.run_it("--gtest_filter=simple_queue.*:event.*", "--results=" + name,
                                     GTEST_TOTAL_SHARDS="2", GTEST_SHARD_INDEX=str(index))
            self.assertIn(code, (0, 1), said)
            found.append({row["claim"] for row in self.rows(name)[1:]})
        _, listed = self.run_it("--list", testee=[])
        wanted = {line.split()[0] for line in listed.splitlines() if line.startswith(("simple_queue.", "event."))}
        self.assertGreater(min(map(len, found)), 5)
        self.assertFalse(found[0] & found[1])
        self.assertEqual(found[0] | found[1], wanted)

    def test_killed_run_keeps_what_it_has_and_takes_its_testee_along(self):
        results = self.path("r.jsonl", "")
        runner = subprocess.Popen([RUNNER, "--gtest_filter=queue.*", "--results=" + results, "--"] + DUMMY,
                                  env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        while len(self.text("r.jsonl").splitlines()) < 4 and runner.poll() is None:
            time.sleep(0.01)
        children = children_of(runner.pid)
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        self.assertTrue(children)
        lines = self.text("r.jsonl").splitlines()
        self.assertGreaterEqual(len(lines), 4)
        for line in lines:
            json.loads(line)
        for child in children:
            while lives(child):  # or the test never ends
                time.sleep(0.01)


def lives(pid):
    try:
        with open("/proc/%s/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return f.read().split()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
