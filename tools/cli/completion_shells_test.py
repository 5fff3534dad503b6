#!/usr/bin/python3
"""Completion in the shells themselves: completion_shells_test.py MPCHECK ADAPTER KNOWN.

Each shell runs on a terminal of its own, gets keys, and tells what stands on its command line. A shell that is not
installed is skipped; tools/setup --for-tests installs them.
"""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MPCHECK, ADAPTER, KNOWN = (os.path.abspath(path) for path in sys.argv[1:4])
PATIENCE = 60  # seconds; what is waited for comes in far less
ESCAPE = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\(B|\][^\a]*\a)")  # colours, movements, titles
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8", "COLUMNS": "200", "LINES": "40"}


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, words, home):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execve(words[0], words, dict(ENVIRONMENT, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home))

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def send(self, keys):
        os.write(self.fd, keys.encode())

    def await_match(self, pattern):
        """The first match in what the terminal shows; what stands before it is not looked at again."""
        end = time.monotonic() + PATIENCE
        while True:
            text = ESCAPE.sub("", self.seen)
            match = re.search(pattern, text, re.DOTALL)
            if match:
                self.seen = text[match.end():]
                return match
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError("no %r within %d s; the terminal shows %r" % (pattern, PATIENCE, text))
            self.seen += os.read(self.fd, 65536).decode(errors="replace")


class ShellTest:
    """What every shell does. A shell says how it is started, and how Control-T tells the command line."""
    SHELL = WORDS = TELL = None
    SOURCE = "source <(%s)"

    @classmethod
    def setUpClass(cls):
        cls.program = shutil.which(cls.SHELL, path=ENVIRONMENT["PATH"])
        if cls.program is None:
            raise unittest.SkipTest("%s is not installed: tools/setup --for-tests" % cls.SHELL)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.home = folder.name
        cls.root = cls.home + "/checkout"
        os.makedirs(cls.root + "/tools/adapters")
        os.symlink(os.path.dirname(ADAPTER), cls.root + "/tools/adapters/python")
        os.symlink(KNOWN, cls.root + "/tools/adapters/known_implementations.json")
        for name in ("my_adapter.py", "coverage.txt"):
            open(os.path.join(cls.home, name), "w").close()
        cls.open_terminal(cls.SOURCE % " ".join(cls.command("completion", cls.SHELL)))

    @classmethod
    def open_terminal(cls, set_up):
        cls.terminal = Terminal([cls.program, *cls.WORDS], cls.home)
        cls.addClassCleanup(cls.terminal.close)
        cls.terminal.send("%s; %s; echo rea''dy\n" % (set_up, cls.TELL))
        cls.terminal.await_match(r"ready\r?\n")

    @classmethod
    def command(cls, *words):
        return [MPCHECK, "--root=" + cls.root, *words]

    def completed(self, typed):
        """What stands on the command line after Tab."""
        self.terminal.send("\x15" + typed + "\t\x14")
        return self.terminal.await_match("<<([^<>]*)>>").group(1)

    def assert_completes(self, typed, line):
        self.assertEqual(self.completed(typed), line)

    def names(self):
        said = subprocess.run(self.command("complete", "--", "run", ""), env=ENVIRONMENT, stdout=subprocess.PIPE,
                              universal_newlines=True, check=True).stdout
        return said.split()

    def test_command(self):
        self.assertIn("coverage.txt", os.listdir(self.home), "which is no command")
        self.assert_completes("mpcheck cov", "mpcheck coverage ")

    def test_command_of_a_program_with_a_path(self):
        self.assert_completes("tools/mpcheck cov", "tools/mpcheck coverage ")

    def test_flag(self):
        self.assert_completes("mpcheck run --fr", "mpcheck run --fresh ")

    def test_flag_that_takes_a_value_ends_with_its_sign(self):
        self.assert_completes("mpcheck run --filt", "mpcheck run --filter=")

    def test_value_of_a_flag(self):
        self.assert_completes("mpcheck list --level=BE", "mpcheck list --level=BEYOND ")

    def test_file_as_the_value_of_a_flag(self):
        self.assert_completes("mpcheck report --output=./my_ad", "mpcheck report --output=./my_adapter.py ")

    def test_implementation(self):
        names = self.names()
        name = next(name for name in names if sum(other.startswith(name[:-1]) for other in names) == 1)
        self.assert_completes("mpcheck run " + name[:-1], "mpcheck run %s " % name)

    def test_claim(self):
        self.assert_completes("mpcheck show queue.put.blocks_wh", "mpcheck show queue.put.blocks_while_full ")

    def test_file(self):
        self.assert_completes("mpcheck smoke ./my_ad", "mpcheck smoke ./my_adapter.py ")

    def test_file_behind_the_adapters_dashes(self):
        self.assert_completes("mpcheck smoke -- ./my_ad", "mpcheck smoke -- ./my_adapter.py ")

    def test_all_commands_that_may_be_meant_are_shown(self):
        self.terminal.send("\x15mpcheck co\t\t")
        self.terminal.await_match("completion.*coverage|coverage.*completion")


class Bash(ShellTest, unittest.TestCase):
    SHELL = "bash"
    WORDS = ["--norc", "--noprofile", "-i"]
    TELL = """bind -x '"\\C-t":printf "<<%s>>" "$READLINE_LINE"'"""


class Zsh(ShellTest, unittest.TestCase):
    """By `source`; the completion system has not been started."""
    SHELL = "zsh"
    WORDS = ["-f", "-i"]
    TELL = "tell() { print -rn -- \"<<$BUFFER>>\" }; zle -N tell; bindkey '^T' tell"


class ZshWithAFile(Zsh):
    """By a file of $fpath."""

    @classmethod
    def open_terminal(cls, _):
        with open(cls.home + "/_mpcheck", "w") as script:
            subprocess.run(cls.command("completion", "zsh"), stdout=script, check=True)
        super().open_terminal("fpath=(%s $fpath); autoload -Uz compinit; compinit -u" % cls.home)


class Fish(ShellTest, unittest.TestCase):
    SHELL = "fish"
    WORDS = ["-i"]
    SOURCE = "%s | source"
    TELL = "bind \\ct 'printf \"<<%s>>\" (commandline)'"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
