// Items that say where they come from, and what became of them: for claims in which many items of
// several senders arrive at several receivers.
//
//   Call sent = p1.begins(batch(puts(q, /*sender=*/1, 100)));
//   Call got = p2.begins(batch({q.get()}, 100));
//   EXPECT_THAT(indexes_from(1, results(got)), zero_to(100));    // each once, and in order
#ifndef CONFORMANCE_CLAIMS_ITEMS_H_
#define CONFORMANCE_CLAIMS_ITEMS_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/remote.h"
#include "conformance/stage/stage.h"
#include "gmock/gmock.h"

namespace conformance {

inline Value item_from(int sender, int index) { return Value::tuple({sender, index}); }

// What puts (sender, 0) to (sender, count - 1) into a queue of any kind, in this order.
template <typename Queue>
std::vector<Op> puts(const Queue& q, int sender, int count) {
  std::vector<Op> ops;
  for (int i = 0; i < count; ++i) ops.push_back(q.put(item_from(sender, i)));
  return ops;
}

// What the calls of a batch returned, in order. Abandons the claim if one of them raised.
inline std::vector<Value> results(const Call& call) {
  std::vector<Value> values;
  for (const Reply& reply : call.batch()) {
    const Returned* returned = std::get_if<Returned>(&reply.result);
    if (returned == nullptr) {
      throw Abandon{Abandon::Why::kViolated,
                    absl::StrCat("within ", call.text(), ", call ", values.size(), " raised ",
                                 std::get<Raised>(reply.result).text())};
    }
    values.push_back(returned->value);
  }
  return values;
}

// The indexes of the items from `sender` among `items`, in the order of `items`.
inline std::vector<int64_t> indexes_from(int sender, const std::vector<Value>& items) {
  std::vector<int64_t> indexes;
  for (const Value& item : items) {
    const Value::List& fields = as_list(item);
    if (fields.at(0) == Value(sender)) indexes.push_back(as_int(fields.at(1)));
  }
  return indexes;
}

// [0, 1, ..., count - 1]
inline testing::Matcher<const std::vector<int64_t>&> zero_to(int count) {
  std::vector<int64_t> expected;
  for (int i = 0; i < count; ++i) expected.push_back(i);
  return testing::ElementsAreArray(expected);
}

inline Value bytes(std::string data) { return Value::bytes(std::move(data)); }

// Bytes that no pipe takes in one piece, so that their sender waits for a reader; equal seeds make
// equal items.
inline Value big_item(int seed) { return Value::blob(1 << 20, seed); }

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_ITEMS_H_
