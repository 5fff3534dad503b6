// What the adapter's processes run: a puppet, or one of the functions that every adapter carries.
#ifndef TOOLS_ADAPTERS_MP_TARGET_H_
#define TOOLS_ADAPTERS_MP_TARGET_H_

#include <memory>
#include <string>

#include "tools/adapters/mp/objects.h"

namespace adapter {

// What a process is to do; travels as an argument of it.
struct Task {
  std::string puppet;    // empty: none
  std::string function;  // likewise
  Objects objects;
  Value::List args;
  Value::Dict kwargs;
};

// With the task as its target, or as what a derived class does in run().
std::shared_ptr<mp::Process> make_process(mp::ProcessOptions options, Task task, bool subclass);

// A puppet in a thread of this process. What leaves it is told on standard error.
void obey_in_thread(const std::string& puppet);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_TARGET_H_
