"""Puts an executor under mpcheck, as far as it is a pool: a part of adapter.py, for --module=concurrent.futures,
mpi4py.futures, loky.process_executor or joblib.externals.loky.process_executor.

An executor keeps a contract of its own, most of which is Pool's under other names: apply() is submit().result(), a
Future is what apply_async() returns, close() is shutdown(wait=False), which lets what was submitted come to its end,
and join() after it is shutdown(), which does not return until that has happened. What has no counterpart (imap,
starmap, successful(), the pool as a `with` block, which ends its tasks), or one that means something else (callbacks,
which get a Future; shutdown() of a pool that is open, which closes it) is unsupported, not imitated.
"""
import importlib
import inspect
import os
import sys
import tempfile

import mpcheck_kit
from mpcheck_kit import FUNCTIONS, Unsupported, function_named, here, operations
from mpcheck_neighbours import outcome_of_program

CLASSES = {"concurrent.futures": "ProcessPoolExecutor", "mpi4py.futures": "MPIPoolExecutor",
           "loky.process_executor": "ProcessPoolExecutor",
           "joblib.externals.loky.process_executor": "ProcessPoolExecutor"}

# How Open MPI is told that root may use it, that the machine may have few processors, and that its processes reach each
# other by loopback: the runner's network has nothing else, and Open MPI leaves just that out. Its shared memory is in the
# folder of the program: names are made of pids, and in /dev/shm those of two containers, or of a dead one, are the same.
OPEN_MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl_tcp_if_include": "lo",
            "OMPI_MCA_btl_vader_backing_directory": tempfile.gettempdir()}

TABLE = """
pool: %new(processes,&initializer*,initargs*,maxtasksperchild*) apply(&func*,args*,kwargs*,puppet*)
  apply_async(&func*,args*,kwargs*,puppet*) map(&func,iterable,chunksize*) close join terminate
async_result: get=result(timeout) %wait(timeout) ready=done
program: %run(name)
"""

# Programs of mpcheck_futures.py.
FUTURES = ["executor_in_a_with_block", "states_of_futures", "callbacks_of_futures", "waits_for_futures",
           "same_future_twice", "maps_of_executors", "map_out_of_time", "error_that_counts_as_false_in_a_future",
           "end_after_what_cannot_travel", "thousands_from_a_callback", "thousands_beside_a_callback",
           "cancelled_at_once", "death_beside_large_tasks", "errors_of_those_behind_a_death"]
THAT_CANCEL = ["cancelled_by_shutdown", "shutdown_beside_what_cannot_travel"]


class Kind:
    """An executor's class, and how its processes come about."""

    def __init__(self, module, method):
        """Raises ImportError, or ValueError for a start method that it lacks."""
        if module == "mpi4py.futures":
            for variable, value in OPEN_MPI.items():
                os.environ.setdefault(variable, value)
        self.module = importlib.import_module(module)
        self.make = getattr(self.module, CLASSES[module])
        self.parameters = inspect.signature(self.make.__init__).parameters
        self.method, self.options = method, {}
        if module == "mpi4py.futures":
            self.require("mpi")
        elif "loky" in module:
            self.require("loky")
        else:
            import multiprocessing
            self.method = method or multiprocessing.get_start_method()
            if "mp_context" in self.parameters:
                self.options = {"mp_context": multiprocessing.get_context(self.method)}
            else:  # Python 3.6: always the default
                self.require(multiprocessing.get_start_method())

    def require(self, method):
        if self.method not in ("", method):
            raise ValueError("these processes come about by %s" % method)
        self.method = method

    def takes(self, parameter):
        return parameter in self.parameters

    def about(self):
        package = self.module.__name__.split(".")
        # PyPy has a number of its own, as for the adapter of multiprocessing.
        version = "%d.%d.%d" % getattr(sys, "pypy_version_info", sys.version_info)[:3]
        home = "https://www.python.org"
        if package[0] != "concurrent":
            owner = importlib.import_module(".".join(package[:-1]))
            version = owner.__version__
            home = "https://mpi4py.github.io" if package[0] == "mpi4py" else "https://github.com/joblib/loky"
        return {"name": "%s.%s" % (self.module.__name__, self.make.__name__), "version": version, "language": "Python",
                "start_method": self.method, "home": home}

    def features(self):
        found = mpcheck_kit.FEATURES + ["async_result", "isolated", "pool", "pool.kwargs", "source"]
        if self.method != "mpi":  # whose errors are sent without their cause
            found.append("exception.cause")
        if self.takes("initializer"):
            found.append("pool.initializer")
        if self.takes("max_tasks_per_child") and self.method != "fork":  # refused there
            found.append("pool.maxtasksperchild")
        if self.method != "mpi":  # where a program of its own would have to be started by mpiexec
            found += ["program." + name for name in FUTURES]
            if "cancel_futures" in inspect.signature(self.make.shutdown).parameters:  # 3.9
                found += ["program." + name for name in THAT_CANCEL]
        return sorted(found)


class Pool:
    """An executor under the names of a pool."""

    def __init__(self, executor):
        self.executor, self.is_closed = executor, False

    def apply_async(self, func, args=(), kwargs=None, puppet=None):
        args = args if puppet is None else [puppet] + list(args)
        return self.executor.submit(func, *args, **kwargs or {})

    def apply(self, func, args=(), kwargs=None, puppet=None):
        return self.apply_async(func, args, kwargs, puppet).result()

    def map(self, func, iterable, **chunksize):
        return list(self.executor.map(func, iterable, **chunksize))

    def close(self):
        self.is_closed = True
        self.executor.shutdown(wait=False)

    def join(self):
        if not self.is_closed:
            raise Unsupported("shutdown() of an open executor closes it")
        self.executor.shutdown()

    def terminate(self):
        if not hasattr(self.executor, "terminate_workers"):
            raise Unsupported("%s has no terminate_workers" % type(self.executor).__name__)
        self.is_closed = True
        self.executor.terminate_workers()


class Puppet(mpcheck_kit.Puppet):
    OPERATIONS = dict(mpcheck_kit.Puppet.OPERATIONS, **operations(TABLE))
    CONVERSIONS = dict(mpcheck_kit.Puppet.CONVERSIONS, **{"&": function_named})
    KIND = None

    def about(self):
        return self.KIND.about()

    def features(self):
        return self.KIND.features()

    def reach(self, kind, name, on):
        return getattr(on, name)

    def pool_new(self, on, *processes, **given):
        if "maxtasksperchild" in given:
            given["max_tasks_per_child"] = given.pop("maxtasksperchild")
        lacking = [name for name in given if not self.KIND.takes(name)]
        if lacking:
            raise Unsupported("no %s in %s" % (", ".join(lacking), self.KIND.make.__name__))
        return Pool(self.KIND.make(*processes, **dict(self.KIND.options, **given)))

    def program_run(self, on, name):
        return outcome_of_program(name, self.KIND.module.__name__, self.KIND.method)

    def async_result_wait(self, on, *timeout):
        importlib.import_module("concurrent.futures").wait([on], *timeout)


def puppet(who, *args, **kwargs):
    """A task that obeys the runner, under the name `who`."""
    return Puppet(who, here().adopt(), args, kwargs).obey()


FUNCTIONS["puppet"] = puppet


def configured(module, method):
    """What makes the main program's puppet. Raises ImportError, or ValueError for a bad start method."""
    Puppet.KIND = Kind(module, method)
    if module == "mpi4py.futures":
        os.environ.pop("MPCHECK_NURSERY", "")  # a process that MPI knows must not fork
    return Puppet
