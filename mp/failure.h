// An exception on its way to another process.
//
// It is thrown again there as what it was, if the type is one of mp's or of <stdexcept>'s, or std::bad_alloc, or has
// been told to travel; of any other type goes its name and message, as a RemoteError. Either way
// std::rethrow_if_nested() of what is caught has a RemoteError that tells where it was thrown.
//
//   struct NoLuck : std::runtime_error { ... };
//   template <> struct mp::Codec<NoLuck> { ... };
//   const bool kNoLuckTravels = mp::let_error_travel<NoLuck>();   // at namespace scope
//
//   try {
//     pool.apply(try_it, 7);
//   } catch (const NoLuck& e) {
//     try {
//       std::rethrow_if_nested(e);
//     } catch (const mp::RemoteError& cause) {
//       cause.place();   // "ForkPoolWorker-2 (process 4711)"
//     }
//   }
//
// Threads: any; let_error_travel() before there are any.
#ifndef MP_FAILURE_H_
#define MP_FAILURE_H_

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "mp/errors.h"
#include "mp/wire/codec.h"

namespace mp {

// What another process has thrown: as what it is known here.
class RemoteError : public Error {
 public:
  RemoteError(std::string type, std::string message, std::string place)
      : Error(type + (message.empty() ? "" : ": ") + message),
        type_(std::move(type)),
        message_(std::move(message)),
        place_(std::move(place)) {}

  const std::string& type() const { return type_; }
  const std::string& message() const { return message_; }
  // The process.
  const std::string& place() const { return place_; }

 private:
  std::string type_, message_, place_;
};

struct Failure {
  std::string type;     // as the compiler calls it
  std::string name;     // as people do
  std::string message;  // what()
  std::string value;    // written by its Codec, if it has told to travel
  std::string place;
};

// Of the exception that is being handled.
Failure current_failure();
// This process, as the place of a failure.
std::string this_place();
// What is thrown there.
std::exception_ptr exception_of(const Failure& failure);

// An E that has come from another process, and may go to a third one.
template <class E>
struct Carried : E, std::nested_exception {
  explicit Carried(E error) : E(std::move(error)) {}
};

template <class E>
std::exception_ptr with_cause(E error, const RemoteError& cause) {
  try {
    throw cause;
  } catch (...) {  // which becomes the nested one
    return std::make_exception_ptr(Carried<E>(std::move(error)));
  }
}

// How a type of exceptions travels.
struct ErrorTraveller {
  std::function<void(Writer& out, const std::exception& error)> write;
  // With `cause` nested in it. Raises: whatever it likes, if it can't be made again.
  std::function<std::exception_ptr(const Failure& failure, const RemoteError& cause)> rebuild;
};
// `carried`: the type of one that has come from another process.
bool let_error_travel(const std::type_info& type, const std::type_info& carried,
                      ErrorTraveller how);

template <class E>
bool let_error_travel(ErrorTraveller how) {
  return let_error_travel(typeid(E), typeid(Carried<E>), std::move(how));
}

template <class E>
bool let_error_travel() {
  static_assert(std::is_base_of_v<std::exception, E>, "errors are derived from std::exception");
  return let_error_travel<E>(
      {.write = [](Writer& out,
                   const std::exception& error) { out.write(dynamic_cast<const E&>(error)); },
       .rebuild =
           [](const Failure& failure, const RemoteError& cause) {
             return with_cause(decode<E>(failure.value), cause);
           }});
}

}  // namespace mp

#endif  // MP_FAILURE_H_
