"""The adapter's operations beside multiprocessing: threads and what they share, coroutines, files, sockets, walks.

A part of mpcheck_adapter.py, which says what the signs in the table mean. What a thread's locks and queues answer are
the operations of multiprocessing's (lock.acquire, queue.put, ...): the table says only how they are made. Modules
that the adapter itself does not need are imported when they are first asked for.
"""
import importlib
import os
import queue
import sys
import threading

from mpcheck_kit import FUNCTIONS, Unsupported, create, exception_named, ids, operations
from mpcheck_shared_memory import takes_track

TABLE = """
thread: %new(puppet*,&func*,args*,kwargs*,name*,daemon*,style*) start run join(timeout) is_alive .name .daemon .ident
  .native_id set_name=:name(name) set_daemon=:daemon(daemon) current=+threading.current_thread
  main=+threading.main_thread active_count=+threading.active_count %enumerate
thread_lock: new=+threading.Lock
thread_rlock: new=+threading.RLock
thread_semaphore: new=+threading.Semaphore(value)
thread_bounded_semaphore: new=+threading.BoundedSemaphore(value)
thread_condition: new=+threading.Condition(@lock)
thread_event: new=+threading.Event
thread_barrier: new=+threading.Barrier(parties,!action,timeout)
thread_queue: new=+queue.Queue(maxsize)
lifo_queue: new=+queue.LifoQueue(maxsize)
priority_queue: new=+queue.PriorityQueue(maxsize)
coroutine: %new(func,args) next=__next__ send(value) %throw(type) close
greenlet: %new(puppet) switch(value) %throw(type) .dead .parent current=+greenlet.getcurrent
file: open=+io.open(path,mode) read write(text) flush close
socket: new=+socket.socket pair=+socket.socketpair bind(address) listen(backlog) connect(address) %accept
  sendall(data) recv(size) shutdown(how) close getsockname
walk: %new(top,topdown*,onerror*,followlinks*) %next %rest %prune(names) %errors
module: %find(name)
program: %run(name)
"""
OPERATIONS = operations(TABLE)


def maker(name):
    """What a + in the table names: a function or a class, by its module."""
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        raise Unsupported("no " + name)


def has_threads_by_other_names():
    """Whether the package has a dummy: threads behind the names of its processes. To import it would take longer."""
    import mpcheck_adapter
    folder = os.path.dirname(getattr(mpcheck_adapter.MODULE, "__file__", None) or "")
    return os.path.exists(os.path.join(folder, "dummy", "__init__.py"))


# Programs of mpcheck_history.py.
HISTORY = ["elsewhere", "package_that_is_a_program", "manager_at_a_relative_address", "documented_names",
           "warnings_are_errors", "serialisation_of_the_program", "child_of_a_thread", "without_standard_input",
           "commands_of_a_child", "commands_beside_a_pipe", "buffer_that_grows", "signal_mask", "interrupted",
           "ends_of_workers"]
# And of mpcheck_customs.py.
CUSTOMS = ["descriptor_zero", "connection_closed_behind_its_back", "pool_of_a_derived_class", "traceback_of_a_thread_pool",
           "structures_of_one_name", "types_of_managers", "logging_of_the_program", "exits_of_many_kinds",
           "main_named_like_a_shell", "program_without_a_file", "main_module_is_a_link", "program_called_main",
           "search_path_of_the_moment", "environment_of_the_moment", "lock_for_one_after_the_other",
           "virtual_environment", "program_that_is_a_folder", "module_that_starts_a_child"]
# And of mpcheck_reported.py.
REPORTED = ["keys_of_a_managers_dict", "proxies_of_a_key_of_their_own", "what_proxies_are", "many_clients_of_one_object",
            "children_of_many_threads", "child_of_an_executors_thread", "thread_that_outlives_main",
            "first_use_by_many_threads", "queues_of_the_logging", "put_in_an_exit_handler", "synchronized_raw_values",
            "class_of_a_raw_value", "collected_beside_others", "error_that_counts_as_false",
            "program_from_standard_input", "temporary_folder_of_any_length", "many_arguments",
            "queue_within_a_dictionary", "arrays_of_structures", "program_under_a_profiler", "object_that_is_slowly_made",
            "methods_that_end_things", "raw_fork_beside_a_proxy"]
# And of mpcheck_corners.py.
CORNERS = ["connections_as_keys", "connections_under_way", "signal_beside_a_sent_connection",
           "reducers_of_the_program", "same_object_twice", "small_items_behind_a_slow_one", "depths_of_two_threads",
           "barrier_of_one", "letters_and_unions", "umask_of_the_program",
           "streams_of_a_child", "start_beside_signals", "child_whose_child_lives", "pid_after_a_fork",
           "context_of_a_child", "class_method_as_a_task", "argument_with_an_odd_error", "object_that_goes_slowly",
           "lock_kept_over_a_failed_call", "server_out_of_descriptors",
           "output_that_is_lost", "children_beside_a_join", "interrupts_that_are_ignored", "sentinel_after_join",
           "standard_input_of_a_child"]
# And of mpcheck_oddities.py.
ODDITIES = ["target_that_counts_as_false", "private_methods", "callbacks_that_count_as_false", "tasks_that_stop",
            "socket_with_a_timeout", "table_of_bytes", "plain_beside_shared", "structure_with_a_base",
            "memory_of_an_argument"]
WITH_SHARED_MEMORY = ["unlink_at_the_end", "fork_beside_shared_memory", "attach_without_room",
                      "without_standard_error", "random_numbers", "leak_where_warnings_are_errors",
                      "unlink_of_anothers_block", "derived_shareable_list", "mask_of_a_users_signal",
                      "error_stream_without_a_descriptor", "view_of_a_forgotten_block", "block_for_who_connects",
                      "block_that_was_closed", "equal_items_of_a_shareable_list", "block_that_is_made_again",
                      "end_of_the_tracker", "shared_memory_server"]


def has_contexts():
    """Whether the programs find the implementation's context where multiprocessing has it (loky has it elsewhere)."""
    import mpcheck_adapter
    return hasattr(mpcheck_adapter.MODULE, "get_context")


def has_methods_of_its_own():
    """Whether the package chooses a start method for all of a program."""
    import mpcheck_adapter
    return all(hasattr(mpcheck_adapter.MODULE, name) for name in ("set_start_method", "get_start_method", "Process"))


def is_installed(module):
    from importlib.util import find_spec
    return find_spec(module) is not None


def features(thread):
    """The features of this part. `thread`: a child of the implementation is a thread."""
    found = ["coroutine", "file", "module", "socket", "walk"]
    for op, (kind, name, _) in OPERATIONS.items():
        if kind == "+" and op.endswith(".new") and not name.startswith("socket."):
            try:
                maker(name)
                found.append(op[:-4])
            except Unsupported:
                pass
    found.append("thread")
    if hasattr(threading.Thread, "native_id"):  # 3.8
        found.append("thread.native_id")
    if hasattr(queue, "SimpleQueue"):  # 3.7
        found.append("program.simple_queue_of_threads")
    if is_installed("greenlet"):
        found.append("greenlet")
    if is_installed("gevent"):
        found.append("gevent")
    if not thread and has_contexts():
        import mpcheck_adapter
        found += ["program.unguarded", "program.package", "program.semaphore_of_the_main_module",
                  "program.without_standard_output", "program.default_timeout_of_sockets",
                  "program.class_of_the_main_module", "program.main_without_suffix",
                  "program.class_of_a_packages_main_module", "program.interpreter_flags", "program.raw_fork",
                  "program.values_in_circles"]
        found += ["program." + name for name in HISTORY + CUSTOMS + REPORTED + CORNERS + ODDITIES]
        if hasattr(sys, "pycache_prefix") and hasattr(sys, "get_int_max_str_digits"):  # 3.8; 3.10.7
            found.append("program.options_of_the_interpreter")
        if mpcheck_adapter.METHOD == "fork":
            found.append("program.thread_made_before_the_fork")
        if is_installed(mpcheck_adapter.MODULE.__name__ + ".shared_memory"):
            found += ["program." + name for name in WITH_SHARED_MEMORY]
            if takes_track():
                found.append("program.untracked_block_is_passed_on")
        if mpcheck_adapter.METHOD in ("spawn", "forkserver"):
            found += ["program.name_in_the_main_module", "program.main_module_in_the_folder_of_the_moment",
                      "program.lock_beside_a_start"]
        if mpcheck_adapter.METHOD == "spawn":
            found.append("program.end_of_a_spawned_child")
        if mpcheck_adapter.METHOD == "forkserver":
            found += ["program.printing_module_is_preloaded", "program.locking_module_is_preloaded",
                      "program.module_of_the_path_is_preloaded", "program.last_list_is_preloaded",
                      "program.preloaded_module_cleans_up", "program.failing_module_is_preloaded",
                      "program.fork_server_of_the_parents"]
        if has_methods_of_its_own():
            found.append("program.method_that_was_set")
        if has_threads_by_other_names():
            found += ["program.threads_in_place_of_processes", "program.poll_between_threads", "program.clients_of_threads",
                      "program.children_and_pipes_of_threads"]
    return found


# ---- Coroutines ----


def count(limit):
    """Yields 0, 1, ... and returns how many they were. What it counts with is its own."""
    for number in range(limit):
        yield number
    return limit


def echo():
    received = None
    while True:
        received = yield received


def delegate(limit):
    """Yields what another coroutine does, and then what that one returned."""
    yield (yield from count(limit))


def thread_ids():
    while True:
        yield ids()["tid"]


def take(queue):
    while True:
        yield queue.get()


def fail_after(limit):
    yield from range(limit)
    raise ValueError("after %d" % limit)


def guarded(marker):
    """Creates the file however it is left."""
    try:
        while True:
            try:
                yield "here"
            except KeyError:
                yield "caught"
    finally:
        create(marker)


COROUTINES = {"count": count, "delegate": delegate, "echo": echo, "fail_after": fail_after, "guarded": guarded,
              "take": take, "thread_ids": thread_ids}


# ---- Walks ----


class Walk:
    """os.walk(), one triple after the other."""

    def __init__(self, top, **given):
        self.failures, self.directories = [], []
        if given.get("onerror"):
            given["onerror"] = self.failures.append
        self.triples = os.walk(top, **given)

    def __next__(self):
        root, self.directories, files = next(self.triples)
        return root, list(self.directories), files


def sha512(path):
    """The task of the walker that digests: a pair, or null for a file that can't be read."""
    import hashlib
    try:
        file = open(path, "rb")
    except IOError:
        return None
    digest = hashlib.sha512()
    with file:
        for chunk in iter(lambda: file.read(8196), b""):
            digest.update(chunk)
    return path, digest.digest()


FUNCTIONS["sha512"] = sha512


# ---- Programs ----


def outcome_of_program(name, *arguments):
    """How a program of mpcheck_programs.py, or of another file that it knows, ended, and what it wrote."""
    import subprocess
    programs = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mpcheck_programs.py")
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("MPCHECK_")}
    done = subprocess.run([sys.executable, programs, name] + list(arguments), env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    return {"code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


# ---- Operations of more than one call ----


class Operations:
    def thread_new(self, on, **given):
        if "puppet" in given:
            name = given.pop("puppet")
            given["target"] = lambda *args, **kwargs: type(self)(name, self.table, args, kwargs).obey()
        elif "func" in given:
            given["target"] = given.pop("func")
        if given.pop("style", "function") == "function":
            return threading.Thread(**given)
        target = given.pop("target", None)
        args, kwargs = given.pop("args", ()), given.pop("kwargs", {})

        class PuppetThread(threading.Thread):
            def run(self):
                if target:
                    target(*args, **kwargs)

        return PuppetThread(**given)

    def thread_enumerate(self, on):
        return sorted(thread.name for thread in threading.enumerate())

    def coroutine_new(self, on, func, args=()):
        if func not in COROUTINES:
            raise Unsupported("no coroutine named %r" % (func,))
        return COROUTINES[func](*args)

    def coroutine_throw(self, on, kind):
        return on.throw(exception_named(kind)("thrown in"))

    def greenlet_new(self, on, puppet):
        def obey(*args):
            return type(self)(puppet, self.table, args).obey()

        return maker("greenlet.greenlet")(obey)

    greenlet_throw = coroutine_throw

    def socket_accept(self, on):
        return on.accept()[0]

    def walk_new(self, on, top, **given):
        return Walk(top, **given)

    def walk_next(self, on):
        return next(on)

    def walk_rest(self, on):
        triples = []
        while True:
            try:
                triples.append(next(on))
            except StopIteration:
                return triples

    def walk_prune(self, on, names):
        on.directories[:] = [name for name in on.directories if name not in names]

    def walk_errors(self, on):
        return [[type(error).__name__, error.filename] for error in on.failures]

    def module_find(self, on, name):
        return is_installed(name)

    def program_run(self, on, name):
        import mpcheck_adapter
        return outcome_of_program(name, mpcheck_adapter.MODULE.__name__, mpcheck_adapter.METHOD or "")
