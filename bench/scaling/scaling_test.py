#!/usr/bin/python3
"""The tool as a whole, for a moment: it measures every kernel with every executor, and tells what it measured in all
its formats. How fast anything is does not matter here."""
import contextlib
import csv
import html.parser
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import kernels

PROGRAM = os.path.join(HERE, "scaling.py")


def scaling(folder, *flags):
    return subprocess.run([sys.executable, PROGRAM, "--out=" + folder] + list(flags), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)


class Tags(html.parser.HTMLParser):
    """Whether a page's tags are closed in the order in which they were opened, and how many there are."""

    WITHOUT_END = {"meta"}

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in self.WITHOUT_END:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, "</%s> in %s" % (tag, self.open)
        self.open.pop()


class WholeRunTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.done = scaling(cls.folder, "--rounds=1", "--min-time=0.002", "--workers=1,2")
        with open(os.path.join(cls.folder, "scaling.json")) as file:
            cls.told = json.load(file)

    def test_everything_is_measured(self):
        self.assertEqual((self.done.returncode, self.told["problems"]), (0, []), self.done.stderr)
        expected = {("strong", kernel, executor) for kernel in kernels.KERNELS
                    for executor in list(kernels.EXECUTORS) + list(kernels.CONTROLS)
                    if kernels.exists(kernel, executor)}
        self.assertEqual({(each["mode"], each["kernel"], each["executor"]) for each in self.told["series"]}, expected)
        for series in self.told["series"]:
            self.assertEqual([point["workers"] for point in series["points"]],
                             [1] if series["executor"] in kernels.CONTROLS else [1, 2])
            for point in series["points"]:
                self.assertGreater(point["seconds"]["value"], 0)
                self.assertGreater(point["throughput"]["value"], 0)

    def test_a_number_or_the_reason_why_there_is_none(self):
        for series in self.told["series"]:
            for point in series["points"]:
                for name in ("speedup", "efficiency", "serial_part"):
                    self.assertIn(set(point[name]), ({"value", "low", "high"}, {"reason"}))
                if "value" in point["speedup"]:
                    self.assertGreater(point["speedup"]["value"], 0)

    def test_two_points_determine_no_law(self):
        for series in self.told["series"]:
            for fit in series["fits"]:
                self.assertIn("oo few points", fit["refused"])

    def test_the_table_is_printed_and_kept(self):
        with open(os.path.join(self.folder, "table.md")) as file:
            self.assertEqual(file.read(), self.done.stdout)
        self.assertIn("| mp_pool | 1 |", self.done.stdout)
        self.assertIn("no law is fitted", self.done.stdout)

    def test_the_csv_has_the_points(self):
        with open(os.path.join(self.folder, "points.csv")) as file:
            lines = list(csv.DictReader(file))
        self.assertEqual(len(lines), sum(len(series["points"]) for series in self.told["series"]))
        for line in lines:
            self.assertLessEqual(float(line["seconds_low"]), float(line["seconds"]))
            self.assertLessEqual(float(line["seconds"]), float(line["seconds_high"]))

    def test_the_page_needs_nothing_else_and_is_whole(self):
        with open(os.path.join(self.folder, "report.html")) as file:
            text = file.read()
        tags = Tags(text)
        self.assertEqual(tags.open, [])
        self.assertEqual(tags.seen.count("section"), len(kernels.KERNELS))
        for link in ("http:", "https:", "src=", "@import", "<script"):
            self.assertNotIn(link, text)
        self.assertIn("prefers-color-scheme: dark", text)

    def test_it_says_how_far_it_is(self):
        self.assertRegex(self.done.stderr, r"round 1 of 1: compute, mp_pool with 2 workers, \d+ min \d\d s left")


class WaitingTest(unittest.TestCase):
    """More waiting workers than CPUs: the laws fit, for each has what it needs."""

    def test_the_laws_are_fitted_and_predict(self):
        with tempfile.TemporaryDirectory() as folder:
            done = scaling(folder, "--rounds=3", "--min-time=0.05", "--kernels=sleep", "--executors=mp_pool",
                           "--workers=1,2,3,4,6,8", "--despite-load")
            with open(os.path.join(folder, "scaling.json")) as file:
                series = {each["executor"]: each for each in json.load(file)["series"]}["mp_pool"]
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([fit["law"] for fit in series["fits"]], ["Amdahl's law", "Universal Scalability Law"])
        for fit in series["fits"]:
            self.assertLess(fit["contention"]["low"], fit["contention"]["high"])
            self.assertEqual([each["workers"] for each in fit["predictions"]], [16, 64, 256, 1024])


class WeakTest(unittest.TestCase):
    def test_each_worker_has_as_many_tasks(self):
        with tempfile.TemporaryDirectory() as folder:
            done = scaling(folder, "--rounds=1", "--min-time=0.01", "--kernels=sleep", "--executors=mp_pool",
                           "--workers=1,3", "--weak")
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(os.path.join(folder, "scaling.json")) as file:
                tasks = {(each["mode"], each["executor"]): [point["tasks"] for point in each["points"]]
                         for each in json.load(file)["series"]}
        for mode, factor in (("strong", 1), ("weak", 3)):
            one, three = tasks[mode, "mp_pool"]
            self.assertEqual(([one], one * factor), (tasks[mode, "serial"], three))


class DirectoryTest(unittest.TestCase):
    def test_a_directory_that_is_given_is_read_but_not_what_links_name(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as out:
            with open(os.path.join(folder, "a\nb"), "w") as file:
                file.write("hello")
            os.symlink("/nowhere", os.path.join(folder, "link"))
            done = scaling(out, "--rounds=1", "--min-time=0.001", "--kernels=sha512", "--executors=mp_pool,python_pool",
                           "--workers=2", "--directory=" + folder)
            self.assertEqual(done.returncode, 0, done.stderr)


class UsageTest(unittest.TestCase):
    def test_wrong_usage_is_told_and_64(self):
        with tempfile.TemporaryDirectory() as out, tempfile.TemporaryDirectory() as empty:
            for flag, words in (("--kernels=cook", "there is no 'cook'; there are compute"),
                                ("--executors=serial", "there are mp_pool"), ("--workers=0", "'0'"),
                                ("--workers=1,x", "'x'"), ("--max-workers=-1", "'-1'"),
                                ("--workers=1,901", "901 workers are too many"), ("--rounds=two", "'two'"),
                                ("--directory=/nowhere", "not a directory"), ("--fast", "--fast"),
                                ("--directory=" + empty, "no file that can be read"),
                                ("--python=/nowhere/python", "/nowhere/python"), ("--min-time=-1", "'-1'")):
                with self.subTest(flag):
                    done = scaling(out, flag)
                    self.assertEqual((done.returncode, done.stdout), (64, ""))
                    self.assertIn(words, done.stderr)


class InterruptTest(unittest.TestCase):
    def test_ctrl_c_keeps_what_was_measured(self):
        with tempfile.TemporaryDirectory() as out:
            process = subprocess.Popen(
                [sys.executable, PROGRAM, "--out=" + out, "--rounds=1000000", "--min-time=0.01", "--kernels=sleep",
                 "--executors=python_pool", "--workers=2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                universal_newlines=True)
            for line in process.stderr:
                if line.startswith("round 2 "):
                    break
            process.send_signal(signal.SIGINT)
            printed, said = process.communicate()
            self.assertEqual(process.returncode, 130)
            self.assertIn("interrupted", said)
            self.assertIn("| python_pool | 2 |", printed)
            with open(os.path.join(out, "scaling.json")) as file:
                self.assertTrue(json.load(file)["interrupted"])

    def test_who_terminates_it_ends_what_it_measures_too(self):
        with tempfile.TemporaryDirectory() as out:
            process = subprocess.Popen(
                [sys.executable, PROGRAM, "--out=" + out, "--rounds=1", "--min-time=8", "--kernels=sleep",
                 "--executors=mp_pool", "--workers=1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            measured = self.child_with(process.pid, "--tasks=2048")  # for 4 seconds
            process.terminate()
            self.assertEqual(process.wait(), 128 + signal.SIGTERM)
            self.assertFalse(os.path.exists("/proc/%d" % measured))

    def child_with(self, parent, argument):
        """The process id of a child, once there is one that was started with that argument."""
        while True:
            with open("/proc/%d/task/%d/children" % (parent, parent)) as children:
                for child in map(int, children.read().split()):
                    with contextlib.suppress(OSError), open("/proc/%d/cmdline" % child) as command:
                        if argument in command.read().split("\0"):
                            return child
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
