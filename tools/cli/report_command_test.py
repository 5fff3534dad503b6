#!/usr/bin/python3
"""mpcheck report and mpcheck diff as their users meet them: report_command_test.py MPCHECK STATEMENTS SCHEMA.

On results that are known (tools/report/testing/synthetic.py).
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "report", "testing"))
import synthetic  # noqa: E402

MPCHECK, STATEMENTS, SCHEMA = (os.path.abspath(path) for path in sys.argv[1:4])
CLAIMS = 60


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        os.makedirs(self.root + "/conformance")
        os.symlink(os.path.dirname(STATEMENTS), self.root + "/conformance/notes")

    def run_it(self, *words):
        """Exit code, standard output, standard error."""
        ended = subprocess.run([MPCHECK, "--root=" + self.root, *words], cwd=self.root, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, universal_newlines=True)
        return ended.returncode, ended.stdout, ended.stderr

    def path(self, name):
        return os.path.join(self.root, name)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def results(self, folder, implementations=2, first=0):
        return synthetic.write_results(self.path(folder), implementations, CLAIMS, first)

    def change(self, path, number, **members):
        """Rewrites the line of a claim."""
        with open(path, encoding="utf-8") as f:
            lines = f.readlines()
        lines[1 + number] = json.dumps(dict(json.loads(lines[1 + number]), **members)) + "\n"
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(lines)


class Report(CommandTest):
    def test_without_arguments_it_makes_the_page_of_the_last_run(self):
        self.results("results/2026")
        os.symlink("2026", self.path("results/latest"))
        code, _, said = self.run_it("report")
        self.assertEqual(code, 0, said)
        self.assertIn("results/latest/report.html", said)
        self.assertIn(synthetic.name_of(1), self.text("results/2026/report.html"))

    def test_two_runs_of_the_same_stand_side_by_side(self):
        self.results("old", 1)
        self.results("new", 1)
        code, _, said = self.run_it("report", "old", "new", "--output=both.html")
        self.assertEqual(code, 0, said)
        for folder in ("old", "new"):
            self.assertIn('"%s (%s)"' % (synthetic.name_of(0), folder), self.text("both.html"))

    def test_notes_are_quoted_where_their_folder_is_given(self):
        self.results("a", 1)
        statement = next(json.loads(line) for line in self.text("conformance/notes/notes.jsonl").splitlines()
                         if json.loads(line)["id"] == synthetic.NOTES[0])
        place = statement["where"][0]
        os.makedirs(self.path("notes"))
        with open(self.path("notes/" + place["file"]), "w", encoding="utf-8") as f:
            f.writelines("line %d of the note\n" % (number + 1) for number in range(max(place["lines"])))
        code, _, said = self.run_it("report", "a", "--notes=notes", "--output=a.html")
        self.assertEqual(code, 0, said)
        self.assertIn("[%d,\"line %d of the note\"]" % (place["lines"][0], place["lines"][0]), self.text("a.html"))
        code, _, said = self.run_it("report", "a", "--notes=nowhere")
        self.assertEqual(code, 2)
        self.assertIn("nowhere: no such folder", said)

    def test_markdown_goes_to_standard_output_and_tells_what_is_unexpected(self):
        self.results("a")
        code, out, said = self.run_it("report", "a", "--markdown")
        self.assertEqual((code, said), (0, ""))
        unexpected = [n for n in range(CLAIMS) if synthetic.line(0, n)["standing"] == "unexpected"]
        self.assertIn("## mpcheck", out)
        for number in unexpected:
            again = "tools/mpcheck run %s --filter=%s\n" % (synthetic.name_of(0), synthetic.claim_id(number))
            self.assertIn(again, out)
        self.assertIn("They differ in ", out)
        self.assertFalse(os.path.exists(self.path("a/report.html")), "nobody asked for the page")

    def test_json_is_one_document_of_the_published_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.fail("this test needs Debian's python3-jsonschema: tools/setup --for-tests")
        self.results("a")
        code, _, said = self.run_it("report", "a", "--json=a.json")
        self.assertEqual(code, 0, said)
        document = json.loads(self.text("a.json"))
        with open(SCHEMA, encoding="utf-8") as f:
            jsonschema.Draft202012Validator(json.load(f)).validate(document)
        self.assertEqual([len(each["claims"]) for each in document["results"]], [CLAIMS, CLAIMS])
        self.assertEqual(document["results"][1]["claims"][7], synthetic.line(1, 7))

    def test_killed_run_is_one_document_of_what_was_done(self):
        folder = self.results("a", implementations=1)
        whole = self.path("a/%s.jsonl" % synthetic.name_of(0))
        with open(whole) as f:
            header, *claims = f.read().splitlines(keepends=True)
        os.remove(whole)
        parts = [header + claims[0], header, "", header + "".join(claims[1:3]) + claims[3][:20]]
        for number, text in enumerate(parts):
            with open(self.path("a/%s.%d.jsonl" % (synthetic.name_of(0), number)), "w") as f:
                f.write(text)
        code, out, said = self.run_it("report", "a", "--json")
        self.assertEqual(2, code)
        self.assertIn(".2.jsonl: this file is empty", said)
        [one] = json.loads(out)["results"]
        self.assertEqual(json.loads(header), one["header"])
        self.assertEqual(claims[:3], [json.dumps(each) + "\n" for each in one["claims"]])

    def test_junit_is_xml_that_counts_the_same(self):
        self.results("a", 1)
        code, _, said = self.run_it("report", "a", "--junit=xml")
        self.assertEqual(code, 0, said)
        root = xml.etree.ElementTree.parse(self.path("xml/%s.xml" % synthetic.name_of(0))).getroot()
        cases = root.findall("testsuite/testcase")
        self.assertEqual(len(cases), CLAIMS)
        rows = [synthetic.line(0, number) for number in range(CLAIMS)]
        for element, standing in (("failure", "unexpected"), ("error", "could_not_judge")):
            wanted = sum(row["standing"] == standing for row in rows)
            self.assertEqual(len(root.findall("testsuite/testcase/" + element)), wanted)
            self.assertEqual(int(root.get(element + "s")), wanted)
        self.assertEqual(len(root.findall("testsuite/testcase/skipped")),
                         sum(row["verdict"] == "unsupported" for row in rows))

    def test_badges_are_what_shields_io_reads(self):
        self.results("a")
        code, _, said = self.run_it("report", "a", "--badge=badges")
        self.assertEqual(code, 0, said)
        badge = json.loads(self.text("badges/%s.json" % synthetic.name_of(1)))
        self.assertEqual(set(badge), {"schemaVersion", "label", "message", "color"})
        self.assertEqual((badge["schemaVersion"], badge["color"]), (1, "red"))
        self.assertRegex(badge["message"], "^[0-9]+ of [0-9]+ hold$")

    def test_several_forms_at_once(self):
        self.results("a", 1)
        code, _, said = self.run_it("report", "a", "--output=a.html", "--markdown=a.md", "--json=a.json")
        self.assertEqual(code, 0, said)
        for name in ("a.html", "a.md", "a.json"):
            self.assertTrue(self.text(name))

    def test_what_cannot_be_read_or_written_gives_2_and_says_where(self):
        self.results("a", 1)
        with open(self.path("bad.jsonl"), "w") as f:
            f.write('{"mpcheck_results":1,"testee":"x"}\n{"claim":"queue.a"}\n')
        for words, wrong in ((["nowhere"], "nowhere: there is no such file or folder"),
                             ([], "results/latest: there is no such file or folder"),
                             (["bad.jsonl"], "bad.jsonl:2: there is no member \"area\""),
                             (["a", "--output=no/such/folder/x.html"], "no/such/folder/x.html: cannot be written")):
            with self.subTest(wrong):
                code, _, said = self.run_it("report", *words)
                self.assertEqual(code, 2)
                self.assertIn(wrong, said)

    def test_wrong_usage_gives_64_and_help_0(self):
        code, _, said = self.run_it("report", "--colour")
        self.assertEqual(code, 64)
        self.assertIn("usage: mpcheck report", said)
        code, out, _ = self.run_it("report", "--help")
        self.assertEqual(code, 0)
        self.assertIn("--badge=FOLDER", out)


class Diff(CommandTest):
    def test_the_same_gives_0(self):
        self.results("old")
        self.results("new")
        code, out, said = self.run_it("diff", "old", "new")
        self.assertEqual((code, said), (0, ""))
        self.assertEqual(out.count("no difference"), 2)
        self.assertIn("%s (old/%s.jsonl) -> " % (synthetic.name_of(0), synthetic.name_of(0)), out)

    def holding(self):
        return next(n for n in range(CLAIMS)
                    if synthetic.verdict_of(0, n) == "holds" and synthetic.level_of(n) == "MUST")

    def test_what_became_worse_gives_1_and_is_named(self):
        self.results("old")
        path = self.results("new")[0]
        self.change(path, self.holding(), verdict="violated")
        code, out, _ = self.run_it("diff", "old", "new")
        self.assertEqual(code, 1)
        self.assertIn("  worse  %s (MUST): holds -> violated" % synthetic.claim_id(self.holding()), out)

    def test_what_became_better_gives_0(self):
        path = self.results("old")[0]
        self.change(path, self.holding(), verdict="violated")
        self.results("new")
        code, out, _ = self.run_it("diff", "old", "new", "--format=markdown")
        self.assertEqual(code, 0)
        self.assertIn("| better | `%s` | MUST | violated | holds |" % synthetic.claim_id(self.holding()), out)

    def test_versions_are_partners(self):
        self.results("old", 1, first=0)
        self.results("old", 1, first=1)
        self.results("new", 2, first=3)
        code, out, _ = self.run_it("diff", "old", "new", "--format=json")
        self.assertEqual(code, 1)
        pairs = [(each["old"]["testee"], each["new"]["testee"]) for each in json.loads(out)["comparisons"]]
        self.assertEqual(pairs, [("synthetic-3.0-fork", "synthetic-3.3-fork"),
                                 ("synthetic-3.1-spawn", "synthetic-3.4-spawn")])

    def test_two_files_are_compared_whatever_their_names(self):
        old, new = self.results("a", 2)
        code, out, _ = self.run_it("diff", old, new)
        self.assertEqual(code, 1)
        self.assertIn(synthetic.name_of(0) + " (", out)

    def test_what_cannot_be_compared_gives_2(self):
        self.results("old", 2)
        self.results("new", 1, first=2)
        for words, wrong in ((["old", "nowhere"], "nowhere: there is no such file"),
                             (["old", "new"], "there is nothing to compare")):
            with self.subTest(wrong):
                code, _, said = self.run_it("diff", *words)
                self.assertEqual(code, 2)
                self.assertIn(wrong, said)

    def test_wrong_usage_gives_64(self):
        for words, wrong in ((["a"], "two results are compared, not 1"),
                             (["a", "b", "--format=xml"], "'xml' is none of text, markdown, json")):
            with self.subTest(wrong):
                code, _, said = self.run_it("diff", *words)
                self.assertEqual(code, 64)
                self.assertIn(wrong, said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
