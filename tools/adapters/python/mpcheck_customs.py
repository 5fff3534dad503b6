"""More programs for mpcheck_programs.py, which runs them: they bring along what a program may have of its own, such as
derived classes, registered types, streams, descriptors and names."""
import ctypes
import io
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
import zipfile
from importlib import import_module

from mpcheck_history import context_of, preload, runs, signal_mask, tell_that_it_runs, with_this_folder
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
    signal_mask(module, method, signal.SIGUSR1)


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
    run_file("ipython_report.py", NAMED_LIKE_A_SHELL.format(module=module, method=method), env=with_this_folder())


def poll_between_threads(module, method):
    """Waits in poll() of a pipe between threads until a thread has sent something."""
    here, there = import_module(module + ".dummy").Pipe()
    sender = threading.Timer(0.05, there.send, [1])
    sender.start()
    say(str(here.poll(20)))
    sender.join()


def run_text(text, **names):
    """Ends as the program of that text does, which has no file."""
    sys.exit(subprocess.call([sys.executable, "-c", text.format(**names)], env=with_this_folder()))


WITHOUT_A_FILE = """
import {module}
from mpcheck_history import runs, tell_that_it_runs
runs({module}.get_context({method!r} or None), tell_that_it_runs)
"""


def program_without_a_file(module, method):
    """Starts a child from a program that has no file."""
    run_text(WITHOUT_A_FILE, module=module, method=method)


TELLS_OF_ITSELF = """
import os
import {module}
from mpcheck_history import runs

NAME = {module}.current_process().name

def tell():
    print("child", {tells}, flush=True)

if __name__ == "__main__":
    runs({module}.get_context({method!r} or None), tell)
"""


def name_in_the_main_module(module, method):
    """Says whether a child has its name while it reads the main module."""
    text = TELLS_OF_ITSELF.format(module=module, method=method, tells="NAME == %s.current_process().name" % module)
    run_file("name.py", text, env=with_this_folder())


def main_module_is_a_link(module, method):
    """Says what a child takes for the file of a program that was started by a symbolic link to it."""
    os.makedirs("behind_the_link")
    os.symlink(os.path.join("behind_the_link", "program.py"), "link.py")
    text = TELLS_OF_ITSELF.format(module=module, method=method, tells="os.path.basename(__file__)")
    run_file("link.py", text, env=with_this_folder())  # written through the link


def program_called_main(module, method):
    """Starts a child from a program that was started by the path of its __main__.py."""
    os.makedirs("tool")
    text = TELLS_OF_ITSELF.format(module=module, method=method, tells="os.path.basename(__file__)")
    run_file(os.path.join("tool", "__main__.py"), text, env=with_this_folder())


MOVING = """
import os
import sys
import {module}
import neighbour
from mpcheck_history import runs

os.mkdir("further")
os.chdir("further")
runs({module}.get_context({method!r} or None), neighbour.tell)
print("the same path" if sys.path[0] == "" else sys.path[0], flush=True)
"""


def search_path_of_the_moment(module, method):
    """Starts a child in another folder than that in which its module was found by the path's empty entry."""
    with open("neighbour.py", "w") as file:
        file.write("def tell():\n    print('child', flush=True)\n")
    run_text(MOVING, module=module, method=method)


def tell_of_the_environment(name):
    say("child %s" % os.environ.get(name))


def environment_of_the_moment(module, method):
    """Says what children see of a variable that their creator sets between them."""
    context = context_of(module, method)
    for value in ("first", "second"):
        os.environ["MPCHECK_CUSTOM"] = value
        runs(context, tell_of_the_environment, "MPCHECK_CUSTOM")


def take(lock):
    with lock:
        say("child")


def lock_for_one_after_the_other(module, method):
    """Gives a lock to a child, and to another one when that has ended."""
    context = context_of(module, method)
    lock = context.Lock()
    for _ in range(2):
        runs(context, take, lock)


IN_A_VIRTUAL_ENVIRONMENT = """
import sys
import {module}
from mpcheck_customs import tell_of_its_prefix
from mpcheck_history import runs
print("inside" if sys.prefix != sys.base_prefix else "outside", flush=True)
runs({module}.get_context({method!r} or None), tell_of_its_prefix, sys.prefix)
"""


def tell_of_its_prefix(prefix):
    say("child inside" if sys.prefix == prefix else "child outside")


def virtual_environment(module, method):
    """Says whether a program that runs in a virtual environment is inside, and its child."""
    folder = os.path.abspath("environment")
    os.makedirs(os.path.join(folder, "bin"))
    python = os.path.join(folder, "bin", "python")
    os.symlink(sys.executable, python)
    with open(os.path.join(folder, "pyvenv.cfg"), "w") as file:
        file.write("home = %s\ninclude-system-site-packages = true\n" % os.path.dirname(os.path.realpath(sys.executable)))
    text = IN_A_VIRTUAL_ENVIRONMENT.format(module=module, method=method)
    sys.exit(subprocess.call([python, "-c", text], env=with_this_folder()))


def last_list_is_preloaded(module, method):
    preload(module, method, [["first"], ["second"]], children=1, first="print('first', flush=True)\n",
            second="print('second', flush=True)\n")


def preloaded_module_cleans_up(module, method):
    preload(module, method, [["cleaning"]], children=1,
            cleaning="import atexit, os\natexit.register(os.write, 1, b'cleaned up\\n')\n")


FOLDER_OF_THE_MOMENT = """
import os
import {module}
from mpcheck_history import runs

HERE = os.path.exists("mark")

def tell():
    print("child", HERE, flush=True)

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    os.mkdir("below")
    open(os.path.join("below", "mark"), "w").close()
    runs(context, tell)
    os.chdir("below")
    runs(context, tell)
"""


def main_module_in_the_folder_of_the_moment(module, method):
    """Says whether children find a file beside them as they read the main module: before their creator went there, and
    since."""
    run_file("folder.py", FOLDER_OF_THE_MOMENT.format(module=module, method=method), env=with_this_folder())


OF_A_FOLDER = """
import {module}
from beside_it import tell

if __name__ == "__main__":
    context = {module}.get_context({method!r} or None)
    child = context.Process(target=tell)
    child.start()
    child.join()
    print("exit code", child.exitcode, flush=True)
"""


def program_that_is_a_folder(module, method):
    """Runs a folder as a program, whose child's target is in a module of that folder, and then an archive of the same."""
    texts = {"__main__.py": OF_A_FOLDER.format(module=module, method=method),
             "beside_it.py": "def tell():\n    print('child', flush=True)\n"}
    os.makedirs("folder")
    with zipfile.ZipFile("archive", "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
            with open(os.path.join("folder", name), "w") as file:
                file.write(text)
    for program in ("folder", "archive"):
        subprocess.call([sys.executable, program])


STARTS_ON_IMPORT = """
import {module}

def tell():
    import colorsys, starts_on_import
    print("child", flush=True)

if {module}.current_process().name == "MainProcess":
    child = {module}.get_context({method!r} or None).Process(target=tell)
    child.start()
    child.join()
    print("exit code", child.exitcode, flush=True)
"""


def module_that_starts_a_child(module, method):
    """Imports a module that starts a child while it is imported, whose target imports that module, and another one."""
    with open("starts_on_import.py", "w") as file:
        file.write(STARTS_ON_IMPORT.format(module=module, method=method))
    run_file("imports_it.py", "if __name__ == '__main__':\n    import starts_on_import\n")


BLOCK_OF_A_SERVER = """
from {module}.managers import SharedMemoryManager

manager = SharedMemoryManager(({host!r}, {port}), authkey=b"key")
manager.connect()
block = manager.SharedMemory(8)
block.buf[0] = 7
print(block.name, flush=True)
"""


def block_for_who_connects(module, method):
    """Attaches to a block that another program, which has ended, had a manager make; the manager takes it along."""
    kind = import_module(module + ".managers").SharedMemoryManager
    with kind(("127.0.0.1", 0), authkey=b"key", ctx=context_of(module, method)) as manager:
        host, port = manager.address
        with open("other.py", "w") as file:
            file.write(BLOCK_OF_A_SERVER.format(module=module, host=host, port=port))
        name = subprocess.check_output([sys.executable, "other.py"], universal_newlines=True).strip()
        say("%d" % value_in(module, name))
    say("%s" % value_in(module, name))


def value_in(module, name):
    try:
        block = import_module(module + ".shared_memory").SharedMemory(name)
    except FileNotFoundError:
        return -1
    with_value = block.buf[0]
    block.close()
    return with_value
