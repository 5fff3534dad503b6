// Which part of a message, or of a buffer for one, is meant: the rules that connections of every kind share.
#ifndef MP_MESSAGE_PART_H_
#define MP_MESSAGE_PART_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mp/errors.h"

namespace mp {

// `size` bytes from `offset` on; all that follow if there is no size. Raises: ValueError if there are not so many.
inline std::string_view message_part(std::string_view data, int64_t offset,
                                     std::optional<int64_t> size) {
  const auto length = static_cast<int64_t>(data.size());
  if (offset < 0) throw ValueError("offset is negative");
  if (offset > length) throw ValueError("buffer length < offset");
  if (size && *size < 0) throw ValueError("size is negative");
  if (size && *size > length - offset) throw ValueError("buffer length < offset + size");
  return data.substr(static_cast<size_t>(offset),
                     static_cast<size_t>(size.value_or(length - offset)));
}

// The buffer from `offset` on. Raises: ValueError if that is not in it.
inline std::span<char> room_in(std::span<char> buffer, int64_t offset) {
  if (offset < 0) throw ValueError("negative offset");
  if (static_cast<uint64_t>(offset) > buffer.size()) throw ValueError("offset too large");
  return buffer.subspan(static_cast<size_t>(offset));
}

// Puts the message there. Returns its length. Raises: BufferTooShort, which has the message.
inline size_t put_message(std::string message, std::span<char> room) {
  if (message.size() > room.size()) throw BufferTooShort(std::move(message));
  if (!message.empty()) std::memcpy(room.data(), message.data(), message.size());
  return message.size();
}

// How long a message may be. Raises: ValueError if that is negative.
inline uint64_t checked_limit(int64_t maxlength) {
  if (maxlength < 0) throw ValueError("negative maxlength");
  return static_cast<uint64_t>(maxlength);
}

}  // namespace mp

#endif  // MP_MESSAGE_PART_H_
