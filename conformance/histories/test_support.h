// Histories by hand, and worlds in which programs run without a testee: for the tests.
#ifndef CONFORMANCE_HISTORIES_TEST_SUPPORT_H_
#define CONFORMANCE_HISTORIES_TEST_SUPPORT_H_

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/histories/history.h"
#include "conformance/histories/models.h"
#include "conformance/histories/program.h"
#include "gtest/gtest.h"

namespace conformance::histories {

inline Program program(const std::string& text) {
  auto parsed = parse_program(text);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) {
    ADD_FAILURE() << text << ": " << *wrong;
    return {};
  }
  return std::get<Program>(std::move(parsed));
}

inline Step step_of(Kind kind, const std::string& text) {
  return program(absl::StrCat(name_of(kind), ": ", text)).processes.at(0).at(0);
}

// A call of process `p`, or of main if `p` is the number of processes, at these nanoseconds.
struct Told {
  size_t p;
  int t0, t1;
  std::string step;
  Value value = nullptr;
  std::string raised = "";
};

inline History history(const Program& program, const std::vector<Told>& calls) {
  History history;
  history.processes.resize(program.processes.size() + 1);
  for (const Told& told : calls) {
    Call call{.process = told.p,
              .step = step_of(program.kind, told.step),
              .value = told.value,
              .raised = told.raised,
              .t0 = std::chrono::nanoseconds(told.t0),
              .t1 = std::chrono::nanoseconds(told.t1)};
    if (told.raised == "killed") {
      call.raised.clear();
      call.open = true;
      call.t1 = kNever;
      history.killed = told.p;
      history.killed_at = std::chrono::nanoseconds(told.t1);
    }
    history.processes.at(told.p).push_back(call);
  }
  return history;
}

// Runs a program by a model of its object, one call at a time, in an order drawn at random; or in
// every order.
template <class Model>
class World {
 public:
  World(const Program& program, const Model& model) : program_(program) {
    now_.model = model;
    now_.at.resize(program.processes.size());
    for (const auto& steps : program.processes) {
      for (const Step& step : steps) items_.insert(step.numbers.begin(), step.numbers.end());
    }
  }

  // Runs it to its end in one order. Then: history(), with intervals that overlap. False if it gets
  // stuck.
  bool run(std::mt19937_64* random) {
    history_.processes.assign(program_.processes.size() + 1, {});
    std::vector<int> free_from(program_.processes.size(), 0), began(free_from);
    while (!is_over(now_)) {
      std::vector<std::pair<size_t, Moment>> moves = moves_from(now_);
      if (moves.empty()) return false;
      auto& [p, next] = moves[(*random)() % moves.size()];
      clock_ = std::max(clock_, free_from[p]) + 1;
      if (!now_.inside[p]) {
        const int earliest = free_from[p];
        began[p] = std::max(earliest, clock_ - static_cast<int>((*random)() % 8));
      }
      if (!next.inside[p]) {
        free_from[p] = clock_ + static_cast<int>((*random)() % 8);
        Call call = next.last;
        call.t0 = std::chrono::nanoseconds(began[p]);
        call.t1 = std::chrono::nanoseconds(free_from[p]);
        history_.processes[p].push_back(std::move(call));
      }
      now_ = std::move(next);
    }
    return true;
  }
  const History& history() const { return history_; }

  // Whether some order of the calls leaves a process waiting for ever.
  bool may_get_stuck() { return may_get_stuck_from(now_); }

 private:
  struct Moment {
    Model model;
    std::vector<size_t> at;
    std::vector<char> inside = std::vector<char>(8, 0);  // waits with the lock let go
    std::vector<std::set<size_t>> in_vain = std::vector<std::set<size_t>>(8);
    Call last;
  };

  bool is_over(const Moment& moment) const {
    for (size_t p = 0; p < moment.at.size(); ++p) {
      if (moment.at[p] < program_.processes[p].size()) return false;
    }
    return true;
  }

  std::vector<std::pair<size_t, Moment>> moves_from(const Moment& moment) const {
    std::vector<std::pair<size_t, Moment>> moves;
    for (size_t p = 0; p < moment.at.size(); ++p) {
      if (moment.at[p] == program_.processes[p].size()) continue;
      for (Moment& each : moves_of(p, moment)) moves.emplace_back(p, std::move(each));
    }
    return moves;
  }

  std::vector<Moment> moves_of(size_t p, const Moment& moment) const {
    const Step& step = program_.processes[p][moment.at[p]];
    std::vector<Moment> moves;
    const bool lets_go = program_.kind == Kind::kCondition && step.verb.starts_with("wait");
    if (lets_go && !moment.inside[p]) {
      Call call{.process = p, .step = step};
      Moment next = moment;
      next.inside[p] = 1;
      if (next.model.apply({&call, Event::Part::kBegin})) moves.push_back(std::move(next));
      return moves;
    }
    for (Call call : outcomes_of(step, moment.model)) {
      call.process = p;
      call.end = program_.kind == Kind::kPipe ? p : 0;
      Model model = moment.model;
      if (!model.apply({&call, lets_go ? Event::Part::kEnd : Event::Part::kWhole})) continue;
      Moment next = moment;
      next.model = std::move(model);
      next.inside[p] = 0;
      if (!call.succeeded()) next.in_vain[p].insert(next.at[p]);
      next.last = std::move(call);
      go_on(p, &next);
      moves.push_back(std::move(next));
    }
    return moves;
  }

  // To the next step that is not left out.
  void go_on(size_t p, Moment* moment) const {
    const auto partner = *partners(program_.kind, program_.processes[p]);
    do {
      ++moment->at[p];
    } while (moment->at[p] < partner.size() && partner[moment->at[p]] &&
             moment->in_vain[p].count(*partner[moment->at[p]]) != 0);
  }

  // What a step might return or raise; the model says what it does.
  std::vector<Call> outcomes_of(const Step& step, [[maybe_unused]] const Model& model) const {
    std::vector<Call> calls;
    const auto add = [&](Value value, std::string raised = "") {
      calls.push_back({.step = step, .value = std::move(value), .raised = std::move(raised)});
    };
    const std::string& verb = step.verb;
    const bool limited = !is_unlimited(step);
    const bool truth = is_acquire(step) || verb.starts_with("wait") || verb == "is_set" ||
                       verb == "empty" || verb == "full" || verb == "poll";
    const bool asks = verb == "is_set" || verb == "empty" || verb == "full" || verb == "poll";
    if (truth) {
      add(true);
      if (limited || asks) add(false);
    } else if (is_put(step)) {
      add(nullptr);
      if (limited) add(nullptr, "Full");
    } else if (is_get(step) && program_.kind != Kind::kValue) {
      for (int item : items_) add(item);
      if (limited) add(nullptr, "Empty");
    } else if (verb == "recv") {
      for (int item : items_) add(item);
    } else if (verb == "get") {
      if constexpr (std::is_same_v<Model, ValueModel>) add(model.number);
    } else if (verb == "qsize" || verb == "get_value") {
      for (int n = 0; n <= static_cast<int>(program_.calls()) + program_.size; ++n) add(n);
    } else {
      add(nullptr);
    }
    return calls;
  }

  bool may_get_stuck_from(const Moment& moment) {
    if (is_over(moment) || !seen_.insert(key_of(moment)).second) return false;
    const auto moves = moves_from(moment);
    return moves.empty() || std::any_of(moves.begin(), moves.end(), [&](const auto& move) {
             return may_get_stuck_from(move.second);
           });
  }

  std::string key_of(const Moment& moment) const {
    std::string key = moment.model.key();
    for (size_t p = 0; p < moment.at.size(); ++p) {
      absl::StrAppend(&key, ";", moment.at[p], moment.inside[p] ? "w" : "");
      for (size_t each : moment.in_vain[p]) absl::StrAppend(&key, "-", each);
    }
    return key;
  }

  const Program program_;
  std::set<int> items_;
  Moment now_;
  History history_;
  int clock_ = 0;
  std::set<std::string> seen_;
};

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_TEST_SUPPORT_H_
