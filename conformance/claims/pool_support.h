// What the claims about pools, their results and callbacks share.
#ifndef CONFORMANCE_CLAIMS_POOL_SUPPORT_H_
#define CONFORMANCE_CLAIMS_POOL_SUPPORT_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/claims/raised.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/stage.h"

namespace conformance {

// An exception that a task returned, or a callback got: a reply tells its type only.
inline Value exception_object(std::string type) {
  return Value(Value::Form(Value::Other{std::move(type)}));
}

inline RemoteAsyncResult result_named(std::string name) {
  RemoteAsyncResult result;
  result.name = std::move(name);
  return result;
}

inline RemoteResultIterator iterator_named(std::string name) {
  RemoteResultIterator iterator;
  iterator.name = std::move(name);
  return iterator;
}

// Ends a pool as a good program does.
inline void close_and_join(Puppet& owner, const RemotePool& pool) {
  EXPECT_THAT(owner.does(pool.close()), returns(nullptr));
  EXPECT_THAT(owner.does(pool.join()), returns(nullptr));
}

// The input of a map whose tasks are puppets: an item is the name of one.
inline Value::List puppet_items(Stage& stage, int count) {
  Value::List items;
  for (int i = 0; i < count; ++i) items.emplace_back(stage.expects("task"));
  return items;
}
inline Puppet& arrival(Stage& stage, const Value& item) { return stage.arrival(as_text(item)); }
inline bool has_come(Stage& stage, const Value& item) { return stage.has_come(as_text(item)); }

// 0, 1, ... count - 1
inline Value::List numbers(int count) {
  Value::List list;
  for (int i = 0; i < count; ++i) list.emplace_back(i);
  return list;
}
inline Value::List squares(int count) {
  Value::List list;
  for (int i = 0; i < count; ++i) list.emplace_back(i * i);
  return list;
}

// A while in which the testee does what it can do by itself; for a moment at which no proof that it
// has come to rest is to be had. It makes a fault easier to see and decides no verdict.
inline void let_a_while_pass(Puppet& puppet) { puppet.must(batch({self::ids()}, 1000)); }

// How many neighbours are equal, run by run: [7, 7, 9] gives {2, 1}. Of the workers that the items
// of a map ran in, where a worker runs one chunk only: the sizes of its chunks.
inline std::vector<int> runs(const Value& list) {
  std::vector<int> lengths;
  const Value* last = nullptr;
  for (const Value& each : as_list(list)) {
    if (last != nullptr && *last == each) {
      ++lengths.back();
    } else {
      lengths.push_back(1);
    }
    last = &each;
  }
  return lengths;
}

// The error of a task whose worker died before the task was done.
inline constexpr char kWorkerLost[] = "WorkerLost";

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_POOL_SUPPORT_H_
