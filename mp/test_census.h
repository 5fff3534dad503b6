// For tests: objects that live in a manager's server, and how many of them there are.
//
//   mp::Proxy<Counted> one = manager.create<Counted>();
//   manager.create<Census>().call<&Census::count>();   // 1
#ifndef MP_TEST_CENSUS_H_
#define MP_TEST_CENSUS_H_

#include <atomic>

namespace mp {

class Counted {
 public:
  Counted() { ++here; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --here; }

  // In this process.
  static inline std::atomic<int> here = 0;
};

class Census {
 public:
  int count() { return Counted::here; }
};

}  // namespace mp

#endif  // MP_TEST_CENSUS_H_
