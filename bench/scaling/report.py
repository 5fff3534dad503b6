"""A run as text, CSV and JSON."""
import csv
import dataclasses
import io
import json

import kernels
import machine
from laws import AMDAHL, Refusal
from running import ROUNDS_TO_JUDGE_BY

MODES = {"strong": "the same tasks for however many workers", "weak": "so many tasks for each worker"}
COLUMNS = ["mode", "kernel", "executor", "workers", "tasks", "rounds", "seconds", "throughput", "speedup", "efficiency",
           "serial_part", "warning"]
ESTIMATES = ["seconds", "throughput", "speedup", "efficiency", "serial_part"]


@dataclasses.dataclass
class Run:
    """What there is to tell."""
    command: str
    when: str
    machine: dict
    python: str
    rounds: int
    interrupted: bool
    series: list  # of analysis.Series
    samples: dict  # {runner.Point: [runner.Sample, ...]}
    warnings: list
    problems: list
    predict_to: int


# ---------------------------------------------------------------- words

def number(value):
    """Three digits; large ones in thousands or millions."""
    if abs(value) < 1e-12:
        return "0"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= 0.9995 * size:
            return "%.3g%s" % (value / size, unit)
    return "%.3g" % value


def seconds_text(value):
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if value >= size:
            return "%.3g %s" % (value / size, unit)
    return "%.3g µs" % (value / 1e-6)


def estimate_text(estimate, text=number):
    """Three digits with the interval; a dash for what was refused."""
    if isinstance(estimate, Refusal):
        return "–"
    return "%s (%s–%s)" % (text(estimate.value), text(estimate.low), text(estimate.high))


def predictions_at(fit, most):
    """For how many workers to predict: fourfold steps beyond what was measured, and the last one."""
    steps, n = [], 4
    while n < most:
        if n > fit.most_workers:
            steps.append(n)
        n *= 4
    return steps + [most] if most > fit.most_workers else steps


def coefficient_text(estimate):
    """None is below 0, but the least of Student's interval may be."""
    return estimate_text(estimate._replace(low=max(0, estimate.low)))


def sentences_about(law, fit, predict_to):
    """What a fit says, or why there is none."""
    if isinstance(fit, Refusal):
        return [fit.reason]
    measured = "%d numbers of workers, at most %d" % (fit.counts, fit.most_workers)
    if law == AMDAHL:
        said = ["%s: serial part %s, and if nothing else ever holds the workers up" % (
            measured, coefficient_text(fit.contention))]
    else:
        said = ["%s: contention %s, coherency %s" % (measured, coefficient_text(fit.contention),
                                                      coefficient_text(fit.coherency)),
                words("fastest with %s workers", fit.peak())]
    said += [words("at most %s times as fast", fit.limit()),
             words("with %%s workers nine tenths of the most that up to %d can do, more hardly pay" % predict_to,
                   fit.worthwhile(predict_to))]
    return said + [words("%d workers %%s times as fast" % n, fit.predict(n))
                   for n in predictions_at(fit, predict_to)]


def words(text, derived):
    return derived.reason if isinstance(derived, Refusal) else text % estimate_text(derived)


def introduction(run):
    lines = ["%s, %s" % (run.when, "%d round%s" % (run.rounds, "" if run.rounds == 1 else "s")),
             "`%s`" % run.command, run.python] + machine.text(run.machine)
    if run.rounds < ROUNDS_TO_JUDGE_BY:
        lines.append("for a look, not for a verdict: that takes %d rounds" % ROUNDS_TO_JUDGE_BY)
    if run.interrupted:
        lines.append("interrupted: the last round is not whole")
    return lines + ["warning: " + warning for warning in run.warnings]


# ---------------------------------------------------------------- formats

def table(run):
    """Markdown."""
    text = ["# Scaling", ""] + ["- " + line for line in introduction(run)]
    for title, group in by_kernel(run.series):
        text += ["", "## " + title, "",
                 "| executor | workers | time | tasks/s | speedup | efficiency | serial part | |",
                 "|---|---|---|---|---|---|---|---|"]
        for series in group:
            text += [table_line(series, i) for i in range(len(series.rows))]
        laws = fit_lines(group, run.predict_to)
        text += ([""] + laws) if laws else []
    if run.problems:
        text += ["", "Failed:", ""] + ["- " + problem for problem in run.problems]
    return "\n".join(text) + "\n"


def by_kernel(all_series):
    groups = {}
    for series in all_series:
        groups.setdefault((series.mode, series.kernel), []).append(series)
    return [("%s, %s scaling: %s; %s" % (kernel, mode, kernels.KERNELS[kernel].what, MODES[mode]), group)
            for (mode, kernel), group in groups.items()]


def table_line(series, i):
    row = series.rows[i]
    return "| %s | %d | %s | %s | %s | %s | %s | %s |" % (
        series.executor if i == 0 else "", row.point.workers, estimate_text(row.seconds, seconds_text),
        estimate_text(row.throughput), estimate_text(row.speedup), estimate_text(row.efficiency),
        estimate_text(row.serial_part), row.warning or "")


def fit_lines(group, predict_to):
    lines = []
    for series in group:
        if series.fits and all(isinstance(fit, Refusal) for _, fit in series.fits):
            lines.append("- %s: no law is fitted, nothing predicted. %s" % (series.executor, series.fits[0][1].reason))
            continue
        for law, fit in series.fits:
            lines.append("- %s, %s: %s" % (series.executor, law.name, "; ".join(sentences_about(law, fit, predict_to))))
    return lines


def as_csv(run):
    out = io.StringIO()
    header = []
    for column in COLUMNS:
        header += [column, column + "_low", column + "_high"] if column in ESTIMATES else [column]
    writer = csv.writer(out)
    writer.writerow(header)
    for series in run.series:
        for row in series.rows:
            writer.writerow(csv_cells(row))
    return out.getvalue()


def csv_cells(row):
    cells = []
    for column in COLUMNS:
        value = getattr(row, column) if hasattr(row, column) else getattr(row.point, column)
        if column not in ESTIMATES:
            cells.append("" if value is None else value)
        else:
            cells += ["", "", ""] if isinstance(value, Refusal) else list(value)
    return cells


def as_json(run):
    return json.dumps({
        "command": run.command, "when": run.when, "machine": run.machine, "python": run.python, "rounds": run.rounds,
        "interrupted": run.interrupted, "warnings": run.warnings, "problems": run.problems,
        "series": [series_object(series, run) for series in run.series],
    }, indent=1) + "\n"


def plain(value):
    """Named tuples as objects: of an estimate value, low and high, of a refusal its reason."""
    members = value if isinstance(value, dict) else value._asdict() if hasattr(value, "_asdict") else None
    return value if members is None else {key: plain(each) for key, each in members.items()}


def series_object(series, run):
    return {
        "mode": series.mode, "kernel": series.kernel, "executor": series.executor,
        "points": [dict({"workers": row.point.workers, "tasks": row.tasks, "rounds": row.rounds,
                         "warning": row.warning,
                         "samples": [plain(sample) for sample in run.samples[row.point]]},
                        **{name: plain(getattr(row, name)) for name in ESTIMATES}) for row in series.rows],
        "fits": [fit_object(law, fit, run.predict_to) for law, fit in series.fits],
    }


def fit_object(law, fit, predict_to):
    if isinstance(fit, Refusal):
        return {"law": law.name, "refused": fit.reason}
    told = {name: plain(getattr(fit, name)) for name in law.coefficients}
    told.update(law=law.name, residual_error=fit.residual_error, most_workers=fit.most_workers,
                limit=plain(fit.limit()), peak=plain(fit.peak()), worthwhile=plain(fit.worthwhile(predict_to)),
                predictions=[dict(plain(fit.predict(n)), workers=n) for n in predictions_at(fit, predict_to)])
    return told
