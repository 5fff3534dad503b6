// The operations on queues that several peers are measured on.
#ifndef BENCH_QUEUE_LOADS_H_
#define BENCH_QUEUE_LOADS_H_

#include <string>

#include "bench/crew.h"
#include "bench/traffic.h"

namespace bench {

inline const Load kTiny = {.operation = "QueuePutGet/8B", .bytes = 8, .bound = 1024};
inline const Load kTinyAnywhere = {.operation = "QueuePutGet/8B/unpinned",
                                   .bytes = 8,
                                   .bound = 1024,
                                   .placement = Placement::kAnywhere};
inline const Load kTinyOfTwoPairs = {.operation = "QueuePutGet/8B/2_producers_2_consumers",
                                     .bytes = 8,
                                     .bound = 1024,
                                     .pairs = 2,
                                     .placement = Placement::kAnywhere};
// Who can't put many at once puts them one by one.
inline const Load kTinyMany = {.operation = "QueuePutGet/8B/64_at_once", .bytes = 8, .bound = 1024};
inline const Load kSmall = {.operation = "QueuePutGet/1KiB", .bytes = 1 << 10, .bound = 1024};
inline const Load kLarge = {.operation = "QueuePutGet/64KiB", .bytes = 64 << 10, .bound = 64};
inline const Load kHuge = {.operation = "QueuePutGet/1MiB", .bytes = 1 << 20, .bound = 4};
inline const Load kJoinable = {
    .operation = "JoinableQueuePutGetDone/8B", .bytes = 8, .bound = 1024};

inline const std::string kQueueRoundTripTwoCores = "QueueRoundTrip/two_cores";
inline const std::string kQueueRoundTripOneCore = "QueueRoundTrip/one_core";

}  // namespace bench

#endif  // BENCH_QUEUE_LOADS_H_
