#!/usr/bin/python3
"""The faults for mp still fit its sources: each has its place, and none overlaps with another."""
import os
import sys
import unittest

sys.path.insert(0, os.path.abspath("conformance/testing"))
import plant  # noqa: E402


class FaultsTest(unittest.TestCase):
    def setUp(self):
        self.by_file = {}
        for fault in plant.load_faults("tools/adapters/mp/faults"):
            self.by_file.setdefault(fault["file"], []).append(fault)

    def test_each_has_its_place(self):
        for name, faults in self.by_file.items():
            switched = plant.switched(plant.read(name), faults)
            for fault in faults:
                self.assertEqual(switched.count('planted("%s")' % fault["id"]), 1, fault["id"])

    def test_they_are_in_the_library_and_not_in_its_adapter(self):
        for name in self.by_file:
            self.assertTrue(name.startswith("mp/"), name)
            self.assertNotIn("test", name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
