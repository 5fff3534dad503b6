// Two who each have what the other wants wait for ever, unless they wait with a timeout. Who takes both at once with
// std::scoped_lock never comes to that, in whichever order they are named.
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

#include "mp/barrier.h"
#include "mp/examples/begin.h"
#include "mp/lock.h"
#include "mp/process.h"

using namespace std::chrono_literals;

void dine(std::string who, mp::Lock near_fork, mp::Lock far_fork, mp::Barrier both) {
  near_fork.acquire();
  both.wait();  // each has one
  const bool got = far_fork.acquire(/*block=*/true, 50ms);
  std::printf("%s %s\n", who.c_str(), got ? "has both forks" : "waits in vain");
  both.wait();  // each has tried
  near_fork.release();

  std::scoped_lock forks(near_fork, far_fork);
  std::printf("%s eats\n", who.c_str());
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Lock left, right;
  mp::Barrier both(2);
  mp::Process anna(dine, "anna", left, right, both);
  mp::Process bert(dine, "bert", right, left, both);
  anna.start();
  bert.start();
  anna.join();
  bert.join();
}
