"""A run's results, and the formats that programs read: bench.json, which bench/README.md documents, and rows.csv."""
import collections
import csv
import io
import json
import os

import significance
from comparison import lines_of, noise_floor, times
from rounds import US, first_seen, read_pythons, read_rounds

FORMAT = 1
CONTEXT, WATCH = "context.json", "watch.jsonl"

# context: how and where it was measured. watch: of each program and round what the machine did meanwhile. count: of
# rounds. floors: by operation, None if unknown.
# pythons: of who is measured in a Python, which one.
Run = collections.namedtuple("Run", "context rounds count lines floors watch warnings problems pythons", defaults=[{}])


def read(folder):
    """The Run of what lies in that folder."""
    rounds, problems = read_rounds(folder)
    with open(os.path.join(folder, CONTEXT)) as f:
        context = json.load(f)
    watch = read_watch(os.path.join(folder, WATCH))
    floors = {operation: noise_floor(rounds, operation) for operation in first_seen(rounds)}
    warnings = warnings_of(watch) + ([] if significance.stats else [significance.NOT_HERE])
    return Run(context, rounds, len(rounds), lines_of(rounds), floors, watch, warnings, problems, read_pythons(folder))


def read_watch(path):
    """A last line that is not whole is left out."""
    entries = []
    try:
        with open(path) as f:
            for line in f:
                entries.append(json.loads(line))
    except (OSError, ValueError):
        pass
    return entries


def warnings_of(watch):
    said = []
    loud = [entry for entry in watch if not entry["quiet"]]
    if loud:
        said.append("warning: %d of %d times a program began though others used the CPUs: waited for quiet in vain"
                    % (len(loud), len(watch)))
    disturbed = [entry for entry in watch if entry["disturbance"]]
    if disturbed:
        worst = max(disturbed, key=lambda entry: entry["foreign"] + entry["stolen"])
        said.append("warning: %d of %d times a program was disturbed; the worst, %s in %s: %s" % (
            len(disturbed), len(watch), worst["program"], worst["round"], worst["disturbance"]))
    return said


# ---------------------------------------------------------------- formats

def plain(estimate):
    return None if estimate is None else estimate._asdict()


def row_objects(rounds):
    """All that was measured: of each row its time in each round, null where it has none."""
    return [{"operation": operation, "who": who,
             "nanoseconds": [r[operation, who].nanoseconds if (operation, who) in r else None for r in rounds],
             "counters": counters_by_round(rounds, operation, who)}
            for operation, everybody in first_seen(rounds).items() for who in everybody]


def counters_by_round(rounds, operation, who):
    rows = [r.get((operation, who)) for r in rounds]
    names = sorted({name for row in rows if row for name in row.counters})
    return {name: [row.counters.get(name) if row else None for row in rows] for name in names}


def line_object(line):
    told = line._asdict()
    told.update(ours=plain(line.ours), theirs=plain(line.theirs), ratio=plain(line.ratio), counter=None)
    if line.counter:
        told["counter"] = {"name": line.counter[0], "value": plain(line.counter[1])}
    return told


def as_json(run):
    return json.dumps({
        "format": FORMAT, "context": run.context, "pythons": run.pythons,
        "rounds": run.count, "rows": row_objects(run.rounds),
        "comparisons": [line_object(line) for line in run.lines], "noise": run.floors, "watch": run.watch,
        "warnings": run.warnings, "problems": run.problems}, indent=1) + "\n"


COLUMNS = ["operation", "who", "rounds", "nanoseconds", "nanoseconds_low", "nanoseconds_high", "mp_is_as_fast",
           "mp_is_as_fast_low", "mp_is_as_fast_high", "p", "noise", "verdict", "goal", "met"]


def as_csv(run):
    """A line of each row that was measured, mp's among them; empty is what is not known."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    ours = set()
    for line in run.lines:
        if line.operation not in ours:
            ours.add(line.operation)
            writer.writerow(csv_line(run, line, US, line.ours)[:COLUMNS.index("mp_is_as_fast")])
        if line.theirs is not None:
            writer.writerow(csv_line(run, line, line.who, line.theirs))
    return out.getvalue()


def csv_line(run, line, who, its_times):
    cells = [line.operation, who, len(times(run.rounds, line.operation, who)), *ends(its_times), *ends(line.ratio),
             line.p, run.floors.get(line.operation), line.verdict, line.goal, line.met]
    return ["" if cell is None else cell for cell in cells]


def ends(estimate):
    return ["", "", ""] if estimate is None else list(estimate)
