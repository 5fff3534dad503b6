// mpcheck: judges implementations of the multiprocessing contract. `mpcheck --help` tells of its commands; tools/mpcheck
// builds this program and starts it.
#include <filesystem>
#include <iostream>

#include "base/os_error.h"
#include "tools/cli/command.h"
#include "tools/cli/diff_command.h"
#include "tools/cli/help_commands.h"
#include "tools/cli/lint.h"
#include "tools/cli/report_command.h"
#include "tools/cli/run_command.h"
#include "tools/cli/sharpness.h"
#include "tools/cli/smoke.h"
#include "tools/cli/stress.h"
#include "tools/cli/suite_commands.h"
#include "tools/cli/testees_command.h"

namespace mpcheck {
namespace {

std::vector<Command> all_commands() {
  std::vector<Command> commands = {run_command(),       report_command(), diff_command(),
                                   testees_command(),   verify_command(), stress_command(),
                                   list_command(),      show_command(),   coverage_command(),
                                   sharpness_command(), smoke_command(),  lint_command()};
  // These tell of the others.
  return with_help_commands(std::move(commands));
}

}  // namespace
}  // namespace mpcheck

int main(int argc, char** argv) {
  try {
    return mpcheck::dispatch(argc, argv, mpcheck::all_commands());
  } catch (const base::OsError& e) {
    std::cerr << "mpcheck: cannot go on: " << e.what() << "\n";
  } catch (const std::filesystem::filesystem_error& e) {
    std::cerr << "mpcheck: cannot go on: " << e.what() << "\n";
  }
  return mpcheck::kCouldNotJudge;
}
