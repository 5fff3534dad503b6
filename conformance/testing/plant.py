#!/usr/bin/env python3
"""Plants faults in a copy of CPython's multiprocessing package and sees which the suite notices.

    conformance/testing/plant.py [--runner R] [--python P] [--start-method M] [--jobs N] FAULTS.json...

A fault is a small edit of one file of the package that breaks one promise:

    {"id": "queue-get-ignores-timeout", "file": "queues.py", "area": "queue",
     "find": "exact text that occurs once", "replace": "what stands there instead",
     "breaks": "one sentence: what a user would see"}

"module": "queue" names another module of the standard library to edit: "file" is then its file's name, and the copy
comes first on PYTHONPATH. "methods": ["spawn"] restricts a fault to start methods on which it can show. A fault is caught if a claim
that holds on the untouched package does not hold on the faulty one: it is violated, leaves something
behind, or can't be judged any more. Prints
a line a fault with the claims that caught it, and the total. Exit code 1 if any was missed.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def package_of(python):
    code = "import multiprocessing, os; print(os.path.dirname(multiprocessing.__file__))"
    return subprocess.check_output([python, "-c", code], universal_newlines=True).strip()


def copy_to_edit(package, fault, folder):
    """Copies what the fault is planted in; returns the file to edit."""
    if "module" in fault:  # a single file beside the package
        return shutil.copy(os.path.join(os.path.dirname(package), fault["file"]), folder)
    copy = os.path.join(folder, "multiprocessing")
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return os.path.join(copy, fault["file"])


def plant(package, fault, folder):
    path = copy_to_edit(package, fault, folder)
    with open(path) as f:
        text = f.read()
    if text.count(fault["find"]) != 1:
        sys.exit("fault %s: its text occurs %d times in %s, not once"
                 % (fault["id"], text.count(fault["find"]), fault["file"]))
    with open(path, "w") as f:
        f.write(text.replace(fault["find"], fault["replace"]))
    compile(text.replace(fault["find"], fault["replace"]), path, "exec")


def holding_claims(args, pythonpath, flags=()):
    """The claims that hold and leave nothing behind, and whether the run came to its end. `flags`: the interpreter's."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the suite starts many interpreters
    if pythonpath:
        environment["PYTHONPATH"] = pythonpath
    with tempfile.TemporaryDirectory(prefix="results-") as folder:
        results = os.path.join(folder, "results.jsonl")
        command = [args.runner, "--gtest_filter=" + args.filter, "--results=" + results, "--",
                   args.python, *flags, args.adapter, "--start-method=" + args.start_method]
        try:
            ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=environment, timeout=args.timeout).returncode in (0, 1, 2)
        except subprocess.TimeoutExpired:
            ended = False
        with open(results) as f:
            rows = [json.loads(line) for line in f if line.endswith("\n")]
    claims = [row for row in rows if "claim" in row]
    return {row["claim"] for row in claims
            if row["verdict"] == "holds" and row["hygiene"]["verdict"] != "dirty"}, ended


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("faults", nargs="+")
    p.add_argument("--runner", default=os.path.join(ROOT, "bazel-bin/conformance/runner/runner"))
    p.add_argument("--adapter", default=os.path.join(ROOT, "tools/adapters/python/adapter.py"))
    p.add_argument("--python", default="/usr/bin/python3")
    p.add_argument("--start-method", default="fork")
    p.add_argument("--filter", default="*", help="GoogleTest filter: which claims to run")
    p.add_argument("--only", default="", help="only faults whose id contains this")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--timeout", type=float, default=300)
    args = p.parse_args()

    faults = []
    for name in args.faults:
        with open(name) as f:
            faults += json.load(f)
    faults = [f for f in faults if args.only in f["id"]
              and args.start_method in f.get("methods", [args.start_method])]
    if not faults:
        sys.exit("no fault to plant")
    package = package_of(args.python)
    baseline, ended = holding_claims(args, None)
    if not ended or not baseline:
        sys.exit("the untouched package can't be judged: try the runner by hand")
    print("%d claims hold on the untouched package" % len(baseline), flush=True)

    def attempt(fault):
        with tempfile.TemporaryDirectory(prefix="fault-") as folder:
            plant(package, fault, folder)
            # Some modules (os) are built into the interpreter, and read from a file only if told so.
            flags = ("-X", "frozen_modules=off") if "module" in fault else ()
            holding, ended = holding_claims(args, folder, flags)
            # Of a run that did not end, the claims that it did not reach say nothing.
            return fault, sorted(baseline - holding) if ended else ["(the run does not end)"]

    missed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for fault, caught_by in pool.map(attempt, faults):
            missed += not caught_by
            shown = ", ".join(caught_by[:4]) + (" and %d more" % (len(caught_by) - 4) if len(caught_by) > 4 else "")
            print("%-7s %-45s %s" % ("caught" if caught_by else "MISSED", fault["id"], shown or fault["breaks"]),
                  flush=True)
    print("%d of %d faults caught" % (len(faults) - missed, len(faults)))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
