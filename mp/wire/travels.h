// The sentences for what can't go to another process.
#ifndef MP_WIRE_TRAVELS_H_
#define MP_WIRE_TRAVELS_H_

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace mp::wire {

// What processes share through memory that they inherit: queues, locks, ...
struct Handle {};

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
  static_assert(!std::is_base_of_v<Handle, T>,
                "what processes share goes to a child when it is made, never through a queue");
  static_assert(!std::is_array_v<T>, "a C array does not travel: use std::array");
}

}  // namespace mp::wire

#endif  // MP_WIRE_TRAVELS_H_
