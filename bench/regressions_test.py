#!/usr/bin/python3
"""What regressions.py finds between two runs. The runs are made up here: what changed in them is known."""
import contextlib
import io
import json
import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import regressions
import results
import significance
from regressions import FASTER, NOT_MP, SLOWER, UNTOLD

HERE = {"cpu": "a CPU", "cpus_of_machine": 2, "usable_cpus": 2, "quota": None, "governors": [], "virtual": False,
        "page_size": 4096, "kernel": "6"}
OPERATIONS = ["Operation%d" % i for i in range(24)]
NOISE = 0.03


def document(seed, ours=None, everybody=1.0, rounds=9, here=None, noise=None, peers=("cpython", "boost")):
    """A bench.json in which an operation takes mp 100 and each peer 1000, but as much longer as `ours` says (by
    operation), and on a machine that takes `everybody` so much longer."""
    chance = random.Random(seed)
    rows = []
    for operation in OPERATIONS:
        for who in ("mp", "mp_again") + tuple(peers):
            usual = (1000 if who in peers else 100 * (ours or {}).get(operation, 1)) * everybody
            rows.append({"operation": operation, "who": who, "counters": {},
                         "nanoseconds": [usual * chance.gauss(1, NOISE) for _ in range(rounds)]})
    return {"format": results.FORMAT, "rows": rows, "noise": noise or {}, "pythons": {"cpython": "CPython 3.11.2"},
            "context": {"machine": dict(HERE, **(here or {})), "commit": "c0ffee", "command": "tools/bench",
                        "interrupted": False}}


class ComparedRuns(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compare(self, old, new, *flags):
        """The exit code; what was printed is self.out and self.err."""
        paths = []
        for name, told in (("old", old), ("new", new)):
            paths.append(os.path.join(self.folder, name + ".json"))
            with open(paths[-1], "w") as f:
                f.write(told if isinstance(told, str) else json.dumps(told))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = regressions.main(paths + list(flags))
            except SystemExit as ended:
                status = ended.code
        self.out, self.err = out.getvalue(), err.getvalue()
        return status

    def verdicts(self):
        """{operation: verdict} of those that changed."""
        cells = [line.strip("|").split("|") for line in self.out.splitlines() if line.startswith("| Operation")]
        return {cell[0].strip(): cell[-1].strip(" *") for cell in cells if cell[-1].strip()}


@unittest.skipIf(significance.stats is None, "no scipy")
class RegressionsTest(ComparedRuns):
    def test_ten_percent_among_three_percent_of_noise_are_found(self):
        found = 0
        for seed in range(10):
            status = self.compare(document(2 * seed), document(2 * seed + 1, {"Operation7": 1.1}))
            self.assertIn((status, self.verdicts()), [(1, {"Operation7": SLOWER}), (0, {})])
            found += status
        # Nine rounds tell such a change of one operation of many nearly always; twice as many would do so always.
        self.assertGreaterEqual(found, 9)

    def test_with_more_rounds_they_are_always_found(self):
        for seed in range(5):
            with self.subTest(seed):
                new = document(2 * seed + 1, {"Operation7": 1.1}, rounds=18)
                self.assertEqual(self.compare(document(2 * seed, rounds=18), new), 1)
                self.assertEqual(self.verdicts(), {"Operation7": SLOWER})

    def test_the_same_again_has_no_regression(self):
        for seed in range(10):
            with self.subTest(seed):
                self.assertEqual(self.compare(document(2 * seed), document(2 * seed + 1)), 0)
                self.assertEqual(self.verdicts(), {})

    def test_what_became_faster_is_told_and_no_regression(self):
        self.assertEqual(self.compare(document(1), document(2, {"Operation7": 0.8})), 0)
        self.assertEqual(self.verdicts(), {"Operation7": FASTER})

    def test_changes_below_the_threshold_do_not_count(self):
        new = document(2, {"Operation7": 1.3})
        self.assertEqual(self.compare(document(1), new, "--threshold=50"), 0)
        self.assertEqual(self.compare(document(1), new, "--threshold=20"), 1)

    def test_changes_within_the_noise_do_not_count(self):
        self.assertEqual(self.compare(document(1, noise={"Operation7": 1.5}), document(2, {"Operation7": 1.3})), 0)

    def test_a_machine_that_became_slower_is_no_regression(self):
        self.assertEqual(self.compare(document(1), document(2, everybody=1.3)), 0)
        self.assertEqual(set(self.verdicts().values()), {NOT_MP})
        self.assertEqual(len(self.verdicts()), len(OPERATIONS))

    def test_a_regression_on_a_slower_machine_is_found_among_them(self):
        self.assertEqual(self.compare(document(1), document(2, {"Operation7": 1.2}, everybody=1.3)), 1)
        self.assertEqual([name for name, verdict in self.verdicts().items() if verdict == SLOWER], ["Operation7"])

    def test_different_machines_are_compared_beside_peers_and_told(self):
        new = document(2, {"Operation7": 1.3}, everybody=0.5, here={"cpu": "another"})
        self.assertEqual(self.compare(document(1), new), 1)
        self.assertEqual(self.verdicts(), {"Operation7": SLOWER})
        self.assertIn("Different machines (cpu: a CPU, now another)", self.out)

    def test_without_a_peer_times_alone_are_judged(self):
        self.assertEqual(self.compare(document(1, peers=()), document(2, {"Operation7": 1.2}, peers=())), 1)
        self.assertEqual(self.verdicts(), {"Operation7": SLOWER})

    def test_the_peer_can_be_named(self):
        self.compare(document(1), document(2), "--beside=boost")
        self.assertEqual(self.out.count("| boost |"), len(OPERATIONS))

    def test_another_python_is_told(self):
        new = dict(document(2), pythons={"cpython": "CPython 3.13.1"})
        self.compare(document(1), new, "--beside=cpython")
        self.assertIn("cpython was CPython 3.11.2 and is CPython 3.13.1", self.out)
        self.compare(document(1), new, "--beside=boost")
        self.assertNotIn("CPython 3.13.1", self.out)

    def test_an_operation_that_one_run_lacks_is_told(self):
        old = document(1)
        new = dict(document(2), rows=[row for row in document(2)["rows"] if row["operation"] != "Operation3"])
        self.assertEqual(self.compare(old, new), 0)
        self.assertIn("only the old run has Operation3", self.out)

    def test_an_operation_with_few_rounds_is_not_judged(self):
        new = document(2)
        next(row for row in new["rows"] if row["operation"] == "Operation3")["nanoseconds"][:6] = [None] * 6
        self.assertEqual(self.compare(document(1), new), 0)
        self.assertEqual(self.verdicts(), {"Operation3": UNTOLD})

    def test_five_rounds_can_not_tell_one_operation_of_many(self):
        self.assertEqual(self.compare(document(1, rounds=5), document(2, {"Operation7": 2}, rounds=5)), 0)
        self.assertIn("5 and 5 rounds are too few to tell that one operation of 24", self.out)


class UsageTest(ComparedRuns):
    def test_too_few_rounds(self):
        self.assertEqual(self.compare(document(1, rounds=2), document(2, rounds=9)), 64)
        self.assertIn("too few rounds to judge by: 2, and it takes 5", self.err)

    def test_no_operation_in_common(self):
        self.assertEqual(self.compare(document(1), dict(document(2), rows=[])), 64)
        self.assertIn("no operation in common", self.err)

    def test_what_is_no_result(self):
        for told, words in (("{", "can't be read"), ("{}", "is no bench.json of format"), ("[]", "is no bench.json"),
                            ('{"format": %d, "rows": []}' % results.FORMAT, "lacks something")):
            with self.subTest(told):
                self.assertEqual(self.compare(document(1), told), 64)
                self.assertIn("new.json", self.err)
                self.assertIn(words, self.err)

    @unittest.skipIf(significance.stats is None, "no scipy")
    def test_different_machines_without_a_peer(self):
        self.assertEqual(self.compare(document(1, peers=()), document(2, peers=(), here={"kernel": "7"})), 64)
        self.assertIn("no peer in common", self.err)

    def test_flags(self):
        self.assertEqual(self.compare(document(1), document(2), "--threshold=much"), 64)
        self.assertIn("'much' is not a percentage", self.err)
        self.assertEqual(self.compare(document(1), document(2), "more"), 64)


if __name__ == "__main__":
    unittest.main()
