#!/usr/bin/python3
"""mp_sha512 prints what sha512sum accepts and would have printed, whatever the files are called.

    mp_sha512_test.py [-v]
"""
import ctypes
import os
import pty
import shutil
import subprocess
import tempfile
import unittest

LIBC = ctypes.CDLL(None)
PROGRAM = os.path.abspath("mp/sha512/mp_sha512")


def run(*arguments, cwd=None, stderr=subprocess.PIPE):
    return subprocess.run([PROGRAM] + list(arguments), stdout=subprocess.PIPE, stderr=stderr, cwd=cwd,
                          universal_newlines=False, timeout=120)


def obey_permissions():
    """From the next program on root may read no more than others."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        LIBC.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; others than root have neither


class Sha512(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content=b""):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def accepted(self, sums):
        return subprocess.run(["sha512sum", "--check", "--strict", "--quiet"], input=sums, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_sums_are_those_of_sha512sum(self):
        paths = [self.write("a/%d/file %d" % (i % 7, i), os.urandom(i * 997)) for i in range(300)]
        done = run(self.folder)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        theirs = subprocess.run(["sha512sum"] + paths, stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(sorted(theirs.splitlines()), sorted(done.stdout.splitlines()))
        self.assertEqual((0, b""), (self.accepted(done.stdout).returncode, self.accepted(done.stdout).stdout))

    def test_large_and_empty_files(self):
        self.write("large", os.urandom(3 << 20))
        self.write("empty")
        done = run("--workers=3", self.folder)
        self.assertEqual(2, len(done.stdout.splitlines()))
        self.assertEqual(0, self.accepted(done.stdout).returncode)

    def test_odd_names_are_written_as_sha512sum_writes_them(self):
        for name in (b"back\\slash", b"new\nline", b"return\r", b" blank ", b"\xff\xfe", "b\u00e4r".encode()):
            with open(os.path.join(os.fsencode(self.folder), name), "wb") as file:
                file.write(name)
        done = run(self.folder)
        self.assertEqual(0, done.returncode)
        self.assertEqual(6, len(done.stdout.splitlines()))
        checked = self.accepted(done.stdout)
        self.assertEqual((0, b""), (checked.returncode, checked.stdout))

    def test_several_directories_with_relative_names(self):
        self.write("one/a", b"a")
        self.write("two/b", b"b")
        done = run("one", "two", cwd=self.folder)
        self.assertEqual({b"one/a", b"two/b"}, {line.split(b"  ")[1] for line in done.stdout.splitlines()})
        self.assertEqual(0, self.accepted(done.stdout).returncode)

    def test_unreadable_file_is_told_and_passed_over(self):
        self.write("good", b"good")
        os.symlink("/nowhere", os.path.join(self.folder, "link"))  # no regular file: passed over in silence
        os.mkfifo(os.path.join(self.folder, "pipe"))
        os.chmod(self.write("bad", b"bad"), 0)
        done = subprocess.run([PROGRAM, self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                              preexec_fn=obey_permissions)
        self.assertEqual(1, done.returncode, done)
        self.assertIn(b"bad: Permission denied", done.stderr)
        self.assertEqual(1, len(done.stdout.splitlines()))
        self.assertEqual(0, self.accepted(done.stdout).returncode)

    def test_directory_that_is_not_there(self):
        self.write("there/a", b"a")
        done = run(os.path.join(self.folder, "gone"), os.path.join(self.folder, "there"))
        self.assertEqual(1, done.returncode)
        self.assertIn(b"gone: No such file or directory", done.stderr)
        self.assertEqual(1, len(done.stdout.splitlines()))

    def test_progress_is_shown_on_a_terminal_only(self):
        for i in range(250):
            self.write("file%d" % i, b"x")
        ours, its = pty.openpty()
        done = run(self.folder, stderr=its)
        os.close(its)
        self.assertEqual((0, 250), (done.returncode, len(done.stdout.splitlines())))
        self.assertIn(b"200 files", os.read(ours, 1 << 16))
        os.close(ours)
        self.assertEqual(b"", run(self.folder).stderr)

    def test_full_device_is_no_success(self):
        self.write("a", b"a")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, self.folder], stdout=full, stderr=subprocess.PIPE, timeout=120)
        self.assertEqual(1, done.returncode)
        self.assertIn(b"standard output", done.stderr)

    def test_bad_usage(self):
        for arguments in ([], ["--workers=0", "."], ["--workers=x", "."], ["--fast", "."]):
            done = run(*arguments)
            self.assertEqual(64, done.returncode, arguments)
            self.assertIn(b"usage: mp_sha512", done.stderr)
            self.assertEqual(b"", done.stdout)


if __name__ == "__main__":
    unittest.main()
