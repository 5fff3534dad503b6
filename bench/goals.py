"""What mp is to reach: beside each peer and limit, in time, and in memory."""
from collections import namedtuple

# mp is at least so many times as fast as `who` on the operation, by the median over the rounds.
Speed = namedtuple("Speed", "operation who at_least")
# Once takes mp at most so many nanoseconds.
Time = namedtuple("Time", "operation at_most")
# A counter of mp's row is at most so much.
Count = namedtuple("Count", "operation counter at_most")

GOALS = [
    Speed("QueuePutGet/8B", "cpython", 100),
    Speed("QueuePutGet/8B", "boost", 3),
    Speed("QueuePutGet/8B", "spsc", 0.4),
    Speed("QueuePutGet/8B/2_producers_2_consumers", "cpython", 75),
    Speed("QueuePutGet/8B/2_producers_2_consumers", "boost", 2.5),
    Speed("QueuePutGet/8B/64_at_once", "cpython", 300),
    Speed("QueuePutGet/8B/64_at_once", "boost", 10),
    Speed("QueuePutGet/1KiB", "cpython", 100),
    Speed("QueuePutGet/1KiB", "boost", 8),
    Speed("QueuePutGet/1KiB", "spsc", 0.7),
    Speed("QueuePutGet/64KiB", "cpython", 15),
    Speed("QueuePutGet/64KiB", "boost", 2.5),
    Speed("QueuePutGet/64KiB", "spsc", 0.8),
    Speed("QueuePutGet/1MiB", "cpython", 50),
    Speed("QueuePutGet/1MiB", "boost", 2.5),
    Speed("QueuePutGet/1MiB", "spsc", 0.9),
    Speed("QueueRoundTrip/two_cores", "cpython", 200),
    Speed("QueueRoundTrip/two_cores", "boost", 100),
    Speed("QueueRoundTrip/one_core", "cpython", 15),
    Speed("QueueRoundTrip/one_core", "boost", 2),
    Speed("QueueRoundTrip/one_core", "futex", 0.9),
    # What may wait is 1 MiB; the ring that holds it is of a power of two, and the next one may be there, too.
    Count("QueueMemory/1GiB_through_1MiB", "queue_MiB", 4),
    Count("QueueMemory/idle", "queue_MiB", 0.0625),
    Count("QueueMemory/filled_and_drained", "queue_MiB", 0.0625),
    Speed("PipeRoundTrip/two_cores", "cpython", 50),
    Speed("PipeRoundTrip/two_cores", "spinning", 0.33),
    Speed("ProcessStartJoin/fork", "cpython", 7),
    Speed("ProcessStartJoin/fork", "bare_fork", 0.7),
    Speed("ProcessStartJoin/spawn", "cpython", 30),
    Speed("ProcessStartJoin/spawn", "posix_spawn", 0.7),
    Speed("ProcessStartJoin/forkserver", "cpython", 30),
    Speed("ProcessStartJoin/forkserver", "bare_fork", 0.6),
    Speed("PoolApply", "cpython", 100),
    Speed("PoolApply", "executor", 100),
    Speed("PoolApply", "spinning", 0.25),
    Speed("PoolApply", "futex", 0.5),
    Speed("PoolMap/chunksize_1", "cpython", 80),
    Speed("PoolMap/default", "cpython", 20),
    Speed("PoolImapUnordered/chunksize_20", "cpython", 30),
    Count("PoolSevenTasks", "times_slower_than_best", 3.5 / 3.3),
    Count("PoolMemory/10M_tasks", "owner_peak_MiB", 32),
    Speed("ManagerCall/two_cores", "cpython", 50),
    Speed("ManagerCall/one_core", "cpython", 8),
    Speed("Sha512Tree", "cpython", 1.2),
    Speed("Sha512Tree", "xargs", 1),
    Speed("Sha512Tree", "openssl_speed", 0.85),
    Speed("LockPair", "cpython", 6),
    Speed("LockPair", "boost", 0.6),
    Time("LockPair", 10),
    Speed("SemaphorePair", "cpython", 9),
    Time("SemaphorePair", 8),
    Speed("ValueIncrement", "cpython", 45),
]
