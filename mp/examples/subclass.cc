// The second way to write a process: a class with run(). state() names the members that go with it to a child that is
// no copy of its creator.
//
// Unlike the note: it is run() that a class needs, and a constructor only if it has something to remember; one of
// Python's calls its base's then, it does not replace it.
#include <cstdio>
#include <string>
#include <tuple>
#include <utility>

#include "mp/examples/begin.h"
#include "mp/process.h"

class Countdown : public mp::SpawnableProcess<Countdown> {
 public:
  Countdown() = default;
  Countdown(std::string what, int from) : what_(std::move(what)), from_(from) {}

  void run() override {
    for (int i = from_; i > 0; --i) std::printf("%s: %d\n", what_.c_str(), i);
    std::printf("%s: now\n", what_.c_str());
  }

  auto state() { return std::tie(what_, from_); }

 private:
  std::string what_;
  int from_ = 0;
};

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  Countdown countdown("tea", 3);
  countdown.start();  // calls run() in the child
  countdown.join();
  std::printf("%s ended with %d\n", countdown.name().c_str(), *countdown.exitcode());
}
