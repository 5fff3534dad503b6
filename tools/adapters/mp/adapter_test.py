#!/usr/bin/python3
"""The adapter by itself: what it does with a runner that is broken, and with commands that it does not know."""
import base64
import json
import multiprocessing.connection
import os
import socket
import subprocess
import tempfile
import time
import unittest

ADAPTER = os.path.join("tools", "adapters", "mp", "adapter")
PATIENCE = 20  # seconds, for what must happen


class Puppet:
    """A connection to one, and its hello."""

    def __init__(self, connection):
        connection.settimeout(PATIENCE)
        self.connection, self.lines = connection, connection.makefile("rb")
        self.hello = json.loads(self.lines.readline())

    def send(self, line):
        self.connection.sendall(line)

    def tell(self, op, **command):
        self.send(json.dumps(dict(command, id=1, op=op)).encode() + b"\n")
        return json.loads(self.lines.readline())

    def close(self):
        self.lines.close()
        self.connection.close()


class Runner:
    """Starts the adapter, and speaks with its main puppet."""

    def __init__(self, *flags, **more_environment):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "s")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(10)
        self.listener.settimeout(PATIENCE)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_", "XML_"))}
        environment.update(MPCHECK_ADDRESS="unix:" + path, MPCHECK_TOKEN="secret", **more_environment)
        self.process = subprocess.Popen([ADAPTER] + list(flags), env=environment, stdin=subprocess.DEVNULL)
        self.main = self.accept()
        self.tell = self.main.tell

    def accept(self):
        return Puppet(self.listener.accept()[0])

    def close(self):
        self.main.close()
        self.listener.close()
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


class AdapterTest(unittest.TestCase):
    def runner(self, *flags, **environment):
        runner = Runner(*flags, **environment)
        self.addCleanup(runner.close)
        return runner

    def exit_code(self, *flags, **environment):
        return subprocess.run([ADAPTER] + list(flags), env=environment, stderr=subprocess.PIPE, timeout=PATIENCE)

    def test_bad_usage_is_told(self):
        ended = self.exit_code("--colour=red")
        self.assertEqual(ended.returncode, 64)
        self.assertIn(b"bad flag --colour=red", ended.stderr)
        ended = self.exit_code("--start-method=teleport", MPCHECK_ADDRESS="unix:/x", MPCHECK_TOKEN="t")
        self.assertEqual(ended.returncode, 64)
        self.assertIn(b"there is no start method 'teleport'", ended.stderr)
        ended = self.exit_code()
        self.assertEqual(ended.returncode, 64)
        self.assertIn(b"MPCHECK_ADDRESS", ended.stderr)

    def test_hello(self):
        for method in ("fork", "spawn", "forkserver"):
            hello = self.runner("--start-method=" + method).main.hello
            self.assertEqual((hello["mpcheck"], hello["token"], hello["puppet"]), (1, "secret", "main"))
            self.assertEqual(hello["about"]["start_method"], method)
            self.assertEqual("inherits_memory" in hello["features"], method == "fork")

    def test_nursery_gives_a_main_program_at_each_request(self):
        for method in ("fork", "spawn", "forkserver"):
            runner = self.runner("--start-method=" + method, MPCHECK_NURSERY="1")
            nursery = runner.main
            self.assertEqual(nursery.hello["puppet"], "nursery")
            self.assertNotIn("about", nursery.hello)
            mains = []
            for _ in range(2):
                self.assertIsNone(nursery.tell("nursery.fork")["ok"])
                mains.append(runner.accept())
                self.addCleanup(mains[-1].close)
            for main in mains:
                self.assertEqual((main.hello["puppet"], main.hello["about"]["start_method"]), ("main", method))
                self.assertEqual(os.getsid(main.hello["pid"]), main.hello["pid"])
                self.assertNotIn(nursery.hello["pid"], (main.hello["pid"], main.hello["ppid"]))
                self.assertEqual(main.tell("puppet.names")["ok"], [])
                self.assertIsNone(main.tell("lock.new", **{"as": "l"})["ok"])
                self.assertIsNone(main.tell("process.new", **{"as": "p", "args": {"puppet": "p"}})["ok"])
                self.assertIsNone(main.tell("process.start", on="p")["ok"])
                child = runner.accept()
                self.addCleanup(child.close)
                self.assertEqual(child.hello["puppet"], "p")
                if method != "forkserver":
                    self.assertEqual(child.hello["ppid"], main.hello["pid"])
                self.assertIsNone(child.tell("puppet.return")["ok"])
                self.assertIsNone(main.tell("process.join", on="p")["ok"])
                self.assertIsNone(main.tell("puppet.return")["ok"])

    def test_what_it_does_not_know_is_unsupported(self):
        runner = self.runner()
        for op, command in (("queue.shuffle", {}), ("teleport", {}), ("queue.get", {"on": "nobody"}), ("queue.get", {}),
                            ("lock.new", {"args": {"a": {"$unheard": 1}}})):
            self.assertIn("unsupported", runner.tell(op, **command), op)
        self.assertEqual(runner.tell("lock.new", **{"as": "l"})["ok"], None)
        self.assertIn("unsupported", runner.tell("queue.get", on="l"))
        self.assertEqual(runner.tell("puppet.names")["ok"], ["l"])

    def test_batch_leaves_out_what_depends_on_a_command_in_vain_and_keeps_a_journal(self):
        runner = self.runner()
        runner.tell("lock.new", **{"as": "l"})
        runner.tell("queue.new", **{"as": "q"})
        commands = [{"op": "lock.acquire", "on": "l"}, {"op": "lock.acquire", "on": "l", "args": {"block": False}},
                    {"op": "lock.release", "on": "l", "if": 1}, {"op": "lock.release", "on": "l", "if": 1},
                    {"op": "queue.get_nowait", "on": "q"}, {"op": "lock.release", "on": "l", "if": 1},
                    {"op": "lock.release", "on": "l", "if": 6}, {"op": "lock.release", "on": "l", "if": 8}]
        path = os.path.join(runner.folder.name, "calls")
        replies = runner.tell("batch", args={"commands": commands, "times": 2, "journal": path})["ok"]
        self.assertEqual([True, False, False, False, "raised", False, None, False] * 2,
                         [reply.get("ok", "raised") for reply in replies])
        with open(path) as f:
            self.assertEqual([dict(reply, id=i) for i, reply in enumerate(replies)], [json.loads(line) for line in f])

    def test_until_waits_for_the_clock(self):
        runner = self.runner()
        at = time.monotonic_ns() + 20 * 10**6
        reply = runner.tell("puppet.until", args={"at": at})
        self.assertTrue(reply["t0"] < at <= reply["t1"], (reply, at))

    def test_broken_runner_ends_it_at_once(self):
        for line in (b"no json\n", b"[1]\n", b'{"id":"one","op":"puppet.ids"}\n', b'{"op":"puppet.ids"}\n',
                     b'{"id":1,"op":"puppet.ids","args":[]}\n', b'"' + b"x" * 1048576 + b'"\n'):
            runner = self.runner()
            try:
                runner.main.send(line)
            except OSError:  # it need not read all of a line that is too long
                pass
            self.assertEqual(runner.process.wait(PATIENCE), 99, line[:30])

    def test_runner_that_is_gone_ends_it_and_its_children(self):
        runner = self.runner()
        runner.tell("process.new", args={"puppet": "p1"}, **{"as": "p1"})
        runner.tell("process.start", on="p1")
        child = runner.accept()
        self.assertEqual((child.hello["puppet"], child.hello["ppid"]), ("p1", runner.process.pid))
        child.close()
        self.assertEqual(runner.tell("process.join", on="p1")["ok"], None)
        self.assertEqual(runner.tell("process.exitcode", on="p1")["ok"], 99)
        runner.main.close()
        self.assertEqual(runner.process.wait(PATIENCE), 99)

    def test_messages_are_pythons(self):
        runner = self.runner()
        content = b"\x00\xff" * 100
        encoded = {"$bytes": base64.b64encode(content).decode()}
        runner.tell("listener.new", **{"as": "l"})
        with multiprocessing.connection.Client(runner.tell("listener.address", on="l")["ok"]) as python:
            runner.tell("listener.accept", on="l", **{"as": "c"})
            python.send_bytes(content)
            self.assertEqual(runner.tell("connection.recv_bytes", on="c")["ok"], encoded)
        with multiprocessing.connection.Listener(("127.0.0.1", 0)) as listener:
            address = {"$tuple": list(listener.address)}
            self.assertEqual(runner.tell("client.connect", **{"as": "d", "args": {"address": address}})["ok"], None)
            with listener.accept() as python:
                runner.tell("connection.send_bytes", on="d", args={"data": {"$bytes": "YWJj"}})
                self.assertEqual(python.recv_bytes(), b"abc")

    def test_named_memory_is_pythons(self):
        runner = self.runner()
        runner.tell("shared_memory.new", **{"as": "m", "args": {"create": True, "size": 8}})
        name = runner.tell("shared_memory.name", on="m")["ok"]
        code = "import sys, multiprocessing.shared_memory as s, multiprocessing.resource_tracker as r\n" \
            "m = s.SharedMemory(sys.argv[1]); m.buf[7] = 65; r.unregister(m._name, 'shared_memory')"
        subprocess.run(["/usr/bin/python3", "-c", code, name], check=True, timeout=PATIENCE)
        self.assertEqual(runner.tell("shared_memory.get", on="m", args={"index": -1})["ok"], 65)
        self.assertEqual(runner.tell("shared_memory.get", on="m", args={"index": 8})["raise"]["type"], "IndexError")
        self.assertEqual(runner.tell("shared_memory.other_program_attaches", args={"name": name})["ok"], 0)
        self.assertEqual(runner.tell("shared_memory.unlink", on="m")["ok"], None)
        self.assertNotEqual(runner.tell("shared_memory.other_program_attaches", args={"name": name})["ok"], 0)
        self.assertIn("unsupported", runner.tell("shared_memory.view", on="m", **{"as": "v"}))

    def test_shared_lists(self):
        runner = self.runner()
        items = [1, True, None, 2.5, "t\u00e9xt", {"$bytes": "YQA="}]
        self.assertEqual(runner.tell("shareable_list.new", **{"as": "l", "args": {"items": items}})["ok"], None)
        self.assertEqual(runner.tell("shareable_list.items", on="l")["ok"], items)
        self.assertEqual(runner.tell("shareable_list.set", on="l", args={"index": 0, "value": [1]})["raise"]["type"], "TypeError")
        self.assertEqual(runner.tell("object.attributes", on="l", args={"names": ["append", "pop"]})["ok"], [])
        self.assertIn("unsupported", runner.tell("object.attributes", on="l", args={"names": ["never_asked_for"]}))
        runner.tell("shareable_list.shm", on="l", **{"as": "m"})
        self.assertEqual(runner.tell("shared_memory.unlink", on="m")["ok"], None)

    def test_values_come_back_as_they_went(self):
        runner = self.runner()
        runner.tell("queue.new", **{"as": "q"})
        blob = {"$blob": {"size": 5000, "seed": 3}}
        for value in (None, True, -2**63, 2**63 - 1, 1.5, {"$float": "inf"}, "t\u00e9xt", [1, [2]], {"$bytes": "AAEC"},
                      {"$tuple": [1, "a"]}, {"$dict": [["k", 1], [2, None]]}, {"$function": "square"}):
            runner.tell("queue.put", on="q", args={"item": value})
            self.assertEqual(runner.tell("queue.get", on="q")["ok"], value)
        runner.tell("queue.put", on="q", args={"item": blob})
        self.assertEqual(runner.tell("queue.get", on="q")["ok"]["$blob"]["size"], 5000)
        self.assertEqual(runner.tell("queue.put", on="q", args={"item": {"$unpicklable": True}})["raise"]["type"], "TypeError")
        self.assertEqual(runner.tell("queue.get_nowait", on="q")["raise"]["bases"][:2], ["Empty", "Exception"])


if __name__ == "__main__":
    unittest.main()
