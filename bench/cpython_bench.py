#!/usr/bin/python3
"""CPython's multiprocessing on the operations of the other programs here, with their names and flags, and Google
Benchmark's JSON.

    bench/cpython_bench.py --benchmark_filter=Queue --benchmark_min_time=0.2 --benchmark_out=cpython.json
    bench/cpython_bench.py --module=billiard --who=billiard      a package with the same interface
    pypy3 bench/cpython_bench.py --who=pypy                      another interpreter

Others than CPython's own do one operation or two of each area. What they lack is left out, and a sentence tells so.

Two processes begin at the same moment and are timed until the last one is done, as crew.h does it. Pickling is part of
what is measured, as it is of what users of multiprocessing pay.
"""
import argparse
import concurrent.futures
import functools
import importlib
import multiprocessing
import os
import signal
import sys
import time

import affinity
import rows

KIB, MIB = 1 << 10, 1 << 20
TWO_CORES, ONE_CORE, ANYWHERE = "two_cores", "one_core", "anywhere"

FIRST = "cpython"  # who does all operations
LONGEST_ROW = 60  # seconds
LONGEST_END = 10  # seconds


def flags_of_package(parser):
    parser.add_argument("--module", default="multiprocessing", metavar="PACKAGE",
                        help="with multiprocessing's interface")
    parser.add_argument("--who", default=FIRST, metavar="NAME", help="how its rows end")


def chosen():
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    flags_of_package(parser)
    return parser.parse_known_args()[0]


MODULE, WHO = vars(chosen()).values()
package = importlib.import_module(MODULE)
fork = package.get_context("fork")
# Of each area what stands for it, for whoever is not the first.
REPRESENTATIVE = {
    "QueuePutGet/8B", "QueuePutGet/64KiB", "QueueRoundTrip/two_cores", "JoinableQueuePutGetDone/8B",
    "PipeSendRecv/8B", "PipeRoundTrip/two_cores", "ProcessStartJoin/fork", "ProcessStartJoin/spawn",
    "PoolApply", "PoolApplyAsyncGet", "PoolMap/chunksize_1", "ManagerCall/two_cores", "LockPair", "SemaphorePair",
    "EventSetClear", "EventRoundTrip/two_cores", "ConditionRoundTrip/two_cores", "BarrierWait/two_cores",
    "ValueIncrement"}
OPERATIONS = {}  # name -> a function that does something so many times, and returns how many seconds it took
PEERS = {}  # (name, who) -> likewise, by another package of CPython's than multiprocessing


def operation(name):
    def add(function):
        OPERATIONS[name] = function
        return function
    return add


# ---------------------------------------------------------------- who does it

def cpu_of(side, placement):
    cpus = affinity.usable_cpus()
    if placement == ANYWHERE:
        return None
    if placement == TWO_CORES and len(cpus) < 2:
        raise rows.CannotRun("needs two CPUs")
    return cpus[side if placement == TWO_CORES else 0]


def live_worker(work, times, warm_up, cpu, barrier, laps):
    if cpu is not None:
        affinity.stay_on(cpu)
    work(warm_up)
    barrier.wait()
    began = time.monotonic()
    work(times)
    laps.send((began, time.monotonic()))


def time_crew(crew):
    """Of (work, times, warm_up, cpu): seconds from when the first begins to when the last is done."""
    # The standard library's, whoever is measured: not each has a barrier.
    barrier = multiprocessing.get_context("fork").Barrier(len(crew))
    workers = []
    for each in crew:
        receiver, sender = multiprocessing.Pipe(False)
        process = fork.Process(target=live_worker, args=(*each, barrier, sender), daemon=True)
        process.start()
        sender.close()
        workers.append((process, receiver))
    laps = [receiver.recv() for _, receiver in workers]
    for process, receiver in workers:
        process.join()
        receiver.close()
    return max(ended for _, ended in laps) - min(began for began, _ in laps)


def time_here(work, times):
    work(min(times, 100))
    began = time.perf_counter()
    work(times)
    return time.perf_counter() - began


# ---------------------------------------------------------------- queues and pipes

def put_all(queue, item):
    def work(times):
        for _ in range(times):
            queue.put(item)
    return work


def get_all(queue):
    def work(times):
        for _ in range(times):
            queue.get()
    return work


def add_queue(name, item, bound, pairs=1, placement=TWO_CORES):
    @operation(name)
    def one_way(times):
        queue = fork.Queue(bound)
        each, warm_up = -(-times // pairs), min(times, 4 * bound)
        return time_crew([(get_all(queue), each, warm_up, cpu_of(1, placement)),
                          (put_all(queue, item), each, warm_up, cpu_of(0, placement))] * pairs)


add_queue("QueuePutGet/8B", 12345678, 1024)
add_queue("QueuePutGet/8B/unpinned", 12345678, 1024, placement=ANYWHERE)
add_queue("QueuePutGet/8B/2_producers_2_consumers", 12345678, 1024, pairs=2, placement=ANYWHERE)
add_queue("QueuePutGet/8B/64_at_once", 12345678, 1024)  # one by one: there is no other way
add_queue("QueuePutGet/1KiB", b"x" * KIB, 1024)
add_queue("QueuePutGet/64KiB", b"x" * 64 * KIB, 64)
add_queue("QueuePutGet/1MiB", b"x" * MIB, 4)


@operation("JoinableQueuePutGetDone/8B")
def joinable_queue(times):
    queue = fork.JoinableQueue(1024)

    def put(times):
        put_all(queue, 12345678)(times)
        queue.join()

    def get(times):
        for _ in range(times):
            queue.get()
            queue.task_done()

    warm_up = min(times, 4096)
    return time_crew([(put, times, warm_up, cpu_of(0, TWO_CORES)), (get, times, warm_up, cpu_of(1, TWO_CORES))])


def time_round_trips(ask, answer, times, placement):
    def repeat(function):
        def work(times):
            for _ in range(times):
                function()
        return work
    return time_crew([(repeat(ask), times, 10, cpu_of(0, placement)),
                      (repeat(answer), times, 10, cpu_of(1, placement))])


def add_round_trips(placement):
    @operation("QueueRoundTrip/" + placement)
    def queues(times):
        there, back = fork.Queue(), fork.Queue()

        def ask():
            there.put(12345678)
            back.get()
        return time_round_trips(ask, lambda: back.put(there.get()), times, placement)

    @operation("PipeRoundTrip/" + placement)
    def pipe(times):
        here, there = fork.Pipe()

        def ask():
            here.send(12345678)
            here.recv()
        return time_round_trips(ask, lambda: there.send(there.recv()), times, placement)


add_round_trips(TWO_CORES)
add_round_trips(ONE_CORE)


def add_pipe(name, item):
    @operation(name)
    def one_way(times):
        receiver, sender = fork.Pipe()

        def put(times):
            for _ in range(times):
                sender.send(item)

        def get(times):
            for _ in range(times):
                receiver.recv()
        return time_crew([(put, times, 10, cpu_of(0, TWO_CORES)), (get, times, 10, cpu_of(1, TWO_CORES))])


add_pipe("PipeSendRecv/8B", 12345678)
add_pipe("PipeSendRecv/1KiB", b"x" * KIB)
add_pipe("PipeSendRecv/64KiB", b"x" * 64 * KIB)


# ---------------------------------------------------------------- processes

def nothing():
    pass


def add_process(method):
    @operation("ProcessStartJoin/" + method)
    def start_and_join(times):
        context = package.get_context(method)

        def work(times):
            for _ in range(times):
                process = context.Process(target=nothing)
                process.start()
                process.join()
                if process.exitcode != 0:
                    raise RuntimeError("a process ended with %s" % process.exitcode)
        return time_here(work, times)


add_process("fork")
add_process("spawn")
add_process("forkserver")


# ---------------------------------------------------------------- locks and values

def taken_and_given_back(lock):
    def work(times):
        for _ in range(times):
            lock.acquire()
            lock.release()
    return work


def incremented(value):
    def work(times):
        for _ in range(times):
            with value.get_lock():
                value.value += 1
    return work


def incremented_unlocked(value):
    def work(times):
        for _ in range(times):
            value.value += 1
    return work


def incremented_item(array):
    def work(times):
        for _ in range(times):
            with array.get_lock():
                array[7] += 1
    return work


def copied(array):
    def work(times):
        for _ in range(times):
            array[:]
    return work


def add_shared(name, make, what):
    """By one process, and half each by two."""
    @operation(name)
    def alone(times):
        return time_here(what(make()), times)

    @operation(name + "/two_processes")
    def with_a_rival(times):
        work = what(make())
        each = -(-times // 2)
        return time_crew([(work, each, 0, cpu_of(side, TWO_CORES)) for side in (0, 1)])


add_shared("LockPair", fork.Lock, taken_and_given_back)
add_shared("RLockPair", fork.RLock, taken_and_given_back)
add_shared("SemaphorePair", fork.Semaphore, taken_and_given_back)
add_shared("ValueIncrement", lambda: fork.Value("q"), incremented)
add_shared("RawValueIncrement", lambda: fork.RawValue("q"), incremented_unlocked)
add_shared("ArrayIncrement", lambda: fork.Array("q", 1000), incremented_item)


@operation("ArraySlice/1000_int32")
def array_slice(times):
    return time_here(copied(fork.Array("i", 1000)), times)


# ---------------------------------------------------------------- who waits for whom

@operation("EventSetClear")
def event_set_clear(times):
    event = fork.Event()

    def work(times):
        for _ in range(times):
            event.set()
            event.clear()
    return time_here(work, times)


def add_meetings(placement):
    @operation("EventRoundTrip/" + placement)
    def events(times):
        there, back = fork.Event(), fork.Event()

        def ask():
            there.set()
            back.wait()
            back.clear()

        def answer():
            there.wait()
            there.clear()
            back.set()
        return time_round_trips(ask, answer, times, placement)

    @operation("ConditionRoundTrip/" + placement)
    def condition(times):
        changed, turn = fork.Condition(), fork.RawValue("i", 0)

        def hand_over(mine, other):
            def work():
                with changed:
                    changed.wait_for(lambda: turn.value == mine)
                    turn.value = other
                    changed.notify()
            return work
        return time_round_trips(hand_over(0, 1), hand_over(1, 0), times, placement)

    @operation("BarrierWait/" + placement)
    def barrier(times):
        both = fork.Barrier(2)
        return time_round_trips(both.wait, both.wait, times, placement)


add_meetings(TWO_CORES)
add_meetings(ONE_CORE)


# ---------------------------------------------------------------- managers

def manager_on(cpu):
    manager = importlib.import_module(MODULE + ".managers").SyncManager(ctx=fork)
    if cpu is None:
        manager.start()
    else:
        manager.start(affinity.stay_on, (cpu,))
    return manager


def add_client(name, placement, make, what):
    @operation(name)
    def one_client(times):
        with manager_on(cpu_of(1, placement)) as manager:
            return time_crew([(what(make(manager)), times, min(times, 100), cpu_of(0, placement))])


def first_got(items):
    def work(times):
        for _ in range(times):
            items[0]
    return work


for place, placement in ((TWO_CORES, TWO_CORES), (ONE_CORE, ONE_CORE), ("unpinned", ANYWHERE)):
    add_client("ManagerCall/" + place, placement, lambda manager: manager.list([12345678]), first_got)
add_client("ManagerLockPair", ANYWHERE, lambda manager: manager.Lock(), taken_and_given_back)


@operation("ManagerQueuePutGet")
def manager_queue(times):
    with manager_on(None) as manager:
        queue = manager.Queue(1024)
        warm_up = min(times, 4096)
        return time_crew([(get_all(queue), times, warm_up, None), (put_all(queue, 12345678), times, warm_up, None)])


# ---------------------------------------------------------------- pools

def same(item):
    return item


@functools.lru_cache(maxsize=None)
def pool_of_two():
    """One for all rows, and the last ones are theirs: some peers take a second to end a pool."""
    return fork.Pool(2)


def in_pool(work):
    """`work` does so many times what it is measured by."""
    def times_taken(times):
        pool = pool_of_two()
        work(pool, min(times, 100))
        began = time.perf_counter()
        work(pool, times)
        return time.perf_counter() - began
    return times_taken


@operation("PoolStartEnd")
def pool_start_end(times):
    def work(times):
        for _ in range(times):
            with fork.Pool(2) as pool:
                pool.apply(same, (12345678,))
    return time_here(work, times)


def apply(pool, times):
    for _ in range(times):
        pool.apply(same, (12345678,))


def apply_async(pool, times):
    for _ in range(times):
        pool.apply_async(same, (12345678,)).get()


def in_executor(work):
    def measured(times):
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=fork) as executor:
            return time_here(functools.partial(work, executor), times)
    return measured


def submit(executor, times):
    for _ in range(times):
        executor.submit(same, 12345678).result()


def maps_of_1024_in_a_chunk(pool, times):
    items = range(8 * 1024)
    for begun in range(0, times, len(items)):
        pool.map(same, items[:times - begun])


OPERATIONS["PoolApply"] = in_pool(apply)
OPERATIONS["PoolApplyAsyncGet"] = in_pool(apply_async)
PEERS["PoolApply", "executor"] = in_executor(submit)
OPERATIONS["PoolMap/chunksize_1"] = in_pool(lambda pool, times: pool.map(same, range(times), 1))
PEERS["PoolMap/chunksize_1", "executor"] = in_executor(lambda executor, times: list(executor.map(same, range(times))))
OPERATIONS["PoolMap/default"] = in_pool(maps_of_1024_in_a_chunk)
for chunksize in 1, 20:
    OPERATIONS["PoolImapUnordered/chunksize_%d" % chunksize] = in_pool(
        lambda pool, times, chunksize=chunksize: list(pool.imap_unordered(same, range(times), chunksize)))


# ---------------------------------------------------------------- as Google Benchmark

def functions():
    """{name of a row: what it measures}"""
    if WHO != FIRST:
        return {"BM_%s/%s" % (name, WHO): bounded(function) for name, function in OPERATIONS.items()
                if name in REPRESENTATIVE}
    named = {"BM_%s/cpython" % name: bounded(function) for name, function in OPERATIONS.items()}
    named.update(("BM_%s/%s" % peer, bounded(function)) for peer, function in PEERS.items())
    return named


def bounded(function):
    """A peer that hangs loses its row, not the run."""
    def work(times):
        signal.alarm(LONGEST_ROW)
        try:
            return function(times)
        except rows.CannotRun:
            raise
        except Exception as lack:  # whatever a package does where it lacks something
            if WHO == FIRST:
                raise
            raise rows.Lacking("%s: %s" % (type(lack).__name__, lack))
        finally:
            signal.alarm(0)
    return work


def give_up(number, frame):
    raise rows.CannotRun("took more than %d s" % LONGEST_ROW)


def end_pool():
    """All rows are written by now: a peer that hangs here, as billiard's terminate() may, loses its workers."""
    if not pool_of_two.cache_info().currsize:
        return
    signal.alarm(LONGEST_END)
    try:
        pool_of_two().terminate()
        pool_of_two().join()
        signal.alarm(0)
    except rows.CannotRun:
        print("%s: its pool was still ending after %d s" % (WHO, LONGEST_END), file=sys.stderr, flush=True)
        for worker in package.active_children():
            os.kill(worker.pid, signal.SIGKILL)
        os._exit(0)  # at its end the package would wait for the pool again


def main():
    flags = rows.parse_flags(__doc__, flags_of_package)
    signal.signal(signal.SIGALRM, give_up)
    rows.write({name: function for name, function in functions().items() if rows.is_asked_for(name, flags)}, flags)
    end_pool()


if __name__ == "__main__":
    main()
