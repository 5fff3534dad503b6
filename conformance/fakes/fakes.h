// The fake testee as a TesteeSpec, for tests.
//
//   TesteeSpec spec = fake({"--at=queue.put", "die=11"});
#ifndef CONFORMANCE_FAKES_FAKES_H_
#define CONFORMANCE_FAKES_FAKES_H_

#include <filesystem>
#include <string>
#include <vector>

#include "conformance/stage/patience.h"
#include "conformance/stage/testee.h"

namespace conformance {

// fake.cc says what it can be told. The path is whole, because a testee has a directory of its own.
inline TesteeSpec fake(const std::vector<std::string>& script = {}) {
  TesteeSpec spec{.name = "fake", .command = {std::filesystem::absolute("conformance/fakes/fake")}};
  spec.command.insert(spec.command.end(), script.begin(), script.end());
  return spec;
}

// A short patience while it lives, for what can be found only by patience that ends.
class Impatience {
 public:
  Impatience() { patience::set_scale(0.02); }
  Impatience(const Impatience&) = delete;
  Impatience& operator=(const Impatience&) = delete;
  ~Impatience() { patience::set_scale(1); }
};

}  // namespace conformance

#endif  // CONFORMANCE_FAKES_FAKES_H_
