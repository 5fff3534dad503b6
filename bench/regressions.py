#!/usr/bin/python3
"""What became slower, and what faster, from one run of tools/bench to another.

    tools/bench compare OLD NEW                  each a bench.json, or the folder that holds it
    tools/bench compare OLD NEW --beside=boost   judge mp by its speed beside that peer
    tools/bench compare OLD NEW --threshold=10   changes of less than 10 % are no regressions (5)

On the same machine mp's times are tested (Mann and Whitney), and its speed beside a peer in the same rounds has a veto:
where it did not change, the machine did. Between different machines only mp's speed beside the peer is tested. A change
is told if its rate of false discoveries among all operations is at most 5 % (Benjamini and Hochberg), if it is greater
than the threshold and than either run's noise, and if its interval does not hold 1.

Exit codes: 0 nothing became slower, 1 something did, 64 bad usage, or runs that can't be compared.
"""
import argparse
import collections
import json
import math
import os
import statistics
import sys

from estimates import ENOUGH, LEVEL, estimate_of_change
from flags import BAD_USAGE, Parser
from results import FORMAT
from rounds import CONTROL, US
from significance import NOT_HERE, benjamini_hochberg, mann_whitney
from table import p_text

WRONG_AT_MOST = 1 - LEVEL
THRESHOLD = 5  # %
# Of a machine, what makes times of two runs comparable.
SAME_MACHINE = ["cpu", "cpus_of_machine", "usable_cpus", "quota", "governors", "virtual", "page_size", "kernel"]
SLOWER, FASTER, NOTHING, NOT_MP, UNTOLD = "slower", "faster", "", "the machine, not mp", "not judged"

# A run as it was read. times: {(operation, who): [nanoseconds, None where a round has none]}.
Run = collections.namedtuple("Run", "path machine times noise context pythons")
# time and beside_peer: an Estimate of how many times as long mp takes now, by the clock and beside the peer, or None.
Change = collections.namedtuple("Change", "operation peer time beside_peer p q verdict")


class CannotCompare(Exception):
    """The reason, and what to do."""


# ---------------------------------------------------------------- reading

def read(path):
    """Raises: CannotCompare"""
    file = os.path.join(path, "bench.json") if os.path.isdir(path) else path
    try:
        with open(file) as f:
            told = json.load(f)
    except (OSError, ValueError) as error:
        raise CannotCompare("%s can't be read: %s" % (file, error))
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise CannotCompare("%s is no bench.json of format %d; tools/bench makes one" % (file, FORMAT))
    try:
        times = {(row["operation"], row["who"]): row["nanoseconds"] for row in told["rows"]}
        return Run(file, told["context"]["machine"], times, told["noise"], told["context"], told["pythons"])
    except (KeyError, TypeError) as error:
        raise CannotCompare("%s lacks something: %r" % (file, error))


def there(values):
    return [value for value in values or [] if value is not None]


def ours(run, operation):
    return there(run.times.get((operation, US)))


def beside(run, operation, peer):
    """mp's time over the peer's, in each round that has both."""
    pairs = zip(run.times.get((operation, US), []), run.times.get((operation, peer), []))
    return [mine / its for mine, its in pairs if mine is not None and its is not None]


def operations(run):
    return [operation for operation, who in run.times if who == US]


def machine_differences(old, new):
    return ["%s: %s, now %s" % (key, old.machine.get(key), new.machine.get(key)) for key in SAME_MACHINE
            if old.machine.get(key) != new.machine.get(key)]


# ---------------------------------------------------------------- judging

def steadiest_peer(old, new, operation):
    """Who is beside mp in both runs, and whose times differ least within a run; None if nobody is."""
    peers = [who for its, who in old.times
             if its == operation and who not in (US, CONTROL) and (operation, who) in new.times
             and min(len(beside(run, operation, who)) for run in (old, new)) >= ENOUGH]
    return min(peers, default=None, key=lambda who: max(unsteadiness(run.times[operation, who]) for run in (old, new)))


def unsteadiness(values):
    values = there(values)
    median = statistics.median(values)
    return statistics.median(abs(value - median) for value in values) / median


def measure(old, new, operation, same_machine, peer):
    """A Change without q and verdict. p is None where nothing can be tested."""
    if peer is None:
        peer = steadiest_peer(old, new, operation)
    time, p_time = change_of(ours(old, operation), ours(new, operation))
    ratio, p_ratio = change_of(beside(old, operation, peer), beside(new, operation, peer))
    return Change(operation, peer if ratio else None, time, ratio, p_time if same_machine else p_ratio, None, UNTOLD)


def change_of(old, new):
    if min(len(old), len(new)) < ENOUGH:
        return None, None
    return estimate_of_change(old, new), mann_whitney(old, new)


def judge(change, floor, same_machine):
    tested = change.time if same_machine else change.beside_peer
    verdict = direction(tested, floor)
    if change.q > WRONG_AT_MOST or verdict == NOTHING:
        return NOTHING
    # The machine itself may have changed; a peer in the same rounds tells.
    if same_machine and change.beside_peer is not None and direction(change.beside_peer, 1.0) != verdict:
        return NOT_MP
    return verdict


def direction(change, floor):
    if change.low > 1 and change.value > floor:
        return SLOWER
    if change.high < 1 and change.value < 1 / floor:
        return FASTER
    return NOTHING


def changes(old, new, threshold=THRESHOLD, peer=None):
    """Of all operations that both runs have. Raises: CannotCompare"""
    same_machine = not machine_differences(old, new)
    common = [operation for operation in operations(old) if operation in operations(new)]
    if not common:
        raise CannotCompare("%s and %s have no operation in common" % (old.path, new.path))
    measured = [measure(old, new, operation, same_machine, peer) for operation in common]
    tested = [change for change in measured if change.p is not None]
    if not tested:
        raise CannotCompare(why_nothing_is_tested(old, new, common, same_machine))
    q_values = dict(zip((change.operation for change in tested), benjamini_hochberg([each.p for each in tested])))
    result = []
    for change in measured:
        if change.operation in q_values:
            floor = max([1 + threshold / 100] + [run.noise.get(change.operation) or 1 for run in (old, new)])
            change = change._replace(q=q_values[change.operation])
            change = change._replace(verdict=judge(change, floor, same_machine))
        result.append(change)
    return result


def why_nothing_is_tested(old, new, common, same_machine):
    rounds = min(max(len(ours(run, operation)) for operation in common) for run in (old, new))
    if rounds < ENOUGH:
        return "too few rounds to judge by: %d, and it takes %d; run tools/bench --rounds=9" % (rounds, ENOUGH)
    if mann_whitney([1.0], [2.0]) is None:
        return NOT_HERE
    return "the runs are of different machines, and have no peer in common%s" % (
        "" if same_machine else "; measure both with the same peers")


def least_p(old_rounds, new_rounds):
    """That of two samples of which one lies wholly above the other."""
    return 2 / math.comb(old_rounds + new_rounds, new_rounds)


# ---------------------------------------------------------------- telling

def percent_text(change):
    if change is None:
        return ""
    return "%+.1f %% (%+.1f to %+.1f)" % tuple(100 * (each - 1) for each in change)


def introduction(old, new, found):
    lines = ["%s: %s, commit %s, `%s`" % (name, run.path, run.context["commit"], run.context["command"])
             for name, run in (("old", old), ("new", new))]
    differences = machine_differences(old, new)
    if differences:
        lines.append("Different machines (%s): mp's times are not compared, only its speed beside a peer in the same "
                     "rounds. Even that differs between machines; measure both on one if you can." %
                     "; ".join(differences))
    lines += rounds_warning(old, new, found) + one_sided(old, new) + changed_pythons(old, new, found)
    for name, run in (("old", old), ("new", new)):
        if run.context.get("interrupted"):
            lines.append("The %s run was interrupted." % name)
    return lines


def rounds_warning(old, new, found):
    """About runs that are so short that not even the clearest change of one operation could be told."""
    tested = [change for change in found if change.q is not None]
    rounds = [max(len(ours(run, change.operation)) for change in tested) for run in (old, new)]
    if least_p(*rounds) * len(tested) <= WRONG_AT_MOST:
        return []
    return ["warning: %d and %d rounds are too few to tell that one operation of %d became slower; more are, or take "
            "more rounds, or --filter fewer operations" % (*rounds, len(tested))]


def changed_pythons(old, new, found):
    return ["warning: %s was %s and is %s: what mp is beside it may have changed because of that" % (
        peer, old.pythons.get(peer), new.pythons.get(peer))
            for peer in sorted({change.peer for change in found if change.peer})
            if old.pythons.get(peer) != new.pythons.get(peer)]


def one_sided(old, new):
    lines = []
    for name, run, other in (("old", old, new), ("new", new, old)):
        missing = [operation for operation in operations(run) if operation not in operations(other)]
        if missing:
            lines.append("warning: only the %s run has %s" % (name, ", ".join(missing)))
    return lines


def text_of(old, new, found):
    text = ["# Changes", ""] + ["- " + line for line in introduction(old, new, found)]
    text += ["", "mp takes longer by (95 % interval):", "",
             "| operation | by the clock | beside | measured by it | p | q | mp is |", "|---|---|---|---|---|---|---|"]
    for change in found:
        text.append("| %s | %s | %s | %s | %s | %s | %s |" % (
            change.operation, percent_text(change.time), change.peer or "", percent_text(change.beside_peer),
            p_text(change.p), p_text(change.q), "**slower**" if change.verdict == SLOWER else change.verdict))
    counted = collections.Counter(change.verdict for change in found)
    text += ["", "%d slower, %d faster, %d where the machine changed, %d not judged, of %d operations." % (
        counted[SLOWER], counted[FASTER], counted[NOT_MP], counted[UNTOLD], len(found))]
    return "\n".join(text) + "\n"


# ---------------------------------------------------------------- flags

def percent(text):
    try:
        if 0 <= float(text) < math.inf:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError("'%s' is not a percentage of 0 or more" % text)


def parse(arguments):
    parser = Parser("bench compare", prog="tools/bench compare", description=__doc__, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD")
    parser.add_argument("new", metavar="NEW")
    parser.add_argument("--beside", metavar="PEER", help="the one with the steadiest times by default")
    parser.add_argument("--threshold", type=percent, default=THRESHOLD, metavar="PERCENT")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    try:
        old, new = read(options.old), read(options.new)
        found = changes(old, new, options.threshold, options.beside)
    except CannotCompare as reason:
        print("bench compare: %s" % reason, file=sys.stderr)
        return BAD_USAGE
    print(text_of(old, new, found), end="")
    return 1 if any(change.verdict == SLOWER for change in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
