"""Runs the experiments of notes.py in rounds, and tells the notes' figures beside ours."""
import collections
import json
import os
import sys
import time

import machine
import notes
import report
from estimates import estimate
from laws import Refusal
from runner import HERE, Failed
from running import duration_text, order, say

QUICK = 0.1

# here: an Estimate or a Refusal. warning: a sentence, or None.
Line = collections.namedtuple("Line", "figure here warning")


class Experiments:
    def __init__(self, names, programs, options):
        cpus = len(machine.usable_cpus().cpus)
        self.all = {name: notes.EXPERIMENTS[name](cpus) for name in names}
        self.told = {name: [] for name in names}  # a round each: {run: what it told}
        self.problems, self.rounds = [], 0
        self._programs, self._wanted, self._despite_load = programs, options.rounds, options.despite_load
        self._scale = QUICK if options.quick else 1  # how much of the work is done, of runs that may shrink

    def run(self):
        """Raises: KeyboardInterrupt; whole rounds of experiments stay."""
        steps, step, started = self._wanted * len(self.all), 0, time.monotonic()
        for number in range(1, self._wanted + 1):
            self.rounds = number
            for name in order(self.all, number):
                left = "" if step == 0 else ", %s left" % duration_text(
                    (time.monotonic() - started) / step * (steps - step))
                say("round %d of %d: %s%s" % (number, self._wanted, name, left))
                self._run_once(name, number)
                step += 1

    def _run_once(self, name, number):
        told = {}
        runs = self.all[name].runs
        for what in order(runs, number):
            try:
                told[what] = self._programs.told(self._command(runs[what]), cpus_of(runs[what]))
            except Failed as failure:
                say(str(failure))
                self.problems.append("%s, %s: %s" % (name, what, failure))
                return
        self.told[name].append(told)

    def _command(self, run):
        tasks = max(1, round(run.tasks * self._scale)) if run.shrinks == "tasks" else run.tasks
        size = max(1, round(run.size * self._scale)) if run.shrinks == "size" else run.size
        if run.executor is None:
            return [self._programs.python, os.path.join(HERE, "costs.py"), "--what=" + run.kernel,
                    "--times=%d" % tasks, "--workers=%d" % run.workers]
        return self._programs.command(run.kernel, run.executor, run.workers, tasks, size, run.options)

    def lines(self, name):
        """Of each figure an Estimate, or why there is none."""
        rounds = self.told[name]
        if not rounds:
            return [Line(figure, Refusal("not measured"), "not measured") for figure in self.all[name].figures]
        meaningless = disturbed(self.all[name].runs, rounds, machine.MEANINGLESS)
        warning = meaningless or disturbed(self.all[name].runs, rounds, machine.TOLD)
        refusal = Refusal(meaningless) if meaningless and not self._despite_load else None
        return [Line(figure, refusal or estimate([figure.value(told) for told in rounds]), warning)
                for figure in self.all[name].figures]


def cpus_of(run):
    """The first so many of those that may be used."""
    return None if run.cpus is None else machine.usable_cpus().cpus[:run.cpus]


def disturbed(runs, rounds, limits):
    return machine.mostly_disturbed([[(told[what]["load"], run.kernel not in notes.UNDISTURBED)
                                      for what, run in runs.items()] for told in rounds], limits)


# ---------------------------------------------------------------- telling

def table(experiments, introduction):
    text = ["# What the notes say about speed, measured", ""] + ["- " + line for line in introduction]
    for name, experiment in experiments.all.items():
        text += ["", "## %s: %s" % (name, experiment.title), "", "| | the notes | here | |", "|---|---|---|---|"]
        text += [line_text(line) for line in experiments.lines(name)]
        text += ["", experiment.explanation, "", "Statements: %s." % ", ".join(experiment.statements)]
    if experiments.problems:
        text += ["", "Failed:", ""] + ["- " + problem for problem in experiments.problems]
    return "\n".join(text) + "\n"


def line_text(line):
    return "| %s | %s | %s | %s |" % (line.figure.what, line.figure.theirs, report.estimate_text(line.here),
                                      line.warning or "")


def as_json(experiments, introduction):
    return json.dumps({
        "introduction": introduction, "problems": experiments.problems,
        "experiments": [{
            "name": name, "title": each.title, "statements": each.statements, "explanation": each.explanation,
            "figures": [dict(what=line.figure.what, theirs=line.figure.theirs, here=report.plain(line.here),
                             warning=line.warning)
                        for line in experiments.lines(name)],
            "rounds": [{what: report.plain(told) for what, told in of_round.items()}
                       for of_round in experiments.told[name]],
        } for name, each in experiments.all.items()],
    }, indent=1) + "\n"


def list_of_names():
    cpus = len(machine.usable_cpus().cpus)
    return "".join("%-32s %s\n" % (name, make(cpus).title) for name, make in notes.EXPERIMENTS.items())


def run_and_tell(names, programs, options, introduce):
    """Whether it was interrupted, and the problems. introduce(rounds, interrupted) makes the lines that the report
    begins with."""
    experiments = Experiments(names, programs, options)
    interrupted = False
    try:
        experiments.run()
    except KeyboardInterrupt:
        interrupted = True
    introduction = introduce(experiments.rounds, interrupted)
    os.makedirs(options.out, exist_ok=True)
    for name, text in (("notes.md", table(experiments, introduction)),
                       ("notes.json", as_json(experiments, introduction))):
        with open(os.path.join(options.out, name), "w", encoding="utf-8") as file:
            file.write(text)
    sys.stdout.write(table(experiments, introduction))
    return interrupted, experiments.problems
