"""Whether two samples differ by more than chance, and how to ask that of many pairs at once."""
try:
    from scipy import stats
except ImportError:
    stats = None

NOT_HERE = "no p-values: this Python has no scipy (Debian's python3-scipy, which tools/setup installs)"


def mann_whitney(ones, others):
    """The p-value, two-sided: how often samples of the same origin lie at least so far apart. None without scipy, or
    where a sample is empty."""
    if stats is None or not ones or not others:
        return None
    return float(stats.mannwhitneyu(ones, others, alternative="two-sided").pvalue)


def benjamini_hochberg(p_values):
    """For each p-value the rate of false discoveries (a "q-value") among all that are at most as large: of what is
    told because its q is at most 0.05, 5 % are expected to be chance."""
    ranked = sorted(range(len(p_values)), key=lambda i: p_values[i], reverse=True)
    adjusted, least = [None] * len(p_values), 1.0
    for place, i in enumerate(ranked):
        least = min(least, p_values[i] * len(p_values) / (len(p_values) - place))
        adjusted[i] = least
    return adjusted
