// What mp raises: Python's exceptions, by Python's names.
//
//   try {
//     queue.get(0.5s);
//   } catch (const mp::Empty&) {
//   }
//
// A failed call to the kernel is an mp::OSError, which says what was tried.
#ifndef MP_ERRORS_H_
#define MP_ERRORS_H_

#include <optional>
#include <string>
#include <utility>

#include "base/os_error.h"
#include "mp/wire/errors.h"

namespace mp {

// An item was wanted of a queue that had none.
struct Empty : Error {
  Empty() : Error("the queue is empty") {}
};

// An item was for a queue that had no room.
struct Full : Error {
  Full() : Error("the queue is full") {}
};

// A call, or the time of it, made no sense in the object's state.
struct ValueError : Error {
  using Error::Error;
};

// An index was beyond the ends.
struct IndexError : Error {
  using Error::Error;
};

// A dict had no such key.
struct KeyError : Error {
  explicit KeyError(std::string message, std::string encoded = "")
      : Error(std::move(message)), key(std::move(encoded)) {}
  std::string key;  // for decode()
};

// An object had no such attribute.
struct AttributeError : Error {
  using Error::Error;
};

// A value was of another type than it had to be.
struct TypeError : Error {
  using Error::Error;
};

struct AssertionError : Error {
  using Error::Error;
};

struct EOFError : Error {
  EOFError() : Error("the other end is closed") {}
};

struct BrokenBarrierError : Error {
  BrokenBarrierError() : Error("the barrier is broken") {}
};

struct ProcessError : Error {
  using Error::Error;
};

// What was waited for did not come in time.
struct TimeoutError : ProcessError {
  using ProcessError::ProcessError;
};

// A message was longer than the buffer for it. It is here, and received.
struct BufferTooShort : ProcessError {
  explicit BufferTooShort(std::string received)
      : ProcessError("the buffer is too short for the message"), message(std::move(received)) {}
  std::string message;
};

// Who wanted to connect, or was connected to, has another key or none.
struct AuthenticationError : ProcessError {
  using ProcessError::ProcessError;
};

// There is nothing more to come.
struct StopIteration : Error {
  StopIteration() : Error("there is nothing more to come") {}
};

// A worker of a pool ended in the middle of a task: it was killed, or the task itself ended it.
struct WorkerLost : ProcessError {
  using ProcessError::ProcessError;
};

// What a task returned could not be sent.
struct MaybeEncodingError : Error {
  using Error::Error;
};

using OSError = base::OsError;

// Ends the process that it leaves the target of, with this exit code, and `text` on standard error if there is any.
// No error, and so no mp::Error: what handles errors lets it pass.
struct SystemExit {
  int code = 0;  // modulo 256
  std::optional<std::string> text = {};
};

}  // namespace mp

#endif  // MP_ERRORS_H_
