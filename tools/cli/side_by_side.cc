#include "tools/cli/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace mpcheck {

void side_by_side(size_t count, size_t at_most, const std::function<void(size_t)>& act) {
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i = next++; i < count; i = next++) act(i);
  };
  std::vector<std::future<void>> workers;
  for (size_t i = 0; i < std::min(count, at_most); ++i)
    workers.push_back(std::async(std::launch::async, work));
  for (std::future<void>& each : workers) each.wait();
  for (std::future<void>& each : workers) each.get();
}

}  // namespace mpcheck
