"""Finds the Pythons, and the packages with multiprocessing's interface, that are measured beside mp: those that are
installed, and those that are asked for."""
import os
import shutil
import subprocess
import sys

from running import Program, say

BENCH = os.path.join(os.path.dirname(os.path.realpath(__file__)), "cpython_bench.py")
PACKAGES = ["billiard", "multiprocess"]
ASK = "import platform; print(platform.python_implementation().lower(), *platform.python_version_tuple()[:2])"


class NoPython(Exception):
    """The reason."""


def find(pythons, row_filter):
    """The programs of the system's Python, of its packages, of PyPy if there is one, and of `pythons`.
    Raises: NoPython"""
    found = [peer("cpython", sys.executable, [], row_filter)]
    for package in PACKAGES:
        if has_package(package):
            found.append(peer(package, sys.executable, ["--module=" + package], row_filter))
        else:
            say("bench: %s has no %s, so it is left out" % (sys.executable, package))
    pypy = shutil.which("pypy3")
    if pypy:
        found.append(peer("pypy", pypy, [], row_filter))
    else:
        say("bench: no pypy3 here, so it is left out")
    for python in pythons:
        who = name_of_python(python)
        if any(each.name == file_of(who) for each in found):
            raise NoPython("%s is %s, which is measured already" % (python, who))
        found.append(peer(who, shutil.which(python), [], row_filter))
    return found


def peer(who, python, flags, row_filter):
    return Program(file_of(who), [python, BENCH, "--who=" + who] + flags, row_filter)


def file_of(who):
    return who + "_bench"


def has_package(package):
    return subprocess.run([sys.executable, "-c", "import " + package], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def name_of_python(python):
    """cpython-3.12, say. Raises: NoPython"""
    if shutil.which(python) is None:
        raise NoPython("there is no program %s" % python)
    done = subprocess.run([python, "-c", ASK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) != 3:
        raise NoPython("%s is no Python 3: %s" % (python, done.stderr.strip()[-200:] or "it does not tell its version"))
    return "%s-%s.%s" % tuple(words)
