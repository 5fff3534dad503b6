// multiprocessing.Queue: waiting and not waiting, capacity, order, copies, closing.
#include "conformance/claims/areas.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;

}  // namespace

Claims queue_claims() {
  return {
      {.id = "queue.put.blocks_while_full",
       .level = Level::kMust,
       .says = "put() on a full queue waits until a consumer has taken an item.",
       .notes = {"queue.put.blocks_when_full", "queue.put.unblocks_after_get",
                 "queue.ctor.maxsize_is_capacity"},
       .documented = {"QUE-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& taker = stage.start_process(main, {q});
             main.must(q.put(1));
             Call second = main.begins(q.put(2));
             EXPECT_THAT(second, blocks());
             EXPECT_THAT(taker.does(q.get()), returns(1));
             EXPECT_THAT(second, returns(nullptr));
             EXPECT_THAT(taker.does(q.get()), returns(2));
           }},
      {.id = "queue.get.raises_empty_after_timeout",
       .level = Level::kMust,
       .says = "get(timeout=t) on an empty queue raises Empty, and not before t has passed.",
       .notes = {"queue.get.timeout_raises_empty"},
       .documented = {"QUE-13"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.get({.timeout = 50ms})),
                         AllOf(raises("Empty"), took_about(50ms)));
           }},
  };
}

}  // namespace conformance
