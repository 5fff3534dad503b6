// How an object in shared memory goes to another process: as the descriptor of its chunk, and its place there.
#ifndef MP_SHARED_HANDLE_H_
#define MP_SHARED_HANDLE_H_

#include <cstdint>

#include "mp/os/arena.h"
#include "mp/wire/codec.h"

namespace mp {

inline void pack_room(Writer& out, const os::SharedRoom& room) {
  out.write(out.inheritance().add(room.chunk->file.fd()));
  out.write(room.offset);
}
inline os::SharedRoom unpack_room(Reader& in) {
  base::UniqueFd chunk = in.luggage().take(in.read<uint32_t>());
  return os::adopt_room(std::move(chunk), in.read<uint64_t>());
}

template <class T>
void pack_object(Writer& out, const os::SharedObject<T>& object) {
  pack_room(out, object.room());
}
template <class T>
os::SharedObject<T> unpack_object(Reader& in) {
  return os::SharedObject<T>::adopt(unpack_room(in));
}

}  // namespace mp

#endif  // MP_SHARED_HANDLE_H_
