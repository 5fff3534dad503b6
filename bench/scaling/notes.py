"""What the notes say about speed, measured again: for each experiment what is run, and for each statement about it
their figure and ours. The statements' ids are those of conformance/notes/notes.jsonl, whose "measured" entries name
the experiments.
"""
import collections

# A program's run; of costs.py if executor is None, and kernel then says what. size and tasks shrink with --quick where
# `shrinks` names them. cpus: how many it may use; None: all.
Run = collections.namedtuple("Run", "kernel executor workers tasks size options cpus shrinks")
# What is told of an experiment: value(told) of what the runs have told in one round, {name: {"seconds": ...}}. theirs:
# the notes' figure, a word of theirs, or "".
Figure = collections.namedtuple("Figure", "what value theirs")
Experiment = collections.namedtuple("Experiment", "title statements runs figures explanation")

MANY = 1000000


def points(kernel, executor, workers, tasks, size=0, options=(), cpus=None, shrinks="size"):
    return Run(kernel, executor, workers, tasks, size, tuple(options), cpus, shrinks)


def cost(what, times, workers=1):
    return Run(what, None, workers, times, 0, (), None, "tasks")


# What other programs can't falsify: who waits, and what is not time.
UNDISTURBED = ("sleep", "coroutine_memory", "thread_memory")


def ratio(over, under):
    return lambda told: told[over]["seconds"] / told[under]["seconds"]


def seconds_of_each(run):
    return lambda told: told[run]["seconds"] / told[run]["tasks"]


def ratio_of_each(over, under):
    return lambda told: seconds_of_each(over)(told) / seconds_of_each(under)(told)


def in_bytes(run):
    return lambda told: told[run]["bytes"]


def cpu_use(run):
    return lambda told: told[run]["cpu_seconds"] / told[run]["seconds"]


# ---------------------------------------------------------------- experiments

def pool_against_serial(cpus):
    included = ["--start_included", "--chunksize=0"]
    unequal = included + ["--lengths=1,2,10"]

    def pair(name, size, options, shrinks="size"):
        return {name + ", serial": points("compute", "python_serial", 1, 3, size, options, shrinks=shrinks),
                name + ", pool": points("compute", "python_pool", max(2, cpus), 3, size, options, shrinks=shrinks)}
    runs = {}
    for name, size, options, shrinks in (("all", MANY, included, "size"), ("a tenth", MANY // 10, included, "size"),
                                         ("very little", 100, included, ""), ("unequal", MANY // 4, unequal, "size")):
        runs.update(pair(name, size, options, shrinks))
    return Experiment(
        "Three tasks by a pool, its start included, beside one after the other",
        ["scale.ratio_0669_0772", "scale.pool_twice_as_fast", "scale.tiny_work_pool_slower"], runs,
        [Figure("pool over serial, all of the work", ratio("all, pool", "all, serial"), "0.669"),
         Figure("pool over serial, a tenth of it", ratio("a tenth, pool", "a tenth, serial"), "0.772"),
         Figure("pool over serial, hardly any", ratio("very little, pool", "very little, serial"), "slower"),
         Figure("pool over serial, of 1, 2 and 10 parts", ratio("unequal, pool", "unequal, serial"), "half as long")],
        "Three tasks of the same length take at least 2/3 of the serial time with two workers, 1/3 with three. A "
        "pool's start costs the same whatever the work, so with less work it weighs more. Of 1, 2 and 10 parts the "
        "longest alone takes 10/13 = 0.77.")


def leave_one_cpu_free(cpus):
    counts = {"one less": max(1, cpus - 1), "all": cpus, "one more": cpus + 1}
    runs = {"%s, %s" % (who, name): points("compute", who + "_pool", workers, 240, size)
            for who, size in (("python", 3000), ("mp", 500000)) for name, workers in counts.items()}
    return Experiment(
        "A pool of one worker less than, as many as, and one more than CPUs",
        ["pool.leave_one_cpu_free"], runs,
        [Figure("%s, time with one worker %s than CPUs, over as many" % (who, less),
                ratio("%s, one %s" % (who, less), who + ", all"), "") for who in ("python", "mp")
         for less in ("less", "more")],
        "On %d CPUs one less takes at best %.3g times as long. Leaving one free is a courtesy to other programs, and "
        "costs that much; one more gains nothing." % (cpus, cpus / max(1, cpus - 1)))


def chunksizes(cpus):
    choices = {"1": "1", "20": "20", "default": "0"}
    runs = {"%s, %s" % (who, name): points("noop", who + "_pool", max(2, cpus), tasks, 0, ["--chunksize=" + flag],
                                            shrinks="tasks")
            for who, tasks in (("python", 40000), ("mp", 400000)) for name, flag in choices.items()}
    for name, flag in (("1", "1"), ("all", "20")):
        runs["20 long tasks, " + name] = points("sleep", "python_pool", 4, 20, 10000, ["--chunksize=" + flag],
                                                shrinks="")
    return Experiment(
        "A map of tasks that do nothing, with a chunksize of 1, 20, and the default; and of few long ones",
        ["pool.map.larger_chunks_faster"], runs,
        [Figure("%s, time with chunksize 1 over %s" % (who, name), ratio(who + ", 1", "%s, %s" % (who, name)), "faster")
         for who in ("python", "mp") for name in ("20", "default")] +
        [Figure("20 long tasks on four workers, time in one chunk over chunksize 1",
                ratio("20 long tasks, all", "20 long tasks, 1"), "faster")],
        "Each chunk is a message there and a message back, whatever it holds: tasks that do little want large chunks. "
        "One worker does all of a chunk: long tasks in few chunks leave the other workers idle, 4 times as long here.")


def seven_tasks_on_five(_):
    each = 40000
    runs = {"%s, %s" % (who, call): points("sleep", who + "_pool", 5, 7, each, ["--call=" + call], shrinks="")
            for who in ("python", "mp") for call in ("apply", "apply_async")}
    return Experiment(
        "Seven tasks of the same length on five workers, each waited for, or all at once",
        ["pool.sample.total_time_ratio"], runs,
        [Figure("%s, time of apply() over apply_async()" % who, ratio(who + ", apply", who + ", apply_async"), "3.5")
         for who in ("python", "mp")],
        "Waiting for each takes seven lengths, for all at once two rounds: 7/2 = 3.5.")


def starmap_of_unequal_tasks(_):
    lengths = [1, 3, 5, 2, 9]  # of 20 ms
    flags = ["--lengths=" + ",".join(map(str, lengths))]
    return Experiment(
        "Tasks of unequal length on as many workers, beside one after the other",
        ["pool.starmap.sample_time"],
        {"serial": points("sleep", "python_serial", 1, 5, 20000, flags, shrinks=""),
         "pool": points("sleep", "python_pool", 5, 5, 20000, flags, shrinks=""),
         "longest": points("sleep", "python_serial", 1, 1, 20000 * max(lengths), shrinks="")},
        [Figure("time of the pool over the longest task's", ratio("pool", "longest"), "near the longest"),
         Figure("time of the pool over all tasks'", ratio("pool", "serial"), "")],
        "The longest task is %d/%d = %.2f of all." % (max(lengths), sum(lengths), max(lengths) / sum(lengths)))


def computing_by_threads(cpus):
    workers, tasks, size = max(2, cpus), 60, 20000

    def by(executor, options=(), on=None):
        return points("compute", executor, 1 if executor == "python_serial" else workers, tasks, size, options, on)
    return Experiment(
        "Computing in Python: serially, by threads, by processes, by coroutines; on all CPUs and on one",
        ["proc.bypasses_gil", "scale.multi_process_needed_for_cpu", "os.thread_finer_granularity",
         "thr.python_no_real_multithreading", "thr.speeds_up_programs", "gil.definition", "gil.single_thread_equiv",
         "gil.multicore_slower", "gil.single_core_no_difference", "gil.cpu_bound_definition",
         "sync.lock_avoids_gil_effect", "co.cpu_no_gain"],
        {"serial": by("python_serial"), "threads": by("python_thread"), "locked": by("python_thread", ["--locked"]),
         "processes": by("python_pool"), "coroutines": by("python_coroutine"),
         "serial on one CPU": by("python_serial", on=1), "threads on one CPU": by("python_thread", on=1)},
        [Figure("threads over serial, time", ratio("threads", "serial"), "slower"),
         Figure("processes over serial, time", ratio("processes", "serial"), "faster"),
         Figure("threads that hold a lock over threads, time", ratio("locked", "threads"), "faster"),
         Figure("coroutines over serial, time", ratio("coroutines", "serial"), "no gain"),
         Figure("threads over serial on one CPU, time", ratio("threads on one CPU", "serial on one CPU"), "as good"),
         Figure("CPUs that the threads keep busy", cpu_use("threads"), "badly used")],
        "With a GIL one thread at a time runs Python code: threads that compute keep one CPU busy, fully, and are no "
        "faster than one; a lock changes nothing about that. Processes have a GIL each.")


def waiting_by_threads(_):
    tasks, each = 200, 20000
    runs = {"%d threads" % n: points("sleep", "python_thread", n, tasks, each) for n in (5, 20, 100)}
    runs["serial"] = points("sleep", "python_serial", 1, tasks, each)
    runs["20 coroutines"] = points("sleep", "python_coroutine", 20, tasks, each)
    return Experiment(
        "200 tasks that only wait, serially, by threads, and by coroutines",
        ["thr.speeds_up_programs", "gil.io_bound_definition", "gil.io_bound_more_tasks_better"], runs,
        [Figure("serial over %d threads, time" % n, ratio("serial", "%d threads" % n), "%d" % n)
         for n in (5, 20, 100)] + [Figure("serial over 20 coroutines, time", ratio("serial", "20 coroutines"), "20")],
        "Who waits holds no GIL and needs no CPU: as many wait at the same time as there are threads.")


def processes_on_one_core(cpus):
    runs = {"one": points("compute", "mp_pool", 1, 120, 500000, cpus=1),
            "two on one": points("compute", "mp_pool", 2, 120, 500000, cpus=1)}
    figures = [Figure("two processes on one CPU over one, time", ratio("two on one", "one"), "1")]
    if cpus >= 2:
        runs["two on two"] = points("compute", "mp_pool", 2, 120, 500000, cpus=2)
        figures.append(Figure("two processes on two CPUs over one on one, time", ratio("two on two", "one"), "0.5"))
    return Experiment(
        "Two processes that compute, on one CPU and on two",
        ["os.single_core_time_slicing", "os.real_parallel_only_multicore"], runs, figures,
        "On one CPU processes take turns, and get done no sooner than one would; on two they run at the same time.")


def switches(_):
    return Experiment(
        "A change from one coroutine, thread or process to another",
        ["co.switch_cheap", "co.thread_switch_costly", "os.process_switch_costlier"],
        {"coroutine": cost("generator_switches", 200000), "thread": cost("thread_round_trip", 5000),
         "process": cost("process_round_trip", 5000)},
        [Figure("seconds of a switch to a generator and back", seconds_of_each("coroutine"), "1e-06"),
         Figure("seconds of a round trip between threads", seconds_of_each("thread"), ""),
         Figure("seconds of a round trip between processes", seconds_of_each("process"), ""),
         Figure("threads over coroutines", ratio_of_each("thread", "coroutine"), "dearer"),
         Figure("processes over threads", ratio_of_each("process", "thread"), "dearer")],
        "A coroutine is changed by a call; a thread or process by the kernel, which may have to wake up another CPU. "
        "That costs threads and processes about the same.")


def starts(_):
    return Experiment(
        "Start and join of a thread and of a process (fork), that do nothing",
        ["scale.thread_vs_process_overhead"],
        {"thread": cost("thread_start", 500), "process": cost("process_start", 50)},
        [Figure("seconds of a thread", seconds_of_each("thread"), ""),
         Figure("seconds of a process", seconds_of_each("process"), ""),
         Figure("process over thread", ratio_of_each("process", "thread"), "dearer")],
        "A process has page tables of its own, copied at its start.")


def memory(_):
    return Experiment(
        "The memory of a coroutine and of a thread that wait",
        ["co.definition_names"],
        {"coroutine": cost("coroutine_memory", 20000), "thread": cost("thread_memory", 200)},
        [Figure("bytes of a coroutine", in_bytes("coroutine"), "smaller"),
         Figure("bytes of a thread", in_bytes("thread"), ""),
         Figure("thread over coroutine", lambda told: told["thread"]["bytes"] / told["coroutine"]["bytes"], "")],
        "A thread has a stack, of which some pages are touched; a coroutine has a frame on the heap.")


def messages_against_shared_memory(cpus):
    counts = sorted({1, 2, 4, max(2, cpus)})
    runs = {"%s, %d" % (how, n): cost("count_" + how, 20000, n)
            for how in ("by_messages", "in_shared_memory") for n in counts}
    return Experiment(
        "Counting together: by messages through a queue, and in shared memory under its lock",
        ["queue.message_passing_scales"], runs,
        [Figure("messages over shared memory, time, %d processes" % n,
                ratio("by_messages, %d" % n, "in_shared_memory, %d" % n), "") for n in counts] +
        [Figure("%s, time with %d processes over one" % (how.replace("_", " "), counts[-1]),
                ratio("%s, %d" % (how, counts[-1]), how + ", 1"), "") for how in ("by_messages", "in_shared_memory")],
        "Messages cost more, and whoever counts them is one; the lock is taken by one at a time, too. What scales is "
        "work between the messages, not the messages.")


EXPERIMENTS = collections.OrderedDict((function.__name__, function) for function in (
    pool_against_serial, computing_by_threads, waiting_by_threads, leave_one_cpu_free, chunksizes, seven_tasks_on_five,
    starmap_of_unequal_tasks, processes_on_one_core, switches, starts, memory, messages_against_shared_memory))
