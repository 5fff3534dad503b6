#!/usr/bin/python3
"""The stress program as its users meet it: what it finds in a faulty CPython, its exit codes, its lines to replay.

A fault (faults.json) is planted into a copy of CPython's package, as conformance/testing/plant.py does it.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

STRESS, ADAPTER, PLANT, FAULTS = (os.path.abspath(path) for path in sys.argv[1:5])
sys.path.insert(0, os.path.dirname(PLANT))
sys.dont_write_bytecode = True
import plant  # noqa: E402

PYTHON = "/usr/bin/python3"
FORK = [PYTHON, ADAPTER, "--start-method=fork"]


def run_it(*flags, testee=FORK, **environment):
    """Runs the stress program; returns its exit code and all that it printed."""
    ended = subprocess.run([STRESS, *flags] + (["--"] + testee if testee else []), env=dict(os.environ, **environment),
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    return ended.returncode, ended.stdout


class FaultsTest(unittest.TestCase):
    """Each fault is found, made small, and shown again by the line that is printed."""

    def find(self, fault):
        with tempfile.TemporaryDirectory() as folder:
            environment = plant.PackageCopy(plant.package_of(PYTHON)).plant(fault, folder)
            code, said = run_it("--objects=" + fault["objects"], "--seed=1", "--programs=2000", "--shrink-seconds=10",
                                **environment)
            self.assertEqual(code, 1, said)
            original = re.search(r"made smaller from: (.*)", said)
            self.assertTrue(original, said)
            program = re.search(r"^  program: (.*)", said, re.M).group(1)
            self.assertLess(program.count(";"), original.group(1).count(";"), said)
            again = shlex.split(said.partition("to see it again:\n")[2].splitlines()[0])
            self.assertIn("--program=" + program, again)
            again = subprocess.run([again[0], "--programs=3000"] + again[1:], env=dict(os.environ, **environment),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
            self.assertEqual(again.returncode, 1, again.stdout)
            return said


def test_of(fault):
    def test(self):
        self.find(fault)
    return test


with open(FAULTS) as f:
    for each in json.load(f):
        setattr(FaultsTest, "test_finds_" + each["id"].replace("-", "_"), test_of(each))


class CommandTest(unittest.TestCase):
    def test_counts_what_it_ran(self):
        code, said = run_it("--objects=lock,event", "--seed=3", "--programs=20")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"seed 3, relaxed queues, nobody killed")
        rows = {row[0]: row[1:] for row in re.findall(r"^(lock|event|all)" + 5 * r" +(\d+)" + "$", said, re.M)}
        self.assertEqual({name: row[:1] + row[2:] for name, row in rows.items()},  # without the number of calls
                         {"lock": ("10", "10", "0", "0"), "event": ("10", "10", "0", "0"), "all": ("20", "20", "0", "0")})

    def test_a_strict_model_finds_the_feeder_of_a_queue(self):
        code, said = run_it("--program=queue: put 1; empty", "--model=strict", "--programs=100")
        self.assertEqual(code, 1, said)
        self.assertIn("no order of the calls explains what they returned", said)
        self.assertRegex(said, r"p0 +empty +returned true")

    def test_wrong_usage_gives_64_and_says_what(self):
        for flags, says in ((["--objects=stack"], "'stack' is no kind of object; there are queue"),
                            (["--program=queue: get"], "--program: process 0 may wait for ever at step 1 (get)"),
                            (["--program=queue: push"], "a queue has no step 'push'"),
                            (["--model=lax"], "--model must be relaxed or strict, not 'lax'"),
                            (["--seed=x"], "--seed: 'x' is no whole number"),
                            (["--processes=1"], "--processes must be 2 to 8"),
                            (["--kills", "--no-kills"], "exclude each other"), (["--sed=1"], "unknown flag '--sed=1'"),
                            (["queue"], "the adapter goes behind --")):
            code, said = run_it(*flags)
            self.assertEqual(code, 64, said)
            self.assertIn(says, said)
        self.assertEqual(run_it(testee=None)[0], 64)

    def test_what_is_no_adapter_gives_2(self):
        code, said = run_it("--programs=1", testee=["/bin/true"])
        self.assertEqual(code, 2, said)
        self.assertIn("could not judge: ended_early", said)

    def test_threads_can_be_stressed_too(self):
        code, said = run_it("--objects=lock,semaphore", "--programs=20",
                            testee=[PYTHON, ADAPTER, "--module=multiprocessing.dummy"])
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
