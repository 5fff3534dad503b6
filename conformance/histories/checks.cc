#include "conformance/histories/checks.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace conformance::histories {
namespace {

using std::chrono::nanoseconds;

bool has_items(Kind kind) {
  return kind == Kind::kQueue || kind == Kind::kJoinableQueue || kind == Kind::kSimpleQueue ||
         kind == Kind::kManagedQueue || kind == Kind::kPipe;
}

bool sends(const Call& call) { return is_put(call.step) || call.step.verb == "send"; }
bool receives(const Call& call) { return is_get(call.step) || call.step.verb == "recv"; }

// Who puts what: items are numbers, each put at most once.
std::map<int, const Call*> puts_of(const History& history) {
  std::map<int, const Call*> puts;
  for (const Call* call : history.in_order()) {
    if (sends(*call)) puts[call->number()] = call;
  }
  return puts;
}

// The calls that got an item, in the order of their beginnings.
std::vector<const Call*> gets_of(const History& history) {
  std::vector<const Call*> gets;
  for (const Call* call : history.in_order()) {
    if (receives(*call) && call->returned()) gets.push_back(call);
  }
  return gets;
}

std::optional<int> item_of(const Call& get) {
  const int64_t* item = get.value.get_if<int64_t>();
  return item == nullptr ? std::nullopt : std::optional<int>(static_cast<int>(*item));
}

std::string who(const History& history, const Call& call) {
  const bool is_main = call.process + 1 == history.processes.size();
  return is_main ? "main" : absl::StrCat("p", call.process);
}

std::string told(const History& history, const Call& call) {
  return absl::StrCat(who(history, call), "'s ", call.step.text());
}

bool before(const Call& a, const Call& b) {
  return a.t1 < b.t0 || (a.process == b.process && &a < &b);
}

// The most that `changes` add up to at any time; what goes goes before what comes.
int most_at_once(std::vector<std::pair<nanoseconds, int>> changes) {
  std::sort(changes.begin(), changes.end());
  int now = 0, most = 0;
  for (const auto& [when, change] : changes) most = std::max(most, now += change);
  return most;
}

// ---------------------------------------------------------------- sections

struct Section {
  const Call* begins;
  nanoseconds from, to;
};

// One process's walk through its calls: where it has the lock for sure.
class SectionFinder {
 public:
  explicit SectionFinder(const History& history) : history_(history) {}

  std::vector<Section> of(const std::vector<Call>& calls) {
    for (const Call& call : calls) step(call);
    const bool died = !calls.empty() && history_.killed == calls.front().process;
    if (depth_ > 0) close(died ? history_.killed_at : calls.back().t1);
    return std::move(found_);
  }

 private:
  void step(const Call& call) {
    const std::string& verb = call.step.verb;
    if (is_acquire(call.step) || verb == "enter") {
      if (call.succeeded() && depth_++ == 0) open(call);
    } else if (verb == "release" || verb == "exit") {
      if (depth_ > 0 && --depth_ == 0) close(call.t0);
    } else if (depth_ > 0 && verb.starts_with("wait")) {
      close(call.t0);
      open(call);
    }
  }
  void open(const Call& call) {
    begins_ = &call;
    from_ = call.t1;
  }
  void close(nanoseconds to) { found_.push_back({begins_, from_, to}); }

  const History& history_;
  int depth_ = 0;
  const Call* begins_ = nullptr;
  nanoseconds from_{0};
  std::vector<Section> found_;
};

std::vector<Section> sections_of(const History& history) {
  std::vector<Section> all;
  for (const auto& calls : history.processes) {
    for (const Section& section : SectionFinder(history).of(calls)) all.push_back(section);
  }
  return all;
}

// ---------------------------------------------------------------- outcomes

bool may_give_up(const Step& step) { return !is_unlimited(step); }

bool is_truth(const Call& call) { return call.value.get_if<bool>() != nullptr; }
bool is_whole(const Call& call) { return call.value.get_if<int64_t>() != nullptr; }

bool fits(const Program& program, const Call& call) {
  const std::string& verb = call.step.verb;
  const bool dict = program.kind == Kind::kManagedDict, list = program.kind == Kind::kManagedList;
  if (!call.raised.empty()) {
    if (has_items(program.kind) && is_put(call.step))
      return call.raised == "Full" && may_give_up(call.step) && program.size > 0;
    if (has_items(program.kind) && is_get(call.step))
      return call.raised == "Empty" && may_give_up(call.step);
    if (dict) return call.raised == "KeyError" && (verb == "getitem" || verb == "delete");
    return list && call.raised == "IndexError" && verb.starts_with("pop");
  }
  if (program.kind == Kind::kBarrier) return is_whole(call);
  if (is_acquire(call.step) || verb == "wait")
    return is_truth(call) && (call.value == Value(true) || may_give_up(call.step));
  if (verb == "wait_for_all") return call.value == Value(true);
  if (verb == "is_set" || verb == "empty" || verb == "full" || verb == "poll" || verb == "contains")
    return is_truth(call);
  if (verb == "qsize" || verb == "get_value" || verb == "len") return is_whole(call);
  if (dict && (verb == "get" || verb == "pop")) return is_whole(call) || call.value.is_null();
  if (list && verb == "get") return call.value.get_if<Value::List>() != nullptr;
  const bool gives = is_get(call.step) || verb == "recv" || verb == "getitem" ||
                     verb == "setdefault" || verb.starts_with("pop");
  return gives ? is_whole(call) : call.value.is_null();
}

}  // namespace

Finding odd_outcome(const Program& program, const History& history) {
  for (const Call* call : history.in_order()) {
    if (call->open || fits(program, *call)) continue;
    return absl::StrCat(told(history, *call), " must not ",
                        call->raised.empty() ? absl::StrCat("return ", call->value.text())
                                             : absl::StrCat("raise ", call->raised));
  }
  return std::nullopt;
}

// ---------------------------------------------------------------- items

Finding from_nowhere(const Program& program, const History& history) {
  if (!has_items(program.kind)) return std::nullopt;
  const std::map<int, const Call*> puts = puts_of(history);
  for (const Call* get : gets_of(history)) {
    const std::optional<int> item = item_of(*get);
    if (!item) continue;
    const auto put = puts.find(*item);
    const bool refused = put != puts.end() && !put->second->raised.empty();
    if (put == puts.end() || refused)
      return absl::StrCat(told(history, *get), " returned ", *item, ", which ",
                          refused ? "was refused with Full" : "nobody put");
    if (get->t1 < put->second->t0)
      return absl::StrCat(told(history, *get), " returned ", *item, " before it was put");
  }
  return std::nullopt;
}

Finding got_twice(const Program& program, const History& history) {
  if (!has_items(program.kind)) return std::nullopt;
  std::map<int, const Call*> seen;
  for (const Call* get : gets_of(history)) {
    const std::optional<int> item = item_of(*get);
    if (!item) continue;
    auto [first, is_new] = seen.emplace(*item, get);
    if (!is_new)
      return absl::StrCat("item ", *item, " was got twice: by ", told(history, *first->second),
                          " and by ", told(history, *get));
  }
  return std::nullopt;
}

Finding lost(const Program& program, const History& history) {
  if (!has_items(program.kind)) return std::nullopt;
  std::set<int> got;
  for (const Call* get : gets_of(history)) got.insert(item_of(*get).value_or(0));
  std::vector<std::string> missing;
  for (const auto& [item, put] : puts_of(history)) {
    if (put->returned() && got.count(item) == 0)
      missing.push_back(absl::StrCat(item, " (", who(history, *put), ")"));
  }
  size_t excused = 0;  // a killed process may have taken one with it
  for (const Call* call : history.in_order()) excused += call->open && receives(*call);
  if (missing.size() <= excused) return std::nullopt;
  return absl::StrCat("put, and never got: ", absl::StrJoin(missing, ", "));
}

Finding out_of_order(const Program& program, const History& history) {
  if (!has_items(program.kind)) return std::nullopt;
  const std::map<int, const Call*> puts = puts_of(history);
  const std::vector<const Call*> gets = gets_of(history);
  const auto put_of = [&](const Call& get) {
    const auto it = puts.find(item_of(get).value_or(0));
    return it == puts.end() ? nullptr : it->second;
  };
  for (const Call* first : gets) {
    for (const Call* then : gets) {
      const Call *a = put_of(*first), *b = put_of(*then);
      if (a == nullptr || b == nullptr || a->process != b->process) continue;
      if (b < a && before(*first, *then))
        return absl::StrCat(who(history, *a), " put ", b->number(), " before ", a->number(),
                            ", and ", a->number(), " was got before ", b->number());
    }
  }
  return std::nullopt;
}

// ---------------------------------------------------------------- who has what

Finding two_holders(const Program& program, const History& history) {
  if (program.kind != Kind::kLock && program.kind != Kind::kRLock &&
      program.kind != Kind::kCondition && program.kind != Kind::kValue)
    return std::nullopt;
  const std::vector<Section> sections = sections_of(history);
  for (const Section& a : sections) {
    for (const Section& b : sections) {
      if (a.begins->process >= b.begins->process || a.from >= b.to || b.from >= a.to) continue;
      return absl::StrCat("two have it at the same time: ", who(history, *a.begins), " since its ",
                          a.begins->step.text(), ", and ", who(history, *b.begins), " since its ",
                          b.begins->step.text());
    }
  }
  return std::nullopt;
}

Finding too_many(const Program& program, const History& history) {
  const bool semaphore =
      program.kind == Kind::kSemaphore || program.kind == Kind::kBoundedSemaphore;
  if (!semaphore && !(has_items(program.kind) && program.size > 0)) return std::nullopt;
  std::vector<std::pair<nanoseconds, int>> changes;
  for (const Call* call : history.in_order()) {
    const std::string& verb = call->step.verb;
    const bool comes = semaphore ? is_acquire(call->step) : sends(*call);
    if (comes && call->succeeded()) changes.emplace_back(call->t1, +1);
    const bool goes = semaphore ? verb == "release" || verb == "give" : receives(*call);
    if (goes && (call->open || call->succeeded())) changes.emplace_back(call->t0, -1);
  }
  const int most = most_at_once(std::move(changes));
  if (most <= program.size) return std::nullopt;
  return semaphore
             ? absl::StrCat(most, " had a permit at the same time, and there are ", program.size)
             : absl::StrCat("the queue held ", most, " items at least, and its maxsize is ",
                            program.size);
}

// ---------------------------------------------------------------- counts

Finding broken_round(const Program& program, const History& history) {
  if (program.kind != Kind::kBarrier) return std::nullopt;
  const size_t parties = program.processes.size();
  for (size_t round = 0; round < program.processes[0].size(); ++round) {
    std::set<int64_t> numbers;
    const Call *last_to_come = nullptr, *first_to_leave = nullptr;
    for (size_t p = 0; p < parties; ++p) {
      const Call& call = history.processes[p][round];
      const int64_t* number = call.value.get_if<int64_t>();
      if (number != nullptr && *number >= 0 && *number < static_cast<int64_t>(parties))
        numbers.insert(*number);
      if (last_to_come == nullptr || call.t0 > last_to_come->t0) last_to_come = &call;
      if (first_to_leave == nullptr || call.t1 < first_to_leave->t1) first_to_leave = &call;
    }
    if (first_to_leave->t1 < last_to_come->t0)
      return absl::StrCat("in round ", round + 1, " ", who(history, *first_to_leave),
                          " left the barrier before ", who(history, *last_to_come), " came");
    if (numbers.size() != parties)
      return absl::StrCat("in round ", round + 1, " the numbers that wait() returned are not 0 to ",
                          parties - 1, ", each once");
  }
  return std::nullopt;
}

Finding early_join(const Program& program, const History& history) {
  if (program.kind != Kind::kJoinableQueue) return std::nullopt;
  for (const Call* join : history.in_order()) {
    if (join->step.verb != "join") continue;
    int unfinished = 0;
    for (const Call* call : history.in_order()) {
      if (is_put(call->step) && call->returned() && call->t1 < join->t0) ++unfinished;
      if (call->step.verb == "task_done" && call->t0 < join->t1) --unfinished;
    }
    if (unfinished > 0)
      return absl::StrCat(told(history, *join), " returned, and ", unfinished,
                          " of the tasks before it were not done");
  }
  return std::nullopt;
}

Finding wrong_sum(const Program& program, const History& history) {
  if (program.kind != Kind::kValue || history.killed || history.processes.back().empty())
    return std::nullopt;
  int sum = program.size;
  for (const auto& calls : history.processes) {
    for (const Call& call : calls) {
      if (call.step.verb == "set") return std::nullopt;
      if (call.step.verb == "add") sum += call.number();
    }
  }
  const Value& at_end = history.processes.back().back().value;
  if (at_end == Value(sum)) return std::nullopt;
  return absl::StrCat("the value is ", at_end.text(), " at the end, and what was added makes ",
                      sum);
}

Finding not_notified(const Program& program, const History& history) {
  if (program.kind != Kind::kCondition) return std::nullopt;
  int woken = 0, notifications = 0;
  bool all = false;
  std::vector<const Call*> notifies;
  for (const Call* call : history.in_order()) {
    if (!call->step.verb.starts_with("notify")) continue;
    notifies.push_back(call);
    all |= call->step.verb == "notify_all";
    notifications += call->number();
  }
  for (const Call* wait : history.in_order()) {
    if (wait->step.verb != "wait" || !wait->succeeded()) continue;
    ++woken;
    const bool notified = std::any_of(notifies.begin(), notifies.end(), [&](const Call* notify) {
      return notify->process != wait->process && notify->t0 < wait->t1 && wait->t0 < notify->t1;
    });
    if (!notified)
      return absl::StrCat(told(history, *wait), " returned True, and nobody notified meanwhile");
  }
  if (all || woken <= notifications) return std::nullopt;
  return absl::StrCat(woken, " waits returned True, and only ", notifications, " were notified");
}

const std::vector<Check>& all_checks() {
  static const auto& it = *new std::vector<Check>{
      {"odd_outcome", odd_outcome},
      {"from_nowhere", from_nowhere},
      {"got_twice", got_twice},
      {"lost", lost, /*of_whole=*/true},
      {"out_of_order", out_of_order},
      {"two_holders", two_holders},
      {"too_many", too_many},
      {"broken_round", broken_round, /*of_whole=*/true},
      {"early_join", early_join},
      {"wrong_sum", wrong_sum, /*of_whole=*/true},
      {"not_notified", not_notified, /*of_whole=*/true},
  };
  return it;
}

}  // namespace conformance::histories
