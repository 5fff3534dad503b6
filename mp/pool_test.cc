#include "mp/pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <future>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mp/barrier.h"
#include "mp/event.h"
#include "mp/os/test_processes.h"
#include "mp/queue.h"
#include "mp/value.h"

namespace mp {

struct NoLuck : std::runtime_error {
  NoLuck(std::string who, int times)
      : runtime_error("no luck for " + who), who(who), times(times) {}
  std::string who;
  int times;
};
template <>
struct Codec<NoLuck> {
  static void write(Writer& out, const NoLuck& error) {
    out.write(error.who);
    out.write(error.times);
  }
  static NoLuck read(Reader& in) {
    auto who = in.read<std::string>();
    return NoLuck(who, in.read<int>());
  }
};

// One that nobody can read.
struct Unreadable : std::runtime_error {
  using runtime_error::runtime_error;
};
template <>
struct Codec<Unreadable> {
  static void write(Writer&, const Unreadable&) {}
  static Unreadable read(Reader&) { throw std::logic_error("it can't be made again"); }
};

// What can't be written if it is negative.
struct Positive {
  explicit Positive(int n = 1) : n(n) {}
  int n;
};
template <>
struct Codec<Positive> {
  static void write(Writer& out, const Positive& value) {
    if (value.n < 0) throw ValueError("not a positive number");
    out.write(value.n);
  }
  static Positive read(Reader& in) { return Positive(in.read<int>()); }
};

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const bool kNoLuckTravels = let_error_travel<NoLuck>();
const bool kUnreadableTravels = let_error_travel<Unreadable>();

int square(int n) { return n * n; }
int add(int a, int b) { return a + b; }
int pid(int) { return ::getpid(); }

// What a worker was given by its initializer.
std::optional<Event> g_begun, g_go;
std::optional<Value<int>> g_count;
int g_number = 0;
std::optional<Barrier> g_meeting;

void give_events(Event begun, Event go) {
  g_begun = begun;
  g_go = go;
}
int wait_for_go(int n) {
  g_begun->set();
  g_go->wait();
  return n;
}

std::vector<int> up_to(int n) {
  std::vector<int> all(static_cast<size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}
std::vector<int> squares_up_to(int n) {
  std::vector<int> all = up_to(n);
  std::transform(all.begin(), all.end(), all.begin(), square);
  return all;
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

class PoolTest : public testing::TestWithParam<StartMethod> {
 protected:
  Pool pool(int processes, PoolOptions options = {}) {
    options.processes = processes;
    options.start_method = GetParam();
    return Pool(std::move(options));
  }
  // Whose tasks may wait for g_go.
  Pool waiting_pool(int processes) {
    return pool(processes, {.initializer = Initializer(give_events, begun_, go_)});
  }

  Event begun_, go_;
};

INSTANTIATE_TEST_SUITE_P(AnyStartMethod, PoolTest,
                         testing::Values(StartMethod::kFork, StartMethod::kSpawn,
                                         StartMethod::kForkserver),
                         [](const auto& method) { return std::string(name_of(method.param)); });

TEST_P(PoolTest, HeaderExample) {
  int total = 0;
  mp::Pool pool = this->pool(4);
  EXPECT_EQ(pool.apply(add, 1, 2), 3);
  EXPECT_EQ(pool.map(square, std::vector{1, 2, 3}), (std::vector{1, 4, 9}));
  EXPECT_EQ(pool.starmap(add, std::vector<std::pair<int, int>>{{1, 2}, {3, 4}}),
            (std::vector{3, 7}));
  for (int n : pool.imap_unordered(square, std::vector{1, 2, 3})) total += n;
  EXPECT_EQ(total, 14);
  auto later = pool.apply_async({.callback = [&](int n) { total += n; }}, square, 12);
  EXPECT_EQ(later.get(60s), 144);
  EXPECT_EQ(total, 158);
  pool.close();
  pool.join();
}

// ---------------------------------------------------------------- apply

TEST_P(PoolTest, ApplyRunsInAWorker) {
  Pool pool = this->pool(1);
  const int worker = pool.apply(pid, 0);
  EXPECT_NE(worker, ::getpid());
  EXPECT_EQ(pool.apply(pid, 0), worker);
  EXPECT_EQ(pool.apply([](std::string a,
                          const std::vector<int>& b) { return a + std::to_string(b.size()); },
                       "x", std::vector{1, 2}),
            "x2");
  pool.apply([] {});
  const std::string big(3 << 20, 'x');
  EXPECT_EQ(pool.apply([](std::string text) { return text; }, big), big);
}

TEST_P(PoolTest, ApplyAsyncDoesNotWait) {
  Pool pool = waiting_pool(1);
  AsyncResult<int> result = pool.apply_async(wait_for_go, 7);
  begun_.wait();
  EXPECT_FALSE(result.ready());
  EXPECT_THROW(result.successful(), ValueError);
  EXPECT_THROW(result.get(0s), TimeoutError);
  EXPECT_FALSE(result.wait(20ms));
  go_.set();
  EXPECT_EQ(result.get(60s), 7);
  EXPECT_EQ(result.get(), 7);
  EXPECT_TRUE(result.ready());
  EXPECT_TRUE(result.successful());
}

TEST_P(PoolTest, ResultsComeThoughNobodyWaits) {
  Pool pool = this->pool(2);
  std::atomic<int> sum = 0;
  std::vector<AsyncResult<int>> results;
  for (int i = 0; i < 100; ++i)
    results.push_back(pool.apply_async({.callback = [&](int n) { sum += n; }}, square, i));
  pool.close();
  pool.join();
  EXPECT_EQ(sum, 328350);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(results[static_cast<size_t>(i)].get(), i * i);
}

TEST_P(PoolTest, TasksOfNoResultAreDone) {
  Pool pool = this->pool(1);
  bool called = false;
  AsyncResult<void> result = pool.apply_async(
      AsyncOptions<void>{.callback = [&] { called = true; }}, [](int) {}, 3);
  result.get();
  EXPECT_TRUE(called);
  EXPECT_EQ(pool.map([](int) {}, std::vector{1, 2}).size(), 2u);
}

TEST_P(PoolTest, MayBeUsedByManyThreads) {
  Pool pool = this->pool(2);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        if (pool.apply(add, t, i) != t + i) ++wrong;
        if (i % 50 == 0 && pool.map(square, up_to(20)) != squares_up_to(20)) ++wrong;
        if (i % 50 == 1 && pool.apply_async(square, i).get() != i * i) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// Both counted on the same sleeper; the other one slept on beside a task.
TEST_P(PoolTest, TasksThatTwoThreadsPutAtOnceWakeTwoWorkers) {
  Barrier both(2, {.timeout = 60s});
  Pool pool = this->pool(2, {.initializer = Initializer([](Barrier b) { g_meeting = b; }, both)});
  const auto meet = [] { g_meeting->wait(); };
  for (int round = 0; round < 300 && !HasFailure(); ++round) {
    std::barrier at_once(2);
    const auto apply = [&] {
      at_once.arrive_and_wait();
      EXPECT_NO_THROW(pool.apply(meet));
    };
    std::thread one(apply), other(apply);
    one.join();
    other.join();
  }
}

// ---------------------------------------------------------------- errors

TEST_P(PoolTest, ErrorsAreThrownAsWhatTheyWere) {
  Pool pool = this->pool(1);
  EXPECT_THROW(pool.apply([] { throw ValueError("no"); }), ValueError);
  EXPECT_THROW(pool.apply([] { throw std::out_of_range("no"); }), std::out_of_range);
  EXPECT_THROW(pool.apply([] { throw Empty(); }), Empty);
  EXPECT_THROW(pool.apply([] { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_THROW(pool.apply([] { throw StopIteration(); }), StopIteration);
  EXPECT_EQ(message_of([&] { pool.apply([] { throw IndexError("beyond"); }); }), "beyond");
  try {
    pool.apply([] { throw BufferTooShort("what had come"); });
    ADD_FAILURE();
  } catch (const BufferTooShort& e) {
    EXPECT_EQ(e.message, "what had come");
  }
  try {
    pool.apply([] { throw OSError(ENOSPC, "write"); });
    ADD_FAILURE();
  } catch (const OSError& e) {
    EXPECT_EQ(e.code(), ENOSPC);
    EXPECT_EQ(e.step(), "write");
  }
  try {
    pool.apply([] { throw NoLuck("bob", 3); });
    ADD_FAILURE();
  } catch (const NoLuck& e) {
    EXPECT_EQ(e.who, "bob");
    EXPECT_EQ(e.times, 3);
  }
  EXPECT_EQ(pool.apply(square, 3), 9);
}

TEST_P(PoolTest, ErrorsTellWhereTheyWereThrown) {
  Pool pool = this->pool(1);
  const int worker = pool.apply(pid, 0);
  try {
    pool.apply([] { throw ValueError("no"); });
    ADD_FAILURE();
  } catch (const ValueError& e) {
    try {
      std::rethrow_if_nested(e);
      ADD_FAILURE();
    } catch (const RemoteError& cause) {
      EXPECT_EQ(cause.type(), "ValueError");
      EXPECT_EQ(cause.message(), "no");
      EXPECT_THAT(cause.place(), HasSubstr("PoolWorker-"));
      EXPECT_THAT(cause.place(), HasSubstr(std::to_string(worker)));
    }
  }
}

TEST_P(PoolTest, ErrorsOfOtherTypesComeByTheirNames) {
  Pool pool = this->pool(1);
  struct Local : std::runtime_error {
    using runtime_error::runtime_error;
  };
  EXPECT_THAT(message_of([&] { pool.apply([] { throw Local("mine"); }); }), HasSubstr("mine"));
  EXPECT_THROW(pool.apply([] { throw Local("mine"); }), RemoteError);
  EXPECT_THROW(pool.apply([] { throw 5; }), RemoteError);
  EXPECT_EQ(message_of([&] { pool.apply([] { throw 5; }); }), "int");
}

TEST_P(PoolTest, ErrorThatCantBeRebuiltFailsItsTaskOnly) {
  Pool pool = this->pool(1);
  EXPECT_EQ(message_of([&] { pool.apply([] { throw Unreadable("odd"); }); }), "Unreadable: odd");
  EXPECT_EQ(pool.apply(square, 3), 9);
}

TEST_P(PoolTest, WhatCantBeSentFailsItsTaskOnly) {
  Pool pool = this->pool(1);
  EXPECT_THROW(pool.apply([](Positive) {}, Positive(-1)), ValueError);
  EXPECT_THROW(pool.apply([] { return Positive(-1); }), MaybeEncodingError);
  EXPECT_THROW(pool.apply_async([](Positive) {}, Positive(-1)).get(), ValueError);
  EXPECT_EQ(pool.apply([] { return Positive(4); }).n, 4);
  EXPECT_THROW(pool.map([](Positive) {}, std::vector{Positive(1), Positive(-1)}, 1), ValueError);
}

TEST_P(PoolTest, ErrorCallbackGetsTheError) {
  Pool pool = this->pool(1);
  std::string told;
  bool called = false;
  auto result = pool.apply_async(
      {.callback = [&](int) { called = true; },
       .error_callback =
           [&](std::exception_ptr error) {
             told = message_of([&] { std::rethrow_exception(error); });
           }},
      [](int n) -> int { throw ValueError("no " + std::to_string(n)); }, 7);
  EXPECT_THROW(result.get(), ValueError);
  EXPECT_FALSE(result.successful());
  EXPECT_EQ(told, "no 7");
  EXPECT_FALSE(called);
}

TEST_P(PoolTest, RaisingCallbackChangesNothing) {
  Pool pool = this->pool(1);
  testing::internal::CaptureStderr();
  auto result =
      pool.apply_async({.callback = [](int) { throw ValueError("of the callback"); }}, square, 2);
  EXPECT_EQ(result.get(60s), 4);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("of the callback"));
  EXPECT_EQ(pool.apply_async(square, 3).get(60s), 9);
}

TEST_P(PoolTest, CallbacksComeOneAtATimeAndBeforeGetReturns) {
  Pool pool = this->pool(2);
  std::atomic<int> inside = 0;
  int most = 0, called = 0;
  std::vector<AsyncResult<int>> results;
  for (int i = 0; i < 20; ++i) {
    results.push_back(pool.apply_async({.callback =
                                            [&](int) {
                                              most = std::max(most, ++inside);
                                              std::this_thread::yield();
                                              ++called;
                                              --inside;
                                            }},
                                       square, i));
  }
  for (const auto& result : results) result.get(60s);
  EXPECT_EQ(called, 20);
  EXPECT_EQ(most, 1);
}

// A thread that waits must not need the one that a callback holds up.
TEST_P(PoolTest, CallbackMayUseThePool) {
  Pool pool = this->pool(1);
  int inner = 0;
  auto result =
      pool.apply_async({.callback = [&](int n) { inner = pool.apply(square, n); }}, square, 3);
  EXPECT_EQ(result.get(60s), 9);
  EXPECT_EQ(inner, 81);
}

// ---------------------------------------------------------------- map

TEST_P(PoolTest, MapKeepsTheOrder) {
  Pool pool = this->pool(3);
  for (int size : {0, 1, 2, 11, 12, 13, 500}) {
    EXPECT_EQ(pool.map(square, up_to(size)), squares_up_to(size));
    for (int chunksize : {1, 2, 7, 1000})
      EXPECT_EQ(pool.map(square, up_to(size), chunksize), squares_up_to(size));
  }
  EXPECT_THROW(pool.map(square, up_to(3), 0), ValueError);
}

TEST_P(PoolTest, MapTakesAnyInput) {
  Pool pool = this->pool(2);
  const std::vector<int> kept = up_to(5);
  EXPECT_EQ(pool.map(square, kept), squares_up_to(5));
  EXPECT_EQ(pool.map(square, std::set{3, 1, 2}), (std::vector{1, 4, 9}));
  EXPECT_EQ(pool.map(square, std::views::iota(0, 5)), squares_up_to(5));
  EXPECT_EQ(pool.map(square, up_to(9) | std::views::filter([](int n) { return n % 2 == 0; })),
            (std::vector{0, 4, 16, 36, 64}));
  EXPECT_EQ(
      pool.map(square, [n = 0]() mutable { return n < 100 ? std::optional(n++) : std::nullopt; }),
      squares_up_to(100));
  EXPECT_EQ(pool.map([](bool b) { return !b; }, std::vector{true, false}),
            (std::vector{false, true}));
}

TEST_P(PoolTest, MapRaisesTheFirstErrorWhenAllIsDone) {
  Pool pool = this->pool(1);
  auto fail = [](int n) -> int {
    if (n >= 2) throw ValueError("item " + std::to_string(n));
    return n;
  };
  EXPECT_EQ(message_of([&] { pool.map(fail, up_to(5), 1); }), "item 2");
  EXPECT_EQ(message_of([&] { pool.map(fail, up_to(5), 5); }), "item 2");
  EXPECT_EQ(pool.map(square, up_to(3)), squares_up_to(3));
}

TEST_P(PoolTest, FailedInputFailsMap) {
  Pool pool = this->pool(1);
  auto input = [n = 0]() mutable -> std::optional<int> {
    if (n == 3) throw std::domain_error("of the input");
    return n++;
  };
  EXPECT_THROW(pool.map(square, input), std::domain_error);
  EXPECT_THROW(pool.map_async(square, input).get(60s), std::domain_error);
  EXPECT_EQ(pool.map(square, up_to(3)), squares_up_to(3));
}

TEST_P(PoolTest, DefaultChunksAreAQuarterOfAWorkersShare) {
  Pool pool = this->pool(1, {.maxtasksperchild = 1});
  // 10 items in chunks of 3: each chunk is a task, and each task has a worker of its own.
  const std::vector<int> pids = pool.map(pid, up_to(10));
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), 4u);
  EXPECT_EQ(pids[0], pids[2]);
  EXPECT_NE(pids[2], pids[3]);
}

TEST_P(PoolTest, MapAsyncAndStarmapAsync) {
  Pool pool = waiting_pool(1);
  int called = 0;
  auto held = pool.apply_async(wait_for_go, 0);
  auto map = pool.map_async(square, up_to(10), {}, {.callback = [&](const std::vector<int>& all) {
                              called += static_cast<int>(all.size());
                            }});
  auto starmap = pool.starmap_async(add, std::vector<std::tuple<int, int>>{{1, 2}, {3, 4}});
  EXPECT_FALSE(map.ready());
  go_.set();
  EXPECT_EQ(map.get(60s), squares_up_to(10));
  EXPECT_EQ(called, 10);
  EXPECT_THAT(starmap.get(60s), ElementsAre(3, 7));
}

// ---------------------------------------------------------------- imap

TEST_P(PoolTest, ImapGivesEachResultInItsOrder) {
  Pool pool = this->pool(2);
  for (int chunksize : {1, 3, 100}) {
    std::vector<int> all;
    for (int n : pool.imap(square, up_to(50), chunksize)) all.push_back(n);
    EXPECT_EQ(all, squares_up_to(50));
    std::vector<int> any;
    for (int n : pool.imap_unordered(square, up_to(50), chunksize)) any.push_back(n);
    std::sort(any.begin(), any.end());
    EXPECT_EQ(any, squares_up_to(50));
  }
  auto none = pool.imap(square, std::vector<int>());
  EXPECT_THROW(none.next(), StopIteration);
  EXPECT_THROW(none.next(), StopIteration);
  EXPECT_THROW(pool.imap(square, up_to(3), 0), ValueError);
}

TEST_P(PoolTest, ImapNextKnowsATimeout) {
  Pool pool = waiting_pool(1);
  auto results = pool.imap(wait_for_go, std::vector{7, 8});
  EXPECT_THROW(results.next(0s), TimeoutError);
  EXPECT_THROW(results.next(20ms), TimeoutError);
  go_.set();
  EXPECT_EQ(results.next(60s), 7);
  EXPECT_EQ(results.next(), 8);
  EXPECT_THROW(results.next(), StopIteration);
}

TEST_P(PoolTest, ImapMayBeFetchedByManyThreads) {
  Pool pool = this->pool(2);
  for (int round = 0; round < 20; ++round) {
    auto results = pool.imap(square, up_to(300));
    std::atomic<int> sum = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        while (auto result = results.fetch()) sum += *result;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(sum, 8955050);
  }
}

TEST_P(PoolTest, ImapKeepsPerItemOutcomes) {
  Pool pool = this->pool(2);
  auto fail = [](int n) -> int {
    if (n == 2) throw ValueError("two");
    return n;
  };
  for (int chunksize : {1, 3, 10}) {
    auto results = pool.imap(fail, up_to(5), chunksize);
    EXPECT_EQ(results.next(), 0);
    EXPECT_EQ(results.next(), 1);
    EXPECT_THROW(results.next(), ValueError);
    EXPECT_EQ(results.next(), 3);
    EXPECT_EQ(results.next(), 4);
    EXPECT_THROW(results.next(), StopIteration);
  }
}

TEST_P(PoolTest, ImapGivesWhatCameBeforeTheInputFailed) {
  Pool pool = this->pool(1);
  for (int chunksize : {1, 2}) {
    auto results = pool.imap(
        square,
        [n = 0]() mutable -> std::optional<int> {
          if (n == 3) throw std::domain_error("of the input");
          return n++;
        },
        chunksize);
    EXPECT_EQ(results.next(), 0);
    EXPECT_EQ(results.next(), 1);
    EXPECT_EQ(results.next(), 4);
    EXPECT_THROW(results.next(), std::domain_error);
    EXPECT_THROW(results.next(), StopIteration);
  }
}

TEST_P(PoolTest, ImapTakesNoMoreOfTheInputThanKeepsTheWorkersBusy) {
  Pool pool = this->pool(2);
  auto taken = std::make_shared<std::atomic<int>>(0);
  {
    auto results = pool.imap(square, [taken]() -> std::optional<int> { return (*taken)++; });
    for (int i = 0; i < 1000; ++i) {
      EXPECT_EQ(results.next(), i * i);
      EXPECT_LE(*taken, i + 1 + 2 * 16 + 1);
    }
  }
  EXPECT_EQ(pool.apply(square, 3), 9);
  pool.close();
  pool.join();
}

// The input waits for what only a result tells.
TEST_P(PoolTest, InputMayWaitForResults) {
  Pool pool = this->pool(1);
  Event seen;
  auto results = pool.imap(square, [n = 0, seen]() mutable -> std::optional<int> {
    if (n == 1) seen.wait();
    return n < 2 ? std::optional(n++) : std::nullopt;
  });
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(pool.apply(square, 5), 25);
  seen.set();
  EXPECT_EQ(results.next(), 1);
  EXPECT_THROW(results.next(), StopIteration);
}

TEST_P(PoolTest, JoinEndsWithAHalfFetchedImap) {
  Pool pool = this->pool(2);
  auto finite = pool.imap(square, up_to(5000));
  auto infinite = pool.imap(square, [n = 0]() mutable { return std::optional(n++ % 100); });
  EXPECT_EQ(infinite.next(), 0);
  EXPECT_EQ(finite.next(), 0);
  pool.close();
  pool.join();
  int left = 1;
  while (finite.fetch()) ++left;
  EXPECT_EQ(left, 5000);
  EXPECT_THROW(while (infinite.fetch()){}, ValueError);
}

// Who fetches is not waited for longer than a moment.
TEST_P(PoolTest, WorkersEndAfterCloseThoughNobodyFetches) {
  Pool pool = this->pool(1);
  auto results = pool.imap(pid, up_to(100));
  const base::UniqueFd worker(static_cast<int>(::syscall(SYS_pidfd_open, results.next(), 0)));
  ASSERT_NE(worker.get(), -1);
  pool.close();
  pollfd ended = {.fd = worker.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, 60'000), 1);
}

// ---------------------------------------------------------------- workers

TEST_P(PoolTest, InitializerRunsOnceInEachWorker) {
  Value<int> count(0);
  Pool pool = this->pool(3, {.initializer = Initializer(
                                 [](Value<int> counter, int number) {
                                   ++*counter.lock();
                                   g_number = number;
                                 },
                                 count, 42)});
  for (int n : pool.map([](int) { return g_number; }, up_to(20), 1)) EXPECT_EQ(n, 42);
  pool.close();
  pool.join();
  EXPECT_EQ(count.load(), 3);
}

TEST_P(PoolTest, FailingInitializerIsAClearError) {
  Pool pool = this->pool(2, {.initializer = Initializer([] { throw ValueError("bad start"); })});
  const std::string message = message_of([&] { pool.apply(square, 2); });
  EXPECT_THAT(message, HasSubstr("initializer"));
  EXPECT_THAT(message, HasSubstr("ValueError: bad start"));
  EXPECT_THROW(pool.apply_async(square, 2).get(), ProcessError);
  pool.close();
  pool.join();
}

TEST_P(PoolTest, MaxtasksperchildReplacesWorkers) {
  Pool pool = this->pool(1, {.maxtasksperchild = 2});
  const std::vector<int> pids = pool.map(pid, up_to(6), 1);
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), 3u);
  EXPECT_EQ(pids[0], pids[1]);
  EXPECT_NE(pids[1], pids[2]);
}

TEST_P(PoolTest, WorkersAreDaemonsWithoutChildren) {
  Pool pool = this->pool(1);
  EXPECT_TRUE(pool.apply([] { return current_process().daemon(); }));
  EXPECT_THAT(pool.apply([] { return current_process().name(); }), HasSubstr("PoolWorker-"));
  EXPECT_THROW(pool.apply([] { Process([] {}).start(); }), AssertionError);
  EXPECT_THROW(pool.apply([] { Pool inner(1); }), AssertionError);
}

TEST_P(PoolTest, KilledWorkerFailsItsTaskAndIsReplaced) {
  Pool pool = waiting_pool(1);
  auto result = pool.apply_async(
      [](int) {
        g_begun->set();
        while (true) ::pause();
        return 0;
      },
      1);
  begun_.wait();
  ::kill(active_children().at(0).pid().value(), SIGKILL);
  const std::string message = message_of([&] { result.get(60s); });
  EXPECT_THROW(result.get(), WorkerLost);
  EXPECT_THAT(message, HasSubstr("SIGKILL"));
  EXPECT_THAT(message, HasSubstr("a call"));
  EXPECT_EQ(pool.apply(square, 3), 9);
}

TEST_P(PoolTest, TaskThatEndsItsWorkerFails) {
  Pool pool = this->pool(2);
  for (auto end : {+[] { ::_exit(3); }, +[] { throw SystemExit{3}; }, +[] { std::exit(3); }}) {
    const std::string message = message_of([&] { pool.apply(end); });
    EXPECT_THROW(pool.apply(end), WorkerLost);
    EXPECT_THAT(message, HasSubstr("exit code 3"));
  }
  EXPECT_THROW(pool.apply([] { ::abort(); }), WorkerLost);
  EXPECT_EQ(pool.map(square, up_to(10)), squares_up_to(10));
}

TEST_P(PoolTest, LostWorkerFailsOneItemOfAMap) {
  Pool pool = this->pool(2);
  auto die_at_three = [](int n) {
    if (n == 3) ::raise(SIGKILL);
    return n;
  };
  EXPECT_THROW(pool.map(die_at_three, up_to(10), 1), WorkerLost);
  auto results = pool.imap(die_at_three, up_to(10));
  for (int i = 0; i < 10; ++i) {
    if (i == 3) {
      const std::string message = message_of([&] { results.next(); });
      EXPECT_THAT(message, HasSubstr("item 3 of imap()"));
    } else {
      EXPECT_EQ(results.next(), i);
    }
  }
  EXPECT_THROW(results.next(), StopIteration);
}

TEST_P(PoolTest, KilledIdleWorkerChangesNothing) {
  Pool pool = this->pool(2);
  for (int round = 0; round < 10; ++round) {
    std::set<int> pids;
    while (pids.size() < 2) {
      for (int each : pool.map(pid, up_to(8), 1)) pids.insert(each);
      if (pids.size() > 2) pids.clear();
    }
    ::kill(*pids.begin(), SIGKILL);
    EXPECT_EQ(pool.map(square, up_to(50), 1), squares_up_to(50));
  }
}

// Nobody is left to be called for the task that is put meanwhile.
TEST_P(PoolTest, AllIdleWorkersKilledChangeNothing) {
  Pool pool = this->pool(2);
  for (int round = 0; round < 30; ++round) {
    EXPECT_EQ(pool.map(square, up_to(4), 1), squares_up_to(4));
    for (Process& child : active_children()) {
      ::kill(*child.pid(), SIGKILL);
      child.join();
    }
    EXPECT_EQ(pool.apply(square, round), round * round);
  }
}

// Nothing is lost but what a victim was at, whenever it is killed.
TEST_P(PoolTest, RandomKillsLoseNothingElse) {
  Pool pool = this->pool(2);
  const int kills = GetParam() == StartMethod::kSpawn ? 30 : 300;
  const int items = 20 * kills;
  int lost = 0;
  auto results = pool.imap(
      [](int n) {
        int sum = 0;
        for (int i = 0; i < 5000; ++i) sum += i & n;
        return sum < 0 ? -1 : n;
      },
      up_to(items));
  for (int i = 0; i < items; ++i) {
    // Now and then, wherever the two are by then.
    if (i % 20 == 0) {
      const std::vector<Process> workers = active_children();
      if (!workers.empty())
        ::kill(*workers[static_cast<size_t>(i / 20) % workers.size()].pid(), SIGKILL);
    }
    try {
      EXPECT_EQ(results.next(60s), i);
    } catch (const WorkerLost&) {
      ++lost;
    }
  }
  EXPECT_THROW(results.next(), StopIteration);
  EXPECT_LE(lost, kills);
}

TEST_P(PoolTest, ManyWorkers) {
  const int many = GetParam() == StartMethod::kSpawn ? 30 : 200;
  Pool pool = this->pool(many);
  EXPECT_EQ(pool.map(square, up_to(1000), 1), squares_up_to(1000));
  pool.close();
  pool.join();
}

TEST_P(PoolTest, WorkersEndWithTheirOwner) {
  Queue<int> pids;
  ProcessOptions options{.start_method = GetParam()};
  Process owner(
      options,
      [](Queue<int> queue) {
        Pool pool(2);
        auto busy = pool.apply_async([] {
          while (true) ::pause();
        });
        for (const Process& child : active_children()) queue.put(*child.pid());
        ::raise(SIGKILL);
      },
      pids);
  owner.start();
  owner.join();
  for (int i = 0; i < 2; ++i) {
    const int worker = pids.get();
    while (::kill(worker, 0) == 0) std::this_thread::yield();
  }
}

// ---------------------------------------------------------------- its end

TEST_P(PoolTest, CloseRefusesNewTasksAndJoinWaitsForTheOthers) {
  Pool pool = waiting_pool(1);
  EXPECT_THROW(pool.join(), ValueError);
  auto first = pool.apply_async(wait_for_go, 1), second = pool.apply_async(wait_for_go, 2);
  pool.close();
  pool.close();
  EXPECT_THROW(pool.apply(square, 1), ValueError);
  EXPECT_THROW(pool.apply_async(square, 1), ValueError);
  EXPECT_THROW(pool.map(square, up_to(3)), ValueError);
  EXPECT_THROW(pool.imap(square, up_to(3)), ValueError);
  begun_.wait();
  std::thread later([&] { go_.set(); });
  pool.join();
  later.join();
  EXPECT_EQ(first.get(0s), 1);
  EXPECT_EQ(second.get(0s), 2);
  EXPECT_TRUE(active_children().empty());
  pool.join();
}

TEST_P(PoolTest, TerminateCompletesWhatIsUnderWayWithAnError) {
  Pool pool = waiting_pool(1);
  auto running = pool.apply_async(wait_for_go, 1), waiting = pool.apply_async(square, 2);
  auto stream = pool.imap(square, up_to(10));
  begun_.wait();
  std::thread reader([&] { EXPECT_THROW(running.get(), ProcessError); });
  pool.terminate();
  reader.join();
  EXPECT_THROW(waiting.get(), ProcessError);
  EXPECT_THROW(stream.next(), ProcessError);
  EXPECT_THROW(stream.next(), StopIteration);
  pool.terminate();
  pool.join();
  EXPECT_TRUE(active_children().empty());
  EXPECT_THROW(pool.apply(square, 1), ValueError);
}

TEST_P(PoolTest, TerminateReturnsWhenNoCallbackRunsAnyMore) {
  Pool pool = this->pool(1);
  std::promise<void> begun, returned;
  bool too_early = true;
  auto result = pool.apply_async({.callback =
                                      [&](int) {
                                        begun.set_value();
                                        too_early = returned.get_future().wait_for(50ms) ==
                                                    std::future_status::ready;
                                      }},
                                 square, 2);
  begun.get_future().wait();
  pool.terminate();
  returned.set_value();
  EXPECT_FALSE(too_early);
}

TEST_P(PoolTest, EndOfScopeTerminates) {
  std::optional<AsyncResult<int>> result;
  {
    Pool pool = waiting_pool(2);
    result = pool.apply_async(wait_for_go, 1);
    begun_.wait();
  }
  EXPECT_THROW(result->get(), ProcessError);
  EXPECT_TRUE(active_children().empty());
}

TEST_P(PoolTest, TerminateKillsWhatDoesNotListen) {
  Pool pool = waiting_pool(1);
  auto result = pool.apply_async([] {
    ::signal(SIGTERM, SIG_IGN);
    g_begun->set();
    while (true) ::pause();
  });
  begun_.wait();
  pool.terminate();
  EXPECT_THROW(result.get(), ProcessError);
}

TEST(PoolOptionsTest, OutOfRangeIsRefused) {
  EXPECT_THROW(Pool(0), ValueError);
  EXPECT_THROW(Pool(-1), ValueError);
  EXPECT_THROW(Pool({.processes = 1, .maxtasksperchild = 0}), ValueError);
  EXPECT_EQ(Pool().processes(), cpu_count());
}

TEST(PoolOptionsTest, MethodOfItsOwnDoesNotSettleTheProgramsMethod) {
  set_start_method(std::nullopt, /*force=*/true);
  Pool pool({.processes = 1, .start_method = StartMethod::kSpawn});
  EXPECT_EQ(chosen_start_method(), std::nullopt);
  EXPECT_EQ(pool.apply(square, 2), 4);
  EXPECT_EQ(chosen_start_method(), std::nullopt);
}

TEST(PoolOptionsTest, ForkedChildHasNoPool) {
  Pool pool(1);
  EXPECT_EQ(pool.apply(square, 2), 4);
  os::TestProcess child([&] {
    try {
      pool.apply(square, 2);
      return false;
    } catch (const ValueError&) {
      return true;
    }
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(pool.apply(square, 3), 9);
}

// Another thread of the owner's is in the middle of something when the worker is replaced: what it holds must not be held
// for ever in the new one.
int once() {
  static const int value = [] {
    if (g_begun) {
      g_begun->set();
      g_go->wait();
    }
    return 7;
  }();
  return value;
}
TEST(PoolOptionsTest, ReplacedWorkerHasNoLocksOfTheOwnersThreads) {
  Pool pool({.processes = 1, .start_method = StartMethod::kFork});
  Event begun, go;
  give_events(begun, go);
  std::thread busy([] { once(); });
  begun.wait();
  for (Process& child : active_children()) {
    ::kill(*child.pid(), SIGKILL);
    child.join();
  }
  auto result = pool.apply_async(once);
  EXPECT_EQ(result.get(60s), 7);
  go.set();
  busy.join();
  g_begun.reset();
  g_go.reset();
}

}  // namespace
}  // namespace mp
