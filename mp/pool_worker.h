// The other side of a Pool: what its workers share with it, and what each of them does.
//
// A worker takes a task, runs it, puts the result, and takes the next. Before a task is taken the worker writes down which
// one it is going to be (its Claim), so that whoever finds it dead knows what went down with it.
//
// Lifetime: a PoolMemory is a cheap copy of a handle.
#ifndef MP_POOL_WORKER_H_
#define MP_POOL_WORKER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mp/initializer.h"
#include "mp/os/arena.h"
#include "mp/os/futex.h"
#include "mp/queue_core.h"
#include "mp/target.h"
#include "mp/wire/codec.h"

namespace mp {

// The task that a worker runs, ran last, or was about to take. Written by the worker only.
struct alignas(64) Claim {
  std::atomic<bool> valid{false};
  std::atomic<uint32_t> number{0};  // of its record in the queue of tasks
  std::atomic<uint64_t> job{0};
  std::atomic<uint64_t> task{0};  // of the job's
};

// How workers without a task wait for one: one of them looks out for it and needs no wake-up, the others sleep. Whoever
// finds more tasks than takers calls sleepers. The owner clears away after a worker that has died.
class Bells {
 public:
  explicit Bells(size_t workers) : workers_(workers) {}

  // Waits until there may be a task.
  void wait(size_t worker, const QueueCore& tasks);
  // Wakes workers for so many tasks that were put.
  void call(size_t tasks);
  // What a worker that has died was about to do others do. Requires: it has died.
  void forget(size_t worker, const QueueCore& tasks);

  static constexpr size_t size_for(size_t workers) {
    return sizeof(Bells) + workers * sizeof(os::Word);
  }

 private:
  static constexpr uint32_t kBusy = 0, kAsleep = 1;

  os::Word& of(size_t worker) { return reinterpret_cast<os::Word*>(this + 1)[worker]; }
  bool looks_out(size_t worker, const QueueCore& tasks);
  void call_for_all_but_one(const QueueCore& tasks);

  const uint64_t workers_;
  alignas(128) os::Word looker_{0};   // worker + 1, or 0
  alignas(128) uint64_t behind_ = 0;  // of each worker: kBusy or kAsleep
};

class PoolMemory : public wire::Handle {
 public:
  // For so many workers. Raises: OSError
  explicit PoolMemory(size_t workers);

  QueueCore& tasks() const { return shared_->tasks; }
  QueueCore& results() const { return shared_->results; }
  Claim& claim(size_t worker) const {
    return reinterpret_cast<Claim*>(shared_->claims.data())[worker];
  }
  Bells& bells() const { return *reinterpret_cast<Bells*>(shared_->bells.data()); }

  void pack(Writer& out) const;
  static PoolMemory unpack(Reader& in);

 private:
  struct Shared {
    QueueCore tasks;
    QueueCore results;
    os::SharedRoom claims;
    os::SharedRoom bells;
  };

  explicit PoolMemory(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Shared> shared_;
};

// How the records of both queues begin.
struct TaskHead {
  enum class Kind : uint64_t { kRun, kStop };
  Kind kind;
  uint64_t job;
  uint64_t task;  // of the job's, from 0
};
struct ResultHead {
  enum class Kind : uint64_t {
    kResult,      // and what the task's code has written
    kReady,       // a worker's initializer has returned; `task` is the worker
    kInitFailed,  // a worker's initializer has thrown: and a Failure
    kDied,        // a worker has ended; told by the pool itself
    kSurelyDied,  // likewise, when all that it had sent was read
    kLookAround   // nothing: told by the pool itself to whoever waits for results
  };
  Kind kind;
  uint64_t job;
  uint64_t task;
};

template <class Head>
std::string_view bytes_of(const Head& head) {
  return {reinterpret_cast<const char*>(&head), sizeof(head)};
}
template <class Head>
Head read_head(Reader& in) {
  Head head;
  in.read_raw(&head, sizeof(head));
  return head;
}

// What a task runs over there: it reads what its creator has written, and writes what that will read.
// Throws SystemExit only.
using TaskCode = void (*)(Reader& in, Writer& out);

// Writes where it is, which takes a while the first time.
void write_code(Writer& out, const void* code);
const void* read_code(Reader& in);

struct WorkerOrders {
  size_t worker;
  size_t most_tasks;         // 0: any number
  std::vector<int> blocked;  // signals that its creator's program blocks
};
// What a worker's process runs.
void work(PoolMemory memory, WorkerOrders orders, Initializer initializer);

std::vector<int> blocked_signals();

}  // namespace mp

#endif  // MP_POOL_WORKER_H_
