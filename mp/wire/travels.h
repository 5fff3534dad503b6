// The sentences for what can't go to another process.
#ifndef MP_WIRE_TRAVELS_H_
#define MP_WIRE_TRAVELS_H_

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace mp::wire {

// What processes share through memory that they inherit: queues, locks, ... A T of them has
//   void pack(Writer& out) const;      static T unpack(Reader& in);
struct Handle {};

// Said by the compiler where it can know, else by a RuntimeError.
#define MP_BY_INHERITANCE_ONLY \
  "what processes share goes to a child when it is made, never through a queue or a connection"
inline constexpr char kByInheritanceOnly[] = MP_BY_INHERITANCE_ONLY;

template <class T>
inline constexpr bool kHoldsHandle = std::is_base_of_v<Handle, T>;
// A pair of them, a vector of them, ... but not what a handle itself is about.
template <template <class...> class C, class... T>
inline constexpr bool kHoldsHandle<C<T...>> = std::is_base_of_v<Handle, C<T...>> ||
                                              (kHoldsHandle<T> || ...);

template <class T>
inline constexpr bool kIsView = false;
template <class C, class Traits>
inline constexpr bool kIsView<std::basic_string_view<C, Traits>> = true;
template <class T, size_t N>
inline constexpr bool kIsView<std::span<T, N>> = true;

// Does not compile for a type that means nothing elsewhere.
template <class T>
constexpr void check_travels() {
  static_assert(!std::is_pointer_v<T>,
                "a pointer means nothing in another process: send what it points to");
  static_assert(!std::is_reference_v<T>,
                "a reference means nothing in another process: send the value");
  static_assert(!kIsView<T>,
                "a view means nothing in another process: send a std::string or a std::vector");
  static_assert(!std::is_array_v<T>, "a C array does not travel: use std::array");
}

// Nor for one that goes to new processes only.
template <class T>
constexpr void check_may_be_sent() {
  check_travels<T>();
  static_assert(!kHoldsHandle<T>, MP_BY_INHERITANCE_ONLY);
}

}  // namespace mp::wire

#endif  // MP_WIRE_TRAVELS_H_
