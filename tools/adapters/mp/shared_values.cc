#include "tools/adapters/mp/shared_values.h"

#include <climits>
#include <cstring>
#include <cwchar>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace adapter {
namespace {

// ---------------------------------------------------------------- numbers and characters

// The one character of a string in UTF-8.
wchar_t character_of(const std::string& text) {
  std::mbstate_t state = {};
  wchar_t wide = 0;
  const size_t used = text.empty() ? 0 : std::mbrtowc(&wide, text.data(), text.size(), &state);
  if (used != text.size() && !(text.size() == 1 && text[0] == '\0'))
    refuse_type("one character is needed");
  return wide;
}

std::string text_of_character(wchar_t wide) {
  if (wide == 0) return std::string(1, '\0');
  char bytes[MB_LEN_MAX];
  std::mbstate_t state = {};
  const size_t size = std::wcrtomb(bytes, wide, &state);
  return std::string(bytes, size == static_cast<size_t>(-1) ? 0 : size);
}

// What the compiler would accept where a T is wanted; integers wrap around as C's do.
template <class T>
T as(const Value& value) {
  if constexpr (std::is_same_v<T, char>) {
    const auto* bytes = value.get_if<Value::Bytes>();
    if (bytes == nullptr || bytes->data.size() != 1) refuse_type("one byte is needed");
    return bytes->data[0];
  } else if constexpr (std::is_same_v<T, wchar_t>) {
    const auto* text = value.get_if<std::string>();
    if (text == nullptr) refuse_type("one character is needed");
    return character_of(*text);
  } else {
    if (const auto* whole = value.get_if<int64_t>()) return static_cast<T>(*whole);
    if (const auto* flag = value.get_if<bool>()) return static_cast<T>(*flag ? 1 : 0);
    if constexpr (std::is_floating_point_v<T>) {
      if (const auto* number = value.get_if<double>()) return static_cast<T>(*number);
    }
    refuse_type("a number of this type is needed");
  }
}

template <class T>
Value value_of(T it) {
  if constexpr (std::is_same_v<T, char>) {
    return Value::bytes(std::string(1, it));
  } else if constexpr (std::is_same_v<T, wchar_t>) {
    return text_of_character(it);
  } else if constexpr (std::is_floating_point_v<T>) {
    return double{it};
  } else if constexpr (std::is_unsigned_v<T>) {
    // The protocol has no larger integers than these.
    if (it > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return Value(Value::Form(Value::Other{"int"}));
    return static_cast<int64_t>(it);
  } else {
    return static_cast<int64_t>(it);
  }
}

template <class T>
Value value_of_all(const std::vector<T>& items) {
  if constexpr (std::is_same_v<T, char>) {
    return Value::bytes(std::string(items.begin(), items.end()));
  } else {
    Value::List all;
    for (T each : items) all.push_back(value_of(each));
    return Value::list(std::move(all));
  }
}

template <class T>
std::vector<T> all_as(const Value& values) {
  if constexpr (std::is_same_v<T, char>) {
    if (const auto* bytes = values.get_if<Value::Bytes>())
      return std::vector<char>(bytes->data.begin(), bytes->data.end());
  }
  if (values.get_if<Value::Object>() != nullptr)
    throw Unsupported{"an array of mp's begins with the items of no other"};
  std::vector<T> all;
  const auto* list = values.get_if<Value::List>();
  const auto* tuple = values.get_if<Value::Tuple>();
  if (list == nullptr && tuple == nullptr) refuse_type("a list of items is needed");
  for (const Value& each : list != nullptr ? *list : tuple->items) all.push_back(as<T>(each));
  return all;
}

// ---------------------------------------------------------------- of any type

// Calls `f` with the object if it is one of the kinds, whatever its type.
template <class... Kinds, class F>
auto with(Object& object, F f) {
  using Result = decltype(f(
      std::get<0>(std::declval<std::variant_alternative_t<0, std::variant<Kinds...>>&>())));
  std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> result;
  auto visit = [&](auto* kind) {
    if (kind == nullptr) return;
    std::visit(
        [&](auto& typed) {
          if constexpr (std::is_void_v<Result>) {
            f(typed);
            result = true;
          } else {
            result.emplace(f(typed));
          }
        },
        *kind);
  };
  (visit(std::get_if<Kinds>(&object.it)), ...);
  if (!result) throw Unsupported{"this object has no such operation"};
  if constexpr (!std::is_void_v<Result>) return *std::move(result);
}

template <class Shared>
struct TypeOf;
template <template <class> class Shared, class T>
struct TypeOf<Shared<T>> {
  using type = T;
};
template <class Shared>
using Type = typename TypeOf<std::decay_t<Shared>>::type;

template <class F, size_t... I>
void with_type(size_t index, F f, std::index_sequence<I...>) {
  ((I == index ? f(static_cast<Type<std::variant_alternative_t<I, AnyRawValue>>*>(nullptr))
               : void()),
   ...);
}
// Calls `f` with a null pointer to the type that the typecode names.
template <class F>
void with_type(Call& c, F f) {
  const std::string code = c.text("type");
  const char* found = code.size() == 1 ? std::strchr(kTypecodes, code[0]) : nullptr;
  if (found == nullptr) refuse_type("there is no type '" + code + "'");
  with_type(static_cast<size_t>(found - kTypecodes), f,
            std::make_index_sequence<std::variant_size_v<AnyRawValue>>());
}

// What the argument `lock` asks for: a lock of its own, none, or this one.
struct LockAsked {
  bool none = false;
  std::optional<mp::AnyLock> given;
};
LockAsked lock_asked(Call& c) {
  const Value* lock = c.find("lock");
  if (lock == nullptr || lock->is_null()) return {};
  if (const auto* flag = lock->get_if<bool>()) return {.none = !*flag};
  if (lock->get_if<std::string>() == nullptr) refuse_type("a lock is a Lock or an RLock");
  const auto object = c.object_named(c.text("lock"));
  if (auto* plain = std::get_if<mp::Lock>(&object->it)) return {.given = *plain};
  if (auto* recursive = std::get_if<mp::RLock>(&object->it)) return {.given = *recursive};
  if (auto* any = std::get_if<mp::AnyLock>(&object->it)) return {.given = *any};
  // So Python calls what the compiler refuses.
  throw PythonError("AttributeError", "a lock is a Lock or an RLock, and has acquire()");
}

template <class Any, class T>
void make(Answer& answer, T shared) {
  answer.made.push_back(std::make_shared<Object>(Object{Any(std::move(shared))}));
}

template <class T>
void make_value(Answer& answer, const Value* first, const LockAsked& lock) {
  const T begins = first != nullptr ? as<T>(*first) : T{};
  if (lock.none) return make<AnyRawValue>(answer, mp::RawValue<T>(begins));
  if (lock.given) return make<AnyValue>(answer, mp::Value<T>(begins, *lock.given));
  make<AnyValue>(answer, first != nullptr ? mp::Value<T>(begins) : mp::Value<T>());
}

template <class T>
void make_array(Answer& answer, const Value& first, const LockAsked& lock) {
  if (const auto* length = first.get_if<int64_t>()) {
    if (lock.none) return make<AnyRawArray>(answer, mp::RawArray<T>(*length));
    if (lock.given) return make<AnyArray>(answer, mp::Array<T>(*length, *lock.given));
    return make<AnyArray>(answer, mp::Array<T>(*length));
  }
  const std::vector<T> items = all_as<T>(first);
  if (lock.none) return make<AnyRawArray>(answer, mp::RawArray<T>(items));
  if (lock.given) return make<AnyArray>(answer, mp::Array<T>(items, *lock.given));
  make<AnyArray>(answer, mp::Array<T>(items));
}

// Of a shared value, of this machine's or of a manager's.
template <class Shared>
auto load(const Shared& it) {
  if constexpr (requires { it.load(); }) {
    return it.load();
  } else {
    return it.get();
  }
}
template <class Shared, class T>
void store(Shared& it, T value) {
  if constexpr (requires { it.load(); }) {
    it.store(value);
  } else {
    it.set(value);
  }
}

}  // namespace

mp::Bound bound(const Value* value) {
  if (value == nullptr || value->is_null()) return {};
  if (const auto* whole = value->get_if<int64_t>()) return *whole;
  refuse_type("a slice has integers");
}

Answer new_value_proxy(Call& c, const mp::SyncManager& manager) {
  Answer answer;
  with_type(c, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    make<AnyValueProxy>(answer, manager.Value<T>(as<T>(*c.find("value"))));
  });
  return answer;
}

Answer new_array_proxy(Call& c, const mp::SyncManager& manager) {
  Answer answer;
  with_type(c, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    make<AnyArrayProxy>(answer, manager.Array<T>(all_as<T>(*c.find("init"))));
  });
  return answer;
}

Answer new_value(Call& c) {
  Answer answer;
  with_type(c, [&](auto* type) {
    make_value<std::remove_pointer_t<decltype(type)>>(answer, c.find("value"), lock_asked(c));
  });
  return answer;
}

Answer new_raw_value(Call& c) {
  Answer answer;
  with_type(c, [&](auto* type) {
    make_value<std::remove_pointer_t<decltype(type)>>(answer, c.find("value"), {.none = true});
  });
  return answer;
}

Answer new_array(Call& c) {
  Answer answer;
  with_type(c, [&](auto* type) {
    make_array<std::remove_pointer_t<decltype(type)>>(answer, *c.find("init"), lock_asked(c));
  });
  return answer;
}

Answer new_raw_array(Call& c) {
  Answer answer;
  with_type(c, [&](auto* type) {
    make_array<std::remove_pointer_t<decltype(type)>>(answer, *c.find("init"), {.none = true});
  });
  return answer;
}

Value get_shared(Object& object) {
  return with<AnyValue, AnyRawValue, AnyValueProxy>(object,
                                                    [](auto& it) { return value_of(load(it)); });
}

void set_shared(Object& object, const Value& value) {
  with<AnyValue, AnyRawValue, AnyValueProxy>(
      object, [&](auto& it) { store(it, as<Type<decltype(it)>>(value)); });
}

void add_to_shared(Object& object, const Value& amount) {
  with<AnyValue, AnyRawValue, AnyValueProxy>(object, [&](auto& it) {
    using T = Type<decltype(it)>;
    store(it, static_cast<T>(load(it) + as<T>(amount)));
  });
}

mp::AnyLock lock_of(Object& object) {
  return with<AnyValue, AnyArray>(object, [](auto& it) { return it.get_lock(); });
}

Value get_item(Object& object, int64_t index) {
  return with<AnyArray, AnyRawArray, AnyArrayProxy>(
      object, [&](auto& it) { return value_of(it.at(index)); });
}

void set_item(Object& object, int64_t index, const Value& value) {
  with<AnyArray, AnyRawArray, AnyArrayProxy>(
      object, [&](auto& it) { it.set(index, as<Type<decltype(it)>>(value)); });
}

Value get_slice(Object& object, const Value* start, const Value* stop) {
  return with<AnyArray, AnyRawArray, AnyArrayProxy>(
      object, [&](auto& it) { return value_of_all(it.slice(bound(start), bound(stop))); });
}

void set_slice(Object& object, const Value* start, const Value* stop, const Value& values) {
  with<AnyArray, AnyRawArray, AnyArrayProxy>(object, [&](auto& it) {
    it.set_slice(bound(start), bound(stop), all_as<Type<decltype(it)>>(values));
  });
}

int64_t length_of(Object& object) {
  return with<AnyArray, AnyRawArray, AnyArrayProxy>(
      object, [](auto& it) { return static_cast<int64_t>(it.size()); });
}

Value text_of(Object& object, bool raw) {
  return with<AnyArray, AnyRawArray>(object, [&](auto& it) -> Value {
    if constexpr (std::is_same_v<Type<decltype(it)>, char>) {
      return Value::bytes(raw ? it.raw() : it.value());
    } else {
      throw Unsupported{"only arrays of char are text"};
    }
  });
}

void set_text(Object& object, const Value& value) {
  with<AnyArray, AnyRawArray>(object, [&](auto& it) {
    if constexpr (std::is_same_v<Type<decltype(it)>, char>) {
      const auto* bytes = value.get_if<Value::Bytes>();
      if (bytes == nullptr) refuse_type("bytes are needed");
      it.set_value(bytes->data);
    } else {
      throw Unsupported{"only arrays of char are text"};
    }
  });
}

bool number_equals(const Value& a, const Value& b) {
  auto number = [](const Value& v) -> std::optional<double> {
    if (const auto* whole = v.get_if<int64_t>()) return static_cast<double>(*whole);
    if (const auto* real = v.get_if<double>()) return *real;
    return std::nullopt;
  };
  return number(a) && number(a) == number(b);
}

}  // namespace adapter
