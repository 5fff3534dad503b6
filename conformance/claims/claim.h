// A claim: one sentence of the contract, and the check that finds out whether an implementation
// keeps it.
//
// Claims are values in flat lists, one list an area (queue_claims.cc, ...); all_claims() is the
// suite.
//
//   {.id = "queue.put.blocks_while_full",
//    .level = Level::kMust,
//    .says = "put() on a full queue waits until a consumer has taken an item.",
//    .notes = {"queue.put.blocks_when_full"},       // ids of the catalogue of notes
//    .documented = {"QUE-08"},                      // ids of the catalogue of the documented
//    contract .needs = {"queue"},                            // features; without one the claim is
//    unsupported .check = [](Stage& stage) { ... }},
//
// A check expects (EXPECT_THAT goes on after a failure), needs (must() gives up), and never sleeps.
#ifndef CONFORMANCE_CLAIMS_CLAIM_H_
#define CONFORMANCE_CLAIMS_CLAIM_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/stage/stage.h"

namespace conformance {

enum class Level {
  kMust,       // documented
  kShould,     // documented loosely, or what any user relies on
  kBeyond,     // robustness that the original lacks
  kVariation,  // conforming implementations differ: the claim accepts a set of outcomes and names
               // the one seen
};
std::string_view name_of(Level level);  // "MUST", ...

struct Claim {
  std::string id;  // "area.what"; the area is everything before the first dot
  Level level;
  std::string says;
  std::vector<std::string> notes = {};
  std::vector<std::string> documented = {};
  std::vector<std::string> needs = {};
  std::function<void(Stage&)> check;

  std::string area() const { return id.substr(0, id.find('.')); }
  std::string name() const { return id.substr(id.find('.') + 1); }
};

using Claims = std::vector<Claim>;

// The whole suite, in the order of its areas.
const Claims& all_claims();

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_CLAIM_H_
