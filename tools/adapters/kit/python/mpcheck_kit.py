"""An adapter for mpcheck is a table of operations; this is the rest of it. One file, to copy: Python 3.6 and later.

    import mpcheck_kit, mine

    ADAPTER = mpcheck_kit.adapter(
        about={"name": "mine", "version": "1.0", "language": "Python", "start_method": "fork", "home": "https://..."},
        operations={"queue.new": mine.Queue, "queue.put": mine.Queue.put, "queue.get": mine.Queue.get},
        features=["isolated"])

    if __name__ == "__main__":
        mpcheck_kit.run_main(ADAPTER)

An operation is a function that takes the object that it is `on`, if it has one, and the command's arguments by their
names. An argument that a command leaves out is not passed, and one that the function does not take makes the operation
unsupported, as raising Unsupported does. What `queue.new` returns gets the name that the runner wants.

Where a child process begins, call what target() returns; puppet is the function of every task and callback that is to
be one. conformance/ADAPTERS.md goes through it step by step, conformance/PROTOCOL.md says what crosses the connection.

The kit connects, says hello, answers each command (values, errors and times included), and carries the operations
puppet.*, list.*, source.*, global.* and batch, the functions that travel by name, and the nursery. An adapter of many
areas may derive from Puppet instead and write its table as operations() reads it: tools/adapters/python does.

Exit code 99: the runner is gone or broken. Imports are few, since every spawned child repeats them.
"""
import binascii
import itertools
import json
import os
import signal
import socket
import sys
import threading
import time

LINE_LIMIT = 1048576  # bytes, with the newline
BLOB_LIMIT = 4096  # longer bytes travel as their digest

now = getattr(time, "monotonic_ns", None) or (lambda: int(time.monotonic() * 1e9))  # 3.6 has no monotonic_ns


# ---- What crosses the connection: values and exceptions (PROTOCOL.md, sections 5, 6 and 9) ----


class Unsupported(Exception):
    """The implementation lacks the operation, or this adapter does not know it."""


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
    if names:
        return {"$function": names[0]}
    return {"$other": class_names(value)[0]}


def encode_or_other(value):
    try:
        return encode(value)
    except Exception:  # such as a list that contains itself
        return {"$other": type(value).__name__}


# What implementations call the error of a task whose worker died: WorkerLost to the protocol.
WORKER_LOST = {"BrokenProcessPool", "WorkerLostError"}


def class_names(error):
    """The bare names of an exception's class and of all its bases."""
    names = [base.__name__ for base in type(error).__mro__]
    return ["WorkerLost"] * (not WORKER_LOST.isdisjoint(names)) + names


def describe(error):
    try:
        message = str(error).encode("utf-8", "backslashreplace").decode()
    except Exception as failure:
        message = "(str() of it raises %s)" % type(failure).__name__
    bases = class_names(error)
    told = {"type": bases[0], "bases": bases, "message": message, "args": [encode_or_other(arg) for arg in error.args]}
    if error.__cause__ is not None:
        cause = describe(error.__cause__)
        told["cause"] = {"type": cause["type"], "message": cause["message"]}
    return told


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
    if not isinstance(name, str):
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


def identity(value):
    return value


def square(value):
    return value * value


def fail(message):
    raise ValueError(message)


def nothing(*args, **kwargs):
    return None


def arguments(*args):
    return list(args)


def positive(number):
    if number < 0:
        raise ValueError(number)
    return number


def pid(*args):
    return os.getpid()


def appended(items):
    items.append(0)
    return items


def add(value, amount):
    with value.get_lock():
        value.value += amount


def add_and_fail(value, amount):
    add(value, amount)
    raise ValueError("after adding")


def add_and_fail_when_odd(value, amount):
    add(value, amount)
    if value.value % 2:
        raise ValueError(value.value)


class Unbuildable(Exception):
    """Is rebuilt from its args, which are one too few."""

    def __init__(self, message, detail):
        super().__init__(message)
        self.detail = detail


class Detailed(ValueError):
    """Says what it holds beside its args."""

    detail = ""

    def __str__(self):
        return self.detail


def fail_in_detail(message):
    error = Detailed("see the detail")
    error.detail = message
    raise error


def fail_as_the_system(number, *file):
    raise OSError(number, os.strerror(number), *file)


class Nothing:
    """An object that is false, with a method."""

    def __len__(self):
        return 0

    def identity(self, value):
        return value


def error(message):
    return ValueError(message)


def fail_unbuildable(message):
    raise Unbuildable(message, "lost on the way")


def exit_with_count(*args):
    raise SystemExit(len(args))


def put(queue, item):
    queue.put(item)


nameless = lambda value: value
findable = lambda value: value
findable.__qualname__ = "findable"

FUNCTIONS = {
    "add": add, "add_and_fail": add_and_fail, "add_and_fail_when_odd": add_and_fail_when_odd, "appended": appended,
    "arguments": arguments, "error": error, "exit_with_count": exit_with_count, "fail": fail,
    "fail_as_the_system": fail_as_the_system, "fail_in_detail": fail_in_detail,
    "fail_unbuildable": fail_unbuildable, "findable": findable, "identity": identity,
    "method_of_nothing": Nothing().identity, "nameless": nameless, "nothing": nothing, "pid": pid, "positive": positive,
    "put": put, "square": square}


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
INTRODUCTION = {}  # what main's hello tells of the implementation; a nursery finds it out for all its mains


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


def collect():
    """Frees what nobody refers to, where that is not counted (PyPy). A finalizer may leave more of it."""
    if not hasattr(sys, "getrefcount"):
        import gc
        for _ in range(3):
            gc.collect()


def note(number, frame):
    NOTED[number] = NOTED.get(number, 0) + 1


# ---- Operations ----
#
# A table has a line for each area: operation=name(parameters in Python's order). The name may be left out where
# it is the operation's. A sign before it says what it names: % the puppet's own method AREA_OPERATION; of the
# others, and of none, Puppet.reach() decides.
# A sign before a parameter says what its value stands for (Puppet.CONVERSIONS). One with a * goes by keyword only.

SIGNS = ".:/~+%"

FEATURES = ["batch.if", "batch.journal", "puppet.stdin_part"]  # what every adapter that is built on this one offers

TABLE = """
list: %new(items) %append(item) %get
source: %new(items*,allowed*,raise*,length*) %allow(count) %taken %end
global: %set(name,value) %get(name)
puppet: %thread(puppet,daemon) %arguments %ids %getcwd %chdir(path) %stdin(size*) %print(text,stream,flush)
  %on_signal(signal,action) %noted(signal) %at_exit(marker) %finally(marker) %drop %names %until(at)
batch: %(commands,times,journal)
"""


def operations(table):
    """What a table says: op -> (sign of the name, name, parameters)."""
    found = {}
    for line in table.replace("\n ", "").split("\n"):
        for word in line.split()[1:]:
            verb, parameters = word.rstrip(")").partition("(")[::2]
            verb, name = verb.partition("=")[::2]
            name = name or verb
            kind = name[0] if name[:1] in SIGNS else ""
            op = (line.split(":")[0] + "." + verb.lstrip(SIGNS)).rstrip(".")
            found[op] = kind, name[len(kind):], parameters
    return found


def bind(op, parameters, args, table, conversions):
    """Positional and keyword arguments: by position up to the first that is left out, by keyword from there.

    Python's first parameters have other names in other implementations (put(obj), put(item)), the rest agree.
    """
    positional, keyword, known = [], {}, []
    for parameter in parameters.split(",") if parameters else ():
        sign, name = parameter[0], parameter.strip("@&!^*")
        known.append(name)
        if name in args:
            value = decode(args[name], table)
            if sign in conversions and value is not None:
                value = conversions[sign](value, table)
            if len(positional) + 1 < len(known) or parameter[-1] == "*":
                keyword[name] = value
            else:
                positional.append(value)
    if len(positional) + len(keyword) < len(args):
        raise Unsupported("%s with arguments other than %s" % (op, ", ".join(known) or "none"))
    return positional, keyword


def is_due(command, done):
    """Whether the command that this one of a batch depends on, so many places before it, returned, and not False."""
    back = command.get("if", 0)
    return not back or back <= len(done) and done[-back].get("ok", False) is not False


# ---- What tasks leave behind, and what they are fed with ----


def remember(*args):
    GLOBALS.setdefault("remembered", []).append(list(args))


FUNCTIONS["remember"] = remember


class Source:
    """Input that comes into being as it is read. Who reads more than is allowed waits until more is."""

    def __init__(self, items=None, allowed=None, **error):
        self.items = itertools.count() if items is None else iter(items)
        self.allowed, self.taken, self.ended = allowed, 0, False
        self.error = exception_named(error["raise"])("raised by the source") if error else None
        self.changed = threading.Condition()

    def __iter__(self):
        return self

    def __next__(self):
        with self.changed:
            while not self.ended and self.allowed is not None and self.taken >= self.allowed:
                self.changed.wait()
            if not self.ended:
                for item in self.items:
                    self.taken += 1
                    return item
                if self.error:
                    error, self.error = self.error, None
                    raise error
            raise StopIteration

    def allow(self, count):
        with self.changed:
            self.allowed += count
            self.changed.notify_all()

    def end(self):
        with self.changed:
            self.ended = True
            self.changed.notify_all()


class SizedSource(Source):
    """One that says how much it has, as a list does."""

    def __init__(self, length, **others):
        super().__init__(**others)
        self.length = length

    def __len__(self):
        return self.length


# ---- The puppet ----


class Puppet:
    """One flow of control with a connection of its own."""

    OPERATIONS = operations(TABLE)
    CALLS = {}  # op -> a function of the object that it is on, if any, and of the arguments by name: adapter()
    SHARED = {}  # area -> the area whose operations it shares
    # What a parameter's sign makes of its value and the table: @ of a name the object.
    CONVERSIONS = {"@": lambda value, table: find(value, table) if isinstance(value, str) else value}

    def __init__(self, name, table, args=(), kwargs=None):
        self.name, self.table, self.args, self.kwargs = name, table, args, kwargs or {}
        self.markers = []  # files to create when the loop is left
        self.has_dropped = False  # something, which this command's own variables may still refer to
        self.received = bytearray()

    def obey(self):
        """Does what the runner says until it says how to end; the result is puppet.return's."""
        self.connect()
        try:
            self.hello()
            while True:
                command = self.read()
                reply, end = self.answer(command)
                if self.has_dropped:
                    self.has_dropped = False
                    collect()
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
            hello.update(self.introduction())
        self.send(hello)

    def introduction(self):
        if not INTRODUCTION:
            INTRODUCTION.update(about=self.about(), features=self.features())
        return INTRODUCTION

    def preload(self):
        """Loads in the nursery what most main programs would, each for itself."""

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
            well_formed = type(command["id"]) is int and isinstance(command["op"], str) and type(args) is dict
            if well_formed and end < LINE_LIMIT:
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
        if op in self.CALLS:
            return self.prepare_call(self.CALLS[op], command, args)
        area, _, verb = op.partition(".")
        if op not in self.OPERATIONS and area in self.SHARED:
            op = self.SHARED[area] + "." + verb
        if op not in self.OPERATIONS:
            raise Unsupported("unknown operation " + op)
        kind, name, parameters = self.OPERATIONS[op]
        positional, keyword = bind(op, parameters, args, self.table, self.CONVERSIONS)
        on = find(command["on"], self.table) if "on" in command else None
        if kind == "%":
            return getattr(self, op.replace(".", "_")), [on] + positional, keyword
        if verb == "exit":  # the end of a with block that went well
            positional = [None] * 3
        return self.reach(kind, name, on), positional, keyword

    def prepare_call(self, function, command, args):
        strange = sorted(set(args) - parameters_of(function, args))
        if strange:
            raise Unsupported("%s with %s" % (command["op"], ", ".join(strange)))
        on = [find(command["on"], self.table)] if "on" in command else []
        return function, on, {name: decode(value, self.table) for name, value in args.items()}

    # ---- The operations of the table above ----

    def list_new(self, on, items=()):
        return list(items)

    def list_append(self, on, item):
        on.append(item)

    def list_get(self, on):
        return on

    def source_new(self, on, **given):
        return SizedSource(**given) if "length" in given else Source(**given)

    def source_allow(self, on, count):
        on.allow(count)

    def source_taken(self, on):
        return on.taken

    def source_end(self, on):
        on.end()

    def puppet_thread(self, on, name, *daemon):
        threading.Thread(target=type(self)(name, self.table).obey, **({"daemon": daemon[0]} if daemon else {})).start()

    def puppet_print(self, on, text, stream="stdout", flush=False):
        getattr(sys, stream).write(text)
        if flush:
            getattr(sys, stream).flush()

    def puppet_on_signal(self, on, number, action):
        signal.signal(number, {"ignore": signal.SIG_IGN, "default": signal.SIG_DFL, "note": note,
                               "interrupt": signal.default_int_handler}[action])

    def puppet_at_exit(self, on, marker):
        import atexit
        atexit.register(create, marker)

    def puppet_drop(self, on):
        for table in [self.table] + INHERITED:
            for name in [name for name in table if table[name] is on]:
                del table[name]
        self.has_dropped = True

    def batch(self, on, commands, times=1, journal=None):
        replies, journal = [], None if journal is None else open(journal, "wb", buffering=0)
        for _ in range(times):
            done = []
            for command in commands:
                done.append(self.perform(command) if is_due(command, done) else {"ok": False})
                if journal:
                    journal.write(json.dumps(dict(done[-1], id=len(replies) + len(done) - 1)).encode() + b"\n")
            replies += done
        return replies

    def puppet_until(self, on, at):
        while now() < at:
            pass

    def puppet_arguments(self, on):
        return {"args": list(self.args), "kwargs": self.kwargs}

    def puppet_ids(self, on):
        return ids()

    def puppet_getcwd(self, on):
        return os.getcwd()

    def puppet_chdir(self, on, path):
        os.chdir(path)

    def puppet_stdin(self, on, size=-1):
        return sys.stdin.read(size)

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
    error = exception_named(args["type"])(*[args["message"]] if "message" in args else [])
    if "cause" in args:
        error.__cause__ = exception_named(args["cause"])("the cause")
    return throw, error


ENDINGS = {
    "puppet.return": lambda args: (identity, BRIEFLY if args.get("brief") else args.get("value")),
    "puppet.raise": raise_later,
    "puppet.exit": lambda args: (sys.exit, args["code"]) if "code" in args else (sys.exit,),
    "puppet._exit": lambda args: (os._exit, args["code"]),
}


# ---- An adapter as a table of functions ----


def parameters_of(function, wanted):
    """The names of a function's parameters; all that are wanted, where it takes any or does not tell."""
    code = getattr(function, "__code__", None) or getattr(getattr(function, "__init__", None), "__code__", None)
    if code is None or code.co_flags & 8:  # written in C, or with **
        return set(wanted)
    return set(code.co_varnames[:code.co_argcount + code.co_kwonlyargcount])


KIND = Puppet  # of this program's puppets


def adapter(about, operations, features=()):
    """The class of puppets that a table makes. Its features are the areas that have a `new`, and those given."""
    global KIND
    areas = {op.rpartition(".")[0] for op in operations if op.endswith(".new")}
    areas = areas | ({"connection"} if "pipe" in areas else set())

    class Listed(Puppet):
        CALLS = operations

        def about(self):
            return about

        def features(self):
            return sorted(areas | set(features) | set(FEATURES) | {"source"})

    KIND = Listed
    return Listed


def puppet(who, *args, **kwargs):
    """The function of tasks and callbacks that are puppets, and of children: then `who` is [name, objects by name]."""
    if isinstance(who, str):
        return KIND(who, here().adopt(), args, kwargs).obey()
    return KIND(who[0], here().adopt(who[1]), args, kwargs).obey()


FUNCTIONS["puppet"] = puppet


def objects_named(names):
    """This process's objects of these names, by name: what a child takes with it."""
    return {name: find(name, here().table) for name in names}


def target(puppet_name=None, func=None, objects=(), args=()):
    """What process.new's arguments tell a child to do: a function, None for nothing, and the tuple of its arguments."""
    if puppet_name is None:
        return function_named(func), tuple(args)
    return puppet, ([puppet_name, objects_named(objects)],) + tuple(args)


# ---- The program ----


def be_nursery(nursery):
    """Forks a main program whenever the runner asks; returns in each of them."""
    nursery.connect()
    nursery.introduction()
    nursery.preload()
    import gc
    gc.collect()
    getattr(gc, "freeze", gc.collect)()  # 3.7: what all mains share is not touched, and so not copied, at their end
    nursery.hello()
    while True:
        command, t0 = nursery.read(), now()
        adopted, tell = os.pipe()
        middle = os.fork()
        if not middle:
            os.close(tell)
            if os.fork():
                os._exit(0)  # main goes to the runner, as an orphan does
            os.read(adopted, 1)  # ends when the nursery has reaped middle: by then it is there
            os.close(adopted)
            os.setsid()
            here()
            if hasattr(threading.Thread, "_set_native_id"):  # a program that was just started knows its thread's number
                threading.main_thread()._set_native_id()
            return
        os.close(adopted)
        os.waitpid(middle, 0)
        os.close(tell)
        nursery.send({"id": command["id"], "ok": None, "t0": t0, "t1": now()})


def end_briefly():
    """What an interpreter does at its end, but for the destruction of its own memory, which is most of it."""
    import atexit
    for step in threading._shutdown, atexit._run_exitfuncs:
        try:
            step()
        except BaseException:  # an interpreter writes it, too, and goes on with its end
            sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def run_main(make):
    """The main program, or a nursery of them. `make` is a subclass of Puppet."""
    if not {"MPCHECK_ADDRESS", "MPCHECK_TOKEN"} <= set(os.environ):
        sys.stderr.write("MPCHECK_ADDRESS and MPCHECK_TOKEN are not set; mpcheck starts this program\n")
        sys.exit(64)
    if os.environ.pop("MPCHECK_NURSERY", ""):
        be_nursery(make("nursery", {}))
    if make("main", here().adopt({})).obey() is BRIEFLY:
        end_briefly()
