#!/usr/bin/python3
"""The experiments about the notes: each can be run, its figures can be told, and the catalogue and they name each
other."""
import json
import os
import subprocess
import sys
import tempfile
import types
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import experiments
import notes
from estimates import Estimate
from laws import Refusal
from machine import Load

CATALOGUE = os.path.join(HERE, "../../conformance/notes/notes.jsonl")
COMMAND = "tools/bench scaling --notes="
OPTIONS = types.SimpleNamespace(rounds=1, quick=False, despite_load=False)


def named_in_catalogue():
    """{(statement, experiment)}"""
    pairs = set()
    with open(CATALOGUE) as file:
        for line in file:
            statement = json.loads(line)
            for measured in statement.get("measured", "").split("; "):
                if measured.startswith(COMMAND):
                    pairs |= {(statement["id"], name) for name in measured[len(COMMAND):].split(",")}
    return pairs


class CatalogueTest(unittest.TestCase):
    def test_experiments_and_statements_name_each_other(self):
        for cpus in (1, 2, 64):
            named = {(statement, name) for name, make in notes.EXPERIMENTS.items()
                     for statement in make(cpus).statements}
            self.assertEqual(named, named_in_catalogue())

    def test_nothing_else_is_said_to_be_measured_here(self):
        with open(CATALOGUE) as file:
            for line in file:
                measured = json.loads(line).get("measured", "")
                self.assertEqual(measured.count("scaling"), measured.count(COMMAND), measured)


class FiguresTest(unittest.TestCase):
    """Of rounds that are made up."""

    def lines(self, loads, despite_load=False):
        options = types.SimpleNamespace(**dict(vars(OPTIONS), despite_load=despite_load))
        made = experiments.Experiments(["starts"], None, options)
        for load in loads:
            made.told["starts"].append({"thread": {"seconds": 1, "tasks": 100, "load": load},
                                        "process": {"seconds": 3, "tasks": 10, "load": load}})
        return made.lines("starts")

    def test_of_each(self):
        self.assertEqual([line.here.value for line in self.lines([Load(0, 0, 0)])], [0.01, 0.3, 30])

    def test_disturbed(self):
        quiet, busy = Load(0, 0, 0), Load(0.5, 0, 0)
        for line in self.lines([busy, busy, quiet]):
            self.assertIsInstance(line.here, Refusal)
            self.assertIn("disturbed in 2 of 3 rounds", line.warning)
        for line in self.lines([busy, quiet]):
            self.assertIsInstance(line.here, Estimate)
            self.assertIsNone(line.warning)

    def test_a_little_disturbed(self):
        for line in self.lines([Load(0, 0.04, 0)]):
            self.assertIsInstance(line.here, Estimate)
            self.assertIn("the host took away 4 %", line.warning)

    def test_despite_load(self):
        for line in self.lines([Load(0.5, 0, 0)], despite_load=True):
            self.assertIsInstance(line.here, Estimate)
            self.assertIn("disturbed", line.warning)

    def test_not_measured(self):
        for line in self.lines([]):
            self.assertEqual(line.here.reason, "not measured")


class RunTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.done = subprocess.run(
            [sys.executable, os.path.join(HERE, "scaling.py"), "--notes", "--quick", "--rounds=1", "--despite-load",
             "--out=" + folder.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        with open(os.path.join(folder.name, "notes.json")) as file:
            cls.told = {each["name"]: each for each in json.load(file)["experiments"]}

    def figure(self, experiment, what):
        return {each["what"]: each["here"] for each in self.told[experiment]["figures"]}[what]["value"]

    def test_every_figure_of_every_experiment_is_measured(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertEqual(list(self.told), list(notes.EXPERIMENTS))
        for experiment in self.told.values():
            for figure in experiment["figures"]:
                self.assertIn("value", figure["here"], figure)
                self.assertIn("| %s |" % figure["what"], self.done.stdout)

    # What holds on any machine, however much runs on it.

    def test_two_rounds_of_tasks_are_sooner_done_than_seven(self):
        for who in ("python", "mp"):
            self.assertGreater(self.figure("seven_tasks_on_five", who + ", time of apply() over apply_async()"), 1)

    def test_more_threads_wait_for_more(self):
        self.assertGreater(self.figure("waiting_by_threads", "serial over 5 threads, time"), 1)
        self.assertGreater(self.figure("waiting_by_threads", "serial over 100 threads, time"),
                           self.figure("waiting_by_threads", "serial over 5 threads, time"))

    def test_a_thread_takes_more_memory_than_a_coroutine(self):
        self.assertGreater(self.figure("memory", "thread over coroutine"), 1)


class UsageTest(unittest.TestCase):
    def scaling(self, flag):
        return subprocess.run([sys.executable, os.path.join(HERE, "scaling.py"), flag], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)

    def test_the_list(self):
        listed = self.scaling("--notes=list")
        self.assertEqual(listed.returncode, 0)
        self.assertEqual([line.split()[0] for line in listed.stdout.splitlines()], list(notes.EXPERIMENTS))

    def test_a_name_that_there_is_not(self):
        done = self.scaling("--notes=cooking")
        self.assertEqual(done.returncode, 64)
        self.assertIn("there is no 'cooking'; there are list, pool_against_serial", done.stderr)


if __name__ == "__main__":
    unittest.main()
