#!/usr/bin/python3
"""Runs benchmark programs in rounds and compares mp with its peers, round by round. tools/bench calls it.

    bench/compare.py run --out=DIR [--rounds=9] [--min-time=0.1] [--filter=REGEX] PROGRAM...
    bench/compare.py table DIR

A program takes Google Benchmark's flags and writes its JSON, in which a row is called BM_OPERATION/WHO. Who is in the
same round under the same operation is compared: a ratio is taken in each round, and of the ratios the median. So what
slows down a whole round does not count, and what slows down a single program once hardly does.

DIR gets round-1/PROGRAM.json and so on, bench.json, rows.csv, report.html, goals.md, and table.md, which is printed as
well.
Ctrl-C ends the run early; what was measured until then is kept. Exit codes: 0, 1 if a program or a row failed, 64 bad
usage, 130 after Ctrl-C.
"""
import argparse
import functools
import json
import os
import re
import signal
import sys
import time

import machine
import python_peers
import results
import running
import table
import webpage
from flags import BAD_USAGE, Parser, count, seconds
from python_peers import NoPython
from running import Program, say

INTERRUPTED = 130
LONGEST_WAIT = 1.5  # seconds, for a quiet machine


# ---------------------------------------------------------------- results

def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def tell(folder):
    """Makes the results anew of what was measured, and prints the table. The problems."""
    run = results.read(folder)
    text = table.table(run)
    write(folder, "table.md", text)
    write(folder, "goals.md", table.goals_table(run))
    write(folder, "bench.json", results.as_json(run))
    write(folder, "rows.csv", results.as_csv(run))
    write(folder, "report.html", webpage.page(run))
    print(text, end="")
    return run.problems


# ---------------------------------------------------------------- running

def programs_of(options):
    """Raises: NoPython"""
    programs = [Program(running.name_of(path), [os.path.abspath(path)], options.filter) for path in options.programs]
    return programs + (python_peers.find(options.python, options.filter) if options.python_peers else [])


def context_of(options):
    return {"command": options.command, "when": time.strftime("%Y-%m-%d %H:%M:%S"), "commit": running.git_commit(),
            "rounds_wanted": options.rounds, "min_time": options.min_time, "machine": machine.describe(),
            "machine_at_end": None, "interrupted": False}


def write_context(folder, context):
    write(folder, results.CONTEXT, json.dumps(context, indent=1))


def run(options):
    context = context_of(options)
    try:
        programs = programs_of(options)
    except NoPython as reason:
        say("compare: --python: %s" % reason)
        return BAD_USAGE
    if os.path.isdir(options.out) and os.listdir(options.out):
        say("compare: %s has something in it already; name a new folder" % options.out)
        return BAD_USAGE
    os.makedirs(options.out, exist_ok=True)
    write_context(options.out, context)
    for warning in machine.warnings(context["machine"]):
        say("warning: " + warning)
    rounds = running.Rounds(programs, options.out, options.rounds, options.min_time, options.longest_wait)
    try:
        rounds.run(with_control=options.control)
    except KeyboardInterrupt:
        context["interrupted"] = True
    except running.NoRows:
        say("compare: --filter=%s fits no row of any program" % options.filter)
        return BAD_USAGE
    context["machine_at_end"] = machine.describe()
    write_context(options.out, context)
    problems = tell(options.out)
    if context["interrupted"]:
        say("interrupted: the results are what was measured until then")
    say("results: " + options.out)
    return INTERRUPTED if context["interrupted"] else 1 if problems else 0


# ---------------------------------------------------------------- flags

def regular_expression(text):
    try:
        re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError("'%s' is not a regular expression: %s" % (text, error))
    return text


def parse(arguments):
    parser = Parser("compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                    allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", required=True, parser_class=functools.partial(Parser, "compare"))
    runner = verbs.add_parser("run")
    runner.add_argument("--out", required=True, metavar="DIR")
    runner.add_argument("--rounds", type=count, default=running.ROUNDS_TO_JUDGE_BY, metavar="N")
    runner.add_argument("--min-time", type=seconds, default=0.1, metavar="SECONDS", help="of each row")
    runner.add_argument("--filter", type=regular_expression, default=".", metavar="REGEX", help="on the names of rows")
    runner.add_argument("--longest-wait", type=seconds, default=LONGEST_WAIT, metavar="SECONDS",
                        help="for a quiet machine, before each program")
    runner.add_argument("--no-control", dest="control", action="store_false",
                        help="mp once in a round, so that no noise is known")
    runner.add_argument("--python-peers", action="store_true", help="the Pythons and packages that are installed, too")
    runner.add_argument("--python", action="append", default=[], metavar="PATH", help="with --python-peers: one more")
    runner.add_argument("--command", default=" ".join(sys.argv), help="what the table says was run")
    runner.add_argument("programs", nargs="*", metavar="PROGRAM")
    teller = verbs.add_parser("table")
    teller.add_argument("dir", metavar="DIR")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    if options.verb == "table":
        if not os.path.exists(os.path.join(options.dir, results.CONTEXT)):
            say("compare: %s has no %s: it is no folder of results" % (options.dir, results.CONTEXT))
            return BAD_USAGE
        return 1 if tell(options.dir) else 0
    # What is being measured has a session of its own: it ends with us only if we end in order.
    for ending_signal in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending_signal, lambda number, _: sys.exit(128 + number))
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
