// Records for the tests of what carries them.
#ifndef MP_TEST_RECORDS_H_
#define MP_TEST_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace mp {

// Of `size` bytes, each of which depends on the seed and on where it stands, so that a record that is torn,
// shifted or mixed with another is seen to be.
inline std::string text(size_t size, uint32_t seed) {
  std::string out(size, '\0');
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<char>((i + seed) * 2654435761u >> 24);
  return out;
}

}  // namespace mp

#endif  // MP_TEST_RECORDS_H_
