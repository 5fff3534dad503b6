"""More programs for mpcheck_programs.py, which runs them: corners where planted faults were seen by no other claim."""
import copyreg
import ctypes
import os
import resource
import signal
import socket
import sys
import threading
import time
from importlib import import_module

from mpcheck_history import await_file, context_of, create, runs
from mpcheck_programs import say
from mpcheck_reported import LONG, SlowToSerialise, do_while_others_wait


def name_of_error(what, *args, **kwargs):
    """Of the error that it raises, or `none`."""
    try:
        what(*args, **kwargs)
        return "none"
    except Exception as error:
        return type(error).__name__


# ---- Pipes ----


def connections_as_keys(module, method):
    """Keeps connections in a set and in a list, closes them, and takes them out."""
    first, second = context_of(module, method).Pipe()
    several, row = {first, second}, [first, second]
    first.close()
    second.close()
    several.discard(first)
    row.remove(second)
    say("%s %s" % (several == {second}, row == [first]))


def connections_under_way(module, method):
    """Sends connections while earlier ones are still to be received, and then forty before any is; tells which came."""
    context = context_of(module, method)
    here, there = context.Pipe()
    kept, came = [], []

    def send(number):
        receiver, sender = context.Pipe(False)
        sender.send(number)
        kept.append(sender)
        here.send(receiver)

    for sends in (True, True, False, True, False, False):
        if sends:
            send(len(kept))
        else:
            came.append(there.recv().recv())
    say(str(came))
    for number in range(40):
        send(number)
    say("%s" % ([there.recv().recv() for _ in range(40)] == list(range(40))))


def signal_beside_a_sent_connection(module, method):
    """Has sent a connection; blocks a signal, sends it to itself, and waits for it."""
    context = context_of(module, method)
    here, there = context.Pipe()
    here.send(context.Pipe()[0])
    there.recv().close()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.kill(os.getpid(), signal.SIGUSR1)
    say("%s" % (signal.sigwait([signal.SIGUSR1]) == signal.SIGUSR1))


def nothing_of_it(sent):
    return str, ("reduced by copyreg",)


def reducers_of_the_program(module, method):
    """Sends a socket though the program has told copyreg of another way to serialise one."""
    copyreg.pickle(socket.socket, nothing_of_it)
    here, there = context_of(module, method).Pipe()
    left, right = socket.socketpair()
    here.send(left)
    came = there.recv()
    right.sendall(b"bytes")
    say(came.recv(5).decode() if isinstance(came, socket.socket) else came)


# ---- Queues ----


class Changing:
    """Tells when it is serialised, and fills a pipe."""
    def __init__(self):
        self.number, self.serialised = 1, threading.Event()

    def __reduce__(self):
        self.serialised.set()
        return first_of, (self.number, b"x" * (1 << 20))


def first_of(number, filling):
    return number


def same_object_twice(module, method):
    """Puts an object into a queue, changes it when it is serialised, and puts it again."""
    queue, item = context_of(module, method).Queue(), Changing()
    queue.put(item)
    item.serialised.wait()
    item.number = 2
    queue.put(item)
    say("%d %d" % (queue.get(), queue.get()))


def small_items_behind_a_slow_one(module, method):
    """Puts small items behind one whose serialisation takes its time."""
    queue, slow = context_of(module, method).Queue(), SlowToSerialise()
    queue.put(slow)
    slow.reached.wait()
    for item in (None, True, 0.5, 7):
        queue.put(item)
    slow.go.set()
    say(str([queue.get() for _ in range(5)]))


# ---- Locks and what is made of them ----


def wait_so_deep(condition, depth, waiting):
    if depth:
        with condition:
            wait_so_deep(condition, depth - 1, waiting)
    else:
        waiting.append(depth)
        condition.wait()


def depths_of_two_threads(module, method):
    """Two threads wait for a condition whose lock they hold once and three times; then takes and leaves the lock."""
    condition = context_of(module, method).Condition()
    for depths in ((1, 3), (3, 1)):
        waiting, threads = [], []
        for depth in depths:
            threads.append(threading.Thread(target=wait_so_deep, args=(condition, depth, waiting), daemon=True))
            threads[-1].start()
            while len(waiting) < len(threads):
                time.sleep(0.001)
        with condition:  # so that both are asleep
            condition.notify_all()
        for thread in threads:
            thread.join()
        other = threading.Thread(target=lambda: say("%s" % condition.acquire(timeout=LONG)))
        other.start()
        other.join()
        condition = context_of(module, method).Condition()


def act():
    say("action")


def barrier_of_one(module, method):
    """Passes a barrier of one party, which has an action, twice; then one that is broken."""
    barrier = context_of(module, method).Barrier(1, act)
    say("%d %d" % (barrier.wait(), barrier.wait()))
    barrier.abort()
    say(name_of_error(barrier.wait))


# ---- Shared values ----


class Either(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("letter", ctypes.c_char)]


def letters_and_unions(module, method):
    """Iterates over an array of characters, and shares a union."""
    context = context_of(module, method)
    letters = context.Array("c", b"abc")
    say("%s %s" % (list(letters), b"a" in letters))
    either = context.Value(Either)
    either.number = 65
    say("%s" % either.letter)


# ---- Shared memory ----


def block_that_was_closed(module, method):
    """Asks a closed block for its name and size, and serialises it, so that it is attached to again."""
    import pickle
    block = import_module(module + ".shared_memory").SharedMemory(create=True, size=8)
    block.buf[0] = 7
    name, size = block.name, block.size
    block.close()
    say("%s %s" % (block.name == name, block.size == size))
    again = pickle.loads(pickle.dumps(block))
    say("%d" % again.buf[0])
    again.close()
    block.unlink()


def equal_items_of_a_shareable_list(module, method):
    """Looks for what is equal to items of other types, and keeps bytes with a zero in their midst."""
    several = import_module(module + ".shared_memory").ShareableList([2.0, 1, True, b"ab\0cd"])
    say("%d %d %d %r" % (several.index(2), several.count(1), several.index(True), several[3]))
    several.shm.close()
    several.shm.unlink()


def unlink_in_a_child(module, name):
    block = import_module(module + ".shared_memory").SharedMemory(name)
    block.close()
    block.unlink()


def block_that_is_made_again(module, method):
    """Makes a block, has a child unlink it, and makes another one of the same name."""
    SharedMemory = import_module(module + ".shared_memory").SharedMemory
    block = SharedMemory(create=True, size=8)
    runs(context_of(module, method), unlink_in_a_child, module, block.name)
    block.close()
    again = SharedMemory(block.name, create=True, size=8)
    again.close()
    again.unlink()
    say("done")


def end_of_the_tracker(module, method):
    """Kills the resource tracker, its one child, and reaps it; makes another block."""
    SharedMemory = import_module(module + ".shared_memory").SharedMemory
    first = SharedMemory(create=True, size=8)
    with open("/proc/self/task/%d/children" % os.getpid()) as children:
        for pid in children.read().split():
            os.kill(int(pid), signal.SIGKILL)
            os.waitpid(int(pid), 0)
    for block in (first, SharedMemory(create=True, size=8)):
        block.close()
        block.unlink()
    say("made")


def shared_memory_server(module, method):
    """Serves blocks of shared memory from a thread of its own program, to a manager that connects."""
    kind = import_module(module + ".managers").SharedMemoryManager
    server = kind(("127.0.0.1", 0), authkey=b"key", ctx=context_of(module, method)).get_server()
    server.stop_event = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    manager = kind(server.address, authkey=b"key")
    manager.connect()
    block = manager.SharedMemory(8)
    block.buf[0] = 7
    say("%d" % block.buf[0])
    block.close()
    block.unlink()


# ---- Processes ----


def umask_of_the_program(module, method):
    """Sets its umask, and starts a child that tells of it."""
    os.umask(0o027)
    runs(context_of(module, method), tell_umask)


def tell_umask():
    say("%03o" % os.umask(0))


def write_elsewhere(path):
    sys.stdout = open(path, "w")
    sys.stderr = open(path + " of errors", "w")
    sys.stdout.write("said")
    sys.stderr.write("and more")


def streams_of_a_child(module, method):
    """A child puts files in the place of its streams, writes into them, and ends."""
    runs(context_of(module, method), write_elsewhere, "file")
    say(open("file").read() + " " + open("file of errors").read())


def tell_length(data):
    say("%d" % len(data))


def start_beside_signals(module, method):
    """Starts a child with 16 MiB of arguments while a timer's signal comes again and again."""
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    child = context_of(module, method).Process(target=tell_length, args=(b"x" * (1 << 24),))
    child.start()
    signal.setitimer(signal.ITIMER_REAL, 0)
    child.join()
    say("exit code %d" % child.exitcode)


def leave_a_child_behind():
    if os.fork() == 0:
        await_file("go")
        os._exit(0)
    os._exit(3)


def child_whose_child_lives(module, method):
    """A child ends abruptly, and leaves one of its own behind."""
    child = context_of(module, method).Process(target=leave_a_child_behind)
    child.start()
    child.join()
    say("%s %s" % (child.exitcode, child.is_alive()))
    create("go")


def tell_pid(module):
    return "%s" % (import_module(module).current_process().pid == os.getpid())


def pid_after_a_fork(module, method):
    """Forks by itself when it has asked for its pid, and asks again."""
    say(tell_pid(module))
    if os.fork() == 0:
        say(tell_pid(module))
        os._exit(0)
    os.wait()


def context_of_a_child(module, method):
    """Passes its context to a child, and serialises it."""
    import pickle
    context = context_of(module, method)
    runs(context, tell_kind, context, context.get_start_method())
    say("%s" % (pickle.loads(pickle.dumps(context)).get_start_method() == context.get_start_method()))


def tell_kind(context, method):
    say("%s" % (context.get_start_method() == method))


# ---- Pools ----


class Maker:
    @classmethod
    def make(cls, number):
        return cls.__name__ + str(number)


def class_method_as_a_task(module, method):
    """Has a pool call a class method, and sends it through a pipe."""
    context = context_of(module, method)
    with context.Pool(1) as pool:
        say(str(pool.map(Maker.make, [1, 2])))
    here, there = context.Pipe()
    here.send(Maker.make)
    say(there.recv()(3))


class OddError(Exception):
    def __init__(self, one, two):
        Exception.__init__(self, one)


class Odd:
    def __reduce__(self):
        raise OddError(1, 2)


def argument_with_an_odd_error(module, method):
    """Hands in an argument whose serialisation raises an error that can't be serialised itself."""
    with context_of(module, method).Pool(1) as pool:
        say("%s %s" % (name_of_error(pool.apply, abs, (Odd(),)), name_of_error(pool.map, abs, [1, Odd()], 1)))
        say("%d" % pool.apply(abs, (-1,)))


# ---- Managers ----


class SlowToGo:
    """Takes its time when it is forgotten."""
    def get(self):
        return "here"

    def __del__(self):
        create("going")
        await_file("go")


def use_while_one_goes(manager):
    say("%s" % manager.list([1]))


def object_that_goes_slowly(module, method):
    """Makes another object of a manager while one that was dropped takes its time to go, if it goes at all."""
    managers = import_module(module + ".managers").SyncManager
    managers.register("SlowToGo", SlowToGo)
    with managers(ctx=context_of(module, method)) as manager:
        slow, other = manager.SlowToGo(), manager.list()
        say(slow.get())
        other.append(1)  # what a server's thread was last asked for it may keep until it is asked again
        dropper = threading.Thread(target=lambda: held.pop())
        held = [slow]
        del slow
        dropper.start()
        deadline = time.time() + LONG
        while not os.path.exists("going") and time.time() < deadline:
            time.sleep(0.005)
        if not os.path.exists("going"):
            say("never goes")
        do_while_others_wait(use_while_one_goes, manager)
        dropper.join()


def lock_kept_over_a_failed_call(module, method):
    """Holds a manager's lock, makes a call whose argument can't be serialised, and then releases the lock."""
    with context_of(module, method).Manager() as manager:
        lock, several = manager.RLock(), manager.list()
        lock.acquire()
        try:
            several.append(lambda: 0)
        except Exception:
            lock.release()
            say("released")


def have_few_descriptors(number):
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


def call_and_stay(several, made):
    several.append(1)
    made.append(1)
    time.sleep(0.2)  # so that the connections of some are there at the same time; nothing depends on how many


def server_out_of_descriptors(module, method):
    """Has more clients at a time than a server has descriptors, and counts whom it served in the end."""
    context = context_of(module, method)
    manager = import_module(module + ".managers").SyncManager(ctx=context)
    manager.start(have_few_descriptors, (40,))
    several, made = manager.list(), []
    threads = [threading.Thread(target=call_and_stay, args=(several, made), daemon=True) for _ in range(60)]
    for thread in threads:
        thread.start()
    deadline = time.time() + LONG
    for thread in threads:
        thread.join(max(0, deadline - time.time()))
    say("%d" % len(made))
    if len(made) < len(threads):
        for server in context.active_children():
            server.kill()
        os._exit(0)
    manager.shutdown()


def write_to_a_full_disk():
    sys.stdout = open("/dev/full", "w")
    sys.stdout.write("lost")


def output_that_is_lost(module, method):
    """A child's last output finds no room; whether its exit code tells of it."""
    child = context_of(module, method).Process(target=write_to_a_full_disk)
    child.start()
    child.join()
    say("%s" % (child.exitcode != 0))


def register_and_open():
    import atexit
    import mpcheck_corners
    atexit.register(open, "handled", "w")
    mpcheck_corners.kept = open("kept", "w")
    mpcheck_corners.kept.write("all")


def end_of_a_spawned_child(module, method):
    """A child registers an exit handler, and keeps a file that it has written to open; whether both were finished."""
    runs(context_of(module, method), register_and_open)
    say("%s %s" % (os.path.exists("handled"), open("kept").read()))


def children_beside_a_join(module, method):
    """Starts, joins and counts children while another thread waits in the join() of one that lives."""
    context = context_of(module, method)
    first = context.Process(target=await_file, args=("go",))
    first.start()
    joiner = threading.Thread(target=first.join)
    joiner.start()
    time.sleep(0.05)  # most likely it waits by then; if not, nothing is asked of it yet
    do_while_others_wait(use_children, context, first)
    joiner.join()


def use_children(context, first):
    runs(context, int)
    say("%s %d" % (first.is_alive(), len(context.active_children())))


def tell_of_interrupts():
    say("%s" % (signal.getsignal(signal.SIGINT) == signal.SIG_IGN))


def interrupts_that_are_ignored(module, method):
    """Ignores SIGINT before it starts its first child, and asks that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    runs(context_of(module, method), tell_of_interrupts)


def sentinel_after_join(module, method):
    """Waits for the sentinel of a child that it has joined, twice."""
    wait = import_module(module + ".connection").wait
    child = context_of(module, method).Process(target=int)
    child.start()
    child.join()
    say("%s" % [wait([child.sentinel], LONG) == [child.sentinel] for _ in range(2)])


def tell_of_standard_input():
    say("%s %s" % (isinstance(sys.stdin.fileno(), int), sys.stdin.buffer.read()))


def standard_input_of_a_child(module, method):
    """A child reads from its standard input, as a file."""
    runs(context_of(module, method), tell_of_standard_input)


def tell_of_its_children(dummy):
    say("%d" % len(dummy.active_children()))


def children_and_pipes_of_threads(module, method):
    """Of `dummy`: the number of children of a process, and what arrives in which order when poll() had to wait."""
    dummy = import_module(module + ".dummy")
    runs(dummy, tell_of_its_children, dummy)
    here, there = dummy.Pipe()
    sender = dummy.Process(target=lambda: [time.sleep(0.05)] + [here.send(number) for number in range(3)])
    sender.start()
    say("%s" % there.poll(LONG))
    sender.join()
    say("%s" % [there.recv() for _ in range(3)])
