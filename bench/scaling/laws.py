"""The laws of scaling, fitted to measured throughputs: Amdahl's, and Gunther's Universal Scalability Law.

    X(n) = scale n / (1 + contention (n-1) + coherency n (n-1))

contention is the part of the work that only one can do at a time, coherency what each pair costs to agree; Amdahl's law
has no coherency. With it throughput has a peak, at sqrt((1 - contention) / coherency), and falls behind it.

    fit = fit_law(USL, [1, 2, 4, 8, 16, 32], throughputs)
    if isinstance(fit, Refusal): print(fit.reason)
    fit.contention, fit.peak(), fit.predict(1024)   # an Estimate each; peak() may be a Refusal

A fit is refused where the points don't determine it, and so is whatever does not follow from a fit.
Intervals are of 95 %. The coefficients' are Student's, from the covariance; those of what is derived come from many
coefficients drawn from that same distribution.
"""
import collections
import math

from estimates import LEVEL, Estimate

try:
    import numpy
    from scipy import optimize, stats
except ImportError:
    numpy = None

DRAWS = 4000
# A prediction whose interval is wider says nothing.
WIDEST = 2.0
WORTHWHILE = 0.9  # of the greatest throughput

Law = collections.namedtuple("Law", "name coefficients")
AMDAHL = Law("Amdahl's law", ("contention", "scale"))
USL = Law("Universal Scalability Law", ("contention", "scale", "coherency"))
LAWS = (AMDAHL, USL)

Refusal = collections.namedtuple("Refusal", "reason")


def throughput(n, contention, scale, coherency=0.0):
    return scale * n / (1 + contention * (n - 1) + coherency * n * (n - 1))


def karp_flatt(speedup, workers):
    """The serial part of the work that explains a speedup, if nothing else did. Requires: workers > 1."""
    return (1 / speedup - 1 / workers) / (1 - 1 / workers)


def counts_needed(law):
    """One degree of freedom is left for the noise, or else there is no interval."""
    return len(law.coefficients) + 1


class Fit:
    """A law with the coefficients that fit best."""

    def __init__(self, law, workers, coefficients, covariance, residual_error):
        self.law = law
        self.most_workers = max(workers)
        self.counts = len(set(workers))
        self.degrees = len(workers) - len(law.coefficients)
        self.residual_error = residual_error
        self.contention = self._coefficient(coefficients, covariance, 0)
        self.scale = self._coefficient(coefficients, covariance, 1)
        self.coherency = (self._coefficient(coefficients, covariance, 2) if len(coefficients) > 2
                          else Estimate(0.0, 0.0, 0.0))
        self._best = self._whole(coefficients)
        self._draws = self._whole(self._drawn(coefficients, covariance).T)

    def curve(self, n):
        return float(throughput(n, *self._best))

    def predict(self, n):
        """The throughput of so many workers; refused where the interval is too wide."""
        estimate = self._derived(lambda *coefficients: throughput(n, *coefficients))
        if not estimate.low > 0 or estimate.high / estimate.low > WIDEST:
            return Refusal("no ground for %d workers: measured were %d at most, and anything from %.3g to %.3g fits"
                           % (n, self.most_workers, estimate.low, estimate.high))
        return estimate

    def peak(self):
        """How many workers have the greatest throughput; with more it falls."""
        if self.coherency.low <= 0:
            return Refusal("no peak is known: coherency may be 0 (%.3g to %.3g)"
                           % (max(self.coherency.low, 0), self.coherency.high))
        return self._derived(peak_of)

    def limit(self):
        """What the speedup over one worker does not exceed, however many there are."""
        if self.contention.low <= 0:
            return Refusal("no limit is known: contention may be 0 (%.3g to %.3g)"
                           % (max(self.contention.low, 0), self.contention.high))
        return Estimate(1 / self.contention.value, 1 / self.contention.high, 1 / self.contention.low)

    def worthwhile(self, most):
        """How many workers have nine tenths of the greatest throughput that up to `most` can have."""
        estimate = self._derived(lambda *coefficients: worthwhile_of(most, *coefficients))
        if estimate.high / estimate.low > WIDEST:
            return Refusal("no ground to say where more workers stop paying: anywhere from %.3g to %.3g"
                           % (estimate.low, estimate.high))
        return estimate

    def _coefficient(self, coefficients, covariance, i):
        margin = student(self.degrees) * math.sqrt(covariance[i][i])
        return Estimate(float(coefficients[i]), float(coefficients[i] - margin), float(coefficients[i] + margin))

    def _drawn(self, coefficients, covariance):
        drawn = stats.multivariate_t(coefficients, covariance, df=self.degrees, allow_singular=True,
                                     seed=numpy.random.default_rng(1)).rvs(DRAWS)
        least = numpy.array([0, 1e-9 * coefficients[1], 0][:len(coefficients)])
        return numpy.clip(drawn, least, greatest(len(coefficients)))

    def _whole(self, coefficients):
        missing = 3 - len(coefficients)
        return tuple(coefficients) + (0.0 * coefficients[0],) * missing

    def _derived(self, function):
        values = numpy.broadcast_to(function(*self._draws), (DRAWS,))
        tail = (1 - LEVEL) / 2
        low, high = numpy.quantile(values, [tail, 1 - tail], method="nearest")
        return Estimate(float(function(*self._best)), float(low), float(high))


def greatest(coefficients):
    return [1, numpy.inf, numpy.inf][:coefficients]


def peak_of(contention, scale, coherency):
    with numpy.errstate(divide="ignore", invalid="ignore"):
        peak = numpy.sqrt((1 - contention) / numpy.asarray(coherency, dtype=float))
    return numpy.where(contention < 1, peak, 0)  # where contention is all, the first worker is the best one


def worthwhile_of(most, contention, scale, coherency):
    best = numpy.clip(peak_of(contention, scale, coherency), 1, most)
    wanted = WORTHWHILE * throughput(best, contention, scale, coherency)
    # throughput(n) = wanted is a n^2 + b n + c = 0; the smaller root, written so that a may be 0.
    a, b, c = wanted * coherency, wanted * (contention - coherency) - scale, wanted * (1 - contention)
    return numpy.clip(2 * c / (-b + numpy.sqrt(numpy.maximum(b * b - 4 * a * c, 0))), 1, most)


def student(degrees):
    return float(stats.t.ppf((1 + LEVEL) / 2, degrees))


def fit_law(law, workers, throughputs):
    """A Fit, by least squares, or a Refusal."""
    refusal = why_not(law, workers, throughputs)
    if refusal is not None:
        return refusal
    n, x = numpy.array(workers, dtype=float), numpy.array(throughputs, dtype=float)
    first_guess = [0.05, x[n.argmin()] / n.min(), 1e-3][:len(law.coefficients)]
    try:
        coefficients, covariance = optimize.curve_fit(
            throughput, n, x, first_guess, bounds=(0, greatest(len(first_guess))), x_scale="jac", ftol=1e-12,
            xtol=1e-12, gtol=1e-12, max_nfev=10000)
    except RuntimeError as error:
        return Refusal("The fit did not settle: %s" % error)
    if not numpy.isfinite(covariance).all():
        return Refusal("The points don't determine the coefficients")
    degrees = len(n) - len(coefficients)
    error = math.sqrt(float(((throughput(n, *coefficients) - x) ** 2).sum()) / degrees)
    return Fit(law, workers, coefficients, covariance, error)


def why_not(law, workers, throughputs):
    """A Refusal, or None."""
    counts = len(set(workers))
    if counts < counts_needed(law):
        return Refusal("Too few points: %s needs %d different numbers of workers, and there %s %d"
                       % (law.name, counts_needed(law), "is" if counts == 1 else "are", counts))
    if not all(math.isfinite(x) and x > 0 for x in throughputs):
        return Refusal("A throughput is not a number above 0")
    if numpy is None:
        return Refusal("Scipy is not installed (Debian: python3-scipy)")
    return None
