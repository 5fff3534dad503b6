// Values of the puppet protocol as JSON (../PROTOCOL.md, section 6), for both sides of a connection.
//
//   Json j = to_json(Value::bytes("abc"));      // {"$bytes":"YWJj"}
//   Value v = from_json(j);
#ifndef CONFORMANCE_PROTOCOL_JSON_H_
#define CONFORMANCE_PROTOCOL_JSON_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "conformance/protocol/value.h"

namespace conformance {

using Json = nlohmann::ordered_json;

// JSON that is not of the protocol's form.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Json to_json(const Value& value);
// Raises: Malformed
Value from_json(const Json& j);

// A member of an object. Raises: Malformed if there is none, or of another type.
const Json& member(const Json& object, const char* name);
std::string text_member(const Json& object, const char* name);
int64_t whole_member(const Json& object, const char* name);

}  // namespace conformance

#endif  // CONFORMANCE_PROTOCOL_JSON_H_
