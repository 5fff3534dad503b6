// Python's indexes and slices: negative ones count from the end; a slice is cut to what there is.
//
//   index_in(-1, 5);           // 4
//   index_in(5, 5);            // raises IndexError
//   slice_in(1, 3, 5);         // from 1, 2 items
//   slice_in({}, -1, 5);       // from 0, 4 items
//   slice_in(3, 100, 5);       // from 3, 2 items
#ifndef MP_SLICE_H_
#define MP_SLICE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "mp/errors.h"

namespace mp {

// Where a slice begins or ends; absent: where the sequence does.
using Bound = std::optional<int64_t>;

struct Slice {
  size_t first;
  size_t size;
};

// Raises: IndexError
inline size_t index_in(int64_t index, size_t size) {
  const int64_t n = static_cast<int64_t>(size), at = index < 0 ? index + n : index;
  if (at < 0 || at >= n)
    throw IndexError("index " + std::to_string(index) + " of " + std::to_string(size) + " items");
  return static_cast<size_t>(at);
}

inline Slice slice_in(Bound start, Bound stop, size_t size) {
  const int64_t n = static_cast<int64_t>(size);
  auto cut = [n](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + n : at, 0, n); };
  const int64_t first = cut(start.value_or(0)), end = cut(stop.value_or(n));
  return {.first = static_cast<size_t>(first),
          .size = static_cast<size_t>(std::max<int64_t>(end - first, 0))};
}

}  // namespace mp

#endif  // MP_SLICE_H_
