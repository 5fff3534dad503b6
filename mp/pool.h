// A pool of worker processes that tasks are given to.
//
// A task is a function, or a lambda that captures nothing, with its arguments; it runs in some worker, and what it returns
// or throws comes back. What it throws is thrown here as what it was (failure.h).
//
// Results of map() are in the order of the input; so are those of imap(), and those of imap_unordered() as they come. The
// input may be any range, also one that makes its items as it goes, or a function that returns an optional item: of such
// a one only so much is taken in advance as keeps the workers busy.
//
// A worker that is killed, or ends in the middle of a task, fails that task with WorkerLost, which says how, and is
// replaced; the others go on. (Unlike Python: there its caller waits for ever, POOL-61.) Workers are daemons: they have no
// children, and end with the process that made the pool, however it ends.
//
// The end of its scope terminates a pool: what was not fetched is lost, and who still waits gets a ProcessError.
//
// Threads: any. Processes: the one that made it. Does not travel.
//
//   int square(int n) { return n * n; }
//   int add(int a, int b) { return a + b; }
//
//   mp::Pool pool(4);
//   pool.apply(add, 1, 2);                                       // 3
//   pool.map(square, std::vector{1, 2, 3});                      // {1, 4, 9}
//   pool.starmap(add, std::vector<std::pair<int, int>>{{1, 2}, {3, 4}});   // {3, 7}
//   for (int n : pool.imap_unordered(square, std::vector{1, 2, 3})) total += n;
//
//   auto later = pool.apply_async({.callback = [&](int n) { total += n; }}, square, 12);
//   later.get(2s);                                               // 144
//   pool.close();
//   pool.join();
#ifndef MP_POOL_H_
#define MP_POOL_H_

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "mp/errors.h"
#include "mp/failure.h"
#include "mp/pool_core.h"
#include "mp/task.h"
#include "mp/timeout.h"

namespace mp {

struct PoolOptions {
  std::optional<int> processes = {};  // absent: cpu_count()
  Initializer initializer = {};  // what each worker runs first: Initializer(function, arguments...)
  std::optional<int> maxtasksperchild = {};  // after so many a worker is replaced; absent: never
  std::optional<StartMethod> start_method = {};  // absent: the program's
};

// Called when the result is there, one at a time, in a thread of the pool's; get() returns afterwards. What one throws is
// told on standard error.
template <class R>
struct AsyncOptions {
  std::function<void(const R&)> callback = {};
  std::function<void(std::exception_ptr)> error_callback = {};
};
template <>
struct AsyncOptions<void> {
  std::function<void()> callback = {};
  std::function<void(std::exception_ptr)> error_callback = {};
};

// How many items go to a worker at once. Absent: a quarter of each worker's share.
using Chunksize = std::optional<int>;

namespace pool {

// A function that makes one item after the other.
template <class G>
concept Generator = !std::ranges::range<G> && requires(G & g) {
  *g();
  static_cast<bool>(g());
};

template <class In>
struct ItemOf {
  using type = std::remove_cvref_t<decltype(*std::declval<In&>()())>;
};
template <std::ranges::input_range In>
struct ItemOf<In> {
  using type = std::ranges::range_value_t<In>;
};
template <class In>
using Item = typename ItemOf<In>::type;

// Items one after the other. In: a range, a generator, or a reference to one.
template <class In>
class Source {
 public:
  using Of = std::remove_cvref_t<In>;

  explicit Source(In in) : in_(std::forward<In>(in)) {}

  // Adds items until there are so many, or no more. Requires: there are not more of them.
  void take(size_t most, std::vector<Item<Of>>* items) {
    if constexpr (Generator<Of>) {
      while (items->size() < most) {
        auto item = in_();
        if (!item) {
          ended_ = true;
          return;
        }
        items->push_back(*std::move(item));
      }
    } else {
      // begin() of some ranges makes the first item: so it is called where it may fail.
      if (!at_) at_.emplace(std::ranges::begin(in_));
      if constexpr (kIsAtHand && std::ranges::random_access_range<Of> &&
                    std::ranges::common_range<Of>) {
        const auto left = static_cast<size_t>(std::ranges::end(in_) - *at_);
        const size_t more = std::min(most - items->size(), left);
        const auto end = *at_ + static_cast<std::ptrdiff_t>(more);
        items->insert(items->end(), *at_, end);
        *at_ = end;
      } else {
        for (; *at_ != std::ranges::end(in_) && items->size() < most; ++*at_)
          items->push_back(**at_);
      }
      ended_ = items->size() < most;
    }
  }
  bool ended() const { return ended_; }

  // Whether the next item is there already, and how many are.
  static constexpr bool kIsAtHand = std::ranges::forward_range<Of> && std::ranges::sized_range<Of>;
  size_t size() requires kIsAtHand { return static_cast<size_t>(std::ranges::size(in_)); }

 private:
  template <class T>
  struct IteratorOf {
    using type = int;
  };
  template <std::ranges::range T>
  struct IteratorOf<T> {
    using type = std::ranges::iterator_t<std::remove_reference_t<In>>;
  };

  In in_;
  std::optional<typename IteratorOf<Of>::type> at_;
  bool ended_ = false;
};

// Of a job that makes its tasks of a source.
template <Takes takes, Fate fate, class F, class In>
class SourceJob : public Job {
 public:
  using Source = pool::Source<In>;
  using Item = pool::Item<std::remove_cvref_t<In>>;
  using Code = Task<takes, fate, F, Item>;
  using R = typename Code::R;

  SourceJob(F function, Source source, size_t chunksize, size_t window, std::string what)
      : Job(window),
        chunksize_(chunksize),
        what_(std::move(what)),
        beginning_(Code::beginning(function)),
        source_(std::move(source)) {}

  // What the source gave before it failed is done first.
  bool has_more() override {
    if (source_error_ == nullptr && !source_.ended()) {
      try {
        source_.take(chunksize_, &chunk_);
      } catch (...) {
        source_error_ = std::current_exception();
      }
    }
    if (chunk_.empty() && source_error_ != nullptr) std::rethrow_exception(source_error_);
    return !chunk_.empty();
  }
  void write_task(Writer& out) override {
    const Emptied emptied{&chunk_};
    out.write_raw(beginning_.data(), beginning_.size());
    out.write(chunk_);
  }
  bool input_may_wait() const override { return !Source::kIsAtHand; }

  std::string describe(uint64_t task) const override {
    if (chunksize_ == 1) return "item " + std::to_string(task) + " of " + what_;
    return "items " + std::to_string(task * chunksize_) + " to " +
           std::to_string((task + 1) * chunksize_ - 1) + " of " + what_;
  }

 protected:
  const size_t chunksize_;
  const std::string what_;

 private:
  // Its memory stays for the next chunk.
  struct Emptied {
    ~Emptied() { chunk->clear(); }
    std::vector<Item>* chunk;
  };

  const std::string beginning_;
  Source source_;
  std::vector<Item> chunk_;
  std::exception_ptr source_error_;
};

// A job whose results are wanted together.
template <class T>
class Whole {
 public:
  virtual ~Whole() = default;
  bool failed() const { return error_ != nullptr; }
  // Requires: the job is done.
  T get() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
    return value();
  }
  std::exception_ptr error() const { return error_; }

 protected:
  virtual T value() const = 0;
  // The first one counts.
  void fail_once(std::exception_ptr error) {
    if (error_ == nullptr) error_ = error;
  }

 private:
  std::exception_ptr error_;
};

template <class T>
using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
void call_back_with(const AsyncOptions<T>& options, const Whole<Value<T>>& whole) {
  if (whole.failed()) {
    if (options.error_callback) options.error_callback(whole.error());
  } else if (options.callback) {
    if constexpr (std::is_void_v<T>) {
      options.callback();
    } else {
      options.callback(whole.get());
    }
  }
}

template <class T>
bool has_callback(const AsyncOptions<T>& options) {
  return options.callback || options.error_callback;
}

// One call of a function.
template <class T, class F, class... Args>
class CallJob : public Job, public Whole<Value<T>> {
 public:
  using Code = Task<Takes::kSpread, Fate::kTogether, F, std::tuple<Args...>>;

  CallJob(F function, std::tuple<Args...> arguments, AsyncOptions<T> options)
      : Job(1),
        function_(function),
        arguments_(std::in_place, std::move(arguments)),
        options_(std::move(options)) {}

  bool has_more() override { return arguments_.has_value(); }
  void write_task(Writer& out) override {
    const std::tuple<Args...> arguments = *std::exchange(arguments_, std::nullopt);
    Code::write_beginning(out, function_);
    out.write_size(1);
    out.write(arguments);
  }
  void input_failed(std::exception_ptr error) override { this->fail_once(error); }

  void arrive(uint64_t, Reader& in) override {
    if (auto error = Code::read_all(in, &value_, 0)) this->fail_once(error);
  }
  void fail(uint64_t, std::exception_ptr error) override { this->fail_once(error); }
  void fail_all(std::exception_ptr error) override { this->fail_once(error); }
  std::string describe(uint64_t) const override { return "a call"; }

  bool wants_callback() const override { return has_callback(options_); }
  void call_back() override { call_back_with<T>(options_, *this); }

 private:
  Value<T> value() const override { return value_.at(0).value(); }

  F function_;
  std::optional<std::tuple<Args...>> arguments_;
  const AsyncOptions<T> options_;
  std::vector<std::optional<Value<T>>> value_;  // one
};

// The results of all items, in their order.
template <Takes takes, class F, class In>
class MapJob : public SourceJob<takes, Fate::kTogether, F, In>,
               public Whole<std::vector<Result<takes, F, Item<std::remove_cvref_t<In>>>>> {
 public:
  using Base = SourceJob<takes, Fate::kTogether, F, In>;
  using R = typename Base::R;
  using Options = AsyncOptions<std::vector<R>>;

  MapJob(F function, typename Base::Source source, size_t chunksize, size_t window, Options options,
         std::string what)
      : Base(function, std::move(source), chunksize, window, std::move(what)),
        options_(std::move(options)) {}

  void input_failed(std::exception_ptr error) override { this->fail_once(error); }

  void arrive(uint64_t task, Reader& in) override {
    if (auto error = Base::Code::read_all(in, &results_, task * this->chunksize_))
      this->fail_once(error);
  }
  void fail(uint64_t, std::exception_ptr error) override { this->fail_once(error); }
  void fail_all(std::exception_ptr error) override { this->fail_once(error); }

  bool wants_callback() const override { return has_callback(options_); }
  void call_back() override { call_back_with<std::vector<R>>(options_, *this); }

 private:
  // Of a type that can't be made of nothing each is optional at first.
  using Slot = std::conditional_t<std::default_initializable<R>, R, std::optional<R>>;

  std::vector<R> value() const override {
    if constexpr (std::same_as<Slot, R>) {
      return results_;
    } else {
      std::vector<R> all;
      for (const Slot& each : results_) all.push_back(*each);
      return all;
    }
  }

  const Options options_;
  std::vector<Slot> results_;
};

// Held for moments by one of several threads, of which there is hardly ever more than one: half the price of a mutex.
class Latch {
 public:
  void lock() {
    if (held_.exchange(1, std::memory_order_acquire) != 0) [[unlikely]]
      lock_slowly();
  }
  void unlock() {
    held_.store(0, std::memory_order_release);
    held_.notify_one();
  }

 private:
  [[gnu::noinline]] void lock_slowly() {
    do {
      held_.wait(1, std::memory_order_relaxed);
    } while (held_.exchange(1, std::memory_order_acquire) != 0);
  }

  std::atomic<int> held_{0};
};

// Results that are fetched one by one. They come by the task, and so who fetches meets who brings them once for each.
template <class R>
class Stream {
 public:
  virtual ~Stream() = default;

  bool has_next() const {
    std::scoped_lock hold(fetching_);
    std::scoped_lock hold_too(mutex_);
    return next_ < current_.size() || !ready_.empty();
  }
  enum class Fetched {
    kNone,  // none has come that was not fetched
    kOne,
    kOneAndMakesRoom  // so that it is worth while to ask for more
  };
  // Calls `use` with it.
  template <class Use>
  Fetched fetch(Use use) {
    std::scoped_lock hold(fetching_);
    if (next_ == current_.size() && !take_next_task()) return Fetched::kNone;
    use(current_[next_++]);
    return next_ == current_.size() && note_fetched() ? Fetched::kOneAndMakesRoom : Fetched::kOne;
  }
  // What is raised behind all results, once.
  std::exception_ptr take_last_error() {
    std::scoped_lock hold(mutex_);
    return std::exchange(last_error_, nullptr);
  }

 protected:
  static constexpr size_t kTasksAtOnce = 8;

  // Of a task. Requires: the mutex; there is one or more.
  void add(std::vector<Outcome<R>> outcomes) { ready_.push_back(std::move(outcomes)); }

  mutable std::mutex mutex_;  // over the next ones
  std::deque<std::vector<Outcome<R>>> ready_;
  size_t unfetched_ = 0;  // tasks that have arrived, ready or before their turn
  std::exception_ptr last_error_;

 private:
  bool take_next_task() {
    std::scoped_lock hold(mutex_);
    if (ready_.empty()) return false;
    current_ = std::move(ready_.front());
    ready_.pop_front();
    next_ = 0;
    return true;
  }
  // True: it is worth while to ask for more.
  bool note_fetched() {
    std::scoped_lock hold(mutex_);
    --unfetched_;
    return ready_.empty() || unfetched_ % kTasksAtOnce == 0;
  }

  mutable Latch fetching_;  // over the rest; before the mutex
  std::vector<Outcome<R>> current_;
  size_t next_ = 0;
};

template <Takes takes, class F, class In>
class StreamJob : public SourceJob<takes, Fate::kEach, F, In>,
                  public Stream<Result<takes, F, Item<std::remove_cvref_t<In>>>> {
 public:
  using Base = SourceJob<takes, Fate::kEach, F, In>;
  using R = typename Base::R;

  StreamJob(F function, typename Base::Source source, size_t chunksize, size_t window, bool ordered,
            std::string what)
      : Base(function, std::move(source), chunksize, window, std::move(what)), ordered_(ordered) {}

  void input_failed(std::exception_ptr error) override { fail_all(error); }
  void arrive(uint64_t task, Reader& in) override { note(task, Base::Code::read_each(in)); }
  void fail(uint64_t task, std::exception_ptr error) override {
    std::vector<Outcome<R>> outcomes;
    outcomes.emplace_back(std::in_place_index<1>, error);
    note(task, std::move(outcomes));
  }
  void fail_all(std::exception_ptr error) override {
    std::scoped_lock hold(this->mutex_);
    this->last_error_ = error;
  }
  bool is_fetched() const override { return true; }
  size_t unfetched() const override {
    std::scoped_lock hold(this->mutex_);
    return this->unfetched_;
  }

 private:
  void note(uint64_t task, std::vector<Outcome<R>> outcomes) {
    std::scoped_lock hold(this->mutex_);
    ++this->unfetched_;
    if (!ordered_) {
      this->add(std::move(outcomes));
      return;
    }
    early_.emplace(task, std::move(outcomes));
    for (auto next = early_.find(next_); next != early_.end(); next = early_.find(++next_)) {
      this->add(std::move(next->second));
      early_.erase(next);
    }
  }

  const bool ordered_;
  uint64_t next_ = 0;  // task
  std::map<uint64_t, std::vector<Outcome<R>>> early_;
};

}  // namespace pool

// What a call that did not wait has begun.
template <class T>
class AsyncResult {
 public:
  // Waits for the result. Raises: TimeoutError if it did not come within `timeout`; what the task has raised.
  T get(Timeout timeout = {}) const {
    if (!wait(timeout)) throw TimeoutError("the result is not there yet");
    if constexpr (std::is_void_v<T>) {
      whole_->get();
    } else {
      return whole_->get();
    }
  }
  // False: it is not there yet.
  bool wait(Timeout timeout = {}) const {
    return core_->wait_until_done(*job_, deadline_of(timeout));
  }
  bool ready() const { return core_->is_done(*job_); }
  // Whether the task has returned. Raises: ValueError if it is not ready.
  bool successful() const {
    if (!ready()) throw ValueError("successful() of a result that is not ready");
    return !whole_->failed();
  }

 private:
  friend class Pool;

  template <class Job>
  AsyncResult(std::shared_ptr<PoolCore> core, const std::shared_ptr<Job>& job)
      : core_(std::move(core)), job_(job), whole_(job) {}

  std::shared_ptr<PoolCore> core_;
  std::shared_ptr<Job> job_;
  std::shared_ptr<pool::Whole<pool::Value<T>>> whole_;
};

// The results of imap() and imap_unordered(): fetched one by one, and once.
//
//   for (int n : pool.imap(square, numbers)) ...
//
// Threads: any, and each result goes to one of them; a loop is for one. Lifetime: when it goes, no more of the input is
// used.
template <class R>
class ResultIterator {
 public:
  ResultIterator(ResultIterator&&) noexcept = default;
  ResultIterator& operator=(ResultIterator&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~ResultIterator() {
    if (state_) state_->core->abandon(state_->job);
  }

  // Raises: StopIteration behind the last one; TimeoutError if it did not come within `timeout`, and then it comes with
  // the next call; what its task has raised; behind all others, what the input has.
  R next(Timeout timeout = {}) {
    if (auto result = fetch(timeout)) return *std::move(result);
    throw StopIteration();
  }
  // The same, for who expects the end. Absent: it is there.
  std::optional<R> fetch(Timeout timeout = {}) {
    using Fetched = typename pool::Stream<R>::Fetched;
    State& its = *state_;
    std::optional<R> result;
    std::exception_ptr error;
    // Straight to its place: to move an Outcome costs more than all the rest.
    const auto use = [&](Outcome<R>& outcome) {
      if (R* value = std::get_if<0>(&outcome)) {
        result.emplace(std::move(*value));
      } else {
        error = std::get<1>(outcome);
      }
    };
    Fetched fetched = its.stream->fetch(use);
    if (fetched == Fetched::kNone) {
      const base::Deadline deadline = deadline_of(timeout);
      do {  // another thread may be quicker
        if (!wait_for_more(its, deadline)) return std::nullopt;
        fetched = its.stream->fetch(use);
      } while (fetched == Fetched::kNone);
    }
    if (fetched == Fetched::kOneAndMakesRoom) its.core->go_on_with(its.job);
    if (error != nullptr) [[unlikely]]
      std::rethrow_exception(error);
    return result;
  }

  // For a loop.
  class Position {
   public:
    using value_type = R;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    Position() = default;
    explicit Position(ResultIterator* results) : results_(results), current_(results->fetch()) {}
    const R& operator*() const { return *current_; }
    Position& operator++() {
      current_ = results_->fetch();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !current_; }

   private:
    ResultIterator* results_ = nullptr;
    std::optional<R> current_;
  };
  Position begin() { return Position(this); }
  std::default_sentinel_t end() { return {}; }

 private:
  friend class Pool;

  struct State {
    std::shared_ptr<PoolCore> core;
    std::shared_ptr<Job> job;
    std::shared_ptr<pool::Stream<R>> stream;
  };

  // False: there are no more.
  static bool wait_for_more(State& its, base::Deadline deadline) {
    const auto came = [&] { return its.stream->has_next() || PoolCore::is_done_now(*its.job); };
    if (!its.core->wait(*its.job, came, deadline))
      throw TimeoutError("the next result is not there yet");
    if (its.stream->has_next() || !its.core->is_done(*its.job)) return true;
    if (its.stream->has_next()) return true;  // it came between the two questions
    if (auto error = its.stream->take_last_error()) std::rethrow_exception(error);
    return false;
  }

  template <class StreamJob>
  ResultIterator(std::shared_ptr<PoolCore> core, const std::shared_ptr<StreamJob>& job)
      : state_(std::make_unique<State>(State{.core = std::move(core), .job = job, .stream = job})) {
  }

  std::unique_ptr<State> state_;
};

class Pool {
 public:
  // Raises: ValueError for fewer than one process; AssertionError in a daemon, which has no children; OSError.
  explicit Pool(int processes) : Pool(PoolOptions{.processes = processes}) {}
  explicit Pool(PoolOptions options = {})
      : core_(std::make_shared<PoolCore>(
            PoolSettings{.processes = options.processes.value_or(cpu_count()),
                         .maxtasksperchild = options.maxtasksperchild,
                         .start_method = options.start_method,
                         .initializer = std::move(options.initializer)})) {}
  Pool(Pool&&) noexcept = default;
  Pool& operator=(Pool&& other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  // Terminates it.
  ~Pool() {
    if (core_ != nullptr) core_->end();
  }

  int processes() const { return core_->processes(); }

  // Calls the function in a worker and waits for what it returns.
  // Raises: what the function has; WorkerLost; ValueError if the pool is closed; ProcessError if it was terminated
  // meanwhile. All of the following likewise.
  template <class F, class... Args>
  auto apply(F function, Args... args) {
    using T = Returned<F, Args...>;
    auto job = make_call<T>({}, function, std::move(args)...);
    wait_for(job);
    if constexpr (std::is_void_v<T>) {
      job->get();
    } else {
      return job->get();
    }
  }
  // Does not wait.
  template <class F, class... Args>
  requires(std::invocable<F&, Kept<Args>&...>) auto apply_async(F function, Args... args) {
    return apply_async(AsyncOptions<Returned<F, Args...>>{}, function, std::move(args)...);
  }
  template <class F, class... Args>
  auto apply_async(AsyncOptions<std::invoke_result_t<F&, Kept<Args>&...>> options, F function,
                   Args... args) {
    return begun<Returned<F, Args...>>(
        make_call<Returned<F, Args...>>(std::move(options), function, std::move(args)...));
  }

  // Calls the function with each item, and waits for all results.
  // Raises: the first error of them, when all are done; ValueError for a chunksize of less than one.
  template <class F, class In>
  auto map(F function, In&& input, Chunksize chunksize = {}) {
    return map_and_wait<Takes::kWhole>(function, std::forward<In>(input), chunksize, "map()");
  }
  // The same with each item's members as the arguments.
  template <class F, class In>
  auto starmap(F function, In&& input, Chunksize chunksize = {}) {
    return map_and_wait<Takes::kSpread>(function, std::forward<In>(input), chunksize, "starmap()");
  }
  // They do not wait.
  template <class F, class In>
  auto map_async(F function, In input, Chunksize chunksize = {},
                 AsyncOptions<std::vector<Result<Takes::kWhole, F, pool::Item<In>>>> options = {}) {
    return map_soon<Takes::kWhole>(function, std::move(input), chunksize, std::move(options),
                                   "map_async()");
  }
  template <class F, class In>
  auto starmap_async(
      F function, In input, Chunksize chunksize = {},
      AsyncOptions<std::vector<Result<Takes::kSpread, F, pool::Item<In>>>> options = {}) {
    return map_soon<Takes::kSpread>(function, std::move(input), chunksize, std::move(options),
                                    "starmap_async()");
  }

  // Results one by one: in the order of the input, or as they come. An error of one item leaves the others alone.
  // At most 16 chunks for each worker are under way or wait to be fetched, if the input makes its items as it goes.
  template <class F, class In>
  auto imap(F function, In input, int chunksize = 1) {
    return stream(function, std::move(input), chunksize, /*ordered=*/true, "imap()");
  }
  template <class F, class In>
  auto imap_unordered(F function, In input, int chunksize = 1) {
    return stream(function, std::move(input), chunksize, /*ordered=*/false, "imap_unordered()");
  }

  // Whether it takes no more tasks: it was closed or terminated.
  bool closed() const { return core_->closed(); }
  // No more tasks; those that were given are done.
  void close() { core_->close(); }
  // Ends the workers, whatever they do. Who waits for a result gets a ProcessError.
  // Then: no callback runs any more, unless it is one that has called this.
  void terminate() { core_->terminate(); }
  // Waits until the workers have ended. Raises: ValueError if the pool was neither closed nor terminated.
  // Of an imap() that nobody fetches, with an input that makes its items as it goes, it takes 4096 more chunks and no more.
  void join() { core_->join(); }

 private:
  template <class F, class... Args>
  using Returned = std::decay_t<std::invoke_result_t<F&, Kept<Args>&...>>;

  template <class T, class F, class... Args>
  static auto make_call(AsyncOptions<T> options, F function, Args... args) {
    check_task<Takes::kSpread, F, std::tuple<Kept<Args>...>>();
    return std::make_shared<pool::CallJob<T, F, Kept<Args>...>>(
        function, std::tuple<Kept<Args>...>(std::move(args)...), std::move(options));
  }

  template <class Job>
  void wait_for(const std::shared_ptr<Job>& job) {
    core_->begin(job, /*attended=*/true);
    try {
      core_->wait_until_done(*job, base::Deadline::never());
    } catch (...) {  // what a signal's handler throws
      core_->give_up(job);
      throw;
    }
  }
  template <class T, class Job>
  AsyncResult<T> begun(const std::shared_ptr<Job>& job) {
    core_->begin(job, /*attended=*/false);
    return AsyncResult<T>(core_, job);
  }

  // As many tasks as may be under way.
  template <class Source>
  size_t window() const {
    constexpr size_t kOfWhatIsAtHand = 1024, kForEachWorker = 16;
    return Source::kIsAtHand ? kOfWhatIsAtHand
                             : kForEachWorker * static_cast<size_t>(core_->processes());
  }
  template <class Source>
  size_t chunksize_for(Source& source, Chunksize wanted) const {
    if (wanted && *wanted < 1) throw ValueError("a chunksize is at least 1");
    if (wanted) return static_cast<size_t>(*wanted);
    if constexpr (Source::kIsAtHand) {
      const size_t shares = 4 * static_cast<size_t>(core_->processes());
      return std::max<size_t>(1, (source.size() + shares - 1) / shares);
    } else {
      return 1;
    }
  }

  template <Takes takes, class In, class F,
            class Options = typename pool::MapJob<takes, F, In>::Options>
  auto make_map(F function, In&& input, Chunksize chunksize, Options options, const char* what) {
    check_task<takes, F, pool::Item<std::remove_cvref_t<In>>>();
    pool::Source<In> source(std::forward<In>(input));
    const size_t each = chunksize_for(source, chunksize);
    return std::make_shared<pool::MapJob<takes, F, In>>(
        function, std::move(source), each, window<pool::Source<In>>(), std::move(options), what);
  }
  template <Takes takes, class F, class In>
  auto map_and_wait(F function, In&& input, Chunksize chunksize, const char* what) {
    using Options = typename pool::MapJob<takes, F, In>::Options;
    auto job = make_map<takes, In>(function, std::forward<In>(input), chunksize, Options{}, what);
    wait_for(job);
    return job->get();
  }
  template <Takes takes, class F, class In, class Options>
  auto map_soon(F function, In input, Chunksize chunksize, Options options, const char* what) {
    using R = typename pool::MapJob<takes, F, In>::R;
    return begun<std::vector<R>>(
        make_map<takes, In>(function, std::move(input), chunksize, std::move(options), what));
  }
  template <class F, class In>
  auto stream(F function, In input, int chunksize, bool ordered, const char* what) {
    check_task<Takes::kWhole, F, pool::Item<In>>();
    using Job = pool::StreamJob<Takes::kWhole, F, In>;
    pool::Source<In> source(std::move(input));
    const size_t each = chunksize_for(source, chunksize);
    auto job = std::make_shared<Job>(function, std::move(source), each, window<pool::Source<In>>(),
                                     ordered, what);
    core_->begin(job, /*attended=*/false);
    return ResultIterator<typename Job::R>(core_, job);
  }

  std::shared_ptr<PoolCore> core_;
};

}  // namespace mp

#endif  // MP_POOL_H_
