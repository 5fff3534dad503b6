#include "conformance/histories/program.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace conformance::histories {
namespace {

constexpr size_t kMostProcesses = 8;
constexpr size_t kMostSteps = 200;

struct KindRow {
  Kind kind;
  std::string_view name;
  std::vector<Verb> verbs;
};

std::vector<Verb> queue_verbs() {
  return {{"put", 1, true}, {"put_nowait", 1}, {"get", 0, true}, {"get_nowait"},
          {"qsize"},        {"empty"},         {"full"}};
}

std::vector<Verb> joinable_verbs() {
  std::vector<Verb> verbs = queue_verbs();
  verbs.push_back({"task_done"});
  verbs.push_back({"join"});
  return verbs;
}

std::vector<Verb> lock_verbs() { return {{"acquire", 0, true}, {"acquire_nowait"}, {"release"}}; }

std::vector<Verb> semaphore_verbs(bool bounded) {
  std::vector<Verb> verbs = lock_verbs();
  verbs.push_back({"get_value"});
  if (!bounded) verbs.push_back({"give"});
  return verbs;
}

const std::vector<KindRow>& rows() {
  static const auto& it = *new std::vector<KindRow>{
      {Kind::kQueue, "queue", queue_verbs()},
      {Kind::kJoinableQueue, "joinable_queue", joinable_verbs()},
      {Kind::kSimpleQueue, "simple_queue", {{"put", 1}, {"get"}, {"empty"}}},
      {Kind::kPipe, "pipe", {{"send", 1}, {"recv"}, {"poll", 0, true}}},
      {Kind::kLock, "lock", lock_verbs()},
      {Kind::kRLock, "rlock", lock_verbs()},
      {Kind::kSemaphore, "semaphore", semaphore_verbs(false)},
      {Kind::kBoundedSemaphore, "bounded_semaphore", semaphore_verbs(true)},
      {Kind::kCondition,
       "condition",
       {{"acquire"},
        {"release"},
        {"wait", 0, true, true},
        {"wait_for_all"},
        {"notify", 1},
        {"notify_all"},
        {"add", 1}}},
      {Kind::kEvent, "event", {{"set"}, {"clear"}, {"is_set"}, {"wait", 0, true}}},
      {Kind::kBarrier, "barrier", {{"wait"}}},
      {Kind::kValue, "value", {{"enter"}, {"exit"}, {"add", 1}, {"get"}, {"set", 1}}},
      {Kind::kManagedQueue, "managed_queue", queue_verbs()},
      {Kind::kManagedDict,
       "managed_dict",
       {{"set", 2},
        {"get", 1},
        {"getitem", 1},
        {"pop", 1},
        {"setdefault", 2},
        {"delete", 1},
        {"contains", 1},
        {"len"}}},
      {Kind::kManagedList,
       "managed_list",
       {{"append", 1}, {"insert", 1}, {"pop"}, {"pop_first"}, {"len"}, {"get"}}},
  };
  return it;
}

const KindRow& row_of(Kind kind) {
  return *std::find_if(rows().begin(), rows().end(),
                       [&](const KindRow& row) { return row.kind == kind; });
}

// A sentence about the text that can't be read.
struct Wrong {
  std::string what;
};

int number_in(std::string_view text, std::string_view where) {
  int number = 0;
  if (!absl::SimpleAtoi(text, &number))
    throw Wrong{absl::StrCat("'", where, "': '", text, "' is no number")};
  return number;
}

std::string known_verbs(Kind kind) {
  return absl::StrJoin(verbs_of(kind), ", ",
                       [](std::string* out, const Verb& verb) { absl::StrAppend(out, verb.name); });
}

Step step_in(Kind kind, std::string_view text) {
  std::vector<std::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (words.empty()) throw Wrong{"a step is missing: two of ; | : stand side by side"};
  Step step{.verb = std::string(words[0])};
  const std::vector<Verb>& verbs = verbs_of(kind);
  auto verb = std::find_if(verbs.begin(), verbs.end(),
                           [&](const Verb& each) { return each.name == step.verb; });
  if (verb == verbs.end()) {
    throw Wrong{absl::StrCat("'", text, "': a ", name_of(kind), " has no step '", step.verb,
                             "'; it has ", known_verbs(kind))};
  }
  for (size_t i = 1; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (absl::ConsumeSuffix(&word, "ms")) {
      step.wait_ms = number_in(word, text);
      if (*step.wait_ms < 0 || i + 1 < words.size())
        throw Wrong{absl::StrCat("'", text, "': a time is not negative, and comes last")};
    } else {
      step.numbers.push_back(number_in(word, text));
    }
  }
  if (static_cast<int>(step.numbers.size()) != verb->numbers)
    throw Wrong{absl::StrCat("'", text, "': ", verb->name, " takes ", verb->numbers,
                             verb->numbers == 1 ? " number" : " numbers")};
  if (step.wait_ms && !verb->may_wait)
    throw Wrong{absl::StrCat("'", text, "': ", verb->name, " takes no time")};
  if (!step.wait_ms && verb->must_limit)
    throw Wrong{absl::StrCat("'", text, "': ", verb->name, " needs a time, such as 5ms")};
  return step;
}

// kill 1 after 200us
Kill kill_in(std::string_view text) {
  std::vector<std::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (words.size() != 4 || words[0] != "kill" || words[2] != "after" ||
      !absl::ConsumeSuffix(&words[3], "us"))
    throw Wrong{absl::StrCat("'", text, "': behind the ! stands such as: kill 1 after 200us")};
  const int process = number_in(words[1], text), after_us = number_in(words[3], text);
  if (process < 0 || after_us < 0)
    throw Wrong{absl::StrCat("'", text, "': the numbers must not be negative")};
  return {.process = static_cast<size_t>(process), .after_us = after_us};
}

// queue size=2
void read_object(std::string_view text, Program* program) {
  std::vector<std::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  std::optional<Kind> kind = words.empty() ? std::nullopt : kind_named(words[0]);
  if (!kind) {
    throw Wrong{absl::StrCat("'", text, "' is no kind of object; there are ",
                             absl::StrJoin(rows(), ", ", [](std::string* out, const KindRow& row) {
                               absl::StrAppend(out, row.name);
                             }))};
  }
  program->kind = *kind;
  for (size_t i = 1; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (!absl::ConsumePrefix(&word, "size="))
      throw Wrong{absl::StrCat("'", words[i], "': only size=N can stand here")};
    program->size = number_in(word, text);
  }
  if (program->size < 0) throw Wrong{absl::StrCat("'", text, "': the size must not be negative")};
}

// Checks tell items apart by their numbers.
void refuse_repeated_items(const Program& program) {
  std::set<int> seen;
  for (const auto& process : program.processes) {
    for (const Step& step : process) {
      const bool moves_item = is_put(step) || step.verb == "send";
      if (moves_item && !seen.insert(step.numbers[0]).second)
        throw Wrong{
            absl::StrCat("the item ", step.numbers[0], " is put twice; take another number")};
    }
  }
}

Program program_in(std::string_view text) {
  Program program;
  std::vector<std::string_view> parts = absl::StrSplit(text, absl::MaxSplits('!', 1));
  if (parts.size() == 2) program.kill = kill_in(parts[1]);
  parts = absl::StrSplit(parts[0], absl::MaxSplits(':', 1));
  if (parts.size() != 2)
    throw Wrong{absl::StrCat("'", text, "' has no ':' between the object and the steps")};
  read_object(parts[0], &program);
  for (std::string_view process : absl::StrSplit(parts[1], '|')) {
    std::vector<Step>& steps = program.processes.emplace_back();
    if (absl::StripAsciiWhitespace(process).empty()) continue;
    for (std::string_view step : absl::StrSplit(process, ';'))
      steps.push_back(step_in(program.kind, absl::StripAsciiWhitespace(step)));
    if (steps.size() > kMostSteps)
      throw Wrong{absl::StrCat("a process has at most ", kMostSteps, " steps")};
  }
  if (program.processes.size() > kMostProcesses)
    throw Wrong{absl::StrCat("there are at most ", kMostProcesses, " processes")};
  if (program.kill && program.kill->process >= program.processes.size())
    throw Wrong{absl::StrCat("process ", program.kill->process, " is to be killed, and there are ",
                             program.processes.size(), ", from 0")};
  refuse_repeated_items(program);
  return program;
}

bool begins_something(Kind kind, const Step& step) {
  if (kind == Kind::kJoinableQueue) return is_get(step);
  return is_acquire(step) || step.verb == "enter";
}

bool ends_something(const Step& step) {
  return step.verb == "release" || step.verb == "exit" || step.verb == "task_done";
}

}  // namespace

const std::vector<Kind>& all_kinds() {
  static const auto& it = *new std::vector<Kind>([] {
    std::vector<Kind> kinds;
    for (const KindRow& row : rows()) kinds.push_back(row.kind);
    return kinds;
  }());
  return it;
}

std::string_view name_of(Kind kind) { return row_of(kind).name; }

std::optional<Kind> kind_named(std::string_view name) {
  for (const KindRow& row : rows()) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

const std::vector<Verb>& verbs_of(Kind kind) { return row_of(kind).verbs; }

bool is_put(const Step& step) { return step.verb == "put" || step.verb == "put_nowait"; }
bool is_get(const Step& step) { return step.verb == "get" || step.verb == "get_nowait"; }
bool is_acquire(const Step& step) {
  return step.verb == "acquire" || step.verb == "acquire_nowait";
}
bool is_unlimited(const Step& step) { return !step.wait_ms && !step.verb.ends_with("_nowait"); }

std::string Step::text() const {
  std::string out = verb;
  for (int number : numbers) absl::StrAppend(&out, " ", number);
  if (wait_ms) absl::StrAppend(&out, " ", *wait_ms, "ms");
  return out;
}

std::string Program::text() const {
  std::string out(name_of(kind));
  if (size != 0) absl::StrAppend(&out, " size=", size);
  absl::StrAppend(&out, ": ");
  absl::StrAppend(&out, absl::StrJoin(processes, " | ", [](std::string* to, const auto& steps) {
    to->append(absl::StrJoin(
        steps, "; ", [](std::string* each, const Step& step) { each->append(step.text()); }));
  }));
  if (kill) absl::StrAppend(&out, " ! kill ", kill->process, " after ", kill->after_us, "us");
  return out;
}

size_t Program::calls() const {
  size_t count = 0;
  for (const auto& steps : processes) count += steps.size();
  return count;
}

std::variant<Program, std::string> parse_program(std::string_view text) {
  try {
    return program_in(text);
  } catch (const Wrong& wrong) {
    return wrong.what;
  }
}

std::optional<std::vector<std::optional<size_t>>> partners(Kind kind,
                                                           const std::vector<Step>& steps) {
  std::vector<std::optional<size_t>> found(steps.size());
  std::vector<size_t> begun;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (begins_something(kind, steps[i])) begun.push_back(i);
    if (!ends_something(steps[i])) continue;
    if (begun.empty()) return std::nullopt;
    found[i] = begun.back();
    begun.pop_back();
  }
  return found;
}

}  // namespace conformance::histories
