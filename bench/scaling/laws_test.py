#!/usr/bin/python3
"""The fits against data whose coefficients others have published, against data made from known ones, and where they are
refused."""
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import laws
from laws import AMDAHL, USL, Fit, Refusal, fit_law, karp_flatt, throughput

# Gunther's measurements of a ray tracer, and SPEC SDM91 on a SPARCcenter 2000. Both come with the R package `usl`; what
# they are compared with here its documentation and tests print.
RAYTRACER = ([1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64], [20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310])
SPECSDM91 = ([1, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2])

COUNTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]


def made(contention, scale, coherency, noise=0.0, seed=1):
    chance = random.Random(seed)
    return [throughput(n, contention, scale, coherency) * (1 + chance.gauss(0, noise)) for n in COUNTS]


class PublishedTest(unittest.TestCase):
    def test_specsdm91(self):
        fit = fit_law(USL, *SPECSDM91)
        self.assertAlmostEqual(fit.contention.value, 0.0277285, delta=1e-6)
        self.assertAlmostEqual(fit.coherency.value, 0.0001044, delta=1e-7)
        self.assertAlmostEqual(fit.scale.value, 89.995233, delta=1e-3)
        self.assertAlmostEqual(fit.residual_error, 82.8, delta=0.05)

    def test_specsdm91s_standard_errors(self):
        fit = fit_law(USL, *SPECSDM91)
        t = laws.student(4)
        self.assertAlmostEqual((fit.contention.high - fit.contention.value) / t, 0.0091217, delta=1e-5)
        self.assertAlmostEqual((fit.coherency.high - fit.coherency.value) / t, 0.0000199, delta=1e-7)
        self.assertAlmostEqual((fit.scale.high - fit.scale.value) / t, 14.2134894, delta=1e-2)

    def test_raytracer(self):
        fit = fit_law(USL, *RAYTRACER)
        self.assertAlmostEqual(fit.contention.value, 0.057771, delta=1e-5)
        self.assertAlmostEqual(fit.coherency.value, 0, delta=1e-7)
        self.assertAlmostEqual(fit.scale.value, 21.848843, delta=1e-3)

    def test_raytracers_standard_errors(self):
        fit = fit_law(USL, *RAYTRACER)
        # Published are intervals; what `usl` calls 95 % reaches as far as Student's 95 % quantile of 10 degrees.
        theirs, ours = 1.812461, laws.student(8)
        self.assertAlmostEqual((fit.contention.high - fit.contention.value) / ours, (0.081864 - 0.057771) / theirs,
                               delta=1e-5)
        self.assertAlmostEqual((fit.coherency.high - fit.coherency.value) / ours, 0.000214 / theirs, delta=1e-6)
        self.assertAlmostEqual((fit.scale.high - fit.scale.value) / ours, (25.829306 - 21.848843) / theirs, delta=1e-3)

    def test_specsdm91_has_a_peak_and_raytracer_has_none(self):
        peak = fit_law(USL, *SPECSDM91).peak()
        self.assertAlmostEqual(peak.value, 96.5, delta=0.1)
        self.assertLess(peak.low, 96.5)
        self.assertGreater(peak.high, 96.5)
        self.assertIsInstance(fit_law(USL, *RAYTRACER).peak(), Refusal)


class KnownAnswerTest(unittest.TestCase):
    def test_without_noise_the_coefficients_are_found(self):
        for contention, coherency in ((0.02, 0.02), (0.1, 1e-4), (0.3, 0.0), (0.0, 1e-3)):
            with self.subTest(contention=contention, coherency=coherency):
                fit = fit_law(USL, COUNTS, made(contention, 7, coherency))
                self.assertAlmostEqual(fit.contention.value, contention, delta=1e-6)
                self.assertAlmostEqual(fit.coherency.value, coherency, delta=1e-6)
                self.assertAlmostEqual(fit.scale.value, 7, delta=1e-5)

    def test_amdahl_without_noise(self):
        fit = fit_law(AMDAHL, COUNTS, made(0.05, 3, 0))
        self.assertAlmostEqual(fit.contention.value, 0.05, delta=1e-6)
        self.assertAlmostEqual(fit.limit().value, 20, delta=1e-3)

    def test_with_noise_the_intervals_hold_the_answer_as_often_as_they_say(self):
        held = 0
        for seed in range(200):
            fit = fit_law(USL, COUNTS, made(0.05, 1, 0.002, noise=0.02, seed=seed))
            held += fit.contention.low <= 0.05 <= fit.contention.high
        # 190 are to be expected. Throughputs whose noise grows with them are not quite what least squares suppose, and
        # fewer than 170 would be one time in millions if 95 % were right.
        self.assertGreaterEqual(held, 170)

    def test_a_prediction_holds_the_answer(self):
        fit = fit_law(USL, COUNTS, made(0.05, 1, 0.0005, noise=0.005))
        for n in (48, 64, 128):
            estimate = fit.predict(n)
            self.assertLessEqual(estimate.low, throughput(n, 0.05, 1, 0.0005))
            self.assertGreaterEqual(estimate.high, throughput(n, 0.05, 1, 0.0005))

    def test_where_more_workers_stop_paying(self):
        for contention, coherency in ((0.05, 0.0), (0.05, 0.001)):
            enough = fit_law(USL, COUNTS, made(contention, 1, coherency)).worthwhile(1024)
            most = max(throughput(n, contention, 1, coherency) for n in range(1, 1025))
            self.assertAlmostEqual(throughput(enough.value, contention, 1, coherency), 0.9 * most, delta=1e-3 * most)

    def test_karp_flatt_of_amdahls_law_is_its_serial_part(self):
        for n in (2, 8, 64):
            self.assertAlmostEqual(karp_flatt(throughput(n, 0.1, 1), n), 0.1)

    def test_karp_flatt_of_the_ideal_is_0(self):
        self.assertAlmostEqual(karp_flatt(4, 4), 0)


class RefusalTest(unittest.TestCase):
    def refused(self, what):
        self.assertIsInstance(what, Refusal)
        return what.reason

    def test_too_few_numbers_of_workers(self):
        self.assertIn("needs 4 different", self.refused(fit_law(USL, [1, 2, 4], [1, 2, 3])))
        self.assertIn("there are 2", self.refused(fit_law(AMDAHL, [1, 2], [1, 2])))
        self.assertIn("there is 1", self.refused(fit_law(AMDAHL, [1], [1])))

    def test_the_same_number_of_workers_again_is_no_other_one(self):
        self.assertIn("Too few", self.refused(fit_law(USL, [1, 1, 2, 2, 4, 4], [1, 1, 2, 2, 3, 3])))

    def test_no_throughput(self):
        self.assertIn("above 0", self.refused(fit_law(USL, [1, 2, 3, 4], [1, 2, 0, 4])))
        self.assertIn("above 0", self.refused(fit_law(USL, [1, 2, 3, 4], [1, 2, float("nan"), 4])))

    def test_no_peak_without_coherency(self):
        self.assertIn("coherency may be 0", self.refused(fit_law(AMDAHL, COUNTS, made(0.1, 1, 0)).peak()))
        self.assertIn("coherency may be 0", self.refused(fit_law(USL, COUNTS, made(0.1, 1, 0, noise=0.02)).peak()))

    def test_no_limit_without_contention(self):
        self.assertIn("contention may be 0",
                      self.refused(fit_law(USL, COUNTS, made(0.0, 1, 0.001, noise=0.02)).limit()))

    def test_no_prediction_far_beyond_few_noisy_points(self):
        fit = fit_law(USL, [1, 2, 3, 4], [1, 1.93, 2.95, 3.7])
        self.assertIsInstance(fit, Fit)
        self.assertIn("no ground for 1024 workers", self.refused(fit.predict(1024)))
        self.assertIn("stop paying", self.refused(fit.worthwhile(1024)))


if __name__ == "__main__":
    if laws.numpy is None:
        sys.exit("laws_test: scipy is not here; tools/setup installs it (Debian: python3-scipy)")
    unittest.main()
