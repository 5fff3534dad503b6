"""What samples say: for each point its time, throughput, speedup, efficiency and serial part, each with an interval;
for each series of points the laws; and where the machine makes a number meaningless, the reason in its place.

A speedup is a ratio of throughputs, taken in each round against the serial control of that same round.
"""
import collections
import statistics

import kernels
import machine
from estimates import estimate, transformed
from laws import LAWS, Refusal, fit_law, karp_flatt

TOO_SHORT = 0.001  # seconds
CONTROL_SPREAD_TOO_MUCH = 0.1

# speedup, efficiency and serial_part are an Estimate or a Refusal; warning: a sentence about the point, or None.
# counts: whether a law may be fitted to it.
Row = collections.namedtuple(
    "Row", "point tasks rounds seconds throughput speedup efficiency serial_part warning counts")
# fits: pairs of a law and its Fit or a Refusal.
Series = collections.namedtuple("Series", "mode kernel executor rows fits")


def analyse(samples, usable_cpus, despite_load=False):
    """The Series of {Point: [Sample, ...]}, in the points' order. despite_load: numbers of disturbed points, too."""
    groups = collections.defaultdict(list)
    for point in samples:
        if samples[point]:
            groups[point.mode, point.kernel, point.executor].append(point)
    return [series(key, points, samples, usable_cpus, despite_load) for key, points in groups.items()]


def series(key, points, samples, usable_cpus, despite_load):
    mode, kernel, executor = key
    rows = [row(point, samples[point], control_samples(point, samples), usable_cpus, despite_load)
            for point in points]
    fits = [] if executor in kernels.CONTROLS else [(law, fit_of(law, rows)) for law in LAWS]
    return Series(mode, kernel, executor, rows, fits)


def control_samples(point, samples):
    control = point._replace(executor=kernels.control_of(point.executor), workers=1)
    return {sample.round: sample for sample in samples.get(control, [])}


def row(point, samples, controls, usable_cpus, despite_load):
    seconds = estimate([sample.seconds for sample in samples])
    throughput = transformed(lambda each: samples[0].tasks / each, seconds)
    ratios = [(sample.tasks / sample.seconds) / (controls[sample.round].tasks / controls[sample.round].seconds)
              for sample in samples if sample.round in controls]
    meaningless = why_meaningless(point, samples, seconds)
    crowded = too_many_workers(point, usable_cpus)
    refusal = Refusal(meaningless) if meaningless and not despite_load else None
    speedup = refusal or (estimate(ratios) if ratios else Refusal("no serial control in its rounds"))
    efficiency, serial_part = efficiency_of(speedup, point.workers, crowded)
    return Row(point, samples[0].tasks, len(samples), seconds, throughput, speedup, efficiency, serial_part,
               meaningless or crowded or disturbed(point, samples, machine.TOLD), counts=not isinstance(speedup, Refusal) and crowded is None)


def efficiency_of(speedup, workers, crowded):
    """And the serial part."""
    if isinstance(speedup, Refusal):
        return speedup, speedup
    if crowded:
        return Refusal(crowded), Refusal(crowded)
    return (transformed(lambda s: s / workers, speedup),
            Refusal("one worker has no serial part") if workers == 1 else
            transformed(lambda s: karp_flatt(s, workers), speedup))


def disturbed(point, samples, limits):
    cpu_bound = kernels.KERNELS[point.kernel].cpu_bound
    return machine.mostly_disturbed([[(sample.load, cpu_bound)] for sample in samples], limits)


def why_meaningless(point, samples, seconds):
    """Of a point's times, or None."""
    if reason := disturbed(point, samples, machine.MEANINGLESS):
        return reason
    if seconds.value < TOO_SHORT:
        return "too short to tell: %.2g ms" % (1000 * seconds.value)
    return None


def too_many_workers(point, usable_cpus):
    if kernels.KERNELS[point.kernel].cpu_bound and point.workers > usable_cpus:
        return "more workers than usable CPUs (%g)" % usable_cpus
    return None


def fit_of(law, rows):
    """Of the points that are of that law: neither meaningless, nor more workers than there are CPUs for."""
    good = [each for each in rows if each.counts]
    fit = fit_law(law, [each.point.workers for each in good], [each.speedup.value for each in good])
    if isinstance(fit, Refusal) and len(good) < len(rows):
        return Refusal("%s, as %d of %d points don't count" % (fit.reason, len(rows) - len(good), len(rows)))
    return fit


def warnings_of(samples):
    """About all of a run: serial controls that differ from round to round."""
    said = []
    for point, its in samples.items():
        if point.executor not in kernels.CONTROLS or len(its) < 2:
            continue
        seconds = [sample.seconds for sample in its]
        spread = (max(seconds) - min(seconds)) / statistics.median(seconds)
        if spread > CONTROL_SPREAD_TOO_MUCH:
            said.append("%s, %s, %s scaling: the control's times differ by %.0f %% between rounds; believe ratios, not "
                        "times" % (point.kernel, point.executor, point.mode, 100 * spread))
    return said
