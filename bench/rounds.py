"""Reads what programs wrote in rounds: DIR/round-1/PROGRAM.json and so on, in Google Benchmark's format.

A row is called BM_OPERATION/WHO. What PROGRAM.again.json has is mp's once more in the same round: the control.
"""
import collections
import json
import os
import re

US, CONTROL = "mp", "mp_again"
AGAIN = ".again"  # ends the name of a program that is run once more
FAILED = ".failed"  # beside a program's JSON, or instead of it: what went wrong
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
# What Google Benchmark adds to the name of a row.
SUFFIXES = re.compile(r"(/(iterations:\d+|repeats:\d+|min_time:[^/]*|real_time|manual_time|process_time))+$")

Row = collections.namedtuple("Row", "nanoseconds counters")


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


def as_control(rows):
    return {(operation, CONTROL): row for (operation, who), row in rows.items() if who == US}


def read_rounds(folder):
    """[{(operation, who): Row}] and problems, of everything that is there."""
    rounds, problems = [], []
    folders = [name for name in os.listdir(folder) if re.fullmatch(r"round-\d+", name)]
    for name in sorted(folders, key=lambda name: int(name.split("-")[1])):
        rows, failed = read_round(os.path.join(folder, name))
        problems += failed
        if rows:
            rounds.append(rows)
    return rounds, sorted(set(problems))


def read_round(folder):
    """mp's own programs come first, so that operations are in their order."""
    of_files, problems = [], []
    for file in sorted(os.listdir(folder)):
        path = os.path.join(folder, file)
        try:
            with open(path) as f:
                if file.endswith(FAILED):
                    problems.append(f.read())
                    continue
                more, failed = read_rows(json.load(f))
        except (OSError, ValueError, KeyError) as error:
            problems.append("%s: %s" % (path, error))
            continue
        of_files.append(as_control(more) if file.endswith(AGAIN + ".json") else more)
        problems += failed
    of_files.sort(key=lambda rows: all(who != US for _, who in rows))
    return {key: row for rows in of_files for key, row in rows.items()}, problems


def read_pythons(folder):
    """{who: "CPython 3.11.2"} of those whose rows a Python wrote, by the first round."""
    pythons = {}
    first = os.path.join(folder, "round-1")
    for file in sorted(os.listdir(first)) if os.path.isdir(first) else []:
        try:
            with open(os.path.join(first, file)) as f:
                document = json.load(f)
            version = document["context"].get("python")
            for entry in document["benchmarks"] if version else []:
                pythons[operation_and_who(entry["name"])[1]] = version
        except (OSError, ValueError, KeyError):
            pass  # which read_rounds() tells
    return pythons


def first_seen(rounds):
    """{operation: [who, ...]}, both in the order in which they came; the first round tells."""
    seen = {}
    for r in rounds:
        for operation, who in r:
            everybody = seen.setdefault(operation, [])
            if who not in everybody:
                everybody.append(who)
    return seen
