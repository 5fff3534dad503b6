"""Programs that a puppet runs as processes of their own, since what they do changes or ends the whole process.

    mpcheck_programs.py NAME MODULE METHOD

MODULE is the implementation under test, METHOD its start method (empty: its default). Each prints what it sees,
a word at a time; conformance/PROTOCOL.md, section 14, says what each does.
"""
import sys


def run_file(name, text, *flags, arguments=(), env=None, by_its_path=True):
    """Ends as the program of that text does, in a file of that name, by an interpreter with these flags."""
    import os
    import subprocess
    with open(name, "w") as file:
        file.write(text)
    path = os.path.abspath(name) if by_its_path else name
    sys.exit(subprocess.call([sys.executable, *flags, path, *arguments], env=env))


def run_package(name, **modules):
    """Ends as the module `program` does of a package of these modules, started by its name there; without such a module
    as the package itself does."""
    import os
    import subprocess
    os.makedirs(name, exist_ok=True)
    for module, text in dict(modules, __init__="").items():
        with open(os.path.join(name, module + ".py"), "w") as file:
            file.write(text)
    here = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH")]))
    started = name + ".program" if "program" in modules else name
    sys.exit(subprocess.call([sys.executable, "-m", started], env=dict(os.environ, PYTHONPATH=here)))


UNGUARDED = """
import {module}
print("module", __name__, flush=True)
child = {module}.get_context({method!r} or None).Process(target=print, args=("child",))
child.start()
child.join()
print("exit code", child.exitcode)
"""


def unguarded(module, method):
    """Starts a child from the top level of a program, without asking whether it is the main one."""
    run_file("unguarded.py", UNGUARDED.format(module=module, method=method))


PACKAGE = """
import sys
import {module}
from . import neighbour

if vars(sys.modules[__name__]) is not globals():  # where classes look up the names of their annotations
    raise RuntimeError("another module has the name of this one")

def tell():
    print("child", neighbour.NAME, flush=True)

if __name__ == "__main__":
    child = {module}.get_context({method!r} or None).Process(target=tell)
    child.start()
    child.join()
    print("exit code", child.exitcode)
"""


def package(module, method):
    """Starts a child from a main module that is one of a package, and was started by its name there."""
    run_package("package_of_programs", neighbour="NAME = 'neighbour'",
                program=PACKAGE.format(module=module, method=method))


SEMAPHORE = """
import {module}
context = {module}.get_context({method!r} or None)
semaphore = context.Semaphore()

def nothing():
    pass

if __name__ == "__main__":
    child = context.Process(target=nothing)
    child.start()
    child.join()
    print("exit code", child.exitcode)
"""


def semaphore_of_the_main_module(module, method):
    """Makes a semaphore at the top level of a program, and so once more in a child that imports it."""
    run_file("semaphore_of_the_main_module.py", SEMAPHORE.format(module=module, method=method))


CLASS = """
import {module}

class Parcel:
    content = "a parcel"

def answer(end):
    end.send(Parcel())

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    ours, theirs = context.Pipe()
    child = context.Process(target=answer, args=(theirs,))
    child.start()
    theirs.close()
    parcel = ours.recv()
    print("got", parcel.content, type(parcel) is Parcel)
    child.join()
    print("exit code", child.exitcode)
"""


def class_of_the_main_module(module, method, file="class_of_the_main_module.py"):
    """Gets an object of a class of the main module from a child."""
    run_file(file, CLASS.format(module=module, method=method))


def main_without_suffix(module, method):
    """The same in a program whose file is called as commands are."""
    class_of_the_main_module(module, method, "main_without_suffix")


def class_of_a_packages_main_module(module, method):
    """The same in a main module of a package, started by its name there."""
    run_package("package_with_a_class", program=CLASS.format(module=module, method=method))


FLAGS = """
import sys
import {module}

def tell(name):
    print(name, sys.flags.optimize, sys.flags.dont_write_bytecode, sys.warnoptions, flush=True)

if __name__ == "__main__":
    child = {module}.get_context({method!r} or None).Process(target=tell, args=("child",))
    tell("main")
    child.start()
    child.join()
    print("exit code", child.exitcode)
"""


def interpreter_flags(module, method):
    """Starts a child in a program whose interpreter has flags of its own."""
    import os
    run_file("interpreter_flags.py", FLAGS.format(module=module, method=method), "-O", "-B", "-W", "error::UserWarning",
             env={name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"})


METHOD = """
import {module}

def tell(name, method, *younger):
    print(name, {module}.get_start_method() == method, flush=True)
    if younger:
        child = {module}.Process(target=tell, args=(younger[0], method) + younger[1:])
        child.start()
        child.join()
        print("exit code", child.exitcode, flush=True)

if __name__ == "__main__":
    {module}.set_start_method({method!r} or {module}.get_all_start_methods()[0])
    tell("main", {module}.get_start_method(), "child", "grandchild")
"""


def method_that_was_set(module, method):
    """Sets the start method, starts a child that starts another, and asks each for its own."""
    run_file("method_that_was_set.py", METHOD.format(module=module, method=method))


def complain():
    """What a child does whose complaint is not at its end yet."""
    sys.stderr.write("unfinished ")


def without_standard_output(module, method):
    """Starts a child where sys.stdout is closed, and another one where it is None."""
    import importlib
    import os
    context = importlib.import_module(module).get_context(method or None)
    closed = open(os.devnull, "w")
    closed.close()
    for stdout in (closed, None):
        sys.stdout = stdout
        child = context.Process(target=complain)
        child.start()
        child.join()
        os.write(1, b"exit code %d\n" % child.exitcode)


def answer(end):
    """Sends back what comes."""
    end.send(end.recv())


def default_timeout_of_sockets(module, method):
    """Waits for the answers of a child, and of a client, in a program whose sockets have a timeout."""
    import importlib
    import socket
    import threading
    context = importlib.import_module(module).get_context(method or None)
    connection = importlib.import_module(module + ".connection")
    socket.setdefaulttimeout(60)
    ours, theirs = context.Pipe()
    child = context.Process(target=answer, args=(theirs,))
    child.start()
    ours.send("a message")
    say("got " + ours.recv())
    child.join()
    say("exit code %d" % child.exitcode)
    with connection.Listener() as listener:
        client = threading.Thread(target=echo, args=(connection.Client, listener.address))
        client.start()
        with listener.accept() as accepted:
            for number in range(100):
                accepted.send(number)
                if accepted.recv() != number:
                    say("another answer")
            accepted.send(None)
        client.join()
    say("client answered")


def echo(connect, address):
    with connect(address) as connection:
        for item in iter(connection.recv, None):
            connection.send(item)


def raw_fork(module, method):
    """Has children by os.fork() that end as any process does, and goes on with what it had made before."""
    import importlib
    import os
    import threading
    context = importlib.import_module(module).get_context(method or None)
    connection = importlib.import_module(module + ".connection")
    manager = context.Manager()
    listener = connection.Listener()
    kept = manager.list([1])
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            sys.exit(0)
        say("exit code %d" % (os.waitpid(pid, 0)[1] >> 8))
    kept.append(2)
    say("kept %s" % kept)
    say("another %s" % manager.list([3]))
    client = threading.Thread(target=echo, args=(connection.Client, listener.address))
    client.start()
    with listener.accept() as accepted:
        accepted.send("answered")
        say("client " + accepted.recv())
        accepted.send(None)
    client.join()
    listener.close()
    manager.shutdown()


def values_in_circles(module, method):
    """Makes shared values that nothing but its own circle of references holds, so that the collector finds them."""
    import importlib
    context = importlib.import_module(module).get_context(method or None)
    for number in range(2000):
        circle = [context.Value("i", number), context.Array("b", 40)]
        circle.append(circle)
    say("made %d" % (number + 1))
    say("exit code 0")


def threads_in_place_of_processes(module, method):
    """Uses the module that has the names of the package, and threads behind them."""
    import importlib
    dummy = importlib.import_module(module + ".dummy")

    def tell(*args, **kwargs):
        say("called with %s %s" % (list(args), sorted(kwargs.items())))

    pool = dummy.Pool(1, tell, (1, "two"))
    say("map %s" % pool.map(abs, [-1, 2]))
    pool.close()
    pool.join()
    go = dummy.Event()

    def wait_and_tell(*args, **kwargs):
        go.wait()
        tell(*args, **kwargs)

    child = dummy.Process(target=wait_and_tell, name="worker", args=(3,), kwargs={"four": 5})
    say("%s %s %s" % (child.name, child.is_alive(), child.exitcode))
    child.start()
    say("%s of %d" % (child.exitcode, len(dummy.active_children())))
    go.set()
    child.join()
    say("%s of %d" % (child.exitcode, len(dummy.active_children())))
    ours, theirs = dummy.Pipe()
    ours.send({"a": 1})
    theirs.send_bytes(b"b")
    say("%s %s %s %s" % (theirs.poll(), theirs.recv(), theirs.poll(0.01), ours.recv_bytes().decode()))
    manager = dummy.Manager()
    say("%s %s %s" % (manager.Namespace(x=1, _hidden=2), manager.list([1]), manager.dict(a=1)))
    value = manager.Value("d", 0.5)
    value.value += 1
    say("%s %s" % (value.value, list(manager.Array("i", [1, 2]))))
    queue = dummy.JoinableQueue(1)
    queue.put(7)
    say("%s %s" % (queue.full(), queue.get()))
    queue.task_done()
    queue.join()


def say(word):
    print(word, flush=True)


def take_turns(pause):
    """Two greenlets, each of which says three words and pauses after each."""
    import gevent

    def worker(name):
        for number in range(3):
            say("%s%d" % (name, number))
            pause()

    gevent.joinall([gevent.spawn(worker, "a"), gevent.spawn(worker, "b")])


def gevent_sleep(module, method):
    import gevent
    take_turns(lambda: gevent.sleep(0))


def gevent_plain_sleep(module, method):
    import time
    take_turns(lambda: time.sleep(0.001))


def gevent_patched_sleep(module, method):
    from gevent import monkey
    monkey.patch_all()
    import time
    take_turns(lambda: time.sleep(0.001))


def gevent_busy(module, method):
    take_turns(lambda: sum(range(1000)))


def gevent_one_thread(module, method):
    """Says whether the hub and all greenlets run in the thread that began."""
    import threading
    import gevent
    seen = {threading.get_ident()}
    gevent.joinall([gevent.spawn(lambda: seen.add(threading.get_ident())) for _ in range(3)])
    say("threads %d" % len(seen))


def gevent_patched_socket(module, method):
    """One greenlet waits for what another one sends. Without a switch within recv() nobody would."""
    from gevent import monkey
    monkey.patch_all()
    import gevent
    import socket
    left, right = socket.socketpair()

    def reader():
        say("reads")
        say("got " + right.recv(100).decode())

    def writer():
        say("writes")
        left.sendall(b"bytes")

    gevent.joinall([gevent.spawn(reader), gevent.spawn(writer)])


def gevent_file(module, method):
    """A greenlet reads a regular file again and again; another one counts how often its turn came meanwhile."""
    from gevent import monkey
    monkey.patch_all()
    import gevent
    with open("gevent.txt", "wb") as file:
        file.write(b"x" * 100000)
    turns, done = [], []

    def reader():
        before = len(turns)
        for _ in range(20):
            with open("gevent.txt", "rb") as file:
                while file.read(4096):
                    pass
        done.append(len(turns) - before)

    def ticker():
        while not done:
            turns.append(1)
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(ticker), gevent.spawn(reader)])
    say("turns %d" % done[0])


def run(name, *args):
    """Runs a program of this module, or of the others that have some."""
    import importlib
    for module in (__name__, "mpcheck_history", "mpcheck_customs", "mpcheck_reported", "mpcheck_corners",
                   "mpcheck_oddities", "mpcheck_futures"):
        program = getattr(importlib.import_module(module), name, None)
        if program is not None:
            return program(*args)
    raise ValueError("no program has the name " + name)


if __name__ == "__main__":
    run(*sys.argv[1:])
