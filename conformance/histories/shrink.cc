#include "conformance/histories/shrink.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "conformance/histories/soundness.h"

namespace conformance::histories {
namespace {

using Places = std::set<std::pair<size_t, size_t>>;  // process, step

Program without(const Program& program, const Places& places) {
  Program out = program;
  for (auto it = places.rbegin(); it != places.rend(); ++it) {
    auto& steps = out.processes[it->first];
    steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(it->second));
  }
  return out;
}

class Shrinker {
 public:
  Shrinker(const Program& failing, const std::function<bool(const Program&)>& fails)
      : best_(failing), fails_(fails) {
    tried_.insert(failing.text());
  }

  Program run() {
    while (drop_kill() || drop_processes() || drop_rounds() || drop_runs() || drop_units() ||
           drop_pairs() || lower_size() || shorten_waits()) {
    }
    return best_;
  }

 private:
  bool keep_if_it_fails(const Program& candidate) {
    if (candidate.processes.empty() || why_unsound(candidate) ||
        !tried_.insert(candidate.text()).second || !fails_(candidate))
      return false;
    best_ = candidate;
    return true;
  }

  bool drop_kill() {
    Program candidate = best_;
    candidate.kill.reset();
    return keep_if_it_fails(candidate);
  }

  bool drop_processes() {
    for (size_t p = 0; p < best_.processes.size(); ++p) {
      Program candidate = best_;
      candidate.processes.erase(candidate.processes.begin() + static_cast<std::ptrdiff_t>(p));
      if (candidate.kill && candidate.kill->process == p) continue;
      if (candidate.kill && candidate.kill->process > p) --candidate.kill->process;
      if (keep_if_it_fails(candidate)) return true;
    }
    return false;
  }

  bool drop_rounds() {
    size_t rounds = 0;
    for (const auto& steps : best_.processes) rounds = std::max(rounds, steps.size());
    for (size_t i = 0; i < rounds; ++i) {
      Places places;
      for (size_t p = 0; p < best_.processes.size(); ++p) {
        if (i < best_.processes[p].size()) places.emplace(p, i);
      }
      if (keep_if_it_fails(without(best_, places))) return true;
    }
    return false;
  }

  bool drop_runs() {
    size_t longest = 0;
    for (const auto& steps : best_.processes) longest = std::max(longest, steps.size());
    for (size_t length = longest; length > 0; length = length > 4 ? length / 2 : length - 1) {
      for (size_t p = 0; p < best_.processes.size(); ++p) {
        for (size_t from = 0; from + length <= best_.processes[p].size(); ++from) {
          Places places;
          for (size_t i = from; i < from + length; ++i) places.emplace(p, i);
          if (keep_if_it_fails(without(best_, places))) return true;
        }
      }
    }
    return false;
  }

  // A step, with what ends it or what it ends.
  std::vector<Places> units() const {
    std::vector<Places> found;
    for (size_t p = 0; p < best_.processes.size(); ++p) {
      const auto partner = *partners(best_.kind, best_.processes[p]);
      std::set<size_t> begun;
      for (const auto& each : partner) {
        if (each) begun.insert(*each);
      }
      for (size_t i = 0; i < partner.size(); ++i) {
        if (partner[i]) {
          found.push_back({{p, *partner[i]}, {p, i}});
        } else if (begun.count(i) == 0) {
          found.push_back({{p, i}});
        }
      }
    }
    return found;
  }

  bool drop_units() {
    for (const Places& unit : units()) {
      if (keep_if_it_fails(without(best_, unit))) return true;
    }
    return false;
  }

  bool drop_pairs() {
    const std::vector<Places> all = units();
    for (size_t a = 0; a < all.size(); ++a) {
      for (size_t b = a + 1; b < all.size(); ++b) {
        Places both = all[a];
        both.insert(all[b].begin(), all[b].end());
        if (keep_if_it_fails(without(best_, both))) return true;
      }
    }
    return false;
  }

  bool lower_size() {
    Program candidate = best_;
    if (--candidate.size < 0) return false;
    return keep_if_it_fails(candidate);
  }

  bool shorten_waits() {
    for (size_t p = 0; p < best_.processes.size(); ++p) {
      for (size_t i = 0; i < best_.processes[p].size(); ++i) {
        Program candidate = best_;
        Step& step = candidate.processes[p][i];
        if (!step.wait_ms || *step.wait_ms == 0) continue;
        step.wait_ms = *step.wait_ms / 2;
        if (keep_if_it_fails(candidate)) return true;
      }
    }
    return false;
  }

  Program best_;
  const std::function<bool(const Program&)>& fails_;
  std::set<std::string> tried_;
};

}  // namespace

Program shrink(const Program& failing, const std::function<bool(const Program&)>& fails) {
  return Shrinker(failing, fails).run();
}

Reruns reruns_for(double rate) {
  if (rate > 0.9) return {.runs = 2, .failures = 2};
  const int runs = static_cast<int>(std::ceil(4 / rate));
  return {.runs = std::clamp(runs, 5, 60), .failures = rate >= 0.1 ? 2 : 1};
}

}  // namespace conformance::histories
