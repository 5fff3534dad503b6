// Operations on any object of the testee: what it has, and calls as its user would write them.
//
//   main.does(object::attributes(q, {"put", "join"}));                 // [put]
//   main.does(object::call(lock, "acquire", {}, {{"blocking", true}}));
//
// A language whose compiler refuses a call that makes no sense says `unsupported`.
#ifndef CONFORMANCE_STAGE_INSPECTED_H_
#define CONFORMANCE_STAGE_INSPECTED_H_

#include <string>
#include <utility>
#include <vector>

#include "conformance/stage/remote.h"

namespace conformance::object {

// Which of these names the object has.
inline Op attributes(const RemoteObject& on, const std::vector<std::string>& names) {
  return {.name = "object.attributes",
          .on = on.name,
          .args = {{"names", Value::list(Value::List(names.begin(), names.end()))}}};
}
// The names of its class and of all base classes.
inline Op bases(const RemoteObject& on) { return {.name = "object.bases", .on = on.name}; }
// A method by its name.
inline Op call(const RemoteObject& on, std::string method, Value::List args = {},
               Value::Dict kwargs = {}) {
  return {.name = "object.call",
          .on = on.name,
          .args = {{"method", std::move(method)},
                   {"args", Value::list(std::move(args))},
                   {"kwargs", Value::dict(std::move(kwargs))}}};
}

}  // namespace conformance::object

#endif  // CONFORMANCE_STAGE_INSPECTED_H_
