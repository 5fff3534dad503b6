"""A small adapter that is whole, without a kit: what each of the broken ones beside it breaks in one place.

Its implementation is queue.Queue, and children by os.fork() that share nothing with their parent but that.
"""
import json
import os
import queue
import socket
import sys
import time

ABOUT = {"name": "whole", "version": "1", "language": "Python", "start_method": "fork", "home": ""}


class Unsupported(Exception):
    pass


class Process:
    def __init__(self, adapter, name, objects):
        self.adapter, self.name, self.objects, self.pid, self.code = adapter, name, objects, None, None

    def start(self):
        self.pid = os.fork()
        if self.pid == 0:
            self.adapter.become_child(self)

    def join(self):
        if self.code is None:
            status = os.waitpid(self.pid, 0)[1]
            self.code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


class Adapter:
    features = ["queue", "process", "isolated"]

    def __init__(self):
        self.objects, self.globals = {}, {}

    # ---- The connection ----

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(os.environ["MPCHECK_ADDRESS"][len("unix:"):])
        self.received = b""

    def hello(self, puppet):
        pid = os.getpid()
        hello = {"mpcheck": 1, "token": os.environ["MPCHECK_TOKEN"], "puppet": puppet, "pid": pid, "ppid": os.getppid(),
                 "tid": pid}
        return dict(hello, about=ABOUT, features=self.features) if puppet == "main" else hello

    def send(self, message):
        self.write(json.dumps(message) + "\n")

    def write(self, text):
        self.socket.sendall(text.encode())

    def read(self):
        while b"\n" not in self.received:
            got = self.socket.recv(65536)
            self.received += got
            if not got:
                self.cut_off()
            if len(self.received) >= 1 << 20:
                self.flooded()
        line, _, self.received = self.received.partition(b"\n")
        try:
            command = json.loads(line.decode())
            return command if isinstance(command["op"], str) else self.cut_off()
        except (ValueError, KeyError, TypeError):
            return self.garbled()

    def cut_off(self):
        os._exit(99)

    def flooded(self):
        os._exit(99)

    def garbled(self):
        os._exit(99)

    def run(self, puppet="main"):
        self.connect()
        self.send(self.hello(puppet))
        while True:
            command = self.read()
            self.send(dict(self.reply(command), id=command["id"]))
            if command["op"] == "puppet.return":
                return self.end()

    def end(self):
        sys.stdout.flush()
        os._exit(0)

    def become_child(self, process):
        self.socket.close()
        self.objects = process.objects
        self.run(process.name)

    # ---- Commands ----

    def now(self):
        return int(time.monotonic() * 1e9)

    def reply(self, command):
        if command["op"] == "puppet.return":
            return {"ok": None}
        t0 = self.now()
        try:
            return {"ok": self.do(command["op"], command, command.get("args", {})), "t0": t0, "t1": self.now()}
        except Unsupported as error:
            return {"unsupported": str(error)}
        except Exception as error:
            return {"raise": self.describe(error), "t0": t0, "t1": self.now()}

    def describe(self, error):
        bases = [base.__name__ for base in type(error).__mro__]
        return {"type": bases[0], "bases": bases, "message": str(error), "args": []}

    def do(self, op, command, args):
        on = self.objects.get(command.get("on"))
        if op == "queue.new":
            self.objects[command["as"]] = self.new_queue()
        elif op in ("queue.put", "queue.put_nowait"):
            on.put(args["item"], op == "queue.put")
        elif op in ("queue.get", "queue.get_nowait"):
            return self.get(on, op == "queue.get" and args.get("block", True), args.get("timeout"))
        elif op in ("queue.empty", "queue.full"):
            return getattr(on, op[6:])()
        elif op == "process.new":
            self.objects[command["as"]] = Process(self, args["puppet"], self.passed(args.get("objects", ())))
        elif op in ("process.start", "process.join"):
            getattr(on, op[8:])()
        elif op == "process.exitcode":
            return on.code
        elif op == "global.set":
            self.globals[args["name"]] = self.kept(args["value"])
        elif op == "global.get":
            return self.globals.get(args["name"])
        elif op == "puppet.ids":
            return {"$dict": [["pid", os.getpid()], ["ppid", os.getppid()], ["tid", os.getpid()]]}
        elif op == "puppet.names":
            return sorted(self.objects)
        elif op == "batch":
            return [self.reply(each) for _ in range(args.get("times", 1)) for each in args["commands"]]
        else:
            return self.unknown(op)

    def unknown(self, op):
        raise Unsupported("no " + op)

    def new_queue(self):
        return queue.Queue()

    def get(self, source, block, timeout):
        return source.get(block, timeout)

    def passed(self, names):
        return {name: self.objects[name] for name in names}

    def kept(self, value):
        """As it came, but that big bytes are told by their digest."""
        blob = value.get("$blob") if isinstance(value, dict) else None
        return self.digest(b"".join(((blob["seed"] + i) % 2**32).to_bytes(4, "little")
                                    for i in range(blob["size"] // 4 + 1))[:blob["size"]]) if blob else value

    def digest(self, data):
        import hashlib
        return {"$blob": {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}}


if __name__ == "__main__":
    Adapter().run()
