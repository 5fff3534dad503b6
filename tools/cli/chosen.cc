#include "tools/cli/chosen.h"

#include <iostream>
#include <variant>

#include "tools/cli/selection.h"

namespace mpcheck {

int with_chosen(std::string_view command, const Place& place, const base::Words& words, bool all,
                const std::function<int(const std::vector<Implementation>&)>& act) {
  auto selected = select(place.root, words, all);
  if (const auto* error = std::get_if<base::UsageError>(&selected))
    return wrong_usage(command, error->what);
  const auto& chosen = std::get<std::vector<Implementation>>(selected);
  if (chosen.empty()) {
    std::cerr << "mpcheck: no implementation found on this machine\n";
    return kCouldNotJudge;
  }
  return act(chosen);
}

}  // namespace mpcheck
