"""More programs for mpcheck_programs.py, which runs them: what readers of the manual expect, and hardly anybody does."""
import ctypes
import os
import socket
import threading

from mpcheck_history import await_file, context_of, create, runs
from mpcheck_programs import say
from mpcheck_reported import LONG


# ---- What is called ----


class CountsAsFalse:
    """Is called as anything is."""
    def __bool__(self):
        return False

    def __call__(self, *arguments):
        say("called with " + ", ".join(str(argument) for argument in arguments))


def target_that_counts_as_false(module, method):
    """The target of a child is an object that counts as false."""
    runs(context_of(module, method), CountsAsFalse(), 1)


def fail(text):
    raise ValueError(text)


def callbacks_that_count_as_false(module, method):
    """Both callbacks of tasks are objects that count as false."""
    with context_of(module, method).Pool(1) as pool:
        for result in (pool.apply_async(abs, (-2,), callback=CountsAsFalse()),
                       pool.apply_async(fail, ("an error",), error_callback=CountsAsFalse()),
                       pool.map_async(abs, [-3], callback=CountsAsFalse())):
            result.wait(LONG)


class Private:
    """Has a method that nobody else is to call."""
    def give_to_a_child(self, context):
        runs(context, self.__tell, "child")

    def send(self, connection):
        connection.send(self.__tell)

    def __tell(self, who):
        say(who)


def private_methods(module, method):
    """A method whose name begins with two underscores is a child's target, and is sent."""
    context = context_of(module, method)
    Private().give_to_a_child(context)
    here, there = context.Pipe()
    Private().send(here)
    try:
        there.recv()("sent")
    except AttributeError as error:
        say(str(error))


def stop_at_one(number):
    if number == 1:
        raise StopIteration
    return number


def results_of(pool, chunksize):
    try:
        return str(pool.map(stop_at_one, range(4), chunksize))
    except Exception:
        return "raised"


def tasks_that_stop(module, method):
    """One task of four raises StopIteration: tells what comes of maps with chunks of one, of two, and of all items."""
    with context_of(module, method).Pool(1) as pool:
        say(", ".join(results_of(pool, chunksize) for chunksize in (1, 2, 4)))


# ---- What is sent ----


def tell_what_comes(connected):
    try:
        say(connected.recv(5).decode())
    except BlockingIOError:
        say("does not wait")


def socket_with_a_timeout(module, method):
    """Sends a socket that has a timeout, and waits with what arrives until something comes."""
    here, there = context_of(module, method).Pipe()
    left, right = socket.socketpair()
    left.settimeout(LONG)
    here.send(left)
    came = there.recv()
    reader = threading.Thread(target=tell_what_comes, args=(came,))
    reader.start()
    reader.join(1)  # long enough for it to begin to wait, or to fail
    right.sendall(b"bytes")
    reader.join()


def table_of_bytes(module, method):
    """Sends the bytes of a view that has rows and columns, and then other ones."""
    reader, writer = context_of(module, method).Pipe(False)
    writer.send_bytes(memoryview(bytes(range(12))).cast("B", (3, 4)))
    writer.send_bytes(b"next")
    writer.close()
    try:
        say("%s %s" % (list(reader.recv_bytes()), reader.recv_bytes()))
    except (EOFError, OSError) as error:
        say("not even as long as was announced: %s" % error)


def plain_beside_shared(module, method):
    """Sends a number of ctypes before and after it has made a shared one of that type."""
    context = context_of(module, method)
    here, there = context.Pipe()
    for number in (1, 2):
        try:
            here.send(ctypes.c_int(number))
            say("%d" % there.recv().value)
        except RuntimeError as error:
            say(str(error))
        context.Value(ctypes.c_int, 3)


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int)]


class PointInSpace(Point):
    _fields_ = [("z", ctypes.c_int)]


def structure_with_a_base(module, method):
    """Makes a shared structure that derives from another one, and uses the fields of both."""
    context = context_of(module, method)
    for lock in (True, False):
        point = context.Value(PointInSpace, 1, 2, lock=lock)
        try:
            say("%d %d" % (point.x, point.z))
        except AttributeError as error:
            say(str(error))


# ---- What is kept ----


def write_when_told(numbers):
    create("runs")
    await_file("go")
    numbers[0] = 9


def run_beside_other_arrays(context, lock):
    child = context.Process(target=write_when_told, args=(context.Array("i", 4, lock=lock),))
    child.start()
    others = [context.Array("i", 4, lock=lock) for _ in range(8)]
    while child.is_alive() and not os.path.exists("runs"):
        child.join(0.005)
    create("go")
    child.join()
    say("exit code %d, %d of others changed" % (child.exitcode, sum(any(other) for other in others)))


def memory_of_an_argument(module, method):
    """An array that only a child was given is written by it, while its maker has others; with locks, and without."""
    for lock in (True, False):
        run_beside_other_arrays(context_of(module, method), lock)
        for name in ("runs", "go"):
            if os.path.exists(name):
                os.unlink(name)


def start_another(method, module):
    runs(context_of(module, method), say, "grandchild")


def fork_server_of_the_parents(module, method):
    """Has started a child by the fork server, and forks one that starts one of its own by a fork server."""
    runs(context_of(module, "forkserver"), say, "child")
    runs(context_of(module, "fork"), start_another, "forkserver", module)
