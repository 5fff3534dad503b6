#!/usr/bin/env python3
"""How sharp is the suite? Judges implementations with planted faults, and says which of them it notices.

    tools/mpcheck sharpness [NAME...] [--only=TEXT] [--filter=AREA.CLAIM] [--jobs=N] [--all-claims] [--bound=PERCENT]

NAME is a CPython with one of its start methods, or mp-fork, mp-spawn, mp-forkserver; without one, the first CPython
with fork. --only takes the faults whose id or area contains TEXT, --filter the claims that may notice them. With
--mutants=N the faults are N mechanical edits of CPython's package that --seed chooses (mutants.py), not those that
somebody thought of; many of them no user can see, so that the percentage says little before somebody has looked at
those that were missed.

A fault counts as *caught* by a claim
  - that holds, and leaves nothing behind, on the untouched implementation, at the beginning of the same session,
  - that does not hold (or leaves something behind, or can't be judged any more) on the faulty one, twice: among
    others, and then once more by itself,
  - that holds on the untouched one after that, too,
  - and that is no race of the implementation's own (`sometimes:` in its waivers): such a one fails on whatever it is.
What fails once, or on both, is told as doubtful and catches nothing. A fault is *missed* if all claims hold; then either no
user can see it or nothing forbids it, and it says so ("equivalent"), or the suite is blunt there; if it is known why,
the fault says that, too ("unseen"), and the miss is *explained*. It is *not judged* if
its text is not in this version of the implementation, or if the runner came to no end.

Claims that noticed the fault in an earlier session come first, then those that share most words with it, and the
first that catches it ends the matter; with --all-claims all are asked.

Prints a line a fault, then totals by area. results/sharpness/latest/NAME.jsonl has a line a fault, written as it is
known; Ctrl-C keeps what is done. Exit codes: 0 at least --bound percent (95) are caught, 1 fewer, 2 some could not be
judged, 64 wrong usage. How to add a fault: plant.py, and the README beside it.
"""
import argparse
import collections
import concurrent.futures
import ctypes
import fnmatch
import functools
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutants  # noqa: E402  (found beside this file, wherever that is run from)
import plant  # noqa: E402

ENOUGH, TOO_FEW, COULD_NOT_JUDGE, WRONG_USAGE = 0, 1, 2, 64
CAUGHT, MISSED, NOT_JUDGED = "caught", "MISSED", "NOT JUDGED"
# A claim that waits for something that never comes takes this much longer than usual.
PATIENCE = 120
FIRST_BATCH = 12


class Interrupted(Exception):
    """Somebody wants it to end."""


# ---- Running claims

def prctl(option, value):
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def become_subreaper():
    """What a killed runner leaves comes to us."""
    pr_set_child_subreaper = 36
    prctl(pr_set_child_subreaper, 1)


def die_with_parent():
    pr_set_pdeathsig = 1
    prctl(pr_set_pdeathsig, signal.SIGKILL)


def children_of(pid):
    out = []
    try:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, thread)) as f:
                out += [int(each) for each in f.read().split()]
    except OSError:
        pass  # it has ended
    return out


def descendants_of(pid):
    out = []
    for child in children_of(pid):
        out += [child] + descendants_of(child)
    return out


def scratch_of(pid):
    """The scratch folder of a runner's testee: the runner removes it, unless it is killed."""
    try:
        match = re.match("(/tmp/mpcheck-[^/]+)/cwd", os.readlink("/proc/%d/cwd" % pid))
    except OSError:
        return None
    return match and match.group(1)


class Runners:
    """Runs claims in runner processes; ends them all, with what they started, when told to."""

    def __init__(self, runner, folder):
        self.runner, self.folder = runner, folder
        self.running = set()
        self.lock = threading.Lock()
        self.stopping = False
        self.count = 0

    def run(self, command, claims, environment, first_only=False, patience=PATIENCE, shard=None):
        """Judges `claims` (ids, or one filter). Returns the rows of the results and whether the run came to its end.
        With `first_only` it ends after the first claim that is not as it should be."""
        with self.lock:
            self.count += 1
            results = os.path.join(self.folder, "%d.jsonl" % self.count)
            full = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_"))}
            full.pop("PYTHONDONTWRITEBYTECODE", None)  # the suite starts many interpreters
            full.update(environment)
            if shard:
                full.update(GTEST_SHARD_INDEX=str(shard[0]), GTEST_TOTAL_SHARDS=str(shard[1]))
            words = [self.runner, "--gtest_filter=" + ":".join(claims), "--results=" + results]
            words += ["--gtest_fail_fast"] * first_only + ["--"] + command
            if self.stopping:
                raise Interrupted()
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=full,
                                       start_new_session=True, preexec_fn=die_with_parent)
            self.running.add(process)
        try:
            ended = process.wait(timeout=patience) in (0, 1, 2)
        except subprocess.TimeoutExpired:
            ended = False
            self._kill(process)
        finally:
            with self.lock:
                self.running.discard(process)
        if self.stopping:
            raise Interrupted()
        return rows_of(results), ended

    def stop(self):
        with self.lock:
            self.stopping = True
            for process in self.running:
                self._kill(process)

    @staticmethod
    def _kill(process):
        """Kills a runner and all that descends from it, and removes its scratch folder."""
        folders = set()
        family = [process.pid]
        while family:
            folders |= {scratch_of(pid) for pid in family} - {None}
            for pid in family:
                try:
                    os.kill(pid, signal.SIGSTOP if pid == process.pid else signal.SIGKILL)
                except ProcessLookupError:
                    pass
            family = [pid for pid in descendants_of(process.pid) if is_alive(pid)]
        process.kill()
        process.wait()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def rows_of(path):
    """The claims of a results file. It may end in the middle of a line."""
    try:
        with open(path) as f:
            rows = [json.loads(line) for line in f if line.endswith("\n")]
        os.unlink(path)
    except FileNotFoundError:
        return []
    return [row for row in rows if "claim" in row]


def holds(row):
    return row["verdict"] == "holds" and row["hygiene"]["verdict"] != "dirty"


def races_of(path):
    """The patterns of claims that hold in some runs only, as the waivers of an implementation say."""
    patterns = []
    with open(path) as f:
        lines = f.read().split("\n")
    for line in lines:
        kind, _, pattern = line.partition(" ")[0].rpartition(":")
        if kind.startswith("sometimes"):
            patterns.append(pattern)
        elif line.startswith("include "):
            patterns += races_of(os.path.join(os.path.dirname(path), line.split()[1]))
    return patterns


def what_was_seen(row):
    return "leaves something behind" if row["verdict"] == "holds" else row["verdict"]


# ---- Which claims first

def words_of(text):
    # "acquires" and "acquire", "releases" and "released" are one word here.
    return {re.sub("(ing|ed|es|s|e)$", "", word) for word in re.findall("[a-z]{2,}", text.lower())}


class Ranking:
    """Puts claims that are likely to notice a fault first."""

    def __init__(self, baseline, known):
        self.known = known  # fault -> the claims that caught it before
        self.claims = {row["claim"]: (row["area"], words_of(row["claim"] + " " + row["says"]), row["took_ms"])
                       for row in baseline}
        self.frequency = collections.Counter(w for _, words, _ in self.claims.values() for w in words)

    def batches(self, fault):
        """The claims in lists that grow, the likeliest in the first."""
        ids = sorted(self.claims, key=lambda claim: self._key(claim, fault))
        begin, size = 0, FIRST_BATCH
        while begin < len(ids):
            yield ids[begin:begin + size]
            begin, size = begin + size, size * 4

    def _key(self, claim, fault):
        area, words, took = self.claims[claim]
        known = claim in self.known.get(fault["id"], ())
        common = words & words_of(fault["id"] + " " + fault["breaks"])
        likeness = sum(math.log(len(self.claims) / self.frequency[w]) for w in common)
        # An area's own claims are a few words ahead. Of two that are alike the quicker one comes first.
        return -1000 * known - 6 * (area == fault["area"]) - likeness + math.log(1 + took / 20)


# ---- Judging a fault

def nothing_seen_of(fault):
    """A fault's line of the results before any claim was asked."""
    return {"fault": fault["id"], "area": fault["area"], "breaks": fault["breaks"], "verdict": MISSED,
            "unseen": fault.get("unseen"), "caught_by": [], "seen": [], "doubtful": [], "claims_asked": 0}


def judge_fault(fault, planted, untouched, ranking, runners, all_claims):
    """One fault's line of the results."""
    began = time.monotonic()
    result = nothing_seen_of(fault)
    with tempfile.TemporaryDirectory(prefix="fault-", dir=runners.folder) as folder:
        try:
            environment = planted.plant(fault, folder)
            command = untouched[:1] + planted.flags(fault) + untouched[1:]
            for batch in ranking.batches(fault):
                ask(batch, functools.partial(runners.run, command, environment=environment),
                    functools.partial(runners.run, untouched, environment={}), all_claims, result)
                if result["caught_by"] and not all_claims:
                    break
        except plant.FaultError as e:
            result.update(verdict=NOT_JUDGED, why=str(e))
    result["seconds"] = round(time.monotonic() - began, 2)
    if result["caught_by"]:
        result["verdict"] = CAUGHT
    return result


def ask(claims, of_the_faulty, of_the_untouched, all_claims, result):
    """Judges claims until one catches the fault, twice; with `all_claims` all of them. Two functions, Runners.run() of the
    one implementation and of the other, give the rows of some claims."""
    while claims:
        rows, ended = of_the_faulty(claims, first_only=not all_claims)
        result["claims_asked"] += len(rows)
        if not ended and not rows:
            raise plant.FaultError("the runner came to no end")
        suspects = [row["claim"] for row in rows if not holds(row)]
        if suspects:
            again, _ = of_the_faulty(suspects)
            confirmed = [row for row in again if not holds(row)]
            if confirmed:
                control, _ = of_the_untouched([row["claim"] for row in confirmed])
                innocent = {row["claim"] for row in control if holds(row)}
                confirmed = [row for row in confirmed if row["claim"] in innocent]
            result["caught_by"] += [row["claim"] for row in confirmed]
            result["seen"] += [what_was_seen(row) for row in confirmed]
            result["doubtful"] += sorted(set(suspects) - {row["claim"] for row in confirmed})
            if confirmed and not all_claims:
                return
        elif ended:
            return
        judged = {row["claim"] for row in rows}
        claims = [claim for claim in claims if claim not in judged]


def baseline_of(runners, command, claim_filter, races, jobs):
    """The rows of the claims that hold on the untouched implementation, but for its races, or FaultError."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        shards = [pool.submit(runners.run, command, [claim_filter], {}, False, 900, (i, jobs))
                  for i in range(jobs)]
        parts = [shard.result() for shard in shards]
    rows = [row for part, _ in parts for row in part if holds(row)]
    if not rows or not all(ended for _, ended in parts):
        raise plant.FaultError("the untouched implementation can't be judged%s; try: tools/mpcheck run"
                               % ("" if rows else " (no claim holds; is the filter right?)"))
    return [row for row in rows if not any(fnmatch.fnmatchcase(row["claim"], race) for race in races)]


# ---- Telling

class Progress:
    """What is done and how long the rest will take, on stderr: one line that changes, or, in a log, few."""

    def __init__(self, total):
        self.total, self.done, self.missed = total, 0, 0
        self.began = self.last = time.monotonic()
        self.live = sys.stderr.isatty()

    def advance(self, result):
        self.done += 1
        self.missed += result["verdict"] == MISSED
        now = time.monotonic()
        left = (now - self.began) / self.done * (self.total - self.done)
        text = "%d of %d faults, %d missed, about %d:%02d min left" % (
            self.done, self.total, self.missed, left // 60, left % 60)
        if self.live:
            sys.stderr.write("\r%-78s\r" % text)
        elif now - self.last > 30:
            self.last = now
            sys.stderr.write(text + "\n")
        sys.stderr.flush()


def is_explained(result):
    return result["verdict"] == MISSED and bool(result["unseen"])


def line_of(result):
    if result["verdict"] == CAUGHT:
        by = result["caught_by"]
        shown = ", ".join(by[:3]) + (" and %d more" % (len(by) - 3) if len(by) > 3 else "")
        if set(result["seen"]) == {"adapter_error"}:
            shown += " (the adapter fails)"
    else:
        shown = result.get("why", result["breaks"])
        if is_explained(result):
            shown += "; why: " + result["unseen"]
    doubtful = "; doubtful: " + ", ".join(result["doubtful"]) if result["doubtful"] else ""
    return "%-10s %-48s %5.1f s  %s%s" % (result["verdict"], result["fault"], result["seconds"], shown, doubtful)


def table_of(results, equivalent):
    rows = [("area", "planted", "caught", "missed", "explained", "not judged", "equivalent")]
    areas = sorted({r["area"] for r in results} | {f["area"] for f in equivalent})
    for area in areas + [None]:
        here = [r for r in results if area in (None, r["area"])]
        some = [r["verdict"] for r in here]
        rows.append((area or "all", len(some), some.count(CAUGHT), some.count(MISSED), sum(map(is_explained, here)),
                     some.count(NOT_JUDGED), sum(area in (None, f["area"]) for f in equivalent)))
    return "\n".join("%-20s %8s %8s %8s %10s %11s %11s" % row for row in rows)


def conclude(name, results, faults, equivalent, bound, seconds):
    judged = [r for r in results if r["verdict"] != NOT_JUDGED]
    caught = sum(r["verdict"] == CAUGHT for r in judged)
    print("\n" + table_of(results, equivalent))
    percent = 100 * caught / len(judged) if judged else 0
    print("\n%s: %d of %d faults caught (%.1f %%), in %.0f s" % (name, caught, len(judged), percent, seconds))
    if len(results) < len(faults):
        print("Interrupted: %d of %d faults were judged; the numbers are those of what was done."
              % (len(results), len(faults)))
    if len(judged) < len(faults):
        return COULD_NOT_JUDGE
    return ENOUGH if percent >= bound else TOO_FEW


# ---- One implementation

def recall(path):
    try:
        with open(path) as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}  # what was known only makes things quicker


def start_method_of(command):
    return next((w.partition("=")[2] for w in command if w.startswith("--start-method=")), "")


def planter_for(one, root, faults):
    """Who plants these faults, the command that then runs, and those that can't be planted."""
    if one["kind"] == "package":
        return plant.PackageCopy(plant.package_of(one["command"][0])), one["command"], []
    copy = os.path.join(root, "results/sharpness/tree")
    sources = plant.SwitchedSources(root, copy, one["target"])
    refused = sources.write(faults)
    sys.stderr.write("%s: building it with %d faults\n" % (one["name"], len(faults) - len(refused)))
    program = sources.build(os.path.join(root, "results/sharpness/build.log"))
    return sources, [program] + one["command"][1:], refused


def faults_for(one, args, method):
    if not args.mutants:
        return plant.load_faults(one["faults"])
    if one["kind"] != "package":
        raise plant.FaultError("%s: mutants are made of a Python package only" % one["name"])
    return mutants.of_package(plant.package_of(one["command"][0]), args.mutants, args.seed, method)


def sharpness_of(one, args, runners, results_folder):
    began = time.monotonic()
    method = start_method_of(one["command"])
    everything = faults_for(one, args, method)
    relevant = [f for f in everything if (args.only in f["id"] or args.only in f["area"])
                and method in f.get("methods", [method])]
    faults = [f for f in relevant if "equivalent" not in f]
    equivalent = [f for f in relevant if "equivalent" in f]
    if not faults:
        raise plant.FaultError("no fault of %s has '%s' in its id or area" % (one["name"], args.only))
    # Those of a build are planted all at once: what --only selects must not change the build.
    buildable = [f for f in everything if "equivalent" not in f]
    planted, command, refused = planter_for(one, args.root, buildable)
    refused = {fault["id"]: why for fault, why in refused}
    races = races_of(one["waivers"]) if one.get("waivers") else []
    baseline = baseline_of(runners, command, args.filter, races, args.jobs)
    sys.stderr.write("%s: %d claims hold untouched; %d faults\n" % (one["name"], len(baseline), len(faults)))
    known_path = os.path.join(args.root, "results/sharpness/known", one["name"] + ".json")
    known = recall(known_path)
    ranking = Ranking(baseline, known)
    # The slowest to judge, those that were missed before, first: else one of them is left alone at the end.
    faults.sort(key=lambda f: known.get(f["id"], None) != [])

    def attempt(fault):
        if fault["id"] in refused:
            return dict(nothing_seen_of(fault), verdict=NOT_JUDGED, seconds=0, why=refused[fault["id"]])
        return judge_fault(fault, planted, command, ranking, runners, args.all_claims)

    results, progress = [], Progress(len(faults))
    with open(os.path.join(results_folder, one["name"] + ".jsonl"), "w") as out, \
            concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        pending = [pool.submit(attempt, fault) for fault in faults]
        for future in concurrent.futures.as_completed(pending):
            try:
                result = future.result()
            except (Interrupted, concurrent.futures.CancelledError):
                for each in pending:
                    each.cancel()
                continue
            results.append(result)
            print(line_of(result), flush=True)
            out.write(json.dumps(result) + "\n")
            out.flush()
            progress.advance(result)
    known.update({r["fault"]: r["caught_by"][:5] for r in results if r["verdict"] != NOT_JUDGED})
    os.makedirs(os.path.dirname(known_path), exist_ok=True)
    with open(known_path, "w") as f:
        json.dump(known, f, indent=0, sort_keys=True)
    return conclude(one["name"], results, faults, equivalent, args.bound, time.monotonic() - began)


def make_results_folder(root):
    parent = os.path.join(root, "results/sharpness")
    stamp = time.strftime("%Y-%m-%dT%H-%M-%S")
    name, n = stamp, 1
    while os.path.exists(os.path.join(parent, name)):
        n += 1
        name = "%s-%d" % (stamp, n)
    os.makedirs(os.path.join(parent, name))
    latest = os.path.join(parent, "latest")
    if os.path.islink(latest):
        os.unlink(latest)
    os.symlink(name, latest)
    return os.path.join(parent, name)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(WRONG_USAGE, "mpcheck sharpness: %s\n%s" % (message, self.format_usage()))


def percentage(text):
    value = float(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError("'%s' is not a percentage" % text)
    return value


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError("'%s' is not a positive number" % text)
    return int(text)


def parse(words):
    p = Parser(prog="mpcheck sharpness", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    # From the mpcheck command, which knows what there is on this machine: name, command, kind, faults, target.
    p.add_argument("--implementations", type=json.loads, required=True, help=argparse.SUPPRESS)
    p.add_argument("--root", required=True, help=argparse.SUPPRESS)
    p.add_argument("--runner", required=True, help=argparse.SUPPRESS)
    p.add_argument("--faults", default="", help="a folder with faults of your own instead")
    p.add_argument("--mutants", type=positive, help="so many mechanical edits of CPython's package instead")
    p.add_argument("--seed", type=int, default=1, help="which mutants")
    p.add_argument("--filter", default="*", help="which claims: a GoogleTest filter")
    p.add_argument("--only", default="", help="only faults whose id or area contains this")
    p.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)) + 1, help="runners at a time")
    p.add_argument("--all-claims", action="store_true", help="ask all claims, not only until one catches the fault")
    p.add_argument("--bound", type=percentage, default=95, help="how many percent are enough")
    return p.parse_args(words)


def main(words):
    args = parse(words)
    become_subreaper()
    results_folder = make_results_folder(args.root)
    code = ENOUGH
    with tempfile.TemporaryDirectory(prefix="sharpness-") as folder:
        runners = Runners(args.runner, folder)
        for number in (signal.SIGINT, signal.SIGTERM):
            # In a thread of its own: whoever holds a lock now may be interrupted.
            signal.signal(number, lambda *_: threading.Thread(target=runners.stop).start())
        for one in args.implementations:
            if args.faults:
                one["faults"] = args.faults
            try:
                code = max(code, sharpness_of(one, args, runners, results_folder))
            except Interrupted:
                code = COULD_NOT_JUDGE
            except plant.FaultError as e:
                sys.stderr.write("mpcheck sharpness: %s\n" % e)
                code = COULD_NOT_JUDGE
            if runners.stopping:
                break
    print("Details: %s/NAME.jsonl" % results_folder)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
