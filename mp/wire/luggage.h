// The descriptors that go to another process beside a value's bytes.
//
// What processes share lies in memory behind a descriptor. Its Codec writes into the bytes which of the descriptors it
// is, and finds it there again.
//
// Threads: one at a time.
//
//   Luggage luggage(Luggage::Way::kInheritance);
//   std::string bytes = encode(queue, luggage);
//   send(bytes, luggage.fds());
//
//   ArrivedLuggage arrived(std::move(fds));      // over there
//   auto queue = decode<Queue<int>>(bytes, &arrived);
#ifndef MP_WIRE_LUGGAGE_H_
#define MP_WIRE_LUGGAGE_H_

#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "mp/wire/errors.h"

namespace mp {

// On departure.
class Luggage {
 public:
  enum class Way {
    kInheritance,  // with a new process
    kMessage       // through a connection, at any time
  };

  explicit Luggage(Way way) : way_(way) {}

  Way way() const { return way_; }

  // Takes the descriptor along, which stays the caller's and must be open until all is sent. Returns its number.
  uint32_t add(int fd) {
    const auto found = std::find(fds_.begin(), fds_.end(), fd);
    if (found == fds_.end()) {
      fds_.push_back(fd);
      return static_cast<uint32_t>(fds_.size() - 1);
    }
    return static_cast<uint32_t>(found - fds_.begin());
  }
  const std::vector<int>& fds() const { return fds_; }

 private:
  Way way_;
  std::vector<int> fds_;
};

// On arrival.
class ArrivedLuggage {
 public:
  explicit ArrivedLuggage(std::vector<base::UniqueFd> fds) : fds_(std::move(fds)) {}

  // A duplicate of the descriptor with this number: two values may have brought the same one.
  // Raises: DecodeError if there is none, base::OsError.
  base::UniqueFd take(uint32_t number) const {
    if (number >= fds_.size())
      throw DecodeError("a descriptor was announced that did not come along");
    return base::UniqueFd(base::check(::fcntl(fds_[number].get(), F_DUPFD_CLOEXEC, 0),
                                      "take over a descriptor of another process"));
  }

 private:
  std::vector<base::UniqueFd> fds_;
};

}  // namespace mp

#endif  // MP_WIRE_LUGGAGE_H_
