"""Runs benchmark programs in rounds, one at a time, and watches the machine meanwhile.

    DIR/warm-up/PROGRAM.json     of a round that nobody counts
    DIR/round-1/PROGRAM.json     Google Benchmark's, and PROGRAM.again.json: mp's rows once more
    DIR/watch.jsonl              of each program and round what else had the CPUs
"""
import collections
import json
import os
import re
import resource
import subprocess
import sys
import time

import machine
import session
from rounds import AGAIN, FAILED, US, operation_and_who

ROUNDS_TO_JUDGE_BY = 9
LONGEST_PROGRAM = 600  # seconds
WARM_UP_TIME = 0.01  # seconds of each row: that it ran at all is what warms up
WARM_UP = "warm-up"
GLANCE = 0.1  # seconds in which the gate counts what is busy
QUIET = 0.2  # of the usable CPUs' time that others may have

# A program of a round. name: of its files.
Program = collections.namedtuple("Program", "name command filter")
Wait = collections.namedtuple("Wait", "seconds quiet")


class NoRows(Exception):
    """No program has a row that is asked for."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def duration_text(seconds):
    return "%d min %02d s" % divmod(round(seconds), 60)


def git_commit():
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run(["git", "-C", here, "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, universal_newlines=True)
    return done.stdout.strip() or "unknown"


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def order(programs, number):
    """Of the round of that number, counted from 1: forwards, backwards, and so on, so that whatever grows or falls with
    time meets everybody alike."""
    return list(programs) if number % 2 == 1 else list(reversed(programs))


# ---------------------------------------------------------------- the machine

def wait_until_quiet(longest, sample=machine.sample, pause=time.sleep):
    """Until others have let the CPUs alone for a moment, or for so many seconds."""
    first = before = sample()
    while True:
        pause(GLANCE)
        now = sample()
        quiet = machine.load_between(before, now, 0).foreign <= QUIET
        if quiet or now.when - first.when >= longest:
            return Wait(now.when - first.when, quiet)
        before = now


def cpu_seconds_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Watch:
    """What else happened on the machine while programs ran, in a file that is whole after each of them."""

    def __init__(self, path, longest_wait):
        self._path, self._longest_wait = path, longest_wait

    def around(self, round_name, program, run):
        """Calls run() when the machine is quiet, and notes the load meanwhile. What it returns."""
        wait = wait_until_quiet(self._longest_wait)
        before, own = machine.sample(), cpu_seconds_of_children()
        result = run()
        after, own = machine.sample(), cpu_seconds_of_children() - own
        load = machine.load_between(before, after, own)
        with open(self._path, "a") as f:
            f.write(json.dumps({
                "round": round_name, "program": program.name, "seconds": after.when - before.when,
                "waited": wait.seconds, "quiet": wait.quiet, "foreign": load.foreign, "stolen": load.stolen,
                "throttled": load.throttled, "disturbance": machine.disturbance(load)}) + "\n")
        return result


# ---------------------------------------------------------------- one program

def run_program(program, min_time, out, tell=say):
    """A problem, or None. tell: of what it says in its own name."""
    command = program.command + ["--benchmark_min_time=%g" % min_time, "--benchmark_filter=" + program.filter,
                                 "--benchmark_out=" + out, "--benchmark_out_format=json"]
    try:
        status, _, err = session.run(command, LONGEST_PROGRAM, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "%s: %s" % (program.name, error)
    except BaseException:  # of Ctrl-C, say: what is half written is no result
        if os.path.exists(out):
            os.remove(out)
        raise
    # Google Benchmark leaves nothing behind if the filter fits no row.
    if os.path.exists(out) and os.path.getsize(out) == 0:
        os.remove(out)
    if status != 0 and "Failed to match any benchmarks" not in err:
        return "%s ended with %d: %s" % (program.name, status, err.strip()[-300:])
    # Who was left out and why, for instance; the rest is Google Benchmark's.
    for line in err.splitlines():
        if line.startswith(tuple(name_of(word) + ": " for word in program.command)):
            tell(line)
    return None


# ---------------------------------------------------------------- rounds

def names_of_rows(program):
    """What it would measure; None if it does not tell, which it will be asked about when it is run."""
    try:
        done = subprocess.run(program.command + ["--benchmark_list_tests=true", "--benchmark_filter=" + program.filter],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                              universal_newlines=True, timeout=LONGEST_PROGRAM)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.split() if done.returncode == 0 else None


def restricted(program, names, fits, suffix=""):
    """To those of its rows that are not of a fixed number of iterations: such are about memory, and long. None if none
    fits."""
    chosen = [name for name in names or [] if fits(name) and "/iterations:" not in name]
    if not chosen:
        return None
    return Program(program.name + suffix, program.command, "^(%s)$" % "|".join(map(re.escape, chosen)))


def warm_up_of(program, names):
    return restricted(program, names, lambda name: True)


def control_of(program, names):
    """mp's own rows once more."""
    return restricted(program, names, lambda name: operation_and_who(name)[1] == US, AGAIN)


class Progress:
    """Tells how far it is, and how long it will take if the rest takes as long as it did the last time."""

    def __init__(self, rounds):
        self._rounds, self._took = rounds, {}

    def tell(self, number, program, programs_left, programs):
        left = ""
        if all(each.name in self._took for each in programs):
            seconds = sum(self._took[each.name] for each in programs_left)
            seconds += (self._rounds - number) * sum(self._took[each.name] for each in programs)
            left = ", %s left" % duration_text(seconds)
        say("round %d of %d: %s%s" % (number, self._rounds, program.name, left))

    def took(self, program, seconds):
        self._took[program.name] = seconds


class Rounds:
    """All of a run. What is measured stays, whatever ends it."""

    def __init__(self, programs, folder, rounds, min_time, longest_wait):
        self._programs, self._folder = programs, folder
        self._rounds, self._min_time = rounds, min_time
        self._watch = Watch(os.path.join(folder, "watch.jsonl"), longest_wait)
        self._progress = Progress(rounds)
        self._told = set()

    def run(self, with_control):
        """Raises: KeyboardInterrupt, NoRows"""
        listed = [(program, names_of_rows(program)) for program in self._programs]
        listed = [(program, names) for program, names in listed if names != []]
        if not listed:
            raise NoRows()
        self._warm_up([warm_up_of(*each) for each in listed])
        controls = [control_of(*each) for each in listed] if with_control else []
        programs = [program for program, _ in listed] + [control for control in controls if control]
        for number in range(1, self._rounds + 1):
            self._one_round(number, order(programs, number))

    def _warm_up(self, programs):
        folder = self._make(WARM_UP)
        for program in filter(None, programs):
            say("warm-up: " + program.name)
            problem = run_program(program, min(WARM_UP_TIME, self._min_time),
                                  os.path.join(folder, program.name + ".json"), self._tell_once)
            if problem:
                say(problem)  # and if it happens again in a round, it is a problem of the run

    def _tell_once(self, text):
        if text not in self._told:
            self._told.add(text)
            say(text)

    def _make(self, name):
        folder = os.path.join(self._folder, name)
        os.makedirs(folder)
        return folder

    def _one_round(self, number, programs):
        folder = self._make("round-%d" % number)
        for i, program in enumerate(programs):
            self._progress.tell(number, program, programs[i:], programs)
            began = time.monotonic()
            place = os.path.join(folder, program.name)
            problem = self._watch.around("round-%d" % number, program,
                                         lambda: run_program(program, self._min_time, place + ".json", self._tell_once))
            if problem:
                say(problem)
                with open(place + FAILED, "w") as f:
                    f.write(problem)
            self._progress.took(program, time.monotonic() - began)
