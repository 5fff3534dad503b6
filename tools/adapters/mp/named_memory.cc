#include "tools/adapters/mp/named_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/ending.h"
#include "base/subprocess.h"

namespace adapter {
namespace {

using mp::ShareableList;
using mp::SharedMemory;

bool is_given(Call& c, const char* name) {
  return c.find(name) != nullptr && !c.find(name)->is_null();
}

// ---------------------------------------------------------------- blocks

SharedMemory& memory(Call& c) { return c.on_a<SharedMemory>(); }

Answer new_memory(Call& c) {
  if (is_given(c, "track")) throw Unsupported{"mp has no tracker"};
  if (!c.flag("create", false)) {
    if (!is_given(c, "name")) throw Unsupported{"C++ attaches to nothing without a name"};
    if (is_given(c, "size")) throw Unsupported{"attach() takes no size"};
    return made(SharedMemory::attach(c.text("name")));
  }
  const int64_t size = c.whole("size", 0);
  return made(is_given(c, "name") ? SharedMemory::create(c.text("name"), size)
                                  : SharedMemory::create(size));
}

// The byte that a careful program looks for before it touches it: a span does not check.
std::byte& byte_at(Call& c) {
  const std::span<std::byte> buf = memory(c).buf();
  const int64_t size = static_cast<int64_t>(buf.size()), index = c.whole("index", 0);
  const int64_t at = index < 0 ? index + size : index;
  if (at < 0 || at >= size) throw mp::IndexError("there is no such byte");
  return buf[static_cast<size_t>(at)];
}

std::span<std::byte> part(Call& c) {
  const std::span<std::byte> buf = memory(c).buf();
  const int64_t size = static_cast<int64_t>(buf.size());
  const auto bound = [&](const char* name, int64_t otherwise) {
    const int64_t at = is_given(c, name) ? c.whole(name, 0) : otherwise;
    return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const int64_t start = bound("start", 0), stop = std::max(bound("stop", size), start);
  return buf.subspan(static_cast<size_t>(start), static_cast<size_t>(stop - start));
}

Answer get_part(Call& c) {
  const std::span<std::byte> bytes = part(c);
  return Value::bytes(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Answer set_part(Call& c) {
  const std::span<std::byte> to = part(c);
  const std::string from = c.bytes("values");
  if (from.size() != to.size()) throw mp::ValueError("a part is of another size");
  std::copy(from.begin(), from.end(), reinterpret_cast<char*>(to.data()));
  return {};
}

constexpr char kAttach[] = "--attach=";

Answer other_program_attaches(Call& c) {
  if (is_given(c, "track")) throw Unsupported{"mp has no tracker"};
  base::Subprocess program =
      base::Subprocess::start({.argv = {"/proc/self/exe", kAttach + c.text("name")}});
  const base::Ending ending = program.wait(base::Deadline::never());
  return Value(ending.succeeded() ? 0 : 1);
}

// ---------------------------------------------------------------- lists

using Item = ShareableList::Item;

ShareableList& list(Call& c) { return c.on_a<ShareableList>(); }

Item item_of(const Value& value) {
  if (value.is_null()) return std::monostate();
  if (const auto* flag = value.get_if<bool>()) return *flag;
  if (const auto* number = value.get_if<int64_t>()) return *number;
  if (const auto* number = value.get_if<double>()) return *number;
  if (const auto* text = value.get_if<std::string>()) return *text;
  const auto* bytes = value.get_if<Value::Bytes>();
  if (bytes == nullptr) refuse_type("a shared list has no items of this type");
  const auto* data = reinterpret_cast<const std::byte*>(bytes->data.data());
  return ShareableList::Bytes(data, data + bytes->data.size());
}

Value value_of(const Item& item) {
  return std::visit(
      [](const auto& it) -> Value {
        using T = std::decay_t<decltype(it)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<T, ShareableList::Bytes>) {
          return Value::bytes(std::string(reinterpret_cast<const char*>(it.data()), it.size()));
        } else {
          return Value(it);
        }
      },
      item);
}

Answer new_list(Call& c) {
  if (c.find("items") == nullptr) return made(ShareableList::attach(c.text("name")));
  std::vector<Item> items;
  for (const Value& each : c.list("items")) items.push_back(item_of(each));
  return made(is_given(c, "name") ? ShareableList(items, c.text("name")) : ShareableList(items));
}

Answer all_items(Call& c) {
  Value::List all;
  for (const Item& each : list(c).items()) all.push_back(value_of(each));
  return Value::list(std::move(all));
}

// ---------------------------------------------------------------- the table

#define DO(...)           \
  [](Call& c) -> Answer { \
    __VA_ARGS__;          \
    return {};            \
  }
#define GIVE(...) [](Call& c) -> Answer { return Value(__VA_ARGS__); }

const std::map<std::string, Operation>& table() {
  static const auto& it = *new std::map<std::string, Operation>{
      {"shared_memory.new", new_memory},
      {"shared_memory.name", GIVE(memory(c).name())},
      {"shared_memory.size", GIVE(static_cast<int64_t>(memory(c).size()))},
      {"shared_memory.get", GIVE(static_cast<int>(byte_at(c)))},
      {"shared_memory.set", DO(byte_at(c) = static_cast<std::byte>(c.whole("value", 0)))},
      {"shared_memory.slice", get_part},
      {"shared_memory.set_slice", set_part},
      {"shared_memory.close", DO(memory(c).close())},
      {"shared_memory.unlink", DO(memory(c).unlink())},
      {"shared_memory.other_program_attaches", other_program_attaches},

      {"shareable_list.new", new_list},
      {"shareable_list.get", GIVE(value_of(list(c).at(c.whole("index", 0))))},
      {"shareable_list.set", DO(list(c).set(c.whole("index", 0), item_of(*c.find("value"))))},
      {"shareable_list.len", GIVE(static_cast<int64_t>(list(c).size()))},
      {"shareable_list.items", all_items},
      {"shareable_list.count",
       GIVE(static_cast<int64_t>(list(c).count(item_of(*c.find("value")))))},
      {"shareable_list.index",
       GIVE(static_cast<int64_t>(list(c).index(item_of(*c.find("value")))))},
      {"shareable_list.shm", [](Call& c) { return made(list(c).shm()); }},
  };
  return it;
}
#undef DO
#undef GIVE

}  // namespace

Operation named_memory_operation(const std::string& op) {
  const auto found = table().find(op);
  return found != table().end() ? found->second : nullptr;
}

int attach_and_end(const std::string& name) {
  try {
    SharedMemory::attach(name).close();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace adapter
