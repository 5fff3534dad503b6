// A puppet: one flow of control that does what the runner says (conformance/PROTOCOL.md).
//
// Threads: each is a puppet of its own. Processes: what their puppets share is in here(); a forked child begins with
// a fresh one, and keeps in memory what it has inherited.
#ifndef TOOLS_ADAPTERS_MP_PUPPET_H_
#define TOOLS_ADAPTERS_MP_PUPPET_H_

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
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

  // Until the runner says how to end: returns, or throws, what it says.
  Value obey();
  // Forks a main program whenever the runner asks; returns in each of them.
  void be_nursery();
  // Does a command; the reply without its id.
  Json perform(const Json& command);

  const Arguments& arguments() const { return arguments_; }
  // Creates the file when the puppet is left.
  void create_finally(std::string marker) { markers_.push_back(std::move(marker)); }

 private:
  void connect();
  void say_hello();
  Json read();
  void send(const Json& message);

  std::string name_;
  Arguments arguments_;
  std::vector<std::string> markers_;
  base::UniqueFd socket_;
  std::string received_;
};

struct Here {
  std::mutex mutex;
  Objects objects;
  std::map<std::string, Value> globals;
  std::vector<int> connections;      // of puppets
  std::vector<std::thread> threads;  // that the process waits for at its end
};
Here& here();

// Waits for the threads of this process when it goes.
struct ThreadsJoined {
  ~ThreadsJoined();
};

Value ids();
void create_file(const std::string& name);
// An interrupt from the keyboard ends a wait with KeyboardInterrupt, unless the program was told to ignore it.
void raise_on_interrupt();
// The same for any signal, whatever it did before.
void raise_at(int signal);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_PUPPET_H_
