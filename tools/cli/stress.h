// `mpcheck stress`: random programs against implementations, their histories checked.
//
//   mpcheck stress [NAME...] [--seconds=N] [--objects=queue,lock] ... [-- ADAPTER [ARGUMENT...]]
//
// Names are those of `mpcheck run`. Starts the program //conformance/histories:stress once for each
// implementation, one after the other (they are to have the CPUs for their races), and hands all flags
// on to it but these of its own:
//
//   --root=FOLDER     the checkout
//   --all             also implementations that are not usual
//   --stress=PROGRAM  instead of the one below bazel-bin
#ifndef TOOLS_CLI_STRESS_H_
#define TOOLS_CLI_STRESS_H_

namespace mpcheck {

// Whether the first word that is no flag is `stress`.
bool is_stress_command(int argc, char** argv);

// Does it. Returns the exit code that tells most: 64 wrong usage, 2 one could not be judged, 1 one failed,
// 0 all is explained.
int stress_command(int argc, char** argv);

}  // namespace mpcheck

#endif  // TOOLS_CLI_STRESS_H_
