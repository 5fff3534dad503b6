"""More programs for mpcheck_programs.py, which runs them: what users of some implementation have reported as broken."""
import atexit
import collections.abc
import ctypes
import gc
import logging.config
import logging.handlers
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from mpcheck_history import await_file, context_of, create, runs, tell_that_it_runs, with_this_folder
from mpcheck_programs import run_file, say

SHORT = 1e-6  # seconds between two threads' turns, so that every order of theirs comes
LONG = 20  # seconds for what takes milliseconds, where a server that polls keeps it from being seen to wait for ever


def tell_keys_of_a_managers_dict(manager):
    letters = manager.list(manager.dict(a=1, b=2))
    say("".join(sorted(letters)))
    letters.extend(manager.dict(c=3))
    say("".join(sorted(letters)))
    say("%d" % manager.list([4])[0])


def keys_of_a_managers_dict(module, method):
    """Makes a list of a manager from a dictionary of the same manager, adds another one's keys, and makes one more list."""
    context = context_of(module, method)
    os.environ["TMPDIR"] = os.getcwd()  # for what a server that is ended from outside leaves
    with context.Manager() as manager:
        teller = threading.Thread(target=tell_keys_of_a_managers_dict, args=(manager,))
        teller.start()
        teller.join(LONG)
        if teller.is_alive():
            say("still waits")
            for server in context.active_children():
                server.terminate()


def proxies_of_a_key_of_their_own(module, method):
    """Has lists within a list of a manager whose key is its own."""
    manager = import_module(module + ".managers").SyncManager(authkey=b"a key of its own", ctx=context_of(module, method))
    manager.start()
    outer = manager.list()
    outer.append(manager.list([1]))
    outer[0].append(2)
    say(str(list(outer[0])))
    outer = None
    manager.shutdown()


def program_from_standard_input(module, method):
    """Is read from standard input, and starts a child whose target is in a module."""
    text = "from mpcheck_history import context_of, runs, tell_that_it_runs\n" \
           "runs(context_of({!r}, {!r}), tell_that_it_runs)\n".format(module, method)
    ended = subprocess.run([sys.executable, "-"], input=text.encode(), env=with_this_folder())
    sys.exit(ended.returncode)


def number_of_descriptors():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def view_of_a_forgotten_block(module, method):
    """Forgets blocks of which it keeps a view, reads through those, forgets them, too, and counts its descriptors."""
    SharedMemory = import_module(module + ".shared_memory").SharedMemory

    def view():
        block = SharedMemory(create=True, size=8)
        block.unlink()
        return memoryview(block.buf).cast("q")

    kept = view()
    del kept
    before = number_of_descriptors()
    views = [view() for _ in range(10)]
    gc.collect()
    views[9][0] = 7
    say(str(sum(each[0] for each in views)))
    del views
    say("%d more" % (number_of_descriptors() - before))


LONG_FOLDER = """
import {module}.connection
from mpcheck_history import runs, tell_that_it_runs

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    runs(context, tell_that_it_runs)
    with context.Manager() as manager:
        print(manager.list([1]), flush=True)
    with {module}.connection.Listener(authkey=b"key"):
        print("listens", flush=True)
"""


def temporary_folder_of_any_length(module, method):
    """Runs a program that starts a child, has a manager and a listener in temporary folders of several lengths."""
    for length in (40, 75, 76, 77, 107, 150):
        here = tempfile.mkdtemp(dir="/tmp")
        folder = here + "/" + "x" * (length - len(here) - 1)
        os.mkdir(folder)
        with open("long_folder.py", "w") as file:
            file.write(LONG_FOLDER.format(module=module, method=method))
        ended = subprocess.run([sys.executable, "long_folder.py"], env=dict(with_this_folder(), TMPDIR=folder),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = b"child\nexit code 0\n[1]\nlistens\n"
        if ended.returncode or ended.stdout != said or ended.stderr:
            say("%d letters: %s" % (length, ended.stdout.decode().split("\n")))
        left = os.listdir(folder)
        if left:
            say("%d letters: left %s" % (length, left))
        subprocess.call(["rm", "-r", here])
    say("done")


def change(block):
    block.buf[0] = 7
    block.close()


UNTRACKED = """
from {module}.shared_memory import SharedMemory
from mpcheck_history import context_of, runs
from mpcheck_reported import change

if __name__ == "__main__":
    block = SharedMemory(create=True, size=8, track=False)
    print(block.name, flush=True)
    runs(context_of({module!r}, {method!r}), change, block)
    block.close()
"""


def untracked_block_is_passed_on(module, method):
    """Runs a program that passes a block on that it was told not to track, and looks for it when that has ended."""
    with open("untracked.py", "w") as file:
        file.write(UNTRACKED.format(module=module, method=method))
    ended = subprocess.run([sys.executable, "untracked.py"], env=with_this_folder(), stdout=subprocess.PIPE)
    name, said = ended.stdout.decode().split("\n", 1)
    sys.stdout.write(said)
    try:
        block = import_module(module + ".shared_memory").SharedMemory(name)
    except FileNotFoundError:
        say("gone")
        return
    say("%d" % block.buf[0])
    block.close()
    block.unlink()


def what_proxies_are(module, method):
    """Tells of the proxies of a manager's list, dictionary and set which of the three they count as."""
    kinds = collections.abc.MutableSequence, collections.abc.MutableMapping, collections.abc.MutableSet
    with context_of(module, method).Manager() as manager:
        for make in ("list", "dict", "set"):
            if hasattr(manager, make):
                proxy = getattr(manager, make)()
                say(make + "".join(" " + kind.__name__ for kind in kinds if isinstance(proxy, kind)))


class Pair(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]


def add_one(pair, total):
    with total:
        pair.x += 1
        total.value += 1


def synchronized_raw_values(module, method):
    """Gives raw values their locks: the same memory, in a child as well; by the classes, too."""
    context = context_of(module, method)
    types = import_module(module + ".sharedctypes")
    pair, total, lock = types.RawValue(Pair, 1, 0.5), types.RawValue("i", 7), context.RLock()
    ours = types.synchronized(pair, lock)
    counted = types.synchronized(total, ctx=context)
    runs(context, add_one, ours, counted)
    say("%d %d %s" % (pair.x, total.value, ours.get_lock() is lock))
    said = types.Synchronized(types.RawValue("i", 8), lock)
    say("%d %s" % (said.value, said.get_lock() is lock))
    array = types.RawArray("i", [1, 2])
    for each in (types.synchronized(array, lock), types.SynchronizedArray(array, lock)):
        each[0] += 1
    say("%d" % array[0])


def class_of_a_raw_value(module, method):
    """Gives a raw value a lock by the class, without one of its own."""
    types = import_module(module + ".sharedctypes")
    counted = types.Synchronized(types.RawValue("i", 9))
    with counted:
        say("%d" % counted.value)


def tell_options():
    say("%s %d" % (os.path.basename(sys.pycache_prefix or "none"), len(str(10 ** 5000))))


OPTIONS = """
from mpcheck_history import context_of, runs
from mpcheck_reported import tell_options

if __name__ == "__main__":
    runs(context_of({module!r}, {method!r}), tell_options)
"""


def options_of_the_interpreter(module, method):
    """Starts a child from a program whose interpreter got -X options: it tells where it caches, and a long number's length."""
    run_file("options.py", OPTIONS.format(module=module, method=method), "-X", "pycache_prefix=" + os.path.abspath("cache"),
             "-X", "int_max_str_digits=0", env=with_this_folder())


def collected_beside_others(module, method):
    """Makes locks that only the collector finds, which looks for them all the time, while it makes others."""
    context = context_of(module, method)
    if hasattr(gc, "set_threshold"):
        gc.set_threshold(1, 1, 1)
    for number in range(300):
        for make in (context.Lock, context.Semaphore, context.Condition, context.Event):
            circle = [make()]
            circle.append(circle)
            del circle
        if not hasattr(gc, "set_threshold") and number % 30 == 0:  # PyPy
            gc.collect()
    gc.collect()
    say("done")


def start_and_join(context, rounds, wrong):
    for _ in range(rounds):
        children = [context.Process(target=int, daemon=True) for _ in range(4)]
        for child in children:
            child.start()
        for child in children:
            child.join()
            wrong.extend([] if child.exitcode == 0 and not child.is_alive() else [child.exitcode])


def children_of_many_threads(module, method):
    """Starts and joins children in several threads at the same time, and tells what exit codes but 0 they had."""
    context = context_of(module, method)
    sys.setswitchinterval(SHORT)
    wrong = []
    rounds = {"fork": 25, "forkserver": 6}.get(method, 2)  # where each child is a new interpreter it takes its time
    threads = [threading.Thread(target=start_and_join, args=(context, rounds, wrong)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say("wrong: %s" % wrong)


class SharedCounter:
    """Used by the threads that serve a manager's clients."""
    def __init__(self):
        self.lock = threading.Lock()
        self.count = 0

    def add_one(self):
        with self.lock:
            self.count += 1

    def get(self):
        return self.count


SHARED = SharedCounter()


def shared_counter():
    return SHARED


def managers_of_one_counter(module):
    managers = import_module(module + ".managers").SyncManager
    managers.register("counter", callable=shared_counter)
    return managers


def use_what_is_there(module, address):
    """In a client: gets and drops a proxy of the one object again and again."""
    manager = managers_of_one_counter(module)(address=address, authkey=b"key")
    manager.connect()
    for _ in range(100):
        manager.counter().add_one()


def many_clients_of_one_object(module, method):
    """Has clients get and drop proxies of the same object of a manager's at the same time, and tells what it has come to."""
    context = context_of(module, method)
    manager = managers_of_one_counter(module)(authkey=b"key", ctx=context)
    manager.start()
    children = [context.Process(target=use_what_is_there, args=(module, manager.address)) for _ in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    say("%s" % sorted({child.exitcode for child in children}))
    say("%d" % manager.counter().get())
    manager.shutdown()


def child_of_an_executors_thread(module, method):
    """Starts children in a task of a ThreadPoolExecutor, and in one of a ThreadPool."""
    context = context_of(module, method)
    with ThreadPoolExecutor(1) as executor:
        executor.submit(runs, context, tell_that_it_runs).result()
        executor.submit(runs, context, sys.exit, 9).result()
    pool = import_module(module + ".pool").ThreadPool(1)
    pool.apply(runs, (context, tell_that_it_runs))
    pool.terminate()


def start_and_wait(thread):
    thread.start()
    thread.join()


def thread_made_before_the_fork(module, method):
    """Starts a thread, which it has made before, in a child and then here as well. Only where children are forked."""
    thread = threading.Thread(target=tell_that_it_runs)
    runs(context_of(module, method), start_and_wait, thread)
    start_and_wait(thread)


THREAD_AFTER_MAIN = """
import sys
import threading
import time
from mpcheck_history import context_of, runs, tell_that_it_runs

def main_has_ended():
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame is not None and frame.f_code is not threading._shutdown.__code__:
        frame = frame.f_back
    return frame is not None

def goes_on():
    # To join() the main thread would race with its end in some versions (an assertion in threading._shutdown()).
    while not main_has_ended():
        time.sleep(0.01)
    context = context_of({module!r}, {method!r})
    runs(context, tell_that_it_runs)
    items = context.Queue()
    items.put("put")
    print(items.get(), flush=True)
    with context.Pool(1) as pool:
        print(pool.apply(abs, (-1,)), flush=True)

if __name__ == "__main__":
    threading.Thread(target=goes_on).start()
"""


def thread_that_outlives_main(module, method):
    """Has a thread that starts a child, uses a queue and a pool when the main thread has come to its end."""
    run_file("thread_after_main.py", THREAD_AFTER_MAIN.format(module=module, method=method), env=with_this_folder())


def log_to(items):
    """Logs a line through a queue that stands in a configuration."""
    logging.config.dictConfig({"version": 1, "root": {"handlers": ["items"], "level": "INFO"},
                               "handlers": {"items": {"class": "logging.handlers.QueueHandler", "queue": items}}})
    logging.info("logged")


def number_of_children():
    with open("/proc/self/task/%d/children" % os.getpid()) as file:
        return len(file.read().split())


def queues_of_the_logging(module, method):
    """Logs through the library's queues, in a daemonic child as well, and counts what processes that has started."""
    context = context_of(module, method)
    with context.Manager() as manager:
        for items in (context.Queue(), context.JoinableQueue(), manager.Queue(), manager.JoinableQueue()):
            before = number_of_children()
            log_to(items)
            more = number_of_children() - before
            child = context.Process(target=log_to, args=(items,), daemon=True)
            child.start()
            said = [items.get(timeout=60).getMessage() for _ in range(2)] if more == 0 else []
            child.join()
            logging.getLogger().handlers.clear()
            say("%s %d %d" % (said, more, child.exitcode))


def many_arguments(module, method):
    """Is a program with a great many arguments, and odd ones, and starts a child that counts them all."""
    arguments = [str(n) for n in range(40000)] + ["", "it's", 'so "called"', os.fsdecode(b"\xff"), "two\nlines"]
    run_file("arguments.py", ARGUMENTS.format(module=module, method=method), arguments=arguments, env=with_this_folder())


ARGUMENTS = """
import sys
from mpcheck_history import context_of, runs
from mpcheck_reported import tell_arguments

WHILE_READ = len(sys.argv)

def tell():
    tell_arguments(WHILE_READ)

if __name__ == "__main__":
    runs(context_of({module!r}, {method!r}), tell)
"""


def tell_arguments(while_read):
    say("%d %d" % (while_read, len(sys.argv)))
    say(ascii(sys.argv[-5:]))


def tell_items(begun, items):
    begun.send("begun")
    say("%s %s" % (items.get(), items.get()))


def put_in_an_exit_handler(module, method):
    """Puts an item, the second one of a queue, in a handler of the program's end."""
    context = context_of(module, method)
    items, (ours, theirs) = context.Queue(), context.Pipe()
    child = context.Process(target=tell_items, args=(theirs, items))
    child.start()
    ours.recv()
    items.put("one")
    atexit.register(items.put, "two")


FIRST_USE = """
import threading
import {module}

def use(make, said):
    START.wait()
    try:
        said.append(make())
    except BaseException as error:
        said.append(repr(error))

def queued():
    items = CONTEXT.Queue()
    items.put(1)
    return items.get()

def pooled():
    with CONTEXT.Pool(1) as pool:
        return pool.apply(abs, (-1,))

def managed():
    with CONTEXT.Manager() as manager:
        return manager.list([1])[0]

def valued():
    return CONTEXT.Value("i", 1).value

if __name__ == "__main__":
    CONTEXT = {module}.get_context({method!r} or None)
    START = threading.Barrier(8)
    said = []
    threads = [threading.Thread(target=use, args=(make, said)) for make in (queued, pooled, managed, valued) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(said)
"""


def first_use_by_many_threads(module, method):
    """Uses the library for the first time in several threads at once."""
    run_file("first_use.py", FIRST_USE.format(module=module, method=method))


def failing_module_is_preloaded(module, method):
    """Has a fork server preload a module that raises, and starts a child."""
    from mpcheck_history import preload
    preload(module, method, [["failing"]], children=1, failing="raise ValueError('not now')\n")


def simple_queue_of_threads(module, method):
    """Uses a queue.SimpleQueue: its order, its timeouts, and what it says of itself."""
    items = queue.SimpleQueue()
    for number in (1, 2):
        items.put(number, False, -1)
    say("%d %d" % (items.get(), items.get(False, -1)))
    for arguments in ((False,), (False, -1), (False, 5), (True, 0.01)):
        try:
            items.get(*arguments)
        except queue.Empty:
            say("empty")
    try:
        items.get(True, -1)
    except ValueError:
        say("refused")
    say("%s %d" % (items.empty(), items.qsize()))


class Falsy(Exception):
    def __bool__(self):
        return False

    def __len__(self):
        return 0


def fail_falsely(_=None):
    raise Falsy("told")


def error_that_counts_as_false(module, method):
    """Has tasks of a pool and of an executor raise an exception that counts as false."""
    context = context_of(module, method)
    told = []
    with context.Pool(1) as pool:
        result = pool.apply_async(fail_falsely, error_callback=lambda error: told.append("called back"))
        for get in (result.get, lambda: pool.apply(fail_falsely), lambda: pool.map(fail_falsely, [1]),
                    lambda: next(pool.imap(fail_falsely, [1]))):
            try:
                told.append("returned %r" % get())
            except Falsy:
                told.append("raised")
        told.append(str(result.successful()))
    say(", ".join(told))


def queue_within_a_dictionary(module, method):
    """Puts a queue into a dictionary of a manager whose key is its own, and uses it."""
    manager = import_module(module + ".managers").SyncManager(authkey=b"a key of its own", ctx=context_of(module, method))
    manager.start()
    named, items = manager.dict(), manager.Queue()
    named["items"] = items
    items.put("put")
    say("%s %s" % (sorted(named.keys()), items.get()))
    manager.shutdown()


def clients_of_threads(module, method):
    """Has two clients connect to a listener of dummy's, where one may wait for accept(): the other waits for its turn."""
    connection = import_module(module + ".dummy.connection")
    listener = connection.Listener(backlog=1)
    first, second = connection.Client(listener.address), []
    other = threading.Thread(target=lambda: second.append(connection.Client(listener.address)))
    other.start()
    other.join(0.1)
    say("waits" if other.is_alive() else "does not wait")
    ends = [listener.accept(), listener.accept()]
    other.join()
    for number, client in enumerate((first, second[0])):
        client.send(number)
    say("%s" % [end.recv() for end in ends])


def scale(numbers, points, text):
    for index in range(len(numbers)):
        numbers[index] *= 2
    for point in points:
        point.x += 1
        point.y *= 2
    text.value = text.value.upper()


def arrays_of_structures(module, method):
    """Shares an array of structures, and what else the documentation's example has, with a child, under one lock."""
    context = context_of(module, method)
    lock = context.Lock()
    numbers = context.Array("d", [0.5, 1.5], lock=lock)
    points = context.Array(Pair, [(1, 0.5), (2, 1.5)], lock=lock)
    text = context.Array("c", b"hello", lock=lock)
    runs(context, scale, numbers, points, text)
    say("%s %s %s" % (numbers[:], [(point.x, point.y) for point in points], text.value.decode()))


PROFILED = """
import {module}

def tell():
    print("child", flush=True)

def square(number):
    return number * number

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    child = context.Process(target=tell)
    child.start()
    child.join()
    print("exit code", child.exitcode, flush=True)
    with context.Pool(1) as pool:
        print(pool.map_async(square, [2, 3]).get({long}), flush=True)
"""


def program_under_a_profiler(module, method):
    """Is run by the profiler, and uses functions of its own in a child and in a pool."""
    text = PROFILED.format(module=module, method=method, long=LONG)
    run_file("profiled.py", text, "-m", "cProfile", "-o", "profile", env=with_this_folder())


class SlowlyMade:
    """Is made when the file `go` is there."""
    def __init__(self):
        create("being made")
        await_file("go")

    def get(self):
        return "made"


class Ends:
    """Whose methods do what ends a program."""
    def exit(self):
        raise SystemExit(3)

    def interrupt(self):
        raise KeyboardInterrupt

    def get(self):
        return "served"


def other_types(module):
    managers = import_module(module + ".managers").SyncManager
    managers.register("SlowlyMade", SlowlyMade)
    managers.register("Ends", Ends)
    return managers


def use_while_another_is_made(manager, first):
    first.append(1)
    second = manager.list([2])
    say("%s %s" % (list(first), list(second)))


def do_while_others_wait(what, *args):
    """Does something in a thread of its own while others wait for the file `go`, and says so if it has to wait as well.
    Then there is that file."""
    user = threading.Thread(target=what, args=args, daemon=True)
    user.start()
    user.join(LONG)
    if user.is_alive():
        say("still waits")
    create("go")
    user.join()


def object_that_is_slowly_made(module, method):
    """While a manager makes an object, which takes its time, uses objects, makes another one and drops it."""
    context = context_of(module, method)
    with other_types(module)(ctx=context) as manager:
        first = manager.list()
        maker = threading.Thread(target=lambda: say(manager.SlowlyMade().get()))
        maker.start()
        await_file("being made")
        do_while_others_wait(use_while_another_is_made, manager, first)
        maker.join()


def take_too_long(number, frame):
    raise TimeoutError


def methods_that_end_things(module, method):
    """Calls methods of a manager's object that raise what ends a program; says what comes of each, and of the next call."""
    context = context_of(module, method)
    signal.signal(signal.SIGALRM, take_too_long)
    with other_types(module)(ctx=context) as manager:
        ends = manager.Ends()
        signal.alarm(LONG)
        for name in ("exit", "interrupt"):
            try:
                getattr(ends, name)()
                say("returned")
            except TimeoutError:
                say("still waits")
                return
            except BaseException as error:
                say("ended" if isinstance(error, (SystemExit, KeyboardInterrupt)) else "raised")
            try:
                say(ends.get())
            except Exception as error:
                say("then " + type(error).__name__)
        signal.alarm(0)


def raw_fork_beside_a_proxy(module, method):
    """Uses a manager's list in a process that it has forked by itself, and at the same time here."""
    context = context_of(module, method)
    signal.signal(signal.SIGALRM, take_too_long)
    with context.Manager() as manager:
        numbers = manager.list(range(1000))
        numbers[0]  # so that there is a connection
        pid = os.fork()
        signal.alarm(LONG)
        wrong = False
        try:
            for index in range(1000):
                wrong = wrong or numbers[index] != index
        except Exception:  # of the connection, or of what came by it
            wrong = True
        signal.alarm(0)
        if pid == 0:
            os._exit(1 if wrong else 0)
        code = os.waitpid(pid, 0)[1] >> 8
        say("wrong" if wrong else "right")
        say("exit code %d" % code)


class SlowToSerialise:
    """Tells when somebody serialises it, and is serialised when it is told to be."""
    def __init__(self):
        self.reached, self.go = threading.Event(), threading.Event()

    def __reduce__(self):
        self.reached.set()
        self.go.wait()
        return int, ()


def tell_lock(_, lock):
    with lock:
        say("locked")


def lock_beside_a_start(module, method):
    """While another thread serialises what a child gets, serialises a lock, and starts another child."""
    context = context_of(module, method)
    slow, lock = SlowToSerialise(), context.Lock()
    child = context.Process(target=tell_lock, args=(slow, lock))
    starter = threading.Thread(target=child.start)
    starter.start()
    slow.reached.wait()
    try:
        pickle.dumps(lock)
        say("serialised")
    except RuntimeError:
        say("refused")
    runs(context, tell_that_it_runs)
    slow.go.set()
    starter.join()
    child.join()
    say("exit code %d" % child.exitcode)
