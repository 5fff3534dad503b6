// What a Process and its copies share. Everything in it is under self()'s mutex but what is const, and the Child,
// which looks after itself.
#ifndef MP_PROCESS_RECORD_H_
#define MP_PROCESS_RECORD_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mp/child.h"
#include "mp/start_method.h"
#include "mp/target.h"

namespace mp {

struct ProcessRecord {
  enum class Role { kChild, kSelf, kParent };

  const Role role;
  const pid_t creator;              // of the record
  const std::vector<int> identity;  // the numbers in its default name: its own behind its creator's
  std::shared_ptr<Target> target;   // null: none, or passed on
  std::optional<std::string> name;  // absent: the default
  bool daemon = false;
  std::string authkey;
  std::optional<StartMethod> method;  // absent: the program's
  std::shared_ptr<Child> child;       // once it is started; of the parent as well
  bool closed = false;
};

}  // namespace mp

#endif  // MP_PROCESS_RECORD_H_
