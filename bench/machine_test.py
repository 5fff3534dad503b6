#!/usr/bin/python3
"""What machine.py makes of the kernel's files, here those of machines that this one is not."""
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import machine
from machine import Load, Sample

V2_MOUNT = "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n"
V1_MOUNT = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
QUIET = {"load": 0.0, "quota": None, "cpus": [0, 1], "cores": 2, "governors": []}


class MadeMachine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def have(self, **files):
        """Files by their path, with __ for a slash."""
        for path, content in files.items():
            self.write(path.replace("__", "/"), content)

    def write(self, path, content):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(content)


class QuotaTest(MadeMachine):
    def test_of_version_2(self):
        self.have(proc__self__cgroup="0::/a/b\n", proc__self__mountinfo=V2_MOUNT)
        self.write("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n")
        self.assertEqual(machine.quota(self.root), 1.5)

    def test_of_a_group_further_out(self):
        self.have(proc__self__cgroup="0::/a/b\n", proc__self__mountinfo=V2_MOUNT)
        self.write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n")
        self.write("sys/fs/cgroup/a/cpu.max", "50000 100000\n")
        self.assertEqual(machine.quota(self.root), 0.5)

    def test_of_version_1(self):
        self.have(proc__self__cgroup="4:cpu,cpuacct:/a\n0::/a\n", proc__self__mountinfo=V1_MOUNT)
        self.write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "300000\n")
        self.write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n")
        self.assertEqual(machine.quota(self.root), 3)

    def test_of_a_container_that_sees_only_its_own_group(self):
        self.have(proc__self__cgroup="4:cpu,cpuacct:/docker/x\n",
                  proc__self__mountinfo=V1_MOUNT.replace(" / /sys", " /docker/x /sys"))
        self.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n")
        self.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
        self.assertEqual(machine.quota(self.root), 2)

    def test_there_may_be_none(self):
        self.assertIsNone(machine.quota(self.root))
        self.have(proc__self__cgroup="0::/\n", proc__self__mountinfo=V2_MOUNT)
        self.write("sys/fs/cgroup/cpu.max", "max 100000\n")
        self.assertIsNone(machine.quota(self.root))

    def test_it_limits_the_usable_cpus_and_the_affinity_does(self):
        self.have(proc__self__cgroup="0::/\n", proc__self__mountinfo=V2_MOUNT)
        self.write("sys/fs/cgroup/cpu.max", "250000 100000\n")
        self.assertEqual(machine.usable_cpus(self.root, {0, 1, 2, 3}).usable, 2.5)
        self.assertEqual(machine.usable_cpus(self.root, {5}).usable, 1)

    def test_throttling_is_counted(self):
        self.have(proc__self__cgroup="0::/a\n", proc__self__mountinfo=V2_MOUNT)
        self.assertIsNone(machine.throttled(self.root))
        self.write("sys/fs/cgroup/a/cpu.stat", "nr_periods 9\nnr_throttled 4\n")
        self.assertEqual(machine.throttled(self.root), 4)


class CpusTest(MadeMachine):
    def test_lists_of_numbers(self):
        self.assertEqual(machine.numbers_of("0-2,8"), [0, 1, 2, 8])
        self.assertEqual(machine.numbers_of(""), [])

    def test_siblings_are_of_one_core(self):
        for cpu, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
            self.write("sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu, siblings)
        self.assertEqual(machine.cores([0, 1, 2, 3], self.root), 2)
        self.assertEqual(machine.cores([0, 1], self.root), 2)

    def test_unknown_siblings(self):
        self.assertIsNone(machine.cores([0, 1], self.root))

    def test_governors(self):
        self.assertEqual(machine.governors([0], self.root), [])
        self.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n")
        self.assertEqual(machine.governors([0], self.root), ["powersave"])


class MemoryTest(MadeMachine):
    def test_the_largest_cache(self):
        self.assertIsNone(machine.largest_cache(self.root))
        self.write("sys/devices/system/cpu/cpu0/cache/index0/size", "32K\n")
        self.write("sys/devices/system/cpu/cpu0/cache/index3/size", "36M\n")
        self.assertEqual(machine.largest_cache(self.root), 36 << 20)

    def test_free_memory(self):
        self.assertIsNone(machine.free_memory(self.root))
        self.have(proc__meminfo="MemTotal:  900 kB\nMemAvailable:     500 kB\n")
        self.assertEqual(machine.free_memory(self.root), 500 << 10)


class WarningsTest(unittest.TestCase):
    def test_none_about_a_quiet_machine(self):
        self.assertEqual(machine.warnings(QUIET), [])

    def test_each(self):
        for change, words in (({"load": 1.5}, "load was 1.50"), ({"quota": 0.5}, "0.5 CPUs' time, of 2"),
                              ({"cores": 1}, "of 1 cores"), ({"governors": ["powersave"]}, "by powersave")):
            with self.subTest(words):
                said = machine.warnings(dict(QUIET, **change))
                self.assertEqual(len(said), 1)
                self.assertIn(words, said[0])

    def test_a_quota_for_all_cpus_is_no_limit(self):
        self.assertEqual(machine.warnings(dict(QUIET, quota=2.0)), [])


class LoadTest(MadeMachine):
    def test_foreign_is_what_was_busy_without_us(self):
        before = Sample(10, [0, 1], 100, 5, None)
        load = machine.load_between(before, Sample(20, [0, 1], 112, 6, None), own_seconds=10)
        self.assertAlmostEqual(load.foreign, 0.1)
        self.assertAlmostEqual(load.stolen, 0.05)
        self.assertEqual(load.throttled, 0)

    def test_a_tick_of_each_cpu_is_nobodys(self):
        before = Sample(10, [0], 100, 0, 3)
        load = machine.load_between(before, Sample(10.1, [0], 100.1 + 1.9 / machine.TICKS, 0, 3), own_seconds=0.1)
        self.assertEqual(load.foreign, 0)

    def test_disturbance(self):
        self.assertIsNone(machine.disturbance(Load(0.04, 0.0, 0)))
        self.assertIn("other programs had 20 %", machine.disturbance(Load(0.2, 0.0, 0)))
        self.assertIsNone(machine.disturbance(Load(0.2, 0.0, 0), cpu_bound=False))
        self.assertIn("host", machine.disturbance(Load(0.0, 0.2, 0)))
        self.assertIn("quota", machine.disturbance(Load(0.0, 0.0, 1)))

    def test_much_more_makes_a_number_meaningless(self):
        self.assertIsNone(machine.disturbance(Load(0.1, 0.1, 0), limits=machine.MEANINGLESS))
        self.assertIn("20 %", machine.disturbance(Load(0.2, 0.0, 0), limits=machine.MEANINGLESS))
        self.assertIn("20 %", machine.disturbance(Load(0.0, 0.2, 0), limits=machine.MEANINGLESS))

    def test_more_than_half_of_the_rounds_are_mostly(self):
        quiet, busy = [(Load(0.0, 0.0, 0), True)], [(Load(0.0, 0.0, 0), True), (Load(0.2, 0.0, 0), True)]
        self.assertIsNone(machine.mostly_disturbed([quiet, busy], machine.TOLD))
        self.assertIn("in 2 of 3 rounds", machine.mostly_disturbed([quiet, busy, busy], machine.TOLD))

    def test_only_usable_cpus_count(self):
        cpu = min(os.sched_getaffinity(0))
        self.write("proc/stat", "cpu  9 9 9 9 9 9 9 9 0 0\ncpu%d 100 20 30 999 9 4 6 50 0 0\n"
                   "cpu9999 7 7 7 7 7 7 7 7 0 0\nintr 5\n" % cpu)
        now = machine.sample(self.root)
        self.assertAlmostEqual(now.busy, 160 / machine.TICKS)
        self.assertAlmostEqual(now.stolen, 50 / machine.TICKS)

    def test_a_program_that_is_not_ours_is_foreign_here(self):
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
            try:
                before = machine.sample()
                deadline = time.monotonic() + 60
                while machine.sample().busy - before.busy < 0.5 and time.monotonic() < deadline:
                    time.sleep(0.05)
                self.assertGreater(machine.load_between(before, machine.sample(), 0).foreign, 0)
            finally:
                other.kill()


class HereTest(unittest.TestCase):
    def test_this_machine_can_be_described(self):
        here = machine.describe()
        self.assertEqual(here["cpus"], sorted(os.sched_getaffinity(0)))
        self.assertLessEqual(here["usable_cpus"], len(here["cpus"]))
        self.assertIn("CPUs", machine.text(here)[0])


if __name__ == "__main__":
    unittest.main()
