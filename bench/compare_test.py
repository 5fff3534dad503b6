#!/usr/bin/python3
"""What is made of rounds: which rows are paired, what the median is taken of, which verdicts and goals follow, and how
programs are run in rounds. The rows are made up here, so that the answers are known."""
import argparse
import contextlib
import csv
import io
import json
import os
import random
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare
import comparison
import python_peers
import results
import rounds
import running
import table
import webpage
from comparison import FASTER, SAME, SLOWER, UNCLEAR
from estimates import Estimate
from goals import Count, Speed, Time
from machine import Sample
from rows import Lacking, measure, row, write


def entry(name, time, unit="ns", **more):
    return dict({"name": name, "run_type": "iteration", "real_time": time, "time_unit": unit, "iterations": 7}, **more)


def round_of(**times):
    """A round of operation "Put" with these times in nanoseconds."""
    return {("Put", who): rounds.Row(time, {}) for who, time in times.items()}


class ReadingTest(unittest.TestCase):
    def test_the_last_part_of_a_name_is_who(self):
        self.assertEqual(rounds.operation_and_who("BM_QueuePutGet/8B/unpinned/boost"),
                         ("QueuePutGet/8B/unpinned", "boost"))

    def test_what_google_benchmark_adds_to_a_name_is_not_who(self):
        for suffix in ("/real_time", "/manual_time", "/iterations:100", "/iterations:1/manual_time", "/min_time:0.500"):
            self.assertEqual(rounds.operation_and_who("BM_Put/mp" + suffix), ("Put", "mp"))

    def test_times_are_nanoseconds_whatever_the_unit(self):
        rows, _ = rounds.read_rows({"benchmarks": [entry("BM_A/mp", 2, "us"), entry("BM_B/mp", 3, "ns")]})
        self.assertEqual(rows["A", "mp"].nanoseconds, 2000)
        self.assertEqual(rows["B", "mp"].nanoseconds, 3)

    def test_counters_are_what_is_not_google_benchmarks_own(self):
        rows, _ = rounds.read_rows(
            {"benchmarks": [entry("BM_A/mp", 2, cpu_time=1.0, items_per_second=5.0, queue_MiB=1.5)]})
        self.assertEqual(rows["A", "mp"].counters, {"queue_MiB": 1.5})

    def test_a_row_that_failed_is_a_problem_and_no_time(self):
        rows, problems = rounds.read_rows(
            {"benchmarks": [entry("BM_A/mp", 0, error_occurred=True, error_message="needs two CPUs")]})
        self.assertEqual(rows, {})
        self.assertEqual(problems, ["BM_A/mp: needs two CPUs"])

    def test_aggregates_are_left_out(self):
        rows, _ = rounds.read_rows({"benchmarks": [entry("BM_A/mp_mean", 2, run_type="aggregate")]})
        self.assertEqual(rows, {})

    def test_rounds_are_read_in_the_order_of_their_numbers_and_torn_files_are_told(self):
        with tempfile.TemporaryDirectory() as folder:
            for number in (10, 9):
                os.mkdir(os.path.join(folder, "round-%d" % number))
                with open(os.path.join(folder, "round-%d" % number, "a.json"), "w") as f:
                    json.dump({"benchmarks": [entry("BM_A/mp", number)]}, f)
            with open(os.path.join(folder, "round-9", "b.json"), "w") as f:
                f.write('{"benchmarks": [')
            measured, problems = rounds.read_rounds(folder)
        self.assertEqual([r["A", "mp"].nanoseconds for r in measured], [9, 10])
        self.assertEqual(len(problems), 1)
        self.assertIn("b.json", problems[0])

    def test_operations_are_in_mps_order_whatever_peers_are_called(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "round-1"))
            for file, names in (("a_peer", ["BM_Z/peer", "BM_A/peer"]), ("queue", ["BM_A/mp", "BM_Z/mp"]),
                                ("queue.again", ["BM_A/mp"])):
                with open(os.path.join(folder, "round-1", file + ".json"), "w") as f:
                    json.dump({"benchmarks": [entry(name, 1) for name in names]}, f)
            (rows,), problems = rounds.read_rounds(folder)
        self.assertEqual((list(rounds.first_seen([rows])), problems), (["A", "Z"], []))
        self.assertIn(("A", "mp_again"), rows)

    def test_versions_of_pythons_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "round-1"))
            for file, context in (("a", {"python": "PyPy 3.9"}), ("b", {})):
                with open(os.path.join(folder, "round-1", file + ".json"), "w") as f:
                    json.dump({"context": context, "benchmarks": [entry("BM_A/" + file, 1)]}, f)
            self.assertEqual(rounds.read_pythons(folder), {"a": "PyPy 3.9"})


class ComparingTest(unittest.TestCase):
    def test_the_ratio_is_the_median_of_the_rounds_ratios(self):
        # Of the medians it would be 20 / 10.
        measured = [round_of(mp=1, peer=20), round_of(mp=10, peer=30), round_of(mp=100, peer=10)]
        self.assertEqual(comparison.summary(comparison.ratios(measured, "Put", "peer")).value, 3)

    def test_a_round_that_lacks_either_does_not_count(self):
        measured = [round_of(mp=1, peer=2), round_of(mp=1), round_of(peer=100)]
        self.assertEqual(comparison.ratios(measured, "Put", "peer"), [2])

    def test_who_was_never_measured_beside_mp_has_no_ratio(self):
        self.assertEqual(comparison.ratios([round_of(mp=1), round_of(peer=1)], "Put", "peer"), [])

    def test_few_rounds_have_no_interval_and_no_verdict(self):
        line = comparison.lines_of([round_of(mp=1, peer=2)] * 4, [])[0]
        self.assertEqual((line.ratio, line.verdict), (Estimate(2, None, None), ""))

    def test_goals_are_met_missed_or_not_measured(self):
        goals = [Speed("Put", "slow", 10), Speed("Put", "fast", 0.5), Speed("Put", "absent", 2), Time("Put", 100)]
        lines = comparison.lines_of([round_of(mp=10, slow=100, fast=4)], goals)
        self.assertEqual([(line.who, line.met) for line in lines],
                         [("slow", "yes"), ("fast", "no"), ("absent", "not measured"), ("", "yes")])

    def test_a_table_of_goals_says_what_each_is_of(self):
        goals = [Speed("Put", "slow", 10), Speed("Put", "absent", 2), Time("Put", 100), Count("Put", "MiB", 2)]
        lines = comparison.lines_of([{("Put", "mp"): rounds.Row(10, {"MiB": 3}), ("Put", "slow"): rounds.Row(100, {})}],
                                    goals)
        self.assertEqual([table.goal_cells(line) for line in lines],
                         [["Put", "slow", "≥ 10x", "10x", "yes"], ["Put", "absent", "≥ 2x", "", "not measured"],
                          ["Put", "", "≤ 100 ns", "10 ns", "yes"], ["Put", "", "≤ 2", "MiB = 3", "no"]])

    def test_a_goal_of_an_operation_that_nobody_did_is_left_out(self):
        lines = comparison.lines_of([round_of(mp=1, peer=1)], [Speed("Get", "peer", 2)])
        self.assertEqual([(line.operation, line.met) for line in lines], [("Put", "")])

    def test_a_counter_is_judged_by_its_median(self):
        measured = [{("Put", "mp"): rounds.Row(1, {"MiB": size})} for size in (1, 2, 9)]
        lines = comparison.lines_of(measured, [Count("Put", "MiB", 2), Count("Put", "other", 2)])
        self.assertEqual([(table.who_text(line), line.met) for line in lines],
                         [("MiB = 2", "yes"), ("other = ?", "not measured")])

    def test_mp_alone_has_a_line_too(self):
        self.assertEqual(len(comparison.lines_of([round_of(mp=1)], [])), 1)


class NoiseTest(unittest.TestCase):
    def rounds_with(self, control, peer):
        """Nine, in which mp takes 100, and the others about so much."""
        chance = random.Random(11)
        return [round_of(mp=100 * chance.gauss(1, 0.02), mp_again=control * chance.gauss(1, 0.02),
                         peer=peer * chance.gauss(1, 0.02)) for _ in range(9)]

    def line(self, *measured):
        return comparison.lines_of(self.rounds_with(*measured), [])[0]

    def test_the_control_is_no_peer(self):
        self.assertEqual([line.who for line in comparison.lines_of(self.rounds_with(100, 200), [])], ["peer"])

    def test_the_floor_is_how_far_mp_is_from_itself(self):
        floor = comparison.noise_floor(self.rounds_with(100, 200), "Put")
        self.assertTrue(1 <= floor < 1.06, floor)
        self.assertGreater(comparison.noise_floor(self.rounds_with(80, 200), "Put"), 1.2)

    def test_without_a_control_or_rounds_enough_no_floor_is_known(self):
        self.assertIsNone(comparison.noise_floor([round_of(mp=1, peer=2)] * 9, "Put"))
        self.assertIsNone(comparison.noise_floor(self.rounds_with(100, 200)[:4], "Put"))

    def test_verdicts(self):
        self.assertEqual(self.line(100, 150).verdict, FASTER)
        self.assertEqual(self.line(100, 70).verdict, SLOWER)

    def test_what_is_within_the_noise_is_no_difference(self):
        self.assertEqual(self.line(80, 103).verdict, SAME)

    def test_what_sticks_out_of_the_noise_without_leaving_it_is_unclear(self):
        self.assertEqual(comparison.verdict(Estimate(1.1, 1.0, 1.2), 1.05), UNCLEAR)
        self.assertEqual(comparison.verdict(Estimate(0.9, 0.8, 1.0), None), UNCLEAR)

    def test_p_values_of_both_sides_times(self):
        if comparison.mann_whitney([1], [2]) is None:
            self.skipTest("no scipy")
        self.assertLess(self.line(100, 150).p, 0.001)


def run_of(measured, problems=(), **context):
    here = {"cpu": "a CPU", "cpus_of_machine": 2, "cpus": [0, 1], "quota": None, "usable_cpus": 2, "cores": 2,
            "governors": [], "virtual": False, "load": 0.0, "kernel": "6"}
    return results.Run(dict({"when": "today", "commit": "c0ffee", "command": "tools/<bench>", "machine": here,
                             "interrupted": False}, **context),
                       measured, len(measured), comparison.lines_of(measured),
                       {"Put": comparison.noise_floor(measured, "Put")}, WATCH, results.warnings_of(WATCH),
                       list(problems))


def watched(**changes):
    return dict({"round": "round-1", "program": "queue_bench", "seconds": 1.0, "waited": 0.1, "quiet": True,
                 "foreign": 0.0, "stolen": 0.0, "throttled": 0, "disturbance": None}, **changes)


WATCH = [watched(), watched(quiet=False, foreign=0.3, disturbance="other programs had 30 % of the CPUs")]


class TellingTest(unittest.TestCase):
    def setUp(self):
        self.few = run_of([round_of(mp=10, peer=2000), round_of(mp=10, peer=4000)], ["BM_Get/mp: no"])
        self.many = run_of([round_of(mp=10 + i / 10, mp_again=10.5, peer=2000) for i in range(9)], interrupted=True)

    def test_the_table_of_few_rounds_says_what_it_lacks(self):
        text = table.table(self.few)
        self.assertRegex(text, r"\| Put \| 10 ns \|  \| peer \| 3 µs \| 300x \|")
        self.assertIn("Goals: 0 met, 0 missed, 0 not measured.", text)
        self.assertIn("2 of 2 CPUs, a CPU", text)
        self.assertIn("- BM_Get/mp: no", text)
        self.assertIn("No intervals and no verdicts: they take 5 rounds", text)
        self.assertIn("these are fewer", text)

    def test_the_table_of_many_rounds_has_intervals_noise_and_verdicts(self):
        text = table.table(self.many)
        self.assertRegex(text, r"\| Put \| 10\.4 ns \| ±\d[^|]* \| peer \| 2 µs \| 192x \(1\d\d–\d+\) \|[^|]*\| faster")
        self.assertIn(", interrupted", text)

    def test_noise_is_told_in_percent(self):
        for floor, text in ((None, ""), (1.0123, "±1.2 %"), (1.25, "±25 %"), (10.8, "±980 %")):
            self.assertEqual(table.floor_text(floor), text)

    def test_the_table_tells_what_disturbed_it(self):
        text = table.table(self.few)
        self.assertIn("1 of 2 times a program began though others used the CPUs", text)
        self.assertIn("the worst, queue_bench in round-1: other programs had 30 %", text)

    def test_no_rounds_make_an_empty_table(self):
        self.assertIn("0 rounds", table.table(run_of([])))

    def test_json_has_every_time_and_what_follows(self):
        told = json.loads(results.as_json(self.few))
        self.assertEqual(told["format"], results.FORMAT)
        self.assertEqual(told["rows"][1], {"operation": "Put", "who": "peer", "nanoseconds": [2000, 4000],
                                           "counters": {}})
        self.assertEqual(told["comparisons"][0]["ratio"], {"value": 300, "low": None, "high": None})
        self.assertEqual(told["watch"], WATCH)

    def test_csv_has_a_line_of_each_row(self):
        header, ours, theirs = csv.reader(io.StringIO(results.as_csv(self.many)))
        self.assertEqual(header, results.COLUMNS)
        self.assertEqual(ours[:4], ["Put", "mp", "9", "10.4"])
        self.assertEqual(theirs[:4], ["Put", "peer", "9", "2000"])
        self.assertEqual(theirs[header.index("verdict")], "faster")

    def test_the_page_draws_each_ratio_where_it_is_and_escapes(self):
        text = webpage.page(self.many)
        self.assertIn("tools/&lt;bench&gt;", text)
        places = re.findall(r'<circle cx="([\d.]+)"', text)
        self.assertEqual(len(places), 1)
        one = float(re.search(r'class="one" x1="([\d.]+)"', text).group(1))
        self.assertGreater(float(places[0]), one)
        self.assertNotRegex(text, r'(src|href)="http')

    def test_areas_are_first_words(self):
        self.assertEqual([webpage.area_of(name) for name in ("QueuePutGet/8B", "Sha512Tree", "RLockPair")],
                         ["Queue", "Sha512", "RLock"])


class RunningTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = os.path.join(self.folder.name, "out")

    def program(self, name, body, rows="BM_Put/peer"):
        """One that lists those rows if it is asked to; or else notes that it ran, in a file of the folder, and then
        does `body`."""
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as f:
            f.write("#!/bin/sh\nfor each; do case $each in --benchmark_out=*) out=${each#*=};; "
                    "--benchmark_list_tests=*) printf '%%s\\n' %s; exit;; esac; done\necho %s >> %s/ran\n%s\n" % (
                        rows, name, self.folder.name, body))
        os.chmod(path, 0o755)
        return path

    def results(self):
        with open(os.path.join(self.out, "bench.json")) as f:
            return json.load(f)

    def run_all(self, count, *programs):
        self.told = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(self.told):
            return compare.run(compare.parse(["run", "--out=" + self.out, "--rounds=%d" % count, "--longest-wait=0.1",
                                              *programs]))

    def test_every_second_round_goes_backwards(self):
        programs = [self.program(name, "echo '{\"benchmarks\": []}' > $out") for name in ("a", "b", "c")]
        self.assertEqual(self.run_all(3, *programs), 0)
        with open(os.path.join(self.folder.name, "ran")) as f:
            self.assertEqual(f.read().split(), ["a", "b", "c"] + ["a", "b", "c", "c", "b", "a", "a", "b", "c"])

    def test_the_warm_up_comes_first_and_does_not_count(self):
        once = self.program("once", "n=$(wc -l < %s/ran)\necho '{\"benchmarks\": [%s]}' | sed s/17/$n/ > $out" % (
            self.folder.name, json.dumps(entry("BM_Put/peer", 17))))
        self.assertEqual(self.run_all(2, once), 0)
        self.assertEqual(self.results()["rows"][0]["nanoseconds"], [2, 3])

    def test_mp_is_measured_again_in_each_round(self):
        both = self.program("both", "echo \"$@\" >> %s/asked; echo '%s' > $out" % (
            self.folder.name, json.dumps({"benchmarks": [entry("BM_Put/mp/real_time", 3), entry("BM_Put/peer", 9)]})),
                            "BM_Put/mp/real_time BM_Put/peer")
        self.assertEqual(self.run_all(2, both), 0)
        rows = {row["who"]: row["nanoseconds"] for row in self.results()["rows"]}
        self.assertEqual(rows, {"mp": [3, 3], "peer": [9, 9], "mp_again": [3, 3]})
        with open(os.path.join(self.folder.name, "asked")) as f:
            filters = re.findall(r"--benchmark_filter=(\S+)", f.read())
        self.assertEqual(filters, ["^(BM_Put/mp/real_time|BM_Put/peer)$", ".", "^(BM_Put/mp/real_time)$",
                                   "^(BM_Put/mp/real_time)$", "."])

    def test_a_program_without_a_row_that_is_asked_for_is_not_run(self):
        good = self.program("good", "echo '{\"benchmarks\": []}' > $out")
        idle = self.program("idle", "exit 1", rows="")
        self.assertEqual(self.run_all(1, idle, good), 0)

    def test_if_no_row_is_asked_for_that_is_told(self):
        self.assertEqual(self.run_all(1, self.program("idle", "exit 1", rows="")), 64)
        self.assertIn("--filter=. fits no row", self.told.getvalue())

    def test_rows_of_a_fixed_length_are_not_measured_again_and_warm_nothing_up(self):
        long = running.Program("long", ["long"], ".")
        self.assertIsNone(running.control_of(long, ["BM_Memory/mp/iterations:1"]))
        self.assertIsNone(running.warm_up_of(long, ["BM_Memory/mp/iterations:1"]))

    def test_ctrl_c_keeps_what_was_measured_and_says_so(self):
        good = self.program("good", "echo '%s' > $out" % json.dumps({"benchmarks": [entry("BM_Put/peer", 3)]}))
        # The fourth program to run, in the second round; its round began with good.
        last = self.program("last", "n=$(grep -c last %s/ran); [ $n -lt 3 ] || kill -INT $PPID\n[ $n -lt 3 ] || sleep "
                            "60\necho '{\"benchmarks\": []}' > $out" % self.folder.name)
        self.assertEqual(self.run_all(9, good, last), 130)
        self.assertIn("interrupted", self.told.getvalue())
        told = self.results()
        self.assertTrue(told["context"]["interrupted"])
        self.assertEqual(told["rows"][0]["nanoseconds"], [3])

    def test_a_folder_with_results_is_not_written_to(self):
        good = self.program("good", "echo '{\"benchmarks\": []}' > $out")
        self.assertEqual(self.run_all(1, good), 0)
        self.assertEqual(self.run_all(1, good), 64)
        self.assertIn("name a new folder", self.told.getvalue())

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


class PythonPeersTest(unittest.TestCase):
    def python(self, folder, body):
        path = os.path.join(folder, "python")
        with open(path, "w") as f:
            f.write("#!/bin/sh\n%s\n" % body)
        os.chmod(path, 0o755)
        return path

    def found(self, *pythons):
        with contextlib.redirect_stderr(io.StringIO()):
            return python_peers.find(pythons, ".")

    def test_the_systems_python_comes_first(self):
        self.assertEqual(self.found()[0].command, [sys.executable, python_peers.BENCH, "--who=cpython"])

    def test_another_python_is_named_for_what_it_is(self):
        with tempfile.TemporaryDirectory() as folder:
            last = self.found(self.python(folder, "echo cpython 3 99"))[-1]
        self.assertEqual((last.name, last.command[2]), ("cpython-3.99_bench", "--who=cpython-3.99"))

    def test_what_is_no_python_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, words in (("/no/such", "there is no program /no/such"),
                                (self.python(folder, "echo out of luck >&2; exit 1"), "is no Python 3: out of luck")):
                with self.assertRaisesRegex(python_peers.NoPython, words):
                    self.found(path)


class QuietTest(unittest.TestCase):
    def wait(self, busy, longest):
        """busy: shares of one CPU's time that others had, glance by glance."""
        samples, now, used = [Sample(0, [0], 0, 0, None)], 0, 0
        for share in busy:
            now, used = now + 1, used + share
            samples.append(Sample(now, [0], used, 0, None))
        return running.wait_until_quiet(longest, sample=lambda: samples.pop(0), pause=lambda seconds: None)

    def test_it_waits_until_others_are_done(self):
        self.assertEqual(self.wait([1, 1, 0.1], 10), (3, True))

    def test_it_gives_up_in_the_end_and_says_so(self):
        self.assertEqual(self.wait([1, 1, 1, 1], 3), (3, False))

    def test_the_watch_tells_of_each_program(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "watch.jsonl")
            watch = running.Watch(path, 0.01)
            self.assertEqual(watch.around("round-1", running.Program("a", ["a"], "."), lambda: "done"), "done")
            with open(path, "a") as f:
                f.write('{"torn')
            entry, = results.read_watch(path)
        self.assertEqual((entry["round"], entry["program"]), ("round-1", "a"))
        self.assertGreaterEqual(entry["foreign"], 0)


class UsageTest(unittest.TestCase):
    def refused(self, *arguments):
        said = io.StringIO()
        with self.assertRaises(SystemExit) as ended, contextlib.redirect_stderr(said):
            compare.parse(arguments)
        self.assertEqual(ended.exception.code, 64)
        return said.getvalue()

    def test_bad_usage_says_what_was_wrong(self):
        self.assertIn("'0' is not a number of 1 or more", self.refused("run", "--out=x", "--rounds=0", "a"))
        self.assertIn("'soon' is not a number of seconds", self.refused("run", "--out=x", "--min-time=soon", "a"))
        self.assertIn("'(' is not a regular expression", self.refused("run", "--out=x", "--filter=(", "a"))
        self.assertIn("required", self.refused())


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

    def test_what_is_lacking_is_left_out_and_told(self):
        def lacks(times):
            raise Lacking("no such thing")
        said = io.StringIO()
        with tempfile.NamedTemporaryFile("r") as out, contextlib.redirect_stderr(said):
            write({"BM_A/peer": lacks, "BM_B/peer": lambda times: times / 1000},
                  argparse.Namespace(benchmark_min_time=0.001, benchmark_out=out.name, benchmark_list_tests="false"))
            self.assertEqual([each["name"] for each in json.load(out)["benchmarks"]], ["BM_B/peer"])
        self.assertIn("BM_A/peer is left out: no such thing", said.getvalue())

    def test_compare_reads_its_rows(self):
        entry = row("BM_Nothing/at_all/cpython", lambda times: times / 1e6, 0.001)
        rows, problems = rounds.read_rows({"benchmarks": [entry]})
        self.assertEqual(problems, [])
        self.assertAlmostEqual(rows["Nothing/at_all", "cpython"].nanoseconds, 1000)


if __name__ == "__main__":
    unittest.main()
