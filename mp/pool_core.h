// The pool under every Pool: workers, the tasks that wait and run, and what becomes of them, as bytes.
//
// Who waits for a result reads the results itself, everybody's, unless somebody else is at it: so a call to a pool costs
// one way there and one back. For those whom nobody waits for, and for callbacks, there is a thread; another one
// watches over the workers.
//
// A worker that ends in the middle of a task, however it ends, fails that task and no other, and is replaced. How it is
// known which one that was: see Claim.
//
// Threads: any. Processes: the one that made it.
#ifndef MP_POOL_CORE_H_
#define MP_POOL_CORE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/os/futex.h"
#include "mp/pool_worker.h"
#include "mp/process.h"
#include "mp/queue_core.h"
#include "mp/wire/codec.h"

namespace mp {

// Which of a job's tasks are under way. They end in about the order in which they began.
class OpenTasks {
 public:
  void add() { open_.push_back(true); }
  bool has(uint64_t task) const {
    return task >= first_ && task - first_ < open_.size() && open_[task - first_];
  }
  // False: it was not there.
  bool remove(uint64_t task);
  uint64_t made() const { return first_ + open_.size(); }

 private:
  uint64_t first_ = 0;      // that `open_` still tells of
  std::vector<bool> open_;  // much cheaper to make than a deque, for a call makes one
  size_t ended_ = 0;        // so many of them at the beginning have ended
};

// A call to a pool: where its tasks come from, and where their results go.
class Job {
 public:
  // At most so many of its tasks are under way, or wait to be fetched.
  explicit Job(size_t window) : window_(window) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  // Where they come from, by one thread at a time. Both may throw: the first ends the input, the second fails the task.
  virtual bool has_more() = 0;
  virtual void write_task(Writer& out) = 0;
  virtual void input_failed(std::exception_ptr error) = 0;
  // Whether has_more() may wait: it has a thread for itself then.
  virtual bool input_may_wait() const { return false; }

  // Where they go, by one thread at a time.
  virtual void arrive(uint64_t task, Reader& in) = 0;
  virtual void fail(uint64_t task, std::exception_ptr error) = 0;
  // Of those under way nothing will come any more.
  virtual void fail_all(std::exception_ptr error) = 0;
  // Which it is, for people.
  virtual std::string describe(uint64_t task) const = 0;
  // Whether its results wait to be fetched one by one, and how many tasks' do. Threads: any.
  virtual bool is_fetched() const { return false; }
  virtual size_t unfetched() const { return 0; }

  // Once, when all has arrived, in the pool's own thread; it is done only then.
  virtual bool wants_callback() const { return false; }
  virtual void call_back() {}

 private:
  friend class PoolCore;

  // Under the pool's mutex.
  size_t window_;
  uint64_t id_ = 0;
  OpenTasks open_;
  size_t under_way_ = 0;
  size_t attending_ = 0;             // threads
  uint64_t at_most_ = ~uint64_t{0};  // tasks
  bool feeding_ = false;
  bool input_ended_ = false;
  bool done_ = false;
};

struct PoolSettings {
  int processes;
  std::optional<int> maxtasksperchild;
  std::optional<StartMethod> start_method;
  Initializer initializer;
};

class PoolCore {
 public:
  // Raises: ValueError; AssertionError in a daemon; what Process::start() raises.
  explicit PoolCore(PoolSettings settings);
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;
  // Terminates it, if that was not done.
  ~PoolCore();

  int processes() const { return settings_.processes; }

  // Begins a job. `attended`: the caller waits for it from now on until it is done, or gives it up.
  // Raises: ValueError if the pool was closed, ProcessError if no worker can be had.
  void begin(const std::shared_ptr<Job>& job, bool attended);
  // Waits until `holds`, which is asked under the mutex, and the job may be done without it. False: it did not until
  // the deadline.
  bool wait(Job& job, const std::function<bool()>& holds, base::Deadline deadline);
  bool wait_until_done(Job& job, base::Deadline deadline);
  bool is_done(const Job& job) const;
  // Requires: within the condition of a wait().
  static bool is_done_now(const Job& job) { return job.done_; }
  // Something was fetched: there is room for more tasks.
  void go_on_with(const std::shared_ptr<Job>& job);
  // Nobody is going to want what it still brings. Then: no input of its is used any more.
  // Requires: it was begun as attended.
  void give_up(const std::shared_ptr<Job>& job);

  // Nobody is going to fetch what it still brings.
  void abandon(const std::shared_ptr<Job>& job);

  bool closed() const;
  void close();
  void terminate();
  // Raises: ValueError if it was neither closed nor terminated.
  void join();
  // Terminates it, and ends its threads.
  void end() noexcept;

 private:
  struct Worker {
    std::unique_ptr<Process> process;  // null: none
    bool noticed = false;              // that it has ended
    bool ready = false;                // its initializer has returned
  };
  // Tasks that are put together.
  struct Batch {
    Records records;
    size_t count = 0;
    std::vector<std::pair<uint64_t, std::exception_ptr>> failed = {};  // which could not be written
    bool ended = false;  // there are no more behind it
    std::exception_ptr input_error = nullptr;
  };
  // How often it has rung, and how many threads wait for it. A signal's handler may end a wait (interrupt.h).
  struct Bell {
    os::Word rung{0};
    size_t waiting = 0;

    void ring() {
      ++rung;
      if (waiting > 0) os::wake_all(rung);
    }
  };
  using Lock = std::unique_lock<std::mutex>;
  class Attention;

  void require_own() const;
  void start_worker(size_t index);

  // All of these with the mutex held; some let go of it meanwhile.
  static bool has_room(const Job& job);
  void feed(Lock& lock, const std::shared_ptr<Job>& job);
  void feed_soon(Lock& lock, const std::shared_ptr<Job>& job);
  static Batch take_tasks(Job& job, uint64_t first, size_t most);
  void put_tasks(Lock& lock, Job& job, uint64_t first, Batch& batch);
  void wait_some(Lock& lock, base::Deadline deadline);
  void read_some(Lock& lock, base::Deadline deadline);
  std::vector<std::shared_ptr<Job>> take_in(Lock& lock, const Records& records);
  void wait_for_workers(Lock& lock);
  void note(Lock& lock, const ResultHead& head, Reader& in);
  void worker_died(Lock& lock, size_t index, bool surely);
  void replace(size_t index);
  void ended(const std::shared_ptr<Job>& job);
  void finish_if_done(const std::shared_ptr<Job>& job);
  void finish(const std::shared_ptr<Job>& job);
  void fail_all(std::exception_ptr error);
  void break_down(std::exception_ptr error);
  void stop_workers_if_idle();
  void tell_reader();
  void wait_for(Bell& bell, Lock& lock, base::Deadline deadline);
  void wait_for_change(Lock& lock, base::Deadline deadline = base::Deadline::never());
  bool handler_has_work() const;
  bool fetcher_may_read() const;
  void tell_of_change();
  void attend(Job& job);
  void leave(Job& job);
  void count_unattended(const Job& job);
  void count_attended(const Job& job);
  bool is_lost(const Claim& claim, size_t worker, bool surely, bool* unsure);
  std::string fate_of(size_t index) const;

  void handle_results();
  void feed_jobs();
  void watch_workers();
  void wake_watcher();
  void end_threads();

  const PoolSettings settings_;
  const pid_t made_in_;
  const std::vector<int> blocked_;
  PoolMemory memory_;
  // Where workers come from that take the place of others, if they are forked: this process has threads by then.
  std::unique_ptr<Nursery> nursery_;
  base::UniqueFd watcher_wake_;

  mutable std::mutex mutex_;
  // For any change; and for what its own threads have to do, who would be woken for nothing else.
  Bell changed_, handler_bell_, feeder_bell_;
  std::vector<Worker> workers_;
  size_t live_ = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Job>> jobs_;
  uint64_t last_id_ = 0;
  size_t unattended_ = 0;          // jobs that nobody waits for
  size_t unattended_fetched_ = 0;  // of these, those whose results are fetched one by one
  bool fetcher_was_here_ = false;  // a moment ago, and may be back before long
  bool handler_holds_back_ = false;
  size_t notices_ = 0;  // of the watcher's, that nobody has read yet
  std::deque<std::shared_ptr<Job>> callbacks_;
  std::deque<std::shared_ptr<Job>> to_feed_;  // by the thread for inputs that may wait
  bool reading_ = false, reader_sleeps_ = false;
  bool closed_ = false, stopping_ = false, terminated_ = false, over_ = false;
  std::exception_ptr broken_;
  size_t failed_starts_ = 0;  // one after the other
  std::string last_failure_;
  base::Deadline kill_at_ = base::Deadline::never();

  std::thread handler_, watcher_, feeder_;
};

}  // namespace mp

#endif  // MP_POOL_CORE_H_
