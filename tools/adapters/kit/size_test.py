#!/usr/bin/python3
"""An adapter that offers queues only is small: under 60 lines, whatever it is written in."""
import os
import unittest

TEMPLATES = os.path.join("tools", "adapters", "kit", "templates")


class SizeTest(unittest.TestCase):
    def test_adapters_of_queues_have_under_60_lines(self):
        for files in (["python/queues.py"], ["cpp/queues.h", "cpp/queues.cc"], ["perl/queues.pl"]):
            lines = 0
            for name in files:
                with open(os.path.join(TEMPLATES, name)) as source:
                    lines += len(source.readlines())
            self.assertLess(lines, 60, files)
            self.assertGreater(lines, 10, files)


if __name__ == "__main__":
    unittest.main()
