#!/usr/bin/python3
"""Mutants: each kind of edit, what is left alone, and that a seed names the same ones."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("conformance/testing"))
import mutants  # noqa: E402
import plant  # noqa: E402


def mutated(text, file="queues.py"):
    """The texts that the mutants of `text` amount to."""
    return [text.replace(each["find"], each["replace"]) for each in mutants.of_module(text, file)]


class KindsTest(unittest.TestCase):
    def assert_becomes(self, text, *others):
        for each in mutated(text):
            compile(each, "mutant", "exec")
        self.assertEqual(sorted(each.rstrip("\n") for each in mutated(text + "\n")), sorted(others))

    def test_a_condition_is_negated(self):
        self.assert_becomes("if ready(): x = y", "if (not (ready())): x = y")
        self.assert_becomes("x = y if z else w", "x = y if (not (z)) else w")
        self.assert_becomes("while more(): x = y", "while (not (more())): x = y")

    def test_an_equality_is_not_negated_twice(self):
        self.assert_becomes("if x is None: y = z", "if (x is not None): y = z")
        self.assert_becomes("if not x: y = z", "if (x): y = z")

    def test_a_bound_moves(self):
        self.assert_becomes("x = y < z", "x = (y <= z)")
        self.assert_becomes("x = y[1:]", "x = y[(2):]")
        self.assert_becomes("x = -1", "x = 0")
        self.assert_becomes("x = y + z", "x = (y - z)")

    def test_operands_go(self):
        self.assert_becomes("x = y or z", "x = (y and z)", "x = (y)", "x = (z)")

    def test_statements_go(self):
        self.assert_becomes("lock.release()", "pass")
        self.assert_becomes("del cache[key]", "pass")
        self.assert_becomes("self.count -= n", "pass", "self.count += n")
        self.assert_becomes("self.count = n", "pass")
        self.assert_becomes("raise", "pass")
        self.assert_becomes("def f(): return x", "def f(): return None")
        self.assert_becomes("def f():\n  return", "def f():\n  pass")
        self.assert_becomes("for x in y:\n  break", "for x in y:\n  pass")

    def test_a_lock_is_not_taken(self):
        self.assert_becomes("with self.lock: x = y", "with __import__('contextlib').nullcontext(): x = y")
        self.assert_becomes("with f() as x: y = x")

    def test_an_error_is_not_handled(self):
        self.assert_becomes("try: x = y\nexcept OSError: x = z", "try: x = y\nexcept (): x = z")

    def test_an_argument_is_not_passed(self):
        self.assert_becomes("x = f(a, ctx=b)", "x = (f(a))")

    def test_a_default_turns_round(self):
        self.assert_becomes("def f(block=True): x = y", "def f(block=False): x = y")

    def test_what_cannot_show_is_left_alone(self):
        for text in ("assert x == 1", "util.debug('got %d', 1)", '"""Says 1 == 2."""', "x = 'a' + b", "x = 'a %d' % 1",
                     "x = f'{1 + y}'", "__all__ = []", "x = None",
                     "if sys.platform == 'win32':\n  f(1)", "if sys.platform != 'win32':\n  x = y\nelse:\n  f(1)",
                     "if _winapi:\n  x = 1"):
            self.assertEqual(mutated(text + "\n"), [], text)

    def test_what_is_not_for_windows_is_not(self):
        condition = "if sys.platform == 'win32':\n  f(1)\nelse:\n  "
        self.assert_becomes(condition + "g()", condition + "pass")


class PlaceTest(unittest.TestCase):
    def test_lines_that_occur_twice_are_told_apart(self):
        text = "def f():\n    x.put()\n\ndef g():\n    x.put()\n"
        self.assertEqual(mutated(text), [text.replace("x.put()", "pass", 1), text[:-8] + "pass\n"])

    def test_bytes_are_not_characters(self):
        self.assertEqual(mutated("x = 'é', y < z  # ü\n"), ["x = 'é', (y <= z)  # ü\n"])

    def test_an_expression_of_several_lines_goes_as_one(self):
        self.assertEqual(mutated("x = (y and\n     z)\n"), ["x = ((y or z))\n", "x = ((z))\n", "x = ((y))\n"])

    def test_it_says_where_and_what(self):
        one = mutants.of_module("class Queue:\n    def put(self): self.lock.release()\n", "queues.py")[0]
        self.assertEqual(one["breaks"], "Queue.put leaves out a call: self.lock.release() -> pass")
        self.assertEqual(one["area"], "queue")
        plant.check_members(one, "mutants")


class PackageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for file in ("queues.py", "popen_spawn_posix.py", "popen_spawn_win32.py"):
            with open(os.path.join(self.folder, file), "w") as f:
                f.writelines("def f%d(): return %s\n" % (n, n) for n in range(20))

    def ids(self, number, seed, method="spawn"):
        return [each["id"] for each in mutants.of_package(self.folder, number, seed, method)]

    def test_a_seed_names_the_same_ones(self):
        self.assertEqual(self.ids(7, 1), self.ids(7, 1))
        self.assertEqual(len(set(self.ids(7, 1))), 7)
        self.assertNotEqual(self.ids(7, 1), self.ids(7, 2))

    def test_all_if_there_are_not_so_many(self):
        everything = self.ids(10 ** 6, 1)
        self.assertEqual(len(set(everything)), 80)
        self.assertFalse([each for each in everything if "win32" in each])

    def test_only_those_that_a_start_method_runs(self):
        self.assertEqual({each.split("-")[1] for each in self.ids(10 ** 6, 1, "fork")}, {"queues"})

    def test_each_can_be_planted(self):
        package = plant.PackageCopy(self.folder)
        for one in mutants.of_package(self.folder, 5, 1, "fork"):
            with tempfile.TemporaryDirectory() as copy:
                package.plant(one, copy)
                with open(os.path.join(copy, os.path.basename(self.folder), one["file"])) as f:
                    self.assertIn(one["replace"], f.read())


if __name__ == "__main__":
    unittest.main()
