"""What pages of results have in common: colours, light or dark as the reader's system is, and logarithmic axes."""
import html
import math
import re

COLOURS = [("#1f6feb", "#6cb0ff"), ("#b45309", "#f5a524"), ("#15803d", "#5dd28b"), ("#a21caf", "#e38af0"),
           ("#b91c1c", "#ff8a80")]

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1c2024; --faint: #d6dae0; --quiet: #5c6570; %s }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171a; --text: #e6e8ea; --faint: #343a41; --quiet: #98a2ad; %s }
}
body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; max-width: 1100px;
       margin: 2em auto; padding: 0 1em; }
h2 { margin-top: 2.2em; font-size: 1.15em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { text-align: left; padding: 2px 12px 2px 0; border-bottom: 1px solid var(--faint); white-space: nowrap; }
td.wide { white-space: normal; }
.warning, .none { color: var(--quiet); }
.grid { stroke: var(--faint); stroke-width: 1; }
.label { fill: var(--quiet); font-size: 12px; }
.key span { margin-right: 1.4em; }
"""


def style(more=""):
    light = " ".join("--s%d: %s;" % (i, colours[0]) for i, colours in enumerate(COLOURS))
    dark = " ".join("--s%d: %s;" % (i, colours[1]) for i, colours in enumerate(COLOURS))
    rules = [".s%d { stroke: var(--s%d); } .s%d circle, .key .s%d { fill: var(--s%d); color: var(--s%d); }" % ((i,) * 6)
             for i in range(len(COLOURS))]
    return STYLE % (light, dark) + more + "\n".join(rules)


def head(title, more_style=""):
    return ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">', "<title>%s</title>" % title,
            "<style>%s</style></head><body>" % style(more_style), "<h1>%s</h1>" % title]


def items(texts):
    """A list of sentences, in which `this` is code."""
    each = [re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text)) for text in texts]
    return ["<ul>"] + ["<li>%s</li>" % text for text in each] + ["</ul>"]


class Axis:
    """From a range of numbers, by their logarithms, to one of pixels."""

    def __init__(self, low, high, begin, end):
        self.low, self.high = low, high
        self._origin, self._scale = math.log(low), (end - begin) / (math.log(high) - math.log(low))
        self._begin = begin

    def __call__(self, value):
        return self._begin + (math.log(value) - self._origin) * self._scale

    def ticks(self, base=2):
        """Powers of the base; of a wide range every second, third, and so on."""
        first, last = (rounded(math.log(end, base) + slack) for rounded, end, slack in (
            (math.ceil, self.low, -1e-9), (math.floor, self.high, 1e-9)))
        step = 1 + (last - first) // 9
        return [float(base) ** exponent for exponent in range(first, last + 1, step)]


def tick_text(value):
    return "%g" % value if value >= 1 else "1/%g" % round(1 / value, 6)
