// A program of two commands, to try the parser, the help and the completion on.
#ifndef TOOLS_CLI_COMMAND_TEST_SUPPORT_H_
#define TOOLS_CLI_COMMAND_TEST_SUPPORT_H_

#include <string>
#include <vector>

#include "tools/cli/command.h"

namespace mpcheck {

// What was said on the command line.
struct Said {
  std::string ran;  // the command's name
  int jobs = 0;
  std::string level, page;
  bool fresh = false;
  PassedOn passed_on;
  Place place;
  base::Words words;
};

inline std::vector<Command> commands_that_note(Said* said) {
  auto note = [said](std::string name) {
    return [said, name](const Place& place, const base::Words& words) {
      said->ran = name;
      said->place = place;
      said->words = words;
      return 0;
    };
  };
  return {{.name = "run",
           .words = "[NAME...] [-- ADAPTER]",
           .says = "judges implementations",
           .more = "A first paragraph.\n\nA second one.",
           .options = {{"page", &said->page, "FILE", "a page", {}, "-"},
                       {"jobs", &said->jobs, "N", "so many at a time"},
                       {"fresh", &said->fresh, "", "anew"},
                       {"level", &said->level, "LEVEL", "only these", {"MUST", "SHOULD"}},
                       {"secret", &said->level, "X", ""}},
           .examples = {{"run cpython-*", "all CPythons"}},
           .completes = Completes::kImplementations,
           .run = note("run")},
          {.name = "stress",
           .words = "[NAME...] [-- ADAPTER]",
           .says = "random programs",
           .options = {{"seed", &said->passed_on, "S", "of the programs"},
                       {"kills", &said->passed_on, "", "kill some"}},
           .run = note("stress")}};
}

}  // namespace mpcheck

#endif  // TOOLS_CLI_COMMAND_TEST_SUPPORT_H_
