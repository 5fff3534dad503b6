#!/usr/bin/python3
"""mpcheck smoke and lint against adapters that are whole, and against those that are broken in one place each.

The broken ones stand in broken_adapters/: the first line of each says what it does, `# smoke:` lines which check fails
and a part of what is said about it, `# lint:` a part of what lint says. No other check may fail.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

MPCHECK, RUNNER, PYTHON_ADAPTER, KIT_QUEUES, KIT_PROCESSES = (os.path.abspath(path) for path in sys.argv[1:6])
BROKEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken_adapters")
PYTHON = "/usr/bin/python3"
TWO_CLAIMS = "queue.get.raises_empty_after_timeout:queue.get.zero_timeout_does_not_wait"
SHORT = "--time-scale=0.5"  # some of what is broken is found only by patience that ends; a busy machine needs some
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_", "XML_"))}


def run(*words):
    ended = subprocess.run([MPCHECK, *words], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           universal_newlines=True)
    return ended.returncode, ended.stdout


def expectations(path, kind):
    with open(path) as source:
        return [line[len(kind) + 4:].strip() for line in source if line.startswith("# %s: " % kind)]


def failures(said):
    """Title -> what is said of it, in one line."""
    found, title = {}, None
    for line in said.splitlines():
        head = re.match("  (ok  |FAIL|note| -  )  ([^:]*)", line)
        if head:
            title = head.group(2) if head.group(1) == "FAIL" else None
            if title:
                found[title] = ""
        elif title and line.startswith("   "):
            found[title] += line.strip() + " "
    return found


class WholeTest(unittest.TestCase):
    def assert_whole(self, *adapter):
        code, said = run("smoke", "--", *adapter)
        self.assertEqual((code, failures(said)), (0, {}), said)
        self.assertIn("All is well", said)
        return said

    def test_whole_adapter_without_a_kit(self):
        said = self.assert_whole(PYTHON, os.path.join(BROKEN, "whole.py"))
        self.assertIn("ok    waits, and may be killed meanwhile: that it waits is proved", said)
        self.assertIn("ok    has children that obey: and take an object with them", said)

    def test_adapter_of_queues_only(self):
        said = self.assert_whole(PYTHON, KIT_QUEUES)
        self.assertIn(" -    has children that obey: it offers no process", said)

    def test_adapter_of_processes(self):
        self.assert_whole(PYTHON, KIT_PROCESSES)

    def test_the_adapter_for_python(self):
        for flag in ("--start-method=fork", "--start-method=spawn", "--module=multiprocessing.dummy"):
            self.assert_whole(PYTHON, PYTHON_ADAPTER, flag)

    def test_polling_is_noted(self):
        code, said = run("smoke", SHORT, "--", PYTHON, os.path.join(BROKEN, "polls.py"))
        self.assertEqual(code, 0, said)
        self.assertIn("note  waits, and may be killed meanwhile: that it waits is presumed, not proved", said)

    def test_lint_of_a_whole_one_finds_nothing(self):
        code, said = run("lint", "--runner=" + RUNNER, "--filter=queue.*", "--", PYTHON, KIT_PROCESSES)
        self.assertEqual(code, 0, said)
        self.assertIn("every message keeps to the protocol", said)
        self.assertRegex(said, "heard [0-9]{3,} commands, [0-9]{3,} replies and [0-9]{2,} hellos")


class BrokenTest(unittest.TestCase):
    """A test for each file of the folder is added below."""

    def assert_blamed(self, path):
        wanted = dict(line.split(" | ") for line in expectations(path, "smoke"))
        code, said = run("smoke", SHORT, "--", PYTHON, path)
        found = failures(said)
        self.assertEqual((code, set(found)), (1 if wanted else 0, set(wanted)), said)
        for title, part in wanted.items():
            self.assertIn(part, found[title], said)
            # Each breach names a section of its own.
            if title != "keeps to the protocol in every message":
                self.assertIn("read: conformance/PROTOCOL.md, section", found[title], said)

    def assert_linted(self, path):
        for part in expectations(path, "lint"):
            code, said = run("lint", "--runner=" + RUNNER, SHORT, "--filter=" + TWO_CLAIMS, "--", PYTHON, path)
            self.assertEqual(code, 1, said)
            self.assertIn(part, said)


def add_tests():
    for name in sorted(os.listdir(BROKEN)):
        if name.endswith(".py") and name not in ("whole.py", "polls.py"):
            path = os.path.join(BROKEN, name)
            setattr(BrokenTest, "test_smoke_" + name[:-3], lambda self, path=path: self.assert_blamed(path))
            if expectations(path, "lint"):
                setattr(BrokenTest, "test_lint_" + name[:-3], lambda self, path=path: self.assert_linted(path))


class UsageTest(unittest.TestCase):
    def test_wrong_words_are_told(self):
        for words, part in ((["smoke"], "no adapter to try"), (["lint"], "no adapter to listen to"),
                            (["smoke", "x", "--", "y"], "'x': the adapter goes behind --"),
                            (["lint", "--time-scale=0", "--", "y"], "must be more than 0"),
                            (["smoke", "--colour", "--", "y"], "colour")):
            code, said = run(*words)
            self.assertEqual(code, 64, said)
            self.assertIn(part, said)

    def test_program_that_is_not_there(self):
        code, said = run("smoke", "--", "/nonexistent/adapter")
        self.assertEqual(code, 1, said)
        self.assertIn("/nonexistent/adapter", said)
        code, said = run("lint", "--runner=" + RUNNER, "--filter=" + TWO_CLAIMS, "--", "/nonexistent/adapter")
        self.assertEqual(code, 2, said)
        self.assertIn("nothing was heard of the adapter", said)

    def test_relative_path_is_from_here(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.relpath(os.path.join(BROKEN, "whole.py"), folder)
            ended = subprocess.run([MPCHECK, "smoke", "--", PYTHON, path], cwd=folder, env=ENVIRONMENT,
                                   stdout=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(ended.returncode, 0, ended.stdout)


add_tests()

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
