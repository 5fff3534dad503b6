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
#include <cstddef>

namespace mp::os {

// The next item of an array of T stands at a multiple of it as well if the first does.
template <class T>
inline constexpr size_t kWholeAlignment = std::atomic_ref<T>::required_alignment;

template <class T>
T load_whole(T& shared) {
  if constexpr (std::atomic_ref<T>::is_always_lock_free) {
    return std::atomic_ref<T>(shared).load(std::memory_order_acquire);
  } else {
    return shared;
  }
}

template <class T>
void store_whole(T& shared, const T& value) {
  if constexpr (std::atomic_ref<T>::is_always_lock_free) {
    std::atomic_ref<T>(shared).store(value, std::memory_order_release);
  } else {
    shared = value;
  }
}

}  // namespace mp::os

#endif  // MP_OS_WHOLE_H_
