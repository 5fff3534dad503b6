// Memory that processes share by a name, unrelated ones too.
//
// It lives until unlink(), or until the process that created it has ended; who has it attached keeps it. So nothing is
// left in /dev/shm, however processes end: what a killed one leaves there, the next that creates or attaches clears
// away.
//
// Unlike Python: no tracker process unlinks what a process has merely attached. create() has taken the memory already
// when it returns; there, a process is killed (SIGBUS) when it first touches what the machine does not have.
//
// Processes: any that know the name; Python's SharedMemory attaches it, too, and the other way round. What they read
// and write meanwhile is their business: give them a Lock, and put what they share behind it.
// Threads: likewise. Lifetime: handles are cheap copies of one mapping, which goes with the last one, or is closed. A
// handle travels to new processes and through queues and connections: as its name.
//
//   auto frames = mp::SharedMemory::create("frames", 4096);
//   frames.buf()[0] = std::byte{1};
//   auto same = mp::SharedMemory::attach("frames");      // in any process
//   same.buf()[0];                                       // 1
//   same.close();
//   frames.unlink();
#ifndef MP_SHARED_MEMORY_H_
#define MP_SHARED_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "mp/errors.h"
#include "mp/os/named_file.h"
#include "mp/os/shared_file.h"
#include "mp/wire/codec.h"

namespace mp {

class SharedMemory {
 public:
  // So many zeros. Raises: ValueError for less than one; OSError: EEXIST if something has the name, EINVAL if it can't
  // be one, ENOSPC if there is no memory, and what else the kernel says. There is none of this name then.
  static SharedMemory create(const std::string& name, int64_t size);
  // Under a name that nothing else has.
  static SharedMemory create(int64_t size);
  // Raises: OSError: ENOENT if nothing has the name.
  static SharedMemory attach(const std::string& name);

  const std::string& name() const { return name_; }
  // Both are none of this handle's after close().
  size_t size() const { return buf().size(); }
  std::span<std::byte> buf() const {
    if (view_ == nullptr) return {};
    return {view_->data(), view_->size()};
  }

  // This handle has no memory any more; others have.
  void close() { view_.reset(); }
  // Takes the name off, whoever created it. Raises: OSError: ENOENT if nothing has the name.
  void unlink() { os::remove_named(name_); }

 private:
  SharedMemory(std::string name, const os::SharedFile& file)
      : name_(std::move(name)), view_(std::make_shared<os::View>(file.view(0, file.size()))) {}

  std::string name_;
  std::shared_ptr<os::View> view_;
};

template <>
struct Codec<SharedMemory> {
  static void write(Writer& out, const SharedMemory& memory) { out.write(memory.name()); }
  static SharedMemory read(Reader& in) { return SharedMemory::attach(in.read<std::string>()); }
};

}  // namespace mp

#endif  // MP_SHARED_MEMORY_H_
