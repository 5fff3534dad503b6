"""mp_conformance_test: judges one implementation of the multiprocessing contract as a Bazel test.

    load("@mpcheck//conformance:defs.bzl", "mp_conformance_test")

    mp_conformance_test(
        name = "cpython_fork_conformance_test",
        testee = ["/usr/bin/python3", "$(rootpath //tools/adapters/python:adapter.py)", "--start-method=fork"],
        data = ["//tools/adapters/python:adapter"],
        waivers = "waivers/cpython-fork.txt",
        shard_count = 4,
    )

Each claim is a test case: `bazel test //x:cpython_fork_conformance_test --test_filter='queue.*'` runs an area,
and test.xml below bazel-testlogs/ holds every case with its verdict, level and variation.
"""

def mp_conformance_test(
        name,
        testee,
        waivers = None,
        data = [],
        shard_count = 4,
        time_scale = None,
        runner_args = [],
        size = "medium",
        tags = [],
        **kwargs):
    """A test target that judges one implementation.

    Args:
      name: the target's name; also what reports call the implementation.
      testee: the adapter's command line, a list of words. $(rootpath LABEL) stands for a file of `data`.
      waivers: a file of known violations, each with its reason (conformance/runner/waivers.h). Two-sided:
        an unlisted violation fails, and so does a listed claim that holds. What it includes goes into `data`.
      data: what the adapter needs at run time.
      shard_count: into how many processes the suite is split. Each uses about half a core.
      time_scale: multiplies every patience; for slow machines and sanitizers.
      runner_args: more flags for the runner (conformance/runner/main.cc).
      size: Bazel's test size.
      tags: Bazel's tags; "conformance" is added.
      **kwargs: passed on to the underlying test rule.
    """
    flags = ["--name=" + name]
    files = ["//conformance/runner"] + data
    if waivers:
        flags.append("--waivers=$(rootpath %s)" % waivers)
        files.append(waivers)
    if time_scale:
        flags.append("--time-scale=%s" % time_scale)
    native.sh_test(
        name = name,
        srcs = ["//conformance/runner:run_conformance.sh"],
        args = ["$(rootpath //conformance/runner)"] + flags + runner_args + ["--"] + testee,
        data = files,
        shard_count = shard_count,
        size = size,
        tags = tags + ["conformance"],
        **kwargs
    )
