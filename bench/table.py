"""A run as Markdown."""
import collections

import machine
from estimates import ENOUGH
from rounds import US
from running import ROUNDS_TO_JUDGE_BY


def time_text(spread):
    if spread is None:
        return ""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if spread.value >= size:
            return "%.3g %s" % (spread.value / size, unit)
    return "%.3g ns" % spread.value


def ratio_text(spread):
    if spread is None:
        return ""
    return "%.3gx" % spread.value + ("" if spread.low is None else " (%.3g–%.3g)" % (spread.low, spread.high))


def p_text(p):
    return "" if p is None else "< 0.001" if p < 0.001 else "%.3f" % p


def floor_text(floor):
    if floor is None:
        return ""
    percent = 100 * (floor - 1)
    return "±%.2g %%" % percent if percent < 10 else "±%.0f %%" % percent


def who_text(line):
    if line.counter is None:
        return line.who
    counter, spread = line.counter
    return "%s = %s" % (counter, "?" if spread is None else "%.3g" % spread.value)


def cells(line):
    """What stands behind the operation and mp's time, as texts."""
    return [who_text(line), time_text(line.theirs), ratio_text(line.ratio), p_text(line.p), line.verdict, line.goal,
            line.met]


COLUMNS = ["operation", US, "noise", "beside", "its time", "mp is as fast", "p", "mp is", "goal", "met"]


def rows_of(run):
    """[[text, ...], ...] in COLUMNS; an operation stands in its first row only."""
    rows, last = [], None
    for line in run.lines:
        again = line.operation == last
        rows.append(["" if again else line.operation, "" if again else time_text(line.ours),
                     "" if again else floor_text(run.floors.get(line.operation))] + cells(line))
        last = line.operation
    return rows


def grid(columns, rows):
    """Lines of Markdown, in which what was missed stands out."""
    lines = ["| %s |" % " | ".join(columns), "|" + "---|" * len(columns)]
    return lines + ["| %s |" % " | ".join("**no**" if cell == "no" else cell for cell in row) for row in rows]


def goals_text(lines):
    met = collections.Counter(line.met for line in lines)
    return "Goals: %d met, %d missed, %d not measured." % (met["yes"], met["no"], met["not measured"])


GOAL_COLUMNS = ["operation", "beside", "goal", "measured", "met"]


def goal_cells(line):
    if line.counter is not None:
        beside, measured = "", who_text(line)
    elif line.who:
        beside, measured = line.who, ratio_text(line.ratio)
    else:
        beside, measured = "", time_text(line.ours)
    return [line.operation, beside, line.goal, measured, line.met]


def goals_table(run):
    """What has a goal, and nothing else."""
    rows = [goal_cells(line) for line in run.lines if line.goal]
    text = ["- " + line for line in introduction(run)] + [""] + grid(GOAL_COLUMNS, rows)
    return "\n".join(text + ["", goals_text(run.lines)]) + "\n"


def introduction(run):
    lines = ["%s, commit %s" % (run.context["when"], run.context["commit"]), "`%s`" % run.context["command"]]
    lines += machine.text(run.context["machine"])
    lines.append("%d round%s%s. A time is the median for one operation; a ratio says how many times as fast as the "
                 "other mp is: the median of the rounds' ratios%s." % (
                     run.count, "" if run.count == 1 else "s", ", interrupted" if run.context["interrupted"] else "",
                     " (95 % interval, bootstrap)" if run.count >= ENOUGH else ""))
    if run.count < ENOUGH:
        lines.append("No intervals and no verdicts: they take %d rounds or more." % ENOUGH)
    if run.count < ROUNDS_TO_JUDGE_BY:
        lines.append("Goals are for %d rounds or more on a quiet machine; these are fewer." % ROUNDS_TO_JUDGE_BY)
    return lines + run.warnings


def table(run):
    text = ["# Benchmarks", ""] + ["- " + line for line in introduction(run)]
    text += [""] + grid(COLUMNS, rows_of(run))
    text += ["", goals_text(run.lines)]
    if run.problems:
        text += ["", "Failed:", ""] + ["- %s" % problem for problem in run.problems]
    return "\n".join(text) + "\n"
