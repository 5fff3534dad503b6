// The three ways in which a child comes about, below Process: what is started is a function, or a parcel that the
// program makes something of when it begins anew.
//
// Each returns when the child exists. Raises: OSError, and then there is no child.
#ifndef MP_START_H_
#define MP_START_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "mp/child.h"
#include "mp/wire/luggage.h"

namespace mp {

// A copy of this process that runs `live`, which neither returns nor throws.
std::shared_ptr<Child> fork_child(const std::function<void()>& live);

// This program, anew. Raises: RuntimeError if main() has not called run_if_child().
std::shared_ptr<Child> spawn_child(std::string_view parcel, const Luggage& luggage);

// The way to the fork server of this program, for a new process to use as well. Starts the server if there is none.
// Raises: RuntimeError likewise.
std::shared_ptr<const base::UniqueFd> fork_server();
// Says that it has died, so that the next one who wants it gets another.
void forget_fork_server(const std::shared_ptr<const base::UniqueFd>& server);

// A copy of this process as it was, that waits to be copied by serve_child(): so children can be forked later on
// whatever threads this process has then, and whatever locks they hold. Goes with this object, and with this process.
class Nursery {
 public:
  // Raises: OSError
  Nursery();
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;
  ~Nursery();

  const base::UniqueFd& requests() const { return requests_; }

 private:
  base::UniqueFd requests_;
  std::shared_ptr<Child> process_;
};

// A copy of the fork server, or of a nursery. Null: it has died, and there is no child.
std::shared_ptr<Child> serve_child(const base::UniqueFd& server, std::string_view parcel,
                                   const Luggage& luggage);

// For main(): in a process that spawn_child() or serve_child() has started it does not return.
void run_if_child(int argc, char** argv);

// What a spawned or served child does: it is no business of the ways to start one. Does not return.
[[noreturn]] void live_by_parcel(std::string_view parcel, ArrivedLuggage luggage);

}  // namespace mp

#endif  // MP_START_H_
