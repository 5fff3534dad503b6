// Random programs from a seed.
//
//   Generator generator(/*seed=*/7, {.processes = 3, .operations = 6});
//   Program p = generator.next(Kind::kQueue);      // the same for the same seed, on every machine
//
// Each is sound (soundness.h): it must end. Waits that last as long as they must stand wherever
// their partner is certain to come; the others get a timeout of a few milliseconds, or none at all.
// What is drawn: the number of processes (2 up to `processes`), of steps (up to `operations` each),
// the object's size, and the steps; in one program of four the processes have roles, such as
// producers and consumers.
//
// Threads: one. Lifetime: a value.
#ifndef CONFORMANCE_HISTORIES_GENERATOR_H_
#define CONFORMANCE_HISTORIES_GENERATOR_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "conformance/histories/program.h"

namespace conformance::histories {

struct Limits {
  int processes = 4;   // at most, and at least 2
  int operations = 8;  // of each process, at most
  // What the testee has beside the kinds themselves.
  bool counts = true;      // qsize() and get_value()
  bool leaves_out = true;  // a batch leaves out a release() after an acquire() in vain
  bool kills = false;      // kill a process in each program whose kind allows it
};

class Generator {
 public:
  Generator(uint64_t seed, Limits limits) : limits_(limits), random_(seed) {}

  Program next(Kind kind);

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  int wait_ms() { return below(4); }

  void fill(Program* program);
  void fill_queue(Program* program);
  void fill_joinable(Program* program);
  void fill_pipe(Program* program);
  void fill_sections(Program* program);
  void fill_condition(Program* program);
  void fill_event(Program* program);
  void fill_value(Program* program);
  void fill_barrier(Program* program);
  void fill_keyed(Program* program);
  Step acquire();
  void make_sound(Program* program);

  Limits limits_;
  std::mt19937_64 random_;
  int items_ = 0;
};

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_GENERATOR_H_
