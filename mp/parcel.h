// What a child that does not begin as a copy is given: bytes, and descriptors. Through a stream socket, so it may be of
// any size.
#ifndef MP_PARCEL_H_
#define MP_PARCEL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace mp {

struct Parcel {
  std::string bytes;
  std::vector<base::UniqueFd> descriptors;
};

// False: nobody is there to receive it. Raises: base::OsError
bool send_parcel(int socket, std::string_view bytes, const std::vector<int>& descriptors);
// Absent: its sender is gone. Raises: base::OsError
std::optional<Parcel> receive_parcel(int socket);

}  // namespace mp

#endif  // MP_PARCEL_H_
