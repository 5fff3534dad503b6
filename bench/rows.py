"""What a benchmark program written in Python shares with Google Benchmark's: the flags, and the JSON that it writes."""
import argparse
import json
import os
import platform
import re
import sys


class CannotRun(Exception):
    """Not on this machine."""


class Lacking(Exception):
    """Who is measured does not have it, and is left out."""


def measure(function, min_time):
    """(times, seconds): so many times that it takes at least so long."""
    times = 1
    while True:
        seconds = function(times)
        if seconds >= min_time:
            return times, seconds
        growth = 1.4 * min_time / max(seconds, 1e-9)
        times = max(times + 1, int(times * (min(growth, 10) if seconds < min_time / 10 else growth)))


def row(name, function, min_time):
    """Of a function that does something so many times, and returns how many seconds it took."""
    result = {"name": name, "run_name": name, "run_type": "iteration"}
    try:
        times, seconds = measure(function, min_time)
    except CannotRun as reason:
        result.update(error_occurred=True, error_message=str(reason))
        return result
    result.update(iterations=times, real_time=seconds / times * 1e9, time_unit="ns", items_per_second=times / seconds)
    return result


def parse_flags(description, add_flags=lambda parser: None):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark_filter", default="", metavar="REGEX")
    parser.add_argument("--benchmark_min_time", type=float, default=0.5, metavar="SECONDS")
    parser.add_argument("--benchmark_list_tests", metavar="BOOL", default="false", help="true: print the rows' names")
    parser.add_argument("--benchmark_out", metavar="FILE", help="standard output if there is none")
    parser.add_argument("--benchmark_out_format", choices=["json"], default="json")
    add_flags(parser)
    return parser.parse_args()


def is_asked_for(name, flags):
    return re.search(flags.benchmark_filter, name) is not None


def program_name():
    return os.path.splitext(os.path.basename(sys.argv[0]))[0]


def write(functions, flags):
    """Measures each of {name: function}, tells of it on standard error, and writes the JSON; or only lists them."""
    if flags.benchmark_list_tests == "true":
        print("".join(name + "\n" for name in functions), end="")
        return
    rows = []
    for name, function in functions.items():
        try:
            rows.append(row(name, function, flags.benchmark_min_time))
        except Lacking as reason:
            print("%s: %s is left out: %s" % (program_name(), name, reason), file=sys.stderr)
            continue
        print("%-60s %s" % (name, "%.0f ns" % rows[-1]["real_time"] if "real_time" in rows[-1]
                            else rows[-1]["error_message"]), file=sys.stderr)
    out = open(flags.benchmark_out, "w") if flags.benchmark_out else sys.stdout
    with out:
        json.dump({"context": {"executable": sys.executable, "python": "%s %s" % (
            platform.python_implementation(), platform.python_version())}, "benchmarks": rows}, out, indent=1)
