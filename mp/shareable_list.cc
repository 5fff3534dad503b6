#include "mp/shareable_list.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "mp/os/whole.h"
#include "mp/slice.h"

namespace mp {
namespace {

using Item = ShareableList::Item;
using Bytes = ShareableList::Bytes;

// Numbers are one, and text has as many as its bytes call for.
constexpr uint64_t kWord = 8;
constexpr uint64_t kIsList = 0x6d702d6c69737431;

// Of text and bytes.
std::string_view bytes_of(const Item& item) {
  if (const auto* text = std::get_if<std::string>(&item)) return *text;
  if (const auto* bytes = std::get_if<Bytes>(&item))
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  return {};
}

// Of the others.
uint64_t word_of(const Item& item) {
  if (const auto* number = std::get_if<int64_t>(&item)) return std::bit_cast<uint64_t>(*number);
  if (const auto* number = std::get_if<double>(&item)) return std::bit_cast<uint64_t>(*number);
  const auto* truth = std::get_if<bool>(&item);
  return truth != nullptr && *truth ? 1 : 0;
}

// Which of the variant's types an item is, and how many bytes of text it has, in one word.
class What {
 public:
  explicit What(uint64_t word) : word_(word) {}
  explicit What(const Item& item) : word_(bytes_of(item).size() * kKinds + item.index()) {}

  uint64_t word() const { return word_; }
  uint64_t kind() const { return word_ % kKinds; }
  uint64_t length() const { return word_ / kKinds; }

 private:
  static constexpr uint64_t kKinds = 8;

  uint64_t word_;
};

uint64_t room_for(const Item& item) { return (bytes_of(item).size() / kWord + 1) * kWord; }

}  // namespace

// Begins the memory; the slots follow, and behind them what the items hold.
struct ShareableList::Header {
  std::atomic<uint64_t> is_list;  // kIsList, when all else is written
  uint64_t size;
};

struct ShareableList::Slot {
  uint64_t offset;  // in the memory
  uint64_t room;
  std::atomic<uint64_t> what;  // written behind the item's bytes
};

ShareableList::ShareableList(const std::vector<Item>& items)
    : memory_(SharedMemory::create(size_for(items))) {
  fill(items);
}

ShareableList::ShareableList(const std::vector<Item>& items, const std::string& name)
    : memory_(SharedMemory::create(name, size_for(items))) {
  fill(items);
}

ShareableList ShareableList::attach(const std::string& name) {
  ShareableList list(SharedMemory::attach(name));
  if (!list.is_list()) throw ValueError("shared memory \"" + name + "\" is no list");
  return list;
}

int64_t ShareableList::size_for(const std::vector<Item>& items) {
  uint64_t size = sizeof(Header) + items.size() * sizeof(Slot);
  for (const Item& each : items) size += room_for(each);
  return static_cast<int64_t>(size);
}

void ShareableList::fill(const std::vector<Item>& items) {
  uint64_t offset = sizeof(Header) + items.size() * sizeof(Slot);
  header().size = items.size();
  for (size_t i = 0; i < items.size(); ++i) {
    Slot& made = *new (&slot(i)) Slot{.offset = offset, .room = room_for(items[i]), .what = 0};
    offset += made.room;
    write(made, items[i]);
  }
  header().is_list.store(kIsList, std::memory_order_release);
}

// Whether every slot is within the memory: it may be anybody's.
bool ShareableList::is_list() const {
  const uint64_t all = memory_.size();
  if (all < sizeof(Header) || header().is_list.load(std::memory_order_acquire) != kIsList ||
      header().size > (all - sizeof(Header)) / sizeof(Slot))
    return false;
  for (size_t i = 0; i < size(); ++i) {
    const Slot& each = slot(i);
    if (each.offset % kWord != 0 || each.room < kWord || each.offset > all ||
        each.room > all - each.offset)
      return false;
  }
  return true;
}

ShareableList::Header& ShareableList::header() const {
  return *reinterpret_cast<Header*>(memory_.buf().data());
}

ShareableList::Slot& ShareableList::slot(size_t i) const {
  return reinterpret_cast<Slot*>(memory_.buf().data() + sizeof(Header))[i];
}

size_t ShareableList::size() const { return header().size; }

Item ShareableList::at(int64_t index) const { return read(slot(index_in(index, size()))); }

void ShareableList::set(int64_t index, const Item& item) {
  Slot& to = slot(index_in(index, size()));
  const size_t length = bytes_of(item).size();
  if (length > to.room)
    throw ValueError(std::to_string(length) + " bytes for an item with room for " +
                     std::to_string(to.room));
  write(to, item);
}

Item ShareableList::read(const Slot& slot) const {
  std::byte* data = memory_.buf().data() + slot.offset;
  const What what(slot.what.load(std::memory_order_acquire));
  const uint64_t word = os::load_whole(*reinterpret_cast<uint64_t*>(data));
  const std::span<std::byte> bytes(data, std::min(what.length(), slot.room));
  switch (what.kind()) {
    case 0:
      return std::monostate();
    case 1:
      return word != 0;
    case 2:
      return std::bit_cast<int64_t>(word);
    case 3:
      return std::bit_cast<double>(word);
    case 4:
      return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    case 5:
      return Bytes(bytes.begin(), bytes.end());
  }
  throw ValueError("an item of a shared list is of no known type");
}

void ShareableList::write(Slot& slot, const Item& item) {
  std::byte* data = memory_.buf().data() + slot.offset;
  const What what(item);
  if (const std::string_view bytes = bytes_of(item); !bytes.empty()) {
    std::memcpy(data, bytes.data(), bytes.size());
  } else {
    os::store_whole(*reinterpret_cast<uint64_t*>(data), word_of(item));
  }
  slot.what.store(what.word(), std::memory_order_release);
}

std::vector<Item> ShareableList::items() const {
  std::vector<Item> all;
  for (size_t i = 0; i < size(); ++i) all.push_back(read(slot(i)));
  return all;
}

size_t ShareableList::count(const Item& item) const {
  const std::vector<Item> all = items();
  return static_cast<size_t>(std::count(all.begin(), all.end(), item));
}

size_t ShareableList::index(const Item& item) const {
  const std::vector<Item> all = items();
  const auto found = std::find(all.begin(), all.end(), item);
  if (found == all.end()) throw ValueError("no item of the list is equal to it");
  return static_cast<size_t>(found - all.begin());
}

}  // namespace mp
