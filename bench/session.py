"""Runs a program in a session of its own, so that none of its processes is left behind, however this one ends."""
import os
import signal
import subprocess

# What ends this process by an exception: Ctrl-C, and what its main has made a SystemExit.
ENDING_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def run(command, timeout, stdout=subprocess.PIPE, cpus=None):
    """Its exit code, output and errors. timeout: in seconds. cpus: the only ones that it may use.
    Raises: OSError if it cannot be started, subprocess.TimeoutExpired"""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)

    def prepare():
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if cpus is not None:
            os.sched_setaffinity(0, cpus)
    try:
        # A signal that came while Popen starts a program would leave behind one that nobody knows.
        with subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              universal_newlines=True, errors="replace", start_new_session=True,
                              preexec_fn=prepare) as process:
            try:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
                out, err = process.communicate(timeout=timeout)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
            return process.returncode, out, err
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
