#!/usr/bin/python3
"""What analysis.py and estimates.py make of samples, and how report.py, plot.py and page.py tell it. The samples are
made up here, so that the answers are known."""
import math
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import analysis
import laws
import page
import plot
import report
from estimates import Estimate
from laws import Fit, Refusal
from machine import Load
from runner import Point, Sample

QUIET, BUSY = Load(0.0, 0.0, 0), Load(0.3, 0.0, 0)
CPUS = 64


def samples(seconds, load=QUIET, tasks=100):
    """One of each round."""
    return [Sample(number, each, 0, tasks, None, each, load) for number, each in enumerate(seconds, 1)]


def scaled(kernel="compute", workers=(1, 2, 4, 8), contention=0.05, seconds=(1.0, 1.02, 0.98, 1.01, 0.99), load=QUIET,
           coherency=0.0):
    """{Point: samples} of a pool that follows the law, with its control."""
    made = {Point("strong", kernel, "serial", 1): samples(seconds)}
    for n in workers:
        speedup = laws.throughput(n, contention, 1, coherency)
        made[Point("strong", kernel, "mp_pool", n)] = samples([each / speedup for each in seconds], load)
    return made


def pool_of(made, cpus=CPUS):
    return {each.executor: each for each in analysis.analyse(made, cpus)}["mp_pool"]


def run_of(made, cpus=CPUS, warnings=()):
    here = {"cpu": "a CPU", "cpus_of_machine": 2, "cpus": [0, 1], "quota": None, "usable_cpus": 2, "cores": 2,
            "governors": [], "virtual": False, "load": 0.0, "kernel": "6"}
    return report.Run(command="tools/bench scaling", when="today", machine=here, python="CPython 3", rounds=5,
                      interrupted=False, series=analysis.analyse(made, cpus), samples=made, warnings=list(warnings),
                      problems=["<it> failed"], predict_to=1024)


class RowsTest(unittest.TestCase):
    def test_speedup_efficiency_and_serial_part(self):
        row = pool_of(scaled()).rows[2]
        self.assertEqual(row.point.workers, 4)
        self.assertAlmostEqual(row.speedup.value, 4 / 1.15)
        self.assertAlmostEqual(row.efficiency.value, 1 / 1.15)
        self.assertAlmostEqual(row.serial_part.value, 0.05)
        self.assertAlmostEqual(row.throughput.value, 100 / row.seconds.value)

    def test_ratios_are_taken_within_rounds(self):
        made = {Point("strong", "compute", "serial", 1): samples([1, 10, 100]),
                Point("strong", "compute", "mp_pool", 2): samples([0.5, 5, 50])}
        self.assertEqual(pool_of(made).rows[0].speedup, Estimate(2, 2, 2))

    def test_a_round_without_its_control_does_not_count(self):
        made = {Point("strong", "compute", "serial", 1): samples([1, 1]),
                Point("strong", "compute", "mp_pool", 2): samples([0.5, 0.5, 0.1])}
        self.assertEqual(pool_of(made).rows[0].speedup, Estimate(2, 2, 2))

    def test_weak_scaling_compares_throughputs(self):
        made = {Point("weak", "compute", "serial", 1): samples([1], tasks=100),
                Point("weak", "compute", "mp_pool", 3): samples([1], tasks=300)}
        self.assertEqual(pool_of(made).rows[0].speedup.value, 3)

    def test_one_worker_has_no_serial_part(self):
        self.assertIsInstance(pool_of(scaled()).rows[0].serial_part, Refusal)

    def test_no_efficiency_with_more_workers_than_cpus(self):
        row = pool_of(scaled(), cpus=4).rows[3]
        self.assertIn("more workers than usable CPUs (4)", row.warning)
        self.assertIsInstance(row.efficiency, Refusal)
        self.assertIsInstance(row.serial_part, Refusal)
        self.assertIsInstance(row.speedup, Estimate)  # that much is a fact

    def test_who_waits_may_outnumber_the_cpus(self):
        self.assertIsNone(pool_of(scaled("sleep"), cpus=4).rows[3].warning)

    def test_a_disturbed_point_has_a_warning_in_place_of_numbers(self):
        row = pool_of(scaled(load=BUSY)).rows[1]
        self.assertIn("disturbed in 5 of 5 rounds: other programs had 30 %", row.warning)
        self.assertIsInstance(row.speedup, Refusal)
        self.assertIsInstance(row.efficiency, Refusal)

    def test_a_little_disturbed_point_has_a_warning_beside_its_numbers(self):
        row = pool_of(scaled(load=Load(0.08, 0.04, 0))).rows[1]
        self.assertIn("disturbed in 5 of 5 rounds: other programs had 8 %", row.warning)
        self.assertIsInstance(row.speedup, Estimate)
        self.assertTrue(row.counts)

    def test_numbers_despite_load_have_the_warning_beside_them(self):
        row = analysis.analyse(scaled(load=BUSY), CPUS, despite_load=True)[1].rows[1]
        self.assertIn("disturbed in 5 of 5 rounds", row.warning)
        self.assertIsInstance(row.speedup, Estimate)

    def test_one_disturbed_round_of_many_is_what_medians_are_for(self):
        made = scaled()
        first = Point("strong", "compute", "mp_pool", 2)
        made[first][0] = made[first][0]._replace(load=BUSY)
        self.assertIsNone(pool_of(made).rows[1].warning)

    def test_too_short(self):
        self.assertIn("too short", pool_of(scaled(seconds=(1e-4,) * 5)).rows[0].warning)

    def test_controls_that_drift_are_told(self):
        self.assertEqual(analysis.warnings_of(scaled()), [])
        self.assertIn("differ by 50 %", analysis.warnings_of(scaled(seconds=(1.0, 1.0, 1.5)))[0])


class FitsTest(unittest.TestCase):
    def fits(self, made, cpus=CPUS):
        return [fit for _, fit in pool_of(made, cpus).fits]

    def test_the_laws_are_found_again(self):
        for fit in self.fits(scaled(workers=(1, 2, 4, 8, 16, 32))):
            self.assertAlmostEqual(fit.contention.value, 0.05, delta=1e-3)

    def test_workers_without_cpus_are_no_evidence(self):
        amdahl, usl = self.fits(scaled(workers=(1, 2, 3, 4, 8)), cpus=3)
        self.assertIsInstance(amdahl, Fit)
        self.assertEqual(amdahl.most_workers, 3)
        self.assertIn("2 of 5 points don't count", usl.reason)

    def test_disturbed_points_are_no_evidence(self):
        for fit in self.fits(scaled(load=BUSY)):
            self.assertIn("there are 0", fit.reason)


class ReportTest(unittest.TestCase):
    WITH_PEAK = dict(workers=(1, 2, 4, 8, 16, 32), contention=0.02, coherency=0.002)

    def test_numbers(self):
        for value, text in ((0.12345, "0.123"), (12.345, "12.3"), (999.4, "999"), (999.6, "1k"), (12345, "12.3k"),
                            (1.8e-17, "0"),
                            (1.5e6, "1.5M")):
            self.assertEqual(report.number(value), text)

    def test_seconds(self):
        for value, text in ((1.5, "1.5 s"), (0.0123, "12.3 ms"), (4.2e-5, "42 µs")):
            self.assertEqual(report.seconds_text(value), text)

    def test_the_table_tells_peak_and_prediction(self):
        text = report.table(run_of(scaled(**self.WITH_PEAK)))
        peak = re.search(r"Universal Scalability Law: .*fastest with ([\d.]+) ", text)
        self.assertAlmostEqual(float(peak.group(1)), math.sqrt(0.98 / 0.002), delta=0.1)
        self.assertIn("1024 workers ", text)
        self.assertIn("more hardly pay", text)
        self.assertIn("- <it> failed", text)

    def test_the_table_has_a_dash_and_a_reason_for_what_is_refused(self):
        text = report.table(run_of(scaled(workers=(1, 2), load=BUSY)))
        self.assertRegex(text, r"\| mp_pool \| 1 \|[^–]*(\([^)]*\)[^–]*)*\| – \| – \| – \| disturbed")

    def test_predictions_are_for_more_than_was_measured(self):
        fit = pool_of(scaled(workers=(1, 2, 4, 8))).fits[0][1]
        self.assertEqual(report.predictions_at(fit, 1024), [16, 64, 256, 1024])
        self.assertEqual(report.predictions_at(fit, 100), [16, 64, 100])
        self.assertEqual(report.predictions_at(fit, 8), [])

    def test_csv_leaves_out_what_is_refused(self):
        lines = report.as_csv(run_of(scaled(workers=(1,)))).splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual(len(lines[1].split(",")), len(lines[0].split(",")))
        self.assertTrue(lines[2].endswith(",,,,"))  # no serial part, no warning

    def test_the_page_escapes(self):
        self.assertIn("&lt;it&gt; failed", page.page(run_of(scaled())))


class PlotTest(unittest.TestCase):
    def chart(self, points, curves=()):
        return plot.chart([("mp_pool", points)], list(curves))

    def test_all_points_are_drawn_inside(self):
        text = self.chart([(n, Estimate(n ** 0.5, n ** 0.4, n ** 0.6)) for n in (1, 2, 64)])
        places = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', text)
        self.assertEqual(len(places), 3)
        for x, y in places:
            self.assertTrue(plot.LEFT <= float(x) <= plot.WIDTH - plot.RIGHT)
            self.assertTrue(plot.TOP <= float(y) <= plot.HEIGHT - plot.BOTTOM)

    def test_twice_as_many_workers_and_twice_the_speedup_lie_on_the_ideal_line(self):
        text = self.chart([(n, Estimate(n, n, n)) for n in (1, 4)])
        (x1, y1), (x2, y2) = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', text)
        self.assertIn('class="ideal" x1="%s" y1="%s" x2="%s" y2="%s"' % (x1, y1, x2, y2), text)

    def test_a_curve(self):
        text = self.chart([(1, Estimate(1, 1, 1)), (8, Estimate(6, 5, 7))], [("s0", "<law>", lambda n: n, 8)])
        self.assertIn("&lt;law&gt;", text)
        self.assertEqual(len(re.search(r'points="([^"]*)"', text).group(1).split()), plot.SAMPLES_OF_A_CURVE + 1)

    def test_nothing_to_draw(self):
        self.assertEqual(plot.chart([("mp_pool", [])], []), "")

    def test_slower_than_serial(self):
        self.assertIn(">1/64<", self.chart([(1, Estimate(0.01, 0.009, 0.011))]))

    def test_ticks_of_a_wide_range_are_few(self):
        self.assertLessEqual(len(plot.Axis(1, 2.0 ** 40, 0, 100).ticks()), 11)


if __name__ == "__main__":
    unittest.main()
