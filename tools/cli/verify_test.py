#!/usr/bin/python3
"""The suite's verdicts about CPython are the same on an idle machine and on a busy one: once each, all claims.

`tools/mpcheck verify` does it as often as one likes. Where CPython runs a race of its own, its waivers say `sometimes`.
The arguments are mpcheck, the runner, the adapter, and the waivers.
"""
import os
import subprocess
import sys
import tempfile

MPCHECK, RUNNER, ADAPTER, WAIVERS = (os.path.abspath(path) for path in sys.argv[1:5])

# What Bazel tells this test is not for the runners that it starts.
environment = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_", "XML_"))}
with tempfile.TemporaryDirectory() as root:
    command = [MPCHECK, "--root=" + root, "--runner=" + RUNNER, "verify", "cpython", "--runs=1", "--loaded=1",
               "--waivers=" + WAIVERS, "--", "/usr/bin/python3", ADAPTER, "--start-method=fork"]
    sys.exit(subprocess.run(command, env=environment).returncode)
