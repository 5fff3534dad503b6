// The commands of mpcheck as data: what a command line may say is written once, and read by the parser, by --help, by
// the shell's completion and by the manual page.
//
//   Command list_command() {
//     auto level = std::make_shared<std::string>();
//     return {.name = "list",
//             .words = "[ID|AREA...]",
//             .says = "claims, by area",
//             .options = {{"level", level.get(), "LEVEL", "only claims of this level"}},
//             .run = [level](const Place&, const base::Words& words) { ... }};
//   }
#ifndef TOOLS_CLI_COMMAND_H_
#define TOOLS_CLI_COMMAND_H_

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/command_line.h"

namespace mpcheck {

// What mpcheck ends with. Wrong usage is base::kWrongUsage.
inline constexpr int kAsExpected = 0, kViolations = 1, kCouldNotJudge = 2;

// Where the checkout lies, and the runner.
struct Place {
  std::string root = ".";
  std::string runner;  // as it was given; empty: the one below bazel-bin

  std::string runner_path() const;
};

// The words of a flag that goes to another program as it stands.
using PassedOn = std::vector<std::string>;

struct Option {
  std::string_view name;
  std::variant<bool*, int*, double*, std::string*, PassedOn*> variable;
  std::string_view value;  // what stands for its value, "N"; empty: it needs none
  std::string_view says;   // empty: not shown, for tests of mpcheck itself
  std::vector<std::string_view> choices = {};
  std::string_view bare = "";  // what it means without a value; empty: it needs one
};

struct Example {
  std::string_view line;  // behind "mpcheck "
  std::string_view says;
};

// What the words of a command are, for completion.
enum class Completes { kNothing, kImplementations, kClaims, kCommands, kFiles, kShells };

struct Command {
  std::string_view name;
  std::string_view words;  // "[NAME...]"
  std::string_view says;   // in a line; empty: not shown, for other programs
  std::string_view
      more;  // what else its user must know; paragraphs, with an empty line between them
  std::vector<Option> options;
  std::vector<Example> examples;
  Completes completes = Completes::kNothing;
  std::function<int(const Place&, const base::Words&)> run;
};

// Says on standard error what is wrong with a command line of `command`, and its usage. Returns base::kWrongUsage.
int wrong_usage(const Command& command, const std::string& what);
// The same, where the command itself is not at hand.
int wrong_usage(std::string_view name, const std::string& what);

// Does what a command line says. Without a command it is `run`.
int dispatch(int argc, char** argv, const std::vector<Command>& commands);

}  // namespace mpcheck

#endif  // TOOLS_CLI_COMMAND_H_
