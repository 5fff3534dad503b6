#!/usr/bin/python3
"""Runs benchmark programs in rounds and compares mp with its peers, round by round.

    bench/compare.py run --out=DIR [--rounds=9] [--min-time=0.2] [--filter=REGEX] PROGRAM...
    bench/compare.py table DIR

A program takes Google Benchmark's flags and writes its JSON, in which a row is called BM_OPERATION/WHO. Who is in the
same round under the same operation is compared: a ratio is taken in each round, and of the ratios the median. So what
slows down a whole round does not count, and what slows down a single program once hardly does.

DIR gets round-1/PROGRAM.json and so on, and table.md, which is printed as well. Ctrl-C ends the run early; what was
measured until then is kept. Exit codes: 0, 1 if a program or a row failed, 130 after Ctrl-C.
"""
import argparse
import collections
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time

from goals import GOALS, Count, Speed, Time

US = "mp"
ROUNDS_TO_JUDGE_BY = 9
LONGEST_PROGRAM = 600  # seconds
FAILED = ".failed"  # beside a program's JSON, or instead of it: what went wrong
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
# What Google Benchmark adds to the name of a row.
SUFFIXES = re.compile(r"(/(iterations:\d+|repeats:\d+|min_time:[^/]*|real_time|manual_time|process_time))+$")

Row = collections.namedtuple("Row", "nanoseconds counters")
Line = collections.namedtuple("Line", "operation ours who theirs ratio goal met")


# ---------------------------------------------------------------- reading

def operation_and_who(name):
    operation, _, who = SUFFIXES.sub("", name).rpartition("/")
    return re.sub("^BM_", "", operation), who


def counters_of(entry):
    known = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads", "iterations",
             "real_time", "cpu_time", "items_per_second", "bytes_per_second"}
    return {key: value for key, value in entry.items()
            if key not in known and isinstance(value, (int, float)) and not isinstance(value, bool)}


def read_rows(document):
    """({(operation, who): Row}, problems) of a program's JSON."""
    rows, problems = {}, []
    for entry in document["benchmarks"]:
        if entry.get("run_type") == "aggregate":
            continue
        if entry.get("error_occurred"):
            problems.append("%s: %s" % (entry["name"], entry.get("error_message", "failed")))
            continue
        rows[operation_and_who(entry["name"])] = Row(entry["real_time"] * NANOSECONDS[entry["time_unit"]],
                                                     counters_of(entry))
    return rows, problems


def read_rounds(folder):
    """[{(operation, who): Row}] and problems, of everything that is there."""
    rounds, problems = [], []
    folders = [name for name in os.listdir(folder) if re.fullmatch(r"round-\d+", name)]
    for name in sorted(folders, key=lambda name: int(name.split("-")[1])):
        rows = {}
        for file in sorted(os.listdir(os.path.join(folder, name))):
            path = os.path.join(folder, name, file)
            try:
                with open(path) as f:
                    if file.endswith(FAILED):
                        problems.append(f.read())
                        continue
                    more, failed = read_rows(json.load(f))
            except (OSError, ValueError, KeyError) as error:
                problems.append("%s: %s" % (path, error))
                continue
            rows.update(more)
            problems += failed
        if rows:
            rounds.append(rows)
    return rounds, sorted(set(problems))


# ---------------------------------------------------------------- comparing

class Spread(collections.namedtuple("Spread", "median least most")):
    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values)) if values else None


def times(rounds, operation, who):
    return Spread.of([r[operation, who].nanoseconds for r in rounds if (operation, who) in r])


def ratios(rounds, operation, who):
    """How many times as fast as `who` mp is, over the rounds that have both; None if none has."""
    return Spread.of([r[operation, who].nanoseconds / r[operation, US].nanoseconds for r in rounds
                      if (operation, who) in r and (operation, US) in r])


def counts(rounds, operation, counter):
    return Spread.of([r[operation, US].counters[counter] for r in rounds
                      if (operation, US) in r and counter in r[operation, US].counters])


def first_seen(rounds):
    """{operation: [who, ...]}, both in the order in which they came; the first round tells."""
    seen = {}
    for r in rounds:
        for operation, who in r:
            everybody = seen.setdefault(operation, [])
            if who not in everybody:
                everybody.append(who)
    return seen


def verdict(spread, good):
    if spread is None:
        return "not measured"
    return "yes" if good(spread.median) else "**no**"


def lines_of(rounds, goals=GOALS):
    """The lines of the table, operation by operation. Goals count where anybody was measured on the operation."""
    lines = []
    for operation, everybody in first_seen(rounds).items():
        ours = times(rounds, operation, US)
        speeds = {goal.who: goal.at_least for goal in goals
                  if isinstance(goal, Speed) and goal.operation == operation}
        others = [who for who in everybody if who != US]
        for who in others + [who for who in speeds if who not in others]:
            ratio = ratios(rounds, operation, who)
            goal = speeds.get(who)
            lines.append(Line(operation, ours, who, times(rounds, operation, who), ratio,
                              "" if goal is None else "≥ %gx" % goal,
                              "" if goal is None else verdict(ratio, lambda median: median >= goal)))
        for goal in goals:
            if isinstance(goal, Time) and goal.operation == operation:
                lines.append(Line(operation, ours, "", None, None, "≤ %g ns" % goal.at_most,
                                  verdict(ours, lambda median: median <= goal.at_most)))
        lines += counter_lines(rounds, operation, ours, goals)
        if not any(line.operation == operation for line in lines):
            lines.append(Line(operation, ours, "", None, None, "", ""))
    return lines


def counter_lines(rounds, operation, ours, goals):
    limits = {goal.counter: goal.at_most for goal in goals if isinstance(goal, Count) and goal.operation == operation}
    present = sorted({counter for r in rounds if (operation, US) in r for counter in r[operation, US].counters})
    lines = []
    for counter in present + [counter for counter in limits if counter not in present]:
        spread = counts(rounds, operation, counter)
        most = limits.get(counter)
        lines.append(Line(operation, ours, "%s = %s" % (counter, "?" if spread is None else "%.3g" % spread.median),
                          None, None, "" if most is None else "≤ %g" % most,
                          "" if most is None else verdict(spread, lambda median: median <= most)))
    return lines


# ---------------------------------------------------------------- telling

def time_text(spread):
    if spread is None:
        return ""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if spread.median >= size:
            return "%.3g %s" % (spread.median / size, unit)
    return "%.3g ns" % spread.median


def ratio_text(spread):
    return "" if spread is None else "%.3gx (%.3g–%.3g)" % spread


def table(rounds, problems, context, goals=GOALS):
    lines = lines_of(rounds, goals)
    judged = collections.Counter(line.met for line in lines if line.met)
    text = ["# Benchmarks", ""] + ["- %s" % line for line in context] + [
        "- %d round%s. A time is the median for one operation; a ratio says how many times as fast as the other mp is: "
        "the median of the rounds' ratios (least–most)." % (len(rounds), "" if len(rounds) == 1 else "s")]
    if len(rounds) < ROUNDS_TO_JUDGE_BY:
        text.append("- Goals are for %d rounds or more on a quiet machine; these are fewer." % ROUNDS_TO_JUDGE_BY)
    text += ["", "| operation | mp | beside | its time | mp is as fast | goal | met |", "|---|---|---|---|---|---|---|"]
    last = None
    for line in lines:
        again = line.operation == last
        text.append("| %s | %s | %s | %s | %s | %s | %s |" % (
            "" if again else line.operation, "" if again else time_text(line.ours), line.who, time_text(line.theirs),
            ratio_text(line.ratio), line.goal, line.met))
        last = line.operation
    text += ["", "Goals: %d met, %d missed, %d not measured." %
             (judged["yes"], judged["**no**"], judged["not measured"])]
    if problems:
        text += ["", "Failed:", ""] + ["- %s" % problem for problem in problems]
    return "\n".join(text) + "\n"


def cpu_name():
    try:
        with open("/proc/cpuinfo") as f:
            return next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def git_commit():
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run(["git", "-C", here, "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, universal_newlines=True)
    return done.stdout.strip() or "unknown"


def describe_run(command):
    return ["%s, commit %s" % (time.strftime("%Y-%m-%d %H:%M:%S"), git_commit()),
            "%d of %d CPUs, %s; Linux %s; load %.2f at the start" % (
                len(os.sched_getaffinity(0)), os.cpu_count(), cpu_name(), platform.release(), os.getloadavg()[0]),
            "`%s`" % command]


def write_table(folder):
    """Makes table.md anew and prints it. The problems."""
    rounds, problems = read_rounds(folder)
    with open(os.path.join(folder, "context.json")) as f:
        text = table(rounds, problems, json.load(f))
    with open(os.path.join(folder, "table.md"), "w") as f:
        f.write(text)
    print(text, end="")
    return problems


# ---------------------------------------------------------------- running

def order(programs, number):
    """Of the round of that number, counted from 1: forwards, backwards, and so on, so that whatever grows or falls with
    time meets everybody alike."""
    return list(programs) if number % 2 == 1 else list(reversed(programs))


def name_of(program):
    return os.path.splitext(os.path.basename(program))[0]


def duration_text(seconds):
    return "%d min %02d s" % divmod(round(seconds), 60)


def say(text):
    print(text, file=sys.stderr, flush=True)


def run_program(program, options, out):
    """A problem, or None."""
    command = [os.path.abspath(program), "--benchmark_min_time=%g" % options.min_time,
               "--benchmark_filter=" + options.filter, "--benchmark_out=" + out, "--benchmark_out_format=json"]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              universal_newlines=True, errors="replace", timeout=LONGEST_PROGRAM)
    except KeyboardInterrupt:
        if os.path.exists(out):
            os.remove(out)
        raise
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    # Who was left out and why, for instance; the rest is Google Benchmark's.
    for line in done.stderr.splitlines():
        if done.returncode == 0 and line.startswith(name_of(program) + ": "):
            say(line)
    # Google Benchmark leaves nothing behind if the filter fits no row.
    if os.path.exists(out) and os.path.getsize(out) == 0:
        os.remove(out)
    if done.returncode != 0 and "Failed to match any benchmarks" not in done.stderr:
        return "%s ended with %d: %s" % (name_of(program), done.returncode, done.stderr.strip()[-300:])
    return None


def run_rounds(options):
    steps, started = options.rounds * len(options.programs), time.monotonic()
    step = 0
    for number in range(1, options.rounds + 1):
        folder = os.path.join(options.out, "round-%d" % number)
        os.makedirs(folder)
        for program in order(options.programs, number):
            left = "" if step == 0 else ", %s left" % duration_text(
                (time.monotonic() - started) / step * (steps - step))
            say("round %d of %d: %s%s" % (number, options.rounds, name_of(program), left))
            place = os.path.join(folder, name_of(program))
            problem = run_program(program, options, place + ".json")
            if problem:
                say(problem)
                with open(place + FAILED, "w") as f:
                    f.write(problem)
            step += 1


def run(options):
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "context.json"), "w") as f:
        json.dump(describe_run(options.command), f, indent=1)
    interrupted = False
    try:
        run_rounds(options)
    except KeyboardInterrupt:
        interrupted = True
    problems = write_table(options.out)
    if interrupted:
        say("interrupted: the table has what was measured until then")
    say("results: " + options.out)
    return 130 if interrupted else 1 if problems else 0


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    runner = verbs.add_parser("run")
    runner.add_argument("--out", required=True, metavar="DIR")
    runner.add_argument("--rounds", type=int, default=ROUNDS_TO_JUDGE_BY, metavar="N")
    runner.add_argument("--min-time", type=float, default=0.2, metavar="SECONDS", help="of each row")
    runner.add_argument("--filter", default=".", metavar="REGEX", help="on the names of rows")
    runner.add_argument("--command", default=" ".join(sys.argv), help="what the table says was run")
    runner.add_argument("programs", nargs="+", metavar="PROGRAM")
    teller = verbs.add_parser("table")
    teller.add_argument("dir", metavar="DIR")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    if options.verb == "table":
        return 1 if write_table(options.dir) else 0
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
