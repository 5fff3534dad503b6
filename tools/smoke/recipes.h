// What `mpcheck smoke` tries of each feature: its operations, once, with the simplest arguments.
#ifndef TOOLS_SMOKE_RECIPES_H_
#define TOOLS_SMOKE_RECIPES_H_

#include <optional>
#include <string>
#include <vector>

#include "conformance/protocol/message.h"
#include "conformance/protocol/value.h"

namespace mpcheck::smoke {

struct Step {
  conformance::Op op;
  std::optional<conformance::Value> returns = {};  // absent: whatever
  std::string raises = {};                         // the exception's type; empty: it returns
};

struct Recipe {
  std::string feature;
  std::vector<Step> steps;
};

// In the order in which they are tried. A recipe is for adapters that offer its feature.
const std::vector<Recipe>& recipes();

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_RECIPES_H_
