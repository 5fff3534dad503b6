"""The adapter's operations on shared memory with a name, on lists in it, and on the manager of such memory.

A part of mpcheck_adapter.py, which says what the signs in the table mean. The implementation's module is imported when
it is first asked for: children that were not passed any such memory do without.
"""
import sys

from mpcheck_managed import submodule
from mpcheck_kit import Unsupported, operations

TABLE = """
shared_memory: %new(name*,create*,size*,track*) .name .size %get(index) %set(index,value) %slice(start,stop)
  %set_slice(start,stop,values) %view(start,stop) close unlink %other_program_attaches(name,track)
view: %content release
shareable_list: %new(items,name*) get=__getitem__(index) set=__setitem__(index,value) len=__len__ %items count(value)
  index(value) .format .shm
shared_memory_manager: %new shared_memory=SharedMemory(size) shareable_list=ShareableList(items)
"""
OPERATIONS = operations(TABLE)
SHARED = {"shared_memory_manager": "manager"}

ANOTHER_PROGRAM = """
import sys, importlib
make = importlib.import_module(sys.argv[1] + ".shared_memory").SharedMemory
make(sys.argv[2], **({"track": sys.argv[3] == "True"} if sys.argv[3:] else {})).close()
"""


def maker(name):
    """SharedMemory or ShareableList of the implementation."""
    return getattr(submodule("shared_memory"), name)


def takes_track():
    return "track" in maker("SharedMemory").__init__.__code__.co_varnames


def features(thread):
    """The features of this part. `thread`: a child is a thread, which needs no such memory."""
    if thread:
        return []
    try:
        found = ["shared_memory", "shared_memory.views", "shareable_list", "shareable_list.format"]
        found += ["shared_memory.track"] if takes_track() else []
        return found + (["shared_memory_manager"] if hasattr(submodule("managers"), "SharedMemoryManager") else [])
    except (Unsupported, AttributeError):
        return []


class Operations:
    """The operations above of more than one call."""

    def shared_memory_new(self, on, **given):
        if "track" in given and not takes_track():
            raise Unsupported("SharedMemory has no parameter track")
        return maker("SharedMemory")(**given)

    def shared_memory_get(self, on, index):
        return on.buf[index]

    def shared_memory_set(self, on, index, value):
        on.buf[index] = value

    def shared_memory_slice(self, on, start=None, stop=None):
        return bytes(on.buf[start:stop])

    def shared_memory_set_slice(self, on, start=None, stop=None, values=b""):
        on.buf[start:stop] = values

    def shared_memory_view(self, on, start=None, stop=None):
        return on.buf[start:stop]

    def shared_memory_other_program_attaches(self, on, name, *track):
        import subprocess
        import mpcheck_adapter
        return subprocess.call([sys.executable, "-c", ANOTHER_PROGRAM, mpcheck_adapter.MODULE.__name__, name]
                               + [str(flag) for flag in track])

    def view_content(self, on):
        return bytes(on)

    def shareable_list_new(self, on, *items, **name):
        return maker("ShareableList")(*items, **name)

    def shareable_list_items(self, on):
        return list(on)

    def shared_memory_manager_new(self, on):
        import mpcheck_adapter
        make = getattr(submodule("managers"), "SharedMemoryManager", None)
        if make is None:
            raise Unsupported("no SharedMemoryManager in " + mpcheck_adapter.MODULE.__name__)
        return make(**({"ctx": mpcheck_adapter.CONTEXT.get_context()} if mpcheck_adapter.METHOD else {}))
