#include "conformance/histories/judge.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/histories/checks.h"
#include "conformance/histories/models.h"
#include "conformance/histories/search.h"

namespace conformance::histories {
namespace {

using Part = Event::Part;

bool has_owner(Kind kind) {
  return kind == Kind::kLock || kind == Kind::kRLock || kind == Kind::kValue;
}

Chain chain_of(const Program& program, const History& history, const std::vector<Call>& calls) {
  Chain chain;
  const auto add = [&](const Call& call, Part part) {
    chain.push_back({&call, part, call.t0, call.open ? kNever : call.t1, call.open});
  };
  for (const Call& call : calls) {
    if (program.kind == Kind::kCondition && call.step.verb.starts_with("wait")) {
      add(call, Part::kBegin);
      add(call, Part::kEnd);
    } else {
      add(call, Part::kWhole);
    }
  }
  if (has_owner(program.kind) && !calls.empty() && history.killed == calls.front().process)
    chain.push_back({&calls.back(), Part::kDeath, history.killed_at, kNever, true});
  return chain;
}

std::vector<Chain> chains_of(const Program& program, const History& history) {
  std::vector<Chain> chains;
  for (const auto& calls : history.processes) chains.push_back(chain_of(program, history, calls));
  return chains;
}

// Those of each key; all together if a call is about the whole.
std::vector<std::vector<Chain>> by_key(const std::vector<Chain>& chains) {
  std::map<int, std::vector<Chain>> parts;
  for (size_t p = 0; p < chains.size(); ++p) {
    for (const Event& event : chains[p]) {
      if (event.call->step.verb == "len") return {chains};
      std::vector<Chain>& part = parts[event.call->number()];
      part.resize(chains.size());
      part[p].push_back(event);
    }
  }
  std::vector<std::vector<Chain>> found;
  for (auto& [key, part] : parts) found.push_back(std::move(part));
  return found;
}

std::string told(const Event& event) {
  const Call& call = *event.call;
  return absl::StrCat("p", call.process, ": ", call.step.text(), " -> ",
                      call.raised.empty() ? call.value.text() : call.raised);
}

// The calls that the longest explanation can't go on with: each process's next.
std::string unexplained(const std::vector<Chain>& chains, const Search& search) {
  std::vector<std::string> next;
  for (const Chain& chain : chains) {
    for (const Event& event : chain) {
      const bool done = std::any_of(
          search.order.begin(), search.order.end(),
          [&](const Event& each) { return each.call == event.call && each.part == event.part; });
      if (done || event.optional) continue;
      next.push_back(told(event));
      break;
    }
  }
  return absl::StrJoin(next, ", nor ");
}

template <class Model>
Judgement search_for_order(const Model& initial, const std::vector<Chain>& chains, size_t most) {
  const Search search = find_order(initial, chains, most);
  switch (search.verdict) {
    case Search::Verdict::kFound:
      return {};
    case Search::Verdict::kUnknown:
      return {Judgement::Verdict::kUnknown, "order",
              absl::StrCat("no order found among ", search.visited, " states")};
    case Search::Verdict::kNone:
      return {Judgement::Verdict::kFailed, "order",
              absl::StrCat("no order of the calls explains what they returned: at best ",
                           search.order.size(), " of them, and then not ",
                           unexplained(chains, search))};
  }
  return {};
}

bool has_open_get(const History& history) {
  for (const Call* call : history.in_order()) {
    if (call->open && is_get(call->step)) return true;
  }
  return false;
}

// The two events of each get() of a queue with a feeder.
std::vector<Chain> with_gets_split(const std::vector<Chain>& chains) {
  std::vector<Chain> split;
  for (const Chain& chain : chains) {
    Chain& to = split.emplace_back();
    for (Event event : chain) {
      const bool takes = is_get(event.call->step) && event.call->returned();
      if (takes) {
        event.part = Part::kBegin;
        to.push_back(event);
        event.part = Part::kEnd;
      }
      to.push_back(event);
    }
  }
  return split;
}

// A queue with a feeder gives a killed process nobody knows what.
Judgement search_queue(const Program& program, const History& history, Promise promise,
                       size_t most) {
  const std::vector<Chain> chains = chains_of(program, history);
  if (promise == Promise::kStrict)
    return search_for_order(QueueModel{.maxsize = program.size}, chains, most);
  if (has_open_get(history))
    return {Judgement::Verdict::kUnknown, "order", "what a killed process has got is not known"};
  return search_for_order(FedQueueModel{.maxsize = program.size}, with_gets_split(chains), most);
}

int sum_of_adds(const Program& program) {
  int sum = 0;
  for (const auto& steps : program.processes) {
    for (const Step& step : steps) sum += step.verb == "add" ? step.numbers[0] : 0;
  }
  return sum;
}

Judgement search_dict(const std::vector<Chain>& chains, size_t most) {
  for (const std::vector<Chain>& part : by_key(chains)) {
    Judgement judgement = search_for_order(DictModel{}, part, most);
    if (judgement.verdict != Judgement::Verdict::kHolds) return judgement;
  }
  return {};
}

}  // namespace

Judgement judge_order(const Program& program, const History& history, Promise promise,
                      size_t most) {
  const std::vector<Chain> chains = chains_of(program, history);
  switch (program.kind) {
    case Kind::kQueue:
    case Kind::kJoinableQueue:
      return search_queue(program, history, promise, most);
    case Kind::kSimpleQueue:
    case Kind::kManagedQueue:
      return search_queue(program, history, Promise::kStrict, most);
    case Kind::kPipe:
      return search_for_order(PipeModel{}, chains, most);
    case Kind::kLock:
      return search_for_order(LockModel{}, chains, most);
    case Kind::kRLock:
      return search_for_order(LockModel{.recursive = true}, chains, most);
    case Kind::kSemaphore:
    case Kind::kBoundedSemaphore:
      return search_for_order(SemaphoreModel{.permits = program.size}, chains, most);
    case Kind::kCondition:
      return search_for_order(ConditionModel{.all = sum_of_adds(program)}, chains, most);
    case Kind::kEvent:
      return search_for_order(EventModel{}, chains, most);
    case Kind::kValue:
      return search_for_order(ValueModel{.number = program.size}, chains, most);
    case Kind::kManagedDict:
      return search_dict(chains, most);
    case Kind::kManagedList:
      return search_for_order(ListModel{}, chains, most);
    case Kind::kBarrier:
      return {};
  }
  return {};
}

Judgement judge(const Program& program, const History& history, Promise promise,
                size_t most_states) {
  for (const Check& check : all_checks()) {
    if (Finding says = check.find(program, history))
      return {Judgement::Verdict::kFailed, std::string(check.name), *std::move(says)};
  }
  return judge_order(program, history, promise, most_states);
}

}  // namespace conformance::histories
