"""What rounds say together: a median with an interval."""
import collections
import random
import statistics

LEVEL = 0.95
RESAMPLES = 1000
ENOUGH = 5  # rounds; of fewer the interval is from the least to the greatest

Estimate = collections.namedtuple("Estimate", "value low high")


def estimate(values):
    """The median; and where it would lie if the rounds were drawn again from those that there were (a bootstrap)."""
    median = statistics.median(values)
    if len(values) < ENOUGH:
        return Estimate(median, min(values), max(values))
    chance = random.Random(1)
    return bootstrapped(median, lambda: statistics.median(chance.choices(values, k=len(values))))


def estimate_of_change(old, new):
    """The median of `new` over that of `old`, of rounds that have nothing to do with each other. Requires: ENOUGH of
    either."""
    chance = random.Random(1)

    def drawn_again(values):
        return statistics.median(chance.choices(values, k=len(values)))
    return bootstrapped(statistics.median(new) / statistics.median(old), lambda: drawn_again(new) / drawn_again(old))


def bootstrapped(value, draw):
    drawn = sorted(draw() for _ in range(RESAMPLES))
    tail = int(RESAMPLES * (1 - LEVEL) / 2)
    return Estimate(value, drawn[tail], drawn[-1 - tail])


def transformed(function, values):
    """Of a function that only rises or only falls."""
    ends = sorted([function(values.low), function(values.high)])
    return Estimate(function(values.value), *ends)
