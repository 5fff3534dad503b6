// Is there an order of the calls that explains all that they returned?
//
// A history is linearizable if its calls can be put one after the other, so that each stands between
// its own beginning and end, and the object, used by one process in that order, does what was seen
// (Herlihy and Wing). find_order() looks for such an order, depth first (Wing and Gong), and enters
// no pair of "which calls are done" and "what state that led to" twice (Lowe). The calls of a
// process are in order already, so "which are done" is one number a process.
//
//   find_order(QueueModel{.maxsize = 1}, chains, 200000).verdict   // kFound, kNone, kUnknown
//
// An event that is optional may be left out. Events of one process are in the order of its chain
// even where their times are the same.
//
// Threads: any; nothing is shared. Lifetime: the events point to calls, which must outlive them.
#ifndef CONFORMANCE_HISTORIES_SEARCH_H_
#define CONFORMANCE_HISTORIES_SEARCH_H_

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "conformance/histories/models.h"

namespace conformance::histories {

using Chain = std::vector<Event>;  // of one process, in its order

struct Search {
  enum class Verdict { kFound, kNone, kUnknown };

  Verdict verdict = Verdict::kNone;
  std::vector<Event> order = {};  // the longest that was found: all of them for kFound
  size_t visited = 0;
};

template <class Model>
class Searcher {
 public:
  Searcher(const std::vector<Chain>& chains, size_t most)
      : chains_(chains), most_(most), done_(chains.size(), 0) {}

  Search run(const Model& initial) {
    if (explain(initial)) {
      result_.verdict = Search::Verdict::kFound;
      result_.order = order_;
    } else if (result_.visited >= most_) {
      result_.verdict = Search::Verdict::kUnknown;
    }
    return std::move(result_);
  }

 private:
  // Whether what is not done yet can follow in some order.
  bool explain(const Model& state) {
    if (order_.size() > result_.order.size()) result_.order = order_;
    if (all_done()) return true;
    if (result_.visited >= most_ || !seen_.insert(key_of(state)).second) return false;
    ++result_.visited;
    for (size_t p : candidates()) {
      const Event& event = chains_[p][done_[p]];
      ++done_[p];
      Model next = state;
      if (next.apply(event)) {
        order_.push_back(event);
        if (explain(next)) return true;
        order_.pop_back();
      }
      if (event.optional && explain(state)) return true;
      --done_[p];
    }
    return false;
  }

  bool all_done() const {
    for (size_t p = 0; p < chains_.size(); ++p) {
      for (size_t i = done_[p]; i < chains_[p].size(); ++i) {
        if (!chains_[p][i].optional) return false;
      }
    }
    return true;
  }

  // The processes whose next event no other one's must precede; whose ends first comes first, for
  // that is mostly right.
  std::vector<size_t> candidates() const {
    std::chrono::nanoseconds earliest_end = kNever;
    std::vector<size_t> found;
    for (size_t p = 0; p < chains_.size(); ++p) {
      if (done_[p] == chains_[p].size()) continue;
      earliest_end = std::min(earliest_end, next(p).t1);
      found.push_back(p);
    }
    std::erase_if(found, [&](size_t p) { return next(p).t0 > earliest_end; });
    std::sort(found.begin(), found.end(),
              [&](size_t a, size_t b) { return next(a).t1 < next(b).t1; });
    return found;
  }

  const Event& next(size_t process) const { return chains_[process][done_[process]]; }

  std::string key_of(const Model& state) const {
    std::string key;
    for (size_t done : done_) {
      key.push_back(static_cast<char>(done % 256));
      key.push_back(static_cast<char>(done / 256));
    }
    return key + state.key();
  }

  const std::vector<Chain>& chains_;
  size_t most_;
  std::vector<size_t> done_;
  std::vector<Event> order_;
  std::unordered_set<std::string> seen_;
  Search result_;
};

// `most`: how many states it may visit; kUnknown if that was not enough.
template <class Model>
Search find_order(const Model& initial, const std::vector<Chain>& chains, size_t most) {
  return Searcher<Model>(chains, most).run(initial);
}

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_SEARCH_H_
