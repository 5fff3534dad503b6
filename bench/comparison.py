"""What rounds say about mp beside its peers: of each operation and peer the ratio of times, taken in each round, with
an interval; how far two measurements of mp itself lie apart; and which goals are met.
"""
import collections
import statistics

from estimates import ENOUGH, Estimate, estimate, transformed
from goals import GOALS, Count, Speed, Time
from rounds import CONTROL, US, first_seen
from significance import mann_whitney

FIRST_PEER = "cpython"  # in the table
FASTER, SLOWER, SAME, UNCLEAR = "faster", "slower", "no difference", "unclear"

# ours and theirs are times; ratio says how many times as fast mp is. They are an Estimate each, without ends where
# there are too few rounds, or None. p: of both sides' times, by Mann and Whitney. verdict: one of the above, or "".
Line = collections.namedtuple("Line", "operation ours who theirs ratio p verdict goal met counter",
                              defaults=["", None, None, None, "", "", "", None])


def summary(values):
    """An Estimate, None of no values."""
    if len(values) >= ENOUGH:
        return estimate(values)
    return Estimate(statistics.median(values), None, None) if values else None


def times(rounds, operation, who):
    return [r[operation, who].nanoseconds for r in rounds if (operation, who) in r]


def ratios(rounds, operation, who):
    """How many times as fast as `who` mp is, in each round that has both."""
    return [r[operation, who].nanoseconds / r[operation, US].nanoseconds for r in rounds
            if (operation, who) in r and (operation, US) in r]


def counts(rounds, operation, counter):
    return [r[operation, US].counters[counter] for r in rounds
            if (operation, US) in r and counter in r[operation, US].counters]


def noise_floor(rounds, operation):
    """1.03 if mp beside itself came out as 0.97 to 1.02 times as fast: what is nearer to 1 is no difference. None
    where there is no control, or too few rounds of it."""
    control = summary(ratios(rounds, operation, CONTROL))
    if control is None or control.low is None:
        return None
    return max(control.high, 1 / control.low, 1.0)


def verdict(ratio, floor):
    if ratio is None or ratio.low is None:
        return ""
    floor = floor or 1.0
    if ratio.low > floor:
        return FASTER
    if ratio.high < 1 / floor:
        return SLOWER
    if 1 / floor <= ratio.low and ratio.high <= floor:
        return SAME
    return UNCLEAR


def judged(spread, good):
    if spread is None:
        return "not measured"
    return "yes" if good(spread.value) else "no"


# ---------------------------------------------------------------- lines

def lines_of(rounds, goals=GOALS):
    """Operation by operation. Goals count where anybody was measured on the operation."""
    lines = []
    for operation, everybody in first_seen(rounds).items():
        its_goals = [goal for goal in goals if goal.operation == operation]
        its = peer_lines(rounds, operation, everybody, its_goals) + time_lines(rounds, operation, its_goals)
        its += counter_lines(rounds, operation, its_goals)
        lines += its or [Line(operation, ours=summary(times(rounds, operation, US)))]
    return lines


def peer_lines(rounds, operation, everybody, goals):
    speeds = {goal.who: goal.at_least for goal in goals if isinstance(goal, Speed)}
    others = sorted([who for who in everybody if who not in (US, CONTROL)], key=lambda who: who != FIRST_PEER)
    floor = noise_floor(rounds, operation)
    return [peer_line(rounds, operation, who, floor, speeds.get(who))
            for who in others + [who for who in speeds if who not in others]]


def peer_line(rounds, operation, who, floor, goal):
    ours, theirs = times(rounds, operation, US), times(rounds, operation, who)
    ratio = summary(ratios(rounds, operation, who))
    line = Line(operation, summary(ours), who, summary(theirs), ratio, mann_whitney(ours, theirs),
                verdict(ratio, floor))
    if goal is None:
        return line
    return line._replace(goal="≥ %gx" % goal, met=judged(ratio, lambda median: median >= goal))


def time_lines(rounds, operation, goals):
    ours = summary(times(rounds, operation, US))
    return [Line(operation, ours=ours, goal="≤ %g ns" % goal.at_most,
                 met=judged(ours, lambda median, most=goal.at_most: median <= most))
            for goal in goals if isinstance(goal, Time)]


def counter_lines(rounds, operation, goals):
    limits = {goal.counter: goal.at_most for goal in goals if isinstance(goal, Count)}
    present = sorted({counter for r in rounds if (operation, US) in r for counter in r[operation, US].counters})
    ours = summary(times(rounds, operation, US))
    lines = []
    for counter in present + [counter for counter in limits if counter not in present]:
        spread, most = summary(counts(rounds, operation, counter)), limits.get(counter)
        line = Line(operation, ours=ours, counter=(counter, spread))
        lines.append(line if most is None else line._replace(
            goal="≤ %g" % most, met=judged(spread, lambda median, most=most: median <= most)))
    return lines
