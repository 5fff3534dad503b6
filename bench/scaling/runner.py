"""Runs the programs that measure points, one at a time, and watches the machine meanwhile."""
import collections
import json
import os
import resource
import subprocess

import kernels
import machine
import session

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST_POINT = 300  # seconds
FEWEST_TASKS = 64  # of a point, and
TASKS_FOR_EACH_WORKER = 16  # so that a last round of tasks, for which only some workers are left, hardly counts

# What is measured. mode: "strong", the same tasks for however many workers, or "weak", so many for each. options: more
# flags for the program.
Point = collections.namedtuple("Point", "mode kernel executor workers options", defaults=[()])
# seconds, sum, tasks and cpu_seconds: the program's; own_seconds: CPU time of the program and all of its processes.
Sample = collections.namedtuple("Sample", "round seconds sum tasks cpu_seconds own_seconds load")


class Failed(Exception):
    """A program failed; the reason."""


class Programs:
    """How points are measured: with which programs, and which files there are to hash."""

    def __init__(self, native, python, files):
        self.python = python
        self._native, self._files = native, files

    def command(self, kernel, executor, workers, tasks, size, options=()):
        program = ([self.python, os.path.join(HERE, "points.py")] if executor.startswith("python_")
                   else [self._native])
        files = ["--files=" + self._files] if kernel == "sha512" else []
        return program + ["--kernel=" + kernel, "--executor=" + executor, "--workers=%d" % workers,
                          "--tasks=%d" % tasks, "--size=%d" % size] + files + list(options)

    def measure(self, command, number=0):
        """A Sample. Raises: Failed"""
        told = self.told(command)
        return Sample(number, told["seconds"], told["sum"], told["tasks"], told.get("cpu_seconds"),
                      told["own_seconds"], told["load"])

    def told(self, command, cpus=None):
        """What a program tells, as a dictionary, and own_seconds and load. cpus: the only ones that it may use.
        Raises: Failed"""
        before, own_before = machine.sample(), own_seconds()
        told = json.loads(output_of(command, cpus))
        own = own_seconds() - own_before
        return dict(told, own_seconds=own, load=machine.load_between(before, machine.sample(), own))


def output_of(command, cpus):
    """Raises: Failed"""
    try:
        status, out, err = session.run(command, LONGEST_POINT, cpus=cpus)
    except subprocess.TimeoutExpired:
        raise Failed("`%s` took longer than %d s" % (" ".join(command), LONGEST_POINT))
    except OSError as error:
        raise Failed(str(error))
    if status != 0:
        raise Failed("`%s` ended with %d: %s" % (" ".join(command), status, err.strip()[-300:]))
    return out


def own_seconds():
    """The CPU time of this process and of all children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def tasks_for(programs, kernel, control, most_workers, min_time):
    """So many that the control takes about so long, and each worker has some. Raises: Failed"""
    task = kernels.task_of(kernel, kernels.is_python(control))
    least = max(FEWEST_TASKS, TASKS_FOR_EACH_WORKER * most_workers)
    if task.fixed_tasks:
        return max(least, task.fixed_tasks)
    tasks = 8
    while True:
        seconds = programs.measure(programs.command(kernel, control, 1, tasks, task.size)).seconds
        if seconds >= min_time / 4:
            return max(least, round(tasks * min_time / seconds))
        tasks *= 4
