// A puppet: one flow of control that does what the runner says (conformance/PROTOCOL.md).
//
// Processes: each has its own table of objects, list of threads and connections; a forked child begins with none
// of them, but keeps in memory what it has inherited. Threads: each is a puppet of its own.
#ifndef TOOLS_ADAPTERS_MP_PUPPET_H_
#define TOOLS_ADAPTERS_MP_PUPPET_H_

#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "conformance/protocol/json.h"
#include "tools/adapters/mp/objects.h"

namespace adapter {

using conformance::Json;

class Puppet {
 public:
  // What its target was called with, beside the objects.
  struct Arguments {
    Value::List args;
    Value::Dict kwargs;
  };

  explicit Puppet(std::string name, Arguments arguments = {})
      : name_(std::move(name)), arguments_(std::move(arguments)) {}

  // Until the runner says how to end: returns its value, or throws what it says.
  Value obey();

  // Does a command; the reply without its id.
  Json perform(const Json& command);

  const Arguments& arguments() const { return arguments_; }
  // Creates a file when the puppet is left.
  void at_the_end_create(std::string marker) { markers_.push_back(std::move(marker)); }

 private:
  void connect();
  void say_hello();
  std::optional<Value> answer(const Json& command);
  Json read();
  void send(const Json& message);

  std::string name_;
  Arguments arguments_;
  std::vector<std::string> markers_;
  base::UniqueFd socket_;
  std::string received_;
};

// What belongs to this process, for all of its puppets.
struct Here {
  std::mutex mutex;
  Objects objects;
  std::map<std::string, Value> globals;
  std::vector<int> connections;      // of puppets
  std::vector<std::thread> threads;  // to be waited for
};

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_PUPPET_H_
