#!/usr/bin/python3
"""How the page's sources are put together, and what is refused."""
import os
import re
import sys
import unittest

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
sys.path.insert(0, PAGE)
import bundle  # noqa: E402


class BundleTest(unittest.TestCase):
    def refused(self, *modules):
        with self.assertRaises(bundle.Refused) as context:
            bundle.script_of(modules)
        return str(context.exception)

    def test_imports_and_exports_go(self):
        script = bundle.script_of([("a.js", "export const one = 1;\nexport async function two() {}\n"),
                                   ("b.js", "import {one} from './a.js';\nexport class Three {}\n")])
        self.assertNotIn("import", script)
        self.assertNotIn("export", script)
        self.assertIn("const one = 1;", script)

    def test_a_name_that_two_modules_define_is_refused(self):
        self.assertEqual(self.refused(("a.js", "function x() {}\n"), ("b.js", "export const x = 1;\n")),
                         "a.js and b.js both define x")

    def test_a_module_that_stands_before_what_it_imports_is_refused(self):
        self.assertIn("b.js imports a.js",
                      self.refused(("b.js", "import {x} from './a.js';\n"), ("a.js", "const x = 1;\n")))

    def test_other_imports_are_refused(self):
        self.assertIn("import of another form", self.refused(("a.js", "import * as b from './b.js';\n")))

    def test_what_would_end_the_script_is_refused(self):
        self.assertIn("</script", self.refused(("a.js", "const x = '</script>';\n")))

    def test_a_literal_of_cpp_means_its_text(self):
        self.assertEqual(bundle.literal('a"b\\c\n?é'), r'    "a\"b\\c\n\?\303\251"')

    def test_a_digit_behind_an_escaped_character_is_not_taken_for_a_part_of_it(self):
        self.assertEqual(bundle.literal("é7"), r'    "\303\2517"')  # three digits at most are of an octal escape


class StyleTest(unittest.TestCase):
    def test_dark_is_the_same_where_the_system_wants_it_and_where_a_reader_does(self):
        dark = re.findall(r"color-scheme: dark;([^}]*)}", bundle.read(os.path.join(PAGE, "page.css")))
        self.assertEqual(len(dark), 2)
        self.assertEqual(dark[0].split(), dark[1].split())


if __name__ == "__main__":
    unittest.main()
