#!/usr/bin/python3
"""How faults get into a copied package and into sources that are compiled with all of them."""
import os
import sys
import tempfile
import unittest

FAULTS = os.path.abspath("conformance/testing/faults")
sys.path.insert(0, os.path.abspath("conformance/testing"))
import plant  # noqa: E402


def fault(find, replace, name="it", file="a.py"):
    return {"id": name, "file": file, "area": "queue", "find": find, "replace": replace, "breaks": "something"}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        return path

    def refusal(self, act):
        with self.assertRaises(plant.FaultError) as raised:
            act()
        return str(raised.exception)


class LoadTest(Folder):
    def test_faults_of_the_repository_are_well_formed(self):
        self.assertGreater(len(plant.load_faults(FAULTS)), 500)

    def test_bad_ones_are_named(self):
        self.write("x/a.json", '[{"id": "one", "fnid": "a"}]')
        said = self.refusal(lambda: plant.load_faults(self.folder + "/x"))
        self.assertIn("x/a.json: fault one: no member 'area'", said)
        self.assertIn("unknown member 'fnid'", said)
        self.write("y/a.json", "[")
        self.assertIn("y/a.json: not JSON", self.refusal(lambda: plant.load_faults(self.folder + "/y")))
        self.assertIn("no faults", self.refusal(lambda: plant.load_faults(self.folder + "/z")))


class PackageTest(Folder):
    def setUp(self):
        super().setUp()
        self.write("package/a.py", "x = 1\ny = 1\n")
        self.write("package/b.py", "z = 1\n")
        self.package = plant.PackageCopy(self.folder + "/package")
        os.mkdir(self.folder + "/copy")

    def plant(self, one):
        return self.package.plant(one, self.folder + "/copy")

    def test_edits_one_file_of_a_copy(self):
        environment = self.plant(fault("y = 1", "y = 2"))
        self.assertEqual(environment, {"PYTHONPATH": self.folder + "/copy"})
        self.assertEqual(plant.read(self.folder + "/copy/package/a.py"), "x = 1\ny = 2\n")
        self.assertEqual(plant.read(self.folder + "/copy/package/b.py"), "z = 1\n")
        self.assertEqual(plant.read(self.folder + "/package/a.py"), "x = 1\ny = 1\n")

    def test_edits_a_copy_of_a_module_beside_the_package(self):
        self.write("module.py", "a = 1\n")
        one = dict(fault("a = 1", "a = 2", file="module.py"), module="module")
        self.assertEqual(self.plant(one), {"PYTHONPATH": self.folder + "/copy"})
        self.assertEqual(plant.read(self.folder + "/copy/module.py"), "a = 2\n")
        self.assertEqual(plant.read(self.folder + "/module.py"), "a = 1\n")
        self.assertEqual(os.listdir(self.folder + "/copy"), ["module.py"])
        self.assertEqual(self.package.flags(one), ["-X", "frozen_modules=off"])
        self.assertEqual(self.package.flags(fault("y = 1", "y = 2")), [])

    def test_refuses_text_that_is_not_there_once(self):
        self.assertIn("fault it: its text occurs 2 times in a.py",
                      self.refusal(lambda: self.plant(fault("= 1", "= 2"))))
        self.assertIn("occurs 0 times", self.refusal(lambda: self.plant(fault("q", "r"))))
        self.assertIn("there is no", self.refusal(lambda: self.plant(fault("q", "r", file="c.py"))))

    def test_refuses_what_is_no_program(self):
        self.assertIn("fault it:", self.refusal(lambda: self.plant(fault("y = 1", "y = = 1"))))


class SwitchTest(Folder):
    def switched(self, text, *faults):
        return plant.switched(text, list(faults))[len(plant.SWITCH):]

    def test_expression(self):
        self.assertEqual(self.switched("f(a + b);", fault("a + b", "a - b")),
                         'f((planted("it") ? (a - b) : (a + b)));')

    def test_statement(self):
        self.assertEqual(self.switched("if (x) go();", fault("go();", "stop();")),
                         'if (x) if (planted("it")) {\nstop();\n} else {\ngo();\n}')

    def test_several_at_one_place(self):
        self.assertEqual(self.switched("f(a);", fault("a", "b", "one"), fault("a", "c", "two")),
                         'f((planted("one") ? (b) : planted("two") ? (c) : (a)));')

    def test_one_within_another(self):
        self.assertEqual(self.switched("go(a); end();", fault("go(a);", "", "out"), fault("a", "b", "in")),
                         'if (planted("out")) {\n\n} else {\ngo((planted("in") ? (b) : (a)));\n} end();')

    def test_overlapping_ones_are_refused(self):
        self.assertEqual(self.refusal(lambda: self.switched("a b c", fault("a b", "", "one"), fault("b c", "", "two"))),
                         "faults one and two overlap")


class SourcesTest(Folder):
    def setUp(self):
        super().setUp()
        self.write("checkout/BUILD", "# nothing\n")
        self.write("checkout/lib/a.cc", "int f() { return 1; }\n")
        self.write("checkout/results/old", "left out")
        self.sources = plant.SwitchedSources(self.folder + "/checkout", self.folder + "/checkout/results/tree",
                                             "//lib:a")
        self.copy = self.folder + "/checkout/results/tree/"

    def test_copies_all_but_results_and_switches_what_is_faulty(self):
        refused = self.sources.write([fault("return 1;", "return 2;", file="lib/a.cc"),
                                      fault("return 3;", "", "gone", file="lib/a.cc")])
        self.assertEqual([(one["id"], why) for one, why in refused],
                         [("gone", "fault gone: its text occurs 0 times in lib/a.cc, not once")])
        self.assertIn('planted("it")', plant.read(self.copy + "lib/a.cc"))
        self.assertEqual(plant.read(self.copy + "BUILD"), "# nothing\n")
        self.assertEqual(sorted(os.listdir(self.copy)), ["BUILD", "lib"])
        self.assertEqual(self.sources.plant(fault("", ""), self.folder), {plant.VARIABLE: "it"})

    def test_a_second_time_touches_only_what_has_changed(self):
        self.sources.write([fault("return 1;", "return 2;", file="lib/a.cc")])
        before = os.stat(self.copy + "BUILD").st_mtime_ns
        self.write("checkout/results/tree/lib/stray.cc", "")
        self.sources.write([])
        self.assertEqual(os.stat(self.copy + "BUILD").st_mtime_ns, before)
        self.assertEqual(plant.read(self.copy + "lib/a.cc"), "int f() { return 1; }\n")
        self.assertFalse(os.path.exists(self.copy + "lib/stray.cc"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
