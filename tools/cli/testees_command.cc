#include "tools/cli/testees_command.h"

#include <iostream>

#include "tools/cli/selection.h"

namespace mpcheck {

Command testees_command() {
  return {.name = "testees",
          .words = "",
          .says = "the implementations that were found on this machine",
          .run = [](const Place& place, const base::Words&) {
            for (const Implementation& each : implementations_here(place.root, /*all=*/true)) {
              std::cout << each.name << "  " << each.command[0]
                        << (each.usual ? "" : "  (when named, or with --all)") << "\n";
            }
            return kAsExpected;
          }};
}

}  // namespace mpcheck
