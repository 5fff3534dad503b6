#!/usr/bin/python3
"""conformance/ADAPTERS.md says what is so: its files are the templates, its commands do what it shows.

A block with `file=NAME` is written to that file, and must be the template of that name if there is one. In a `console`
block the lines with $ are commands; what stands below one must come in its output, in that order. `...` in a line
stands for anything, numbers and runs of spaces are not compared, and `[exit code N]` is how the last command ends;
else it is 0.

adapters_doc_test.py MPCHECK RUNNER: the two programs.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MPCHECK, RUNNER = (os.path.abspath(path) for path in sys.argv[1:3])
DOCUMENT = os.path.join("conformance", "ADAPTERS.md")
KIT = os.path.abspath(os.path.join("tools", "adapters", "kit"))
TEMPLATES = {"python": "python", "cpp": "cpp"}  # a block's language -> the folder of its templates


def blocks():
    """(language, file or None, text) of each code block."""
    with open(DOCUMENT) as document:
        for head, body in re.findall(r"^```(\S+(?: [^\n]*)?)\n(.*?)^```$", document.read(), re.M | re.S):
            language, _, rest = head.partition(" ")
            yield language, rest[len("file="):] or None, body


def commands_of(block):
    """(command, lines that its output has, exit code) of a console block."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], [], 0])
        elif line.startswith("[exit code "):
            found[-1][2] = int(line[len("[exit code "):-1])
        elif line.strip() not in ("", "..."):
            found[-1][1].append(line)
    return found


def pattern(line):
    parts = [re.escape(re.sub(r"\d+", "0", re.sub(r"\s+", " ", part.strip(" ")))) for part in line.split("...")]
    return re.compile(r"\s*" + r".*".join(parts).replace(r"\ ", " *"))


class DocumentTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.checkout, self.here = folder.name + "/mpcheck", folder.name
        os.makedirs(self.checkout + "/tools/adapters")
        os.symlink(KIT, self.checkout + "/tools/adapters/kit")
        os.makedirs(self.checkout + "/bazel-bin/conformance/runner")
        os.symlink(RUNNER, self.checkout + "/bazel-bin/conformance/runner/runner")
        with open(self.checkout + "/tools/mpcheck", "w") as script:
            script.write('#!/bin/sh\nexec "%s" --root="%s" --runner="%s" "$@"\n' % (MPCHECK, self.checkout, RUNNER))
        os.chmod(self.checkout + "/tools/mpcheck", 0o755)

    def run_command(self, command):
        """Runs it where the last one left off; returns its exit code and output."""
        script = 'cd "%s" && %s\ncode=$?\npwd > "%s/here"\nexit $code' % (self.here, command, self.checkout)
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("GTEST_", "TEST_", "XML_", "RUNFILES", "BUILD_"))}
        environment.update(MPCHECK=self.checkout, PATH="/usr/bin:/bin")
        ended = subprocess.run(["bash", "-c", script], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               universal_newlines=True)
        with open(self.checkout + "/here") as here:
            self.here = here.read().strip()
        return ended.returncode, ended.stdout

    def assert_shows(self, output, wanted):
        lines = iter(output.splitlines())
        for line in wanted:
            form = pattern(line)
            found = any(form.match(re.sub(r"\d+", "0", re.sub(r"\s+", " ", each.strip()))) for each in lines)
            self.assertTrue(found, "no line (or not in this order) like\n%s\nin\n%s" % (line, output))

    def test_files_are_the_templates(self):
        seen = 0
        for language, name, text in blocks():
            template = os.path.join(KIT, "templates", TEMPLATES.get(language, ""), name or "")
            if name and language in TEMPLATES and os.path.exists(template):
                with open(template) as source:
                    self.assertEqual(text, source.read(), name)
                seen += 1
        self.assertEqual(seen, 4)

    def test_each_step_runs(self):
        ran = 0
        for language, name, text in blocks():
            if name:
                with open(os.path.join(self.here, name), "w") as file:
                    file.write(text)
            elif language == "console":
                for command, wanted, code in commands_of(text):
                    found, output = self.run_command(command)
                    self.assertEqual(found, code, "%s\n%s" % (command, output))
                    self.assert_shows(output, wanted)
                    ran += 1
        self.assertGreater(ran, 12)

    def test_a_wrong_line_would_be_noticed(self):
        self.assert_shows("a  1\nb 22\n", ["a 3", "b ..."])
        for wanted in (["c"], ["b 1", "a 1"]):
            with self.assertRaises(AssertionError):
                self.assert_shows("a 1\nb 2\n", wanted)


if __name__ == "__main__":
    if not shutil.which("g++"):
        sys.exit("this test needs g++")
    unittest.main(argv=sys.argv[:1])
