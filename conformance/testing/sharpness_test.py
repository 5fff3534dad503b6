#!/usr/bin/python3
"""The sharpness tool as its users meet it: what is caught, missed, not judged or doubtful, and how it is interrupted.

It plants faults of its own in the package of this machine's Python, and asks a claim or two.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TOOL, RUNNER, ADAPTER = (os.path.abspath(path) for path in sys.argv[1:4])
PYTHON = "/usr/bin/python3"
TIMEOUT = "queue.get.raises_empty_after_timeout"
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("GTEST_", "TEST_", "XML_"))}


def fault(name, find, replace, file="queues.py", **more):
    return dict({"id": name, "file": file, "area": "queue", "find": find, "replace": replace,
                 "breaks": "what " + name + " breaks"}, **more)


# Where every get() of a queue begins.
GET = "    def get(self, block=True, timeout=None):\n        if self._closed:\n"
WRONG_ERROR = fault("wrong-error", GET, GET.replace("        if self", "        timeout = None\n        if self"))
SAME = fault("same", GET, GET.replace("if self._closed:", "if self._closed is True:"))
ELSEWHERE = fault("elsewhere", "no such text", "")


class SharpnessTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        os.mkdir(self.root + "/faults")

    def command(self, faults, *flags):
        with open(self.root + "/faults/some.json", "w") as f:
            json.dump(faults, f)
        one = {"name": "python", "command": [PYTHON, ADAPTER, "--start-method=fork"], "kind": "package",
               "faults": self.root + "/faults"}
        if os.path.exists(self.root + "/waivers.txt"):
            one["waivers"] = self.root + "/waivers.txt"
        return [TOOL, "--root=" + self.root, "--runner=" + RUNNER, "--implementations=" + json.dumps([one]),
                "--filter=" + TIMEOUT, *flags]

    def run_it(self, faults, *flags, **environment):
        ended = subprocess.run(self.command(faults, *flags), env=dict(ENVIRONMENT, **environment),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        return ended.returncode, ended.stdout

    def results(self):
        with open(self.root + "/results/sharpness/latest/python.jsonl") as f:
            return {row["fault"]: row for row in map(json.loads, f)}

    def test_a_fault_is_caught_by_the_claim_that_it_breaks(self):
        code, said = self.run_it([WRONG_ERROR])
        self.assertEqual(code, 0, said)
        self.assertRegex(said, "caught +wrong-error .* " + re.escape(TIMEOUT))
        self.assertIn("python: 1 of 1 faults caught (100.0 %)", said)
        self.assertEqual(self.results()["wrong-error"]["caught_by"], [TIMEOUT])

    def test_a_fault_that_nobody_can_see_is_missed(self):
        code, said = self.run_it([SAME, WRONG_ERROR])
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "MISSED +same .* what same breaks")
        self.assertIn("1 of 2 faults caught (50.0 %)", said)
        code, said = self.run_it([SAME, WRONG_ERROR], "--bound=50")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.run_it([SAME, WRONG_ERROR], "--only=wrong")[0], 0)

    def test_an_equivalent_one_is_counted_and_not_planted(self):
        code, said = self.run_it([dict(SAME, equivalent="it is the same"), WRONG_ERROR])
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^all +1 +1 +0 +0 +0 +1$")
        self.assertNotIn("same", self.results())

    def test_a_miss_may_be_explained_and_is_one_all_the_same(self):
        code, said = self.run_it([dict(SAME, unseen="nobody looks there"), dict(WRONG_ERROR, unseen="so one thought")])
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "MISSED +same .* what same breaks; why: nobody looks there")
        self.assertNotIn("so one thought", said)
        self.assertRegex(said, r"(?m)^all +2 +1 +1 +1 +0 +0$")

    def test_text_that_does_not_occur_can_not_be_judged(self):
        code, said = self.run_it([ELSEWHERE, WRONG_ERROR])
        self.assertEqual(code, 2, said)
        self.assertRegex(said, "NOT JUDGED elsewhere .* its text occurs 0 times in queues.py, not once")
        self.assertIn("1 of 1 faults caught", said)

    def test_what_fails_only_once_is_doubtful_and_catches_nothing(self):
        mark = self.root + "/mark"
        once = GET.replace("        if self", "        import os\n        if not os.path.exists(%r):\n"
                           "            open(%r, 'w').close()\n            timeout = None\n        if self"
                           % (mark, mark))
        code, said = self.run_it([fault("once", GET, once)])
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "MISSED +once .*doubtful: " + re.escape(TIMEOUT))
        self.assertEqual(self.results()["once"]["doubtful"], [TIMEOUT])

    def test_what_fails_on_the_untouched_one_too_is_doubtful_and_catches_nothing(self):
        # The second run of the untouched one, and every later one, judges nothing.
        runner, mark = self.root + "/runner", self.root + "/mark"
        with open(runner, "w") as f:
            f.write("#!/bin/sh\nif [ -z \"$PYTHONPATH\" ]; then\n  [ ! -e %s ] || exit 1\n  touch %s\nfi\n"
                    "exec %s \"$@\"\n" % (mark, mark, RUNNER))
        os.chmod(runner, 0o755)
        code, said = self.run_it([WRONG_ERROR], "--runner=" + runner, "--jobs=1")
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "MISSED +wrong-error .*doubtful: " + re.escape(TIMEOUT))

    def test_a_claim_that_is_a_race_of_the_implementation_catches_nothing(self):
        with open(self.root + "/waivers.txt", "w") as f:
            f.write("# What it does not do.\n\ninclude others.txt  # the same package\n")
        with open(self.root + "/others.txt", "w") as f:
            f.write("sometimes:queue.get.raises_* [<9]  # a race\n")
        code, said = self.run_it([WRONG_ERROR], "--filter=%s:queue.order.is_first_in_first_out" % TIMEOUT)
        self.assertEqual(code, 1, said)
        self.assertIn("1 claims hold untouched", said)

    def test_an_implementation_that_cannot_be_judged_untouched_is_no_ground_for_anything(self):
        code, said = self.run_it([WRONG_ERROR], "--filter=no.such_claim")
        self.assertEqual(code, 2, said)
        self.assertIn("no claim holds; is the filter right?", said)

    def test_wrong_usage(self):
        for flag in ("--jobs=0", "--bound=101", "--nonsense"):
            self.assertEqual(self.run_it([WRONG_ERROR], flag)[0], 64)
        code, said = self.run_it([dict(WRONG_ERROR, file=None, odd=1)])
        self.assertEqual(code, 2, said)
        self.assertIn("fault wrong-error: unknown member 'odd'", said)

    def test_interrupted_it_keeps_what_is_done_and_leaves_nothing(self):
        stuck = GET.replace("        if self", "        import time\n        time.sleep(1000)\n        if self")
        token = os.path.basename(self.root)
        # What was missed before comes first, so that the second one is under way when the first is done.
        os.makedirs(self.root + "/results/sharpness/known")
        with open(self.root + "/results/sharpness/known/python.json", "w") as f:
            json.dump({"same": []}, f)
        process = subprocess.Popen(self.command([fault("stuck", GET, stuck), SAME], "--jobs=1"),
                                   env=dict(ENVIRONMENT, SHARPNESS_TEST=token), stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, universal_newlines=True)
        self.assertIn("same", process.stdout.readline())
        scratch = self.eventually(lambda: self.scratch_folders(token))
        process.send_signal(signal.SIGINT)
        said = process.communicate()[0]
        self.assertEqual(process.returncode, 2, said)
        self.assertIn("Interrupted: 1 of 2 faults were judged", said)
        self.assertEqual(list(self.results()), ["same"])
        self.assertEqual(self.with_token(token), [])
        self.assertEqual([each for each in scratch if os.path.exists(each)], [])

    def eventually(self, ask):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = ask()
            if answer:
                return answer
            time.sleep(0.01)
        self.fail("it never came true")

    def with_token(self, token):
        """The processes whose environment has this session's mark."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/environ" % pid, "rb") as f:
                    if ("SHARPNESS_TEST=" + token).encode() in f.read():
                        found.append(int(pid))
            except OSError:
                pass  # it has ended, or is another user's
        return found

    def scratch_folders(self, token):
        folders = set()
        for pid in self.with_token(token):
            try:
                folders.add(os.path.dirname(os.readlink("/proc/%d/cwd" % pid)))
            except OSError:
                pass
        return {each for each in folders if each.startswith("/tmp/mpcheck-")}


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv[:1])
