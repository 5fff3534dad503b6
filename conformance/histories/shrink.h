// Makes a program that shows a fault as small as it can be and still show it.
//
//   Program least = shrink(program, [&](const Program& p) { return fails(p); });
//
// Tries to leave out processes, rounds (the same step of every process), runs of steps from halves
// down to single ones (with the step that ends what another began), two steps at a time, and to
// lower sizes and times; whatever still fails is kept, until nothing can go. Only sound programs
// (soundness.h) are tried, each once.
//
// A race does not show every time. So that `fails` may ask often enough, reruns_for() says how
// often to run a candidate, and how often it must fail, for an original that failed at `rate`.
//
// Threads: one. Lifetime: nothing is kept.
#ifndef CONFORMANCE_HISTORIES_SHRINK_H_
#define CONFORMANCE_HISTORIES_SHRINK_H_

#include <functional>

#include "conformance/histories/program.h"

namespace conformance::histories {

// `fails`: whether the program shows the fault. Once it answers false to everything (because time
// is up, say) the shrinking ends.
Program shrink(const Program& failing, const std::function<bool(const Program&)>& fails);

struct Reruns {
  int runs;
  int failures;  // this many of them show that it fails
};
// `rate`: failures per run of the original, more than 0.
Reruns reruns_for(double rate);

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_SHRINK_H_
