// What a handle is in a process that is no forked child, for the tests of how it goes there.
#ifndef MP_TEST_LUGGAGE_H_
#define MP_TEST_LUGGAGE_H_

#include <fcntl.h>

#include <string>
#include <utility>
#include <vector>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "mp/wire/codec.h"
#include "mp/wire/luggage.h"

namespace mp {

template <class T>
T packed_and_unpacked(const T& value) {
  Luggage luggage(Luggage::Way::kInheritance);
  const std::string bytes = encode(value, luggage);
  std::vector<base::UniqueFd> fds;
  for (int fd : luggage.fds())
    fds.emplace_back(base::check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "send a descriptor"));
  const ArrivedLuggage arrived(std::move(fds));
  return decode<T>(bytes, &arrived);
}

}  // namespace mp

#endif  // MP_TEST_LUGGAGE_H_
