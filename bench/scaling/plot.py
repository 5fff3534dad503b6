"""A chart of speedups over workers, as SVG to be put into a page: the ideal line, measured points with their intervals,
and the fitted laws. Both axes are logarithmic, so that the ideal is a straight line whatever the range.

Colours and dashes are the page's: classes s0, s1, ... of executors; curve, ideal, grid, label.
"""
import html

from look import Axis, tick_text

WIDTH, HEIGHT = 560, 360
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 40
SAMPLES_OF_A_CURVE = 60


def chart(series, curves):
    """series: [(name, [(workers, Estimate), ...])], curves: [(classes, title, function, most workers)]."""
    drawn = [(workers, each) for _, points in series for workers, each in points]
    if not drawn:
        return ""
    most = max([workers for workers, _ in drawn] + [most for _, _, _, most in curves] + [2])
    values = [value for _, each in drawn for value in each if value > 0]
    x = Axis(0.9, most * 1.12, LEFT, WIDTH - RIGHT)
    y = Axis(min(values + [1]) / 1.2, max(values + [most]) * 1.2, HEIGHT - BOTTOM, TOP)
    parts = ['<svg viewBox="0 0 %d %d" role="img" aria-label="speedup by workers">' % (WIDTH, HEIGHT)]
    parts += grid(x, y) + [ideal(x, y, most)]
    parts += [curve(x, y, *each) for each in curves]
    for i, (name, points) in enumerate(series):
        parts += [point(x, y, i, name, workers, each) for workers, each in points]
    return "\n".join(parts + ["</svg>"])


def grid(x, y):
    parts = []
    for value in x.ticks():
        parts.append('<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>' % (
            x(value), x(value), TOP, HEIGHT - BOTTOM))
        parts.append('<text class="label" x="%.1f" y="%.1f" text-anchor="middle">%s</text>' % (
            x(value), HEIGHT - BOTTOM + 15, tick_text(value)))
    for value in y.ticks():
        parts.append('<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>' % (
            LEFT, WIDTH - RIGHT, y(value), y(value)))
        parts.append('<text class="label" x="%.1f" y="%.1f" text-anchor="end">%s</text>' % (
            LEFT - 6, y(value) + 4, tick_text(value)))
    parts.append('<text class="label" x="%.1f" y="%.1f" text-anchor="middle">workers</text>' % (
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6))
    parts.append('<text class="label" transform="translate(13 %.1f) rotate(-90)" text-anchor="middle">speedup</text>'
                 % ((TOP + HEIGHT - BOTTOM) / 2))
    return parts


def ideal(x, y, most):
    return '<line class="ideal" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"><title>ideal</title></line>' % (
        x(1), y(1), x(most), y(most))


def curve(x, y, classes, title, function, most):
    places = []
    for step in range(SAMPLES_OF_A_CURVE + 1):
        n = most ** (step / SAMPLES_OF_A_CURVE)
        if y.low <= function(n) <= y.high:
            places.append("%.1f,%.1f" % (x(n), y(function(n))))
    return '<polyline class="curve %s" points="%s"><title>%s</title></polyline>' % (classes, " ".join(places),
                                                                                    html.escape(title))


def point(x, y, i, name, workers, estimate):
    title = "%s, %d workers: %.3g (%.3g–%.3g)" % (name, workers, estimate.value, estimate.low, estimate.high)
    return ('<g class="point s%d"><line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><circle cx="%.1f" cy="%.1f" r="3.5"/>'
            '<title>%s</title></g>' % (i, x(workers), x(workers), y(max(estimate.low, y.low)), y(estimate.high),
                                       x(workers), y(estimate.value), html.escape(title)))
