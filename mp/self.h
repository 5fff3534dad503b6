// What a process knows of itself: its own record, its parent, and the children that it has started.
//
// A forked child begins with a Self of its own: a copy, but for the children. Never destroyed, so that threads may
// still ask at the program's end.
#ifndef MP_SELF_H_
#define MP_SELF_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "mp/process_record.h"
#include "mp/start_method.h"

namespace mp {

struct Self {
  const Self* inherited = nullptr;  // by a forked child, which has no use for it
  std::mutex mutex;                 // over the rest, and over every ProcessRecord

  std::shared_ptr<ProcessRecord> record;
  std::shared_ptr<ProcessRecord> parent;                 // null in the main program
  std::optional<StartMethod> method;                     // that was chosen
  int made = 0;                                          // how many Process objects
  std::vector<std::shared_ptr<ProcessRecord>> children;  // started, and not known to have ended
  std::shared_ptr<const base::UniqueFd>
      end;  // of this process, for its children; opened by the first
  std::shared_ptr<const base::UniqueFd> server;  // the way to the fork server, if there is one
  pid_t server_pid = 0;                          // if it is a child of this process
};

Self& self();

// What a child learns from its creator.
struct Birth {
  std::string name;
  bool daemon;
  std::string authkey;
  std::vector<int> identity;
  std::string parent_name;
  pid_t parent_pid;
  StartMethod method;
};

// In the child, before anything else: makes its Self. `parent_end` is its creator's pidfd.
void be_born(const Birth& birth, std::shared_ptr<Target> target, base::UniqueFd parent_end,
             std::shared_ptr<const base::UniqueFd> server);

// A pidfd of this process. Raises: base::OsError
std::shared_ptr<const base::UniqueFd> own_end();

// Drops those that have ended from the children, and returns the others.
std::vector<std::shared_ptr<ProcessRecord>> living_children();

// What a program does at its end: terminates its daemons, and waits for its other children.
void finish();
// Has finish() called when the program exits.
void finish_at_exit();

}  // namespace mp

#endif  // MP_SELF_H_
