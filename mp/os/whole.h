// Reading and writing a value in shared memory in one go, where the CPU can: who reads it meanwhile sees the old value
// or the new one, never half of each. Larger values are copied as they are.
//
// Requires: the value stands at a multiple of kWholeAlignment<T>. Then: who loads what was stored sees what had been
// written before.
//
//   alignas(kWholeAlignment<Point>) Point& shared = ...;
//   store_whole(shared, {1, 2});
//   Point now = load_whole(shared);
#ifndef MP_OS_WHOLE_H_
#define MP_OS_WHOLE_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mp::os {

// The next item of an array of T stands at a multiple of it as well if the first does.
template <class T>
inline constexpr size_t kWholeAlignment = std::atomic_ref<T>::required_alignment;

// The bytes of a T as one word, of which it may be aligned like less (a struct of eight chars).
template <class T>
struct WordOf {
  static constexpr bool kExists = std::atomic_ref<T>::is_always_lock_free && sizeof(T) <= 8;
  using Word = std::conditional_t<
      sizeof(T) == 1, uint8_t,
      std::conditional_t<sizeof(T) == 2, uint16_t,
                         std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;
  using InPlace [[gnu::may_alias]] = Word;
};

template <class T>
T load_whole(T& shared) {
  if constexpr (WordOf<T>::kExists) {
    using InPlace = typename WordOf<T>::InPlace;
    return std::bit_cast<T>(
        __atomic_load_n(reinterpret_cast<const InPlace*>(&shared), __ATOMIC_ACQUIRE));
  } else {
    return shared;
  }
}

template <class T>
void store_whole(T& shared, const T& value) {
  if constexpr (WordOf<T>::kExists) {
    using InPlace = typename WordOf<T>::InPlace;
    __atomic_store_n(reinterpret_cast<InPlace*>(&shared),
                     std::bit_cast<typename WordOf<T>::Word>(value), __ATOMIC_RELEASE);
  } else {
    shared = value;
  }
}

}  // namespace mp::os

#endif  // MP_OS_WHOLE_H_
