#!/usr/bin/python3
"""Each example prints the same under every start method, ends, and leaves no process behind.

    examples_test.py [-v] [Examples.test_swords_by_spawn]
"""
import glob
import os
import re
import signal
import subprocess
import time
import unittest

FOLDER = "mp/examples"
METHODS = ("fork", "spawn", "forkserver")
PATIENCE = 60  # seconds, for what must happen soon: builds and other tests run beside this one


# What an example may print. Each of these returns a function of the test and the lines.


def exactly(*lines):
    return lambda test, printed: test.assertEqual(list(lines), printed)


def in_groups(*groups):
    """The groups one after another, the lines of each in any order."""
    def check(test, printed):
        rest = printed
        for group in groups:
            test.assertEqual(sorted(group), sorted(rest[:len(group)]), printed)
            rest = rest[len(group):]
        test.assertEqual([], rest)
    return check


def interleaved(*sequences):
    """Each sequence in its order, and mixed with the others in any. No two have a line in common."""
    def check(test, printed):
        for sequence in sequences:
            test.assertEqual(list(sequence), [line for line in printed if line in sequence])
        test.assertEqual(sum(map(len, sequences)), len(printed))
    return check


def both(*checks):
    def check(test, printed):
        for each in checks:
            each(test, printed)
    return check


def never_outside(least, most, steps):
    """The sum of the steps, of lines that end like this, never leaves the bounds."""
    def check(test, printed):
        total = 0
        for line in printed:
            total += sum(step for end, step in steps.items() if line.endswith(end))
            test.assertTrue(least <= total <= most, "%d after %r" % (total, line))
    return check


def sold(test, printed):
    test.assertEqual("left: 0", printed[-1])
    buyers, outcomes = zip(*(re.match(r"buyer (\d) (.*)", line).groups() for line in printed[:-1]))
    test.assertEqual(list("12345678"), sorted(buyers))
    test.assertEqual(["has one"] * 3 + ["finds none"] * 5, list(outcomes))


def guarded(test, printed):
    test.assertEqual("the bodyguard of jason is on duty", printed[0])
    test.assertEqual(1, printed.count("the main program ends"))
    reports = [line for line in printed[1:] if line != "the main program ends"]
    test.assertGreaterEqual(len(reports), 3)
    test.assertEqual({"jason is well"}, set(reports))


def counted(test, printed):
    test.assertEqual("with the lock: 40123", printed[0])
    unlocked = re.match(r"without: (\d+), at most 40123$", printed[1])
    test.assertTrue(unlocked, printed)
    test.assertLessEqual(int(unlocked.group(1)), 40123)
    test.assertEqual(2, len(printed))


def introduced(test, printed):
    """A child's two lines come at any time after its start, at which its creator prints one."""
    main = re.match(r"I am MainProcess, number (\d+)$", printed[0])
    test.assertTrue(main, printed)
    test.assertEqual("I have no creator", printed[1])
    for name, lines in (("Process-1", printed[2:5]), ("worker", printed[5:])):
        its = re.search(r"started %s, number (\d+)" % name, "\n".join(lines))
        test.assertTrue(its, printed)
        interleaved(["started %s, number %s" % (name, its.group(1))],
                    ["I am %s, number %s" % (name, its.group(1)),
                     "my creator is MainProcess, number %s" % main.group(1)])(test, lines)


def searched(test, printed):
    """Each task finds in order, and all are heard before the end."""
    primes = [[2, 3, 5, 7], [11, 13, 17, 19], [23, 29], [31, 37], [41, 43, 47]]
    interleaved(*[["%d is prime" % n for n in ten] for ten in primes])(test, printed[:-1])
    test.assertEqual("the queue is empty", printed[-1])


def one_by_one_takes_longer(test, printed):
    test.assertEqual(["--start1--", "--end1--", "--start2--", "--end2--"], printed[:-1])
    ratio = re.match(r"one by one it takes (\d+\.\d) times as long$", printed[-1])
    test.assertTrue(ratio, printed)
    # 3.5, less what starting workers costs; how much that is, no test says.
    test.assertGreater(float(ratio.group(1)), 1)


PRINTS = {
    "bakery": both(
        in_groups(["a loaf is baked"] * 1, ["a loaf is baked"] * 5 + ["a loaf is sold"] * 6, ["left: 0"]),
        never_outside(0, 2, {"baked": 1, "sold": -1})),
    "between_children": exactly("got bread", "got butter", "got jam", "got all", "the queue is empty"),
    "bodyguard": guarded,
    "counter": counted,
    "deadlock": in_groups(["anna waits in vain", "bert waits in vain"], ["anna eats", "bert eats"]),
    "dogs_and_cats": interleaved(["woof%d" % i for i in range(5)], ["miaow%d" % i for i in range(5)]),
    "download": exactly(*["".join("%d " % i for i in range(n)) for n in range(1, 11)], "10 in all"),
    "exit_codes": exactly("return: 0", "throw: 1", "exit: 3", "wait: -9"),
    "full_queue": exactly(
        "three of five: not full", "five of five: full", "no sixth: the queue is full", "child: got 111", "got 222",
        "got 333", "got 444", "got 555", "got 666", "no more: the queue is empty"),
    "hello": exactly("hello bob", "exit code 0"),
    "join": in_groups(
        ["joker is running"], ["joker is done"], ["main goes on after joker"],
        ["queen is running"], ["queen is done"], ["main goes on after queen"],
        ["one of three is done"] * 3, ["main is done"], ["the last child is done"]),
    "money": exactly("child: money 666", "parent: money 300"),
    "names": introduced,
    "orphan": exactly("the creator ended with -9", "is somebody there? I am, though my creator is dead"),
    "pipe": exactly(
        "second received 123", "first received 456", "how is the second end? fine", "how is the first end? fine"),
    "pipe_end_of_file": exactly(
        *["received message %d" % i for i in range(5)], "no more: the other end is closed"),
    "pipe_to_child": exactly(*["received Guo %d" % i for i in range(10)], "end of file"),
    "pool_apply": exactly(*[str(i) for i in range(1, 101)]),
    "pool_callback": in_groups(["%s: fetched in a worker, called back here" % what
                                for what in ("bread", "butter", "jam", "milk", "tea", "salt")]),
    "pool_lost_worker": exactly("12", "6", "lost", "3"),
    "pool_manager_queue": searched,
    "pool_map": exactly("1 2 3 4 5 6 7 8 9 10 "),
    "pool_results": exactly(*[str(i) for i in range(1, 101)]),
    "pool_seven_tasks": one_by_one_takes_longer,
    "pool_starmap": exactly("2 loaves: 6", "10 apples: 5", "1 cakes: 12"),
    "race": in_groups(
        ["runner %d is ready" % i for i in (1, 2, 3)], ["go"], ["runner %d runs" % i for i in (1, 2, 3)]),
    "recursive_lock": exactly("mine 40, yours 60", "a Lock again: no"),
    "seats": both(
        interleaved(*(["guest %d sits down" % i, "guest %d gets up" % i] for i in range(1, 6)), ["free seats: 2"]),
        never_outside(0, 2, {"sits down": 1, "gets up": -1})),
    "shared_list": exactly("sum 4000", "sum 8000", "sum 12000", "0", "1", "2", "done"),
    "subclass": exactly("tea: 3", "tea: 2", "tea: 1", "tea: now", "Countdown-1 ended with 0"),
    "swords": exactly(
        "Ge Nie takes Yue's sword 1", "Wei Zhuang takes Yue's sword 2", "Gao Jianli takes Yue's sword 3",
        "Sheng Qi takes Yue's sword 4", "Yan Ri takes Yue's sword 5", "Ge Nie takes Yue's sword 6",
        "Wei Zhuang takes Yue's sword 7", "Gao Jianli takes Yue's sword 8", "all swords are taken"),
    "terminate": exactly(
        "alive before the start: no", "alive: yes", "lock for me: no", "alive after terminate(): no",
        "exit code: -15", "lock for me: yes", "its owner ended without release(): yes"),
    "thread_queues": exactly(
        "Queue: 2 3 1", "LifoQueue: 1 3 2", "PriorityQueue: 1 2 3", "no room for a melon", "eats apple", "eats pear",
        "eats plum", "eats melon"),
    "tickets": sold,
    "traffic_light": in_groups(
        ["the light is red"], ["car %d waits" % i for i in (1, 2, 3)], ["the light is green"],
        ["car %d drives" % i for i in (1, 2, 3)], ["the light is red again"]),
}


# What an example tells on standard error; the others nothing.
TELLS = {"exit_codes": "Process throw:\nruntime_error: there is no more paper\n"}
ARGUMENTS = {"download": ["--pause=0.01", "--timeout=1"]}


def environment():
    """Without what would make an example take itself for a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_", "XML_"))}


def living(group):
    """The processes of the group that have not ended."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as stat:
                state, _, its_group = stat.read().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue  # it has gone meanwhile
        if int(its_group) == group and state not in "ZX":
            found.append(int(path.split("/")[2]))
    return found


def end(group):
    """Kills those of the group that still live, and returns them."""
    left = living(group)
    for each in left:
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return left


def run(command, patience=PATIENCE):
    """(exit code, standard output, standard error, processes left); exit code None: it did not end in time."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment(), universal_newlines=True, start_new_session=True)
    try:
        out, err = process.communicate(timeout=patience)
        code = process.returncode
        deadline = time.monotonic() + patience
        while living(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        return code, out, err, end(process.pid)
    except subprocess.TimeoutExpired:
        left = end(process.pid)
        out, err = process.communicate(timeout=patience)
        return None, out, err, left


class Examples(unittest.TestCase):
    maxDiff = None

    def check(self, name, method):
        code, out, err, left = run(
            [os.path.join(FOLDER, name), "--start-method=" + method] + ARGUMENTS.get(name, []))
        self.assertIsNotNone(code, "it hangs; so far it has printed:\n%s%s" % (out, err))
        self.assertEqual(TELLS.get(name, ""), err)
        PRINTS[name](self, out.splitlines())
        self.assertEqual(0, code)
        self.assertEqual([], left, "processes are left behind")

    def test_readme_begins_with_hello(self):
        with open(os.path.join(FOLDER, "hello.cc")) as source, open("mp/README.md") as readme:
            kept = [line for line in source.read().splitlines()[1:]
                    if "examples" not in line and "#include <" not in line]
            shown = readme.read().split("```cpp\n")[1].split("```")[0].splitlines()
        self.assertEqual([line for line in kept if line], [line for line in shown if line])

    def test_readme_lists_every_example(self):
        with open("mp/README.md") as readme:
            listed = re.findall(r"^\| \[(\w+)\]\(examples/\1\.cc\) \|", readme.read(), re.MULTILINE)
        self.assertEqual(sorted(PRINTS), sorted(listed))

    def test_every_example_is_checked(self):
        programs = {os.path.basename(path) for path in glob.glob(FOLDER + "/*")
                    if "." not in os.path.basename(path) and os.access(path, os.X_OK)}
        self.assertEqual(programs - {"examples_test"}, set(PRINTS))


class Runs(unittest.TestCase):
    def test_program_that_hangs_is_ended_and_what_it_printed_is_known(self):
        code, out, _, left = run(["/bin/sh", "-c", "echo so far; sleep 600; true"], patience=0.5)
        self.assertEqual((None, "so far\n"), (code, out))
        self.assertTrue(left)

    def test_process_that_is_left_behind_is_found(self):
        code, out, _, left = run(["/bin/sh", "-c", "sleep 600 >/dev/null 2>&1 & echo gone"], patience=0.5)
        self.assertEqual((0, "gone\n", 1), (code, out, len(left)))


for _name in PRINTS:
    for _method in METHODS:
        setattr(Examples, "test_%s_by_%s" % (_name, _method),
                lambda self, name=_name, method=_method: self.check(name, method))

if __name__ == "__main__":
    unittest.main()
