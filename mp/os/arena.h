// Small objects in shared memory: many of them in one anonymous file.
//
// A process makes its objects in chunks of its own, one after the other, and never gives the same place to two;
// a chunk goes when nothing in it is held any more, in any process. So no process has to know what another
// still uses, and one that is killed leaves nothing behind. A forked child has its parent's objects; to another process
// goes the chunk's descriptor, and where in it the object is.
//
// Threads: any. Lifetime: a SharedObject is a cheap copy that keeps the object. Objects are never destroyed, only
// forgotten: T needs no destructor.
//
//   SharedObject<Tally> tally = SharedObject<Tally>::make();
//   tally->advance();
#ifndef MP_OS_ARENA_H_
#define MP_OS_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/unique_fd.h"
#include "mp/os/shared_file.h"

namespace mp::os {

struct Chunk {
  SharedFile file;
  View view;
};

// Zeros within a chunk, for one object.
struct SharedRoom {
  std::shared_ptr<Chunk> chunk;
  uint64_t offset;

  std::byte* data() const { return chunk->view.data() + offset; }
};

// Raises: base::OsError
SharedRoom make_room(size_t size, size_t alignment);
// The room at `offset` of a chunk that another process has made. Raises: base::OsError
SharedRoom adopt_room(base::UniqueFd chunk, uint64_t offset);

template <class T>
class SharedObject {
 public:
  static_assert(std::is_trivially_destructible_v<T>, "nobody is the last to destroy it");

  template <class... Args>
  static SharedObject make(Args&&... args) {
    return make_in(make_room(sizeof(T), alignof(T)), std::forward<Args>(args)...);
  }
  // In room that is large enough for more than this.
  template <class... Args>
  static SharedObject make_in(SharedRoom room, Args&&... args) {
    SharedObject object(std::move(room));
    new (object.room_.data()) T(std::forward<Args>(args)...);
    return object;
  }

  static SharedObject adopt(SharedRoom room) { return SharedObject(std::move(room)); }

  const SharedRoom& room() const { return room_; }
  T& operator*() const { return *reinterpret_cast<T*>(room_.data()); }
  T* operator->() const { return &**this; }

 private:
  explicit SharedObject(SharedRoom room) : room_(std::move(room)) {}

  SharedRoom room_;
};

}  // namespace mp::os

#endif  // MP_OS_ARENA_H_
