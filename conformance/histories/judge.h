// Whether a history is one that the contract allows.
//
//   Judgement j = judge(program, history, Promise::kStrict);
//   j.verdict, j.check, j.says     // kFailed, "lost", "put, and never got: 3 (p0)"
//
// First the cheap checks (checks.h), then the search for an order that explains every result
// (search.h) by the model of the object (models.h), key by key for a dict without len(). A
// barrier has no model: its check says all.
//
// What a queue promises differs. kRelaxed is what Python's documentation promises of a Queue and a
// JoinableQueue: their feeder thread brings items later, so that Empty means nothing. kStrict: what
// was put is there at once. All other objects, a manager's queue among them, are strict for
// everybody.
//
// Threads: any. Lifetime: nothing is kept.
#ifndef CONFORMANCE_HISTORIES_JUDGE_H_
#define CONFORMANCE_HISTORIES_JUDGE_H_

#include <string>

#include "conformance/histories/history.h"
#include "conformance/histories/program.h"

namespace conformance::histories {

enum class Promise { kRelaxed, kStrict };

struct Judgement {
  enum class Verdict { kHolds, kFailed, kUnknown };

  Verdict verdict = Verdict::kHolds;
  std::string check = {};  // that failed: a name of checks.h, or "order", or "stuck"
  std::string says = {};   // one sentence
};

inline constexpr size_t kMostStates = 200000;  // a search that needs more ends as unknown

Judgement judge(const Program& program, const History& history, Promise promise,
                size_t most_states = kMostStates);

// The search alone.
Judgement judge_order(const Program& program, const History& history, Promise promise,
                      size_t most_states = kMostStates);

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_JUDGE_H_
