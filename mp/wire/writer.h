// Bytes in the making: what a Codec writes to.
//
//   Writer out(&bytes);
//   out.write(7);            // any value with a Codec
//   out.write_raw(data, n);  // bytes as they are
#ifndef MP_WIRE_WRITER_H_
#define MP_WIRE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "mp/wire/travels.h"

namespace mp {

template <class T>
struct Codec;

class Writer {
 public:
  // Appends to `bytes`, which must outlive it.
  explicit Writer(std::string* bytes) : bytes_(*bytes) {}

  template <class T>
  void write(const T& value) {
    wire::check_travels<T>();
    Codec<T>::write(*this, value);
  }
  void write_raw(const void* data, size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
  }
  void write_size(size_t size) {
    const uint64_t wide = size;
    write_raw(&wide, sizeof(wide));
  }

 private:
  std::string& bytes_;
};

}  // namespace mp

#endif  // MP_WIRE_WRITER_H_
