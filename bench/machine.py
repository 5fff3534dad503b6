"""What a measurement should know of the machine: the CPUs that this process may use, and who else uses them.

    before = machine.sample()
    ...                                  # what is measured, and waited for
    load = machine.load_between(before, machine.sample(), own_seconds)
    load.foreign                         # 0.07: others had 7 % of the usable CPUs' time

`python3 bench/machine.py` tells all that is known. What the kernel does not tell is None, and no warning comes of it.
"""
import collections
import os
import platform
import re
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")
# Shares of the CPUs that others and the host may have: more is told beside a number; much more stands in its place.
Limits = collections.namedtuple("Limits", "foreign stolen")
TOLD = Limits(0.05, 0.02)
MEANINGLESS = Limits(0.15, 0.15)
LOAD_TOO_MUCH = 0.3

# cpus: a list of numbers. quota: how many CPUs' time the control group may have, None if it is not limited.
# usable: how many CPUs this process can keep busy; a fraction if there is a quota.
Cpus = collections.namedtuple("Cpus", "cpus quota usable")
Sample = collections.namedtuple("Sample", "when cpus busy stolen throttled")
# Shares of the time that the usable CPUs had, and how often a quota stopped this control group.
Load = collections.namedtuple("Load", "foreign stolen throttled")


def read(root, *path):
    """A file's text without the last line break, or None."""
    try:
        with open(os.path.join(root, *(part.lstrip("/") for part in path))) as f:
            return f.read().strip()
    except OSError:
        return None


def numbers_of(text):
    """[0, 1, 2, 8] of "0-2,8", as the kernel writes lists of CPUs."""
    numbers = []
    for part in (text or "").split(","):
        if part.strip():
            first, _, last = part.partition("-")
            numbers += range(int(first), int(last or first) + 1)
    return numbers


# ---------------------------------------------------------------- control groups

def group_folders(controller, root="/"):
    """The folders of this process's control group and of those around it, innermost first. controller: "cpu" of
    version 1, or "" for version 2."""
    path = path_of_group(controller, read(root, "proc/self/cgroup") or "")
    mount = mount_of(controller, read(root, "proc/self/mountinfo") or "")
    if path is None or mount is None:
        return []
    top, where = mount
    # What a container sees is mounted from below; a path that is not below it is of another namespace.
    inside = os.path.relpath(path, top) if path == top or path.startswith(top.rstrip("/") + "/") else "."
    folders = []
    while inside not in ("", "."):
        folders.append(os.path.join(where, inside))
        inside = os.path.dirname(inside)
    return folders + [where]


def path_of_group(controller, lines):
    for line in lines.splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return None


def mount_of(controller, lines):
    """(what of the hierarchy is mounted, where), or None."""
    for line in lines.splitlines():
        front, _, back = line.partition(" - ")
        kind, _, options = back.split(" ", 2)
        if (kind == "cgroup" and controller in options.split(",")) if controller else kind == "cgroup2":
            return front.split(" ")[3], front.split(" ")[4]
    return None


def quota_of(folder, root):
    """How many CPUs' time the group in that folder may have, or None."""
    line = read(root, folder, "cpu.max")
    if line is not None:
        quota, period = line.split()
        return None if quota == "max" else int(quota) / int(period)
    quota, period = read(root, folder, "cpu.cfs_quota_us"), read(root, folder, "cpu.cfs_period_us")
    if quota is None or period is None or int(quota) < 0:
        return None
    return int(quota) / int(period)


def quota(root="/"):
    """The least of the groups that this process is in, or None."""
    quotas = [quota_of(folder, root) for controller in ("", "cpu") for folder in group_folders(controller, root)]
    return min((each for each in quotas if each is not None), default=None)


def throttled(root="/"):
    """How often a quota has stopped this process's groups; None if the kernel does not count it."""
    counts = []
    for controller in ("", "cpu"):
        for folder in group_folders(controller, root):
            found = re.search(r"^nr_throttled (\d+)$", read(root, folder, "cpu.stat") or "", re.MULTILINE)
            counts += [int(found.group(1))] if found else []
    return sum(counts) if counts else None


# ---------------------------------------------------------------- CPUs

def usable_cpus(root="/", affinity=None):
    """The affinity, of which a cpuset is part, and the quota."""
    cpus = sorted(os.sched_getaffinity(0) if affinity is None else affinity)
    limit = quota(root)
    return Cpus(cpus, limit, len(cpus) if limit is None else min(len(cpus), limit))


def cores(cpus, root="/"):
    """How many cores the CPUs are of, where SMT makes several CPUs of one; None if the kernel does not tell."""
    siblings = [read(root, "sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu) for cpu in cpus]
    return None if None in siblings else len({tuple(numbers_of(each)) for each in siblings})


def governors(cpus, root="/"):
    """How the frequencies are governed; empty where the kernel has no say in it."""
    return sorted({governor for governor in (
        read(root, "sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor" % cpu) for cpu in cpus) if governor})


def largest_cache(root="/"):
    """Its bytes, or None."""
    folder = "sys/devices/system/cpu/cpu0/cache"
    units = {"K": 1 << 10, "M": 1 << 20}
    sizes = [re.fullmatch(r"(\d+)([KM])", read(root, folder, "index%d" % index, "size") or "") for index in range(8)]
    return max((int(size.group(1)) * units[size.group(2)] for size in sizes if size), default=None)


def free_memory(root="/"):
    """Its bytes, what the kernel can free included, or None."""
    found = re.search(r"^MemAvailable:\s*(\d+) kB", read(root, "proc/meminfo") or "", re.MULTILINE)
    return int(found.group(1)) << 10 if found else None


def field_of_cpuinfo(name, root="/"):
    found = re.search(r"^%s\s*:\s*(.*)$" % name, read(root, "proc/cpuinfo") or "", re.MULTILINE)
    return found.group(1) if found else None


def describe(root="/"):
    """A dictionary of what there is, for JSON."""
    usable = usable_cpus(root)
    pressure = re.search(r"^some avg10=([\d.]+)", read(root, "proc/pressure/cpu") or "", re.MULTILINE)
    return {
        "cpu": field_of_cpuinfo("model name", root) or platform.machine(),
        "cpus_of_machine": os.cpu_count(),
        "cpus": usable.cpus,
        "quota": usable.quota,
        "usable_cpus": usable.usable,
        "cores": cores(usable.cpus, root),
        "largest_cache": largest_cache(root),
        "governors": governors(usable.cpus, root),
        "virtual": "hypervisor" in (field_of_cpuinfo("flags", root) or "").split(),
        "load": float((read(root, "proc/loadavg") or "nan").split()[0]),
        "cpu_pressure": float(pressure.group(1)) if pressure else None,
        "page_size": os.sysconf("SC_PAGE_SIZE"),
        "kernel": platform.release(),
    }


def warnings(machine):
    """Sentences about what describe() found, on why measurements may be worth less."""
    said = []
    if machine["load"] > LOAD_TOO_MUCH:
        said.append("the load was %.2f at the start: something else runs" % machine["load"])
    if machine["quota"] is not None and machine["quota"] < len(machine["cpus"]):
        said.append("a control group's quota gives %.2g CPUs' time, of %d CPUs: more busy workers than that are "
                    "stopped now and then" % (machine["quota"], len(machine["cpus"])))
    if machine["cores"] is not None and machine["cores"] < len(machine["cpus"]):
        said.append("the %d usable CPUs are of %d cores: SMT siblings share one, and a second worker on it gains little"
                    % (len(machine["cpus"]), machine["cores"]))
    if any(governor != "performance" for governor in machine["governors"]):
        said.append("frequencies are governed by %s, not performance: they change with the load"
                    % ", ".join(machine["governors"]))
    return said


# ---------------------------------------------------------------- who else runs

def sample(root="/"):
    """What the usable CPUs have done until now."""
    cpus = usable_cpus(root).cpus
    busy = stolen = 0
    for line in (read(root, "proc/stat") or "").splitlines():
        found = re.match(r"cpu(\d+) (.*)", line)
        if found and int(found.group(1)) in cpus:
            user, nice, system, _, _, irq, softirq, steal = map(int, found.group(2).split()[:8])
            busy += user + nice + system + irq + softirq
            stolen += steal
    return Sample(time.monotonic(), cpus, busy / TICKS, stolen / TICKS, throttled(root))


def load_between(before, after, own_seconds):
    """own_seconds: the CPU time of what was measured, its children's included."""
    there_was = (after.when - before.when) * len(after.cpus)
    foreign = after.busy - before.busy - own_seconds
    # The kernel counts in ticks, of which each CPU may have one too many at either end.
    if foreign <= 2 * len(after.cpus) / TICKS:
        foreign = 0
    stopped = after.throttled - before.throttled if None not in (after.throttled, before.throttled) else 0
    return Load(foreign / there_was, (after.stolen - before.stolen) / there_was, stopped)


def disturbance(load, cpu_bound=True, limits=TOLD):
    """Why what was measured under that load is worth less, or None. Who mostly waits hardly minds other programs: the
    scheduler prefers who has just woken up."""
    if load.throttled:
        return "a control group's quota stopped it"
    if cpu_bound and load.foreign > limits.foreign:
        return "other programs had %.0f %% of the CPUs" % (100 * load.foreign)
    if load.stolen > limits.stolen:
        return "the host took away %.0f %% of the CPUs" % (100 * load.stolen)
    return None


def mostly_disturbed(rounds, limits):
    """A sentence if more than half of the rounds were disturbed; else None. Single ones move a median little.
    rounds: of each, pairs of a load and whether what ran under it was bound by the CPU."""
    reasons = []
    for loads in rounds:
        reasons += [reason for reason in (disturbance(load, cpu_bound, limits) for load, cpu_bound in loads) if reason][:1]
    if 2 * len(reasons) > len(rounds):
        return "disturbed in %d of %d rounds: %s" % (len(reasons), len(rounds), reasons[-1])
    return None


def text(machine):
    lines = ["%d of %d CPUs%s%s, %s; Linux %s; load %.2f at the start" % (
        len(machine["cpus"]), machine["cpus_of_machine"],
        "" if machine["quota"] is None else ", %.2g by quota" % machine["quota"],
        ", virtual" if machine["virtual"] else "", machine["cpu"], machine["kernel"], machine["load"])]
    return lines + ["warning: " + warning for warning in warnings(machine)]


if __name__ == "__main__":
    description = describe()
    for key, value in description.items():
        print("%-16s %s" % (key, value))
    for warning in warnings(description):
        print("warning: " + warning)
    sys.exit(0)
