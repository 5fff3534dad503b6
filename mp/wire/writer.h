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

#include "mp/wire/luggage.h"
#include "mp/wire/travels.h"

namespace mp {

template <class T>
struct Codec;

class Writer {
 public:
  // Appends to `bytes`, which must outlive it. `luggage`: takes the descriptors, if any can go along.
  explicit Writer(std::string* bytes, Luggage* luggage = nullptr)
      : bytes_(*bytes), luggage_(luggage) {}

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

  // How much there is; and back to that, for who could not write all.
  size_t size() const { return bytes_.size(); }
  void take_back(size_t size) { bytes_.resize(size); }

  // For what may go along with any message. Raises: RuntimeError if nothing can go this way.
  Luggage& luggage() {
    if (luggage_ == nullptr)
      throw RuntimeError("this goes to another process as an argument or through a Connection");
    return *luggage_;
  }
  // Whether all this goes with a new process.
  bool is_inheritance() const {
    return luggage_ != nullptr && luggage_->way() == Luggage::Way::kInheritance;
  }
  // For what goes to new processes only. Raises: RuntimeError if this is none.
  Luggage& inheritance() {
    if (luggage_ == nullptr || luggage_->way() != Luggage::Way::kInheritance)
      throw RuntimeError(wire::kByInheritanceOnly);
    return *luggage_;
  }

 private:
  std::string& bytes_;
  Luggage* luggage_;
};

}  // namespace mp

#endif  // MP_WIRE_WRITER_H_
