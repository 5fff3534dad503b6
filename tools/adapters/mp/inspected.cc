#include "tools/adapters/mp/inspected.h"

#include <map>
#include <string>
#include <type_traits>
#include <variant>

namespace adapter {
namespace {

// Whether a class has a member `name`, overloaded or not: together with another one's it is ambiguous.
#define ASKS_FOR(name)                        \
  struct Has_##name {                         \
    struct Other {                            \
      int name;                               \
    };                                        \
    template <class T>                        \
    struct Both : T, Other {};                \
    template <class T>                        \
    static constexpr bool value = !requires { \
      &Both<T>::name;                         \
    };                                        \
  };
ASKS_FOR(append)
ASKS_FOR(cancel)
ASKS_FOR(clear)
ASKS_FOR(extend)
ASKS_FOR(full)
ASKS_FOR(insert)
ASKS_FOR(join)
ASKS_FOR(join_thread)
ASKS_FOR(maxsize)
ASKS_FOR(pop)
ASKS_FOR(put)
ASKS_FOR(qsize)
ASKS_FOR(remove)
ASKS_FOR(task_done)
#undef ASKS_FOR

using Asked = bool (*)(const Object&);

// Of an object behind a pointer it is what it points to that counts.
template <class T>
struct Meant {
  using type = T;
};
template <class T>
struct Meant<Local<T>> {
  using type = T;
};

template <class Has>
bool has(const Object& object) {
  return std::visit(
      [](const auto& it) {
        using T = typename Meant<std::decay_t<decltype(it)>>::type;
        if constexpr (requires { sizeof(T); }) {
          return Has::template value<T>;
        } else {
          return false;  // what is known here by its name only is the adapter's own
        }
      },
      object.it);
}

const std::map<std::string, Asked>& names() {
#define NAME(name) \
  { #name, has < Has_##name> }
  static const auto& it = *new std::map<std::string, Asked>{
      NAME(append), NAME(cancel), NAME(clear),       NAME(extend),   NAME(full),
      NAME(insert), NAME(join),   NAME(join_thread), NAME(maxsize),  NAME(pop),
      NAME(put),    NAME(qsize),  NAME(remove),      NAME(task_done)};
#undef NAME
  return it;
}

}  // namespace

Answer object_attributes(Call& c) {
  Value::List found;
  for (const Value& name : c.list("names")) {
    const auto* text = name.get_if<std::string>();
    const auto asked = text != nullptr ? names().find(*text) : names().end();
    if (asked == names().end()) throw Unsupported{"C++ does not know its members by their names"};
    if (asked->second(c.on())) found.push_back(name);
  }
  return Value::list(std::move(found));
}

}  // namespace adapter
