#!/usr/bin/python3
"""in_chroot, with this machine's own root as the other one."""
import os
import subprocess
import tempfile
import unittest

IN_CHROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "in_chroot")
TELL = "import os; print(os.getpid(), os.getcwd(), os.path.exists('/proc/self'), os.path.exists('/dev/null'))"


def mounts():
    with open("/proc/self/mountinfo") as file:
        return file.read()


def can_mount():
    return not subprocess.call(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL)


class InChrootTest(unittest.TestCase):
    def test_without_a_program_it_says_how_it_is_used(self):
        done = subprocess.run([IN_CHROOT, "/"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        self.assertEqual((64, "usage: in_chroot ROOT PROGRAM [ARGUMENT...]\n"), (done.returncode, done.stdout))

    @unittest.skipUnless(can_mount(), "only root can make a mount namespace here")
    def test_program_keeps_its_number_and_its_folder_and_leaves_no_mount(self):
        before = mounts()
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            program = subprocess.Popen([IN_CHROOT, "/", "/usr/bin/python3", "-c", TELL], stdout=subprocess.PIPE,
                                       cwd=folder, universal_newlines=True)
            said, _ = program.communicate()
            self.assertEqual("%d %s True True\n" % (program.pid, folder), said)
        self.assertEqual(before, mounts())

    @unittest.skipUnless(can_mount(), "only root can make a mount namespace here")
    def test_exit_code_is_the_programs(self):
        self.assertEqual(7, subprocess.call([IN_CHROOT, "/", "/bin/sh", "-c", "exit 7"], cwd="/"))

    def test_root_that_is_none_fails(self):
        self.assertNotEqual(0, subprocess.call([IN_CHROOT, "/no/such/root", "/bin/true"], stderr=subprocess.DEVNULL))


if __name__ == "__main__":
    unittest.main()
