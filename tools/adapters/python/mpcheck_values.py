"""What crosses the connection as JSON: values, exceptions, and the functions that travel by name.

conformance/PROTOCOL.md section 6 says how each is written. `table` is a process's objects by their names.
"""
import binascii
import os
import sys

BLOB_LIMIT = 4096  # longer bytes travel as their digest


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


class Unbuildable(Exception):
    """Is rebuilt from its args, which are one too few."""

    def __init__(self, message, detail):
        super().__init__(message)
        self.detail = detail


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
    "add": add, "add_and_fail": add_and_fail, "appended": appended, "arguments": arguments,
    "exit_with_count": exit_with_count, "fail": fail, "fail_unbuildable": fail_unbuildable, "findable": findable,
    "identity": identity, "nameless": nameless, "nothing": nothing, "pid": pid, "positive": positive, "put": put,
    "square": square}
