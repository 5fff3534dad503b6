#!/usr/bin/python3
"""Plays the runner against executors under the names of pools.

MPCHECK_PYTHON names the interpreter, as for adapter_test.py.
"""
import os
import signal
import subprocess
import tempfile
import unittest

from adapter_test import PATIENCE, PYTHON, AdapterTest

POOL = {"async_result", "batch.if", "batch.journal", "exception.cause", "isolated", "pool", "pool.initializer",
        "pool.kwargs", "source", "puppet.stdin_part"}


class ExecutorTest:
    """What every executor offers."""

    def pool(self, processes=2, **given):
        self.main()
        self.ok("pool.new", into="p", processes=processes, **given)

    def end(self, code=0):
        self.ok("pool.close", "p")
        self.ok("pool.join", "p")
        self.ok("puppet.return")
        codes = self.s.wait_for_all()
        self.assertEqual(code, codes.pop(self.s.process.pid))
        self.assertLessEqual(set(codes.values()), {0})  # a resource tracker's

    def test_says_what_it_is_and_offers_no_more_than_a_pool(self):
        hello = self.main().hellos["main"]
        self.assertEqual("concurrent.futures.ProcessPoolExecutor", hello["about"]["name"])
        self.assertEqual(self.method, hello["about"]["start_method"])
        self.assertEqual("https://www.python.org", hello["about"]["home"])
        self.assertLessEqual(POOL, set(hello["features"]))
        others = {feature for feature in hello["features"] if not feature.startswith("program.")}
        self.assertLessEqual(others, POOL | {"pool.maxtasksperchild"})

    def test_programs_of_futures_run(self):
        self.assertIn("program.states_of_futures", self.main().hellos["main"]["features"])
        for name in ("executor_in_a_with_block", "states_of_futures", "waits_for_futures", "same_future_twice",
                     "maps_of_executors"):
            done = dict(self.ok("program.run", name=name)["$dict"])
            self.assertEqual((0, ""), (done["code"], done["stderr"]), name)
            self.assertNotEqual("", done["stdout"], name)
        self.ok("puppet.return")
        self.s.wait_for_all()

    def test_tasks_have_results(self):
        self.pool()
        self.assertEqual(49, self.ok("pool.apply", "p", func="square", args=[7]))
        self.assertEqual([1, 4, 9], self.ok("pool.map", "p", func="square", iterable=[1, 2, 3], chunksize=2))
        self.assertEqual("ValueError", self.raised("pool.apply", "p", func="fail", args=["no"])["type"])
        self.ok("pool.apply_async", "p", into="r", func="square", args=[3])
        self.ok("async_result.wait", "r", timeout=PATIENCE)
        self.assertEqual(True, self.ok("async_result.ready", "r"))
        self.assertEqual(9, self.ok("async_result.get", "r", timeout=PATIENCE))
        self.end()

    def test_task_is_a_puppet(self):
        self.pool()
        self.ok("pool.apply_async", "p", into="r", puppet="t1", func="puppet", args=[5], kwargs={"$dict": [["k", 6]]})
        task = self.s.accept()
        self.assertNotEqual(self.s.process.pid, task["pid"])
        self.assertEqual({"$dict": [["args", [5]], ["kwargs", {"$dict": [["k", 6]]}]]},
                         self.ok("puppet.arguments", by="t1"))
        self.assertEqual(False, self.ok("async_result.ready", "r"))
        self.assertEqual("TimeoutError", self.raised("async_result.get", "r", timeout=0.01)["type"])
        self.ok("puppet.return", by="t1", value="done")
        self.assertEqual("done", self.ok("async_result.get", "r", timeout=PATIENCE))
        self.end()

    def test_initializer_runs_in_each_worker(self):
        self.pool(processes=1, initializer="remember", initargs=[8])
        self.ok("pool.apply_async", "p", into="r", puppet="t1", func="puppet")
        self.s.accept()
        self.assertEqual([[8]], self.ok("global.get", by="t1", name="remembered"))
        self.ok("puppet.return", by="t1")
        self.end()

    def test_killed_worker_is_worker_lost(self):
        self.pool(processes=1)
        self.ok("pool.apply_async", "p", into="r", puppet="t1", func="puppet")
        os.kill(self.s.accept()["pid"], signal.SIGKILL)
        lost = self.raised("async_result.get", "r", timeout=PATIENCE)
        self.assertEqual("WorkerLost", lost["type"])
        self.assertIn("BrokenProcessPool", lost["bases"])

    def test_what_means_something_else_is_unsupported(self):
        self.pool()
        self.ok("pool.apply_async", "p", into="r", func="square", args=[3])
        self.unsupported("async_result.successful", "r")
        self.unsupported("pool.apply_async", "p", into="r2", func="square", args=[3], callback="c")
        self.unsupported("pool.join", "p")  # it is open: shutdown() would close it
        for op in ("pool.enter", "pool.imap", "pool.starmap", "pool.map_async"):
            self.unsupported(op, "p")
        self.unsupported("queue.new", into="q")
        self.end()


class ForkTest(ExecutorTest, AdapterTest):
    flags, method = ["--module=concurrent.futures", "--start-method=fork"], "fork"


class SpawnTest(ExecutorTest, AdapterTest):
    flags, method = ["--module=concurrent.futures", "--start-method=spawn"], "spawn"


class ForkserverTest(ExecutorTest, AdapterTest):
    flags, method = ["--module=concurrent.futures", "--start-method=forkserver"], "forkserver"


def mpi_is_here():
    # In a folder of its own: Open MPI names its files after the host and the pid, and hangs or fails when another
    # container that shares /tmp has a process with the same pid.
    with tempfile.TemporaryDirectory() as folder:
        return not subprocess.call([PYTHON, "-c", "import mpi4py.MPI"], stderr=subprocess.DEVNULL,
                                   env=dict(os.environ, TMPDIR=folder), timeout=PATIENCE)


@unittest.skipUnless(mpi_is_here(), "no mpi4py here")
class MpiTest(AdapterTest):
    flags = ["--module=mpi4py.futures"]

    def test_processes_reach_each_other_where_loopback_is_all_there_is(self):
        # As in the runner's own network, and in Bazel's sandbox.
        self.main()
        self.ok("pool.new", into="p", processes=2)
        self.assertEqual(49, self.ok("pool.apply", "p", func="square", args=[7]))
        self.ok("pool.close", "p")
        self.ok("pool.join", "p")


    def test_program_that_is_killed_leaves_no_file_in_shared_memory(self):
        before = self.segments()
        self.main()
        self.ok("pool.new", into="p", processes=2)
        self.assertEqual(49, self.ok("pool.apply", "p", func="square", args=[7]))
        os.killpg(self.s.process.pid, signal.SIGKILL)
        self.s.process.wait(PATIENCE)
        self.s.end_stragglers()
        self.assertLessEqual(self.segments(), before)

    @staticmethod
    def segments():
        return {name for name in os.listdir("/dev/shm") if "vader" in name}


class ProgramTest(AdapterTest):
    def test_start_method_that_is_none_is_refused(self):
        stage = self.stage(flags=["--module=concurrent.futures", "--start-method=teapot"])
        self.assertEqual(64, stage.process.wait(PATIENCE))
        self.assertIn("teapot", stage.said())


if __name__ == "__main__":
    unittest.main()
