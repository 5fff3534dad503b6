"""killable_cc_library: a library, and its twin in which a test lets the process die (kill_point.h)."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def killable_cc_library(name, deps, killable_deps = [], **kwargs):
    """NAME as it is, and NAME_with_kill_points for tests.

    Args:
      name: of the library as it is.
      deps: the same for both.
      killable_deps: killable libraries; each takes its own kind of them.
      **kwargs: as for cc_library.
    """
    for suffix, testonly, defines in [("", False, []), ("_with_kill_points", True, ["MP_WITH_KILL_POINTS"])]:
        cc_library(
            name = name + suffix,
            testonly = testonly,
            defines = defines,
            deps = deps + [dep + suffix for dep in killable_deps],
            **kwargs
        )
