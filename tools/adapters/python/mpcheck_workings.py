"""The adapter's operations on how the implementation works: objects seen from outside, finalizers, the log, the fork
server, programs of their own.

A part of mpcheck_adapter.py, which says what the signs in the table mean.
"""
from mpcheck_puppet import operations

TABLE = """
object: %attributes(names) %bases %call(method,args,kwargs)
"""
OPERATIONS = operations(TABLE)


def features(thread):
    return ["object"]


class Operations:
    """The operations above of more than one call."""

    def object_attributes(self, on, names):
        return [name for name in names if hasattr(on, name)]

    def object_bases(self, on):
        return [base.__name__ for base in type(on).__mro__]

    def object_call(self, on, method, args=(), kwargs=None):
        return getattr(on, method)(*args, **kwargs or {})
