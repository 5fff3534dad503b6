"""Plants faults: small edits that break one promise each, in copies made at run time.

A fault is an object in a *.json file:

    {"id": "queue-get-ignores-timeout", "file": "queues.py", "area": "queue",
     "find": "exact text that occurs once", "replace": "what stands there instead",
     "breaks": "one sentence: what a user would see"}

"module": "queue" says that "file" is a module beside the package, of the same standard library. "methods": ["spawn"]
restricts it to start methods under which it can show. "equivalent": "why" says that no user can see it, or that nothing
forbids what he sees: it stays as a record, and is not planted. "unseen": "why" says why the suite misses it although a
user may see it, and what sees it instead: it is planted, and told with that reason when it is missed.

Two ways to plant:

*In a Python package* (PackageCopy): the package is copied, one file of the copy edited, and PYTHONPATH leads to it.

*In sources that must be compiled* (SwitchedSources): a build for each fault would take hours, so all of them go into
one. Where `find` stands the copy says

    statements (`find` ends with ; or })        if (planted("id")) { replace } else { find }
    anything else is an expression              (planted("id") ? (replace) : (find))

and planted() looks at MPCHECK_PLANTED in the environment, which processes inherit however they are started. Without
the variable the copy behaves as the original, which has no such switches. Faults may share their text, or lie within
one another; they may not overlap otherwise. A declaration that is used further down can't be switched: put the fault
where the name is used.
"""
import glob
import json
import os
import shutil
import subprocess

MEMBERS = {"id", "file", "module", "area", "find", "replace", "breaks", "methods", "equivalent", "unseen"}
VARIABLE = "MPCHECK_PLANTED"
SWITCH = """#ifndef MPCHECK_PLANTED_SWITCH
#define MPCHECK_PLANTED_SWITCH
#include <stdlib.h>
#include <string.h>
inline bool planted(const char* fault) {
  static const char* const chosen = ::getenv("%s");
  return chosen != nullptr && ::strcmp(chosen, fault) == 0;
}
#endif
""" % VARIABLE


class FaultError(Exception):
    """A fault that can't be planted: what is wrong, and where."""


def load_faults(folder):
    """All faults of a folder's *.json, in the order of their files."""
    faults, ids = [], set()
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path) as f:
            try:
                some = json.load(f)
            except ValueError as e:
                raise FaultError("%s: not JSON: %s" % (path, e)) from e
        for fault in some:
            check_members(fault, path)
            if fault["id"] in ids:
                raise FaultError("%s: there are two faults %s" % (path, fault["id"]))
            ids.add(fault["id"])
        faults += some
    if not faults:
        raise FaultError("%s: no faults (*.json) there" % folder)
    return faults


def check_members(fault, path):
    name = fault.get("id", json.dumps(fault)[:60])
    missing = {"id", "file", "area", "find", "replace", "breaks"} - set(fault)
    unknown = set(fault) - MEMBERS
    if missing or unknown:
        raise FaultError("%s: fault %s: %s" % (path, name, "; ".join(
            ["no member '%s'" % m for m in sorted(missing)] + ["unknown member '%s'" % m for m in sorted(unknown)])))


def place_of(fault, text):
    """Where the fault's text stands: (begin, end)."""
    count = text.count(fault["find"])
    if count != 1:
        raise FaultError("fault %s: its text occurs %d times in %s, not once" % (fault["id"], count, fault["file"]))
    begin = text.index(fault["find"])
    return begin, begin + len(fault["find"])


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


# ---- In a Python package

def package_of(python, module="multiprocessing"):
    code = "import importlib, os; print(os.path.dirname(importlib.import_module('%s').__file__))" % module
    return subprocess.check_output([python, "-c", code], universal_newlines=True).strip()


class PackageCopy:
    """Copies of a package, each with one fault."""

    def __init__(self, package):
        self.package = package

    def plant(self, fault, folder):
        """Makes the faulty copy in `folder`. Returns what the environment needs to find it."""
        home = os.path.dirname(self.package) if "module" in fault else self.package
        original = os.path.join(home, fault["file"])
        if not os.path.exists(original):
            raise FaultError("fault %s: there is no %s" % (fault["id"], original))
        text = read(original)
        begin, end = place_of(fault, text)
        text = text[:begin] + fault["replace"] + text[end:]
        try:
            compile(text, fault["file"], "exec")
        except SyntaxError as e:
            raise FaultError("fault %s: %s" % (fault["id"], e)) from e
        copy = folder
        if "module" not in fault:
            copy = os.path.join(folder, os.path.basename(self.package))
            # What is compiled already comes along; the edited file is newer than its compiled form.
            shutil.copytree(self.package, copy)
        os.makedirs(copy, exist_ok=True)
        with open(os.path.join(copy, fault["file"]), "w", encoding="utf-8") as f:
            f.write(text)
        return {"PYTHONPATH": folder}

    def flags(self, fault):
        """What the interpreter must be told: some modules (os) are built into it, and read from no file unless asked."""
        return ["-X", "frozen_modules=off"] if "module" in fault else []


# ---- In sources that must be compiled

def is_statement(fault):
    return fault["find"].rstrip()[-1] in ";}"


def switched(text, faults):
    """`text` with a switch where each of the faults is."""
    by_place = {}
    for fault in faults:
        by_place.setdefault(place_of(fault, text), []).append(fault)
    places = sorted(by_place, key=lambda place: (place[0], -place[1]))

    def rendered(begin, end, inner):
        out, at = "", begin
        while inner:
            place = inner.pop(0)
            nested = []
            while inner and inner[0][0] < place[1]:
                nested.append(inner.pop(0))
                if nested[-1][1] > place[1]:
                    raise FaultError("faults %s and %s overlap"
                                     % (by_place[place][0]["id"], by_place[nested[-1]][0]["id"]))
            right = rendered(place[0], place[1], nested)
            out += text[at:place[0]] + switch(by_place[place], right)
            at = place[1]
        return out + text[at:end]

    return SWITCH + rendered(0, len(text), places)


def switch(faults, right):
    if is_statement(faults[0]):
        choices = ["if (planted(\"%s\")) {\n%s\n}" % (f["id"], f["replace"]) for f in faults]
        return " else ".join(choices) + " else {\n%s\n}" % right
    choices = ["planted(\"%s\") ? (%s) : " % (f["id"], f["replace"]) for f in faults]
    return "(%s(%s))" % ("".join(choices), right)


class SwitchedSources:
    """A copy of a checkout in which an environment variable chooses the fault, and one program built from it."""

    # What a build needs none of.
    LEFT_OUT = {".git", ".deps", "results", "compile_commands.json"}

    def __init__(self, checkout, copy, target):
        self.checkout, self.copy, self.target = checkout, copy, target

    def write(self, faults):
        """Makes or refreshes the copy. Files that stay the same keep their times, so that little is built anew.
        Returns (fault, why) for each that can't be planted."""
        refused = []
        by_file = {}
        for fault in faults:
            path = os.path.join(self.checkout, fault["file"])
            try:
                if not os.path.exists(path):
                    raise FaultError("fault %s: there is no %s" % (fault["id"], fault["file"]))
                place_of(fault, read(path))
                by_file.setdefault(fault["file"], []).append(fault)
            except FaultError as e:
                refused.append((fault, str(e)))
        wanted = set()
        for name in self._files():
            wanted.add(name)
            if name in by_file:
                content = switched(read(os.path.join(self.checkout, name)), by_file[name]).encode()
            else:
                with open(os.path.join(self.checkout, name), "rb") as f:
                    content = f.read()
            self._put(name, content)
        self._remove_others(wanted)
        return refused

    def build(self, log):
        """Builds the target in the copy. Returns the program's path; FaultError if it can't be built."""
        package, name = self.target.lstrip("/").split(":")
        # Warnings about switched code tell nobody anything.
        command = [os.path.join(self.copy, "tools/with_bazel"), "build", "--keep_going",
                   "--per_file_copt=^//mp,^mp/@-w",
                   "--per_file_copt=^//%s,^%s/@-w" % (package, package), self.target]
        with open(log, "w") as out:
            if subprocess.call(command, stdout=out, stderr=subprocess.STDOUT) != 0:
                errors = [line for line in read(log).splitlines() if ": error: " in line]
                raise FaultError("the copy with the faults does not build; see %s\n%s" % (log, "\n".join(errors[:5])))
        return os.path.join(self.copy, "bazel-bin", package, name)

    def plant(self, fault, _folder):
        return {VARIABLE: fault["id"]}

    def flags(self, _fault):
        return []

    def _files(self):
        for folder, folders, files in os.walk(self.checkout):
            top = folder == self.checkout
            folders[:] = [f for f in folders if f != "__pycache__"
                          and not (top and (f in self.LEFT_OUT or f.startswith("bazel-")))]
            for name in files:
                path = os.path.join(folder, name)
                if not (top and name in self.LEFT_OUT) and not os.path.islink(path):
                    yield os.path.relpath(path, self.checkout)

    def _put(self, name, content):
        path = os.path.join(self.copy, name)
        if os.path.exists(path):
            with open(path, "rb") as f:
                if f.read() == content:
                    return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)
        shutil.copymode(os.path.join(self.checkout, name), path)

    def _remove_others(self, wanted):
        for folder, folders, files in os.walk(self.copy):
            folders[:] = [f for f in folders if not os.path.islink(os.path.join(folder, f))]
            for name in files:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.copy) not in wanted:
                    os.unlink(path)
