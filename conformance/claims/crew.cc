#include "conformance/claims/crew.h"

#include <algorithm>
#include <utility>

namespace conformance {

int most_at_once(const std::vector<Span>& spans) {
  std::vector<std::pair<std::chrono::nanoseconds, int>> changes;
  for (const Span& span : spans) {
    if (span.to <= span.from) continue;
    changes.emplace_back(span.from, +1);
    changes.emplace_back(span.to, -1);
  }
  std::sort(changes.begin(), changes.end());  // at the same time: who leaves goes first
  int now = 0, most = 0;
  for (const auto& [when, change] : changes) most = std::max(most, now += change);
  return most;
}

void expect_refused_by_a_pipe(Puppet& main, const RemoteObject& object) {
  auto [reader, writer] = main.pipe(false);
  EXPECT_THAT(main.does(writer.send(object.value())), raises("RuntimeError"));
  EXPECT_THAT(main.does(reader.poll()), returns(false));
  main.must(reader.close());
  main.must(writer.close());
}

}  // namespace conformance
