"""Programs that a puppet runs as processes of their own, since what they do changes or ends the whole process.

    mpcheck_programs.py NAME MODULE METHOD

MODULE is the implementation under test, METHOD its start method (empty: its default). Each prints what it sees,
a word at a time; conformance/PROTOCOL.md, section 14, says what each does.
"""
import sys

UNGUARDED = """
import {module}
print("module", __name__, flush=True)
child = {module}.get_context({method!r} or None).Process(target=print, args=("child",))
child.start()
child.join()
print("exit code", child.exitcode)
"""


def unguarded(module, method):
    """Starts a child from the top level of a program, without asking whether it is the main one."""
    import os
    import subprocess
    with open("unguarded.py", "w") as file:
        file.write(UNGUARDED.format(module=module, method=method))
    sys.exit(subprocess.call([sys.executable, os.path.abspath("unguarded.py")]))


def say(word):
    print(word, flush=True)


def take_turns(pause):
    """Two greenlets, each of which says three words and pauses after each."""
    import gevent

    def worker(name):
        for number in range(3):
            say("%s%d" % (name, number))
            pause()

    gevent.joinall([gevent.spawn(worker, "a"), gevent.spawn(worker, "b")])


def gevent_sleep(module, method):
    import gevent
    take_turns(lambda: gevent.sleep(0))


def gevent_plain_sleep(module, method):
    import time
    take_turns(lambda: time.sleep(0.001))


def gevent_patched_sleep(module, method):
    from gevent import monkey
    monkey.patch_all()
    import time
    take_turns(lambda: time.sleep(0.001))


def gevent_busy(module, method):
    take_turns(lambda: sum(range(1000)))


def gevent_one_thread(module, method):
    """Says whether the hub and all greenlets run in the thread that began."""
    import threading
    import gevent
    seen = {threading.get_ident()}
    gevent.joinall([gevent.spawn(lambda: seen.add(threading.get_ident())) for _ in range(3)])
    say("threads %d" % len(seen))


def gevent_patched_socket(module, method):
    """One greenlet waits for what another one sends. Without a switch within recv() nobody would."""
    from gevent import monkey
    monkey.patch_all()
    import gevent
    import socket
    left, right = socket.socketpair()

    def reader():
        say("reads")
        say("got " + right.recv(100).decode())

    def writer():
        say("writes")
        left.sendall(b"bytes")

    gevent.joinall([gevent.spawn(reader), gevent.spawn(writer)])


def gevent_file(module, method):
    """A greenlet reads a regular file again and again; another one counts how often its turn came meanwhile."""
    from gevent import monkey
    monkey.patch_all()
    import gevent
    with open("gevent.txt", "wb") as file:
        file.write(b"x" * 100000)
    turns, done = [], []

    def reader():
        before = len(turns)
        for _ in range(20):
            with open("gevent.txt", "rb") as file:
                while file.read(4096):
                    pass
        done.append(len(turns) - before)

    def ticker():
        while not done:
            turns.append(1)
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(ticker), gevent.spawn(reader)])
    say("turns %d" % done[0])


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
