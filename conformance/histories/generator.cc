#include "conformance/histories/generator.h"

#include <algorithm>

#include "conformance/histories/soundness.h"

namespace conformance::histories {

Program Generator::next(Kind kind) {
  Program program{.kind = kind};
  items_ = 0;
  const int most = kind == Kind::kPipe ? 2 : std::max(2, limits_.processes);
  program.processes.resize(static_cast<size_t>(2 + below(most - 1)));
  fill(&program);
  if (limits_.kills && limits_.leaves_out && may_be_killed(kind)) {
    program.kill = Kill{.process = static_cast<size_t>(below(program.processes.size())),
                        .after_us = below(400)};
  }
  make_sound(&program);
  return program;
}

void Generator::fill(Program* program) {
  switch (program->kind) {
    case Kind::kQueue:
    case Kind::kManagedQueue:
    case Kind::kSimpleQueue:
      return fill_queue(program);
    case Kind::kJoinableQueue:
      return fill_joinable(program);
    case Kind::kPipe:
      return fill_pipe(program);
    case Kind::kLock:
    case Kind::kRLock:
    case Kind::kSemaphore:
    case Kind::kBoundedSemaphore:
      return fill_sections(program);
    case Kind::kCondition:
      return fill_condition(program);
    case Kind::kEvent:
      return fill_event(program);
    case Kind::kBarrier:
      return fill_barrier(program);
    case Kind::kValue:
      return fill_value(program);
    case Kind::kManagedDict:
    case Kind::kManagedList:
      return fill_keyed(program);
  }
}

void Generator::fill_queue(Program* program) {
  const bool simple = program->kind == Kind::kSimpleQueue;
  if (!simple && one_in(2)) program->size = 1 + below(3);
  const bool roles = one_in(4);
  for (size_t p = 0; p < program->processes.size(); ++p) {
    for (int i = 1 + below(limits_.operations); i > 0; --i) {
      const int drawn = below(10);
      const bool puts = roles ? p % 2 == 0 : drawn < 5;
      Step step{.verb = puts ? "put" : "get"};
      if (!simple && one_in(4)) step.verb += "_nowait";
      if (!simple && step.verb.size() == 3 && one_in(4)) step.wait_ms = wait_ms();
      if (drawn == 9) step = {.verb = simple || one_in(2) ? "empty" : "full"};
      if (drawn == 8 && !simple && limits_.counts) step = {.verb = "qsize"};
      if (is_put(step)) step.numbers = {++items_};
      program->processes[p].push_back(std::move(step));
    }
  }
}

// Tasks for all, and perhaps a join() at the end.
void Generator::fill_joinable(Program* program) {
  // Each get follows a put of its own process: without a bound it is never in vain.
  if (limits_.leaves_out && one_in(2)) program->size = 1 + below(3);
  const bool joins = one_in(2);
  for (auto& steps : program->processes) {
    for (int i = 1 + below(limits_.operations / 2 + 1); i > 0; --i) {
      const int place = below(static_cast<int>(steps.size()) + 1);
      const bool at_once = !joins && limits_.leaves_out && one_in(4);
      steps.insert(steps.begin() + place,
                   {.verb = at_once ? "put_nowait" : "put", .numbers = {++items_}});
      if (one_in(6)) steps.push_back({.verb = one_in(2) ? "empty" : "full"});
      if (limits_.counts && one_in(8)) steps.push_back({.verb = "qsize"});
      Step get{.verb = "get"};
      if (!joins && limits_.leaves_out && one_in(3)) get.verb = "get_nowait";
      steps.push_back(std::move(get));
      steps.push_back({.verb = "task_done"});
    }
    if (joins && one_in(2)) steps.push_back({.verb = "join"});
  }
}

void Generator::fill_pipe(Program* program) {
  const bool roles = one_in(4);
  for (size_t p = 0; p < 2; ++p) {
    for (int i = 1 + below(limits_.operations); i > 0; --i) {
      const int drawn = below(10);
      const bool sends = roles ? p == 0 : drawn < 5;
      Step step{.verb = sends ? "send" : "recv"};
      if (drawn >= 8) step = {.verb = "poll"};
      if (drawn == 9) step.wait_ms = wait_ms();
      if (step.verb == "send") step.numbers = {++items_};
      program->processes[p].push_back(std::move(step));
    }
  }
}

Step Generator::acquire() {
  Step step{.verb = "acquire"};
  if (!limits_.leaves_out) return step;
  const int drawn = below(4);
  if (drawn == 0) step.verb = "acquire_nowait";
  if (drawn == 1) step.wait_ms = wait_ms();
  return step;
}

void Generator::fill_sections(Program* program) {
  const bool semaphore =
      program->kind == Kind::kSemaphore || program->kind == Kind::kBoundedSemaphore;
  if (semaphore) program->size = 1 + below(3);
  for (auto& steps : program->processes) {
    int depth = 0;
    const int most = program->kind == Kind::kRLock ? 3 : semaphore && limits_.leaves_out ? 2 : 1;
    for (int i = 1 + below(limits_.operations); i > 0; --i) {
      if (semaphore && limits_.counts && one_in(6)) steps.push_back({.verb = "get_value"});
      if (program->kind == Kind::kSemaphore && one_in(8)) steps.push_back({.verb = "give"});
      if (depth < most && (depth == 0 || one_in(2))) {
        steps.push_back(acquire());
        ++depth;
      } else {
        steps.push_back({.verb = "release"});
        --depth;
      }
    }
    for (; depth > 0; --depth) steps.push_back({.verb = "release"});
  }
}

void Generator::fill_condition(Program* program) {
  for (auto& steps : program->processes) {
    for (int i = 1 + below(limits_.operations / 2 + 1); i > 0; --i) {
      steps.push_back({.verb = "acquire"});
      for (int inside = 1 + below(2); inside > 0; --inside) {
        const int drawn = below(5);
        if (drawn < 2) {
          steps.push_back({.verb = "add", .numbers = {1 + below(3)}});
          steps.push_back({.verb = "notify_all"});
        } else if (drawn == 2) {
          steps.push_back({.verb = "notify", .numbers = {1 + below(2)}});
        } else if (drawn == 3) {
          steps.push_back({.verb = "notify_all"});
        } else {
          steps.push_back({.verb = "wait", .wait_ms = 1 + wait_ms()});
        }
      }
      steps.push_back({.verb = "release"});
    }
    if (one_in(2)) {
      for (const char* verb : {"acquire", "wait_for_all", "release"})
        steps.push_back({.verb = verb});
    }
  }
}

void Generator::fill_event(Program* program) {
  const bool clears = one_in(2);
  for (auto& steps : program->processes) {
    for (int i = 1 + below(limits_.operations); i > 0; --i) {
      const int drawn = below(4);
      Step step{.verb = "set"};
      if (drawn == 1) step = {.verb = clears ? "clear" : "is_set"};
      if (drawn == 2) step = {.verb = "is_set"};
      if (drawn == 3) step = {.verb = "wait"};
      if (drawn == 3 && (clears || one_in(2))) step.wait_ms = wait_ms();
      steps.push_back(std::move(step));
    }
  }
}

void Generator::fill_barrier(Program* program) {
  const int rounds = 1 + below(limits_.operations);
  for (auto& steps : program->processes)
    steps.assign(static_cast<size_t>(rounds), Step{.verb = "wait"});
}

void Generator::fill_value(Program* program) {
  program->size = below(3);
  const bool sets = one_in(3);
  for (auto& steps : program->processes) {
    for (int i = 1 + below(limits_.operations / 2 + 1); i > 0; --i) {
      if (one_in(4)) steps.push_back({.verb = "get"});
      if (sets && one_in(3)) steps.push_back({.verb = "set", .numbers = {10 * ++items_}});
      steps.push_back({.verb = "enter"});
      for (int adds = 1 + below(2); adds > 0; --adds)
        steps.push_back({.verb = "add", .numbers = {1 + below(3)}});
      if (one_in(3)) steps.push_back({.verb = "get"});
      steps.push_back({.verb = "exit"});
    }
  }
}

// Random methods of a dict or a list, on few keys.
void Generator::fill_keyed(Program* program) {
  const std::vector<Verb>& verbs = verbs_of(program->kind);
  const bool counts = one_in(4);  // with len() a dict can't be checked key by key
  for (auto& steps : program->processes) {
    for (int i = 1 + below(limits_.operations); i > 0; --i) {
      const Verb& verb = verbs[static_cast<size_t>(below(verbs.size()))];
      if (verb.name == "len" && !counts) continue;
      Step step{.verb = std::string(verb.name)};
      if (program->kind == Kind::kManagedDict && verb.numbers > 0) step.numbers.push_back(below(3));
      if (static_cast<int>(step.numbers.size()) < verb.numbers) step.numbers.push_back(++items_);
      steps.push_back(std::move(step));
    }
  }
}

// Takes from random steps what makes the program wait for ever: a wait without limit gets one, a
// join or a receiver whose partner need not come goes.
void Generator::make_sound(Program* program) {
  while (why_unsound(*program)) {
    auto& steps = program->processes[static_cast<size_t>(below(program->processes.size()))];
    if (steps.empty()) continue;
    const size_t i = static_cast<size_t>(below(steps.size()));
    Step& step = steps[i];
    const bool queues = is_put(step) || is_get(step);
    const bool simple = program->kind == Kind::kSimpleQueue;
    if (step.verb == "wait" && is_unlimited(step)) {
      step.wait_ms = 1;
    } else if (step.verb == "get" && queues && program->kind != Kind::kJoinableQueue && one_in(2)) {
      step = {.verb = "put", .numbers = {++items_}};
    } else if (queues && is_unlimited(step) && !simple) {
      step.wait_ms = wait_ms();
    } else if (step.verb == "acquire" && program->kind != Kind::kCondition && limits_.leaves_out) {
      step.wait_ms = wait_ms();
    } else if (step.verb == "join" || step.verb == "recv" || step.verb == "clear" ||
               (step.verb == "get" && simple)) {
      steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (step.verb == "wait_for_all") {
      step = {.verb = "notify_all"};
    }
  }
}

}  // namespace conformance::histories
