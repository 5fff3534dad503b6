#include "conformance/histories/soundness.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"

namespace conformance::histories {
namespace {

using Steps = std::vector<Step>;

// What a step does to the count that others wait for (items in a queue, permits of a semaphore): at
// least `low`, at most `high`, and whether it waits for ever while the count is 0, or is `size`.
struct Effect {
  int low = 0, high = 0;
  bool waits_for_one = false;
  bool waits_for_room = false;
};

Effect effect_on_queue(const Program& program, const Step& step) {
  const bool bounded = program.size > 0, unlimited = is_unlimited(step);
  if (is_put(step))
    return {.low = !bounded || unlimited, .high = 1, .waits_for_room = bounded && unlimited};
  if (is_get(step)) return {.low = -1, .high = unlimited ? -1 : 0, .waits_for_one = unlimited};
  return {};
}

Effect effect_on_permits(const Step& step) {
  if (is_acquire(step) || step.verb == "enter")
    return {.low = -1, .high = 0, .waits_for_one = is_unlimited(step)};
  if (step.verb == "release" || step.verb == "exit" || step.verb == "give")
    return {.low = 1, .high = 1};
  return {};
}

using EffectOf = std::function<Effect(const Step&)>;

std::string place(size_t process, size_t step, const Step& it) {
  return absl::StrCat("process ", process, " may wait for ever at step ", step + 1, " (", it.text(),
                      ")");
}

// Nobody waits for ever for a count above 0 (`for_room`: below `size`): at each place where a process
// may wait, what it and the others have done so far leaves the count there, even in the worst case.
std::optional<std::string> may_wait_for_count(const Program& program, const EffectOf& effect_of,
                                              int initial, bool for_room,
                                              bool dead_give_back = false) {
  const int sign = for_room ? -1 : 1;  // so that for room, too, what is least is worst
  const auto least = [&](const Effect& e) { return sign * (for_room ? e.high : e.low); };
  const auto may_stop = [&](const Effect& e) {
    return for_room ? e.waits_for_room : e.waits_for_one;
  };
  // The worst that each process can leave behind where it waits, or at its end.
  std::vector<int> worst;
  for (size_t p = 0; p < program.processes.size(); ++p) {
    const bool dies = program.kill && program.kill->process == p && !dead_give_back;
    int sum = 0, low = std::numeric_limits<int>::max();
    for (const Step& step : program.processes[p]) {
      const Effect effect = effect_of(step);
      if (dies || may_stop(effect)) low = std::min(low, sum);
      sum += least(effect);
    }
    worst.push_back(std::min(low, sum));
  }
  int all = sign * initial + (for_room ? program.size : 0);
  for (int each : worst) all += each;
  for (size_t p = 0; p < program.processes.size(); ++p) {
    int sum = 0;
    for (size_t i = 0; i < program.processes[p].size(); ++i) {
      const Effect effect = effect_of(program.processes[p][i]);
      if (may_stop(effect) && all - worst[p] + sum <= 0) {
        return absl::StrCat(place(p, i, program.processes[p][i]),
                            for_room ? ": nobody need make room" : ": nothing need be left for it");
      }
      sum += least(effect);
    }
  }
  return std::nullopt;
}

bool any_step(const Program& program, const std::function<bool(const Step&)>& is_it) {
  return std::any_of(program.processes.begin(), program.processes.end(), [&](const Steps& steps) {
    return std::any_of(steps.begin(), steps.end(), is_it);
  });
}

int count_steps(const Program& program, const std::function<bool(const Step&)>& is_it) {
  int count = 0;
  for (const Steps& steps : program.processes)
    count += static_cast<int>(std::count_if(steps.begin(), steps.end(), is_it));
  return count;
}

std::optional<std::string> unsound_queue(const Program& program) {
  const EffectOf effect = [&](const Step& step) { return effect_on_queue(program, step); };
  if (auto why = may_wait_for_count(program, effect, 0, /*for_room=*/false)) return why;
  return may_wait_for_count(program, effect, 0, /*for_room=*/true);
}

// join() ends if all that was put is got and done by those who do not wait in join().
std::optional<std::string> unsound_join(const Program& program) {
  const auto is_join = [](const Step& s) { return s.verb == "join"; };
  if (!any_step(program, is_join)) return std::nullopt;
  for (const Steps& steps : program.processes) {
    auto first = std::find_if(steps.begin(), steps.end(), is_join);
    if (first != steps.end() && !std::all_of(first, steps.end(), is_join))
      return "something follows a join: nobody need do what it waits for";
  }
  if (any_step(program, [](const Step& s) { return (is_put(s) || is_get(s)) && !is_unlimited(s); }))
    return "with a join, each put and get must be one that waits as long as it takes";
  const int puts = count_steps(program, is_put);
  const int done = count_steps(program, [](const Step& s) { return s.verb == "task_done"; });
  if (puts != done)
    return absl::StrCat("join waits for ever: ", puts, " are put, and ", done, " are done");
  return std::nullopt;
}

// The two ends of a pipe: each process is told by its own steps alone, so that who runs first
// makes no difference, and one run tells.
std::optional<std::string> unsound_pipe(const Program& program) {
  if (program.processes.size() > 2) return "a pipe has two ends, each for one process";
  std::vector<size_t> at(program.processes.size(), 0);
  std::vector<int> sent(2, 0);
  bool moved = true;
  while (moved) {
    moved = false;
    for (size_t p = 0; p < program.processes.size(); ++p) {
      for (; at[p] < program.processes[p].size(); ++at[p], moved = true) {
        const Step& step = program.processes[p][at[p]];
        if (step.verb == "recv" && sent[1 - p] == 0) break;
        if (step.verb == "recv") --sent[1 - p];
        if (step.verb == "send") ++sent[p];
      }
    }
  }
  for (size_t p = 0; p < program.processes.size(); ++p) {
    if (at[p] < program.processes[p].size())
      return absl::StrCat(place(p, at[p], program.processes[p][at[p]]), ": nothing is sent to it");
  }
  return std::nullopt;
}

// Whatever was begun is ended, and steps that need the lock have it.
std::optional<std::string> unsound_sections(const Program& program,
                                            const std::set<std::string_view>& inside_only,
                                            bool may_nest) {
  for (size_t p = 0; p < program.processes.size(); ++p) {
    const Steps& steps = program.processes[p];
    int depth = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      const Effect effect = effect_on_permits(steps[i]);
      if (inside_only.count(steps[i].verb) != 0 && depth == 0)
        return absl::StrCat("process ", p, " has no lock at step ", i + 1, " (", steps[i].text(),
                            ")");
      if (steps[i].verb == "give") continue;
      depth -= effect.low;
      if (depth > 1 && !may_nest)
        return absl::StrCat("process ", p, " has the lock already at step ", i + 1, " (",
                            steps[i].text(), ")");
    }
    if (depth != 0) return absl::StrCat("process ", p, " never releases what it acquires");
  }
  return std::nullopt;
}

// `dead_give_back`: what a killed process holds goes to the next one.
std::optional<std::string> unsound_permits(const Program& program, int initial,
                                           bool dead_give_back) {
  if (auto why = unsound_sections(program, {}, /*may_nest=*/true)) return why;
  return may_wait_for_count(program, effect_on_permits, initial, /*for_room=*/false,
                            dead_give_back);
}

std::optional<std::string> unsound_condition(const Program& program) {
  if (auto why =
          unsound_sections(program, {"wait", "wait_for_all", "notify", "notify_all", "add"}, false))
    return why;
  for (size_t p = 0; p < program.processes.size(); ++p) {
    const Steps& steps = program.processes[p];
    const auto waits = std::find_if(steps.begin(), steps.end(),
                                    [](const Step& s) { return s.verb == "wait_for_all"; });
    if (std::any_of(waits, steps.end(), [](const Step& s) { return s.verb == "add"; }))
      return absl::StrCat("process ", p, " waits for ever: it waits for what it adds afterwards");
    for (size_t i = 0; i < steps.size(); ++i) {
      const bool told = i + 1 < steps.size() && steps[i + 1].verb == "notify_all";
      if (steps[i].verb == "add" && !told)
        return absl::StrCat("process ", p, " does not notify_all right after step ", i + 1, " (",
                            steps[i].text(), "): who waits for it may wait for ever");
    }
  }
  return std::nullopt;
}

std::optional<std::string> unsound_event(const Program& program) {
  const auto waits = [](const Step& s) { return s.verb == "wait" && is_unlimited(s); };
  if (!any_step(program, waits)) return std::nullopt;
  if (any_step(program, [](const Step& s) { return s.verb == "clear"; }))
    return "a wait may be for ever: the event is cleared, perhaps last";
  for (size_t p = 0; p < program.processes.size(); ++p) {
    const Steps& steps = program.processes[p];
    const bool dies = program.kill && program.kill->process == p;
    const auto first = std::find_if(steps.begin(), steps.end(), waits);
    if (!dies && std::any_of(steps.begin(), first, [](const Step& s) { return s.verb == "set"; }))
      return std::nullopt;
  }
  return "a wait may be for ever: nobody sets the event without waiting for it before";
}

std::optional<std::string> unsound_barrier(const Program& program) {
  for (const Steps& steps : program.processes) {
    if (steps.size() != program.processes[0].size())
      return "a wait is for ever: the processes come to the barrier differently often";
  }
  return std::nullopt;
}

std::optional<std::string> unsound_value(const Program& program) {
  if (auto why = unsound_sections(program, {"add"}, /*may_nest=*/false)) return why;
  return std::nullopt;
}

}  // namespace

bool may_be_killed(Kind kind) {
  return kind != Kind::kJoinableQueue && kind != Kind::kSimpleQueue && kind != Kind::kPipe &&
         kind != Kind::kCondition && kind != Kind::kBarrier;
}

std::optional<std::string> why_unsound(const Program& program) {
  if (program.kill && !may_be_killed(program.kind))
    return absl::StrCat("nothing is promised to those who use a ", name_of(program.kind),
                        " with a process that is killed");
  for (size_t p = 0; p < program.processes.size(); ++p) {
    if (!partners(program.kind, program.processes[p]))
      return absl::StrCat("process ", p, " ends (release, exit, task_done) what it did not begin");
  }
  switch (program.kind) {
    case Kind::kJoinableQueue:
      if (auto why = unsound_join(program)) return why;
      return unsound_queue(program);
    case Kind::kQueue:
    case Kind::kManagedQueue:
    case Kind::kSimpleQueue:
      return unsound_queue(program);
    case Kind::kPipe:
      return unsound_pipe(program);
    case Kind::kLock:
      return unsound_permits(program, 1, /*dead_give_back=*/true);
    case Kind::kRLock:  // whoever has it may acquire it again, and the sections end
      return unsound_sections(program, {}, /*may_nest=*/true);
    case Kind::kSemaphore:
    case Kind::kBoundedSemaphore:
      return unsound_permits(program, program.size, /*dead_give_back=*/false);
    case Kind::kCondition:
      return unsound_condition(program);
    case Kind::kEvent:
      return unsound_event(program);
    case Kind::kBarrier:
      return unsound_barrier(program);
    case Kind::kValue:
      return unsound_value(program);
    case Kind::kManagedDict:
    case Kind::kManagedList:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace conformance::histories
