// Plays programs with the processes of a testee, and tells what happened.
//
//   Stage stage(spec, {.warm = &warm});
//   Player player(stage, abilities_of(stage), {program, program});
//   Run run = player.play(0);
//   if (!run.stuck.empty()) ...                        // a call that must return never does
//   judge(run.program, run.history, Promise::kStrict);
//
// The main program makes the objects of all programs and starts the processes, once for all of them.
// Each process then does its part of a program as one batch, without the runner in between. The
// batches begin at one instant (puppet.until), so that they race from the first call; a testee
// without that operation begins as it comes. At the end the main program looks what is left: it
// gets as many items as must be there, sees that there is no more, and that locks are free.
//
// A batch that does not come back is a finding: programs are sound (soundness.h). That it never
// will is proved by the stage, or its patience has ended. What its process did before is known
// from the batch's journal. So is what a killed process did.
//
// Raises: Abandon, as the stage does, for a testee that lacks something or breaks the protocol.
// Threads: one. Lifetime: uses the stage, which must outlive it.
#ifndef CONFORMANCE_HISTORIES_PLAYER_H_
#define CONFORMANCE_HISTORIES_PLAYER_H_

#include <optional>
#include <string>
#include <vector>

#include "conformance/histories/history.h"
#include "conformance/histories/judge.h"
#include "conformance/histories/program.h"
#include "conformance/stage/stage.h"

namespace conformance::histories {

// What a testee has, as its features say (PROTOCOL.md section 3).
struct Abilities {
  std::vector<Kind> kinds = {};
  bool counts = false;      // qsize() and get_value(): queue.qsize, semaphore.get_value
  bool leaves_out = false;  // batch.if
  bool journals = false;    // batch.journal
  bool crash_safe = false;  // crash_safe: its users may be killed at any moment
  // queue.immediate: its queues are strict. Without it they promise what is documented.
  Promise promise = Promise::kRelaxed;
};
Abilities abilities_of(Stage& stage);

struct Run {
  Program program;
  History history;
  std::string stuck = {};  // who never came back, and why that is known; empty: all did
};

// The verdict on a run: what its history says, and that it got stuck.
Judgement judge(const Run& run, Promise promise);

class Player {
 public:
  Player(Stage& stage, const Abilities& abilities, std::vector<Program> programs);

  // Requires: !is_over(), and each is played once.
  Run play(size_t which);
  // After a run that got stuck, or in which a process was killed.
  bool is_over() const { return over_; }

 private:
  struct Object {
    std::string name;
    std::string beside;  // a condition's number; a pipe's other end
  };
  struct Part;

  Object make(const Program& program);
  conformance::Op op_of(const Program& program, const Object& object, const Step& step,
                        size_t end) const;
  conformance::Op batch_of(const Program& program, const Object& object, const Part& part,
                           std::chrono::nanoseconds at) const;
  std::string collect(const Program& program, Part* part, History* history);
  std::string look_what_is_left(const Program& program, const Object& object, History* history);
  std::vector<conformance::Reply> journal_of(const Part& part) const;

  Stage& stage_;
  Abilities abilities_;
  std::vector<Program> programs_;
  std::vector<Object> objects_;
  std::vector<Puppet*> puppets_;
  std::optional<RemoteManager> manager_;
  int journals_ = 0;
  bool over_ = false;
};

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_PLAYER_H_
