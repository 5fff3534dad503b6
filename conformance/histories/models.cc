#include "conformance/histories/models.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace conformance::histories {
namespace {

bool says(const Call& call, const Value& value) { return call.returned() && call.value == value; }
Value whole(size_t n) { return Value(static_cast<int64_t>(n)); }

// Whether a call's result fits; of an open one anything does.
bool may_say(const Call& call, const Value& value) { return call.open || says(call, value); }

bool take_front(std::deque<int>* items, const Call& call) {
  if (items->empty() || !may_say(call, Value(items->front()))) return false;
  items->pop_front();
  return true;
}

}  // namespace

// ---------------------------------------------------------------- queues

bool QueueModel::apply(const Event& event) {
  const Call& call = *event.call;
  const std::string& verb = call.step.verb;
  if (is_put(call.step)) {
    if (call.raised == "Full") return full();
    if (full()) return false;
    items.push_back(call.number());
    ++unfinished;
    return true;
  }
  if (is_get(call.step)) return call.raised == "Empty" ? items.empty() : take_front(&items, call);
  if (verb == "qsize") return says(call, whole(items.size()));
  if (verb == "empty") return says(call, items.empty());
  if (verb == "full") return says(call, full());
  if (verb == "task_done") return unfinished-- > 0;
  return verb == "join" && unfinished == 0;
}

std::string QueueModel::key() const {
  return absl::StrCat(absl::StrJoin(items, ","), "/", unfinished);
}

bool FedQueueModel::apply(const Event& event) {
  const Call& call = *event.call;
  const std::string& verb = call.step.verb;
  const bool full = maxsize > 0 && count >= maxsize;
  if (is_put(call.step)) {
    if (call.raised == "Full") return full;
    if (full) return false;
    of_process.resize(std::max(of_process.size(), call.process + 1));
    of_process[call.process].push_back(call.number());
    ++count;
    ++unfinished;
    return true;
  }
  if (is_get(call.step)) {
    if (call.raised == "Empty") return true;
    if (event.part != Event::Part::kBegin) --count;
    if (event.part == Event::Part::kEnd) return true;
    return std::any_of(of_process.begin(), of_process.end(),
                       [&](std::deque<int>& items) { return take_front(&items, call); });
  }
  if (verb == "task_done") return unfinished-- > 0;
  return verb != "join" || unfinished == 0;
}

std::string FedQueueModel::key() const {
  // What each process has put is known from where it stands; what was got, from the rest.
  return absl::StrCat(absl::StrJoin(of_process, "|",
                                    [](std::string* out, const std::deque<int>& items) {
                                      absl::StrAppend(out, items.size());
                                    }),
                      "/", count, "/", unfinished);
}

bool PipeModel::apply(const Event& event) {
  const Call& call = *event.call;
  std::deque<int>& incoming = sent_by[1 - call.end];
  if (call.step.verb == "send") {
    sent_by[call.end].push_back(call.number());
    return true;
  }
  if (call.step.verb == "poll") return says(call, !incoming.empty());
  return take_front(&incoming, call);
}

std::string PipeModel::key() const {
  return absl::StrCat(sent_by[0].size(), "/", sent_by[1].size());
}

// ---------------------------------------------------------------- locks and their like

bool LockModel::acquire(size_t process) {
  if (owner && !(recursive && owner == process)) return false;
  owner = process;
  ++depth;
  return true;
}

bool LockModel::release(size_t process) {
  if (owner != process) return false;
  if (--depth == 0) owner.reset();
  return true;
}

bool LockModel::death(size_t process) {
  if (owner == process) {
    owner.reset();
    depth = 0;
  }
  return true;
}

bool LockModel::apply(const Event& event) {
  const Call& call = *event.call;
  if (event.part == Event::Part::kDeath) return death(call.process);
  if (!is_acquire(call.step)) return release(call.process);
  if (says(call, false)) return owner && !(recursive && owner == call.process);
  return may_say(call, true) && acquire(call.process);
}

std::string LockModel::key() const { return absl::StrCat(owner ? *owner + 1 : 0, ".", depth); }

bool SemaphoreModel::apply(const Event& event) {
  const Call& call = *event.call;
  if (call.step.verb == "get_value") return says(call, permits);
  if (!is_acquire(call.step)) {
    ++permits;
    return true;
  }
  if (says(call, false)) return permits == 0;
  return may_say(call, true) && permits-- > 0;
}

std::string SemaphoreModel::key() const { return absl::StrCat(permits); }

bool ConditionModel::apply(const Event& event) {
  const Call& call = *event.call;
  const std::string& verb = call.step.verb;
  if (verb == "acquire" || event.part == Event::Part::kDeath) return lock.apply(event);
  if (event.part == Event::Part::kEnd) return wait_ends(event);
  if (!lock.held_by(call.process)) return false;
  if (event.part == Event::Part::kBegin) {
    waiters[call.process] = false;
    return lock.release(call.process);
  }
  if (verb == "release") return lock.release(call.process);
  if (verb == "add") number += call.number();
  if (verb == "notify") notify(call.number());
  if (verb == "notify_all") notify(static_cast<int>(waiters.size()));
  return true;
}

void ConditionModel::notify(int n) {
  notified = std::min(static_cast<int>(waiters.size()), notified + n);
  for (auto& [process, may_know] : waiters) may_know = true;
}

// One whose time is up may have had a notification that it did not notice any more, and one that
// waits for a number uses some up on the way.
bool ConditionModel::wait_ends(const Event& event) {
  const Call& call = *event.call;
  if (call.step.verb == "wait_for_all" && number != all) return false;
  const bool woken = call.step.verb == "wait" && call.succeeded();
  if (woken && (!waiters[call.process] || notified-- == 0)) return false;
  waiters.erase(call.process);
  notified = std::min(static_cast<int>(waiters.size()), notified);
  return lock.acquire(call.process);
}

std::string ConditionModel::key() const {
  return absl::StrCat(lock.key(), "/", number, "/",
                      absl::StrJoin(waiters, ",", absl::PairFormatter(":")), "/", notified);
}

bool EventModel::apply(const Event& event) {
  const Call& call = *event.call;
  if (call.step.verb == "set" || call.step.verb == "clear") {
    is_set = call.step.verb == "set";
    return true;
  }
  return says(call, is_set);  // is_set(), wait()
}

bool ValueModel::apply(const Event& event) {
  const Call& call = *event.call;
  const std::string& verb = call.step.verb;
  if (event.part == Event::Part::kDeath) return lock.death(call.process);
  if (verb == "enter") return lock.acquire(call.process);
  if (verb == "exit") return lock.release(call.process);
  if (lock.owner && !lock.held_by(call.process)) return false;
  if (verb == "get") return says(call, number);
  number = verb == "set" ? call.number() : number + call.number();
  return true;
}

std::string ValueModel::key() const { return absl::StrCat(lock.key(), "/", number); }

// ---------------------------------------------------------------- what a manager keeps

bool DictModel::apply(const Event& event) {
  const Call& call = *event.call;
  const std::string& verb = call.step.verb;
  if (verb == "len") return says(call, whole(items.size()));
  const int key = call.number();
  const auto found = items.find(key);
  const bool there = found != items.end();
  const Value value = there ? Value(found->second) : Value();
  if (verb == "set") {
    items[key] = call.step.numbers[1];
    return true;
  }
  if (verb == "contains") return says(call, there);
  if (verb == "get") return says(call, value);
  if (verb == "getitem") return there ? says(call, value) : call.raised == "KeyError";
  if (verb == "setdefault") {
    const int set = items.emplace(key, call.step.numbers[1]).first->second;
    return may_say(call, set);
  }
  // pop, delete
  if (!there && verb == "delete") return call.raised == "KeyError";
  if (!may_say(call, verb == "pop" ? value : Value())) return false;
  items.erase(key);
  return true;
}

std::string DictModel::key() const { return absl::StrJoin(items, ",", absl::PairFormatter("=")); }

bool ListModel::apply(const Event& event) {
  const Call& call = *event.call;
  const std::string& verb = call.step.verb;
  if (verb == "len") return says(call, whole(items.size()));
  if (verb == "get") return says(call, Value::list(Value::List(items.begin(), items.end())));
  if (verb == "append" || verb == "insert") {
    items.insert(verb == "append" ? items.end() : items.begin(), call.number());
    return true;
  }
  // pop, pop_first
  if (items.empty()) return call.raised == "IndexError";
  const auto which = verb == "pop" ? items.end() - 1 : items.begin();
  if (!may_say(call, *which)) return false;
  items.erase(which);
  return true;
}

std::string ListModel::key() const { return absl::StrJoin(items, ","); }

}  // namespace conformance::histories
