"""Puts an implementation of Python's multiprocessing API under mpcheck.

    adapter.py [--module=multiprocessing] [--start-method=fork]

--module names the implementation: multiprocessing, multiprocessing.dummy, billiard, multiprocess, loky,
joblib.externals.loky, or another module with that API; or one with an executor (mpcheck_executors.py).
--start-method picks one of its contexts; without it the module's own default is under test. Exit codes: 64 bad
usage, 69 the module cannot be imported, 99 the runner is gone or broken.

conformance/PROTOCOL.md says what crosses the connection. Every puppet (main, child, thread, task, callback)
is a Puppet in obey(). Targets live here, not in __main__, so that they pickle by reference. Python 3.6 and
later, CPython and PyPy. Imports are few: the adapter starts once a claim, and under spawn again for each child.
"""
import copyreg
import functools
import importlib
import os
import sys
import threading

import mpcheck_kit
import mpcheck_managed
import mpcheck_neighbours
import mpcheck_shared_memory
import mpcheck_workings
from mpcheck_kit import (FUNCTIONS, Unsupported, exception_named, find, function_named, here, operations,
                         run_main)

HOMES = {"multiprocessing": "https://www.python.org", "billiard": "https://github.com/celery/billiard",
         "multiprocess": "https://github.com/uqfoundation/multiprocess", "loky": "https://github.com/joblib/loky"}
OPTIONS = "MPCHECK_PYTHON_ADAPTER"  # hands the flags down to every process of the testee

# ---- The implementation under test ----

MODULE = None  # the module itself: its global functions
CONTEXT = None  # what makes objects: the module, or one of its contexts
METHOD = None  # the start method asked for
PuppetProcess = None  # the implementation's Process with run() overridden; unpickling finds it here
PlainProcess = None  # a subclass of it that overrides nothing; likewise


def configure(module, method):
    """Loads the implementation. Raises ImportError, or ValueError for a start method that it lacks."""
    global MODULE, CONTEXT, METHOD, PuppetProcess, PlainProcess
    MODULE = CONTEXT = importlib.import_module(module)
    METHOD = method or ("loky" if module.split(".")[-1] == "loky" else None)
    if METHOD:
        if not module_function("get_context"):
            raise ValueError("%s has no start methods" % module)
        CONTEXT = module_function("get_context")(METHOD)
    if isinstance(getattr(CONTEXT, "Process", None), type):
        PuppetProcess = process_subclass(CONTEXT.Process)
        PlainProcess = type("PlainProcess", (CONTEXT.Process,), {"__module__": __name__})
    if module_function("BufferTooShort"):
        FUNCTIONS["fail_for_lack_of_room"] = fail_for_lack_of_room
    # Once the implementation is loaded, as a program does that registers a class of its own.
    copyreg.pickle(Registered, lambda function: (function_named, ("registered",)))
    os.environ[OPTIONS] = module + " " + method


def module_function(name):
    """A global function of the module (loky has them a level deeper), or None."""
    inner = getattr(getattr(MODULE, "backend", None), "context", None)
    return getattr(MODULE, name, None) or getattr(inner, name, None)


def process_subclass(base):
    class PuppetProcess(base):
        def run(self):  # what to do comes as Process's own arguments, the function first
            if self._args:
                return self._args[0](*self._args[1:], **self._kwargs)

    PuppetProcess.__qualname__ = "PuppetProcess"
    return PuppetProcess


def start_method():
    if METHOD:
        return METHOD
    if issubclass(CONTEXT.Process, threading.Thread):
        return "thread"
    # Without allow_none the question would settle the default for good; the first of all is the default.
    return module_function("get_start_method")(allow_none=True) or module_function("get_all_start_methods")()[0]


def about():
    name = MODULE.__name__
    root = name.split(".")[-1]
    version, home = getattr(MODULE, "__version__", ""), HOMES.get(root)
    if name.startswith("multiprocessing"):  # the interpreter's own
        pypy = getattr(sys, "pypy_version_info", None)
        version = "%d.%d.%d" % (pypy or sys.version_info)[:3]
        home = "https://pypy.org" if pypy else HOMES["multiprocessing"]
        if root == "multiprocessing":
            name = "PyPy" if pypy else "CPython"
    told = {"name": name, "version": str(version), "language": "Python", "start_method": start_method()}
    return dict(told, home=home) if home else told


def class_of(name, submodule):
    """The class behind the factory CONTEXT.name, found without making an object of it."""
    thing = getattr(CONTEXT, name, None)
    if thing is None or isinstance(thing, type):
        return thing
    if not hasattr(thing, "__func__"):  # a plain function, such as dummy's
        return None
    # A context that is derived from another package's has what it does not override from there (loky's Pool).
    for maker in (type(thing.__self__), thing.__func__):
        try:
            package = maker.__module__.rpartition(".")[0]
            return getattr(importlib.import_module(package + "." + submodule), name)
        except (ImportError, AttributeError):  # such as a platform without semaphores
            pass
    return None


def pool_offers():
    """The class of pools, and the names of what makes one takes."""
    make = getattr(CONTEXT, "Pool", None)
    if make is None:
        return None, ()
    pool = class_of("Pool", "pool")
    if pool is None:  # a plain function: dummy's, which makes pools of threads
        pool = importlib.import_module(MODULE.__name__.split(".")[0] + ".pool").ThreadPool
    return pool, getattr(make, "__func__", pool.__init__).__code__.co_varnames


def features():
    """Looks at classes only: to make an object may start a helper process (spawn's resource tracker)."""
    makers = dict(FACTORIES, process="Process", connection="Pipe", async_result="Pool")
    found = [area for area in makers if hasattr(CONTEXT, makers[area])] + mpcheck_kit.FEATURES
    found += ["connection.wait_for_iterator", "exception.cause", "source"] + ["condition.wait_for_any"] * hasattr(CONTEXT, "Condition")
    found += ["process." + part for part in ("kill", "close", "sentinel") if hasattr(CONTEXT.Process, part)]
    queue, semaphore = class_of("Queue", "queues"), class_of("Semaphore", "synchronize")
    pool, pool_parameters = pool_offers()
    found += ["pool." + part for part in ("map_async", "starmap", "imap") if hasattr(pool, part)]
    found += ["pool." + part for part in ("initializer", "maxtasksperchild") if part in pool_parameters]
    counts = not getattr(sys.modules.get("_multiprocessing"), "flags", {}).get("HAVE_BROKEN_SEM_GETVALUE")
    found += [name for name, there in (
        ("context", module_function("get_context")),
        ("pool.kwargs", pool),
        ("pool.map_of_dictionary", pool),
        ("pool.method_of_nothing", pool),
        ("pool.with", hasattr(pool, "__enter__")),
        ("pool.repr", getattr(pool, "__repr__", object.__repr__) is not object.__repr__),
        ("context.own", METHOD and module_function("set_start_method")),
        ("isolated", start_method() != "thread"),
        ("inherits_memory", start_method() == "fork"),
        ("process.parent", module_function("parent_process") or hasattr(CONTEXT, "parent_process")),
        ("queue.qsize", counts and hasattr(queue, "qsize")),
        ("semaphore.get_value", counts and hasattr(semaphore, "get_value")),
        ("simple_queue.close", hasattr(class_of("SimpleQueue", "queues"), "close")),
    ) if there]
    thread = start_method() == "thread"
    for part in PARTS:
        found += part.features(thread)
    return sorted(found)


# ---- Functions that travel ----


def puppet(who, *args, **kwargs):
    """Target, task and callback. `who` is the puppet's name, or of a child [name, its objects by name]."""
    if isinstance(who, str):
        return Puppet(who, here().adopt(), args, kwargs).obey()
    # The table is the very dictionary that the implementation passed on, so that puppet.drop reaches it.
    here().adopt(who[1])
    return Puppet(who[0], who[1], args, kwargs).obey()


def fail_for_lack_of_room(message):
    raise module_function("BufferTooShort")(message)


FUNCTIONS["puppet"] = puppet


class Registered:
    """A function that is serialised only by those who ask copyreg how: configure() says it there."""

    def __call__(self, value):
        return value

    def __reduce_ex__(self, protocol):
        raise TypeError("how to serialise this is registered, and nobody has looked")


FUNCTIONS["registered"] = Registered()


class BarrierAction:
    def __init__(self, plan, table):
        self.value = find(plan["add_to"], table) if "add_to" in plan else None
        self.lock = find(plan["acquire"], table) if "acquire" in plan else None
        self.error = exception_named(plan["raise"]) if "raise" in plan else None

    def __call__(self):
        if self.error:
            raise self.error("raised by the barrier's action")
        if self.value is not None:  # a plain number in shared memory is false when it is 0
            self.value.value += 1
        if self.lock is not None:
            with self.lock:
                pass


# ---- Operations ----
#
# A table as mpcheck_kit.operations() reads it. A name is that of a method, or .of an attribute to read, :of
# one to set, /of a factory of the context, ~of a global function of the module, +of one of another module, or %of a
# method of Puppet.
# A parameter's value stands for @ an object, & a function, ! a barrier's action, ^ a puppet as callback.

TABLE = """
context: ~get_start_method(allow_none) ~get_all_start_methods ~set_start_method(method,force) %get_context(method)
process: %new(puppet*,&func*,objects*,args*,kwargs*,name*,daemon*,style*,group*,reuse*,given_args*) start run
  join(timeout) is_alive terminate kill close .exitcode .pid .ident .sentinel .name .daemon .authkey set_name=:name(name)
  set_daemon=:daemon(daemon) set_authkey=:authkey(key) current=~current_process parent=~parent_process
  %active_children ~cpu_count
queue: new=/Queue(maxsize) put(item,block,timeout) get(block,timeout) put_nowait(item) get_nowait qsize empty
  full close join_thread cancel_join_thread
joinable_queue: new=/JoinableQueue(maxsize) task_done join
simple_queue: new=/SimpleQueue put(item) get empty close
pipe: new=/Pipe(duplex)
connection: send(item) recv send_bytes(data,offset,size) recv_bytes(maxlength) %recv_bytes_into(length,offset)
  poll(timeout) close fileno .closed .readable .writable enter=__enter__ exit=__exit__ %wait(objects,timeout,iterator*)
lock: new=/Lock LOCK locked
rlock: new=/RLock LOCK
semaphore: new=/Semaphore(value) LOCK get_value
bounded_semaphore: new=/BoundedSemaphore(value) LOCK get_value
condition: new=/Condition(@lock) LOCK wait(timeout) %wait_for(@value,equals*,timeout*) notify(n) notify_all
event: new=/Event set clear is_set wait(timeout)
barrier: new=/Barrier(parties,!action,timeout) wait(timeout) reset abort .parties .n_waiting .broken
value: new=/Value(type,value,@lock*) get=.value set=:value(value) %add(amount) get_lock enter=__enter__ exit=__exit__
raw_value: new=/RawValue(type,value)
array: new=/Array(type,init,@lock*) get=__getitem__(index) set=__setitem__(index,value) %slice(start,stop)
  %set_slice(start,stop,values) len=__len__ get_lock enter=__enter__ exit=__exit__ .value .raw set_value=:value(value)
raw_array: new=/RawArray(type,init)
pool: new=/Pool(processes,&initializer,initargs,maxtasksperchild) %apply(&func*,args*,kwargs*,puppet*)
  %apply_async(&func*,args*,kwargs*,puppet*,^callback*,^error_callback*,positional*) map(INPUT) starmap(INPUT)
  imap(INPUT) imap_unordered(INPUT) map_async(INPUT,^callback,^error_callback) starmap_async(INPUT,^callback,^error_callback)
  close terminate join enter=__enter__ exit=__exit__ repr=__repr__
async_result: get(timeout) wait(timeout) ready successful repr=__repr__
result_iterator: %next(timeout)
""".replace("LOCK", "acquire(block,timeout) release enter=__enter__ exit=__exit__").replace("INPUT", "&func,iterable,chunksize")
OPERATIONS = operations(TABLE)
FACTORIES = {op[:-4]: made[1] for op, made in OPERATIONS.items() if made[0] == "/"}


def offered(thing, name):
    """Sees to it that a thing has an attribute, by its class: to read a property may raise."""
    if not (hasattr(type(thing), name) or name in getattr(thing, "__dict__", ())):
        raise Unsupported("%s has no %s" % (type(thing).__name__, name))
    return thing


def global_function(name):
    found = module_function(name) or getattr(CONTEXT, name, None)
    if not found:
        raise Unsupported("no %s in %s" % (name, MODULE.__name__))
    return found


def callback(who, table):
    """A callback is a puppet, by its name."""
    return lambda *args: puppet(who, *args)



def task(func, args=None, kwargs=None, puppet=None):
    """A task's function and arguments, as apply() takes them; the puppet's name goes first."""
    args = tuple(args or ()) if puppet is None else (puppet,) + tuple(args or ())
    return (func, args, kwargs) if kwargs is not None else (func, args) if args else (func,)


PARTS = [mpcheck_managed, mpcheck_neighbours, mpcheck_shared_memory, mpcheck_workings]  # each with operations and features of its own


class Puppet(*[part.Operations for part in PARTS], mpcheck_kit.Puppet):
    """A puppet of an implementation of multiprocessing, with its operations of more than one call."""

    OPERATIONS = dict(mpcheck_kit.Puppet.OPERATIONS, **OPERATIONS)
    SHARED = {"joinable_queue": "queue", "raw_value": "value", "raw_array": "array", "custom_manager": "manager"}
    for part in PARTS:
        OPERATIONS.update(part.OPERATIONS)
        SHARED.update(getattr(part, "SHARED", {}))
    del part
    CONVERSIONS = dict(mpcheck_kit.Puppet.CONVERSIONS, **{"&": function_named, "!": BarrierAction, "^": callback})

    def about(self):
        return about()

    def features(self):
        return features()

    def preload(self):
        """What starts processes: implementations import it when they start the first one."""
        package = class_of("Queue", "queues")
        for part in {"fork": ["popen_fork"], "spawn": ["popen_spawn_posix", "resource_tracker"],
                     "forkserver": ["popen_forkserver", "resource_tracker"]}.get(start_method(), ()):
            try:
                importlib.import_module("%s.%s" % (package.__module__.rpartition(".")[0], part))
            except (AttributeError, ImportError):
                pass  # it is made otherwise

    def reach(self, kind, name, on):
        if kind == "~":
            return global_function(name)
        if kind == "+":
            return mpcheck_neighbours.maker(name)
        if kind == "/":
            return getattr(offered(CONTEXT, name), name)
        offered(on, name)
        if kind == ".":
            return functools.partial(getattr, on, name)
        if kind == ":":
            return functools.partial(setattr, on, name)
        return getattr(on, name)

    def context_get_context(self, on, *method, **keyword):
        return global_function("get_context")(*method, **keyword).get_start_method()

    def process_new(self, on, **given):
        args, target, make = tuple(given.pop("args", ())), given.pop("func", None), offered(CONTEXT, "Process").Process
        objects = {name: find(name, self.table) for name in given.pop("objects", ())}
        if "puppet" in given:
            target, args = puppet, ([given.pop("puppet"), objects],) + args
        args = given.pop("given_args", args)
        style = given.pop("style", "function")
        if style == "positional":
            return make(given.pop("group", None), target, given.pop("name", None), args, given.pop("kwargs", {}),
                        *given.values())
        if style == "subclass":
            make, args = PuppetProcess, (target,) + args if target else args
        elif target:
            given["target"] = target
        if style == "plain_subclass":
            make = PlainProcess
        if given.pop("reuse", False):
            args, kwargs = list(args), given.setdefault("kwargs", {})
            made = make(args=args, **given)
            args.clear()
            kwargs.clear()
            return made
        return make(args=args, **given) if args else make(**given)

    def process_active_children(self, on):
        children = global_function("active_children")()
        if not isinstance(children, list):
            return children  # what it is tells the runner that it is no list
        return [{"name": child.name, "pid": getattr(child, "pid", None)} for child in children]

    def connection_recv_bytes_into(self, on, length, *offset):
        buffer = bytearray(b"." * length)
        return {"count": offered(on, "recv_bytes_into").recv_bytes_into(buffer, *offset), "buffer": bytes(buffer)}

    def connection_wait(self, on, names, *timeout, **iterator):
        home = "multiprocessing" if METHOD == "loky" else MODULE.__name__  # loky's pipes are multiprocessing's
        try:
            wait = importlib.import_module(home + ".connection").wait
        except (ImportError, AttributeError):
            raise Unsupported("no connection.wait in " + MODULE.__name__)
        things = [getattr(thing, "sentinel", thing) for thing in (find(name, self.table) for name in names)]
        ready = wait(iter(things) if iterator.get("iterator") else things, *timeout)
        return [names[things.index(thing)] for thing in ready]

    def condition_wait_for(self, on, value, **given):
        def predicate():
            return value.value == given["equals"] if "equals" in given else value.value

        return offered(on, "wait_for").wait_for(predicate, *[given[name] for name in given if name == "timeout"])

    def value_add(self, on, amount):
        offered(on, "value").value += amount

    def array_slice(self, on, start=None, stop=None):
        got = offered(on, "__getitem__")[start:stop]
        return got if isinstance(got, bytes) else list(got)

    def array_set_slice(self, on, start=None, stop=None, values=()):
        offered(on, "__setitem__")[start:stop] = values

    def pool_apply(self, on, **given):
        return offered(on, "apply").apply(*task(**given))

    def pool_apply_async(self, on, **given):
        callbacks = {name: given.pop(name) for name in ("callback", "error_callback") if name in given}
        if given.pop("positional", False):
            return offered(on, "apply_async").apply_async(
                *(task(**given) + ({},))[:3], callbacks.get("callback"), callbacks.get("error_callback"))
        return offered(on, "apply_async").apply_async(*task(**given), **callbacks)

    def result_iterator_next(self, on, *timeout):
        return offered(on, "next").next(*timeout) if timeout else next(on)


# ---- The program ----


def refuse(message, code):
    sys.stderr.write("adapter.py: %s\n" % message)
    sys.exit(code)


def main():
    flags = {"--module": "multiprocessing", "--start-method": ""}
    for argument in sys.argv[1:]:
        name, _, value = argument.partition("=")
        if name not in flags or not value:
            refuse("bad flag %s; known are --module=NAME and --start-method=NAME" % argument, 64)
        flags[name] = value
    module, method = flags["--module"], flags["--start-method"]
    try:
        if module.endswith((".futures", ".process_executor")):
            import mpcheck_executors
            make = mpcheck_executors.configured(module, method)
        else:
            configure(module, method)
            make = Puppet
    except ValueError as error:
        refuse("bad --start-method=%s: %s" % (method, error), 64)
    except Exception as error:
        refuse("cannot import %s: %s: %s" % (module, type(error).__name__, error), 69)
    return run_main(make)


if OPTIONS in os.environ:  # this is a child that imports its target
    configure(*os.environ[OPTIONS].split(" "))
