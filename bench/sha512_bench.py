#!/usr/bin/python3
"""A real program whole, from its start to its end: the SHA-512 of every file of a tree by two workers. mp's own
mp_sha512 beside a program of CPython's, xargs, and what `openssl speed` says that two processes can hash.

    bazel-bin/bench/sha512_bench --benchmark_filter=mp --benchmark_out=sha512.json

Flags and JSON are Google Benchmark's. The tree is made for the occasion, the same one each time, and lies in memory;
MPCHECK_SHA512_FILES says how many files it has (2000). Before the clock runs everybody sums it once and must agree with
the others about every sum. Who needs something that is not installed is left out, and a sentence tells so.
"""
import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import rows

KIB, MIB = 1 << 10, 1 << 20
FILES = int(os.environ.get("MPCHECK_SHA512_FILES", "2000"))
SMALLEST, LARGEST = KIB, MIB

# Built next to this program; the other one is a source file like this.
MP_SHA512 = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "../mp/sha512/mp_sha512")
SHA512_BY_CPYTHON = os.path.join(os.path.dirname(os.path.realpath(__file__)), "sha512_by_cpython.py")

COMMANDS = {  # who -> what prints as sha512sum does for the tree that is added as last argument
    "mp": [MP_SHA512, "--workers=2"],
    "cpython": [sys.executable, SHA512_BY_CPYTHON],
    "xargs": ["sh", "-c", 'find "$1" -type f -print0 | xargs -0 -P2 -n20 sha512sum', "sh"],
}
OPENSSL_SPEED = ["openssl", "speed", "-mr", "-elapsed", "-evp", "sha512", "-bytes", "65536", "-seconds", "1", "-multi",
                 "2"]
EVERYBODY = list(COMMANDS) + ["openssl_speed"]
NEEDS = {"xargs": ["find", "xargs", "sha512sum"], "openssl_speed": ["openssl"]}


# ---------------------------------------------------------------- the tree

def sizes_of_files():
    """Few are large: there are as many between 1 and 2 KiB as between 512 KiB and 1 MiB."""
    chance = random.Random(512)
    return [int(SMALLEST * (LARGEST / SMALLEST) ** chance.random()) for _ in range(FILES)]


def make_tree(folder, sizes):
    chance = random.Random(2048)
    content = chance.getrandbits(8 * 2 * LARGEST).to_bytes(2 * LARGEST, "little")
    for number, size in enumerate(sizes):
        directory = os.path.join(folder, "%02d" % (number % 40))
        os.makedirs(directory, exist_ok=True)
        begin = chance.randrange(LARGEST)
        with open(os.path.join(directory, "%04d" % number), "wb") as file:
            file.write(content[begin:begin + size])


@contextlib.contextmanager
def folder_that_goes(where):
    """A folder that goes when this program ends, by whatever signal: a shell of a session of its own waits for the end
    of its standard input, which nobody else holds."""
    folder = tempfile.mkdtemp(prefix="sha512_bench.", dir=where)
    with subprocess.Popen(["sh", "-c", 'cat; rm -rf "$1"', "sh", folder], stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, start_new_session=True):
        yield folder


@contextlib.contextmanager
def tree_in_memory(sizes):
    """Below /dev/shm; or else, if that is too small, on a disk that has nothing left to write when the clock runs, and
    which nobody needs to read, for whoever is measured has read everything before."""
    room = os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free
    enough = room > 2 * sum(sizes)
    with folder_that_goes("/dev/shm" if enough else None) as folder:
        make_tree(folder, sizes)
        if not enough:
            os.sync()
        yield folder


# ---------------------------------------------------------------- who sums it

def give_up(why):
    sys.exit("sha512_bench: " + why)


def run(who, tree, stdout):
    done = subprocess.run(COMMANDS[who] + [tree], stdout=stdout, stderr=subprocess.PIPE)
    if done.returncode != 0:
        give_up("%s ended with %d: %s" % (who, done.returncode, done.stderr.decode(errors="replace").strip()))
    return done.stdout


def check_sums(everybody, tree):
    """All have the same sum for each file. It warms up what is read, too."""
    sums = {who: set(run(who, tree, subprocess.PIPE).decode().splitlines()) for who in everybody}
    for who, theirs in sums.items():
        if len(theirs) != FILES:
            give_up("%s printed %d sums for %d files" % (who, len(theirs), FILES))
        differ = theirs ^ sums[everybody[0]]
        if differ:
            give_up("%s and %s disagree, for instance about %s" % (everybody[0], who, min(differ)))


def timed(who, tree):
    def work(times):
        began = time.perf_counter()
        for _ in range(times):
            run(who, tree, subprocess.DEVNULL)
        return time.perf_counter() - began
    return work


def bytes_per_second_at_best():
    done = subprocess.run(OPENSSL_SPEED, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    # The line of both processes together.
    speed = re.search(r"^\+F:\d+:sha512:([\d.]+)$", done.stdout, re.MULTILINE)
    if speed is None:
        raise rows.CannotRun("`%s` told no speed: %s" % (" ".join(OPENSSL_SPEED), done.stderr.strip()[-200:]))
    return float(speed.group(1))


def as_fast_as_openssl(size):
    return lambda times: times * size / bytes_per_second_at_best()


# ---------------------------------------------------------------- as Google Benchmark

def name_of(who):
    return "BM_Sha512Tree/" + who


def is_here(who):
    missing = [program for program in NEEDS.get(who, []) if shutil.which(program) is None]
    if missing:
        print("sha512_bench: no %s here, so %s is left out" % (" and no ".join(missing), name_of(who)),
              file=sys.stderr)
    return not missing


def main():
    flags = rows.parse_flags(__doc__)
    everybody = [who for who in EVERYBODY if rows.is_asked_for(name_of(who), flags) and is_here(who)]
    if not everybody or flags.benchmark_list_tests == "true":
        return rows.write({name_of(who): None for who in everybody}, flags)
    if not os.path.exists(MP_SHA512):
        give_up("no %s: build //bench:sha512_bench, and run it below bazel-bin" % MP_SHA512)
    sizes = sizes_of_files()
    with tree_in_memory(sizes) as tree:
        check_sums([who for who in everybody if who in COMMANDS], tree)
        rows.write({name_of(who): timed(who, tree) if who in COMMANDS else as_fast_as_openssl(sum(sizes))
                    for who in everybody}, flags)


if __name__ == "__main__":
    main()
