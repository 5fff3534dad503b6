#include "mp/pool_core.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/ending.h"
#include "base/os_error.h"
#include "mp/errors.h"
#include "mp/failure.h"
#include "mp/os/quiet_thread.h"

namespace mp {
namespace {

using namespace std::chrono_literals;

// So many results are read, and tasks put, at once.
constexpr size_t kBatch = 64;

// So many more tasks of a job are put when somebody waits for the end of the pool.
constexpr size_t kMostAtJoin = 4096;

// Workers that have been told to end by SIGTERM get SIGKILL then.
constexpr auto kPatience = 1s;

// Who fetches results reads them, if he is back within this time; the pool's own thread would take a CPU from him or a
// worker to hand them over.
constexpr auto kAMoment = 1ms;

base::Deadline never() { return base::Deadline::never(); }

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception";
  }
}

}  // namespace

bool OpenTasks::remove(uint64_t task) {
  if (!has(task)) return false;
  open_[task - first_] = false;
  while (ended_ < open_.size() && !open_[ended_]) ++ended_;
  // What has ended is forgotten when it is more than what has not, so each is moved once at most.
  if (2 * ended_ >= open_.size()) {
    open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(ended_));
    first_ += std::exchange(ended_, 0);
  }
  return true;
}

// A thread that waits for a job.
class PoolCore::Attention {
 public:
  Attention(PoolCore* pool, Job* job) : pool_(*pool), job_(*job) { pool_.attend(job_); }
  Attention(const Attention&) = delete;
  Attention& operator=(const Attention&) = delete;
  ~Attention() { pool_.leave(job_); }

 private:
  PoolCore& pool_;
  Job& job_;
};

// ---------------------------------------------------------------- its beginning

PoolCore::PoolCore(PoolSettings settings)
    : settings_(std::move(settings)),
      made_in_(::getpid()),
      blocked_(blocked_signals()),
      memory_(static_cast<size_t>(std::max(settings_.processes, 1))) {
  if (settings_.processes < 1) throw ValueError("a pool has at least one process");
  if (settings_.maxtasksperchild && *settings_.maxtasksperchild < 1)
    throw ValueError("maxtasksperchild is at least 1");
  watcher_wake_ = base::UniqueFd(
      base::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "prepare to watch over workers"));
  workers_.resize(static_cast<size_t>(settings_.processes));
  try {
    for (size_t i = 0; i < workers_.size(); ++i) start_worker(i);
    // Asking for the program's method settles it.
    const StartMethod method =
        settings_.start_method ? *settings_.start_method : get_start_method();
    if (method == StartMethod::kFork) nursery_ = std::make_unique<Nursery>();
    handler_ = os::quiet_thread([this] { handle_results(); });
    watcher_ = os::quiet_thread([this] { watch_workers(); });
  } catch (...) {
    for (Worker& worker : workers_) {
      if (worker.process == nullptr) continue;
      worker.process->kill();
      worker.process->join();
    }
    closed_ = true;
    live_ = 0;
    end_threads();
    throw;
  }
}

PoolCore::~PoolCore() {
  if (made_in_ == ::getpid()) {
    end();
    return;
  }
  // In a forked child, where the threads are not, and nothing else is its own.
  static_cast<void>(nursery_.release());
  for (std::thread* thread : {&handler_, &watcher_, &feeder_}) {
    if (thread->joinable()) thread->detach();
  }
}

void PoolCore::end() noexcept {
  if (made_in_ != ::getpid()) return;
  try {
    terminate();
  } catch (...) {  // that a signal's handler wanted to be heard; it is terminated all the same
  }
  end_threads();
}

void PoolCore::start_worker(size_t index) {
  Worker& worker = workers_[index];
  ProcessOptions options = {.daemon = true, .start_method = settings_.start_method};
  const WorkerOrders orders = {
      .worker = index,
      .most_tasks = static_cast<size_t>(settings_.maxtasksperchild.value_or(0)),
      .blocked = blocked_};
  auto process = std::make_unique<Process>(options, work, memory_, orders, settings_.initializer);
  std::string name = process->name();
  if (const size_t at = name.find("Process"); at != std::string::npos)
    process->set_name(name.replace(at, 7, "PoolWorker"));
  process->start(nursery_.get());
  worker = {.process = std::move(process), .ready = !settings_.initializer};
  ++live_;
}

void PoolCore::require_own() const {
  if (made_in_ != ::getpid()) throw ValueError("this pool belongs to another process");
}

// ---------------------------------------------------------------- tasks

// Whether it is worth while to put more.
bool PoolCore::has_room(const Job& job) {
  return job.under_way_ + job.unfetched() <= job.window_ / 2;
}

void PoolCore::begin(const std::shared_ptr<Job>& job, bool attended) {
  require_own();
  Lock lock(mutex_);
  if (broken_ != nullptr) std::rethrow_exception(broken_);
  if (closed_) throw ValueError("the pool is closed");
  job->id_ = ++last_id_;
  jobs_.emplace(job->id_, job);
  if (attended) {
    ++job->attending_;
  } else {
    count_unattended(*job);
  }
  feed_soon(lock, job);
  if (!attended) tell_of_change();
}

// Now, or by the thread that may wait.
void PoolCore::feed_soon(Lock& lock, const std::shared_ptr<Job>& job) {
  if (job->input_ended_ || job->done_ || job->feeding_) return;
  if (!job->input_may_wait()) {
    feed(lock, job);
    return;
  }
  if (!feeder_.joinable()) feeder_ = os::quiet_thread([this] { feed_jobs(); });
  if (std::find(to_feed_.begin(), to_feed_.end(), job) == to_feed_.end()) to_feed_.push_back(job);
  tell_of_change();
}

// Puts tasks of the job's as long as there may be more under way.
void PoolCore::feed(Lock& lock, const std::shared_ptr<Job>& job) {
  if (job->feeding_) return;
  job->feeding_ = true;
  while (!job->input_ended_ && !job->done_) {
    const size_t busy = job->under_way_ + job->unfetched();
    if (busy >= job->window_) break;
    // What is there must not wait for what may take its time.
    const size_t most = job->input_may_wait() ? 1 : std::min(job->window_ - busy, kBatch);
    const uint64_t first = job->open_.made();
    lock.unlock();
    Batch batch = take_tasks(*job, first, most);
    lock.lock();
    if (job->done_) break;
    put_tasks(lock, *job, first, batch);
    if (!batch.ended && job->open_.made() >= job->at_most_) {
      batch.ended = true;
      batch.input_error = std::make_exception_ptr(
          ValueError("the pool was closed and joined before the input ended"));
    }
    if (batch.ended) {
      job->input_ended_ = true;
      if (batch.input_error != nullptr) job->input_failed(batch.input_error);
    }
  }
  job->feeding_ = false;
  finish_if_done(job);
  tell_of_change();
}

// Of what the job's input gives, at most so many.
PoolCore::Batch PoolCore::take_tasks(Job& job, uint64_t first, size_t most) {
  Batch batch;
  const auto look = [&] {
    try {
      batch.ended = !job.has_more();
    } catch (...) {
      batch.ended = true;
      batch.input_error = std::current_exception();
    }
    return !batch.ended;
  };
  while (batch.count < most && look()) {
    const uint64_t task = first + batch.count++;
    try {
      batch.records.add_written([&](std::string* bytes) {
        *bytes += bytes_of(TaskHead{TaskHead::Kind::kRun, job.id_, task});
        Writer out(bytes);
        job.write_task(out);
      });
    } catch (...) {
      batch.failed.emplace_back(task, std::current_exception());
    }
  }
  // The last one is known as such at once.
  if (!batch.ended && !job.input_may_wait()) look();
  return batch;
}

void PoolCore::put_tasks(Lock& lock, Job& job, uint64_t first, Batch& batch) {
  for (size_t i = 0; i < batch.count; ++i) job.open_.add();
  job.under_way_ += batch.count;
  lock.unlock();
  try {
    memory_.tasks().put_many(batch.records.views(), never());
    memory_.bells().call(batch.records.size());
  } catch (...) {
    // Those that were put all the same bring results that nobody waits for.
    for (size_t i = 0; i < batch.count; ++i)
      batch.failed.emplace_back(first + i, std::current_exception());
  }
  lock.lock();
  for (const auto& [task, reason] : batch.failed) {
    if (!job.open_.remove(task)) continue;
    --job.under_way_;
    job.fail(task, reason);
  }
}

void PoolCore::go_on_with(const std::shared_ptr<Job>& job) {
  Lock lock(mutex_);
  fetcher_was_here_ = true;
  if (has_room(*job)) feed_soon(lock, job);
}

void PoolCore::give_up(const std::shared_ptr<Job>& job) {
  Lock lock(mutex_);
  job->input_ended_ = true;
  while (job->feeding_) wait_for_change(lock);
  finish_if_done(job);
  leave(*job);
}

void PoolCore::abandon(const std::shared_ptr<Job>& job) {
  Lock lock(mutex_);
  job->input_ended_ = true;
  finish_if_done(job);
}

// ---------------------------------------------------------------- waiting

void PoolCore::attend(Job& job) {
  if (job.attending_++ == 0 && !job.done_) count_attended(job);
}

void PoolCore::count_unattended(const Job& job) {
  ++unattended_;
  if (!job.is_fetched()) return;
  ++unattended_fetched_;
  fetcher_was_here_ = true;
}

void PoolCore::count_attended(const Job& job) {
  --unattended_;
  if (job.is_fetched()) --unattended_fetched_;
}

void PoolCore::leave(Job& job) {
  if (--job.attending_ > 0 || job.done_) return;
  count_unattended(job);
  tell_of_change();
}

bool PoolCore::wait(Job& job, const std::function<bool()>& holds, base::Deadline deadline) {
  Lock lock(mutex_);
  if (holds()) return true;
  Attention attention(this, &job);
  while (!holds()) {
    if (deadline.passed()) return false;
    wait_some(lock, deadline);
  }
  return true;
}

bool PoolCore::wait_until_done(Job& job, base::Deadline deadline) {
  return wait(
      job, [&] { return job.done_; }, deadline);
}

bool PoolCore::is_done(const Job& job) const {
  Lock lock(mutex_);
  return job.done_;
}

// Reads results, if nobody else does; until something has changed, or the deadline.
void PoolCore::wait_some(Lock& lock, base::Deadline deadline) {
  if (!reading_ && live_ > 0) {
    read_some(lock, deadline);
  } else {
    wait_for_change(lock, deadline);
  }
}

void PoolCore::wait_for(Bell& bell, Lock& lock, base::Deadline deadline) {
  ++bell.waiting;
  const uint32_t seen = bell.rung.load();
  lock.unlock();
  std::exception_ptr interrupted;
  try {
    os::sleep_on(bell.rung, seen, deadline);
  } catch (...) {
    interrupted = std::current_exception();
  }
  lock.lock();
  --bell.waiting;
  if (interrupted != nullptr) std::rethrow_exception(interrupted);
}

void PoolCore::wait_for_change(Lock& lock, base::Deadline deadline) {
  wait_for(changed_, lock, deadline);
}

void PoolCore::tell_of_change() {
  changed_.ring();
  if (handler_has_work() && !(handler_holds_back_ && fetcher_may_read())) handler_bell_.ring();
  if (over_ || !to_feed_.empty()) feeder_bell_.ring();
}

bool PoolCore::handler_has_work() const {
  const bool must_read = live_ > 0 && (unattended_ > 0 || notices_ > 0);
  return over_ || !callbacks_.empty() || (!reading_ && must_read);
}

// Whether what the handler would read is better left to who fetches it.
bool PoolCore::fetcher_may_read() const {
  const bool others_wait = over_ || !callbacks_.empty() || notices_ > 0;
  return fetcher_was_here_ && !others_wait && unattended_ == unattended_fetched_;
}

void PoolCore::read_some(Lock& lock, base::Deadline deadline) {
  reading_ = reader_sleeps_ = true;
  lock.unlock();
  Records records;
  std::exception_ptr interrupted;  // a signal's handler wants to be heard
  try {
    memory_.results().get_many(&records, kBatch, deadline);
  } catch (...) {
    interrupted = std::current_exception();
  }
  lock.lock();
  reader_sleeps_ = false;
  const std::vector<std::shared_ptr<Job>> hungry = take_in(lock, records);
  reading_ = false;
  tell_of_change();
  if (interrupted != nullptr) std::rethrow_exception(interrupted);
  for (const auto& job : hungry) feed_soon(lock, job);
}

// There is something else to do for whoever sleeps at the results.
void PoolCore::tell_reader() {
  if (reader_sleeps_)
    memory_.results().put(bytes_of(ResultHead{ResultHead::Kind::kLookAround, 0, 0}), never());
  tell_of_change();
}

// ---------------------------------------------------------------- results

// Returns the jobs that should have more tasks now.
std::vector<std::shared_ptr<Job>> PoolCore::take_in(Lock& lock, const Records& records) {
  std::vector<std::shared_ptr<Job>> hungry;
  std::shared_ptr<Job> job;                          // mostly that of the record before
  std::vector<std::pair<uint64_t, Reader>> results;  // of this job's tasks
  const auto hand_over = [&] {
    if (results.empty()) return;
    lock.unlock();
    for (auto& [task, in] : results) {
      try {
        job->arrive(task, in);
      } catch (...) {
        job->fail(task, std::current_exception());
      }
    }
    lock.lock();
    job->under_way_ -= results.size();
    results.clear();
    finish_if_done(job);
    if (!job->input_ended_ && has_room(*job)) hungry.push_back(job);
  };
  for (size_t i = 0; i < records.size(); ++i) {
    Reader in(records[i]);
    const auto head = read_head<ResultHead>(in);
    if (head.kind != ResultHead::Kind::kResult || job == nullptr || job->id_ != head.job)
      hand_over();
    if (head.kind != ResultHead::Kind::kResult) {
      note(lock, head, in);
      continue;
    }
    if (job == nullptr || job->id_ != head.job) {
      const auto found = jobs_.find(head.job);
      job = found != jobs_.end() ? found->second : nullptr;
    }
    // Of a job that was given up or has failed nobody wants more.
    if (job != nullptr && job->open_.remove(head.task)) results.emplace_back(head.task, in);
  }
  hand_over();
  return hungry;
}

// One task less is under way.
void PoolCore::ended(const std::shared_ptr<Job>& job) {
  --job->under_way_;
  finish_if_done(job);
}

void PoolCore::finish_if_done(const std::shared_ptr<Job>& job) {
  if (job->done_ || job->under_way_ > 0 || !job->input_ended_ || job->feeding_) return;
  if (jobs_.erase(job->id_) == 0) return;  // its callback is on the way
  if (job->wants_callback()) {
    callbacks_.push_back(job);
    tell_reader();
  } else {
    finish(job);
  }
}

void PoolCore::finish(const std::shared_ptr<Job>& job) {
  job->done_ = true;
  if (job->attending_ == 0) count_attended(*job);
  stop_workers_if_idle();
  tell_reader();
}

// Requires: nobody is about to hand results to them.
void PoolCore::fail_all(std::exception_ptr error) {
  const auto jobs = std::exchange(jobs_, {});
  for (const auto& [id, job] : jobs) {
    job->fail_all(error);
    job->input_ended_ = true;
    finish(job);
  }
}

// ---------------------------------------------------------------- workers

void PoolCore::note(Lock& lock, const ResultHead& head, Reader& in) {
  switch (head.kind) {
    case ResultHead::Kind::kReady:
      failed_starts_ = 0;
      workers_[head.task].ready = true;
      break;
    case ResultHead::Kind::kInitFailed: {
      const auto failure = in.read<Failure>();
      last_failure_ = failure.name + ": " + failure.message;
      break;
    }
    case ResultHead::Kind::kDied:
    case ResultHead::Kind::kSurelyDied:
      --notices_;
      worker_died(lock, head.task, head.kind == ResultHead::Kind::kSurelyDied);
      break;
    case ResultHead::Kind::kLookAround:
    case ResultHead::Kind::kResult:
      break;
  }
}

// How a worker ended, for people.
std::string PoolCore::fate_of(size_t index) const {
  const Process& process = *workers_[index].process;
  const int code = process.exitcode().value_or(0);
  const std::string who = process.name() + " (process " + std::to_string(*process.pid()) + ")";
  if (code >= 0) return who + " ended with " + describe(base::Ending(base::Exited{code}));
  return who + " was " + describe(base::Ending(base::Signaled{.signal = -code}));
}

void PoolCore::worker_died(Lock& lock, size_t index, bool surely) {
  Claim& claim = memory_.claim(index);
  if (claim.valid.load(std::memory_order_acquire)) {
    const uint64_t task = claim.task.load();
    const auto found = jobs_.find(claim.job.load());
    bool unsure = false;
    if (found != jobs_.end() && found->second->open_.has(task) &&
        is_lost(claim, index, surely, &unsure)) {
      const std::shared_ptr<Job> job = found->second;
      job->open_.remove(task);
      job->fail(task, std::make_exception_ptr(
                          WorkerLost(fate_of(index) + " while it ran " + job->describe(task))));
      ended(job);
      feed_soon(lock, job);
    }
    if (unsure) {
      ++notices_;
      memory_.results().put(bytes_of(ResultHead{ResultHead::Kind::kSurelyDied, 0, index}), never());
      return;
    }
    claim.valid.store(false);
  }
  replace(index);
}

// Whether the task went down with the worker: it was taken, by nobody else, and what the other one may have sent
// meanwhile was read.
bool PoolCore::is_lost(const Claim& claim, size_t worker, bool surely, bool* unsure) {
  const uint32_t number = claim.number.load();
  if (memory_.tasks().taken() == number) return false;  // the next one will take it
  for (size_t i = 0; i < workers_.size(); ++i) {
    const Claim& other = memory_.claim(i);
    if (i != worker && other.valid.load(std::memory_order_acquire) && other.number.load() == number)
      return false;
  }
  *unsure = !surely;
  return surely;
}

void PoolCore::replace(size_t index) {
  Worker& worker = workers_[index];
  const bool was_ready = worker.ready;
  const std::string fate = fate_of(index);
  worker.process.reset();
  --live_;
  memory_.bells().forget(index, memory_.tasks());
  if (!was_ready && ++failed_starts_ >= 2 * workers_.size() && broken_ == nullptr) {
    break_down(
        std::make_exception_ptr(ProcessError("no worker gets through the pool's initializer: " +
                                             (last_failure_.empty() ? fate : last_failure_))));
  }
  if (terminated_ || stopping_ || broken_ != nullptr) {
    tell_reader();
    return;
  }
  try {
    start_worker(index);
    wake_watcher();
  } catch (...) {
    // The others go on, if there are any.
    if (live_ == 0) {
      break_down(std::make_exception_ptr(
          ProcessError("the pool has no worker left and can't start another: " +
                       message_of(std::current_exception()))));
    }
  }
}

// No worker can be had: nothing that was asked for will ever come. Requires: the caller is the reader.
void PoolCore::break_down(std::exception_ptr error) {
  broken_ = error;
  fail_all(error);
  for (Worker& worker : workers_) {
    if (worker.process != nullptr) worker.process->kill();
  }
}

// ---------------------------------------------------------------- its end

void PoolCore::stop_workers_if_idle() {
  if (!closed_ || stopping_ || !jobs_.empty() || !callbacks_.empty()) return;
  stopping_ = true;
  for (size_t i = 0; i < live_; ++i)
    memory_.tasks().put(bytes_of(TaskHead{TaskHead::Kind::kStop, 0, 0}), never());
  memory_.bells().call(live_);
}

bool PoolCore::closed() const {
  Lock lock(mutex_);
  return closed_;
}

void PoolCore::close() {
  require_own();
  Lock lock(mutex_);
  if (closed_) return;
  closed_ = true;
  stop_workers_if_idle();
  tell_reader();
}

void PoolCore::terminate() {
  require_own();
  Lock lock(mutex_);
  if (!terminated_) {
    closed_ = terminated_ = true;
    for (Worker& worker : workers_) {
      if (worker.process != nullptr) worker.process->terminate();
    }
    kill_at_ = base::Deadline::after(kPatience);
    wake_watcher();
    while (reading_) {
      tell_reader();
      wait_for_change(lock);
    }
    fail_all(std::make_exception_ptr(ProcessError("the pool was terminated")));
  }
  wait_for_workers(lock);
  // A callback may terminate its pool.
  while (!callbacks_.empty() && std::this_thread::get_id() != handler_.get_id())
    wait_for_change(lock);
}

// Whatever a signal's handler throws meanwhile is thrown when they have ended.
void PoolCore::wait_for_workers(Lock& lock) {
  std::exception_ptr interrupted;
  while (live_ > 0) {
    try {
      wait_some(lock, never());
    } catch (...) {
      if (!terminated_) throw;
      interrupted = std::current_exception();
    }
  }
  if (interrupted != nullptr) std::rethrow_exception(interrupted);
}

void PoolCore::join() {
  require_own();
  Lock lock(mutex_);
  if (!closed_) throw ValueError("join() of a pool that runs: close() or terminate() it first");
  // Jobs that are held up because nobody fetches their results would never end.
  const auto jobs = jobs_;
  for (const auto& [id, job] : jobs) {
    if (!job->is_fetched()) continue;
    if (job->input_may_wait()) job->at_most_ = job->open_.made() + kMostAtJoin;
    job->window_ = SIZE_MAX;
    feed_soon(lock, job);
  }
  wait_for_workers(lock);
}

void PoolCore::end_threads() {
  {
    Lock lock(mutex_);
    over_ = true;
    tell_of_change();
  }
  wake_watcher();
  for (std::thread* thread : {&handler_, &watcher_, &feeder_}) {
    if (thread->joinable()) thread->join();
  }
  nursery_.reset();
}

// ---------------------------------------------------------------- its threads

void PoolCore::handle_results() {
  Lock lock(mutex_);
  while (!over_ || !callbacks_.empty()) {
    if (!callbacks_.empty()) {
      const std::shared_ptr<Job> job = callbacks_.front();
      lock.unlock();
      try {
        job->call_back();
      } catch (...) {
        std::fprintf(stderr, "Pool: a callback has raised %s\n",
                     message_of(std::current_exception()).c_str());
      }
      lock.lock();
      callbacks_.pop_front();
      if (!job->done_) finish(job);
      tell_of_change();
    } else if (handler_has_work() && fetcher_may_read()) {
      fetcher_was_here_ = false;
      handler_holds_back_ = true;
      wait_for(handler_bell_, lock, base::Deadline::after(kAMoment));
      handler_holds_back_ = false;
    } else if (handler_has_work()) {
      read_some(lock, never());
    } else {
      wait_for(handler_bell_, lock, never());
    }
  }
}

// Inputs that may wait.
void PoolCore::feed_jobs() {
  Lock lock(mutex_);
  while (!over_) {
    if (to_feed_.empty()) {
      wait_for(feeder_bell_, lock, never());
      continue;
    }
    const std::shared_ptr<Job> job = to_feed_.front();
    to_feed_.pop_front();
    feed(lock, job);
  }
}

void PoolCore::wake_watcher() {
  const uint64_t one = 1;
  // It can't be full: the watcher empties it.
  base::retry_eintr([&] { return ::write(watcher_wake_.get(), &one, sizeof(one)); });
}

void PoolCore::watch_workers() {
  Lock lock(mutex_);
  while (!over_) {
    std::vector<pollfd> watched = {{.fd = watcher_wake_.get(), .events = POLLIN, .revents = 0}};
    std::vector<size_t> whose = {0};
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (workers_[i].process == nullptr || workers_[i].noticed) continue;
      watched.push_back({.fd = workers_[i].process->sentinel(), .events = POLLIN, .revents = 0});
      whose.push_back(i);
    }
    const int patience = kill_at_.poll_timeout();
    lock.unlock();
    base::retry_eintr([&] { return ::poll(watched.data(), watched.size(), patience); });
    if (watched[0].revents != 0) {
      uint64_t times;
      base::retry_eintr([&] { return ::read(watcher_wake_.get(), &times, sizeof(times)); });
    }
    lock.lock();
    if (kill_at_.passed()) {
      kill_at_ = never();
      for (Worker& worker : workers_) {
        if (worker.process != nullptr) worker.process->kill();
      }
    }
    for (size_t i = 1; i < watched.size(); ++i) {
      Worker& worker = workers_[whose[i]];
      if (watched[i].revents == 0 || worker.process == nullptr || worker.noticed) continue;
      worker.noticed = true;
      worker.process->join();
      ++notices_;
      memory_.results().put(bytes_of(ResultHead{ResultHead::Kind::kDied, 0, whose[i]}), never());
      tell_of_change();
    }
  }
}

}  // namespace mp
