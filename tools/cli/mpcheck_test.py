#!/usr/bin/python3
"""The mpcheck command as its users meet it: what it finds, its tables and exit codes, what it keeps.

It runs on a checkout of its own making, of which only the adapter is real, and judges a claim or two.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MPCHECK, RUNNER, ADAPTER, STATEMENTS, STRESS, KNOWN = (os.path.abspath(path) for path in sys.argv[1:7])
DUMMY = ["/usr/bin/python3", ADAPTER, "--module=multiprocessing.dummy"]
HOLDS = "queue.get.raises_empty_after_timeout"
VARIATION = "queue.put.negative_timeout"
KILLS = "lock.death_of_its_holder_does_not_block_the_next"  # of which threads have nothing
VIOLATED = "pipe.full_direction_leaves_the_other_free"
# What Bazel tells this test is not for the runners that it starts.
ENVIRONMENT = dict({name: value for name, value in os.environ.items()
                    if not name.startswith(("GTEST_", "TEST_", "XML_"))}, PATH="/usr/bin:/bin")


class MpcheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        os.makedirs(self.root + "/tools/adapters")
        os.symlink(os.path.dirname(ADAPTER), self.root + "/tools/adapters/python")
        os.symlink(KNOWN, self.root + "/tools/adapters/known_implementations.json")
        os.makedirs(self.root + "/conformance")
        os.symlink(os.path.dirname(STATEMENTS), self.root + "/conformance/notes")

    def command(self, *words):
        return [MPCHECK, "--root=" + self.root, "--runner=" + RUNNER, *words]

    def run_it(self, *words):
        """Runs mpcheck; returns its exit code and all that it printed."""
        ended = subprocess.run(self.command(*words), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               universal_newlines=True)
        return ended.returncode, ended.stdout

    def name_of(self, kind, method):
        """The name of the implementation of that kind that /usr/bin/python3 is."""
        here = json.loads(self.run_it("testees", "--json")[1])["here"]
        return next(each["name"] for each in here if each["kind"] == kind and each["method"] == method)

    def row(self, said, name):
        """The numbers beside a name in the first table."""
        line = next(line for line in said.splitlines() if line.startswith(name + " "))
        return line[len(name):].split()

    def latest(self, name):
        with open(self.root + "/results/latest/" + name) as f:
            return f.read()

    def test_judges_what_is_here_and_remembers_it(self):
        names = [self.name_of("cpython", "fork"), self.name_of("dummy", "dummy")]
        code, said = self.run_it("run", *names, "--filter=" + HOLDS)
        self.assertEqual(code, 0, said)
        for name in names:
            self.assertEqual(self.row(said, name)[:6], ["1", "0", "0", "0", "0", "clean"], said)
            self.assertNotIn("known", self.row(said, name))
        code, said = self.run_it("run", *names, "--filter=" + HOLDS)
        self.assertEqual(code, 0, said)
        for name in names:
            self.assertEqual(self.row(said, name)[:7], ["1", "0", "0", "0", "0", "clean", "known"], said)
        code, said = self.run_it("run", names[0], "--filter=" + HOLDS, "--fresh")
        self.assertNotIn("known", self.row(said, names[0]))

    def test_waivers_that_were_changed_judge_what_is_known(self):
        adapter = self.root + "/tools/adapters/python"
        os.unlink(adapter)
        shutil.copytree(os.path.dirname(ADAPTER), adapter)
        os.symlink(os.path.dirname(os.path.dirname(ADAPTER)) + "/kit", self.root + "/tools/adapters/kit")
        name = self.name_of("dummy", "dummy")
        code, said = self.run_it("run", name, "--filter=" + VIOLATED)
        self.assertEqual(code, 0, said)
        with open(adapter + "/waivers/cpython-dummy.txt", "w") as file:
            file.write(HOLDS + "  # it is said\n")
        code, said = self.run_it("run", name, "--filter=" + VIOLATED)
        self.assertEqual(code, 1, said)
        self.assertEqual(self.row(said, name)[6], "known", said)
        self.assertIn(name + ": not as its waivers say\n    " + VIOLATED, said)
        line = next(line for line in self.latest(name + ".jsonl").splitlines() if VIOLATED in line)
        self.assertEqual([json.loads(line)[word] for word in ("standing", "waived", "complaints")],
                         ["unexpected", False, ["the claim is violated"]])

    def test_waived_violation_is_as_expected_and_counted(self):
        code, said = self.run_it("run", "cpython-*-dummy", "--filter=" + VIOLATED)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, "[1-9][0-9]* violations are known and explained")

    def test_violation_of_an_adapter_of_ones_own_gives_1_and_is_named(self):
        code, said = self.run_it("run", "mine", "--filter=%s:%s" % (HOLDS, VIOLATED), "--", *DUMMY)
        self.assertEqual(code, 1, said)
        self.assertEqual(self.row(said, "mine")[:5], ["1", "1", "0", "0", "0"], said)
        self.assertIn("mine: not as its waivers say\n    " + VIOLATED, said)
        log = self.latest(next(n for n in os.listdir(self.root + "/results/latest") if n.startswith("mine")
                               and n.endswith(".log") and VIOLATED in self.latest(n)))
        self.assertIn("While a send waits for room, messages still pass the other way.", log)

    def test_waivers_of_an_adapter_of_ones_own_are_what_is_expected(self):
        path = self.root + "/mine.txt"
        with open(path, "w") as file:
            file.write(VIOLATED + "  # it is known\n")
        code, said = self.run_it("run", "mine", "--waivers=" + path, "--filter=" + VIOLATED, "--", *DUMMY)
        self.assertEqual(code, 0, said)
        self.assertIn("1 violations are known and explained", said)
        with open(path, "w") as file:
            file.write(HOLDS + "  # it is not so\n")
        code, said = self.run_it("run", "mine", "--waivers=" + path, "--filter=" + HOLDS, "--", *DUMMY)
        self.assertEqual(code, 1, said)
        self.assertIn("mine: not as its waivers say\n    " + HOLDS, said)

    def test_waivers_that_cannot_be_read_are_named_before_anything_is_judged(self):
        path = self.root + "/mine.txt"
        code, said = self.run_it("run", "mine", "--waivers=" + path, "--", *DUMMY)
        self.assertEqual(code, 64, said)
        self.assertIn(path, said)
        with open(path, "w") as file:
            file.write("\nqueue.no_such_claim  # why not\n")
        code, said = self.run_it("verify", "mine", "--waivers=" + path, "--", *DUMMY)
        self.assertEqual(code, 64, said)
        self.assertIn(path + ":2", said)
        self.assertFalse(os.path.exists(self.root + "/results"))

    def test_results_folder_holds_every_claim_once(self):
        self.run_it("run", "mine", "--filter=event.*", "--jobs=3", "--", *DUMMY)
        claims = []
        for name in os.listdir(self.root + "/results/latest"):
            if name.endswith(".jsonl"):
                rows = [json.loads(line) for line in self.latest(name).splitlines()]
                claims += [row["claim"] for row in rows if "claim" in row]
        self.assertGreater(len(claims), 10)
        self.assertEqual(len(claims), len(set(claims)))

    def test_adapter_that_is_none_gives_2_and_says_why(self):
        code, said = self.run_it("run", "broken", "--filter=" + HOLDS, "--time-scale=0.1", "--", "/bin/false")
        self.assertEqual(code, 2, said)
        self.assertIn("broken: could not be judged\n    " + HOLDS, said)

    def test_filter_that_no_claim_passes_is_wrong_usage_and_gets_a_suggestion(self):
        for command in ("run", "verify", "lint"):
            code, said = self.run_it(command, "--filter=qeue.*", "--", *DUMMY)
            self.assertEqual(code, 64, said)
            self.assertIn("no claim passes --filter=qeue.*", said)
            self.assertIn("did you mean queue.*?", said)
        self.assertFalse(os.path.exists(self.root + "/results"), "nothing was begun")

    def test_run_in_which_all_is_unsupported_gives_2(self):
        code, said = self.run_it("run", "mine", "--filter=" + KILLS, "--", *DUMMY)
        self.assertEqual(code, 2, said)
        self.assertIn("no claim was judged: what the filter leaves is unsupported", said)

    def test_wrong_usage_gives_64_and_says_what_is_wrong(self):
        for words, wrong in ((["frobnicate"], "unknown command 'frobnicate'"), (["--colour"], "--colour"),
                             (["verfiy"], "did you mean verify?"), (["run", "--fitler=x"], "did you mean --filter?"),
                             (["list", "--jobs=2"], "mpcheck list: unknown flag '--jobs=2'"),
                             (["list", "--level=MUSST"], "'MUSST' is none of MUST, SHOULD, BEYOND, VARIATION"),
                             (["run", "--time-scale=0"], "--time-scale must be more than 0"),
                             (["help", "verfiy"], "did you mean verify?"), (["completion", "tcsh"], "bash, zsh, fish"),
                             (["run", "jython-*"], "no implementation here is called 'jython-*'"),
                             (["run", "a", "b", "--", "/bin/true"], "one name at most"),
                             (["verify", "--runs=1", "--loaded=0"], "at least 2"),
                             (["list", "no_such_area"], "no claim is called no_such_area"),
                             (["run", "--jobs=many"], "--jobs")):
            with self.subTest(wrong):
                code, said = self.run_it(*words)
                self.assertEqual(code, 64, said)
                self.assertIn(wrong, said)

    def test_lists_testees_and_claims(self):
        code, said = self.run_it("testees")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^cpython-[0-9.]+-{fork,spawn,forkserver} +[0-9.]+ +/usr/bin/python3")
        self.assertRegex(said, r"(?m)^cpython-[0-9.]+-dummy +[0-9.]+ +/usr/bin/python3")
        self.assertRegex(said, r"(?m)^mp +fork, spawn, forkserver +tools/mpcheck run 'mp-\*'")
        code, said = self.run_it("list")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, "(?m)^" + re.escape(HOLDS) + "  MUST  ")

    def test_testees_for_programs_are_json(self):
        code, said = self.run_it("testees", "--json")
        self.assertEqual(code, 0, said)
        told = json.loads(said)
        self.assertIn("executor", {each["kind"] for each in told["here"]})
        self.assertIn("mp", {each["name"] for each in told["not_here"]})

    def test_change_of_a_variation_is_told_and_strict_profile_gives_1(self):
        # The adapter's folder is the checkout's: a copy of it has room for a profile of this test's own.
        os.remove(self.root + "/tools/adapters/python")
        shutil.copytree(os.path.dirname(ADAPTER), self.root + "/tools/adapters/python",
                        ignore=shutil.ignore_patterns("profiles", "__pycache__"))
        os.symlink(os.path.join(os.path.dirname(os.path.dirname(ADAPTER)), "kit"), self.root + "/tools/adapters/kit")
        words = ["run", "cpython-*-dummy", "--filter=" + VARIATION]
        code, said = self.run_it(*words)
        self.assertEqual(code, 0, said)
        self.assertNotIn("profile", said)
        code, said = self.run_it(*words, "--update-profiles")
        self.assertEqual(code, 0, said)
        folder = self.root + "/tools/adapters/python/profiles/"
        [name] = os.listdir(folder)
        self.assertIn("wrote " + folder + name, said)
        with open(folder + name) as profile:
            text = profile.read()
        self.assertRegex(text, "^# multiprocessing.dummy [0-9.]+ .thread.*\n" + re.escape(VARIATION) + "  .+\n$")
        code, said = self.run_it(*words, "--strict-profile")
        self.assertEqual(code, 0, said)
        with open(folder + name, "w") as profile:
            profile.write(VARIATION + "  behaves otherwise\n")
        code, said = self.run_it(*words)
        self.assertEqual(code, 0, said)
        self.assertIn("not as its profile says\n    %s: was 'behaves otherwise', is '" % VARIATION, said)
        self.assertEqual(self.run_it(*words, "--strict-profile")[0], 1)

    def stress(self, *words):
        ended = subprocess.run([MPCHECK, "--root=" + self.root, "--stress=" + STRESS, "stress", *words],
                               env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               universal_newlines=True)
        return ended.returncode, ended.stdout

    def test_stresses_what_is_named(self):
        code, said = self.stress(self.name_of("cpython", "fork"), "--objects=lock", "--programs=20", "--seed=3")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^cpython-[0-9.]+-fork: seed 3, ")
        self.assertRegex(said, r"(?m)^lock +20 +[0-9]+ +20 +0 +0$")

    def test_stress_tells_failures_and_how_to_see_them_again(self):
        code, said = self.stress("mine", "--model=strict", "--programs=200", "--program=queue: put 1; empty", "--",
                                 "/usr/bin/python3", ADAPTER, "--start-method=fork")
        self.assertEqual(code, 1, said)
        self.assertIn("tools/mpcheck stress mine --program='queue: put 1; empty' -- /usr/bin/python3 " + ADAPTER, said)

    def test_stress_tells_wrong_usage_by_64(self):
        for words, wrong in ((["jython-*"], "no implementation here is called 'jython-*'"),
                             (["mine", "--objects=stack", "--", *DUMMY], "'stack' is no kind of object"),
                             (["a", "b", "--", "/bin/true"], "one name at most")):
            with self.subTest(wrong):
                code, said = self.stress(*words)
                self.assertEqual(code, 64, said)
                self.assertIn(wrong, said)

    def test_slowest_claims_are_named_when_asked_for(self):
        code, said = self.run_it("run", "mine", "--filter=event.*", "--slowest=3", "--", *DUMMY)
        times = [float(ms) for ms in re.findall(r"(?m)^ +([0-9]+) ms  event\.", said)]
        self.assertEqual(len(times), 3, said)
        self.assertEqual(times, sorted(times, reverse=True), said)

    def test_verify_finds_nothing_in_what_is_steady(self):
        code, said = self.run_it("verify", "mine", "--filter=event.*", "--runs=2", "--loaded=1", "--", *DUMMY)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, "mine: 3 rounds of [1-9][0-9]* claims; 0 claims did not always come out the same")
        self.assertEqual(os.listdir(self.root + "/results/latest/"), [])

    def test_verify_names_what_differs_and_keeps_the_round(self):
        # An implementation whose second start is dummy and whose first is not.
        fickle = self.root + "/fickle"
        with open(fickle, "w") as f:
            f.write("#!/bin/sh\nif [ -e %s.seen ]; then exec %s; fi\ntouch %s.seen\nexec /bin/false\n"
                    % (fickle, " ".join(DUMMY), fickle))
        os.chmod(fickle, 0o755)
        code, said = self.run_it("verify", "mine", "--filter=" + HOLDS, "--runs=2", "--loaded=0", "--jobs=1",
                                 "--time-scale=0.1", "--", fickle)
        self.assertEqual(code, 1, said)
        self.assertIn("    %s: adapter_error in idle 1; holds, clean in idle 2" % HOLDS, said)
        self.assertEqual(os.listdir(self.root + "/results/latest/"), ["idle-002"])

    def test_show_tells_what_a_claim_covers_and_plays_it(self):
        code, said = self.run_it("show", "queue.put.blocks_while_full")
        self.assertEqual(code, 0, said)
        for part in ("queue.put.blocks_while_full  MUST", "QUE-08", "queue.put.blocks_when_full  confirmed",
                     "queue1.put(item=2)\n        accepted: blocks, without burning CPU"):
            self.assertIn(part, said)
        code, said = self.run_it("show", "QUE-08", "--", *DUMMY)
        self.assertEqual(code, 0, said)
        self.assertIn("covered by queue.put.blocks_while_full", said)
        code, said = self.run_it("show", "blocks_while_ful")
        self.assertEqual(code, 64, said)
        self.assertIn("did you mean queue.put.blocks_while_full", said)

    def test_help_of_each_command_has_its_flags_and_fits_the_terminal(self):
        code, said = self.run_it("--help")
        self.assertEqual(code, 0, said)
        commands = re.findall("(?m)^  ([a-z]+) +[a-z]", said)
        for name in ("run", "testees", "verify", "stress", "list", "show", "coverage", "sharpness",
                     "completion", "man"):
            self.assertIn(name, commands)
        for name in commands:
            for words in ((name, "--help"), ("help", name)):
                code, said = self.run_it(*words)
                self.assertEqual(code, 0, said)
                self.assertRegex(said, r"\Ausage: mpcheck %s\b" % name)
                self.assertLessEqual(max(len(line) for line in said.splitlines()), 120, said)

    def test_manual_page_is_roff(self):
        code, said = self.run_it("man")
        self.assertEqual(code, 0, said)
        self.assertEqual(said.splitlines()[0][:12], ".TH MPCHECK ")
        known = {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".RI"}
        self.assertEqual({line.split()[0] for line in said.splitlines() if line.startswith((".", "'"))} - known, set())

    def test_groff_reads_the_manual_page_without_a_warning_and_keeps_its_quotation_marks(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed: tools/setup --for-tests")
        code, page = self.run_it("man")
        self.assertEqual(code, 0, page)
        read = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou"], input=page, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual((read.returncode, read.stderr), (0, ""))
        self.assertIn('mpcheck report --markdown >> "$GITHUB_STEP_SUMMARY"', read.stdout)

    def test_coverage_counts_every_statement(self):
        code, said = self.run_it("coverage")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^all +357 +[0-9]+ +[0-9]+ +[0-9]+ +0$")
        self.assertRegex(said, r"(?m)^all +503 +[0-9]+ +[0-9]+ +[0-9]+ +0$")

    def test_interrupted_run_tells_what_was_done(self):
        run = subprocess.Popen(self.command("run", "mine", "--filter=queue.*:pipe.*", "--jobs=1", "--", *DUMMY),
                               env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               universal_newlines=True)
        while not self.has_results() and run.poll() is None:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate()
        self.assertEqual(run.returncode, 2, said)
        self.assertIn("Interrupted: the numbers are those of what was done.", said)
        self.assertGreater(sum(map(int, self.row(said, "mine")[:5])), 0, said)
        self.assertEqual(sorted(os.listdir(self.root + "/results/latest")), ["mine.jsonl", "mine.log", "report.html"])
        self.assertGreater(len(self.latest("mine.jsonl").splitlines()), 1)

    def has_results(self):
        folder = self.root + "/results/latest"
        return os.path.isdir(folder) and any('"claim"' in self.latest(name) for name in os.listdir(folder)
                                             if name.endswith(".jsonl"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
