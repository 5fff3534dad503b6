// The implementation under test as a running program: started in isolation, and gone without trace.
//
// It gets a session of its own, a scratch folder as working directory, files for its output, and,
// where the kernel allows, a /dev/shm of its own (a mount namespace; for an ordinary user within a
// user namespace). Then shared memory and semaphores that it leaves behind are known to be its, and
// harm nobody.
//
// Threads: one. Lifetime: the destructor kills and reaps the testee and everything that descends
// from it. One Testee at a time in a process: all descendants of the process count as the testee's.
#ifndef CONFORMANCE_STAGE_TESTEE_H_
#define CONFORMANCE_STAGE_TESTEE_H_

#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/ending.h"
#include "base/subprocess.h"
#include "base/unique_fd.h"
#include "conformance/stage/scratch.h"

namespace conformance {

// How to start an implementation's adapter.
struct TesteeSpec {
  std::string name;                      // "cpython-3.11-fork"
  std::vector<std::string> command;      // the adapter and its arguments
  std::vector<std::string> environment;  // NAME=VALUE, added to ours

  bool operator==(const TesteeSpec&) const = default;
};

class Testee {
 public:
  explicit Testee(const TesteeSpec& spec);
  Testee(const Testee&) = delete;
  Testee& operator=(const Testee&) = delete;
  ~Testee();

  const Scratch& scratch() const { return scratch_; }
  const TesteeSpec& spec() const { return spec_; }

  // Of the main program: what start() started, or, once there is one, the adopted process.
  pid_t pid() const { return main_ ? main_->pid : program_->pid(); }
  int pidfd() const { return main_ ? main_->pidfd.get() : program_->pidfd(); }
  const base::Ending& poll_ending();

  // From now on the program is a nursery, and the main program is `pid`, a child of ours by
  // adoption.
  void adopt_main(pid_t pid);
  pid_t nursery() const { return is_nursery_ ? program_->pid() : 0; }  // 0: it is main itself
  bool nursery_lives() { return program_->poll().still_running(); }
  // Empties the scratch folder and shared memory for the next main. False if that can't be done.
  bool wipe();

  // `additions` to the environment come after ours and the spec's. Then: running, or poll_ending()
  // says NeverStarted.
  void start(const std::vector<std::string>& additions);
  bool started() const { return program_.has_value(); }

  // What the program's tree has left in shared memory by now; absent where /dev/shm is not private,
  // because then nobody can tell whose an entry is.
  std::optional<std::vector<std::string>> shared_memory() const;
  // Takes all room that is left there, until the descriptor is closed; likewise absent.
  std::optional<base::UniqueFd> fill_shared_memory() const;

  // Kills and reaps all that descends from this process, but for a nursery. Returns what could not
  // be ended.
  std::vector<pid_t> kill_everything();

 private:
  struct Adopted {
    pid_t pid;
    base::UniqueFd pidfd;
    base::Ending ending;
  };

  TesteeSpec spec_;
  Scratch scratch_;
  base::UniqueFd shm_;    // the private /dev/shm, kept alive beyond its mount namespace
  base::UniqueFd stdin_;  // shared with the testee, position included
  std::optional<base::Subprocess> program_;
  std::optional<Adopted> main_;
  bool is_nursery_ = false;  // stays so between two mains
};

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_TESTEE_H_
