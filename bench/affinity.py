"""The CPUs that this process may use, also in a Python whose `os` can't tell: PyPy's."""
import ctypes
import os

WORDS, BITS = 16, 8 * ctypes.sizeof(ctypes.c_ulong)


def usable_cpus():
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    mask = (ctypes.c_ulong * WORDS)()
    checked(ctypes.CDLL(None, use_errno=True).sched_getaffinity(0, ctypes.sizeof(mask), mask))
    return [cpu for cpu in range(WORDS * BITS) if mask[cpu // BITS] >> cpu % BITS & 1]


def stay_on(cpu):
    """Only there this process runs from now on."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})
        return
    mask = (ctypes.c_ulong * WORDS)()
    mask[cpu // BITS] |= 1 << cpu % BITS
    checked(ctypes.CDLL(None, use_errno=True).sched_setaffinity(0, ctypes.sizeof(mask), mask))


def checked(status):
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
