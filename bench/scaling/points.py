#!/usr/bin/python3
"""Measures one point, as points.cc does, for CPython or whichever Python runs this: how long some workers take for some
tasks. The same tasks have the same results there.

    points.py --kernel=compute --executor=python_pool --workers=2 --tasks=100 --size=20000

Executors: python_serial, python_pool, python_thread, python_coroutine. Flags and output are those of points.cc, and
--locked: threads do their tasks while they hold a lock. cpu_seconds is this process's CPU time meanwhile.
Exit codes: 0; 1 if it failed; 64 bad usage.
"""
import argparse
import asyncio
import hashlib
import json
import multiprocessing
import os
import sys
import threading
import time

WORD = (1 << 64) - 1
point = None  # set before any worker starts; forked ones have it, too


# ---------------------------------------------------------------- kernels

def compute(task, size):
    x = task + 1
    for _ in range(size):
        x = (x * 6364136223846793005 + 1442695040888963407) & WORD
        x ^= x >> 29
    return x


def sieve(task, size):
    limit = size + task % 16
    composite = bytearray(limit)
    primes = 0
    for n in range(2, limit):
        if composite[n]:
            continue
        primes += 1
        composite[n * n::n] = b"\1" * len(range(n * n, limit, n))
    return primes


def sha512(task, _):
    with open(point.paths[task % len(point.paths)], "rb") as file:
        return int.from_bytes(hashlib.sha512(file.read()).digest()[:8], "big")


def noop(task, _):
    return task


def sleep(task, size):
    time.sleep(size / 1e6)
    return task


KERNELS = {"compute": compute, "sieve": sieve, "sha512": sha512, "noop": noop, "sleep": sleep}


def size_of(task):
    return point.size * point.lengths[task % len(point.lengths)]


def do_task(task):
    return KERNELS[point.kernel](task, size_of(task))


def do_locked_task(task):
    with point.lock:
        return do_task(task)


# ---------------------------------------------------------------- executors

class Chunks:
    """Hands out the tasks, some at a time."""

    def __init__(self):
        self._next, self._lock = 0, threading.Lock()

    def take(self):
        with self._lock:
            begin = self._next
            self._next = min(begin + chunksize(), point.tasks)
            return range(begin, self._next)


def chunksize():
    return point.chunksize or max(1, -(-point.tasks // (4 * point.workers)))


class Serial:
    def start(self):
        if not point.start_included:
            do_task(0)

    def do_all(self):
        return sum(do_task(task) for task in range(point.tasks))

    def end(self):
        pass


def warm_up(barrier):
    do_task(0)
    barrier.wait()


class Pool:
    def start(self):
        context = multiprocessing.get_context("fork")
        if point.start_included:
            self._pool = context.Pool(point.workers)
            return
        barrier = context.Barrier(point.workers + 1)
        self._pool = context.Pool(point.workers, warm_up, (barrier,))
        barrier.wait()

    def do_all(self):
        tasks = range(point.tasks)
        if point.call == "apply":
            return sum(self._pool.apply(do_task, (task,)) for task in tasks)
        if point.call == "apply_async":
            return sum(later.get() for later in [self._pool.apply_async(do_task, (task,)) for task in tasks])
        return sum(self._pool.map(do_task, tasks, point.chunksize or None))

    def end(self):
        self._pool.close()
        self._pool.join()


class Thread:
    def start(self):
        self._barrier, self._chunks, self._sums = threading.Barrier(point.workers + 1), Chunks(), []
        self._threads = [threading.Thread(target=self._work) for _ in range(point.workers)]
        for thread in self._threads:
            thread.start()
        if not point.start_included:
            self._barrier.wait()

    def _work(self):
        if not point.start_included:
            do_task(0)
            self._barrier.wait()
        self._barrier.wait()
        task_function = do_locked_task if point.locked else do_task
        results = 0
        for chunk in iter(self._chunks.take, range(point.tasks, point.tasks)):
            results += sum(map(task_function, chunk))
        self._sums.append(results)
        self._barrier.wait()

    def do_all(self):
        self._barrier.wait()
        self._barrier.wait()
        return sum(self._sums)

    def end(self):
        for thread in self._threads:
            thread.join()


class Coroutine:
    """As many coroutines as there are workers, in one thread; what they do between two awaits, they do alone."""

    def start(self):
        if not point.start_included:
            do_task(0)

    def do_all(self):
        return asyncio.run(self._gather())

    async def _gather(self):
        chunks = Chunks()
        return sum(await asyncio.gather(*(self._work(chunks) for _ in range(point.workers))))

    async def _work(self, chunks):
        results = 0
        for chunk in iter(chunks.take, range(point.tasks, point.tasks)):
            for task in chunk:
                if point.kernel == "sleep":
                    await asyncio.sleep(size_of(task) / 1e6)
                    results += task
                else:
                    results += do_task(task)
                    await asyncio.sleep(0)
        return results

    def end(self):
        pass


EXECUTORS = {"python_serial": Serial, "python_pool": Pool, "python_thread": Thread, "python_coroutine": Coroutine}


def timed(crew):
    created = time.monotonic()
    crew.start()
    began, cpu = time.monotonic(), time.process_time()
    results = crew.do_all()
    ended, cpu = time.monotonic(), time.process_time() - cpu
    crew.end()
    if point.start_included:
        began, ended = created, time.monotonic()
    return {"seconds": ended - began, "sum": results & WORD, "tasks": point.tasks, "cpu_seconds": cpu}


# ---------------------------------------------------------------- flags

class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, "%s: %s\n" % (os.path.basename(sys.argv[0]), message))


def at_least_1(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def parse():
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--kernel", required=True, choices=sorted(KERNELS))
    parser.add_argument("--executor", required=True, choices=sorted(EXECUTORS))
    parser.add_argument("--workers", type=at_least_1, default=1)
    parser.add_argument("--tasks", type=at_least_1, required=True)
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--lengths", type=lambda text: [int(part) for part in text.split(",")], default=[1])
    parser.add_argument("--files")
    parser.add_argument("--chunksize", type=int, default=1)
    parser.add_argument("--call", choices=["map", "apply", "apply_async"], default="map")
    parser.add_argument("--start_included", action="store_true")
    parser.add_argument("--locked", action="store_true")
    options = parser.parse_args()
    if options.call != "map" and options.executor != "python_pool":
        parser.error("--call is for python_pool only")
    if options.locked and options.executor != "python_thread":
        parser.error("--locked is for python_thread only")
    if options.kernel == "sha512" and not options.files:
        parser.error("sha512 wants --files")
    return options


def main():
    global point
    point = parse()
    point.lock = threading.Lock()
    if point.files:
        with open(point.files, "rb") as paths:
            point.paths = paths.read().rstrip(b"\0").split(b"\0")
    if point.kernel == "sha512":
        do_task(0)  # so that a file that can't be read is told of here, and not by each worker's warm-up
    print(json.dumps(timed(EXECUTORS[point.executor]())))


if __name__ == "__main__":
    main()
