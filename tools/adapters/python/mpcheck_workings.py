"""The adapter's operations on how the implementation works: objects seen from outside, finalizers, the log, start
methods, pools of threads, shared structures.

A part of mpcheck_adapter.py, which says what the signs in the table mean. What an operation needs is imported when it
is first asked for: every spawned child loads this file.
"""
import itertools
import os
import signal
import sys

from mpcheck_managed import submodule
from mpcheck_kit import Unsupported, exception_named, operations

TABLE = """
object: %attributes(names) %bases %call(method,args,kwargs)
process: interrupt
lock: %new_in_context(method)
array: new_by_position=/Array(type,init,@lock) %copy
structure: %new(x,y,@lock*) %get(field) %set(field,value) %copy
thread_pool: %new(processes,&initializer,initargs)
manager: set(items)
util: %finalize(puppet,priority) %log_to_stderr(level) %log(level,text) %set_log_level(level*,root*)
context: freeze_support=~freeze_support set_forkserver_preload=~set_forkserver_preload(modules)
  %set_executable(fails*,kind*)
item: %new(kind,@queue*)
module: %new(name)
puppet: %warnings %on_signal_do(signal,operation,object) %limit_files(free) %program
"""
OPERATIONS = operations(TABLE)
SHARED = {"thread_pool": "pool"}

WARNINGS = []  # names of the categories, since puppet.warnings was last asked


def implementation():
    import mpcheck_adapter
    return mpcheck_adapter


def thread_pool():
    """The class of pools of threads; dummy's are the package's."""
    import importlib
    return importlib.import_module(implementation().MODULE.__name__.split(".")[0] + ".pool").ThreadPool


def features(thread):
    found = ["object", "object.call", "object.bases", "puppet.on_signal_do", "puppet.limit_files",
             "puppet.program", "warnings", "item"]
    context, function = implementation().CONTEXT, implementation().module_function
    for feature, there in (
            ("process.interrupt", hasattr(context.Process, "interrupt")),
            ("context.lock", function("get_context")),
            ("context.freeze_support", function("freeze_support")),
            ("context.set_executable", not thread and function("set_executable")),
            ("context.set_forkserver_preload", not thread and function("set_forkserver_preload"))):
        found += [feature] if there else []
    for feature, find in (("thread_pool", thread_pool),
                          ("util", lambda: submodule("util").Finalize),
                          ("structure", lambda: not thread and submodule("sharedctypes").copy),
                          ("array.copy", lambda: not thread and submodule("sharedctypes").copy),
                          ("manager.serializer", lambda: not thread and "xmlrpclib" in (
                              submodule("managers").listener_client)),
                          ("manager.set", lambda: not thread and submodule("managers").SyncManager.set),
                          ("manager.shutdown_timeout", lambda: not thread and (
                              "shutdown_timeout" in submodule("managers").BaseManager.__init__.__code__.co_varnames))):
        try:
            found += [feature] if find() else []
        except (Unsupported, ImportError, AttributeError):
            pass
    return found


class Operations:
    """The operations above of more than one call."""

    # ---- Objects ----

    def object_attributes(self, on, names):
        return [name for name in names if hasattr(on, name)]

    def object_bases(self, on):
        return [base.__name__ for base in type(on).__mro__]

    def object_call(self, on, method, args=(), kwargs=None):
        return getattr(on, method)(*args, **kwargs or {})

    def lock_new_in_context(self, on, method):
        return implementation().global_function("get_context")(method).Lock()

    def structure_new(self, on, *values, **lock):
        from mpcheck_structures import Point
        return implementation().CONTEXT.Value(Point, *values, **lock)

    def structure_get(self, on, field):
        return getattr(on, field)

    def structure_set(self, on, field, value):
        setattr(on, field, value)

    def structure_copy(self, on):
        return submodule("sharedctypes").copy(on.get_obj() if hasattr(on, "get_obj") else on)

    array_copy = structure_copy

    def thread_pool_new(self, on, *given):
        return thread_pool()(*given)

    # ---- Finalizers and the log ----

    def util_finalize(self, on, puppet, priority):
        submodule("util").Finalize(None, implementation().puppet, (puppet,), exitpriority=priority)

    def util_log_to_stderr(self, on, *level):
        submodule("util").log_to_stderr(*level)

    def util_set_log_level(self, on, level, root=False):
        import logging
        (logging.getLogger() if root else submodule("util").get_logger()).setLevel(level)

    def util_log(self, on, level, text):
        submodule("util").get_logger().log(level, text)

    # ---- Start methods ----

    def context_set_executable(self, on, fails, kind="text"):
        path = os.path.abspath("executable")
        with open(path, "w") as script:
            script.write("#!/bin/sh\necho started\n%s\n" % ("exit 1" if fails else 'exec "%s" "$@"' % sys.executable))
        os.chmod(path, 0o700)
        import pathlib
        make = {"text": str, "bytes": os.fsencode, "path": pathlib.Path}[kind]
        implementation().global_function("set_executable")(make(path))

    def module_new(self, on, name):
        with open(name + ".py", "w") as module:
            module.write("import os\nprint(__name__, 'loaded by', os.getpid(), flush=True)\n")
        if os.getcwd() not in sys.path:
            sys.path.append(os.getcwd())

    # ---- Items ----

    def item_new(self, on, kind, queue=None):
        import mpcheck_items
        if kind == "equal":
            return mpcheck_items.Equal()
        if kind == "puts":
            return mpcheck_items.Putting(queue)
        if kind == "exception":
            return ValueError("an item")
        if kind == "arrives_slowly":
            return mpcheck_items.Slow()
        how, _, error = kind.rpartition("_with_")
        return {"fails": mpcheck_items.Failing, "fails_unshown": mpcheck_items.Unshown,
                "arrives": mpcheck_items.Arriving}[how](exception_named(error))

    # ---- The process ----

    def puppet_warnings(self, on):
        import warnings
        seen = list(WARNINGS)
        del WARNINGS[:]
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, category, *where: WARNINGS.append(category.__name__)
        return seen

    def puppet_on_signal_do(self, on, number, operation, name):
        signal.signal(number, lambda *ignored: self.perform({"op": operation, "on": name}))

    def puppet_program(self, on):
        return {"arguments": sys.argv, "path": sys.path}

    def puppet_limit_files(self, on, free):
        import resource
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        limit = most
        if free is not None:
            links = ["/proc/self/fd/" + fd for fd in os.listdir("/proc/self/fd")]
            opened = {int(os.path.basename(link)) for link in links if os.path.lexists(link)}  # but the folder's
            unused = (fd for fd in itertools.count() if fd not in opened)
            limit = next(itertools.islice(unused, free, None))
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
