// The errors of values on their way between processes, and what all of mp's errors are.
#ifndef MP_WIRE_ERRORS_H_
#define MP_WIRE_ERRORS_H_

#include <stdexcept>

namespace mp {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A call came at a time, or in a way, that it can't be done in.
struct RuntimeError : Error {
  using Error::Error;
};

// Bytes that are no value of the type that was asked for.
struct DecodeError : Error {
  using Error::Error;
};

}  // namespace mp

#endif  // MP_WIRE_ERRORS_H_
