"""Items with a will of their own (item.new). A module of its own, as every process that gets one has to import it."""


class Equal:
    """Says that it equals whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = object.__hash__


class Failing:
    """Can't be serialised: that raises an error of its own."""

    def __init__(self, error):
        self.error = error

    def __reduce__(self):
        raise self.error("this item does not travel")


class Unshown(Failing):
    """Can't even be shown."""

    def __repr__(self):
        raise self.error("this item is not shown")


class Arriving(Failing):
    """Can be serialised, and not be built again where it arrives."""

    def __reduce__(self):
        return fail, (self.error,)


def fail(error):
    raise error("this item does not arrive")


class Slow:
    """Takes its time to be built again: until somebody writes a byte into the pipe `gate` of the working directory."""

    def __reduce__(self):
        return wait_at_the_gate, ()


def wait_at_the_gate():
    with open("gate", "rb", buffering=0) as gate:
        gate.read(1)
    return "the item"


class Putting:
    """Puts something on a queue while it is serialised."""

    def __init__(self, queue):
        self.queue = queue

    def __reduce__(self):
        self.queue.put("put by an item")
        return str, ("the item",)
