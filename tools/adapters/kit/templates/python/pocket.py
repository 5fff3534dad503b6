"""Queues and processes that fit into a pocket: the implementation that the templates put under test.

A semaphore is a pipe that holds as many bytes as it has permits. A queue is a file of pickled items without a name, one
semaphore that counts them, another one that counts the room that is left, and a third that lets one process at a time
read or write.
"""
import os
import pickle
import select
import signal
import struct
import sys
import tempfile
import threading
import time
import traceback
from queue import Empty, Full

__version__ = "1.0"


class Semaphore:
    def __init__(self, permits):
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.write(self.writer, b"." * permits)

    def acquire(self, block=True, timeout=None):
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return bool(os.read(self.reader, 1))
            except BlockingIOError:
                left = None if end is None else end - time.monotonic()
                if not block or left is not None and left <= 0:
                    return False
                select.select([self.reader], [], [], left)

    def release(self):
        os.write(self.writer, b".")

    def is_zero(self):
        return not select.select([self.reader], [], [], 0)[0]


class Queue:
    def __init__(self, maxsize=0):
        self.file = tempfile.TemporaryFile()
        self.room = Semaphore(maxsize) if maxsize > 0 else None
        self.items, self.turn = Semaphore(0), Semaphore(1)
        self._keep(16, 16)

    def put(self, item, block=True, timeout=None):
        data = pickle.dumps(item)
        if self.room and not self.room.acquire(block, timeout):
            raise Full
        self.turn.acquire()
        first, end = self._kept()
        os.pwrite(self.file.fileno(), struct.pack("=Q", len(data)) + data, end)
        self._keep(first, end + 8 + len(data))
        self.turn.release()
        self.items.release()

    def get(self, block=True, timeout=None):
        if not self.items.acquire(block, timeout):
            raise Empty
        self.turn.acquire()
        first, end = self._kept()
        size = struct.unpack("=Q", os.pread(self.file.fileno(), 8, first))[0]
        data = os.pread(self.file.fileno(), size, first + 8)
        first += 8 + size
        self._keep(*((16, 16) if first == end else (first, end)))
        self.turn.release()
        if self.room:
            self.room.release()
        return pickle.loads(data)

    def empty(self):
        return self.items.is_zero()

    def full(self):
        return self.room is not None and self.room.is_zero()

    def __reduce__(self):
        raise RuntimeError("a queue is inherited, never sent")

    # Where the first item begins and the last one ends: in the file itself, so that every process sees it.

    def _keep(self, first, end):
        os.pwrite(self.file.fileno(), struct.pack("=QQ", first, end), 0)

    def _kept(self):
        return struct.unpack("=QQ", os.pread(self.file.fileno(), 16, 0))


class Process:
    def __init__(self, target=None, args=(), kwargs=None):
        self.work, self.pid, self.exitcode = (target, args, kwargs or {}), None, None
        self.maker, self.turn = os.getpid(), threading.Lock()

    def start(self):
        assert self.pid is None, "a process starts only once"
        assert self.maker == os.getpid(), "only its maker starts a process"
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(self._run())

    def join(self):
        self._reap(0)

    def is_alive(self):
        self._reap(os.WNOHANG)
        return self.pid is not None and self.exitcode is None

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def _run(self):
        target, args, kwargs = self.work
        code = 1
        try:
            if target:
                target(*args, **kwargs)
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        return code

    def _reap(self, how):
        with self.turn:
            if self.pid is None or self.exitcode is not None:
                return
            pid, status = os.waitpid(self.pid, how)
            if pid:
                self.exitcode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
