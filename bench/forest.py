"""A chart of ratios, as SVG to be put into a page: a line of each operation and peer, with its interval, on a
logarithmic axis; right of 1 mp is the faster one. A grey band is the noise, a short upright line the goal.

Colours are the page's: classes s0, s1, ... of kinds of peers; band, one, goal, grid, label.
"""
import html
import re

from goals import GOALS, Speed
from look import Axis, tick_text

WIDTH, LINE, TOP, BOTTOM = 860, 18, 8, 34
LEFT, RIGHT = 390, 16


def chart(lines, floors, kind_of):
    """Of lines of comparison.py, which have ratios; kind_of: number of a peer's kind."""
    height = TOP + LINE * len(lines) + BOTTOM
    x = Axis(*range_of(lines), LEFT, WIDTH - RIGHT)
    parts = ['<svg viewBox="0 0 %d %d" role="img" aria-label="how many times as fast mp is">' % (WIDTH, height)]
    parts += grid(x, height)
    for place, line in enumerate(lines):
        y = TOP + LINE * place + LINE / 2
        again = place > 0 and lines[place - 1].operation == line.operation
        parts += row(x, y, line, floors.get(line.operation), kind_of(line.who), again)
    return "\n".join(parts + ["</svg>"])


def range_of(lines):
    values = [1.0] + [value for line in lines for value in line.ratio if value]
    values += [goal for goal in map(goal_of, lines) if goal]
    return min(values) / 1.3, max(values) * 1.3


def goal_of(line):
    return next((goal.at_least for goal in GOALS
                 if isinstance(goal, Speed) and (goal.operation, goal.who) == (line.operation, line.who)), None)


def grid(x, height):
    parts = []
    wide = x.high / x.low > 100
    for value in x.ticks(10 if wide else 2):
        parts.append('<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (x(value), x(value), TOP,
                                                                                height - BOTTOM))
        parts.append('<text class="label" x="%.1f" y="%d" text-anchor="middle">%s</text>' % (
            x(value), height - BOTTOM + 15, tick_text(value)))
    parts.append('<line class="one" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (x(1), x(1), TOP, height - BOTTOM))
    return parts


def row(x, y, line, floor, kind, again):
    name = "" if again else re.sub("_", " ", line.operation)
    parts = ['<text class="label" x="0" y="%.1f">%s</text>' % (y + 4, html.escape(name)),
             '<text class="label" x="%d" y="%.1f" text-anchor="end">%s</text>' % (LEFT - 10, y + 4,
                                                                                html.escape(line.who))]
    if floor:
        parts.append('<rect class="band" x="%.1f" y="%.1f" width="%.1f" height="%d"/>' % (
            x(max(1 / floor, x.low)), y - LINE / 2, x(min(floor, x.high)) - x(max(1 / floor, x.low)), LINE))
    goal = goal_of(line)
    if goal:
        parts.append('<line class="goal" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"><title>goal: %g</title></line>' % (
            x(goal), x(goal), y - 6, y + 6, goal))
    return parts + [point(x, y, line, kind)]


def point(x, y, line, kind):
    ratio, interval = line.ratio, ""
    title = "%s, beside %s: %.3gx" % (line.operation, line.who, ratio.value)
    if ratio.low is not None:
        interval = '<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>' % (x(ratio.low), x(ratio.high), y, y)
        title += " (%.3g–%.3g)" % (ratio.low, ratio.high)
    return '<g class="point s%d">%s<circle cx="%.1f" cy="%.1f" r="3.5"/><title>%s</title></g>' % (
        kind, interval, x(ratio.value), y, html.escape(title))
