#!/usr/bin/python3
"""Every kernel with every executor: whoever does the tasks, and in chunks of whatever size, the results are the same,
and they are the right ones."""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
WORD = (1 << 64) - 1
TASKS = 13
NATIVE = ["serial", "mp_pool", "mp_process_queue", "std_thread"]
PYTHON = ["python_serial", "python_pool", "python_thread", "python_coroutine"]


def program(executor):
    return [os.path.join(HERE, "points")] if executor in NATIVE else [sys.executable, os.path.join(HERE, "points.py")]


def run(kernel, executor, *more):
    return subprocess.run(program(executor) + ["--kernel=" + kernel, "--executor=" + executor, "--tasks=%d" % TASKS] +
                          list(more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


def primes_below(limit):
    return sum(all(n % divisor for divisor in range(2, int(n ** 0.5) + 1)) for n in range(2, limit))


def computed(task, size):
    x = task + 1
    for _ in range(size):
        x = (x * 6364136223846793005 + 1442695040888963407) & WORD
        x ^= x >> 29
    return x


class PointsTest(unittest.TestCase):
    def sum_of(self, kernel, executor, *more):
        done = run(kernel, executor, *more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        point = json.loads(done.stdout)
        self.assertEqual(point["tasks"], TASKS)
        self.assertGreater(point["seconds"], 0)
        return point["sum"]

    def expect_sum(self, kernel, expected, *flags, executors=tuple(NATIVE + PYTHON)):
        for executor in executors:
            for more in ([], ["--workers=3"], ["--workers=2", "--chunksize=0"], ["--workers=2", "--start_included"]):
                with self.subTest(executor=executor, more=more):
                    self.assertEqual(self.sum_of(kernel, executor, *flags, *more), expected & WORD)

    def test_noop(self):
        self.expect_sum("noop", sum(range(TASKS)))

    def test_sleep(self):
        self.expect_sum("sleep", sum(range(TASKS)), "--size=500")

    def test_compute_with_tasks_of_several_lengths(self):
        self.expect_sum("compute", sum(computed(task, 50 * (1, 2, 10)[task % 3]) for task in range(TASKS)),
                        "--size=50", "--lengths=1,2,10")

    def test_sieve(self):
        self.expect_sum("sieve", sum(primes_below(1000 + task) for task in range(TASKS)), "--size=1000")

    def test_sha512(self):
        with tempfile.TemporaryDirectory() as folder:
            paths, expected = [], 0
            for content in (b"", b"abc", b"x" * 300000):
                paths.append(os.path.join(folder, "file %d" % len(paths)))
                with open(paths[-1], "wb") as file:
                    file.write(content)
            for task in range(TASKS):
                with open(paths[task % 3], "rb") as file:
                    expected += int(hashlib.sha512(file.read()).hexdigest()[:16], 16)
            with open(os.path.join(folder, "list"), "w") as file:
                file.write("".join(path + "\0" for path in paths))
            self.expect_sum("sha512", expected, "--files=" + file.name)

    def test_triad(self):
        self.expect_sum("triad", sum(1 + 2 * task for task in range(TASKS)), "--size=1000", executors=NATIVE)

    def test_calls_one_by_one(self):
        for executor in ("mp_pool", "python_pool"):
            for call in ("apply", "apply_async"):
                self.assertEqual(self.sum_of("noop", executor, "--workers=2", "--call=" + call), sum(range(TASKS)))

    def test_threads_that_hold_a_lock(self):
        self.assertEqual(self.sum_of("noop", "python_thread", "--workers=2", "--locked"), sum(range(TASKS)))

    def test_sleeping_takes_its_time(self):
        for executor in ("serial", "python_serial"):
            point = json.loads(run("sleep", executor, "--size=2000").stdout)
            self.assertGreaterEqual(point["seconds"], TASKS * 0.002)

    def test_a_file_that_cant_be_read(self):
        with tempfile.NamedTemporaryFile() as paths:
            paths.write(b"/nowhere\0")
            paths.flush()
            for executor in ("mp_pool", "python_pool"):
                done = run("sha512", executor, "--workers=2", "--files=" + paths.name)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("No such file", done.stderr)


class BadUsageTest(unittest.TestCase):
    def test_it_is_told_what_is_wrong(self):
        for executor in ("mp_pool", "python_pool"):
            for more, words in ((["--kernel=cook"], "cook"), (["--workers=0"], "--workers"), (["--tasks=x"], "--tasks"),
                                (["--fast"], "--fast"), (["--kernel=sha512"], "--files")):
                with self.subTest(executor=executor, more=more):
                    done = run("noop", executor, *more)
                    self.assertEqual((done.returncode, done.stdout), (64, ""))
                    self.assertIn(words, done.stderr)

    def test_calls_are_a_pools(self):
        self.assertEqual(run("noop", "std_thread", "--call=apply").returncode, 64)
        self.assertEqual(run("noop", "python_thread", "--call=apply").returncode, 64)


if __name__ == "__main__":
    unittest.main()
