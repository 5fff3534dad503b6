#!/usr/bin/python3
"""What compare.py makes of rounds: which rows it pairs, what it takes the median of, and which goals it finds met."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare
from goals import Count, Speed, Time
from rows import measure, row


def entry(name, time, unit="ns", **more):
    return dict({"name": name, "run_type": "iteration", "real_time": time, "time_unit": unit, "iterations": 7}, **more)


def round_of(**times):
    """A round of operation "Put" with these times in nanoseconds."""
    return {("Put", who): compare.Row(time, {}) for who, time in times.items()}


class ReadingTest(unittest.TestCase):
    def test_the_last_part_of_a_name_is_who(self):
        self.assertEqual(compare.operation_and_who("BM_QueuePutGet/8B/unpinned/boost"),
                         ("QueuePutGet/8B/unpinned", "boost"))

    def test_what_google_benchmark_adds_to_a_name_is_not_who(self):
        for suffix in ("/real_time", "/manual_time", "/iterations:100", "/iterations:1/manual_time", "/min_time:0.500"):
            self.assertEqual(compare.operation_and_who("BM_Put/mp" + suffix), ("Put", "mp"))

    def test_times_are_nanoseconds_whatever_the_unit(self):
        rows, _ = compare.read_rows({"benchmarks": [entry("BM_A/mp", 2, "us"), entry("BM_B/mp", 3, "ns")]})
        self.assertEqual(rows["A", "mp"].nanoseconds, 2000)
        self.assertEqual(rows["B", "mp"].nanoseconds, 3)

    def test_counters_are_what_is_not_google_benchmarks_own(self):
        rows, _ = compare.read_rows(
            {"benchmarks": [entry("BM_A/mp", 2, cpu_time=1.0, items_per_second=5.0, queue_MiB=1.5)]})
        self.assertEqual(rows["A", "mp"].counters, {"queue_MiB": 1.5})

    def test_a_row_that_failed_is_a_problem_and_no_time(self):
        rows, problems = compare.read_rows(
            {"benchmarks": [entry("BM_A/mp", 0, error_occurred=True, error_message="needs two CPUs")]})
        self.assertEqual(rows, {})
        self.assertEqual(problems, ["BM_A/mp: needs two CPUs"])

    def test_aggregates_are_left_out(self):
        rows, _ = compare.read_rows({"benchmarks": [entry("BM_A/mp_mean", 2, run_type="aggregate")]})
        self.assertEqual(rows, {})

    def test_rounds_are_read_in_the_order_of_their_numbers_and_torn_files_are_told(self):
        with tempfile.TemporaryDirectory() as folder:
            for number in (10, 9):
                os.mkdir(os.path.join(folder, "round-%d" % number))
                with open(os.path.join(folder, "round-%d" % number, "a.json"), "w") as f:
                    json.dump({"benchmarks": [entry("BM_A/mp", number)]}, f)
            with open(os.path.join(folder, "round-9", "b.json"), "w") as f:
                f.write('{"benchmarks": [')
            rounds, problems = compare.read_rounds(folder)
        self.assertEqual([r["A", "mp"].nanoseconds for r in rounds], [9, 10])
        self.assertEqual(len(problems), 1)
        self.assertIn("b.json", problems[0])


class ComparingTest(unittest.TestCase):
    def test_the_ratio_is_the_median_of_the_rounds_ratios(self):
        # Of the medians it would be 20 / 10.
        rounds = [round_of(mp=1, peer=20), round_of(mp=10, peer=30), round_of(mp=100, peer=10)]
        self.assertEqual(compare.ratios(rounds, "Put", "peer"), (3, 0.1, 20))

    def test_a_round_that_lacks_either_does_not_count(self):
        rounds = [round_of(mp=1, peer=2), round_of(mp=1), round_of(peer=100)]
        self.assertEqual(compare.ratios(rounds, "Put", "peer"), (2, 2, 2))

    def test_who_was_never_measured_beside_mp_has_no_ratio(self):
        self.assertIsNone(compare.ratios([round_of(mp=1), round_of(peer=1)], "Put", "peer"))

    def test_goals_are_met_missed_or_not_measured(self):
        goals = [Speed("Put", "slow", 10), Speed("Put", "fast", 0.5), Speed("Put", "absent", 2), Time("Put", 100)]
        lines = compare.lines_of([round_of(mp=10, slow=100, fast=4)], goals)
        self.assertEqual([(line.who, line.met) for line in lines],
                         [("slow", "yes"), ("fast", "**no**"), ("absent", "not measured"), ("", "yes")])

    def test_a_goal_of_an_operation_that_nobody_did_is_left_out(self):
        lines = compare.lines_of([round_of(mp=1, peer=1)], [Speed("Get", "peer", 2)])
        self.assertEqual([(line.operation, line.met) for line in lines], [("Put", "")])

    def test_a_counter_is_judged_by_its_median(self):
        rounds = [{("Put", "mp"): compare.Row(1, {"MiB": size})} for size in (1, 2, 9)]
        lines = compare.lines_of(rounds, [Count("Put", "MiB", 2), Count("Put", "other", 2)])
        self.assertEqual([(line.who, line.met) for line in lines],
                         [("MiB = 2", "yes"), ("other = ?", "not measured")])

    def test_mp_alone_has_a_line_too(self):
        self.assertEqual(len(compare.lines_of([round_of(mp=1)], [])), 1)


class TellingTest(unittest.TestCase):
    def test_the_table_has_medians_ratios_goals_and_failures(self):
        text = compare.table([round_of(mp=10, peer=2000), round_of(mp=10, peer=4000)], ["BM_Get/mp: no"], ["a machine"],
                             [Speed("Put", "peer", 250)])
        self.assertIn("| Put | 10 ns | peer | 3 µs | 300x (200–400) | ≥ 250x | yes |", text)
        self.assertIn("Goals: 1 met, 0 missed, 0 not measured.", text)
        self.assertIn("- a machine", text)
        self.assertIn("- BM_Get/mp: no", text)
        self.assertIn("these are fewer", text)

    def test_no_rounds_make_an_empty_table(self):
        self.assertIn("0 rounds", compare.table([], [], []))


class RunningTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = os.path.join(self.folder.name, "out")

    def program(self, name, body):
        """One that notes that it ran, in a file of the folder, and then does `body`."""
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as f:
            f.write("#!/bin/sh\necho %s >> %s/ran\nfor each; do case $each in --benchmark_out=*) out=${each#*=};; esac; "
                    "done\n%s\n" % (name, self.folder.name, body))
        os.chmod(path, 0o755)
        return path

    def run_all(self, rounds, *programs):
        self.told = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(self.told):
            return compare.run(compare.parse(["run", "--out", self.out, "--rounds", str(rounds), *programs]))

    def test_every_second_round_goes_backwards(self):
        programs = [self.program(name, "echo '{\"benchmarks\": []}' > $out") for name in ("a", "b", "c")]
        self.assertEqual(self.run_all(3, *programs), 0)
        with open(os.path.join(self.folder.name, "ran")) as f:
            self.assertEqual(f.read().split(), ["a", "b", "c", "c", "b", "a", "a", "b", "c"])

    def test_a_program_that_fails_is_told_and_the_others_count(self):
        good = self.program("good", "echo '%s' > $out" % json.dumps({"benchmarks": [entry("BM_Put/mp", 3)]}))
        bad = self.program("bad", "echo out of luck >&2; exit 3")
        self.assertEqual(self.run_all(1, bad, good), 1)
        with open(os.path.join(self.out, "table.md")) as f:
            text = f.read()
        self.assertIn("bad ended with 3: out of luck", text)
        self.assertIn("| Put | 3 ns |", text)

    def test_what_a_program_tells_in_its_own_name_is_told(self):
        one = self.program("one", "echo one: no peer here >&2; echo Running >&2; echo '{\"benchmarks\": []}' > $out")
        self.assertEqual(self.run_all(1, one), 0)
        self.assertIn("\none: no peer here\n", self.told.getvalue())
        self.assertNotIn("Running", self.told.getvalue())


class PythonRowsTest(unittest.TestCase):
    def test_it_repeats_until_it_takes_long_enough(self):
        asked = []

        def takes_a_millisecond_each(times):
            asked.append(times)
            return times / 1000
        times, seconds = measure(takes_a_millisecond_each, 0.5)
        self.assertGreaterEqual(seconds, 0.5)
        self.assertLess(times, 1000)
        self.assertEqual(asked[:3], [1, 10, 100])

    def test_compare_reads_its_rows(self):
        entry = row("BM_Nothing/at_all/cpython", lambda times: times / 1e6, 0.001)
        rows, problems = compare.read_rows({"benchmarks": [entry]})
        self.assertEqual(problems, [])
        self.assertAlmostEqual(rows["Nothing/at_all", "cpython"].nanoseconds, 1000)


if __name__ == "__main__":
    unittest.main()
