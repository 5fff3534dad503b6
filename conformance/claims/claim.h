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
//    .documented = {"QUE-08"},                      // ids of the documented contract
//    .needs = {"queue"},                            // features; without one it is unsupported
//    .check = [](Stage& stage) { ... }},
//
// A check expects (EXPECT_THAT goes on after a failure), needs (must() gives up), and never sleeps.
#ifndef CONFORMANCE_CLAIMS_CLAIM_H_
#define CONFORMANCE_CLAIMS_CLAIM_H_

#include <array>
#include <cstring>
#include <initializer_list>
#include <ostream>
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

// A short list of words that needs no memory of its own, so that a list of claims is constant data:
// the compiler then takes seconds over a file of claims rather than minutes.
class Words {
 public:
  constexpr Words() = default;
  constexpr Words(std::initializer_list<const char*> words) {
    for (const char* word : words) words_.at(count_++) = word;  // too many: at() refuses
  }
  constexpr const char* const* begin() const { return words_.data(); }
  constexpr const char* const* end() const { return words_.data() + count_; }

 private:
  std::array<const char*, 24> words_ = {};
  size_t count_ = 0;
};

struct Claim {
  const char* id;  // "area.what"; the area is everything before the first dot
  Level level;
  const char* says;
  Words notes = {};
  Words documented = {};
  Words needs = {};
  // Takes seconds with some implementation: comes first, so that the others are judged meanwhile.
  bool slow = false;
  void (*check)(Stage&);

  std::string area() const { return std::string(id, std::strchr(id, '.')); }
  std::string name() const { return std::strchr(id, '.') + 1; }
  // As lists show it: queue.put.blocks_while_full  MUST  put() on a full queue waits ...
  friend std::ostream& operator<<(std::ostream& os, const Claim& claim);
};

using Claims = std::vector<Claim>;

// For lists that are put together from tables: a claim keeps no memory of its own, so this stays for
// good.
const char* text_for_good(std::string text);

// The whole suite, in the order of its areas.
const Claims& all_claims();
std::vector<std::string> ids_of_all_claims();

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_CLAIM_H_
