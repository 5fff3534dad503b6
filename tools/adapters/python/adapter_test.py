"""Plays the runner against the adapter, over a Unix socket, and never sleeps.

MPCHECK_PYTHON names the interpreter to try (default: /usr/bin/python3), MPCHECK_MODULE the module (default:
multiprocessing). Runs under any Python 3.6 or later.
"""
import base64
import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PYTHON = os.environ.get("MPCHECK_PYTHON", "/usr/bin/python3")
MODULE = os.environ.get("MPCHECK_MODULE", "multiprocessing")
STOCK = MODULE == "multiprocessing"
ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "adapter.py")
# What came with Python 3.9 and is none of the adapter's business: exit codes, notify(n).
MODERN = STOCK and not subprocess.call([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 9))"])
PATIENCE = 20  # seconds until a test gives up; never waited for when all is well


def dictionary(**items):
    return {"$dict": [[key, value] for key, value in items.items()]}


class Stage:
    """An adapter, and the connections of its puppets."""

    def __init__(self, flags, family="unix", **environment):
        self.folder = tempfile.mkdtemp()
        if family == "unix":
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.folder + "/runner")
            address = "unix:" + self.folder + "/runner"
        else:
            self.listener = socket.socket()
            self.listener.bind(("127.0.0.1", 0))
            address = "tcp:127.0.0.1:%d" % self.listener.getsockname()[1]
        self.listener.listen(16)
        self.listener.settimeout(PATIENCE)
        self.puppets, self.hellos, self.ids = {}, {}, 0
        environment = dict(os.environ, MPCHECK_ADDRESS=address, MPCHECK_TOKEN="secret", TMPDIR=self.folder, **environment)
        self.output = open(self.folder + "/output", "w+")
        self.process = subprocess.Popen(
            [PYTHON, ADAPTER] + flags, env=environment, stdin=subprocess.DEVNULL, stdout=self.output,
            stderr=subprocess.STDOUT, cwd=self.folder, start_new_session=True)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        for puppet in self.puppets.values():
            puppet.close()
        self.listener.close()
        self.output.close()
        self.end_stragglers()
        shutil.rmtree(self.folder)

    def end_stragglers(self):
        """Ends who has a session of its own, and waits for them: Open MPI's daemon clears the folder away itself."""
        while True:
            left = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.is_in(pid)]
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def is_in(self, pid):
        """Whether a process was started with the stage's folder."""
        try:
            with open("/proc/%d/environ" % pid, "rb") as environment:
                return b"TMPDIR=" + self.folder.encode() in environment.read().split(b"\0")
        except OSError:
            return False

    def said(self):
        with open(self.folder + "/output") as output:
            return output.read()

    def accept(self):
        """Waits for the next puppet's hello."""
        connection = self.listener.accept()[0]
        connection.settimeout(PATIENCE)
        stream = connection.makefile("rwb")
        connection.close()  # the stream keeps it
        hello = json.loads(stream.readline().decode())
        self.puppets[hello["puppet"]], self.hellos[hello["puppet"]] = stream, hello
        return hello

    def write(self, puppet, text):
        self.puppets[puppet].write(text)
        self.puppets[puppet].flush()

    def begin(self, by, op, on=None, into=None, **args):
        self.ids += 1
        command = {"id": self.ids, "op": op}
        command.update({key: value for key, value in (("on", on), ("as", into), ("args", args)) if value})
        self.write(by, json.dumps(command).encode() + b"\n")
        return self.ids

    def end(self, puppet):
        return json.loads(self.puppets[puppet].readline().decode())

    def call(self, by, op, on=None, into=None, **args):
        number = self.begin(by, op, on, into, **args)
        reply = self.end(by)
        assert reply.pop("id") == number, (op, reply)
        if op not in ("puppet.return", "puppet.raise", "puppet.exit", "puppet._exit") and "unsupported" not in reply:
            assert reply.pop("t0") <= reply.pop("t1"), (op, reply)
        assert len(reply) == 1, (op, reply)
        return reply

    def wait_for_all(self):
        """Waits until no process of the testee is left. Returns {pid: exit code} of main and its orphans."""
        codes = {self.process.pid: self.process.wait(PATIENCE)}
        signal.alarm(PATIENCE)
        try:
            while True:  # this process is the subreaper: whoever is left over becomes its child
                pid, status = os.waitpid(-self.process.pid, 0)
                codes[pid] = status >> 8
        except ChildProcessError:
            return codes
        finally:
            signal.alarm(0)


class AdapterTest(unittest.TestCase):
    flags = []
    thread = False  # whether children are threads

    def stage(self, flags=None, **options):
        stage = Stage(self.flags if flags is None else flags, **options)
        self.addCleanup(stage.close)
        return stage

    def main(self, **options):
        """A stage whose main puppet has said hello."""
        self.s = self.stage(**options)
        self.assertEqual("main", self.s.accept()["puppet"])
        return self.s

    def call(self, op, on=None, into=None, by="main", **args):
        return self.s.call(by, op, on, into, **args)

    def ok(self, op, on=None, into=None, by="main", **args):
        reply = self.call(op, on, into, by, **args)
        self.assertIn("ok", reply, (op, on))
        return reply["ok"]

    def raised(self, op, on=None, into=None, by="main", **args):
        reply = self.call(op, on, into, by, **args)
        self.assertIn("raise", reply, (op, on))
        return reply["raise"]

    def unsupported(self, op, on=None, into=None, by="main", **args):
        self.assertIn("unsupported", self.call(op, on, into, by, **args), (op, on))

    def child(self, puppet, **args):
        self.ok("process.new", into=puppet, puppet=puppet, **args)
        self.ok("process.start", puppet)
        self.assertEqual(puppet, self.s.accept()["puppet"])

    def join(self, name, exitcode):
        self.ok("process.join", name)
        self.assertEqual(exitcode, self.ok("process.exitcode", name))


    def killed(self, name, exitcode):
        if MODERN or not self.flags[-1].endswith("forkserver"):
            return self.join(name, exitcode)
        self.ok("process.join", name)


class EveryStartMethod:
    """What holds under each start method, and for children that are threads."""

    def test_hello_says_who_it_is(self):
        hello = self.main().hellos["main"]
        self.assertEqual((1, "secret", self.s.process.pid, os.getpid(), self.s.process.pid),
                         tuple(hello[key] for key in ("mpcheck", "token", "pid", "ppid", "tid")))
        self.assertEqual({"name", "version", "language", "start_method", "home"}, set(hello["about"]))
        self.assertTrue(all(isinstance(value, str) for value in hello["about"].values()))
        expected = "thread" if self.thread else self.flags[-1].split("=")[1]
        self.assertEqual(expected, hello["about"]["start_method"])
        self.assertLessEqual({"process", "queue", "lock", "pool", "queue.qsize"}, set(hello["features"]))
        self.assertEqual(not self.thread, "isolated" in hello["features"])
        self.assertEqual(expected == "fork", "inherits_memory" in hello["features"])

    def test_probing_starts_no_process(self):
        pid = self.main().process.pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            self.assertEqual("", children.read())

    def test_child_obeys_with_its_objects_and_arguments(self):
        self.main()
        self.ok("queue.new", into="q")
        self.ok("queue.new", into="other")
        self.child("p1", objects=["q"], args=[1, {"$tuple": [2]}], kwargs=dictionary(k=2), name="worker")
        self.assertEqual(self.thread, self.s.hellos["p1"]["pid"] == self.s.process.pid)
        self.assertEqual(["q"], self.ok("puppet.names", by="p1"))
        self.assertEqual(dictionary(args=[1, {"$tuple": [2]}], kwargs=dictionary(k=2)), self.ok("puppet.arguments", by="p1"))
        self.assertEqual("worker", self.ok("process.name", "p1"))
        self.ok("queue.put", "q", by="p1", item=[1.5, None], timeout=5)
        self.assertEqual([1.5, None], self.ok("queue.get", "q"))
        self.ok("process.current", into="me", by="p1")
        self.assertEqual("worker", self.ok("process.name", "me", by="p1"))
        self.assertEqual(None, self.ok("puppet.return", by="p1"))
        self.join("p1", 0)

    def test_threads_of_a_child_share_its_table(self):
        self.main()
        self.ok("event.new", into="e")
        self.child("p1", objects=["e"])
        self.ok("puppet.thread", by="p1", puppet="t1", daemon=True)
        self.assertEqual(self.s.hellos["p1"]["pid"], self.s.accept()["pid"])
        self.ok("lock.new", into="l", by="t1")
        self.assertEqual(["e", "l"], self.ok("puppet.names", by="p1"))
        self.assertEqual(["e", "p1"], self.ok("puppet.names"))
        if not self.thread:  # a task or callback finds the table of its process
            self.ok("pool.new", into="pool", by="p1", processes=1)
            self.ok("pool.apply_async", "pool", into="r", by="p1", func="nothing", callback="done")
            self.s.accept()
            self.assertEqual(["e", "l", "pool"], [name for name in self.ok("puppet.names", by="done") if name != "r"])

    def test_subclass_overrides_run(self):
        self.main()
        self.ok("event.new", into="e")
        self.child("p1", style="subclass", objects=["e"], args=[1], kwargs=dictionary(k=2))
        self.assertEqual(dictionary(args=[1], kwargs=dictionary(k=2)), self.ok("puppet.arguments", by="p1"))
        self.ok("event.set", "e", by="p1")
        self.assertEqual(True, self.ok("event.is_set", "e"))
        self.ok("puppet.return", by="p1")
        self.join("p1", 0)
        self.ok("process.new", into="p2", style="subclass", func="nothing", args=[1])
        self.ok("process.start", "p2")
        self.join("p2", 0)

    def test_function_targets(self):
        self.main()
        for name, args in (("p1", {"func": "square", "args": [3]}), ("p2", {})):
            self.ok("process.new", into=name, **args)
            self.ok("process.start", name)
            self.join(name, 0)
        self.ok("process.new", into="p3", func="fail", args=["no"])
        error = self.raised("process.run", "p3")
        self.assertEqual(("ValueError", "no", ["no"]), (error["type"], error["message"], error["args"]))

    def test_tasks_and_callbacks_are_puppets(self):
        self.main()
        self.ok("pool.new", into="pool", processes=1)
        self.assertEqual(9, self.ok("pool.apply", "pool", func="square", args=[3]))
        self.assertEqual([1, 4], self.ok("pool.map", "pool", func="square", iterable=[1, 2], chunksize=1))
        self.assertEqual("no", self.raised("pool.apply", "pool", func="fail", args=["no"])["message"])
        self.ok("pool.apply_async", "pool", into="r", func="puppet", puppet="task", args=[7], callback="done")
        task = self.s.accept()
        self.assertEqual(("task", self.thread), (task["puppet"], task["pid"] == self.s.process.pid))
        self.assertEqual(dictionary(args=[7], kwargs=dictionary()), self.ok("puppet.arguments", by="task"))
        self.assertEqual(False, self.ok("async_result.ready", "r"))
        self.ok("puppet.return", by="task", value={"$bytes": "AAEC"})
        done = self.s.accept()
        self.assertEqual(("done", self.s.process.pid), (done["puppet"], done["pid"]))
        self.assertNotEqual(self.s.process.pid, done["tid"])
        self.assertEqual([{"$bytes": "AAEC"}], dict(self.ok("puppet.arguments", by="done")["$dict"])["args"])
        self.assertIn("pool", self.ok("puppet.names", by="done"))
        self.ok("puppet.return", by="done")
        self.assertEqual({"$bytes": "AAEC"}, self.ok("async_result.get", "r", timeout=PATIENCE))
        self.assertEqual(True, self.ok("async_result.successful", "r"))
        self.ok("pool.close", "pool")
        self.ok("pool.join", "pool")

    def test_maps_and_iterators(self):
        features = self.main().hellos["main"]["features"]
        self.assertLessEqual({"pool.kwargs", "pool.map_async", "pool.starmap", "pool.imap", "pool.initializer", "pool.with",
                              "source", "exception.cause"}, set(features))
        self.assertEqual(not self.thread, "pool.maxtasksperchild" in features)
        self.ok("pool.new", into="pool", processes=1, initializer="remember", initargs=[1, "two"])
        self.ok("pool.enter", "pool", into="same")
        for op, items in (("map", ["t1", "t2"]), ("starmap", [{"$tuple": ["t3", 5]}, ["t4", 5]])):
            self.ok("pool.%s_async" % op, "pool", into="r", func="puppet", iterable=items, chunksize=1, callback=op)
            for value in (1, 2):
                task = self.s.accept()["puppet"]
                self.assertEqual([[1, "two"]], self.ok("global.get", by=task, name="remembered"))
                given = dict(self.ok("puppet.arguments", by=task)["$dict"])["args"]
                self.assertEqual([5] if op == "starmap" else [], given)
                self.ok("puppet.return", by=task, value=value)
            self.assertEqual(op, self.s.accept()["puppet"])
            self.assertEqual([[1, 2]], dict(self.ok("puppet.arguments", by=op)["$dict"])["args"])
            self.ok("puppet.return", by=op)
            self.assertEqual([1, 2], self.ok("async_result.get", "r"))
        self.assertEqual([[1], []], self.ok("pool.starmap", "same", func="arguments", iterable=[[1], []]))
        for op in ("imap", "imap_unordered"):
            for chunksize in (1, 2):
                self.ok("pool." + op, "pool", into="i", func="positive", iterable=[1, -2], chunksize=chunksize)
                if chunksize == 1:
                    self.assertEqual(1, self.ok("result_iterator.next", "i", timeout=PATIENCE))
                self.assertEqual([-2], self.raised("result_iterator.next", "i")["args"])
                self.assertEqual("StopIteration", self.raised("result_iterator.next", "i")["type"])
        self.assertEqual(self.s.process.pid == self.ok("pool.apply", "pool", func="pid"), self.thread)
        self.assertEqual("ValueError", self.raised("pool.new", into="bad", processes=0)["type"])
        self.assertEqual("TypeError", self.raised("pool.new", into="bad", processes=1, initializer=5)["type"])
        self.assertEqual("TypeError", self.raised("pool.map", "pool", func="square", iterable=5)["type"])
        self.ok("pool.apply_async", "pool", into="r", func="puppet", puppet="keys", args=[1], kwargs=dictionary(k=2))
        self.s.accept()
        self.assertEqual(dictionary(args=[1], kwargs=dictionary(k=2)), self.ok("puppet.arguments", by="keys"))
        self.ok("puppet.return", by="keys")
        if "pool.repr" in features:
            self.assertIn("Pool", self.ok("pool.repr", "pool"))
        self.ok("pool.exit", "pool")
        self.ok("pool.join", "pool")

    def test_sources_are_read_as_far_as_is_allowed(self):
        self.main()
        self.ok("pool.new", into="pool", processes=1)
        self.ok("puppet.thread", puppet="t", daemon=True)
        self.s.accept()
        self.ok("source.new", into="s", items=[3, 4], allowed=1, **{"raise": "KeyError"})
        self.ok("pool.imap", "pool", into="i", func="square", iterable={"$object": "s"})
        self.assertEqual(9, self.ok("result_iterator.next", "i"))
        self.assertEqual(1, self.ok("source.taken", "s"))
        self.s.begin("main", "result_iterator.next", "i")
        self.ok("source.allow", "s", by="t", count=2)
        self.assertEqual(16, self.s.end("main")["ok"])
        for error in ("KeyError", "StopIteration"):
            self.assertEqual(error, self.raised("result_iterator.next", "i")["type"])
        self.ok("source.new", into="endless", allowed=3)
        self.s.begin("main", "pool.map", "pool", func="identity", iterable={"$object": "endless"})
        self.ok("source.allow", "endless", by="t", count=1)
        self.ok("source.end", "endless", by="t")
        taken = self.ok("source.taken", "endless", by="t")
        self.assertEqual(list(range(taken)), self.s.end("main")["ok"])
        self.ok("source.new", into="finite", items=[7])
        self.assertEqual([7], self.ok("pool.map", "pool", func="identity", iterable={"$object": "finite"}))
        self.ok("source.new", into="sized", items=[7], length=3, **{"raise": "KeyError"})
        self.assertEqual("KeyError", self.raised("pool.map", "pool", func="identity", chunksize=3,
                                                 iterable={"$object": "sized"})["type"])

    def test_threads_share_the_table(self):
        self.main()
        self.ok("puppet.thread", puppet="t1", daemon=True)
        hello = self.s.accept()
        self.assertEqual(self.s.process.pid, hello["pid"])
        self.assertNotEqual(hello["pid"], hello["tid"])
        self.ok("queue.new", into="q", by="t1")
        self.s.begin("t1", "queue.get", "q")
        self.ok("queue.put", "q", item="x")
        self.assertEqual("x", self.s.end("t1")["ok"])
        self.ok("puppet.return", by="t1")

    def test_every_family(self):
        self.main()
        self.ok("queue.new", into="q", maxsize=1)
        self.assertEqual(True, self.ok("queue.empty", "q"))
        self.ok("queue.put_nowait", "q", item=1)
        full = self.raised("queue.put", "q", item=2, timeout=0.01)
        self.assertEqual(("Full", ["Full", "Exception", "BaseException", "object"]), (full["type"], full["bases"]))
        self.assertEqual("Full", self.raised("queue.put", "q", item=2, block=False)["type"])
        self.assertEqual((True, 1), (self.ok("queue.full", "q"), self.ok("queue.qsize", "q")))
        self.assertEqual(1, self.ok("queue.get", "q", block=True, timeout=PATIENCE))
        self.assertEqual("Empty", self.raised("queue.get_nowait", "q")["type"])
        self.ok("joinable_queue.new", into="j")
        self.ok("joinable_queue.put", "j", item=1)
        self.assertEqual(1, self.ok("queue.get", "j"))
        self.ok("joinable_queue.task_done", "j")
        self.ok("joinable_queue.join", "j")
        self.assertIn("ValueError", self.raised("joinable_queue.task_done", "j")["bases"])
        for kind in ("lock", "rlock", "semaphore", "bounded_semaphore", "condition"):
            self.assertEqual(None, self.ok(kind + ".new", into=kind))
            self.assertEqual(True, self.ok(kind + ".acquire", kind, timeout=1))
            self.ok(kind + ".release", kind)
            self.assertEqual(None, self.ok(kind + ".enter", kind))
            self.assertEqual(None, self.ok(kind + ".exit", kind))
        self.assertEqual(True, self.ok("lock.acquire", "lock", block=True))
        self.assertEqual(False, self.ok("lock.acquire", "lock", block=False))
        self.ok("value.new", into="v", type="i", value=5)
        self.ok("value.set", "v", value=6)
        self.ok("value.add", "v", amount=2)
        self.assertEqual(8, self.ok("value.get", "v"))
        self.ok("rlock.new", into="shared")
        self.ok("condition.new", into="c", lock="shared")
        self.ok("rlock.acquire", "shared")
        self.assertEqual(True, self.ok("condition.wait_for", "c", value="v", equals=8, timeout=1))
        self.assertEqual(8, self.ok("condition.wait_for", "c", value="v"))
        self.assertEqual(False, self.ok("condition.wait_for", "c", value="v", equals=9, timeout=0))
        self.assertEqual(False, self.ok("condition.wait", "c", timeout=0.01))
        self.ok("condition.notify", "c", **({"n": 1} if MODERN else {}))
        self.ok("condition.notify_all", "c")
        self.ok("condition.release", "c")
        self.ok("event.new", into="e")
        self.assertEqual(False, self.ok("event.wait", "e", timeout=0))
        self.ok("event.set", "e")
        self.ok("event.clear", "e")
        self.assertEqual(False, self.ok("event.is_set", "e"))
        self.ok("barrier.new", into="b", parties=1, action=dictionary(add_to="v"), timeout=PATIENCE)
        self.assertEqual((0, 1, 0), tuple(self.ok("barrier." + op, "b") for op in ("wait", "parties", "n_waiting")))
        self.assertEqual(9, self.ok("value.get", "v"))
        self.ok("value.new", into="plain", type="i", value=0, lock=False)
        self.ok("barrier.new", into="b", parties=1, action=dictionary(add_to="plain"))
        self.assertEqual((0, 1), (self.ok("barrier.wait", "b"), self.ok("value.get", "plain")))
        self.ok("lock.new", into="gate")
        self.ok("barrier.new", into="b", parties=1, action=dictionary(acquire="gate"))
        self.assertEqual((0, True), (self.ok("barrier.wait", "b"), self.ok("lock.acquire", "gate", block=False)))
        self.ok("barrier.new", into="b", parties=1, action=dictionary(**{"raise": "KeyError"}))
        self.assertEqual("KeyError", self.raised("barrier.wait", "b")["type"])
        self.assertEqual(True, self.ok("barrier.broken", "b"))
        self.ok("barrier.reset", "b")
        self.ok("barrier.abort", "b")
        self.ok("array.new", into="a", type="i", init=[1, 2, 3])
        self.ok("array.set", "a", index=0, value=9)
        self.assertEqual((9, 3), (self.ok("array.get", "a", index=0), self.ok("array.len", "a")))
        self.assertEqual([2, 3], self.ok("array.slice", "a", start=1))
        self.assertEqual("IndexError", self.raised("array.get", "a", index=5)["type"])
        self.ok("pipe.new", into=["l", "r"])
        self.ok("connection.send", "l", item=dictionary(k=1))
        self.assertEqual(True, self.ok("connection.poll", "r", timeout=PATIENCE))
        self.assertEqual(dictionary(k=1), self.ok("connection.recv", "r"))
        self.assertEqual([], self.ok("process.active_children"))

    def test_values_cross_whole(self):
        self.main()
        self.ok("queue.new", into="q")
        for item in (None, True, -2**63, 2**63 - 1, 0.5, 1e300, {"$float": "nan"}, {"$float": "-inf"}, "\u00e4\U0001f600\n",
                     {"$bytes": "AAEC/w=="}, {"$tuple": [[], {"$tuple": []}]}, {"$dict": [["key", 1], [2, "two"]]},
                     {"$function": "square"}):
            self.ok("queue.put", "q", item=item)
            got = self.ok("queue.get", "q")
            self.assertEqual((item, type(item)), (got, type(got)))
        for size, seed in ((0, 1), (5, 2**32 - 1), (4097, 7), (300001, 2**32 - 3)):
            self.ok("queue.put", "q", item={"$blob": {"size": size, "seed": seed}})
            whole = b"".join(((seed + i) % 2**32).to_bytes(4, "little") for i in range(size // 4 + 1))[:size]
            got = self.ok("queue.get", "q")
            if size > 4096:
                self.assertEqual({"$blob": {"size": size, "sha256": hashlib.sha256(whole).hexdigest()}}, got)
            else:
                self.assertIn("$bytes", got)
        self.unsupported("queue.put", "q", item={"$novel": 1})
        self.unsupported("queue.put", "q", item={"$object": "nobody"})

    def test_what_is_not_offered_is_unsupported(self):
        self.main()
        self.ok("event.new", into="e")
        for op, on, args in (("teapot.new", None, {}), ("event.brew", "e", {}), ("event.wait", "e", {"strength": 1}),
                             ("queue.put", "e", {"item": 1}), ("event.set", "nobody", {}), ("connection.closed", "e", {}),
                             ("process.new", None, {"func": "unheard"}), ("puppet.raise", None, {"type": "Unheard"})):
            self.unsupported(op, on, **args)
        self.assertEqual(["e"], self.ok("puppet.names"))

    def test_batch_runs_back_to_back_and_goes_on(self):
        self.main()
        self.ok("value.new", into="v", type="i", value=0)
        self.ok("queue.new", into="q")
        commands = [{"op": "value.add", "on": "v", "args": {"amount": 1}}, {"op": "queue.get_nowait", "on": "q"},
                    {"op": "teapot.new"}, {"op": "value.get", "on": "v"}, {"op": "puppet.return"}]
        replies = self.ok("batch", commands=commands, times=2)
        self.assertEqual(["ok", "raise", "unsupported", "ok", "unsupported"] * 2, [
            [key for key in reply if key in ("ok", "raise", "unsupported")][0] for reply in replies])
        self.assertEqual([1, 2], [replies[3]["ok"], replies[8]["ok"]])
        times = [reply[t] for reply in replies if "t0" in reply for t in ("t0", "t1")]
        self.assertEqual(sorted(times), times)
        self.assertTrue(all("id" not in reply for reply in replies))
        self.assertEqual(1, len(self.ok("batch", commands=[{"op": "puppet.names"}])))

    def test_batch_leaves_out_what_depends_on_a_command_in_vain(self):
        self.main()
        self.ok("lock.new", into="l")
        self.ok("queue.new", into="q")
        commands = [{"op": "lock.acquire", "on": "l"}, {"op": "lock.acquire", "on": "l", "args": {"block": False}},
                    {"op": "lock.release", "on": "l", "if": 1}, {"op": "lock.release", "on": "l", "if": 1},
                    {"op": "queue.get_nowait", "on": "q"}, {"op": "lock.release", "on": "l", "if": 1},
                    {"op": "lock.release", "on": "l", "if": 6}, {"op": "lock.release", "on": "l", "if": 8}]
        self.assertLessEqual({"batch.if", "batch.journal"}, set(self.s.hellos["main"]["features"]))
        replies = self.ok("batch", commands=commands, times=2)  # the second round would wait if none had released
        self.assertEqual([True, False, False, False, "raised", False, None, False] * 2,
                         [reply.get("ok", "raised") for reply in replies])

    def test_batch_keeps_a_journal(self):
        self.main()
        self.ok("queue.new", into="q")
        commands = [{"op": "queue.get_nowait", "on": "q"}, {"op": "puppet.names"}, {"op": "queue.qsize", "on": "q", "if": 2}]
        replies = self.ok("batch", commands=commands, times=2, journal="calls")
        with open(os.path.join(self.ok("puppet.getcwd"), "calls")) as f:
            self.assertEqual([dict(reply, id=i) for i, reply in enumerate(replies)], [json.loads(line) for line in f])

    def test_until_waits_for_the_clock(self):
        self.main()
        at = time.monotonic_ns() + 20 * 10**6
        self.assertEqual(None, self.ok("puppet.until", at=at))
        self.assertLessEqual(at, time.monotonic_ns())

    def test_commands_sent_ahead_are_answered_in_order(self):
        self.main()
        numbers = [self.s.begin("main", "puppet.names") for _ in range(50)]
        self.assertEqual(numbers, [self.s.end("main")["id"] for _ in numbers])

    def test_line_limit(self):
        self.main()
        room = 1048576 - len('{"id":1,"op":"global.set","args":{"name":"g","value":""}}\n')
        line = b'{"id":1,"op":"global.set","args":{"name":"g","value":"%s"}}\n'
        self.s.write("main", line % (b"x" * room))
        self.assertEqual(None, self.s.end("main")["ok"])
        self.s.write("main", b'{"id":2,"op":"global.get","args":{"name":"g"}}\n')
        self.assertIn("unsupported", self.s.end("main"))  # the reply would be a line too long
        self.s.write("main", line % (b"x" * (room + 1)))
        self.assertEqual(99, self.s.process.wait(PATIENCE))

    def test_a_line_without_end_is_over_the_limit(self):
        self.main()
        self.s.write("main", b"x" * 1048576)
        self.assertEqual(99, self.s.process.wait(PATIENCE))

    def test_an_exit_that_leaves_an_operation_is_reported(self):
        self.main()
        self.ok("process.new", into="p", puppet="p")
        self.s.begin("main", "process.run", "p")
        self.assertEqual(self.s.process.pid, self.s.accept()["pid"])
        self.ok("puppet.exit", by="p", code=3)
        error = self.s.end("main")["raise"]
        self.assertEqual(("SystemExit", ["SystemExit", "BaseException", "object"], [3]),
                         (error["type"], error["bases"], error["args"]))

    def test_end_of_file_ends_everybody(self):
        self.main()
        self.ok("queue.new", into="q")
        self.child("p1", objects=["q"])
        self.ok("puppet.thread", puppet="t1")
        self.s.accept()
        for name in ("t1", "p1", "main"):
            self.s.puppets[name].close()
        codes = self.s.wait_for_all()
        self.assertEqual((99, 99), (codes[self.s.process.pid], codes.get(self.s.hellos["p1"]["pid"], 99)))
        self.assertNotIn("Traceback", self.s.said())

    def test_garbage_ends_the_process(self):
        for line in (b"hello\n", b"[]\n", b"{}\n", b'{"id":"1","op":"puppet.ids"}\n', b'{"id":1}\n', b'{"id":1,"op":2}\n',
                     b'{"id":1,"op":"puppet.ids","args":[]}\n', b'\xff{"id":1,"op":"puppet.ids"}\n'):
            self.main()
            self.s.write("main", line)
            self.assertEqual((99, ""), (self.s.process.wait(PATIENCE), self.s.said()), line)
            if not self.flags[-1].endswith("=fork"):
                break  # the same code under every start method

    def test_main_returns_in_order(self):
        self.main()
        self.ok("puppet.at_exit", marker="at_exit")
        self.ok("puppet.finally", marker="finally")
        self.ok("puppet.print", text="printed, ")
        self.ok("puppet.print", text="flushed\n", flush=True)
        self.ok("puppet.print", text="error\n", stream="stderr", flush=True)
        self.ok("puppet.return")
        self.assertEqual(0, self.s.process.wait(PATIENCE))
        self.assertLessEqual({"at_exit", "finally"}, set(os.listdir(self.s.folder)))
        self.assertEqual("printed, flushed\nerror\n", self.s.said())
        self.s.wait_for_all()

    # ---- Beside multiprocessing (PROTOCOL.md, section 14) ----

    def test_threads_are_puppets_and_functions(self):
        self.main()
        self.assertLessEqual({"thread", "thread_lock", "thread_queue", "lifo_queue", "coroutine", "file", "socket", "walk"},
                             set(self.s.hellos["main"]["features"]))
        for style in ("function", "subclass"):
            self.ok("thread.new", into="t", puppet="t1", args=[1], kwargs=dictionary(k=2), name="worker", style=style)
            self.assertEqual(("worker", False, None), (self.ok("thread.name", "t"), self.ok("thread.daemon", "t"),
                                                       self.ok("thread.ident", "t")))
            self.ok("thread.start", "t")
            self.assertEqual(self.s.process.pid, self.s.accept()["pid"])
            self.assertEqual(dictionary(args=[1], kwargs=dictionary(k=2)), self.ok("puppet.arguments", by="t1"))
            self.assertTrue(self.ok("thread.is_alive", "t"))
            self.assertIn("worker", self.ok("thread.enumerate"))
            self.assertEqual(2, self.ok("thread.active_count"))
            self.ok("thread.current", into="itself", by="t1")
            self.assertEqual(self.ok("thread.ident", "t"), self.ok("thread.ident", "itself"))
            self.ok("puppet.return", by="t1")
            self.ok("thread.join", "t", timeout=PATIENCE)
        self.ok("thread.new", into="t", func="remember", args=["by a function"])
        self.ok("thread.set_name", "t", name="renamed")
        self.ok("thread.set_daemon", "t", daemon=True)
        self.ok("thread.run", "t")
        self.assertEqual([["by a function"]], self.ok("global.get", name="remembered"))
        self.ok("thread.main", into="first")
        self.assertEqual("MainThread", self.ok("thread.name", "first"))
        self.assertEqual("RuntimeError", self.raised("thread.join", "t")["type"])

    def test_what_threads_share(self):
        self.main()
        for kind, args in (("lock", {}), ("rlock", {}), ("semaphore", {"value": 1}), ("bounded_semaphore", {"value": 1})):
            self.ok("thread_%s.new" % kind, into="l", **args)
            self.assertEqual(True, self.ok(kind + ".acquire", "l", block=True, timeout=1))
            self.ok(kind + ".release", "l")
        self.ok("thread_lock.new", into="l")
        self.ok("thread_condition.new", into="c", lock="l")
        self.ok("lock.acquire", "l")
        self.assertEqual(False, self.ok("condition.wait", "c", timeout=0))
        self.ok("thread_event.new", into="e")
        self.ok("event.set", "e")
        self.assertEqual(True, self.ok("event.wait", "e"))
        self.ok("thread_barrier.new", into="b", parties=1)
        self.assertEqual(0, self.ok("barrier.wait", "b"))
        for kind, order in (("thread_queue", [2, 1]), ("lifo_queue", [1, 2]), ("priority_queue", [1, 2])):
            self.ok(kind + ".new", into="q", maxsize=2)
            self.ok("queue.put", "q", item=2)
            self.ok("queue.put", "q", item=1, timeout=1)
            self.assertEqual("Full", self.raised("queue.put_nowait", "q", item=3)["type"])
            self.assertEqual(order, [self.ok("queue.get", "q"), self.ok("queue.get_nowait", "q")])
            self.ok("joinable_queue.task_done", "q")
            self.ok("joinable_queue.task_done", "q")
            self.ok("joinable_queue.join", "q")

    def test_coroutines(self):
        self.main()
        self.ok("coroutine.new", into="c", func="count", args=[1])
        self.assertEqual(0, self.ok("coroutine.next", "c"))
        self.assertEqual([1], self.raised("coroutine.next", "c")["args"])
        self.ok("coroutine.new", into="c", func="delegate", args=[1])
        self.assertEqual([0, 1], [self.ok("coroutine.next", "c"), self.ok("coroutine.next", "c")])
        self.ok("coroutine.new", into="c", func="echo")
        self.assertEqual([None, 7], [self.ok("coroutine.next", "c"), self.ok("coroutine.send", "c", value=7)])
        self.ok("coroutine.new", into="c", func="thread_ids")
        self.assertEqual(self.s.process.pid, self.ok("coroutine.next", "c"))
        self.ok("thread_queue.new", into="q")
        self.ok("queue.put", "q", item="item")
        self.ok("coroutine.new", into="c", func="take", args=[{"$object": "q"}])
        self.assertEqual("item", self.ok("coroutine.next", "c"))
        self.ok("coroutine.new", into="c", func="fail_after", args=[0])
        self.assertEqual("ValueError", self.raised("coroutine.next", "c")["type"])
        self.ok("coroutine.new", into="c", func="guarded", args=["left"])
        self.assertEqual(["here", "caught"], [self.ok("coroutine.next", "c"), self.ok("coroutine.throw", "c", type="KeyError")])
        self.ok("coroutine.close", "c")
        self.assertTrue(os.path.exists(self.s.folder + "/left"))
        self.unsupported("coroutine.new", into="c", func="no such coroutine")

    def test_greenlets_are_puppets(self):
        self.main()
        if "greenlet" not in self.s.hellos["main"]["features"]:
            self.unsupported("greenlet.new", into="g", puppet="g1")
            return
        self.ok("greenlet.current", into="home")
        self.ok("greenlet.new", into="g", puppet="g1")
        self.s.begin("main", "greenlet.switch", "g", value=1)
        self.assertEqual(self.s.process.pid, self.s.accept()["tid"])
        self.assertEqual(dictionary(args=[1], kwargs=dictionary()), self.ok("puppet.arguments", by="g1"))
        self.ok("greenlet.parent", "g", into="parent", by="g1")
        self.s.begin("g1", "greenlet.switch", "parent", value="back")
        self.assertEqual("back", self.s.end("main")["ok"])
        self.s.begin("main", "greenlet.throw", "g", type="KeyError")
        self.assertEqual("KeyError", self.s.end("g1")["raise"]["type"])
        self.ok("puppet.return", by="g1", value=5)
        self.assertEqual(5, self.s.end("main")["ok"])
        self.assertEqual(True, self.ok("greenlet.dead", "g"))

    def test_files_and_sockets(self):
        self.main()
        self.ok("file.open", into="f", path="text", mode="w")
        self.ok("file.write", "f", text="words")
        self.ok("file.flush", "f")
        self.ok("file.open", into="g", path="text", mode="r")
        self.assertEqual("words", self.ok("file.read", "g"))
        self.ok("file.close", "f")
        self.ok("socket.new", into="s")
        self.ok("socket.bind", "s", address={"$tuple": ["127.0.0.1", 0]})
        self.ok("socket.listen", "s", backlog=1)
        self.ok("socket.new", into="there")
        self.ok("socket.connect", "there", address=self.ok("socket.getsockname", "s"))
        self.assertEqual(None, self.ok("socket.accept", "s", into="here"))
        self.ok("socket.pair", into=["left", "right"])
        for one, other in (("here", "there"), ("left", "right")):
            self.ok("socket.sendall", one, data={"$bytes": "AAEC"})
            self.assertEqual({"$bytes": "AAEC"}, self.ok("socket.recv", other, size=10))
            self.ok("socket.shutdown", one, how=1)
            self.assertEqual({"$bytes": ""}, self.ok("socket.recv", other, size=10))
            self.ok("socket.close", one)

    def test_walks_and_digests(self):
        self.main()
        os.makedirs(self.s.folder + "/top/a")
        with open(self.s.folder + "/top/a/file", "w") as file:
            file.write("abc")
        self.ok("walk.new", into="w", top="top", topdown=True, onerror=True, followlinks=False)
        self.assertEqual({"$tuple": ["top", ["a"], []]}, self.ok("walk.next", "w"))
        self.ok("walk.prune", "w", names=["a"])
        self.assertEqual([], self.ok("walk.rest", "w"))
        self.assertEqual("StopIteration", self.raised("walk.next", "w")["type"])
        self.ok("walk.new", into="w", top="missing", onerror=True)
        self.assertEqual([], self.ok("walk.rest", "w"))
        self.assertEqual([["FileNotFoundError", "missing"]], self.ok("walk.errors", "w"))
        self.ok("pool.new", into="pool", processes=1)
        digest = self.ok("pool.apply", "pool", func="sha512", args=["top/a/file"])["$tuple"][1]
        self.assertEqual(hashlib.sha512(b"abc").digest(), base64.b64decode(digest["$bytes"]))
        self.assertEqual(None, self.ok("pool.apply", "pool", func="sha512", args=["missing"]))
        self.ok("pool.apply_async", "pool", into="r", func="square", args=[3], kwargs=dictionary(), callback="done",
                positional=True)
        self.s.accept()
        self.assertEqual(dictionary(args=[9], kwargs=dictionary()), self.ok("puppet.arguments", by="done"))
        self.ok("puppet.return", by="done")
        self.assertIn("object at 0x", self.ok("async_result.repr", "r"))

    def test_modules_and_programs(self):
        self.main()
        self.assertEqual([True, False], [self.ok("module.find", name=name) for name in ("queue", "no_such_module")])
        if "program.unguarded" in self.s.hellos["main"]["features"]:
            done = dict(self.ok("program.run", name="unguarded")["$dict"])
            self.assertIn("exit code", done["stdout"])
            self.assertEqual(0, done["code"])
            for name in ("package", "semaphore_of_the_main_module", "without_standard_output",
                         "default_timeout_of_sockets", "class_of_the_main_module", "main_without_suffix",
                         "class_of_a_packages_main_module", "interpreter_flags", "raw_fork", "values_in_circles"):
                done = dict(self.ok("program.run", name=name)["$dict"])
                self.assertIn("exit code 0", done["stdout"], done["stderr"])
        if "program.method_that_was_set" in self.s.hellos["main"]["features"]:
            done = dict(self.ok("program.run", name="method_that_was_set")["$dict"])
            self.assertIn("grandchild True\nexit code 0\nexit code 0\n", done["stdout"], done["stderr"])
        if STOCK and "program.elsewhere" in self.s.hellos["main"]["features"]:
            for name in ("elsewhere", "package_that_is_a_program", "manager_at_a_relative_address", "documented_names",
                         "warnings_are_errors", "serialisation_of_the_program", "child_of_a_thread",
                         "without_standard_input", "commands_of_a_child", "commands_beside_a_pipe",
                         "buffer_that_grows", "signal_mask", "interrupted", "ends_of_workers", "descriptor_zero",
                         "connection_closed_behind_its_back", "pool_of_a_derived_class", "traceback_of_a_thread_pool",
                         "structures_of_one_name", "types_of_managers", "logging_of_the_program",
                         "main_named_like_a_shell", "program_without_a_file", "main_module_is_a_link",
                         "program_called_main", "search_path_of_the_moment", "environment_of_the_moment",
                         "lock_for_one_after_the_other", "virtual_environment", "program_that_is_a_folder",
                         "module_that_starts_a_child",
                         "what_proxies_are", "many_clients_of_one_object", "thread_that_outlives_main",
                         "first_use_by_many_threads", "queues_of_the_logging", "put_in_an_exit_handler",
                         "synchronized_raw_values", "collected_beside_others", "error_that_counts_as_false",
                         "many_arguments", "queue_within_a_dictionary", "arrays_of_structures",
                         "connections_as_keys", "connections_under_way", "signal_beside_a_sent_connection",
                         "reducers_of_the_program", "same_object_twice", "small_items_behind_a_slow_one",
                         "depths_of_two_threads", "barrier_of_one", "letters_and_unions",
                         "umask_of_the_program", "streams_of_a_child", "start_beside_signals",
                         "child_whose_child_lives", "pid_after_a_fork", "context_of_a_child",
                         "class_method_as_a_task", "argument_with_an_odd_error", "object_that_goes_slowly",
                         "lock_kept_over_a_failed_call", "server_out_of_descriptors", "children_beside_a_join",
                         "interrupts_that_are_ignored", "sentinel_after_join", "standard_input_of_a_child",
                         "target_that_counts_as_false", "tasks_that_stop", "socket_with_a_timeout",
                         "table_of_bytes", "plain_beside_shared", "structure_with_a_base"):
                done = dict(self.ok("program.run", name=name)["$dict"])
                self.assertEqual((0, ""), (done["code"], done["stderr"]), name)
                self.assertNotEqual("", done["stdout"], name)
            for name in ("private_methods", "memory_of_an_argument"):  # some children fail, and say so
                done = dict(self.ok("program.run", name=name)["$dict"])
                self.assertEqual(0, done["code"], done)
                self.assertIn("exit code", done["stdout"], name)
            done = dict(self.ok("program.run", name="exits_of_many_kinds")["$dict"])
            self.assertEqual((0, "(3, 'why')\n"), (done["code"], done["stderr"]))
        if STOCK and "program.threads_in_place_of_processes" in self.s.hellos["main"]["features"]:
            done = dict(self.ok("program.run", name="threads_in_place_of_processes")["$dict"])
            self.assertIn("called with [3] [('four', 5)]", done["stdout"], done["stderr"])


    def test_items_with_a_will_of_their_own(self):
        self.main()
        self.ok("queue.new", into="q")
        self.ok("item.new", into="equal", kind="equal")
        self.ok("queue.put", "q", item={"$object": "equal"})
        self.assertEqual({"$other": "Equal"}, self.ok("queue.get", "q"))
        if "isolated" not in self.s.hellos["main"]["features"]:
            return  # nothing is serialised on its way to a thread
        self.ok("item.new", into="failing", kind="fails_with_KeyError")
        self.ok("pipe.new", into=["l", "r"])
        self.assertEqual("KeyError", self.raised("connection.send", "l", item={"$object": "failing"})["type"])
        self.ok("item.new", into="putting", kind="puts", queue="q")
        self.ok("connection.send", "l", item={"$object": "putting"})
        self.assertEqual("the item", self.ok("connection.recv", "r"))
        self.assertEqual("put by an item", self.ok("queue.get", "q"))
        self.ok("item.new", into="exception", kind="exception")
        self.ok("connection.send", "l", item={"$object": "exception"})
        self.assertEqual({"$other": "ValueError"}, self.ok("connection.recv", "r"))
        self.ok("item.new", into="unshown", kind="fails_unshown_with_OSError")
        self.assertEqual("OSError", self.raised("connection.send", "l", item={"$object": "unshown"})["type"])
        self.ok("item.new", into="arriving", kind="arrives_with_KeyError")
        self.ok("connection.send", "l", item={"$object": "arriving"})
        self.assertEqual("KeyError", self.raised("connection.recv", "r")["type"])
        gate = os.path.join(self.s.folder, "gate")
        self.ok("puppet.chdir", path=self.s.folder)
        os.mkfifo(gate)
        self.ok("item.new", into="slow", kind="arrives_slowly")
        self.ok("connection.send", "l", item={"$object": "slow"})
        self.s.begin("main", "connection.recv", "r")
        with open(gate, "wb") as opened:
            opened.write(b"x")
        self.assertEqual("the item", self.s.end("main")["ok"])

    def test_an_object_goes_with_a_list_beside_it(self):
        self.main()
        self.ok("pipe.new", into=["l", "r"])
        self.ok("pipe.new", into=["a", "b"])
        self.ok("connection.send", "l", item={"$tuple": [{"$object": "b"}, [1, "two"]]})
        self.ok("connection.recv", "r", into=["end", "beside"])
        self.assertEqual([1, "two"], self.ok("list.get", "beside"))
        self.ok("connection.send", "end", item=5)
        self.assertEqual(5, self.ok("connection.recv", "a"))

    def test_copies_of_arrays_are_arrays(self):
        self.main()
        self.ok("array.new", into="a", type="i", init=[1, 2])
        if "array.copy" not in self.s.hellos["main"]["features"]:
            return self.unsupported("array.copy", "a", into="copy")
        self.ok("array.copy", "a", into="copy")
        self.ok("array.set", "a", index=0, value=3)
        self.assertEqual([1, 2], self.ok("array.slice", "copy"))

    def test_functions_are_serialised_as_registered(self):
        self.main()
        self.ok("pipe.new", into=["l", "r"])
        self.ok("connection.send", "l", item={"$function": "registered"})
        self.assertEqual({"$function": "registered"}, self.ok("connection.recv", "r"))

    def test_program_is_known(self):
        self.main()
        program = dict(self.ok("puppet.program")["$dict"])
        self.assertEqual(self.flags, program["arguments"][1:])
        self.assertIn(os.path.dirname(os.path.realpath(program["arguments"][0])), program["path"])


class EveryProcess(EveryStartMethod):
    """What holds where a child is a process."""

    def test_log_has_levels(self):
        self.main()
        self.ok("util.log_to_stderr")
        self.ok("util.set_log_level", level=25, root=True)
        self.ok("util.log", level=24, text="less than the level above all")
        self.ok("util.set_log_level", level=15)
        self.ok("util.log", level=15, text="as much as its own level")
        self.assertNotIn("above all", self.s.said())
        self.assertIn("its own level", self.s.said())

    def test_an_exception_has_its_cause(self):
        self.main()
        self.child("p")
        self.assertEqual({"ok": None}, self.call("puppet.raise", by="p", type="KeyError", message="m", cause="OSError"))
        self.join("p", 1)
        self.assertIn("OSError: the cause\n", self.s.said())

    def test_executable_may_be_any_kind_of_path(self):
        self.main()
        for kind in ("text", "bytes", "path"):
            self.ok("context.set_executable", fails=False, kind=kind)
        self.child("p")
        self.ok("puppet.return", by="p")
        self.join("p", 0)

    def test_ends_of_a_child(self):
        self.main()
        for op, args, code in (("exit", {}, 0), ("exit", {"code": None}, 0), ("exit", {"code": 3}, 3), ("exit", {"code": "why"}, 1),
                               ("raise", {"type": "KeyError", "message": "m"}, 1), ("_exit", {"code": 5}, 5), ("return", {}, 0)):
            self.child("p")
            self.ok("puppet.finally", by="p", marker="finally")
            self.assertEqual({"ok": None}, self.call("puppet." + op, by="p", **args))
            self.ok("process.join", "p")
            if MODERN or isinstance(args.get("code"), int) and not self.flags[-1].endswith("forkserver"):
                self.assertEqual(code, self.ok("process.exitcode", "p"), op)
            marker = os.path.join(self.s.folder, "finally")
            self.assertEqual(op != "_exit", os.path.exists(marker))
            if op != "_exit":
                os.remove(marker)
        self.assertIn("why", self.s.said())

    def test_ends_of_main(self):
        for op, args, code in (("exit", {}, 0), ("exit", {"code": 3}, 3), ("raise", {"type": "OSError", "message": "m"}, 1),
                               ("_exit", {"code": 5}, 5)):
            self.main()
            self.assertEqual({"ok": None}, self.call("puppet." + op, **args))
            self.assertEqual(code, self.s.process.wait(PATIENCE), op)
            if not self.flags[-1].endswith("=fork"):
                break  # the same code under every start method

    def test_unpicklable_values_fail_where_they_are_serialised(self):
        self.main()
        self.ok("pipe.new", into=["l", "r"], duplex=False)
        error = self.raised("connection.send", "r", item={"$unpicklable": True})
        self.assertEqual(("TypeError", "this value refuses to be serialised"), (error["type"], error["message"]))
        self.assertEqual([error["message"]], error["args"])
        self.ok("pool.new", into="pool", processes=1)
        self.ok("pool.apply_async", "pool", into="r1", func="puppet", puppet="task")
        self.s.accept()
        self.ok("puppet.return", by="task", value={"$unpicklable": True})
        self.assertIn("raise", self.call("async_result.get", "r1", timeout=PATIENCE))
        error = self.raised("pool.apply", "pool", func="fail_as_the_system", args=[2])
        self.assertEqual(("FileNotFoundError", 2), (error["type"], error["args"][0]))
        error = self.raised("pool.apply", "pool", func="fail_as_the_system", args=[2, "a file"])
        self.assertIn("'a file'", error["message"])
        if STOCK:
            error = self.raised("pool.apply", "pool", func="fail_for_lack_of_room", args=[{"$bytes": "AAEC"}])
            self.assertEqual(("BufferTooShort", [{"$bytes": "AAEC"}]), (error["type"], error["args"]))
        error = self.raised("pool.apply", "pool", func="fail_in_detail", args=["far"])
        self.assertEqual(("far", True), (error["message"], "ValueError" in error["bases"]))
        cause = self.raised("pool.apply", "pool", func="fail", args=["far"])["cause"]
        self.assertEqual("RemoteTraceback", cause["type"])
        self.assertIn("in fail", cause["message"])
        self.ok("list.new", into="items", items=[1])
        self.assertEqual([1, 0], self.ok("pool.apply", "pool", func="appended", args=[{"$object": "items"}]))
        self.assertIn("raise", self.call("pool.apply", "pool", func="nameless", args=[1]))
        self.ok("pool.terminate", "pool")
        self.ok("pool.join", "pool")

    def test_objects_travel_and_are_dropped(self):
        self.main()
        self.ok("pipe.new", into=["l", "r"])
        self.ok("pipe.new", into=["x", "y"])
        self.child("p1", objects=["l"])
        self.ok("connection.send", "r", item={"$object": "x"})
        self.assertEqual(None, self.ok("connection.recv", "l", into="got", by="p1"))
        self.ok("connection.send_bytes", "got", by="p1", data={"$bytes": "AAEC"}, size=2)
        self.assertEqual(dictionary(count=2, buffer={"$bytes": "LgABLg=="}),
                         self.ok("connection.recv_bytes_into", "y", length=4, offset=1))
        self.ok("connection.send_bytes", "got", by="p1", data={"$bytes": "AAEC"})
        self.assertEqual({"$bytes": "AAEC"}, self.ok("connection.recv_bytes", "y", maxlength=3))
        self.assertEqual(["got", "l"], self.ok("puppet.names", by="p1"))
        self.assertEqual([], self.ok("connection.wait", objects=["r", "y", "p1"], timeout=0))
        self.ok("puppet.drop", "got", by="p1")
        self.assertEqual(["l"], self.ok("puppet.names", by="p1"))
        self.ok("puppet.return", by="p1")
        self.assertEqual(["p1"], self.ok("connection.wait", objects=["y", "p1"], timeout=PATIENCE))
        self.assertEqual(["p1"], self.ok("connection.wait", objects=["y", "p1"], timeout=PATIENCE, iterator=True))
        self.join("p1", 0)
        self.ok("connection.enter", "r")
        self.ok("connection.exit", "r")
        self.assertEqual(True, self.ok("connection.closed", "r"))

    def test_dropping_the_last_reference_closes_a_pipe(self):
        hello = self.main().hellos["main"]
        self.ok("pipe.new", into=["r", "w"], duplex=False)
        self.child("p1", objects=["w"])
        self.ok("puppet.drop", "w")
        self.ok("puppet.drop", "w", by="p1")
        if hello["about"]["name"] == "CPython":  # PyPy collects when it likes, billiard keeps Process's arguments
            self.assertEqual("EOFError", self.raised("connection.recv", "r")["type"])

    def test_more_of_what_processes_have(self):
        self.main()
        self.ok("simple_queue.new", into="s")
        self.ok("simple_queue.put", "s", item=1)
        self.assertIn("ok" if STOCK else "raise", self.call("simple_queue.empty", "s"))  # billiard's is broken
        self.assertEqual(1, self.ok("simple_queue.get", "s"))
        self.ok("semaphore.new", into="sem", value=2)
        self.assertEqual(2, self.ok("semaphore.get_value", "sem"))
        self.ok("lock.new", into="l")
        self.ok("value.new", into="v", type="c", value={"$bytes": "eA=="}, lock="l")
        self.assertEqual({"$bytes": "eA=="}, self.ok("value.get", "v"))
        self.ok("value.get_lock", "v", into="l2")
        self.ok("lock.acquire", "l")
        self.assertEqual(False, self.ok("lock.acquire", "l2", block=False))
        self.ok("value.new", into="unlocked", type="i", value=1, lock=False)
        self.unsupported("value.get_lock", "unlocked")
        self.ok("raw_value.new", into="rv", type="d", value=0.5)
        self.ok("value.add", "rv", amount=1)
        self.assertEqual(1.5, self.ok("raw_value.get", "rv"))
        self.ok("array.new", into="a", type="c", init=4)
        self.ok("array.set_value", "a", value={"$bytes": "YWI="})
        self.assertEqual([{"$bytes": "YWI="}, {"$bytes": "YWIAAA=="}, {"$bytes": "YWI="}],
                         [self.ok("array.value", "a"), self.ok("array.raw", "a"), self.ok("array.slice", "a", start=0, stop=2)])
        self.ok("raw_array.new", into="ra", type="i", init=3)
        self.ok("array.set_slice", "ra", start=0, stop=2, values=[4, 5])
        self.assertEqual([4, 5, 0], self.ok("array.slice", "ra"))
        self.unsupported("array.raw", "ra")
        self.ok("process.new", into="p", puppet="p", daemon=True)
        self.assertEqual((None, None, False, True), tuple(
            self.ok("process." + op, "p") for op in ("pid", "exitcode", "is_alive", "daemon")))
        self.ok("process.set_name", "p", name="renamed")
        self.ok("process.set_daemon", "p", daemon=False)
        self.ok("process.set_authkey", "p", key={"$bytes": "AAEC"})
        self.assertEqual({"$bytes": "AAEC"}, self.ok("process.authkey", "p"))
        self.ok("process.start", "p")
        pid = self.s.accept()["pid"]
        self.assertEqual([dictionary(name="renamed", pid=pid)], self.ok("process.active_children"))
        self.assertIsInstance(self.ok("process.sentinel", "p"), int)
        if "process.parent" in self.s.hellos["main"]["features"]:
            self.assertEqual((False, True), (self.ok("process.parent", into="x"), self.ok("process.parent", into="x", by="p")))
            self.assertEqual(["x"], self.ok("puppet.names", by="p"))
            self.assertEqual(self.s.process.pid, self.ok("process.pid", "x", by="p"))
        self.ok("process.terminate", "p")
        self.killed("p", -15)
        self.assertIsInstance(self.ok("process.cpu_count"), int)
        self.assertIn("fork", self.ok("context.get_all_start_methods"))
        self.assertEqual("spawn", self.ok("context.get_context", method="spawn"))
        self.assertEqual("ValueError", self.raised("context.get_context", method="teapot")["type"])

    def manager(self, name="m"):
        self.main()
        if "manager" not in self.s.hellos["main"]["features"]:
            self.skipTest("no managers in " + MODULE)
        self.ok("manager.new", into=name)

    def test_heartbeat_of_a_manager_is_seen_though_its_second_is_no_constant(self):
        # As in Python 3.15, whose instructions carry small numbers themselves.
        program = """if True:
            import mpcheck_managed
            def polls(event, second):
                while not event.is_set():
                    event.wait(second)
            def accepts(listener):
                while True:
                    listener.accept()
            print(mpcheck_managed.waits_now_and_then(polls), mpcheck_managed.waits_now_and_then(accepts))
        """
        self.assertEqual(["True False"], run_beside_adapter(program).splitlines())

    def test_managers_make_every_kind(self):
        self.manager()
        if STOCK:
            self.assertLessEqual({"manager.connect", "manager.register", "manager.list", "manager.barrier", "manager.pool",
                                  "manager.heartbeat", "remote", "remote.tcp"}, set(self.s.hellos["main"]["features"]))
        pid = self.ok("manager.pid", "m")
        self.assertNotIn(pid, (None, self.s.process.pid))
        for kind, args in (("list", {"items": [3, 1]}), ("dict", {"items": dictionary(k=1)}), ("namespace", {"attributes": dictionary(x=1)}),
                           ("value", {"type": "i", "value": 5}), ("array", {"type": "i", "init": [1, 2]}), ("queue", {"maxsize": 1}),
                           ("joinable_queue", {}), ("lock", {}), ("rlock", {}), ("semaphore", {"value": 2}), ("bounded_semaphore", {}),
                           ("condition", {}), ("event", {}), ("barrier", {"parties": 1, "timeout": PATIENCE})):
            self.assertEqual(None, self.ok("manager." + kind, "m", into=kind, **args))
        self.ok("list.sort", "list")
        self.assertEqual([1, 3], self.ok("list.get", "list"))
        self.assertEqual((3, [1], 2), (self.ok("list.get", "list", index=1), self.ok("list.slice", "list", stop=1), self.ok("list.len", "list")))
        self.ok("list.iadd", "list", items=[4])
        self.ok("list.set_slice", "list", start=0, stop=1, items=[7, 8])
        self.assertEqual([7, 8, 3, 4], self.ok("list.iterate", "list"))
        self.assertEqual([7, 8, 3, 4, 5], self.ok("list.add", "list", items=[5]))
        self.assertEqual("[7, 8, 3, 4]", self.ok("proxy.str", "list"))
        self.assertEqual((False, True), (self.ok("proxy.equals", "list", other=[7, 8, 3, 4]),
                                         self.ok("proxy.equals", "list", other={"$object": "list"})))
        self.assertEqual("ValueError", self.raised("list.remove", "list", item=99)["type"])
        self.assertEqual((1, None, 2), (self.ok("dict.getitem", "dict", key="k"), self.ok("dict.get", "dict", key="x"),
                                        self.ok("dict.setdefault", "dict", key="y", default=2)))
        self.assertEqual([{"$tuple": ["k", 1]}, {"$tuple": ["y", 2]}], self.ok("dict.items", "dict"))
        self.assertEqual(["k", "y"], self.ok("dict.iterate", "dict"))
        self.ok("namespace.set", "namespace", name="y", value=[2])
        self.assertEqual([2], self.ok("namespace.get", "namespace", name="y"))
        self.ok("namespace.delete", "namespace", name="y")
        self.assertEqual("AttributeError", self.raised("namespace.get", "namespace", name="y")["type"])
        self.ok("value.add", "value", amount=2)
        self.assertEqual((7, [1, 2]), (self.ok("value.get", "value"), self.ok("array.slice", "array")))
        self.ok("queue.put", "queue", item=1)
        self.assertEqual("Full", self.raised("queue.put", "queue", item=2, timeout=0.01)["type"])
        self.unsupported("queue.close", "queue")
        self.ok("joinable_queue.put", "joinable_queue", item=1)
        self.ok("joinable_queue.task_done", "joinable_queue")
        self.ok("manager.barrier", "m", into="acting", parties=1, action=dictionary(**{"raise": "KeyError"}))
        self.assertEqual("KeyError", self.raised("barrier.wait", "acting")["type"])
        for kind in ("lock", "rlock", "semaphore", "bounded_semaphore", "condition"):
            self.assertEqual(True, self.ok(kind + ".acquire", kind, block=True, timeout=1))
            self.ok(kind + ".release", kind)
        self.assertEqual((False, 0), (self.ok("event.wait", "event", timeout=0), self.ok("barrier.wait", "barrier")))
        self.child("p1", objects=["list"])
        self.ok("list.append", "list", by="p1", item={"$bytes": "AAEC"})
        self.assertEqual({"$bytes": "AAEC"}, self.ok("list.pop", "list"))
        self.ok("list.append", "list", item=[1])
        self.ok("list.get", "list", into="inner", index=-1)
        self.ok("list.append", "inner", item=2)
        self.assertEqual(([1, 2], [1]), (self.ok("list.get", "inner"), self.ok("list.get", "list", index=-1)))
        self.ok("puppet.return", by="p1")
        self.join("p1", 0)
        self.ok("manager.shutdown", "m")
        self.assertIn("raise", self.call("list.len", "list"))

    def test_managers_know_registered_types(self):
        self.manager("plain")
        self.ok("custom_manager.new", into="m", address="m.sock", authkey={"$bytes": "AAEC"})
        self.assertIn("raise", self.call("manager.list", "m", into="l"))
        self.assertEqual("TypeError", self.raised("manager.start", "m", initializer="text")["type"])
        self.s.begin("main", "manager.start", "m", initializer={"$function": "puppet"}, initargs=["first"])
        self.assertEqual("first", self.s.accept()["puppet"])
        self.ok("global.set", by="first", name="g", value=5)
        self.ok("puppet.return", by="first")
        self.assertIn("ok", self.s.end("main"))
        self.assertEqual("m.sock", self.ok("manager.address", "m"))
        self.ok("manager.create", "m", into="c", type="Counter", args=[1])
        self.assertEqual(3, self.ok("proxy.call", "c", method="increment", args=[2]))
        self.assertEqual(5, self.ok("proxy.call", "c", method="global_value", args=["g"]))
        self.assertEqual(self.ok("manager.pid", "m"), self.ok("proxy.call", "c", method="pid"))
        error = self.raised("proxy.call", "c", method="fail", args=["KeyError", "no"])
        self.assertEqual(("KeyError", ["no"]), (error["type"], error["args"]))
        self.assertEqual("RemoteError", self.raised("proxy.callmethod", "c", method="_hidden", args=[])["type"])
        self.assertEqual("RemoteError", self.raised("proxy.call", "c", method="unserialisable")["type"])
        self.ok("manager.create", "m", into="b", type="Box", args=[7])
        self.ok("proxy.call", "b", into="inside", method="counter")
        self.assertEqual(8, self.ok("proxy.call", "inside", method="increment"))
        self.assertEqual("Counter(8)", self.ok("proxy.str", "inside"))
        self.ok("manager.create", "m", into="g", type="Gauge", args=[7])
        self.assertEqual(7, self.ok("proxy.call", "g", method="value"))
        self.assertEqual("RemoteError", self.raised("proxy.call", "g", method="increment")["type"])
        self.ok("manager.create", "m", into="e", type="either", args=["Box"])
        self.assertEqual([], self.ok("proxy.call", "e", method="items"))
        self.ok("manager.create", "m", into="w", type="Witness", args=["gone"])
        self.ok("proxy.call", "w", into="itself", method="itself")
        self.assertEqual(True, self.ok("proxy.call", "itself", method="is_here"))
        self.ok("puppet.drop", "itself")
        self.ok("puppet.drop", "w")
        self.assertEqual("AttributeError", self.raised("manager.create", "plain", into="x", type="Counter")["type"])
        self.ok("custom_manager.new", into="far", address="m.sock", authkey={"$bytes": "AAEC"})
        self.ok("manager.connect", "far")
        self.assertEqual(None, self.ok("manager.pid", "far"))
        self.ok("custom_manager.new", into="wrong", address="m.sock", authkey={"$bytes": "AAED"})
        self.assertEqual("AuthenticationError", self.raised("manager.connect", "wrong")["type"])
        self.ok("manager.enter", "plain")
        self.ok("manager.exit", "plain")

    def test_listeners_and_clients(self):
        self.main()
        if "remote" not in self.s.hellos["main"]["features"]:
            self.skipTest("no listeners in " + MODULE)
        key = {"$bytes": "AAEC"}
        for address in ("l.sock", {"$tuple": ["127.0.0.1", 0]}):
            self.ok("listener.new", into="l", address=address, backlog=2, authkey=key)
            self.assertEqual(None, self.ok("listener.last_accepted", "l"))
            self.ok("puppet.thread", puppet="t1", daemon=True)
            self.s.accept()
            self.s.begin("t1", "client.connect", into="c", address=self.ok("listener.address", "l"), authkey=key)
            self.ok("listener.accept", "l", into="a")
            self.assertIn("ok", self.s.end("t1"))
            self.ok("connection.send", "c", item={"$tuple": [1]})
            self.assertEqual({"$tuple": [1]}, self.ok("connection.recv", "a"))
            self.ok("listener.enter", "l")
            self.ok("listener.exit", "l")
            self.assertIn("OSError", self.raised("listener.accept", "l", into="a")["bases"])
            self.ok("puppet.return", by="t1")
        self.assertEqual("FileNotFoundError", self.raised("client.connect", into="c", address="l.sock")["type"])

    def test_named_memory(self):
        if "shared_memory" not in self.main().hellos["main"]["features"]:
            self.skipTest("no shared memory here")
        self.assertEqual(None, self.ok("shared_memory.new", into="m", create=True, size=8))
        name = self.ok("shared_memory.name", "m")
        self.child("p1", objects=["m"])
        self.ok("shared_memory.set", "m", by="p1", index=-1, value=65)
        self.assertEqual({"$bytes": "AABB"}, self.ok("shared_memory.slice", "m", start=5))
        self.ok("shared_memory.set_slice", "m", start=0, stop=3, values={"$bytes": "AAEC"})
        self.assertEqual(2, self.ok("shared_memory.get", "m", by="p1", index=2))
        self.ok("shared_memory.view", "m", into="v", start=1, stop=3)
        self.assertEqual({"$bytes": "AQI="}, self.ok("view.content", "v"))
        self.assertEqual("BufferError", self.raised("shared_memory.close", "m")["type"])
        self.ok("view.release", "v")
        self.ok("shared_memory.close", "m")
        self.assertEqual(8, self.ok("shared_memory.size", "m", by="p1"))
        self.ok("shared_memory.unlink", "m")
        self.assertEqual("FileNotFoundError", self.raised("shared_memory.new", into="m", name=name)["type"])
        self.ok("shareable_list.new", into="l", items=[1, "two", None])
        self.ok("shareable_list.set", "l", index=0, value=True)
        self.assertEqual([True, "two", None], self.ok("shareable_list.items", "l"))
        self.assertEqual([3, 1, 1, "xxxxxxx?8sxxxxxx?x"],
                         [self.ok("shareable_list.len", "l"), self.ok("shareable_list.count", "l", value=None),
                          self.ok("shareable_list.index", "l", value="two"), self.ok("shareable_list.format", "l")])
        self.ok("shareable_list.shm", "l", into="s")
        self.ok("shared_memory.close", "s")
        self.ok("shared_memory.unlink", "s")
        self.ok("puppet.return", by="p1")
        self.join("p1", 0)

    def test_manager_of_named_memory(self):
        if "shared_memory_manager" not in self.main().hellos["main"]["features"]:
            self.skipTest("no manager of shared memory here")
        self.ok("shared_memory_manager.new", into="m")
        self.ok("manager.start", "m")
        self.ok("shared_memory_manager.shared_memory", "m", into="s", size=3)
        self.ok("shared_memory_manager.shareable_list", "m", into="l", items=[7])
        self.assertEqual([7], self.ok("shareable_list.items", "l"))
        name = self.ok("shared_memory.name", "s")
        self.ok("manager.shutdown", "m")
        self.assertEqual("FileNotFoundError", self.raised("shared_memory.new", into="s", name=name)["type"])

    def test_objects_from_outside(self):
        self.main()
        self.ok("queue.new", into="q")
        self.assertEqual(["put"], self.ok("object.attributes", "q", names=["put", "task_done"]))
        self.assertEqual(["Queue", "object"], self.ok("object.bases", "q"))
        self.ok("object.call", "q", method="put", args=[3], kwargs=dictionary(block=True))
        self.assertEqual(3, self.ok("queue.get", "q"))
        self.ok("lock.new", into="l")
        self.assertEqual("TypeError", self.raised("array.new_by_position", into="a", type="i", init=2, lock="l")["type"])
        self.ok("structure.new", into="s", x=1, y=0.5)
        self.ok("structure.copy", "s", into="c")
        self.ok("structure.set", "s", field="x", value=2)
        self.assertEqual([2, 1], [self.ok("structure.get", name, field="x") for name in ("s", "c")])
        self.ok("structure.new", into="s", x=1)
        self.ok("structure.set", "s", field="few", value=7)
        self.ok("structure.set", "s", field="name", value={"$bytes": "AQI="})
        self.assertEqual([0.0, 7, {"$bytes": "AQI="}],
                         [self.ok("structure.get", "s", field=field) for field in ("y", "few", "name")])

    def test_threads_as_a_pool(self):
        self.main()
        self.ok("thread_pool.new", into="t", processes=2)
        self.assertEqual(self.s.process.pid, self.ok("pool.apply", "t", func="pid", args=[]))
        self.assertEqual([1, 4], self.ok("pool.map", "t", func="square", iterable=[1, 2]))
        self.ok("pool.terminate", "t")

    def test_finalizers_and_signals_do_things(self):
        self.main()
        self.child("p1")
        self.ok("event.new", into="e", by="p1")
        self.ok("puppet.on_signal_do", by="p1", signal=10, operation="event.set", object="e")
        os.kill(self.s.hellos["p1"]["pid"], signal.SIGUSR1)
        self.ok("puppet.ids", by="p1")
        self.assertEqual(True, self.ok("event.is_set", "e", by="p1"))
        self.ok("util.finalize", by="p1", puppet="last", priority=3)
        self.ok("puppet.return", by="p1")
        last = self.s.accept()
        self.assertEqual(("last", self.s.hellos["p1"]["pid"]), (last["puppet"], last["pid"]))
        self.ok("puppet.return", by="last")
        self.join("p1", 0)

    def test_limits_of_files_can_be_lifted(self):
        self.main()
        self.ok("puppet.limit_files", free=1)
        self.assertEqual("OSError", self.raised("pipe.new", into=["a", "b"])["type"])
        self.ok("puppet.limit_files", free=None)
        self.ok("pipe.new", into=["a", "b"])

    def test_module_keeps_its_default_until_told(self):
        self.main()
        self.assertEqual(None, self.ok("context.get_start_method", allow_none=True))
        self.ok("context.set_start_method", method="spawn")
        self.assertEqual("spawn", self.ok("context.get_start_method"))

    def test_an_interrupt_leaves_an_operation(self):
        self.main()
        self.ok("puppet.on_signal", signal=2, action="interrupt")
        self.ok("process.new", into="p", puppet="p")
        self.s.begin("main", "process.run", "p")
        self.s.accept()
        os.kill(self.s.process.pid, signal.SIGINT)
        self.assertEqual("KeyboardInterrupt", self.s.end("main")["raise"]["type"])
        self.ok("value.new", into="v", type="i", value=3)
        self.ok("pool.new", into="pool", processes=2, initializer="add", initargs=[{"$object": "v"}, 2])
        self.ok("pool.close", "pool")
        self.ok("pool.join", "pool")
        self.assertEqual(7, self.ok("value.get", "v"))

    def test_signals(self):
        self.main()
        self.child("p1")
        self.assertEqual(0, self.ok("puppet.noted", by="p1", signal=10))
        self.ok("puppet.on_signal", by="p1", signal=10, action="note")
        for _ in range(2):
            os.kill(self.s.hellos["p1"]["pid"], signal.SIGUSR1)
            self.ok("puppet.ids", by="p1")
        self.assertEqual(2, self.ok("puppet.noted", by="p1", signal=10))
        self.ok("puppet.on_signal", by="p1", signal=10, action="ignore")
        os.kill(self.s.hellos["p1"]["pid"], signal.SIGUSR1)
        self.ok("puppet.on_signal", by="p1", signal=10, action="default")
        os.kill(self.s.hellos["p1"]["pid"], signal.SIGUSR1)
        self.killed("p1", -10)

    def test_globals_and_surroundings(self):
        self.main()
        self.ok("global.set", name="g", value=[5])
        self.child("p1")
        inherits = "inherits_memory" in self.s.hellos["main"]["features"]
        self.assertEqual([5] if inherits else None, self.ok("global.get", by="p1", name="g"))
        self.assertEqual(os.path.realpath(self.s.folder), os.path.realpath(self.ok("puppet.getcwd", by="p1")))
        self.assertEqual("", self.ok("puppet.stdin", by="p1", size=3))
        self.assertEqual("", self.ok("puppet.stdin", by="p1"))
        hello = self.s.hellos["p1"]
        self.assertEqual(dictionary(pid=hello["pid"], ppid=hello["ppid"], tid=hello["tid"]), self.ok("puppet.ids", by="p1"))
        self.ok("puppet.return", by="p1")
        self.join("p1", 0)


class ForkTest(EveryProcess, AdapterTest):
    flags = ["--module=" + MODULE, "--start-method=fork"]

    def sockets(self, pid):
        links = [os.path.join("/proc/%d/fd" % pid, fd) for fd in os.listdir("/proc/%d/fd" % pid)]
        return {os.readlink(link) for link in links if os.readlink(link).startswith("socket:")}

    def test_child_holds_no_connection_of_its_parent(self):
        self.main()
        self.ok("puppet.thread", puppet="t1", daemon=True)
        self.s.accept()
        parents = self.sockets(self.s.process.pid)
        self.assertEqual(2, len(parents))
        self.child("p1")
        mine = self.sockets(self.s.hellos["p1"]["pid"])
        self.assertEqual((1, set()), (len(mine), mine & parents))
        self.ok("puppet.return", by="t1")  # its connection closes with it
        self.assertEqual(b"", self.s.puppets["t1"].read())

    def test_child_keeps_what_it_inherits(self):
        self.main()
        self.ok("pipe.new", into=["r", "w"], duplex=False)
        self.child("p1")
        self.assertEqual([], self.ok("puppet.names", by="p1"))
        self.ok("connection.close", "w")
        self.assertEqual(False, self.ok("connection.poll", "r", timeout=0))  # no end of file: the child holds w
        self.ok("puppet._exit", by="p1", code=0)
        self.join("p1", 0)
        self.assertEqual("EOFError", self.raised("connection.recv", "r")["type"])


class SpawnTest(EveryProcess, AdapterTest):
    flags = ["--module=" + MODULE, "--start-method=spawn"]


class ForkserverTest(EveryProcess, AdapterTest):
    flags = ["--module=" + MODULE, "--start-method=forkserver"]


@unittest.skipUnless(STOCK, "only multiprocessing has a dummy")
class DummyTest(EveryStartMethod, AdapterTest):
    flags = ["--module=multiprocessing.dummy"]
    thread = True

    def test_lacks_what_threads_cannot_do(self):
        self.main()
        self.child("p1")
        self.unsupported("process.terminate", "p1")
        self.unsupported("simple_queue.new", into="s")
        self.assertFalse({"simple_queue", "simple_queue.close", "context", "process.kill", "process.sentinel", "manager",
                          "manager.list", "remote"} & set(self.s.hellos["main"]["features"]))
        self.unsupported("context.get_start_method")
        self.unsupported("connection.wait", objects=[])
        self.unsupported("process.cpu_count")
        self.ok("queue.new", into="q")
        self.ok("queue.put", "q", item={"$unpicklable": True})
        self.assertEqual({"$unpicklable": True}, self.ok("queue.get", "q"))


def run_beside_adapter(program):
    """What a program that imports our modules writes on both streams. It ends with 0."""
    here = os.path.dirname(ADAPTER)
    paths = os.pathsep.join([here, os.path.join(here, "..", "kit", "python")])
    return subprocess.check_output([PYTHON, "-c", program], env=dict(os.environ, PYTHONPATH=paths),
                                   stderr=subprocess.STDOUT, universal_newlines=True)


class ProgramTest(AdapterTest):
    flags = ["--module=" + MODULE]

    def test_bad_usage(self):
        for flags, code, words in ((["--teapot"], 64, "--teapot"), (["--module="], 64, "--module"), (["extra"], 64, "extra"),
                                   (["--start-method=teapot"], 64, "teapot"), (["--module=no.such"], 69, "no.such"),
                                   (["--module=multiprocessing.dummy", "--start-method=fork"], 64, "dummy")):
            stage = self.stage(flags=flags)
            self.assertEqual(code, stage.process.wait(PATIENCE), flags)
            self.assertIn(words, stage.said())
            self.assertEqual(1, stage.said().count("\n"))

    def test_no_runner(self):
        environment = dict(os.environ, MPCHECK_ADDRESS="unix:/nonexistent/runner", MPCHECK_TOKEN="t")
        self.assertEqual(99, subprocess.call([PYTHON, ADAPTER], env=environment))
        del environment["MPCHECK_ADDRESS"]
        self.assertEqual(64, subprocess.call([PYTHON, ADAPTER], env=environment, stderr=subprocess.DEVNULL))

    def test_brief_end_goes_on_after_a_handler_that_fails(self):
        # CPython 3.11's ProcessPoolExecutor now and then writes to a pipe that its thread has just closed.
        program = """if True:
            import atexit, sys, threading, mpcheck_kit
            def fail():
                raise OSError("the pipe is closed")
            threading._shutdown = fail
            atexit.register(sys.stdout.write, "exit handlers ran")
            mpcheck_kit.end_briefly()
        """
        said = run_beside_adapter(program)
        self.assertIn("OSError: the pipe is closed", said)
        self.assertIn("exit handlers ran", said)

    def test_default_start_method_is_asked_for_without_settling_it(self):
        hello = self.main(family="tcp").hellos["main"]
        self.assertEqual(self.ok("context.get_all_start_methods")[0], hello["about"]["start_method"])
        self.assertEqual(None, self.ok("context.get_start_method", allow_none=True))
        self.child("p1")
        self.ok("puppet.return", by="p1")
        self.join("p1", 0)


def give_up(number, frame):
    raise TimeoutError("processes are left")


# Of executors_test, too.
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
signal.signal(signal.SIGALRM, give_up)

if __name__ == "__main__":
    unittest.main()
