// An adapter's command line, made fit for the folder in which a testee runs.
#ifndef CONFORMANCE_STAGE_ADAPTER_COMMAND_H_
#define CONFORMANCE_STAGE_ADAPTER_COMMAND_H_

#include <string>
#include <vector>

namespace conformance {

// Names of files that are here become absolute, since the testee runs in a folder of its own: python3 adapter.py. The
// first word, a program, only if it has a slash: the others are looked for on PATH.
std::vector<std::string> with_absolute_paths(std::vector<std::string> words);

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_ADAPTER_COMMAND_H_
