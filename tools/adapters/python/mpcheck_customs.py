"""More programs for mpcheck_programs.py, which runs them: they bring along what a program may have of its own, such as
derived classes, registered types, streams, descriptors and names."""
import ctypes
import io
import logging
import os
import pickle
import signal
import sys
import threading
import traceback
from importlib import import_module

from mpcheck_history import context_of, runs, tell_that_it_runs
from mpcheck_programs import run_file, say


def descriptor_zero(module, method):
    """Uses a pipe one of whose ends is where standard input was."""
    os.close(0)
    ends = context_of(module, method).Pipe()
    zero, other = ends if ends[0].fileno() == 0 else reversed(ends)
    zero.send("sent")
    say(other.recv())
    zero.close()
    say("closed" if zero.closed else "open")
    try:
        other.recv()
    except EOFError:
        say("end")


def connection_closed_behind_its_back(module, method):
    """Closes the descriptor of a connection, and the connection, whose number a file has got meanwhile; then once more."""
    here = context_of(module, method).Pipe()[0]
    number = here.fileno()
    os.close(number)
    try:
        here.close()
        say("closed")
    except OSError:
        say("refused")
    if os.open(os.devnull, os.O_RDONLY) != number:
        raise RuntimeError("another number is free")
    here.close()
    os.fstat(number)
    say("the file is open")


def name_in(module):
    return import_module(module).current_process().name


def pool_of_a_derived_class(module, method):
    """Tells the names of a worker and of the one that replaces it, of a pool whose class makes its processes itself."""
    context = context_of(module, method)

    def named(*args, **kwargs):  # a context comes first, from Python 3.8 on
        process = context.Process(**kwargs)
        process.name = "own"
        return process

    class Derived(import_module(module + ".pool").Pool):
        Process = staticmethod(named)

    pool = Derived(1, maxtasksperchild=1, context=context)
    for _ in range(2):
        say(pool.apply(name_in, (module,)))
    pool.terminate()
    pool.join()


def fail_here():
    raise ValueError("told")


def traceback_of_a_thread_pool(module, method):
    """Says whether the traceback of an error that a ThreadPool's task has raised names the function that did it."""
    pool = import_module(module + ".pool").ThreadPool(1)
    try:
        pool.apply(fail_here)
    except ValueError:
        say("in fail_here" if ", in fail_here" in traceback.format_exc() else "nowhere")
    pool.terminate()


def structure(*fields):
    return type("Point", (ctypes.Structure,), {"_fields_": [(field, ctypes.c_int) for field in fields]})


def structures_of_one_name(module, method):
    """Has shared values of two structures that have the same name and other fields."""
    context = context_of(module, method)
    flat, deep = context.Value(structure("x"), 1), context.Value(structure("y", "z"), 2, 3)
    deep.z = 4
    say("%d %d %d" % (flat.x, deep.y, deep.get_obj().z))


def derived_shareable_list(module, method):
    """Says the class of what comes of a derived ShareableList that was pickled, and the sum of its items."""
    class Derived(import_module(module + ".shared_memory").ShareableList):
        def sum(self):
            return sum(self)

    Derived.__qualname__ = "Derived"
    globals()["Derived"] = Derived
    numbers = Derived([1, 2])
    arrived = pickle.loads(pickle.dumps(numbers))
    arrived[0] = 3
    say(type(arrived).__name__)
    say(str(numbers.sum()))
    arrived.shm.close()
    numbers.shm.close()
    numbers.shm.unlink()


TYPES_OF_MANAGERS = """
import {module}
from {module}.managers import BaseManager, BaseProxy, IteratorProxy

class Account:
    def __init__(self):
        self.held = [1, 2]

    def __iter__(self):
        return iter(self.held)

    def get(self):
        return list(self.held)

    def add(self, item):
        self.held.append(item)

ACCOUNT = Account()

def the_account():
    return ACCOUNT

class AccountProxy(BaseProxy):
    _exposed_ = ("get", "add")

    def with_item(self, item):
        self._callmethod("add", (item,))
        return self._callmethod("get")

class First(BaseManager):
    pass

class Second(First):
    pass

First.register("Iterator", proxytype=IteratorProxy, create_method=False)
First.register("iterable", Account, method_to_typeid={{"__iter__": "Iterator"}})
First.register("anew", Account, exposed=("get",))
First.register("reader", the_account, exposed=("get",))
First.register("writer", the_account, exposed=("get", "add"))
Second.register("anew", Account, AccountProxy)

if __name__ == "__main__":
    manager = Second(ctx={module}.get_context({method!r} or None))
    manager.start()
    print(list(manager.iterable()))
    print(manager.anew().with_item(3))
    reader, writer = manager.reader(), manager.writer()
    writer.add(4)
    print(reader.get(), flush=True)
    manager.shutdown()
"""


def types_of_managers(module, method):
    """Has methods that give iterators beside those that everybody sees, registers a type anew, with proxies of its own, in a derived class, and
    shows one object to readers and to writers."""
    run_file("types_of_managers.py", TYPES_OF_MANAGERS.format(module=module, method=method))


def logging_of_the_program(module, method):
    """Has logging of its own, and tells the library's logger something."""
    logging.basicConfig(stream=sys.stdout, format="%(message)s, to the program")
    logger = import_module(module).get_logger()
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.warning("told")


class Exit(SystemExit):
    """Its code is none of its arguments."""

    def __init__(self):
        SystemExit.__init__(self)
        self.code = 7


def end_by(exception, *args):
    raise exception(*args)


def exits_of_many_kinds(module, method):
    """Starts children that end by a SystemExit of a class of its own, and by one with two arguments."""
    context = context_of(module, method)
    runs(context, end_by, Exit)
    runs(context, end_by, SystemExit, 3, "why")


def mask_of_a_users_signal(module, method):
    """Uses all that starts a helper, with SIGUSR1 blocked, in a child as well."""
    context = context_of(module, method)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    context.Lock()
    runs(context, tell_that_it_runs)
    block = import_module(module + ".shared_memory").SharedMemory(create=True, size=8)
    block.close()
    block.unlink()
    say("blocked" if signal.SIGUSR1 in signal.pthread_sigmask(signal.SIG_BLOCK, []) else "not blocked")


def error_stream_without_a_descriptor(module, method):
    """Makes a lock and a block of shared memory, and starts a child, where sys.stderr is no file, and where it is closed."""
    context = context_of(module, method)
    closed = open(os.devnull, "w")
    closed.close()
    for stream in (io.StringIO(), closed):
        sys.stderr = stream
        context.Lock().acquire()
        import_module(module + ".shared_memory").SharedMemory(create=True, size=8).unlink()
        runs(context, tell_that_it_runs)


NAMED_LIKE_A_SHELL = """
import {module}
from mpcheck_history import runs

def tell():
    print("child", flush=True)

if __name__ == "__main__":
    runs({module}.get_context({method!r} or None), tell)
"""


def main_named_like_a_shell(module, method):
    """Starts a child whose target is a function of a program that has a name like an interactive shell's."""
    from mpcheck_history import with_this_folder
    run_file("ipython_report.py", NAMED_LIKE_A_SHELL.format(module=module, method=method), env=with_this_folder())


def poll_between_threads(module, method):
    """Waits in poll() of a pipe between threads until a thread has sent something."""
    here, there = import_module(module + ".dummy").Pipe()
    sender = threading.Timer(0.05, there.send, [1])
    sender.start()
    say(str(here.poll(20)))
    sender.join()
