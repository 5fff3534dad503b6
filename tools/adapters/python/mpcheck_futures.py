"""More programs for mpcheck_programs.py, which runs them: what an executor promises beyond what a pool does."""
import os
import sys
import threading
import time
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool

from mpcheck_history import await_file, create
from mpcheck_programs import say

THOUSANDS = 20000  # more than the four bytes of each of them find room for in a pipe


def executor_of(module, method, workers=1):
    """One with so many workers."""
    sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kit", "python"))
    from mpcheck_executors import Kind
    kind = Kind(module, method)
    return kind.make(workers, **kind.options)


# ---- Tasks ----


def hold(begun, go):
    """Keeps its worker until there is a file `go`."""
    create(begun)
    await_file(go)


def held(executor):
    """The future of a task that has begun, and ends when there is a file `go`."""
    future = executor.submit(hold, "begun", "go")
    await_file("begun")
    return future


def die(data):
    os._exit(1)


def die_when_told(begun, go):
    hold(begun, go)
    os._exit(1)


def fail(number):
    raise ValueError(number)


class Nothing(Exception):
    """Counts as false."""
    def __len__(self):
        return 0


def fail_with_nothing():
    raise Nothing


def outcome_of(what, *args, **kwargs):
    """What it returned, or the name of the error that it raised: that of the library if it is derived from one."""
    try:
        return str(what(*args, **kwargs))
    except BaseException as error:
        return next(kind.__name__ for kind in type(error).__mro__
                    if kind.__module__ == "builtins" or kind.__module__.startswith("concurrent.futures"))


# ---- What is documented ----


def executor_in_a_with_block(module, method):
    """Leaves the `with` block of an executor that has tasks to do; then hands in another, and shuts it down again."""
    with executor_of(module, method) as executor:
        numbers = [executor.submit(pow, number, 2) for number in range(5)]
    say(" ".join(str(number.done()) for number in numbers))
    say(str([number.result() for number in numbers]))
    say(outcome_of(executor.submit, pow, 2, 2))
    say(str(executor.shutdown()))


def states_of_futures(module, method):
    """Asks futures of all kinds what they are, and for what comes of them."""
    with executor_of(module, method) as executor:
        running = held(executor)
        fillers = [executor.submit(int) for _ in range(5)]  # some of them count as running
        failing, cancelled = executor.submit(fail, 7), executor.submit(int)
        say("%s %s %s" % (running.cancel(), running.running(), running.done()))
        say("%s %s %s" % (cancelled.cancel(), cancelled.cancelled(), cancelled.cancel()))
        say("%s %s" % (outcome_of(running.result, 0.01), outcome_of(running.exception, timeout=0.01)))
        say("%s %s" % (outcome_of(cancelled.result), outcome_of(cancelled.exception)))
        create("go")
        say("%s %s" % (running.result(), running.exception()))
        say("%s %r" % (outcome_of(failing.result), failing.exception().args))
        say("%s %s %s" % (failing.cancel(), failing.running(), failing.done()))
        say(str([filler.result() for filler in fillers]))


def callbacks_of_futures(module, method):
    """Adds callbacks to a future that is not done, one of which raises, and others when it is."""
    with executor_of(module, method) as executor:
        future = held(executor)
        cancelled = [executor.submit(int) for _ in range(6)][-1]
        cancelled.add_done_callback(lambda done: say("cancelled %s" % done.cancelled()))
        cancelled.cancel()
        for name in ("first", "second"):
            future.add_done_callback(lambda done, name=name: say("%s %s" % (name, done is future)))
            future.add_done_callback(fail)
        create("go")
        future.result()
        executor.submit(int).result()  # which the executor's thread comes to when the callbacks are through
        future.add_done_callback(lambda done: say("third %s" % (done is future)))
        say(outcome_of(future.add_done_callback, fail))


def waits_for_futures(module, method):
    """Waits for one of several, for the first error, and for all; in the order in which they end; and not for long."""
    with executor_of(module, method, workers=2) as executor:
        last = held(executor)
        first, failing = executor.submit(int), executor.submit(fail, 1)
        done, left = futures.wait([last, first], return_when=futures.FIRST_COMPLETED)
        say("%s %s" % (done == {first}, left == {last}))
        done, left = futures.wait([last, failing], return_when=futures.FIRST_EXCEPTION)
        say("%s %s" % (done == {failing}, left == {last}))
        done, left = futures.wait([last, first], timeout=0.01)
        say("%s %s" % (done == {first}, left == {last}))
        ended = futures.as_completed(each for each in [last, first, failing])
        say("%s" % ({next(ended), next(ended)} == {first, failing}))
        say(outcome_of(list, futures.as_completed([last, first], timeout=0.01)))
        create("go")
        say("%s" % [each is last for each in ended])
        say("%d" % len(futures.wait([last, first, failing]).done))


def same_future_twice(module, method):
    """Waits for a list that has the same future twice, which is not done yet."""
    with executor_of(module, method) as executor:
        future = held(executor)
        timer = threading.Timer(0.05, create, ["go"])
        timer.start()
        say("%d" % len(futures.wait([future, future]).done))
        say("%d" % len(list(futures.as_completed([future, future]))))


def maps_of_executors(module, method):
    """Maps several iterables, with chunks, none, and one that fails in the middle."""
    with executor_of(module, method, workers=2) as executor:
        say(str(list(executor.map(pow, range(10), [2] * 9, chunksize=4))))
        say(str(list(executor.map(abs, []))))
        results = executor.map(divmod, [7, 8, 9], [2, 0, 2])
        say("%s %s %s" % (next(results), outcome_of(next, results), outcome_of(next, results)))
        say(outcome_of(executor.map, abs, [1], chunksize=0))
        executor.submit(hold, "begun", "go")
        await_file("begun")
        results = executor.map(await_file, ["go", "go"], timeout=0.05)
        say(outcome_of(next, results))
        create("go")


def map_out_of_time(module, method):
    """Makes a map whose time is up before any of its items has begun, and tells which of them began nevertheless."""
    with executor_of(module, method) as executor:
        held(executor)
        for _ in range(5):  # what a worker finds before it may count as running
            executor.submit(int)
        say(outcome_of(list, executor.map(create, ["item 0", "item 1", "item 2"], timeout=0)))
        create("go")
    say(str([name for name in sorted(os.listdir(".")) if name.startswith("item")]))


# ---- What users have reported ----


def error_that_counts_as_false_in_a_future(module, method):
    """Asks for the result of a task that raised an exception that counts as false."""
    with executor_of(module, method) as executor:
        future = executor.submit(fail_with_nothing)
        say("%s %s" % (outcome_of(future.result), type(future.exception()).__name__))


def cancelled_by_shutdown(module, method):
    """Waits for all futures of an executor that is shut down, whose waiting ones are cancelled."""
    executor = executor_of(module, method)
    all_of_them = [held(executor)] + [executor.submit(int) for _ in range(10)]
    stopper = threading.Thread(target=executor.shutdown, kwargs={"cancel_futures": True})
    stopper.start()
    while not all_of_them[-1].cancelled():
        time.sleep(0.005)
    create("go")
    stopper.join()
    say("%s" % all(future.done() for future in all_of_them))
    done, left = futures.wait(all_of_them, timeout=1)
    say("%d %d" % (len(done), len(left)))
    try:
        say("%d" % len(list(futures.as_completed(all_of_them, timeout=1))))
    except futures.TimeoutError:
        say("still waits")


def shutdown_beside_what_cannot_travel(module, method):
    """Shuts an executor down, and cancels what waits, when some of what was handed in can't be serialised."""
    executor = executor_of(module, method)
    several = [executor.submit(lambda: 1) for _ in range(10)]
    several[0].exception()
    executor.shutdown(cancel_futures=True)
    say("%s" % all(future.done() for future in several))


def end_after_what_cannot_travel(module, method):
    """Ends when it has shut an executor down, without waiting, that had a task that can't be serialised."""
    executor = executor_of(module, method)
    executor.submit(id, lambda: 0)
    executor.shutdown(wait=False)
    say("ends")


def thousands_from_a_callback(module, method):
    """Hands in thousands of tasks from the callback of a task."""
    executor, done = executor_of(module, method), threading.Event()

    def more(_):
        for _ in range(THOUSANDS):
            last.append(executor.submit(abs, -1))
        done.set()

    last = []
    executor.submit(abs, 1).add_done_callback(more)
    done.wait()
    say("%d" % last[-1].result())
    executor.shutdown()


def thousands_beside_a_callback(module, method):
    """Hands in thousands of tasks while a callback waits until that is done."""
    executor, begun, done = executor_of(module, method), threading.Event(), threading.Event()

    def wait_for_the_rest(_):
        begun.set()
        done.wait()

    executor.submit(abs, 1).add_done_callback(wait_for_the_rest)
    begun.wait()
    several = [executor.submit(abs, -1) for _ in range(THOUSANDS)]
    done.set()
    say("%d" % sum(future.result() for future in several))
    executor.shutdown()


def cancelled_at_once(module, method):
    """Four times cancels a task the moment that it was handed in, and shuts the executor down."""
    for _ in range(4):
        executor = executor_of(module, method)
        executor.submit(int).result()
        executor.submit(int).cancel()
        executor.shutdown()
    say("done")


def hand_in(executor, number, task, *args):
    """So many futures of that task, or fewer if the executor is broken before all are handed in."""
    several = []
    for _ in range(number):
        try:
            several.append(executor.submit(task, *args))
        except RuntimeError:
            break
    return several


def death_beside_large_tasks(module, method):
    """Hands in tasks with large arguments, each of which kills its worker; tells whether all failed for that."""
    executor = executor_of(module, method, workers=2)
    errors = [future.exception() for future in hand_in(executor, 10, die, b"x" * (1 << 20))]
    say("%s" % all(isinstance(error, BrokenProcessPool) for error in errors))
    executor.shutdown()


def errors_of_those_behind_a_death(module, method):
    """A worker dies while other tasks wait; counts them, and the exceptions that they have."""
    executor = executor_of(module, method)
    several = [executor.submit(die_when_told, "begun", "go")] + [executor.submit(int) for _ in range(4)]
    create("go")
    errors = [future.exception() for future in several]
    say("%d tasks, %d errors" % (len(errors), len(set(map(id, errors)))))
    executor.shutdown()
