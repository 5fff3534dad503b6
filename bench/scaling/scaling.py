#!/usr/bin/python3
"""How throughput grows with the number of workers, and how it would go on.

    tools/bench scaling                            everything that this machine has CPUs for, 9 rounds
    tools/bench scaling --quick                    3 short rounds, for a first look: no basis for a verdict
    tools/bench scaling --kernels=sleep,noop --executors=mp_pool,python_pool --workers=1,2,4,8
    tools/bench scaling --max-workers=16           also with more workers than CPUs
    tools/bench scaling --weak                     also with so many tasks for each worker
    tools/bench scaling --kernels=sha512 --directory=/usr/share
    tools/bench scaling --notes                    what the notes say about speed, measured (--notes=list: which)

Prints a table; scaling.json, points.csv, report.html and table.md go to results/scaling/TIME. Ctrl-C ends a run early
and keeps what was measured. Exit codes: 0; 1 if something could not be measured; 64 bad usage; 130 after Ctrl-C.
bench/README.md says how to read all of it.
"""
import argparse
import contextlib
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
POINTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "points")  # built, as this is a link beside it
RESULTS = os.path.join(HERE, "../../results/scaling")
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import analysis
import experiments
import kernels
import machine
import page
import report
import runner
import sha512_bench
from flags import Parser, count, seconds
from kernels import CONTROLS, EXECUTORS, KERNELS
from notes import EXPERIMENTS
from runner import Failed, Point
from running import duration_text, git_commit, order, say

INTERRUPTED = 130
MADE_FILES = 256
MOST_WORKERS = 900  # as points.cc says
EVERY_COUNT_TO = 8  # workers; beyond powers of two
WAITING_WORKERS = [1, 2, 4, 8, 16, 32]  # more than CPUs, where they only wait


# ---------------------------------------------------------------- what to measure

def worker_counts(kernel, options, usable_cpus):
    if options.workers:
        return options.workers
    if options.max_workers:
        most = options.max_workers
    elif not KERNELS[kernel].cpu_bound:
        return WAITING_WORKERS
    else:
        most = max(1, math.floor(usable_cpus))
    powers = [2 ** i for i in range(math.ceil(math.log2(most)) + 1)]
    return sorted({n for n in list(range(1, EVERY_COUNT_TO + 1)) + powers + [most] if n <= most})


def points_of(options, usable_cpus):
    """In the order of a round: each control beside what is compared with it."""
    points = []
    for mode in ["strong", "weak"] if options.weak else ["strong"]:
        for kernel in options.kernels:
            for executor in options.executors:
                if not kernels.exists(kernel, executor):
                    continue
                control = Point(mode, kernel, kernels.control_of(executor), 1)
                if control not in points:
                    points.append(control)
                points += [Point(mode, kernel, executor, workers)
                           for workers in worker_counts(kernel, options, usable_cpus)]
    return points


def without_room(points, free_memory):
    """[(point, reason)] of those whose vectors are too large for the memory there is."""
    refused = []
    for point in points:
        if point.kernel == "triad" and free_memory is not None:
            needs = 3 * 8 * kernels.task_of("triad", False).size * point.workers
            if needs > free_memory / 2:
                refused.append((point, "%s needs %d MiB of memory, more than half of what is free" % (
                    name_of(point), needs >> 20)))
    return refused


def name_of(point):
    return "%s, %s with %d worker%s%s" % (point.kernel, point.executor, point.workers, "s"[point.workers == 1:],
                                          ", weak" if point.mode == "weak" else "")


# ---------------------------------------------------------------- measuring

class Measurement:
    """Rounds of points, and what came of them until now."""

    def __init__(self, programs, points, options):
        self.samples = {point: [] for point in points}
        self.problems = []
        self.rounds = 0
        self._programs, self._points, self._options = programs, points, options
        self._tasks, self._sums = {}, {}

    def run(self):
        """Raises: KeyboardInterrupt; what was measured stays."""
        self._calibrate()
        steps, started, step = self._options.rounds * len(self._points), time.monotonic(), 0
        for number in range(1, self._options.rounds + 1):
            self.rounds = number
            for point in order(self._points, number):
                left = "" if step == 0 else ", %s left" % duration_text(
                    (time.monotonic() - started) / step * (steps - step))
                say("round %d of %d: %s%s" % (number, self._options.rounds, name_of(point), left))
                self._measure(point, number)
                step += 1

    def _calibrate(self):
        most = {point.kernel: max(each.workers for each in self._points if each.kernel == point.kernel)
                for point in self._points}
        for point in list(self._points):
            key = point.kernel, kernels.control_of(point.executor)
            if key in self._tasks:
                continue
            say("how many tasks: %s, %s" % key)
            try:
                self._tasks[key] = runner.tasks_for(self._programs, *key, most[point.kernel],
                                                    self._options.min_time)
            except Failed as failure:
                self._tasks[key] = None
                self._note(str(failure))
        self._points = [point for point in self._points if self._tasks_of(point) is not None]

    def _tasks_of(self, point):
        tasks = self._tasks[point.kernel, kernels.control_of(point.executor)]
        return tasks * point.workers if tasks is not None and point.mode == "weak" else tasks

    def _measure(self, point, number):
        tasks = self._tasks_of(point)
        size = kernels.task_of(point.kernel, kernels.is_python(point.executor)).size
        command = self._programs.command(point.kernel, point.executor, point.workers, tasks, size, point.options)
        try:
            sample = self._programs.measure(command, number)
        except Failed as failure:
            self._note("%s: %s" % (name_of(point), failure))
            return
        # The first one who has done these tasks says what their results are.
        expected = self._sums.setdefault((point.kernel, size, tasks), sample.sum)
        if sample.sum != expected:
            self._note("%s: wrong results: their sum is %d, not %d" % (name_of(point), sample.sum, expected))
            return
        self.samples[point].append(sample)

    def _note(self, problem):
        say(problem)
        if problem not in self.problems:
            self.problems.append(problem)


def is_optimised(native):
    said = subprocess.run([native, "--version"], stdout=subprocess.PIPE, universal_newlines=True, check=True).stdout
    return said == "optimised\n"


@contextlib.contextmanager
def list_of_files(options):
    """The path of a list of the files to hash, each ended by a NUL byte; they are made if no directory is given."""
    with contextlib.ExitStack() as stack:
        folder = options.directory
        if folder is None:
            chance = random.Random(512)
            sizes = [int(16384 * 16 ** chance.random()) for _ in range(MADE_FILES)]  # 16 to 256 KiB
            folder = stack.enter_context(sha512_bench.tree_in_memory(sizes))
        listing = stack.enter_context(tempfile.NamedTemporaryFile(prefix="scaling."))
        listing.write(b"".join(os.fsencode(path) + b"\0" for path in files_below(folder)))
        listing.flush()
        yield listing.name


def files_below(folder):
    """Regular ones that can be read; symbolic links are not followed."""
    paths = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    return sorted(path for path in paths
                  if os.path.isfile(path) and not os.path.islink(path) and os.access(path, os.R_OK))


# ---------------------------------------------------------------- results

def run_of(options, here, interrupted, rounds, samples, problems):
    return report.Run(
        command=options.command, when="%s, commit %s" % (time.strftime("%Y-%m-%d %H:%M:%S"), git_commit()),
        machine=here, python=python_version(options.python), rounds=rounds, interrupted=interrupted,
        series=analysis.analyse(samples, here["usable_cpus"], options.despite_load), samples=samples,
        warnings=analysis.warnings_of(samples), problems=problems, predict_to=options.predict_to)


def python_version(python):
    ask = ("import platform, sys; print(platform.python_implementation(), platform.python_version(), "
           "'without a GIL' if not getattr(sys, '_is_gil_enabled', lambda: True)() else '')")
    return subprocess.run([python, "-c", ask], stdout=subprocess.PIPE, universal_newlines=True,
                          check=True).stdout.strip()


def write_results(run, folder):
    os.makedirs(folder, exist_ok=True)
    for name, text in (("table.md", report.table(run)), ("points.csv", report.as_csv(run)),
                       ("scaling.json", report.as_json(run)), ("report.html", page.page(run))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def scale(options):
    here = machine.describe()
    points = points_of(options, here["usable_cpus"])
    refused = without_room(points, machine.free_memory())
    points = [point for point in points if point not in [each for each, _ in refused]]
    for warning in machine.warnings(here):
        say("warning: " + warning)
    if not is_optimised(options.native):
        say("warning: %s was built without optimisation (--config=opt)" % options.native)
    with list_of_files(options) if "sha512" in options.kernels else contextlib.nullcontext() as files:
        measurement = Measurement(runner.Programs(options.native, options.python, files), points, options)
        measurement.problems += [reason for _, reason in refused]
        interrupted = False
        try:
            measurement.run()
        except KeyboardInterrupt:
            interrupted = True
    run = run_of(options, here, interrupted, measurement.rounds, measurement.samples, measurement.problems)
    write_results(run, options.out)
    print(report.table(run), end="")
    return ending(options, interrupted, run.problems)


def ending(options, interrupted, problems):
    """The exit code."""
    if interrupted:
        say("interrupted: the results are what was measured until then")
    say("results: " + os.path.normpath(options.out))
    return INTERRUPTED if interrupted else 1 if problems else 0


# ---------------------------------------------------------------- flags

def names_of(known):
    def names(text):
        asked = text.split(",")
        for name in asked:
            if name not in known:
                raise argparse.ArgumentTypeError("there is no '%s'; there are %s" % (name, ", ".join(known)))
        return asked
    return names


def workers(text):
    if count(text) > MOST_WORKERS:
        raise argparse.ArgumentTypeError("%s workers are too many; at most %d" % (text, MOST_WORKERS))
    return int(text)


def worker_list(text):
    return sorted({workers(part) for part in text.split(",")})


def folder_with_files(text):
    if not os.path.isdir(text):
        raise argparse.ArgumentTypeError("'%s' is not a directory" % text)
    if not files_below(text):
        raise argparse.ArgumentTypeError("there is no file that can be read below '%s'" % text)
    return text


def parse(arguments):
    parser = Parser("scaling", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                    allow_abbrev=False)
    parser.add_argument("--kernels", type=names_of(KERNELS), default=list(KERNELS), metavar="NAMES",
                        help="of " + ", ".join(KERNELS))
    parser.add_argument("--executors", type=names_of(EXECUTORS), default=list(EXECUTORS), metavar="NAMES",
                        help="of %s; each beside its serial control" % ", ".join(EXECUTORS))
    parser.add_argument("--workers", type=worker_list, metavar="N,N,...")
    parser.add_argument("--max-workers", type=workers, metavar="N", help="1 to N; the default is the usable CPUs")
    parser.add_argument("--weak", action="store_true", help="weak scaling as well")
    parser.add_argument("--directory", type=folder_with_files, metavar="DIR", help="what sha512 reads; made by default")
    parser.add_argument("--rounds", type=count, metavar="N", help="default 9")
    parser.add_argument("--min-time", type=seconds, metavar="SECONDS", help="of a serial run, default 0.25")
    parser.add_argument("--quick", action="store_true", help="3 rounds, 0.05 seconds")
    parser.add_argument("--predict-to", type=count, default=1024, metavar="N", help="workers, default 1024")
    parser.add_argument("--despite-load", action="store_true",
                        help="numbers also where other programs ran; the warnings stay")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="whose Pool and threads to measure")
    parser.add_argument("--notes", nargs="?", type=names_of(["list"] + list(EXPERIMENTS)), const=list(EXPERIMENTS),
                        metavar="NAMES", help="measure what the notes say about speed")
    parser.add_argument("--out", metavar="DIR", default=os.path.join(RESULTS, time.strftime("%Y-%m-%dT%H-%M-%S")))
    parser.add_argument("--native", default=POINTS, help=argparse.SUPPRESS)
    parser.add_argument("--command", default=" ".join(sys.argv), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.quick else 9)
    options.min_time = options.min_time or (0.05 if options.quick else 0.25)
    if shutil.which(options.python) is None:
        parser.error("--python: there is no program %s" % options.python)
    if not os.path.exists(options.native):
        parser.error("no %s: build //bench/scaling, or run tools/bench scaling, which does" % options.native)
    return options


def measure_notes(options):
    here = machine.describe()

    def introduce(rounds, interrupted):
        return report.introduction(run_of(options, here, interrupted, rounds, {}, []))
    interrupted, problems = experiments.run_and_tell(
        options.notes, runner.Programs(options.native, options.python, None), options, introduce)
    return ending(options, interrupted, problems)


def main():
    options = parse(sys.argv[1:])
    # What is being measured has a session of its own: it ends with us only if we end in order.
    for ending_signal in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending_signal, lambda number, _: sys.exit(128 + number))
    if options.notes == ["list"]:
        print(experiments.list_of_names(), end="")
        return 0
    return measure_notes(options) if options.notes else scale(options)


if __name__ == "__main__":
    sys.exit(main())
