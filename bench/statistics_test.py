#!/usr/bin/python3
"""estimates.py and significance.py against answers that are known: published ones, and those of counting."""
import os
import random
import statistics
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from estimates import Estimate, estimate, estimate_of_change, transformed
from significance import benjamini_hochberg, mann_whitney, stats


class EstimateTest(unittest.TestCase):
    def test_the_median_lies_in_its_interval(self):
        made = estimate([5, 1, 2, 9, 3, 4, 4])
        self.assertEqual(made.value, 4)
        self.assertTrue(1 <= made.low <= 4 <= made.high <= 9)

    def test_few_rounds_have_the_least_and_the_greatest(self):
        self.assertEqual(estimate([3, 1, 2]), Estimate(2, 1, 3))

    def test_one_outlier_does_not_widen_the_interval_of_many(self):
        self.assertLess(estimate([1.0] * 20 + [100.0]).high, 1.1)

    def test_what_falls_turns_the_interval_round(self):
        self.assertEqual(transformed(lambda x: 1 / x, Estimate(2, 1, 4)), Estimate(0.5, 0.25, 1))

    def test_nine_rounds_hold_the_true_median_about_as_often_as_promised(self):
        chance = random.Random(7)
        held = 0
        for _ in range(200):
            made = estimate([chance.gauss(100, 5) for _ in range(9)])
            held += made.low <= 100 <= made.high
        self.assertTrue(0.88 <= held / 200 <= 1, held)

    def test_a_change_of_medians(self):
        chance = random.Random(3)
        old, new = ([chance.gauss(centre, centre * 0.03) for _ in range(9)] for centre in (100, 110))
        made = estimate_of_change(old, new)
        self.assertAlmostEqual(made.value, statistics.median(new) / statistics.median(old))
        self.assertTrue(1 < made.low < made.value < made.high < 1.2, made)

    def test_no_change_has_an_interval_round_one(self):
        chance = random.Random(5)
        old, new = ([chance.gauss(100, 3) for _ in range(9)] for _ in range(2))
        made = estimate_of_change(old, new)
        self.assertTrue(made.low <= 1 <= made.high, made)


@unittest.skipIf(stats is None, "no scipy")
class MannWhitneyTest(unittest.TestCase):
    def test_of_all_orders_of_five_and_five_two_lie_so_far_apart(self):
        self.assertAlmostEqual(mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), 2 / 252)

    def test_counted_by_hand(self):
        # U = 2; of the 20 orders of three and three four have U <= 2, and as many lie on the other side.
        self.assertAlmostEqual(mann_whitney([1, 2, 5], [3, 4, 6]), 8 / 20)

    def test_equal_samples(self):
        self.assertEqual(mann_whitney([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 1)

    def test_nobody_to_compare_with(self):
        self.assertIsNone(mann_whitney([1, 2], []))


class BenjaminiHochbergTest(unittest.TestCase):
    def test_the_example_of_1995(self):
        # Benjamini and Hochberg, section 3.2: fifteen p-values, of which four are told at 0.05.
        p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
                    0.6528, 0.7590, 1.0000]
        adjusted = benjamini_hochberg(p_values)
        self.assertEqual([q <= 0.05 for q in adjusted], [True] * 4 + [False] * 11)
        self.assertAlmostEqual(adjusted[3], 0.0095 * 15 / 4)

    def test_a_lesser_p_never_has_a_greater_q(self):
        self.assertEqual(benjamini_hochberg([0.04, 0.01, 0.03]), [0.04, 0.03, 0.04])

    def test_none(self):
        self.assertEqual(benjamini_hochberg([]), [])


if __name__ == "__main__":
    unittest.main()
