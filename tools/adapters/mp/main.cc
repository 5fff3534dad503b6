// Puts mp under mpcheck.
//
//   adapter [--start-method=fork|spawn|forkserver]
//
// Without the flag the library's default is under test. Exit codes: 64 bad usage, 99 the runner is gone or broken.
// (Its own other programs it starts with --attach=NAME: they attach to shared memory, and end.)
// conformance/PROTOCOL.md says what crosses the connection.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "mp/process.h"
#include "tools/adapters/mp/features.h"
#include "tools/adapters/mp/named_memory.h"
#include "tools/adapters/mp/puppet.h"

namespace adapter {
namespace {

constexpr int kBadUsage = 64;

int refuse(const std::string& message) {
  std::fprintf(stderr, "adapter: %s\n", message.c_str());
  return kBadUsage;
}

// What the end of the main program is, in the language's words.
int obey_as_main() {
  ThreadsJoined joined;
  try {
    Puppet("main").obey();
    return 0;
  } catch (const mp::SystemExit& exit) {
    if (exit.text) std::fprintf(stderr, "%s\n", exit.text->c_str());
    return exit.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

int run(int argc, char** argv) {
  ::setlocale(LC_CTYPE, "C.UTF-8");  // in which shared characters are told
  raise_on_interrupt();
  mp::run_if_child(argc, argv);
  constexpr std::string_view kFlag = "--start-method=", kAttach = "--attach=";
  std::optional<std::string> method;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with(kAttach)) return attach_and_end(argument.substr(kAttach.size()));
    if (!argument.starts_with(kFlag))
      return refuse("bad flag " + argument + "; known is " + std::string(kFlag) + "NAME");
    method = argument.substr(kFlag.size());
  }
  if (std::getenv("MPCHECK_ADDRESS") == nullptr || std::getenv("MPCHECK_TOKEN") == nullptr)
    return refuse("MPCHECK_ADDRESS and MPCHECK_TOKEN are not set; mpcheck starts this program");
  // Before the library is used at all: what it knows of a process begins in the main program.
  const bool nursery = std::getenv("MPCHECK_NURSERY") != nullptr;
  ::unsetenv("MPCHECK_NURSERY");
  if (nursery) Puppet("nursery").be_nursery();
  try {
    if (method) choose_start_method(*method);
  } catch (const mp::ValueError& error) {
    return refuse(error.what());
  }
  return obey_as_main();
}

}  // namespace
}  // namespace adapter

// To be killed by SIGSEGV is a death like any other here: AddressSanitizer leaves it to the kernel.
extern "C" const char* __asan_default_options() { return "handle_segv=0"; }

int main(int argc, char** argv) { return adapter::run(argc, argv); }
