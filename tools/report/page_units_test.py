#!/usr/bin/python3
"""Runs the page's unit tests (page/*_test.js) in a browser: page_units_test.py TEMPLATE STYLE MODULE.js..."""
import json
import os
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), folder) for folder in ("testing", "page")]
import browser  # noqa: E402
import bundle  # noqa: E402

SOURCES = sys.argv[1:]


class PageUnits(unittest.TestCase):
    def test_every_unit_test_passes(self):
        modules = [(os.path.basename(path), bundle.read(path)) for path in SOURCES]
        modules.append(("report.js", "import {results} from './unit.js';\nwindow.results = results();\n"))
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as page, browser.Browser() as chromium:
            page.write("<!doctype html><meta charset=utf-8><script>%s</script>" % bundle.script_of(modules))
            page.flush()
            chromium.open("file://" + page.name)
            try:
                chromium.wait("window.results")
            except browser.Failed:
                self.fail("the tests do not run: %s" % chromium.errors)
            results = chromium.evaluate("window.results")
        self.assertGreater(len(results), 25)
        failed = {name: wrong for name, wrong in results if wrong}
        self.assertEqual(failed, {}, json.dumps(failed, indent=1, ensure_ascii=False))
        print("%d unit tests of the page" % len(results))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
