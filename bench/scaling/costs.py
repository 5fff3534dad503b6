#!/usr/bin/python3
"""Measures what one of something costs in CPython: to start it, to switch to it, its memory, to pass a message.

    costs.py --what=thread_round_trip [--times=1000] [--workers=2]

Prints one line of JSON: tasks, which is how many times, and seconds, for all of them, or bytes, of each of them.
Exit codes: 0; 1 if it failed; 64 bad usage.
"""
import argparse
import json
import multiprocessing
import os
import sys
import threading
import time

import points

FORK = multiprocessing.get_context("fork")
RESIDENT = 1  # of the fields of /proc/self/statm


def timed(function, *arguments):
    began = time.monotonic()
    function(*arguments)
    return {"seconds": time.monotonic() - began}


# ---------------------------------------------------------------- switches

def generator_switches(options):
    """Into a generator and out of it."""
    def forever():
        while True:
            yield
    generator = forever()

    def switch():
        for _ in range(options.times):
            next(generator)
    return timed(switch)


def round_trips(options, make, semaphore):
    """Two that wake each other up in turn."""
    there, back = semaphore(0), semaphore(0)

    def answer():
        for _ in range(options.times):
            there.acquire()
            back.release()

    def ask():
        for _ in range(options.times):
            there.release()
            back.acquire()
    other = make(target=answer)
    other.start()
    took = timed(ask)
    other.join()
    return took


def thread_round_trip(options):
    return round_trips(options, threading.Thread, threading.Semaphore)


def process_round_trip(options):
    return round_trips(options, FORK.Process, FORK.Semaphore)


# ---------------------------------------------------------------- starts and memory

def nothing():
    pass


def started_and_joined(options, make):
    def start_and_join():
        for _ in range(options.times):
            one = make(target=nothing)
            one.start()
            one.join()
    return timed(start_and_join)


def thread_start(options):
    return started_and_joined(options, threading.Thread)


def process_start(options):
    return started_and_joined(options, FORK.Process)


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[RESIDENT]) * os.sysconf("SC_PAGE_SIZE")


def coroutine_memory(options):
    """Of coroutines that have begun and wait."""
    async def waiting():
        await Never()
    before = resident_bytes()
    coroutines = [waiting() for _ in range(options.times)]
    for coroutine in coroutines:
        coroutine.send(None)
    used = resident_bytes() - before
    for coroutine in coroutines:
        coroutine.close()
    return {"bytes": used / options.times}


class Never:
    def __await__(self):
        yield


def thread_memory(options):
    """Of threads that have begun and wait: what of their stacks is in use, not what is reserved."""
    end, begun = threading.Event(), threading.Barrier(options.times + 1)

    def wait():
        begun.wait()
        end.wait()
    before = resident_bytes()
    threads = [threading.Thread(target=wait) for _ in range(options.times)]
    for thread in threads:
        thread.start()
    begun.wait()
    used = resident_bytes() - before
    end.set()
    for thread in threads:
        thread.join()
    return {"bytes": used / options.times}


# ---------------------------------------------------------------- counting together

def share_of(options, worker):
    return options.times // options.workers + (worker < options.times % options.workers)


def together(options, work, collect):
    """Processes that each do their share, and collect() is called meanwhile; from when all are ready."""
    ready = FORK.Barrier(options.workers + 1)

    def begin(share):
        ready.wait()
        work(share)
    workers = [FORK.Process(target=begin, args=(share_of(options, i),)) for i in range(options.workers)]
    for worker in workers:
        worker.start()
    ready.wait()

    def finish():
        collect()
        for worker in workers:
            worker.join()
    took = timed(finish)
    if any(worker.exitcode != 0 for worker in workers):
        sys.exit("costs.py: a worker failed")
    return took


def count_by_messages(options):
    queue = FORK.SimpleQueue()

    def put(share):
        for _ in range(share):
            queue.put(1)
    total = []
    took = together(options, put, lambda: total.append(sum(queue.get() for _ in range(options.times))))
    check(total[0], options.times)
    return took


def count_in_shared_memory(options):
    total = FORK.Value("q", 0)

    def add(share):
        for _ in range(share):
            with total.get_lock():
                total.value += 1
    took = together(options, add, nothing)
    check(total.value, options.times)
    return took


def check(counted, expected):
    if counted != expected:
        sys.exit("costs.py: counted %d instead of %d" % (counted, expected))


COSTS = {each.__name__: each for each in (
    generator_switches, thread_round_trip, process_round_trip, thread_start, process_start, coroutine_memory,
    thread_memory, count_by_messages, count_in_shared_memory)}


def main():
    parser = points.Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", required=True, choices=sorted(COSTS))
    parser.add_argument("--times", type=points.at_least_1, default=1000)
    parser.add_argument("--workers", type=points.at_least_1, default=2)
    options = parser.parse_args()
    print(json.dumps(dict(COSTS[options.what](options), tasks=options.times)))


if __name__ == "__main__":
    main()
