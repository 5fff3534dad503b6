"""More programs for mpcheck_programs.py, which runs them: situations in which some implementation has failed its users."""
import os
import random
import signal
import subprocess
import sys
import threading
import time
from importlib import import_module

from mpcheck_programs import run_file, run_package, say


def context_of(module, method):
    return import_module(module).get_context(method or None)


def runs(context, target, *args):
    """Runs a child to its end, and tells how it ended."""
    child = context.Process(target=target, args=args)
    child.start()
    child.join()
    say("exit code %d" % child.exitcode)


def create(path):
    open(path, "w").close()


def await_file(path):
    while not os.path.exists(path):
        time.sleep(0.005)


def tell_that_it_runs():
    say("child")


ELSEWHERE = """
import os
import {module}

def tell():
    print("child", flush=True)

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    os.makedirs("elsewhere", exist_ok=True)
    os.chdir("elsewhere")
    try:
        from {module}.shared_memory import SharedMemory
    except ImportError:
        SharedMemory = None
    for _ in range(2):
        if SharedMemory:
            block = SharedMemory(create=True, size=8)
        child = context.Process(target=tell)
        child.start()
        child.join()
        print("exit code", child.exitcode, flush=True)
        if SharedMemory:
            block.close()
            block.unlink()
    with context.Pool(1) as pool:
        print("pool", pool.map(abs, [-1]))
    lock = context.Lock()
    print("lock", lock.acquire(), flush=True)
"""


def elsewhere(module, method):
    """Starts children when the program has left the folder that it was started in."""
    run_file("elsewhere.py", ELSEWHERE.format(module=module, method=method), by_its_path=False)


def manager_at_a_relative_address(module, method):
    """Uses a manager from another folder, and what its objects' methods return, by another path than its server does."""
    managers = import_module(module + ".managers")
    context = context_of(module, method)
    with managers.SyncManager(address="m.sock", authkey=b"key", ctx=context):
        os.makedirs("elsewhere", exist_ok=True)
        os.chdir("elsewhere")
        other = managers.SyncManager(address="../m.sock", authkey=b"key", ctx=context)
        other.connect()
        dictionary = other.dict({"a": 1})
        say("items %s" % [each for each in dictionary.keys()])
        say("iterated %s" % list(iter(dictionary)))
        say("pool %s" % other.Pool(1).apply_async(abs, (-3,)).get())
        os.chdir("..")


PACKAGE = """
import {module}
from . import neighbour

child = {module}.get_context({method!r} or None).Process(target=neighbour.tell)
child.start()
child.join()
print("exit code", child.exitcode)
"""


def package_that_is_a_program(module, method):
    """Starts a child, unguarded, from the part of a package that runs when the package itself is started by its name."""
    run_package("package_that_is_a_program", neighbour="def tell():\n    print('child', flush=True)\n",
                __main__=PACKAGE.format(module=module, method=method))


DOCUMENTED = {
    "": "Process Queue JoinableQueue SimpleQueue Pipe Pool Lock RLock Semaphore BoundedSemaphore Condition Event Barrier"
        " Value Array RawValue RawArray Manager active_children current_process cpu_count freeze_support get_context"
        " get_all_start_methods get_start_method set_start_method set_executable get_logger log_to_stderr"
        " ProcessError BufferTooShort AuthenticationError TimeoutError allow_connection_pickling",
    "connection": "Client Listener wait Connection deliver_challenge answer_challenge",
    "managers": "BaseManager SyncManager BaseProxy Namespace",
    "pool": "Pool ThreadPool AsyncResult",
    "queues": "Queue JoinableQueue SimpleQueue Empty Full",
    "sharedctypes": "RawArray RawValue Array Value copy synchronized",
    "synchronize": "Lock RLock Semaphore BoundedSemaphore Condition Event Barrier",
}


def documented_names(module, method):
    """Tells which documented names are not where they are documented to be."""
    for part, names in sorted(DOCUMENTED.items()):
        found = import_module(module + "." + part if part else module)
        for name in names.split():
            if not hasattr(found, name):
                say("no %s" % (part + "." + name if part else name))
    say("looked for all")


def answer_by_what_comes(end):
    with end.recv() as sent:
        sent.send("an answer")


WARNINGS = """
import {module}
from mpcheck_history import answer_by_what_comes

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    ours, theirs = context.Pipe()
    kept, sent = context.Pipe()
    child = context.Process(target=answer_by_what_comes, args=(theirs,))
    child.start()
    ours.send(sent)
    print("got", kept.recv() if kept.poll(20) else "nothing")
    child.terminate()
    child.join()
"""


def warnings_are_errors(module, method):
    """Sends a connection where what the interpreter warns of is an error."""
    run_file("warnings_are_errors.py", WARNINGS.format(module=module, method=method), "-W", "error::RuntimeWarning",
             env=with_this_folder())


def with_this_folder():
    here = os.path.dirname(os.path.abspath(__file__))
    return dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])))


def can(what, *args):
    try:
        what(*args)
        return "can"
    except Exception:
        return "can't"


def abilities():
    """What the program serialises and copies by means of its own."""
    import copy
    import pickle
    import socket
    with socket.socket() as plain:
        return [can(pickle.dumps, plain), can(copy.copy, plain), can(pickle.dumps, {}.keys())]


def serialisation_of_the_program(module, method):
    """Serialises, by means of its own, what it could or could not before it had used the library."""
    import socket
    context = context_of(module, method)
    before = abilities()
    ours, theirs = context.Pipe()
    with socket.socket() as plain:
        ours.send([plain, print])
        theirs.recv()[0].close()
    queue = context.SimpleQueue()
    queue.put(1)
    queue.get()
    runs(context, tell_that_it_runs)
    say("as before" if abilities() == before else "not as before: %s" % abilities())


def tell_of_its_thread():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    say("main thread %s" % (threading.current_thread() is threading.main_thread()))


def child_of_a_thread(module, method):
    """Starts a child from a thread, and has a pool replace a worker."""
    context = context_of(module, method)
    thread = threading.Thread(target=runs, args=(context, tell_of_its_thread))
    thread.start()
    thread.join()
    with context.Pool(1, maxtasksperchild=1) as pool:
        for _ in range(2):
            pool.apply(tell_of_its_thread)


def without_standard_input(module, method):
    """Starts a child where sys.stdin is closed, and another one where it is None."""
    context = context_of(module, method)
    closed = open(os.devnull)
    closed.close()
    for stdin in (closed, None):
        sys.stdin = stdin
        runs(context, tell_that_it_runs)


def without_standard_error(module, method):
    """Makes a lock and a block of shared memory, and starts a child, where sys.stderr is None."""
    context = context_of(module, method)
    sys.stderr = None
    context.Lock().acquire()
    say("lock")
    import_module(module + ".shared_memory").SharedMemory(create=True, size=8).unlink()
    say("block")
    runs(context, tell_that_it_runs)


def random_numbers(module, method):
    """Uses what chooses names for itself, between random numbers that are known beforehand."""
    context = context_of(module, method)
    random.seed(7)
    expected = [random.random() for _ in range(9)]
    random.seed(7)
    numbers = [random.random()]
    for use in (context.Lock, context.Queue, lambda: import_module(module + ".connection").Listener().close(),
                lambda: import_module(module + ".shared_memory").SharedMemory(create=True, size=8).unlink(),
                lambda: context.Value("i", 0), lambda: runs(context, tell_that_it_runs), lambda: context.Manager().list(),
                lambda: context.Pool(1).terminate()):
        use()
        numbers.append(random.random())
    say("the same numbers" if numbers == expected else "other numbers")


LEAKING = """
import os
from {module} import shared_memory

print(shared_memory.SharedMemory(create=True, size=8).name, flush=True)
os._exit(0)
"""


LENDING = """
import sys
from {module} import shared_memory

block = shared_memory.SharedMemory(create=True, size=8)
print(block.name, flush=True)
sys.stdin.read()
"""


def unlink_of_anothers_block(module, method):
    """Attaches to the block of a program that runs beside, and unlinks it. What that one hears is left out."""
    lender = subprocess.Popen([sys.executable, "-c", LENDING.format(module=module)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
    block = import_module(module + ".shared_memory").SharedMemory(lender.stdout.readline().strip())
    say("attached")
    block.close()
    block.unlink()
    say("unlinked")
    lender.communicate()


def leak_where_warnings_are_errors(module, method):
    """Has a program whose warnings are errors leave a block behind, and looks for it when that and its helpers are gone."""
    leaking = subprocess.Popen([sys.executable, "-W", "error", "-c", LEAKING.format(module=module)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    name = leaking.communicate()[0].strip()  # standard error is closed by the last of them
    try:
        block = import_module(module + ".shared_memory").SharedMemory(name)
    except FileNotFoundError:
        say("gone")
    else:
        say("there")
        block.unlink()


def run_commands():
    """Runs two commands that read all of their standard input, one of them while the child has a file open."""
    say("cat %d" % subprocess.call(["cat"], stdout=subprocess.DEVNULL))
    with open(os.devnull, "w"):
        say("cat %d" % subprocess.call(["cat"], stdout=subprocess.DEVNULL))


def commands_of_a_child(module, method):
    """Has a child run commands that read their standard input."""
    runs(context_of(module, method), run_commands)


def commands_beside_a_pipe(module, method):
    """Runs a command beside a pipe of each kind, and closes the writing end while it runs."""
    context = context_of(module, method)
    for duplex in (False, True):
        reader, writer = context.Pipe(duplex)
        command = subprocess.Popen(["sleep", "600"], close_fds=False)
        writer.close()
        try:
            say("nothing" if not reader.poll(20) else "got %s" % reader.recv())
        except EOFError:
            say("end of file")
        command.kill()
        command.wait()


def buffer_that_grows(module, method):
    """Makes a buffer longer as soon as it has proved too short for a message."""
    ours, theirs = context_of(module, method).Pipe()
    theirs.send_bytes(b"a message that is longer")
    buffer = bytearray(4)
    try:
        ours.recv_bytes_into(buffer)
    except import_module(module).BufferTooShort as error:
        buffer[:] = error.args[0]
    say("got %s" % buffer.decode())


class Owner:
    def __init__(self, block):
        self.block = block

    def __del__(self):
        self.block.close()
        self.block.unlink()


OWNER = None  # goes when the interpreter has all but ended


def unlink_at_the_end(module, method):
    """Takes a block's name away when the program is all but over."""
    global OWNER
    OWNER = Owner(import_module(module + ".shared_memory").SharedMemory(create=True, size=8))
    say("made")


def fork_beside_shared_memory(module, method):
    """Forks beside the library: a child that ends as any program does, and one that outlives the program."""
    import select
    shared_memory = import_module(module + ".shared_memory")
    block = shared_memory.SharedMemory(create=True, size=8)
    block.buf[0] = 7
    pid = os.fork()
    if pid == 0:
        block.close()
        sys.exit(0)
    say("exit code %d" % (os.waitpid(pid, 0)[1] >> 8))
    again = shared_memory.SharedMemory(block.name)
    say("block %d" % again.buf[0])
    again.close()
    block.close()
    block.unlink()
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(writer)
        if not select.select([reader], [], [], 20)[0]:  # the other end is closed when the program is over
            say("the program waits for its child")
        os._exit(0)


def signal_mask(module, method, number=signal.SIGINT):
    """Uses all that starts a helper, with a signal blocked."""
    context = context_of(module, method)
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    context.Lock()
    runs(context, tell_that_it_runs)
    with context.Pool(1) as pool:
        pool.apply(abs, (1,))
    try:
        block = import_module(module + ".shared_memory").SharedMemory(create=True, size=8)
        block.close()
        block.unlink()
    except ImportError:
        pass
    say("blocked" if number in signal.pthread_sigmask(signal.SIG_BLOCK, []) else "not blocked")


def tell_how_much_it_gets(end, queue):
    end.send("ready")
    say("got %d" % len(queue.get()))


def wait_without_end():
    while True:
        signal.pause()


INTERRUPTED = """
import {module}
from mpcheck_history import tell_how_much_it_gets, wait_without_end

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    manager = context.Manager()
    queue = context.Queue()
    daemon = context.Process(target=wait_without_end)
    daemon.daemon = True
    daemon.start()
    ours, theirs = context.Pipe()
    child = context.Process(target=tell_how_much_it_gets, args=(theirs, queue))
    child.start()
    ours.recv()
    with open("pids", "w") as file:
        file.write("%d %d %d" % (manager._process.pid, daemon.pid, child.pid))
    queue.put(b"x" * 1000000)
    raise KeyboardInterrupt
"""


def interrupted(module, method):
    """Ends by a KeyboardInterrupt that nobody catches, with a manager, a daemon, a child and a full queue."""
    with open("interrupted.py", "w") as file:
        file.write(INTERRUPTED.format(module=module, method=method))
    program = subprocess.Popen([sys.executable, "interrupted.py"], stderr=subprocess.DEVNULL, env=with_this_folder())
    program.wait()
    with open("pids") as file:
        pids = file.read().split()
    for what, pid in zip(["server", "daemon", "child"], pids):
        say("%s %s" % (what, "gone" if is_gone(int(pid)) else "there"))


def is_gone(pid):
    """Whether a process has ended, or does within ten seconds; then it is killed."""
    import time
    for _ in range(1000):
        try:
            with open("/proc/%d/stat" % pid) as file:
                if file.read().rpartition(")")[2].split()[0] in "ZX":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    return False


def attach_without_room(module, method):
    """Attaches to a block for which there is no room in the address space."""
    import resource
    shared_memory = import_module(module + ".shared_memory")
    size = 1 << 34  # no page of which is ever written
    block = shared_memory.SharedMemory(create=True, size=size)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + size // 2, limits[1]))
    say("refused" if can(shared_memory.SharedMemory, block.name) == "can't" else "attached")
    resource.setrlimit(resource.RLIMIT_AS, limits)
    try:
        shared_memory.SharedMemory(block.name).close()
        say("there")
        block.unlink()
    except FileNotFoundError:
        say("gone")
    block.close()


PRELOADED = """
import os
import sys
import {module}
from mpcheck_history import runs, tell_that_it_runs

if __name__ == "__main__":
    if not {known}:
        sys.path.insert(0, os.path.abspath("modules"))
    context = {module}.get_context({method!r} or None)
    for names in {lists!r}:
        context.set_forkserver_preload(names)
    for _ in range({children}):
        runs(context, tell_that_it_runs)
"""


def preload(module, method, lists, children=2, known=True, **texts):
    """Has the fork server load modules, whose texts are given, by one list after the other, and starts children, with
    standard output that is buffered.

    Only where the modules are `known` are they found in the path with which each program begins.
    """
    os.makedirs("modules", exist_ok=True)
    for name, text in texts.items():
        with open(os.path.join("modules", name + ".py"), "w") as file:
            file.write(text)
    env = {name: value for name, value in with_this_folder().items() if name != "PYTHONUNBUFFERED"}
    if known:
        env["PYTHONPATH"] += os.pathsep + os.path.abspath("modules")
    program = PRELOADED.format(module=module, method=method, lists=lists, children=children, known=known)
    run_file("preload.py", program, env=env)


def preload_one(module, method, text, known=True):
    preload(module, method, [["module_to_load"]], known=known, module_to_load=text)


def printing_module_is_preloaded(module, method):
    preload_one(module, method, "print('loaded')\n")


def locking_module_is_preloaded(module, method):
    preload_one(module, method, "import {0}\nLOCK = {0}.Lock()\n".format(module))


def module_of_the_path_is_preloaded(module, method):
    preload_one(module, method, "print('loaded', flush=True)\n", known=False)


def ends_of_workers(module, method):
    """Tells how the workers of a pool ended: those that had done their tasks, and those of a pool that was closed."""
    context = context_of(module, method)
    for most in (1, None):
        pool = context.Pool(1, maxtasksperchild=most)
        workers = import_module(module).active_children()
        pool.apply(abs, (1,))
        pool.close()
        pool.join()
        say("exit codes %s" % [worker.exitcode for worker in workers])


