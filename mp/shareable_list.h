// A list of a fixed number of items, of mixed types, in shared memory with a name.
//
// An item is nothing (std::monostate), a bool, a number, text or bytes, and may be replaced by one of another type that
// fits: each has room for a number at least, and text or bytes for as many more as fill up eight.
//
// Unlike Python: text and bytes keep the zeros at their end, and 1, 1.0 and true are not equal.
//
// Processes: any that know the name. A number, a bool or nothing is read and written whole; of text and bytes a reader
// may see half, so have a Lock beside the list if they change. Threads: likewise.
// Lifetime:  as of the SharedMemory that it is in: shm().unlink(), or the end of its creator.
//
//   mp::ShareableList list({"abc", 7, 2.5, true, std::monostate()});
//   auto same = mp::ShareableList::attach(list.shm().name());    // in any process
//   same.set(0, "xy");
//   list.at(0) == mp::ShareableList::Item("xy");                 // true
//   list.set(0, "much too long");                                // raises mp::ValueError
//   list.index(2.5);                                             // 2
//   list.shm().unlink();
#ifndef MP_SHAREABLE_LIST_H_
#define MP_SHAREABLE_LIST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mp/errors.h"
#include "mp/shared_memory.h"
#include "mp/wire/codec.h"

namespace mp {

class ShareableList {
 public:
  using Bytes = std::vector<std::byte>;
  using Item = std::variant<std::monostate, bool, int64_t, double, std::string, Bytes>;

  // Under a name that nothing else has, or this one. Raises: as SharedMemory::create().
  explicit ShareableList(const std::vector<Item>& items);
  ShareableList(const std::vector<Item>& items, const std::string& name);
  // Raises: as SharedMemory::attach(); ValueError if what has the name is no list.
  static ShareableList attach(const std::string& name);

  size_t size() const;

  // A negative index counts from the end. Raises: IndexError
  Item at(int64_t index) const;
  // Raises: IndexError, ValueError if it has more bytes than there is room for; nothing has changed then.
  void set(int64_t index, const Item& item);
  // All of them.
  std::vector<Item> items() const;

  // How many are equal to this one.
  size_t count(const Item& item) const;
  // The first that is. Raises: ValueError if none is.
  size_t index(const Item& item) const;

  // After its close() this handle is of no more use.
  SharedMemory& shm() { return memory_; }
  const SharedMemory& shm() const { return memory_; }

 private:
  struct Header;
  struct Slot;

  explicit ShareableList(SharedMemory memory) : memory_(std::move(memory)) {}

  static int64_t size_for(const std::vector<Item>& items);
  void fill(const std::vector<Item>& items);
  bool is_list() const;
  Header& header() const;
  Slot& slot(size_t i) const;
  Item read(const Slot& slot) const;
  void write(Slot& slot, const Item& item);

  SharedMemory memory_;
};

template <>
struct Codec<ShareableList> {
  static void write(Writer& out, const ShareableList& list) { out.write(list.shm().name()); }
  static ShareableList read(Reader& in) { return ShareableList::attach(in.read<std::string>()); }
};

}  // namespace mp

#endif  // MP_SHAREABLE_LIST_H_
