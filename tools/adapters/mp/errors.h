// What calls raise, in Python's words, which the claims speak.
#ifndef TOOLS_ADAPTERS_MP_ERRORS_H_
#define TOOLS_ADAPTERS_MP_ERRORS_H_

#include <exception>
#include <string>
#include <utility>

#include "conformance/protocol/json.h"
#include "conformance/protocol/value.h"

namespace adapter {

// An exception of Python's that has no counterpart in mp: a puppet is told to raise it, or C++'s compiler would have
// refused the call (TypeError).
class PythonError : public std::exception {
 public:
  PythonError(std::string type, std::string message)
      : PythonError(std::move(type), conformance::Value::List{std::move(message)}) {}
  // With what Python would give its class; the first is the message.
  PythonError(std::string type, conformance::Value::List args);

  const std::string& type() const { return type_; }
  const std::string& message() const { return message_; }
  const conformance::Value::List& args() const { return args_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string type_, message_, text_;
  conformance::Value::List args_;
};

// The operation is not offered, or not in this form.
struct Unsupported {
  std::string why;
};

// The member "raise" of a reply. `thrown` is neither null nor an Unsupported.
conformance::Json describe(const std::exception_ptr& thrown);

// Whether Python has a builtin exception of this name.
bool is_builtin_exception(const std::string& name);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_ERRORS_H_
