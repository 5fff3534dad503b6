#include "tools/smoke/recipes.h"

#include <utility>

namespace mpcheck::smoke {
namespace {

using conformance::Args;
using conformance::Op;
using conformance::Value;
using Steps = std::vector<Step>;

// An operation on an object, without one, and one that makes something.
Op on(std::string object, std::string op, Args args = {}) {
  return {.name = std::move(op), .on = std::move(object), .args = std::move(args)};
}
Op plain(std::string op, Args args = {}) {
  return {.name = std::move(op), .args = std::move(args)};
}
Op making(std::vector<std::string> names, Op op) {
  op.as = std::move(names);
  return op;
}

constexpr double kEnough = 10;  // seconds, for what a correct implementation never waits out

// Of a queue named q, whose operations are of `area`.
Steps queue_steps(const std::string& maker) {
  return {{making({"q"}, plain(maker, {{"maxsize", 2}}))},
          {on("q", "queue.put", {{"item", 1}})},
          {on("q", "queue.get"), 1},
          {on("q", "queue.put_nowait", {{"item", "two"}})},
          {on("q", "queue.get", {{"timeout", kEnough}}), "two"},
          {on("q", "queue.get_nowait"), {}, "Empty"},
          {on("q", "queue.get", {{"block", false}}), {}, "Empty"},
          {on("q", "queue.empty"), true},
          {on("q", "queue.full"), false}};
}

Steps with(Steps steps, Steps more) {
  steps.insert(steps.end(), more.begin(), more.end());
  return steps;
}

Steps lock_steps(const std::string& area) {
  return {{making({"l"}, plain(area + ".new"))},
          {on("l", area + ".acquire"), true},
          {on("l", area + ".release")},
          {on("l", area + ".acquire", {{"block", false}}), true},
          {on("l", area + ".release")},
          {on("l", area + ".acquire", {{"timeout", kEnough}}), true},
          {on("l", area + ".release")},
          {on("l", area + ".enter")},
          {on("l", area + ".exit")}};
}

Steps value_steps(const std::string& area) {
  return {{making({"v"}, plain(area + ".new", {{"type", "i"}, {"value", 1}}))},
          {on("v", "value.get"), 1},
          {on("v", "value.set", {{"value", 5}})},
          {on("v", "value.add", {{"amount", 2}})},
          {on("v", "value.get"), 7}};
}

Steps array_steps(const std::string& area) {
  return {{making({"a"}, plain(area + ".new", {{"type", "i"}, {"init", Value::list({1, 2, 3})}}))},
          {on("a", "array.get", {{"index", 0}}), 1},
          {on("a", "array.set", {{"index", 0}, {"value", 9}})},
          {on("a", "array.slice", {{"start", 0}, {"stop", 2}}), Value::list({9, 2})},
          {on("a", "array.len"), 3}};
}

std::vector<Recipe> shared_objects() {
  return {
      {"queue",
       with(queue_steps("queue.new"), {{on("q", "queue.close")}, {on("q", "queue.join_thread")}})},
      {"queue.qsize",
       {{making({"q"}, plain("queue.new", {{"maxsize", 1}}))}, {on("q", "queue.qsize"), 0}}},
      {"joinable_queue",
       with(queue_steps("joinable_queue.new"), {{on("q", "joinable_queue.task_done")},
                                                {on("q", "joinable_queue.task_done")},
                                                {on("q", "joinable_queue.join")},
                                                {on("q", "queue.close")},
                                                {on("q", "queue.join_thread")}})},
      {"simple_queue",
       {{making({"q"}, plain("simple_queue.new"))},
        {on("q", "simple_queue.empty"), true},
        {on("q", "simple_queue.put", {{"item", 1}})},
        {on("q", "simple_queue.get"), 1}}},
      {"pipe",
       {{making({"left", "right"}, plain("pipe.new"))},
        {on("left", "connection.send", {{"item", 1}})},
        {on("right", "connection.poll", {{"timeout", kEnough}}), true},
        {on("right", "connection.recv"), 1},
        {on("right", "connection.send_bytes", {{"data", Value::bytes("abc")}})},
        {on("left", "connection.recv_bytes"), Value::bytes("abc")},
        {on("left", "connection.close")},
        {on("right", "connection.close")}}},
      {"lock", lock_steps("lock")},
      {"rlock", lock_steps("rlock")},
      {"semaphore", lock_steps("semaphore")},
      {"semaphore.get_value",
       {{making({"l"}, plain("semaphore.new", {{"value", 2}}))},
        {on("l", "semaphore.get_value"), 2}}},
      {"bounded_semaphore", lock_steps("bounded_semaphore")},
      {"condition",
       {{making({"c"}, plain("condition.new"))},
        {on("c", "condition.acquire"), true},
        {on("c", "condition.wait", {{"timeout", 0.01}}), false},
        {on("c", "condition.notify")},
        {on("c", "condition.notify_all")},
        {on("c", "condition.release")}}},
      {"event",
       {{making({"e"}, plain("event.new"))},
        {on("e", "event.is_set"), false},
        {on("e", "event.wait", {{"timeout", 0.01}}), false},
        {on("e", "event.set")},
        {on("e", "event.wait"), true},
        {on("e", "event.clear")}}},
      {"barrier",
       {{making({"b"}, plain("barrier.new", {{"parties", 1}}))},
        {on("b", "barrier.wait"), 0},
        {on("b", "barrier.parties"), 1},
        {on("b", "barrier.n_waiting"), 0},
        {on("b", "barrier.abort")},
        {on("b", "barrier.broken"), true},
        {on("b", "barrier.reset")}}},
      {"value", value_steps("value")},
      {"raw_value", value_steps("raw_value")},
      {"array", array_steps("array")},
      {"raw_array", array_steps("raw_array")},
  };
}

std::vector<Recipe> pools() {
  const auto mapping = [](std::string op) {
    return plain(std::move(op), {{"func", "square"}, {"iterable", Value::list({1, 2, 3})}});
  };
  const auto in_pool = [](Op op) {
    op.on = "pool";
    return op;
  };
  const Value squares = Value::list({1, 4, 9});
  const Step begin = {making({"pool"}, plain("pool.new", {{"processes", 1}}))};
  const Step close = {on("pool", "pool.close")}, join = {on("pool", "pool.join")};
  const Args task = {{"func", "square"}, {"args", Value::list({3})}};
  return {
      {"pool",
       {begin,
        {on("pool", "pool.apply", task), 9},
        {in_pool(mapping("pool.map")), squares},
        close,
        join}},
      {"async_result",
       {begin,
        {making({"r"}, on("pool", "pool.apply_async", task))},
        {on("r", "async_result.get", {{"timeout", kEnough}}), 9},
        {on("r", "async_result.ready"), true},
        {on("r", "async_result.successful"), true},
        close,
        join}},
      {"pool.map_async",
       {begin,
        {making({"r"}, in_pool(mapping("pool.map_async")))},
        {on("r", "async_result.get"), squares},
        close,
        join}},
      {"pool.imap",
       {begin,
        {making({"i"}, in_pool(mapping("pool.imap")))},
        {on("i", "result_iterator.next"), 1},
        {on("i", "result_iterator.next"), 4},
        {on("i", "result_iterator.next"), 9},
        {on("i", "result_iterator.next"), {}, "StopIteration"},
        close,
        join}},
  };
}

std::vector<Recipe> others() {
  return {
      {"context", {{plain("context.get_all_start_methods")}, {plain("context.get_start_method")}}},
      {"source",
       {{making({"s"}, plain("source.new", {{"items", Value::list({1})}}))},
        {on("s", "source.taken"), 0}}},
      {"manager.list",
       {{making({"m"}, plain("manager.new"))},
        {making({"l"}, on("m", "manager.list", {{"items", Value::list({1})}}))},
        {on("l", "list.append", {{"item", 2}})},
        {on("l", "list.len"), 2},
        {on("m", "manager.shutdown")}}},
      {"shared_memory",
       {{making({"m"}, plain("shared_memory.new", {{"create", true}, {"size", 16}}))},
        {on("m", "shared_memory.set", {{"index", 0}, {"value", 7}})},
        {on("m", "shared_memory.get", {{"index", 0}}), 7},
        {on("m", "shared_memory.close")},
        {on("m", "shared_memory.unlink")}}},
      {"thread",
       {{making({"t"}, plain("thread.new", {{"func", "nothing"}}))},
        {on("t", "thread.start")},
        {on("t", "thread.join")},
        {on("t", "thread.is_alive"), false}}},
      {"thread_queue", queue_steps("thread_queue.new")},
      {"thread_lock",
       {{making({"l"}, plain("thread_lock.new"))},
        {on("l", "lock.acquire"), true},
        {on("l", "lock.release")}}},
      {"coroutine",
       {{making({"c"}, plain("coroutine.new", {{"func", "count"}, {"args", Value::list({1})}}))},
        {on("c", "coroutine.next"), 0},
        {on("c", "coroutine.next"), {}, "StopIteration"}}},
      {"file",
       {{making({"f"}, plain("file.open", {{"path", "smoke"}, {"mode", "w"}}))},
        {on("f", "file.write", {{"text", "x"}})},
        {on("f", "file.close")}}},
  };
}

}  // namespace

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> kAll = [] {
    std::vector<Recipe> all = shared_objects();
    for (auto part : {pools(), others()}) all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kAll;
}

}  // namespace mpcheck::smoke
