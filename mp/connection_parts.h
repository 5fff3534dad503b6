// How an end of a pipe is written into bytes and luggage, and made of them again.
#ifndef MP_CONNECTION_PARTS_H_
#define MP_CONNECTION_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "mp/connection_core.h"
#include "mp/wire/codec.h"

namespace mp {

// Of the bytes.
inline constexpr size_t kConnectionPartsSize = 18;

inline void write_connection(Writer& out, ConnectionCore& end) {
  const ConnectionCore::Parts<int> parts = end.parts();
  for (int fd : {parts.memory, parts.wakes, parts.bodies}) out.write(out.luggage().add(fd));
  out.write(parts.side);
  out.write(parts.readable);
  out.write(parts.writable);
}

inline ConnectionCore::Pointer read_connection(Reader& in) {
  auto next = [&] { return in.luggage().take(in.read<uint32_t>()); };
  ConnectionCore::Parts<base::UniqueFd> parts{.memory = next(), .wakes = next(), .bodies = next()};
  parts.side = in.read<uint32_t>();
  if (parts.side > 1) throw DecodeError("an end of a pipe that is neither of the two");
  parts.readable = in.read<bool>();
  parts.writable = in.read<bool>();
  return std::make_shared<ConnectionCore>(std::move(parts));
}

}  // namespace mp

#endif  // MP_CONNECTION_PARTS_H_
