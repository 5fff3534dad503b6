"""The kernels and executors that the tool has, and how large a task is where nobody says."""
import collections

import machine

# cpu_bound: that more workers than CPUs gain nothing is known before.
Kernel = collections.namedtuple("Kernel", "what cpu_bound")
Executor = collections.namedtuple("Executor", "what python")
# fixed_tasks: where the serial run would take too many to last long.
Task = collections.namedtuple("Task", "size fixed_tasks")

KERNELS = {
    "compute": Kernel("arithmetic, each number from the last one", True),
    "sieve": Kernel("the primes below a number", True),
    "sha512": Kernel("the SHA-512 of files", True),
    "triad": Kernel("a = b + n c, of vectors larger than the caches", True),
    "noop": Kernel("nothing: what it costs to hand out a task", True),
    "sleep": Kernel("waiting, as for a disk or another machine", False),
}
CONTROLS = {"serial": Executor("one after the other, in C++", False),
            "python_serial": Executor("one after the other, in Python", True)}
EXECUTORS = {
    "mp_pool": Executor("mp::Pool, map()", False),
    "mp_process_queue": Executor("mp::Process, tasks through an mp::Queue", False),
    "std_thread": Executor("std::thread, tasks by an atomic counter", False),
    "python_pool": Executor("multiprocessing.Pool, map()", True),
    "python_thread": Executor("threading.Thread, tasks by a counter", True),
}
SMALLEST_TRIAD = 1 << 20  # numbers of a vector


def is_python(executor):
    return dict(CONTROLS, **EXECUTORS)[executor].python


def control_of(executor):
    return "python_serial" if is_python(executor) else "serial"


def exists(kernel, executor):
    """CPython's own loop over two vectors would measure the interpreter, not the memory."""
    return not (kernel == "triad" and is_python(executor))


def task_of(kernel, python):
    """Of about a millisecond, but for noop."""
    if kernel == "triad":
        # Three vectors of four times the largest cache together.
        return Task(max(SMALLEST_TRIAD, 4 * (machine.largest_cache() or 0) // (3 * 8)), None)
    return {
        "compute": Task(3000 if python else 500000, None),
        "sieve": Task(10000 if python else 200000, None),
        "sha512": Task(0, None),
        "noop": Task(0, 20000 if python else 200000),
        "sleep": Task(2000, None),
    }[kernel]
