#!/usr/bin/python3
"""What the kits carry for every adapter, tried on the templates of both: the same tests for Python and C++.

kit_test.py COMMAND...: an adapter with queues and processes.
"""
import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

COMMAND = [os.path.abspath(word) if os.path.exists(word) else word for word in sys.argv[1:]]
PATIENCE = 20  # seconds, for what must happen
DEADLY = 99  # the exit code of a puppet that is cut off


class Runner:
    """Starts the adapter and speaks with its puppets."""

    def __init__(self, address="unix"):
        self.folder = tempfile.TemporaryDirectory()
        if address == "unix":
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.folder.name + "/s")
            where = "unix:" + self.folder.name + "/s"
        else:
            self.listener = socket.socket()
            self.listener.bind(("127.0.0.1", 0))
            where = "tcp:127.0.0.1:%d" % self.listener.getsockname()[1]
        self.listener.listen(10)
        self.listener.settimeout(PATIENCE)
        self.ids, self.lines = 0, {}
        environment = {name: value for name, value in os.environ.items() 
                       if not name.startswith(("GTEST_", "TEST_", "XML_", "PYTHONUNBUFFERED"))}
        environment.update(MPCHECK_ADDRESS=where, MPCHECK_TOKEN="secret", TMPDIR=self.folder.name)
        self.process = subprocess.Popen(COMMAND, env=environment, cwd=self.folder.name, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.main = self.accept()

    def accept(self):
        connection = self.listener.accept()[0]
        connection.settimeout(PATIENCE)
        lines = connection.makefile("rwb")
        connection.close()  # the stream keeps it
        self.lines[id(lines)] = json.loads(lines.readline().decode())
        return lines

    def hello(self, puppet):
        return self.lines[id(puppet)]

    def begin(self, by, op, on=None, as_=None, **args):
        self.ids += 1
        command = {"id": self.ids, "op": op, "args": args}
        command.update({name: value for name, value in (("on", on), ("as", as_)) if value is not None})
        self.write(by, json.dumps(command) + "\n")

    def write(self, puppet, text):
        puppet.write(text.encode())
        puppet.flush()

    def reply(self, puppet):
        return json.loads(puppet.readline().decode())

    def tell(self, op, on=None, as_=None, by=None, **args):
        self.begin(by or self.main, op, on, as_, **args)
        reply = self.reply(by or self.main)
        assert reply.pop("id") == self.ids
        return reply

    def ok(self, *words, **args):
        reply = self.tell(*words, **args)
        assert "ok" in reply, reply
        return reply["ok"]

    def start_child(self, *objects, **more):
        self.ok("process.new", as_="p", puppet="p", objects=list(objects), **more)
        self.ok("process.start", on="p")
        return self.accept()

    def ended(self):
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.listener.close()
        self.folder.cleanup()


class KitTest(unittest.TestCase):
    def runner(self, *words):
        runner = Runner(*words)
        self.addCleanup(runner.close)
        return runner

    # ---- The connection ----

    def test_hello_introduces_main(self):
        runner = self.runner()
        hello = runner.hello(runner.main)
        self.assertEqual([hello[name] for name in ("mpcheck", "token", "puppet", "pid", "ppid", "tid")],
                         [1, "secret", "main", runner.process.pid, os.getpid(), runner.process.pid])
        self.assertEqual(hello["about"]["name"], "pocket")
        self.assertLessEqual({"queue", "process", "isolated", "batch.if", "batch.journal"}, set(hello["features"]))
        self.assertNotIn("list", hello["features"])

    def test_tcp_address(self):
        runner = self.runner("tcp")
        self.assertEqual(runner.ok("puppet.names"), [])

    def test_end_of_file_ends_the_process_at_once(self):
        runner = self.runner()
        runner.ok("puppet.finally", marker="finally")
        runner.main.close()
        self.assertEqual(runner.ended()[0], DEADLY)
        self.assertFalse(os.path.exists(runner.path("finally")))

    def test_line_that_is_no_command_ends_the_process_at_once(self):
        for line in ("no command\n", "[1]\n", '{"id":1}\n', '{"op":"queue.new"}\n', '{"id":"1","op":"queue.new"}\n',
                     '{"id":1,"op":"queue.new","args":[]}\n', " " * (1 << 20) + "{}\n"):
            runner = self.runner()
            runner.write(runner.main, line)
            self.assertEqual(runner.ended()[0], DEADLY, line[:40])

    def test_without_the_runner_it_says_so(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MPCHECK")}
        ended = subprocess.run(COMMAND, env=environment, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(ended.returncode, 64)
        self.assertIn("MPCHECK_ADDRESS", ended.stderr)

    def test_reply_that_is_too_long_is_unsupported(self):
        runner = self.runner()
        runner.ok("list.new", as_="l", items=["x" * 600000])
        runner.ok("list.append", on="l", item="x" * 600000)
        self.assertIn("a reply of 12", runner.tell("list.get", on="l")["unsupported"])
        self.assertEqual(runner.ok("puppet.names"), ["l"])

    # ---- Commands and replies ----

    def test_times_are_of_the_monotonic_clock(self):
        runner = self.runner()
        before = time.monotonic_ns()
        reply = runner.tell("queue.new", as_="q")
        self.assertLessEqual(before, reply["t0"])
        self.assertLessEqual(reply["t0"], reply["t1"])
        self.assertLessEqual(reply["t1"], time.monotonic_ns())

    def test_what_is_not_there_is_unsupported(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        for words, args in ((("queue.fly", "q"), {}), (("queue.get", "nothing"), {}),
                            (("queue.get", "q"), {"colour": 1}),
                            (("global.set",), {"name": "n", "value": {"$set": [1]}})):
            self.assertIn("unsupported", runner.tell(*words, **args), words)

    def test_exception_is_told_with_its_bases(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q", maxsize=1)
        raised = runner.tell("queue.get_nowait", on="q")["raise"]
        self.assertEqual((raised["type"], raised["bases"]),
                         ("Empty", ["Empty", "Exception", "BaseException", "object"]))
        self.assertEqual(raised["args"], [])

    def test_values_come_back_as_they_went(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        for value in (None, True, False, 0, -2**63, 2**63 - 1, 0.0, 1.0, 1e300, -0.1, {"$float": "inf"},
                      {"$float": "-inf"}, {"$float": "nan"}, "", "t\u00e9xt \U0001f40d \"\\/\n\t\0", [], [1, [None]],
                      {"$bytes": "AAEC/w=="},
                      {"$tuple": []}, {"$tuple": [1, {"$tuple": ["a"]}]}, {"$dict": [["k", [1]], [2, None]]}):
            runner.ok("global.set", name="n", value=value)
            self.assertEqual(repr(runner.ok("global.get", name="n")), repr(value))
            runner.ok("queue.put", on="q", item=value)
            self.assertEqual(repr(runner.ok("queue.get", on="q")), repr(value))

    def test_big_bytes_are_told_by_their_digest(self):
        runner = self.runner()
        for size in (0, 1, 4096, 4097, 1000001):
            seed = 2**32 - 5
            words = b"".join(((seed + i) % 2**32).to_bytes(4, "little") for i in range(size // 4 + 1))[:size]
            runner.ok("global.set", name="n", value={"$blob": {"size": size, "seed": seed}})
            told = {"$bytes": base64.b64encode(words).decode()} if size <= 4096 else \
                {"$blob": {"size": size, "sha256": hashlib.sha256(words).hexdigest()}}
            self.assertEqual(runner.ok("global.get", name="n"), told)

    def test_unpicklable_is_refused_with_a_type_error(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        self.assertEqual(runner.tell("queue.put", on="q", item=[{"$unpicklable": True}])["raise"]["type"], "TypeError")

    def test_named_list_is_sent_as_it_is_then(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        runner.ok("list.new", as_="l", items=[1])
        runner.ok("queue.put", on="q", item={"$object": "l"})
        runner.ok("list.append", on="l", item=2)
        self.assertEqual(runner.ok("queue.get", on="q"), [1])
        self.assertEqual(runner.ok("list.get", on="l"), [1, 2])

    def test_global_that_is_an_object_or_a_named_list_does_not_hang(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        runner.ok("list.new", as_="l", items=[1])
        runner.tell("global.set", name="n", value={"$object": "q"})
        runner.ok("global.set", name="n", value={"$object": "l"})
        self.assertEqual(runner.ok("global.get", name="n"), [1])

    def test_received_list_can_be_named(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        runner.ok("queue.put", on="q", item=[1])
        self.assertIsNone(runner.ok("queue.get", on="q", as_="l"))
        runner.ok("list.append", on="l", item=2)
        self.assertEqual(runner.ok("list.get", on="l"), [1, 2])

    def test_batch_does_what_is_due_and_keeps_a_journal(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        put, get = {"op": "queue.put", "on": "q", "args": {"item": 1}}, {"op": "queue.get_nowait", "on": "q"}
        replies = runner.ok("batch", times=2, journal="journal",
                            commands=[get, dict(put, **{"if": 1}), put, get, dict(get, **{"if": 1})])
        self.assertEqual(["raise" in reply for reply in replies], [True, False, False, False, True] * 2)
        self.assertEqual(replies[1], {"ok": False})
        self.assertEqual([replies[2]["ok"], replies[3]["ok"]], [None, 1])
        with open(runner.path("journal")) as journal:
            written = [json.loads(line) for line in journal]
        self.assertEqual([line.pop("id") for line in written], list(range(10)))
        self.assertEqual(written, replies)

    # ---- Puppets ----

    def test_child_has_what_was_passed_and_nothing_else(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        runner.ok("queue.new", as_="secret")
        child = runner.start_child("q", args=[1, {"$tuple": [2]}], kwargs={"$dict": [["k", 3]]})
        hello = runner.hello(child)
        self.assertEqual((hello["puppet"], hello["ppid"]), ("p", runner.process.pid))
        self.assertNotIn("about", hello)
        self.assertEqual(runner.ok("puppet.names", by=child), ["q"])
        self.assertEqual(runner.ok("puppet.arguments", by=child),
                         {"$dict": [["args", [1, {"$tuple": [2]}]], ["kwargs", {"$dict": [["k", 3]]}]]})
        runner.ok("queue.put", on="q", item="from the child", by=child)
        self.assertEqual(runner.ok("queue.get", on="q"), "from the child")

    def child_ends(self, op, **args):
        """Its exit code, and what main's program says on standard error in the end."""
        runner = self.runner()
        child = runner.start_child()
        self.assertEqual(runner.tell(op, by=child, **args), {"ok": None})
        runner.ok("process.join", on="p")
        code = runner.ok("process.exitcode", on="p")
        runner.ok("puppet.return")
        self.assertEqual(runner.process.wait(PATIENCE), 0)
        return code, runner.ended()[2]

    def test_ways_to_end(self):
        self.assertEqual(self.child_ends("puppet.return", value=1), (0, ""))
        self.assertEqual(self.child_ends("puppet.exit"), (0, ""))
        self.assertEqual(self.child_ends("puppet.exit", code=3), (3, ""))
        self.assertEqual(self.child_ends("puppet._exit", code=4), (4, ""))
        code, said = self.child_ends("puppet.raise", type="ValueError", message="no good")
        self.assertEqual(code, 1)
        self.assertIn("ValueError: no good", said)

    def test_strange_exception_is_refused_and_the_puppet_lives_on(self):
        runner = self.runner()
        self.assertIn("unsupported", runner.tell("puppet.raise", type="MadeUpError", message=""))
        self.assertEqual(runner.ok("puppet.names"), [])

    def test_main_ends_as_it_is_told(self):
        for op, args, code in (("puppet.return", {}, 0), ("puppet.exit", {"code": 5}, 5),
                               ("puppet._exit", {"code": 6}, 6),
                               ("puppet.raise", {"type": "KeyError", "message": "k"}, 1)):
            runner = self.runner()
            runner.ok("puppet.print", text="unflushed")
            runner.ok("puppet.finally", marker="finally")
            runner.ok("puppet.at_exit", marker="at_exit")
            self.assertEqual(runner.tell(op, **args), {"ok": None})
            ended = runner.ended()
            self.assertEqual(ended[0], code, op)
            in_order = op != "puppet._exit"
            self.assertEqual(ended[1], "unflushed" if in_order else "", op)
            self.assertEqual([os.path.exists(runner.path(name)) for name in ("finally", "at_exit")], [in_order] * 2, op)

    def test_thread_shares_the_objects(self):
        runner = self.runner()
        runner.ok("puppet.thread", puppet="t", daemon=True)
        thread = runner.accept()
        hello = runner.hello(thread)
        self.assertEqual((hello["pid"], hello["puppet"]), (runner.process.pid, "t"))
        self.assertNotEqual(hello["tid"], hello["pid"])
        runner.ok("queue.new", as_="q", by=thread)
        runner.begin(thread, "queue.get", on="q")
        runner.ok("queue.put", on="q", item=1)
        self.assertEqual(runner.reply(thread)["ok"], 1)
        runner.ok("puppet.return", by=thread)

    def test_program_waits_for_a_thread_that_is_no_daemon(self):
        runner = self.runner()
        runner.ok("puppet.thread", puppet="t", daemon=False)
        thread = runner.accept()
        runner.ok("puppet.return")
        self.assertEqual(runner.ok("puppet.names", by=thread), [])  # it still obeys
        self.assertIsNone(runner.process.poll())
        runner.ok("puppet.return", by=thread)
        self.assertEqual(runner.ended()[0], 0)

    def test_dropped_object_is_forgotten(self):
        runner = self.runner()
        runner.ok("queue.new", as_="q")
        runner.ok("puppet.drop", on="q")
        self.assertEqual(runner.ok("puppet.names"), [])

    def test_signals_are_noted_and_ignored(self):
        runner = self.runner()
        runner.ok("puppet.on_signal", signal=int(signal.SIGUSR1), action="note")
        runner.ok("puppet.on_signal", signal=int(signal.SIGUSR2), action="ignore")
        runner.process.send_signal(signal.SIGUSR2)
        runner.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE
        while runner.ok("puppet.noted", signal=int(signal.SIGUSR1)) == 0 and time.monotonic() < deadline:
            pass
        self.assertEqual(runner.ok("puppet.noted", signal=int(signal.SIGUSR1)), 1)

    def test_folder_and_clock(self):
        runner = self.runner()
        os.mkdir(runner.path("inner"))
        runner.ok("puppet.chdir", path="inner")
        self.assertTrue(runner.ok("puppet.getcwd").endswith("/inner"))
        at = time.monotonic_ns() + 20000000
        self.assertGreaterEqual(runner.tell("puppet.until", at=at)["t1"], at)

    def test_function_as_target(self):
        runner = self.runner()
        runner.ok("process.new", as_="p", func="exit_with_count", args=[1, 2, 3])
        runner.ok("process.start", on="p")
        runner.ok("process.join", on="p")
        self.assertEqual(runner.ok("process.exitcode", on="p"), 3)
        self.assertIn("unsupported", runner.tell("process.new", as_="p", func="fly"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
