// What can be called in a manager's server: every method that the program calls through a proxy somewhere, or names in
// register_type() or register_methods(). Each has a number that is made of its name and its types, so it is the same
// in every program that has it.
//
// Threads: any.
#ifndef MP_MANAGER_METHOD_H_
#define MP_MANAGER_METHOD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>

#include "mp/type_name.h"
#include "mp/wire/codec.h"

namespace mp::managed {

struct Object;
using MethodId = uint64_t;

struct Method {
  std::string key;   // with all types
  std::string name;  // for people
  // Of what it is a method; null: of nothing, it makes an object.
  const std::type_info* type;
  // Reads the arguments, calls, and writes the result.
  void (*run)(Object* object, Reader& in, Writer& out);
};

// Always true, for a global's sake.
bool add_method(Method method);
// Null: this program has none of that number. Raises: RuntimeError if it has two.
const Method* find_method(MethodId id);

MethodId id_of(std::string_view key);

// ---------------------------------------------------------------- names

template <class... T>
std::string mangled_list() {
  std::string all;
  ((all += typeid(T).name(), all += ','), ...);
  return all;
}

template <class T, class R, class... A>
std::string method_key(std::string_view name) {
  return std::string(typeid(T).name()) + "." + std::string(name) + "(" + mangled_list<A...>() +
         ")" + typeid(R).name();
}

// Of what the compiler says about a template that M is given to: its last name.
std::string last_name_in(std::string_view description);

template <auto M>
std::string name_of() {
  return last_name_in(__PRETTY_FUNCTION__);
}

// ---------------------------------------------------------------- types

template <class F>
struct Signature;
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = std::decay_t<R>;
  using Arguments = std::tuple<std::decay_t<A>...>;
  template <class T>
  static std::string key(std::string_view name) {
    return method_key<T, Result, std::decay_t<A>...>(name);
  }
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {};

}  // namespace mp::managed

#endif  // MP_MANAGER_METHOD_H_
