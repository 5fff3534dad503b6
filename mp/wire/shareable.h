// The sentences for what can't lie in memory that processes share.
#ifndef MP_WIRE_SHAREABLE_H_
#define MP_WIRE_SHAREABLE_H_

#include <string>
#include <type_traits>

#include "mp/wire/travels.h"

namespace mp::wire {

template <class T>
inline constexpr bool kIsText = false;
template <class C, class Traits, class Allocator>
inline constexpr bool kIsText<std::basic_string<C, Traits, Allocator>> = true;

// Does not compile for a type whose bytes mean nothing to another process.
template <class T>
constexpr void check_shareable() {
  static_assert(!std::is_pointer_v<T> && !std::is_member_pointer_v<T>,
                "a pointer means nothing in another process: share what it points to");
  static_assert(!std::is_reference_v<T>,
                "a reference means nothing in another process: share the value");
  static_assert(!kIsView<T>, "a view means nothing in another process: share an mp::Array");
  static_assert(!std::is_base_of_v<Handle, T>,
                "it is shared by processes already: give it to them beside the value");
  static_assert(!kIsText<T>,
                "a shared value lives in memory that processes share: use a type without pointers, "
                "or an mp::Array<char> for text");
  static_assert(!std::is_array_v<T>, "a C array is not one value: use an mp::Array");
  static_assert(kIsText<T> || std::is_trivially_copyable_v<T>,
                "a shared value lives in memory that processes share: use a type without pointers, "
                "which can be copied byte by byte");
}

}  // namespace mp::wire

#endif  // MP_WIRE_SHAREABLE_H_
