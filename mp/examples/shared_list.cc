// Lists that processes share: an Array of one type, with a lock, and a ShareableList of mixed types, by name.
//
// Unlike the note: the list of a manager is in no shared memory, but in the manager's process. These are.
#include <cstdint>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "mp/array.h"
#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/shareable_list.h"

void add(mp::Array<int> sums, int times) {
  for (int i = 0; i < times; ++i) {
    int step = 1;
    for (int& sum : sums.lock()) sum += step++;  // all items in one go
  }
}

void change(mp::ShareableList list) {
  for (int i = 0; i < 3; ++i)
    std::printf("%d\n", static_cast<int>(std::get<int64_t>(list.at(i)) - 1));
  list.set(-1, "done");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Array<int> sums({0, 0, 0});
  std::vector<mp::Process> adders;
  for (int i = 0; i < 4; ++i) adders.emplace_back(add, sums, 1000);
  for (mp::Process& adder : adders) adder.start();
  for (mp::Process& adder : adders) adder.join();
  for (int sum : sums.slice()) std::printf("sum %d\n", sum);  // 4000, 8000, 12000

  mp::ShareableList list({1, 2, 3, "to do"});
  mp::Process p(change, list);
  p.start();
  p.join();
  std::puts(std::get<std::string>(list.at(-1)).c_str());
  list.shm().unlink();
}
