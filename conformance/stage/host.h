// A started testee and its switchboard, which several stages may use one after the other.
//
// To start an interpreter takes longer than most claims. An adapter may therefore be a *nursery*
// (PROTOCOL.md section 2): a program that has loaded everything and done nothing, and forks a new
// `main` whenever it is asked to. Each claim still gets a main program of its own, as fresh as if
// it had just been loaded; what it leaves is killed and wiped before the next one.
//
//   WarmTestee warm;                                   // lives as long as the run
//   Stage stage(spec, {.warm = &warm});                // starts a program, or takes the nursery
//
// Threads: one.
#ifndef CONFORMANCE_STAGE_HOST_H_
#define CONFORMANCE_STAGE_HOST_H_

#include <memory>
#include <string>

#include "conformance/stage/switchboard.h"
#include "conformance/stage/testee.h"

namespace conformance {

struct Host {
  explicit Host(const TesteeSpec& spec);

  Testee testee;
  std::string token;
  Switchboard switchboard;
  int nursery = 0;  // its connection; 0: the program is no nursery, and serves one claim

  // Kills all but the nursery and wipes what they left. False if the nursery can't serve again.
  bool refresh();
};

// Keeps a nursery between two claims.
class WarmTestee {
 public:
  // The nursery that was given back if it is one of `spec`; else a new host, not started.
  std::unique_ptr<Host> take(const TesteeSpec& spec);
  void give_back(std::unique_ptr<Host> host);

 private:
  std::unique_ptr<Host> host_;
};

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_HOST_H_
