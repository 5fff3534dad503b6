#!/usr/bin/python3
"""Runs every benchmark program for a moment: each row can be measured, and every goal is about rows that exist. How
fast anything is does not matter here."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import rounds
from goals import GOALS, Count, Speed

PROGRAMS = ["queue_bench", "pipe_bench", "process_bench", "pool_bench", "manager_bench", "sync_bench",
            "waiting_bench", "shared_bench", "sha512_bench"]
# What they need is not installed everywhere.
PYTHONS = {"cpython", "billiard", "multiprocess", "pypy"}
OPTIONAL = {"boost"} | {who for who, program in (("xargs", "xargs"), ("openssl_speed", "openssl"))
                        if shutil.which(program) is None}


class ProgramsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.status = subprocess.run(
            [os.path.join(HERE, "compare.py"), "run", "--rounds=1", "--min-time=0.001", "--longest-wait=0.1",
             "--python-peers", "--out=" + cls.folder.name] +
            [os.path.join(HERE, program) for program in PROGRAMS], stdout=subprocess.DEVNULL,
            env=dict(os.environ, MPCHECK_SHA512_FILES="50")).returncode
        measured, cls.problems = rounds.read_rounds(cls.folder.name)
        cls.rows = measured[0]

    def test_every_row_is_measured(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.problems = [problem for problem in self.problems if not problem.endswith("needs two CPUs")]
            self.assertEqual(self.problems, [])
        else:
            self.assertEqual((self.status, self.problems), (0, []))

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "some rows need two CPUs")
    def test_every_goal_is_about_rows_that_exist(self):
        for goal in GOALS:
            self.assertIn((goal.operation, "mp"), self.rows)
            if isinstance(goal, Speed) and goal.who not in OPTIONAL:
                self.assertIn((goal.operation, goal.who), self.rows)
            if isinstance(goal, Count):
                self.assertIn(goal.counter, self.rows[goal.operation, "mp"].counters)

    def test_mp_is_measured_again(self):
        again = {operation for operation, who in self.rows if who == rounds.CONTROL}
        for operation in ("QueuePutGet/8B", "PoolApply", "LockPair", "Sha512Tree"):
            self.assertIn(operation, again)

    def test_every_python_does_what_stands_for_each_area(self):
        for who in {who for _, who in self.rows if who in PYTHONS}:
            self.assertIn(("QueuePutGet/8B", who), self.rows)
            self.assertIn(("PoolApply", who), self.rows)

    def test_every_operation_of_the_peers_is_one_of_ours(self):
        operations = {operation for operation, who in self.rows if who == "mp"}
        self.assertEqual([row for row in self.rows if row[0] not in operations], [])


if __name__ == "__main__":
    unittest.main()
