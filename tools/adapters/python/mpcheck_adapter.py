"""Puts an implementation of Python's multiprocessing API under mpcheck.

    adapter.py [--module=multiprocessing] [--start-method=fork]

--module names the implementation: multiprocessing, multiprocessing.dummy, billiard, multiprocess, loky,
joblib.externals.loky, or another module with that API. --start-method picks one of its contexts; without it
the module's own default is under test. Exit codes: 64 bad usage, 69 the module cannot be imported, 99 the
runner is gone or broken.

conformance/PROTOCOL.md says what crosses the connection. Every puppet (main, child, thread, task, callback)
is a Puppet in obey(). Targets live here, not in __main__, so that they pickle by reference. Python 3.6 and
later, CPython and PyPy. Imports are few: the adapter starts once a claim, and under spawn again for each child.
"""
import binascii
import importlib
import json
import os
import signal
import socket
import sys
import threading
import time

LINE_LIMIT = 1048576  # bytes, with the newline
BLOB_LIMIT = 4096  # longer bytes travel as their digest
OPTIONS = "MPCHECK_PYTHON_ADAPTER"  # hands the flags down to every process of the testee

now = getattr(time, "monotonic_ns", None) or (lambda: int(time.monotonic() * 1e9))  # 3.6 has no monotonic_ns


class Unsupported(Exception):
    """The implementation lacks the operation, or this adapter does not know it."""


# ---- The implementation under test ----

MODULE = None  # the module itself: its global functions
CONTEXT = None  # what makes objects: the module, or one of its contexts
METHOD = None  # the start method asked for
PuppetProcess = None  # the implementation's Process with run() overridden; unpickling finds it here


def configure(module, method):
    """Loads the implementation. Raises ImportError, or ValueError for a start method that it lacks."""
    global MODULE, CONTEXT, METHOD, PuppetProcess
    MODULE = CONTEXT = importlib.import_module(module)
    METHOD = method or ("loky" if module.split(".")[-1] == "loky" else None)
    if METHOD:
        if not module_function("get_context"):
            raise ValueError("%s has no start methods" % module)
        CONTEXT = module_function("get_context")(METHOD)
    if isinstance(getattr(CONTEXT, "Process", None), type):
        PuppetProcess = process_subclass(CONTEXT.Process)
    os.environ[OPTIONS] = module + " " + method


def module_function(name):
    """A global function of the module (loky has them a level deeper), or None."""
    inner = getattr(getattr(MODULE, "backend", None), "context", None)
    return getattr(MODULE, name, None) or getattr(inner, name, None)


def process_subclass(base):
    class PuppetProcess(base):
        def run(self):  # what to do comes as Process's own arguments, the function first
            if self._args:
                self._args[0](*self._args[1:], **self._kwargs)

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
    root = MODULE.__name__.split(".")[-1]
    version, home = getattr(MODULE, "__version__", ""), "https://pypi.org/project/" + root
    name = MODULE.__name__
    if name.startswith("multiprocessing"):  # the interpreter's own
        pypy = getattr(sys, "pypy_version_info", None)
        version = "%d.%d.%d" % (pypy or sys.version_info)[:3]
        home = "https://pypy.org" if pypy else "https://www.python.org"
        if root == "multiprocessing":
            name = "PyPy" if pypy else "CPython"
    return {"name": name, "version": str(version), "language": "Python", "start_method": start_method(), "home": home}


def class_of(name, submodule):
    """The class behind the factory CONTEXT.name, found without making an object of it."""
    thing = getattr(CONTEXT, name, None)
    if thing is None or isinstance(thing, type):
        return thing
    try:
        package = type(thing.__self__).__module__.rpartition(".")[0]
        return getattr(importlib.import_module(package + "." + submodule), name)
    except (ImportError, AttributeError):  # such as a platform without semaphores
        return None


def features():
    """Looks at classes only: to make an object may start a helper process (spawn's resource tracker)."""
    makers = dict(FACTORIES, process="Process", connection="Pipe", async_result="Pool")
    found = [area for area in makers if hasattr(CONTEXT, makers[area])]
    found += ["process." + part for part in ("kill", "close", "sentinel") if hasattr(CONTEXT.Process, part)]
    queue, semaphore = class_of("Queue", "queues"), class_of("Semaphore", "synchronize")
    counts = not getattr(sys.modules.get("_multiprocessing"), "flags", {}).get("HAVE_BROKEN_SEM_GETVALUE")
    found += [name for name, there in (
        ("context", module_function("get_context")),
        ("context.own", METHOD and module_function("set_start_method")),
        ("isolated", start_method() != "thread"),
        ("inherits_memory", start_method() == "fork"),
        ("process.parent", module_function("parent_process") or hasattr(CONTEXT, "parent_process")),
        ("queue.qsize", counts and hasattr(queue, "qsize")),
        ("semaphore.get_value", counts and hasattr(semaphore, "get_value")),
        ("simple_queue.close", hasattr(class_of("SimpleQueue", "queues"), "close")),
    ) if there]
    return sorted(found)


# ---- Values ----


class Unpicklable:
    def __reduce_ex__(self, protocol):
        raise TypeError("this value refuses to be serialised")


def encode(value):
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int) and -2**63 <= value < 2**63:
        return int(value)
    if isinstance(value, float):
        special = "nan" if value != value else "inf" if value > 0 else "-inf"
        return float(value) if value - value == 0 else {"$float": special}
    if isinstance(value, str) and value.encode("utf-8", "ignore").decode() == value:  # no lone surrogate
        return str(value)
    if isinstance(value, bytes):
        if len(value) <= BLOB_LIMIT:
            return {"$bytes": binascii.b2a_base64(value, newline=False).decode()}
        import hashlib
        return {"$blob": {"size": len(value), "sha256": hashlib.sha256(value).hexdigest()}}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"$dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, Unpicklable):
        return {"$unpicklable": True}
    names = [name for name in FUNCTIONS if FUNCTIONS[name] is value]
    return {"$function": names[0]} if names else {"$other": type(value).__name__}


def encode_or_other(value):
    try:
        return encode(value)
    except Exception:  # such as a list that contains itself
        return {"$other": type(value).__name__}


def describe(error):
    try:
        message = str(error).encode("utf-8", "backslashreplace").decode()
    except Exception as failure:
        message = "(str() of it raises %s)" % type(failure).__name__
    bases = [base.__name__ for base in type(error).__mro__]
    return {"type": bases[0], "bases": bases, "message": message, "args": [encode_or_other(arg) for arg in error.args]}


def decode(value, table):
    """What the JSON stands for. An object without a $ is no value, and stays (the commands of a batch)."""
    if isinstance(value, list):
        return [decode(item, table) for item in value]
    tag = next(iter(value), "") if isinstance(value, dict) else ""
    if not tag.startswith("$"):
        return value
    if tag not in DECODERS:
        raise Unsupported("a value of kind " + tag)
    return DECODERS[tag](value[tag], table)


def blob(content, table):
    import array
    words = array.array("I")  # of 32 bits wherever Python runs
    first, count = content["seed"] % 2**32, (content["size"] + 3) // 4
    while len(words) < count:
        words.extend(range(first, min(first + count - len(words), 2**32)))
        first = 0
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()[:content["size"]]


def find(name, table):
    if name not in table:
        raise Unsupported("no object named %r" % (name,))
    return table[name]


def function_named(name, table=None):
    if callable(name):
        return name
    if name not in FUNCTIONS:
        raise Unsupported("no function named %r" % (name,))
    return FUNCTIONS[name]


DECODERS = {
    "$bytes": lambda content, table: binascii.a2b_base64(content),
    "$float": lambda content, table: float(content),
    "$tuple": lambda content, table: tuple(decode(content, table)),
    "$dict": lambda content, table: {decode(key, table): decode(item, table) for key, item in content},
    "$blob": blob,
    "$function": function_named,
    "$unpicklable": lambda content, table: Unpicklable(),
    "$object": find,
}


def exception_named(name):
    import builtins
    found = getattr(builtins, name, None)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise Unsupported("no builtin exception named %r" % (name,))
    return found


# ---- Functions that travel ----


def puppet(who, *args, **kwargs):
    """Target, task and callback. `who` is the puppet's name, or of a child [name, its objects by name]."""
    if isinstance(who, str):
        return Puppet(who, here().adopt(), args, kwargs).obey()
    # The table is the very dictionary that the implementation passed on, so that puppet.drop reaches it.
    here().adopt(who[1])
    return Puppet(who[0], who[1], args, kwargs).obey()


def identity(value):
    return value


def square(value):
    return value * value


def fail(message):
    raise ValueError(message)


def nothing(*args, **kwargs):
    return None


FUNCTIONS = {"puppet": puppet, "identity": identity, "square": square, "fail": fail, "nothing": nothing}


class BarrierAction:
    def __init__(self, plan, table):
        self.value = find(plan["add_to"], table) if "add_to" in plan else None
        self.error = exception_named(plan["raise"]) if "raise" in plan else None

    def __call__(self):
        if self.error:
            raise self.error("raised by the barrier's action")
        self.value.value += 1


# ---- Processes of the testee ----


class Here:
    """What belongs to this process, as opposed to the one that it was forked from."""

    def __init__(self):
        self.pid = os.getpid()
        self.table = None  # shared by main or the child, its threads, tasks and callbacks
        self.connections = []

    def adopt(self, table=None):
        """The process's table, which its first puppet brings. (A child that is a thread keeps its own.)"""
        if self.table is None:
            self.table = {} if table is None else table
        return self.table


HERE = Here()
INHERITED = []  # tables of the processes that this one was forked from: kept, as a user's globals would be
GLOBALS = {}  # global.set and global.get
NOTED = {}  # signal -> how often it came


def here():
    """This process's Here. The first call in a forked child lets go of the parent's connections."""
    global HERE
    if HERE.pid != os.getpid():
        for connection in HERE.connections:
            connection.close()
        INHERITED.append(HERE.table or {})
        HERE = Here()
    return HERE


if hasattr(os, "register_at_fork"):  # 3.7: also for children that never become puppets
    os.register_at_fork(after_in_child=here)


def ids():
    try:
        tid = threading.get_native_id()
    except AttributeError:  # new in 3.8
        tid = int(os.path.basename(os.readlink("/proc/thread-self")))
    return {"pid": os.getpid(), "ppid": os.getppid(), "tid": tid}


def create(marker):
    open(marker, "w").close()


def note(number, frame):
    NOTED[number] = NOTED.get(number, 0) + 1


# ---- Operations ----
#
# area: operation=Python's name(parameters in Python's order). The name may be left out where it is the
# operation's. It is that of a method, or .of an attribute to read, :of one to set, /of a factory of the
# context, ~of a global function of the module, or %of a function of Own.
# A sign before a parameter says what a value stands for: @ a name stands for the object, & for the function,
# ! a plan for a barrier's action, ^ a puppet for a callback. A parameter with a * goes by keyword only.

TABLE = """
context: ~get_start_method(allow_none) ~get_all_start_methods ~set_start_method(method,force) %get_context(method)
process: %new(puppet*,&func*,objects*,args*,kwargs*,name*,daemon*,style*,group*,reuse*) start run join(timeout) is_alive
  terminate kill close .exitcode .pid .ident .sentinel .name .daemon .authkey set_name=:name(name)
  set_daemon=:daemon(daemon) set_authkey=:authkey(key) current=~current_process parent=~parent_process
  %active_children ~cpu_count
queue: new=/Queue(maxsize) put(item,block,timeout) get(block,timeout) put_nowait(item) get_nowait qsize empty
  full close join_thread cancel_join_thread
joinable_queue: new=/JoinableQueue(maxsize) task_done join
simple_queue: new=/SimpleQueue put(item) get empty close
pipe: new=/Pipe(duplex)
connection: send(item) recv send_bytes(data,offset,size) recv_bytes(maxlength) %recv_bytes_into(length,offset)
  poll(timeout) close fileno .closed .readable .writable enter=__enter__ exit=__exit__ %wait(objects,timeout)
lock: new=/Lock LOCK locked
rlock: new=/RLock LOCK
semaphore: new=/Semaphore(value) LOCK get_value
bounded_semaphore: new=/BoundedSemaphore(value) LOCK get_value
condition: new=/Condition(@lock) LOCK wait(timeout) %wait_for(@value,equals,timeout) notify(n) notify_all
event: new=/Event set clear is_set wait(timeout)
barrier: new=/Barrier(parties,!action,timeout) wait(timeout) reset abort .parties .n_waiting .broken
value: new=/Value(type,value,@lock*) get=.value set=:value(value) %add(amount) get_lock enter=__enter__ exit=__exit__
raw_value: new=/RawValue(type,value)
array: new=/Array(type,init,@lock*) get=__getitem__(index) set=__setitem__(index,value) %slice(start,stop)
  %set_slice(start,stop,values) len=__len__ get_lock enter=__enter__ exit=__exit__ .value .raw set_value=:value(value)
raw_array: new=/RawArray(type,init)
pool: new=/Pool(processes) %apply(&func,args,puppet) %apply_async(&func,args,puppet,^callback,^error_callback)
  map(&func,iterable,chunksize) close terminate join
async_result: get(timeout) wait(timeout) ready successful
list: %new(items) %append(item) %get
global: %set(name,value) %get(name)
puppet: %thread(puppet,daemon) %arguments %ids %getcwd %chdir(path) %stdin %print(text,stream,flush) %on_signal(signal,action)
  %noted(signal) %at_exit(marker) %finally(marker) %drop %names
batch: %(commands,times)
""".replace("LOCK", "acquire(block,timeout) release enter=__enter__ exit=__exit__").replace("\n ", "")
SHARED = {"joinable_queue": "queue", "raw_value": "value", "raw_array": "array"}  # whose operations these share

OPERATIONS = {}  # op -> kind, Python's name, parameters
for line in TABLE.split("\n"):
    for word in line.split()[1:]:
        verb, parameters = word.rstrip(")").partition("(")[::2]
        verb, name = verb.partition("=")[::2]
        name = name or verb
        kind = name[0] if name[:1] in (".", ":", "/", "~", "%") else ""
        OPERATIONS[(line.split(":")[0] + "." + verb.lstrip("./~%:")).rstrip(".")] = kind, name[len(kind):], parameters
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


CONVERSIONS = {
    "@": lambda value, table: find(value, table) if isinstance(value, str) else value,
    "&": function_named,
    "!": BarrierAction,
    "^": callback,
}


def bind(op, parameters, args, table):
    """Positional and keyword arguments: by position up to the first that is left out, by keyword from there.

    Python's first parameters have other names in other implementations (put(obj), put(item)), the rest agree.
    """
    positional, keyword, known = [], {}, []
    for parameter in parameters.split(",") if parameters else ():
        sign, name = parameter[0], parameter.strip("@&!^*")
        known.append(name)
        if name in args:
            value = decode(args[name], table)
            if sign in CONVERSIONS and value is not None:
                value = CONVERSIONS[sign](value, table)
            if len(positional) + 1 < len(known) or parameter[-1] == "*":
                keyword[name] = value
            else:
                positional.append(value)
    if len(positional) + len(keyword) < len(args):
        raise Unsupported("%s with arguments other than %s" % (op, ", ".join(known) or "none"))
    return positional, keyword


# ---- The puppet ----


class Puppet:
    """One flow of control with a connection of its own."""

    def __init__(self, name, table, args=(), kwargs=None):
        self.name, self.table, self.args, self.kwargs = name, table, args, kwargs or {}
        self.markers = []  # files to create when the loop is left
        self.received = bytearray()

    def obey(self):
        """Does what the runner says until it says how to end; the result is puppet.return's."""
        self.connect()
        try:
            self.hello()
            while True:
                command = self.read()
                reply, end = self.answer(command)
                self.send(dict(reply, id=command["id"]))
                if end:
                    return end[0](*end[1:])
        finally:
            for marker in self.markers:
                create(marker)
            here().connections.remove(self.socket)
            self.socket.close()

    def connect(self):
        kind, _, address = os.environ["MPCHECK_ADDRESS"].partition(":")
        host, _, port = address.rpartition(":")
        self.socket = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
        here().connections.append(self.socket)
        try:
            self.socket.connect(address if kind == "unix" else (host, int(port)))
        except OSError:
            os._exit(99)
        if kind != "unix":
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hello(self):
        hello = dict(ids(), mpcheck=1, token=os.environ["MPCHECK_TOKEN"], puppet=self.name)
        if self.name == "main":
            hello.update(about=about(), features=features())
        self.send(hello)

    def send(self, message):
        line = json.dumps(message).encode() + b"\n"
        if len(line) > LINE_LIMIT:
            return self.send({"id": message["id"], "unsupported": "a reply of %d bytes" % len(line)})
        try:
            self.socket.sendall(line)
        except OSError:
            os._exit(99)

    def read(self):
        """The next command. Where there is none, or the line is none, the process ends."""
        try:
            end = self.received.find(b"\n")
            while end < 0:
                start = len(self.received)
                self.received += self.socket.recv(65536)
                end = self.received.find(b"\n", start)
                if len(self.received) == start or end < 0 and len(self.received) >= LINE_LIMIT:
                    os._exit(99)
            command = json.loads(self.received[:end].decode())
            del self.received[:end + 1]
            args = command.setdefault("args", {})
            if end < LINE_LIMIT and type(command["id"]) is int and isinstance(command["op"], str) and type(args) is dict:
                return command
        except Exception:
            pass
        os._exit(99)

    def answer(self, command):
        """The reply, and for the commands that end a puppet what to call after it is sent."""
        if command["op"] not in ENDINGS:
            return self.perform(command), None
        try:
            return {"ok": None}, ENDINGS[command["op"]](
                {name: decode(value, self.table) for name, value in command["args"].items()})
        except Exception as error:
            return {"unsupported": "%s: %s" % (type(error).__name__, error)}, None

    def perform(self, command):
        """Does a command; returns the reply without its id."""
        op = command["op"]
        try:
            function, positional, keyword = self.prepare(op, command, command.get("args", {}))
        except Unsupported as failure:
            return {"unsupported": str(failure)}
        except Exception as failure:
            return {"unsupported": "malformed %s: %s: %s" % (op, type(failure).__name__, failure)}
        t0 = now()
        try:
            result = function(*positional, **keyword)
            t1 = now()
        except Unsupported as failure:
            return {"unsupported": str(failure)}
        except BaseException as failure:
            t1 = now()
            return {"raise": describe(failure), "t0": t0, "t1": t1}
        return {"ok": self.present(op, command.get("as"), result), "t0": t0, "t1": t1}

    def present(self, op, names, result):
        """Names what a call returned, or makes it JSON."""
        if op == "batch":
            return result
        if isinstance(names, str) and not (op == "process.parent" and result is None):
            self.table[names] = result
        elif isinstance(names, list):
            self.table.update(zip(names, result))
        if op == "process.parent":
            return result is not None
        if names or op.endswith((".new", ".enter", ".exit")):
            return None
        return encode_or_other(result)

    def prepare(self, op, command, args):
        """What to call with which arguments, so that little but the call happens between t0 and t1."""
        area, _, verb = op.partition(".")
        if op not in OPERATIONS and area in SHARED:
            op = SHARED[area] + "." + verb
        if op not in OPERATIONS:
            raise Unsupported("unknown operation " + op)
        kind, name, parameters = OPERATIONS[op]
        positional, keyword = bind(op, parameters, args, self.table)
        on = find(command["on"], self.table) if "on" in command else None
        if kind == "%":
            return getattr(Own, op.replace(".", "_")), [self, on] + positional, keyword
        if kind == "~":
            return global_function(name), positional, keyword
        if kind == "/":
            return getattr(offered(CONTEXT, name), name), positional, keyword
        if kind == ".":
            return getattr, [offered(on, name), name], {}
        if kind == ":":
            return setattr, [offered(on, name), name] + positional, {}
        return getattr(offered(on, name), name), [None] * 3 if verb == "exit" else positional, keyword


# ---- Operations of more than one call ----


def task(func, args=None, puppet=None):
    """A task's function and arguments, as apply() takes them; the puppet's name goes first."""
    args = tuple(args or ()) if puppet is None else (puppet,) + tuple(args or ())
    return (func, args) if args else (func,)


class Own:
    """Operations of more than one call: functions of the puppet and the object that they are for."""

    def context_get_context(self, on, *method, **keyword):
        return global_function("get_context")(*method, **keyword).get_start_method()

    def process_new(self, on, **given):
        args, target, make = tuple(given.pop("args", ())), given.pop("func", None), offered(CONTEXT, "Process").Process
        objects = {name: find(name, self.table) for name in given.pop("objects", ())}
        if "puppet" in given:
            target, args = puppet, ([given.pop("puppet"), objects],) + args
        if given.pop("style", "function") == "subclass":
            make, args = PuppetProcess, (target,) + args if target else args
        elif target:
            given["target"] = target
        if given.pop("reuse", False):
            args, kwargs = list(args), given.setdefault("kwargs", {})
            made = make(args=args, **given)
            args.clear()
            kwargs.clear()
            return made
        return make(args=args, **given) if args else make(**given)

    def process_active_children(self, on):
        return [{"name": child.name, "pid": child.pid} for child in global_function("active_children")()]

    def connection_recv_bytes_into(self, on, length, *offset):
        buffer = bytearray(b"." * length)
        return {"count": offered(on, "recv_bytes_into").recv_bytes_into(buffer, *offset), "buffer": bytes(buffer)}

    def connection_wait(self, on, names, *timeout):
        home = "multiprocessing" if METHOD == "loky" else MODULE.__name__  # loky's pipes are multiprocessing's
        try:
            wait = importlib.import_module(home + ".connection").wait
        except (ImportError, AttributeError):
            raise Unsupported("no connection.wait in " + MODULE.__name__)
        things = [getattr(thing, "sentinel", thing) for thing in (find(name, self.table) for name in names)]
        return [names[things.index(ready)] for ready in wait(things, *timeout)]

    def condition_wait_for(self, on, value, equals, *timeout):
        return offered(on, "wait_for").wait_for(lambda: value.value == equals, *timeout)

    def list_new(self, on, items=()):
        return list(items)

    def list_append(self, on, item):
        on.append(item)

    def list_get(self, on):
        return on

    def value_add(self, on, amount):
        offered(on, "value").value += amount

    def array_slice(self, on, start=None, stop=None):
        got = offered(on, "__getitem__")[start:stop]
        return got if isinstance(got, bytes) else list(got)

    def array_set_slice(self, on, start=None, stop=None, values=()):
        offered(on, "__setitem__")[start:stop] = values

    def pool_apply(self, on, *positional, **keyword):
        return offered(on, "apply").apply(*task(*positional, **keyword))

    def pool_apply_async(self, on, *positional, **keyword):
        callbacks = {name: keyword.pop(name) for name in ("callback", "error_callback") if name in keyword}
        callbacks.update(zip(("callback", "error_callback"), positional[3:]))
        return offered(on, "apply_async").apply_async(*task(*positional[:3], **keyword), **callbacks)

    def puppet_thread(self, on, name, *daemon):
        threading.Thread(target=Puppet(name, self.table).obey, **({"daemon": daemon[0]} if daemon else {})).start()

    def puppet_print(self, on, text, stream="stdout", flush=False):
        getattr(sys, stream).write(text)
        if flush:
            getattr(sys, stream).flush()

    def puppet_on_signal(self, on, number, action):
        signal.signal(number, {"ignore": signal.SIG_IGN, "default": signal.SIG_DFL, "note": note}[action])

    def puppet_at_exit(self, on, marker):
        import atexit
        atexit.register(create, marker)

    def puppet_drop(self, on):
        for table in [self.table] + INHERITED:
            for name in [name for name in table if table[name] is on]:
                del table[name]

    def batch(self, on, commands, times=1):
        return [self.perform(command) for _ in range(times) for command in commands]

    def puppet_arguments(self, on):
        return {"args": list(self.args), "kwargs": self.kwargs}

    def puppet_ids(self, on):
        return ids()

    def puppet_getcwd(self, on):
        return os.getcwd()

    def puppet_chdir(self, on, path):
        os.chdir(path)

    def puppet_stdin(self, on):
        return sys.stdin.read()

    def puppet_noted(self, on, number):
        return NOTED.get(number, 0)

    def puppet_finally(self, on, marker):
        self.markers.append(marker)

    def puppet_names(self, on):
        return sorted(self.table)

    def global_set(self, on, name, value):
        GLOBALS[name] = value

    def global_get(self, on, name):
        return GLOBALS.get(name)


# ---- Ways to end: what to call once the reply is sent ----


BRIEFLY = object()  # how main ends at its return: what the interpreter does next is cut short


def throw(error):
    raise error


def raise_later(args):
    return throw, exception_named(args["type"])(*[args["message"]] if "message" in args else [])


ENDINGS = {
    "puppet.return": lambda args: (identity, BRIEFLY if args.get("brief") else args.get("value")),
    "puppet.raise": raise_later,
    "puppet.exit": lambda args: (sys.exit, args["code"]) if "code" in args else (sys.exit,),
    "puppet._exit": lambda args: (os._exit, args["code"]),
}


# ---- The program ----


def refuse(message, code):
    sys.stderr.write("adapter.py: %s\n" % message)
    sys.exit(code)


def be_nursery():
    """Forks a main program whenever the runner asks; returns in each of them."""
    nursery = Puppet("nursery", {})
    nursery.connect()
    features()  # loads what main's hello takes
    import gc
    gc.collect()
    getattr(gc, "freeze", gc.collect)()  # 3.7: what all mains share is not touched, and so not copied, at their end
    nursery.hello()
    while True:
        command, t0 = nursery.read(), now()
        middle = os.fork()
        if not middle:
            if os.fork():
                os._exit(0)  # main goes to the runner, as an orphan does
            os.setsid()
            here()
            return
        os.waitpid(middle, 0)
        nursery.send({"id": command["id"], "ok": None, "t0": t0, "t1": now()})


def end_briefly():
    """What an interpreter does at its end, but for the destruction of its own memory, which is most of it."""
    import atexit
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main():
    flags = {"--module": "multiprocessing", "--start-method": ""}
    for argument in sys.argv[1:]:
        name, _, value = argument.partition("=")
        if name not in flags or not value:
            refuse("bad flag %s; known are --module=NAME and --start-method=NAME" % argument, 64)
        flags[name] = value
    if not {"MPCHECK_ADDRESS", "MPCHECK_TOKEN"} <= set(os.environ):
        refuse("MPCHECK_ADDRESS and MPCHECK_TOKEN are not set; mpcheck starts this program", 64)
    try:
        configure(flags["--module"], flags["--start-method"])
    except ValueError as error:
        refuse("bad --start-method=%s: %s" % (flags["--start-method"], error), 64)
    except Exception as error:
        refuse("cannot import %s: %s: %s" % (flags["--module"], type(error).__name__, error), 69)
    if os.environ.pop("MPCHECK_NURSERY", ""):
        be_nursery()
    if Puppet("main", here().adopt({})).obey() is BRIEFLY:
        end_briefly()


if OPTIONS in os.environ:  # this is a child that imports its target
    configure(*os.environ[OPTIONS].split(" "))
