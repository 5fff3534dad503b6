"""What a manager's server makes beside the usual kinds: the registered types of conformance/PROTOCOL.md section 13.

Imported by the adapter when a custom manager is first asked for, and by its server.
"""
import collections
import importlib
import os

import mpcheck_adapter
from mpcheck_kit import GLOBALS, Unpicklable, create, exception_named


class Counter:
    def __init__(self, start=0):
        self._value = start

    def increment(self, by=1):
        self._value += by
        return self._value

    def value(self):
        return self._value

    def pid(self):
        return os.getpid()

    def global_value(self, name):
        return GLOBALS.get(name)

    def fail(self, kind, message):
        raise exception_named(kind)(message)

    def unserialisable(self):
        return Unpicklable()

    def _hidden(self):
        return self._value

    def __repr__(self):
        return "Counter(%d)" % self._value

    def __str__(self):
        return "%d counted" % self._value


class Box:
    def __init__(self, start=0):
        self._counter, self._items = Counter(start), []

    def counter(self):
        return self._counter

    def append(self, item):
        self._items.append(item)

    def items(self):
        return self._items


class Witness:
    def __init__(self, marker):
        self._marker = os.path.abspath(marker)

    def is_here(self):
        return True

    def itself(self):
        return self

    def __del__(self):
        create(self._marker)


THE_COUNTER = []


def the_counter():
    if not THE_COUNTER:
        THE_COUNTER.append(Counter())
    return THE_COUNTER[0]


def either(kind):
    return {"Counter": Counter, "Box": Box}[kind]()


managers = importlib.import_module(mpcheck_adapter.MODULE.__name__ + ".managers")


class GaugeProxy(managers.BaseProxy):
    _exposed_ = ("value", "increment")

    def value(self):
        return self._callmethod("value")

    def increment(self):
        return self._callmethod("increment")


class PuppetManager(managers.SyncManager):
    """The implementation's manager with these types."""


PuppetManager.register("Counter", Counter)
PuppetManager.register("Reader", Counter, exposed=["value"])
PuppetManager.register("Box", Box, method_to_typeid={"counter": "CounterOfABox"})
PuppetManager.register("CounterOfABox", create_method=False)
PuppetManager.register("Gauge", Counter, GaugeProxy, exposed=["value"])
PuppetManager.register("either", either)
# A server knows an object by the type that it was last given out as.
PuppetManager.register("Witness", Witness, method_to_typeid={"itself": "WitnessItself"})
PuppetManager.register("WitnessItself", method_to_typeid={"itself": "WitnessItself"}, create_method=False)
PuppetManager.register("the_counter", the_counter)
PuppetManager.register("deque", collections.deque)
