#include "mp/os/arena.h"

#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/os_error.h"

namespace mp::os {
namespace {

// Of which only pages that are used take memory.
constexpr uint64_t kChunk = 1 << 20;
// What takes more has a chunk of its own, so that its memory goes with it.
constexpr uint64_t kLarge = kChunk / 4;
// Objects of different owners do not share what CPUs hand to each other at once.
constexpr uint64_t kLine = 128;

// Where this process makes its next object.
struct Current {
  const Current* inherited;  // which nobody uses any more
  std::mutex mutex;
  std::weak_ptr<Chunk> chunk;  // goes with the objects in it
  uint64_t used = 0;
  std::map<ino_t, std::weak_ptr<Chunk>> adopted;  // those of other processes
};

// Never destroyed: objects may be made at the program's end.
Current* g_current = nullptr;

// A forked child begins a chunk of its own; and who held the mutex is not there.
void begin_anew() { g_current = new Current{.inherited = g_current}; }

Current& current() {
  static const bool first = [] {
    begin_anew();
    if (int error = ::pthread_atfork(nullptr, nullptr, begin_anew))
      throw base::OsError(error, "prepare for forks");
    return true;
  }();
  (void)first;
  return *g_current;
}

std::shared_ptr<Chunk> make_chunk(uint64_t size) {
  SharedFile file = SharedFile::make("mp-objects", size);
  View view = file.view(0, size);
  return std::make_shared<Chunk>(Chunk{std::move(file), std::move(view)});
}

}  // namespace

SharedRoom make_room(size_t size, size_t alignment) {
  const uint64_t unit = std::max<uint64_t>(kLine, alignment);
  const uint64_t needed = rounded_up(size, kLine);
  if (needed > kLarge) return {.chunk = make_chunk(rounded_up(needed, 4096)), .offset = 0};
  Current& c = current();
  std::scoped_lock hold(c.mutex);
  std::shared_ptr<Chunk> chunk = c.chunk.lock();
  uint64_t offset = rounded_up(c.used, unit);
  if (chunk == nullptr || offset + needed > kChunk) {
    c.chunk = chunk = make_chunk(kChunk);
    offset = 0;
  }
  c.used = offset + needed;
  return {.chunk = std::move(chunk), .offset = offset};
}

SharedRoom adopt_room(base::UniqueFd fd, uint64_t offset) {
  struct stat now;
  base::check(::fstat(fd.get(), &now), "look at memory of another process");
  Current& c = current();
  std::scoped_lock hold(c.mutex);
  // Many of its objects may come, and one view will do.
  std::weak_ptr<Chunk>& known = c.adopted[now.st_ino];
  std::shared_ptr<Chunk> chunk = known.lock();
  if (chunk == nullptr) {
    SharedFile file = SharedFile::adopt(std::move(fd));
    View view = file.view(0, static_cast<size_t>(now.st_size));
    known = chunk = std::make_shared<Chunk>(Chunk{std::move(file), std::move(view)});
  }
  return {.chunk = std::move(chunk), .offset = offset};
}

}  // namespace mp::os
