#!/usr/bin/python3
"""Programs that are ended, with all that they started, whenever a signal comes."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import session

LONG = 300  # seconds; never waited for when all is well


class SessionTest(unittest.TestCase):
    def setUp(self):
        before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        self.addCleanup(signal.signal, signal.SIGTERM, before)

    def test_what_a_program_says_and_its_exit_code(self):
        self.assertEqual(session.run(["sh", "-c", "echo out; echo err >&2; exit 7"], LONG), (7, "out\n", "err\n"))

    def test_signal_that_comes_while_a_program_is_started_leaves_none_behind(self):
        started = []

        class Interrupted(subprocess.Popen):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                started.append(self.pid)
                os.kill(os.getpid(), signal.SIGTERM)
        with mock.patch("subprocess.Popen", Interrupted), self.assertRaises(SystemExit):
            session.run(["sleep", str(LONG)], LONG)
        self.assertEqual(len(started), 1)
        self.assertRaises(ProcessLookupError, os.kill, started[0], 0)

    def test_signal_that_comes_later_ends_its_children_too(self):
        # Who holds the pipe's other end is the child; its end is the end of file.
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        script = "sleep %d <&- & kill -TERM $PPID; wait" % LONG
        with self.assertRaises(SystemExit), mock.patch("subprocess.Popen", keeping(writer)):
            session.run(["sh", "-c", script], LONG)
        os.close(writer)
        self.assertEqual(os.read(reader, 1), b"")
        os.close(reader)

    def test_program_may_be_ended_by_the_signals_itself(self):
        self.assertEqual(session.run(["sh", "-c", "kill -TERM $$"], LONG)[0], -signal.SIGTERM)

    def test_program_that_takes_too_long_is_ended(self):
        self.assertRaises(subprocess.TimeoutExpired, session.run, ["sleep", str(LONG)], 0.05)

    def test_program_that_there_is_not(self):
        self.assertRaises(FileNotFoundError, session.run, ["/nowhere/program"], LONG)
        self.assertEqual(signal.pthread_sigmask(signal.SIG_BLOCK, ()), set())

    def test_program_uses_only_the_cpus_it_may(self):
        cpu = min(os.sched_getaffinity(0))
        code = "import os; print(sorted(os.sched_getaffinity(0)))"
        self.assertEqual(session.run([sys.executable, "-c", code], LONG, cpus={cpu})[:2], (0, "[%d]\n" % cpu))


def keeping(descriptor):
    """A Popen whose programs have that descriptor."""
    class Keeping(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, pass_fds=[descriptor], **kwargs)
    return Keeping


if __name__ == "__main__":
    unittest.main()
