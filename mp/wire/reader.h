// Bytes that were written: what a Codec reads from.
//
// Trusts nothing: bytes that are too few, or that no writer of the type has written, raise DecodeError, and no
// more memory is taken than the bytes that are there call for.
//
//   Reader in(bytes);
//   int n = in.read<int>();
#ifndef MP_WIRE_READER_H_
#define MP_WIRE_READER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "mp/wire/errors.h"
#include "mp/wire/luggage.h"
#include "mp/wire/travels.h"

namespace mp {

template <class T>
struct Codec;

class Reader {
 public:
  // `luggage`: the descriptors that came along, if any may.
  explicit Reader(std::string_view bytes, const ArrivedLuggage* luggage = nullptr)
      : bytes_(bytes), luggage_(luggage) {}

  template <class T>
  T read() {
    wire::check_travels<T>();
    return Codec<T>::read(*this);
  }
  void read_raw(void* to, size_t size) {
    const std::string_view bytes = read_bytes(size);
    if (size != 0) std::memcpy(to, bytes.data(), size);
  }
  // The next `size` bytes, in the memory that this reader reads.
  std::string_view read_bytes(size_t size) {
    if (size > bytes_.size()) [[unlikely]]
      throw_cut_off(size);
    const std::string_view bytes = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return bytes;
  }
  // How many items of at least `least` bytes each follow.
  size_t read_size(size_t least) {
    uint64_t size;
    read_raw(&size, sizeof(size));
    if (least != 0 && size > bytes_.size() / least) {
      throw DecodeError(std::to_string(size) + " items were announced, and " +
                        std::to_string(bytes_.size()) + " bytes are there");
    }
    return size;
  }

  size_t left() const { return bytes_.size(); }

  const ArrivedLuggage& luggage() const {
    if (luggage_ == nullptr) throw DecodeError("a shared object came where none can come");
    return *luggage_;
  }

 private:
  // Apart, so that what is read a thousand times is short.
  [[noreturn, gnu::noinline]] void throw_cut_off(size_t size) const {
    throw DecodeError("a value of " + std::to_string(size) +
                      " bytes was cut off: " + std::to_string(bytes_.size()) + " are there");
  }

  std::string_view bytes_;
  const ArrivedLuggage* luggage_;
};

}  // namespace mp

#endif  // MP_WIRE_READER_H_
