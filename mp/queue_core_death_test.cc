// A process that is killed at any instruction hinders nobody, tears nothing, and loses what it had taken only.
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"
#include "mp/queue_core.h"
#include "mp/test_records.h"

namespace mp {
namespace {

using base::Deadline;
using os::TestProcess;
using namespace std::chrono_literals;

// Nobody waits so long but for one who is stuck.
Deadline soon() { return Deadline::after(20s); }

std::string must_get(QueueCore& queue) {
  std::string record = "nothing came";
  EXPECT_TRUE(queue.get(&record, soon()));
  return record;
}

// ---------------------------------------------------------------- at every point

// What a victim does to a queue, and what must be in it before and after.
struct Scene {
  std::string name;
  uint32_t maxsize;
  std::vector<std::string> before;
  std::function<void(QueueCore&)> prepare;  // makes `before` true
  std::function<bool(QueueCore&)> act;
  std::vector<std::string> after;
};

void fill(QueueCore& queue, const std::vector<std::string>& records) {
  for (const std::string& each : records) ASSERT_TRUE(queue.put(each, soon()));
}

size_t put_many(QueueCore& queue, const std::vector<std::string>& records) {
  const std::vector<std::string_view> views(records.begin(), records.end());
  return queue.put_many(views, soon());
}

Scene simple(std::string name, uint32_t maxsize, std::vector<std::string> before,
             std::function<bool(QueueCore&)> act, std::vector<std::string> after) {
  return {name, maxsize, before, [before](QueueCore& q) { fill(q, before); }, act, after};
}

std::vector<Scene> scenes() {
  const std::string big = text(200000, 1), half = text(40000, 2), other = text(40000, 3);
  auto puts = [](std::string record) {
    return [record](QueueCore& q) { return q.put(record, soon()); };
  };
  auto gets = [](QueueCore& q) {
    std::string record;
    return q.get(&record, soon());
  };
  auto puts_many = [](std::vector<std::string> records) {
    return [records](QueueCore& q) { return put_many(q, records) == records.size(); };
  };
  auto gets_many = [](size_t most) {
    return [most](QueueCore& q) {
      Records records;
      return q.get_many(&records, most, soon());
    };
  };
  const std::vector<std::string> two = {"x", "y"}, three = {"x", "y", "z"},
                                 growing = {"x", half, other, big, "y"};
  std::vector<std::string> sixty_four;
  for (uint32_t i = 0; i < 64; ++i) sixty_four.push_back(text(i, i));
  return {
      simple("put_many_of_one", 0, {}, puts_many({"x"}), {"x"}),
      simple("put_many_of_two", 0, {}, puts_many(two), two),
      simple("put_many_of_three", 0, {}, puts_many(three), three),
      simple("put_many_of_two_behind_another", 0, {"a"}, puts_many(two), {"a", "x", "y"}),
      simple("put_many_of_64", 0, {}, puts_many(sixty_four), sixty_four),
      simple("put_many_that_fill_the_queue", 3, {"a"}, puts_many(two), {"a", "x", "y"}),
      simple("put_many_across_rings", 0, {}, puts_many(growing), growing),
      simple("put_many_across_rings_behind_others", 0, {half, "a"}, puts_many(growing),
             {half, "a", "x", half, other, big, "y"}),
      simple("get_many_of_one", 0, {"a", "b"}, gets_many(1), {"b"}),
      simple("get_many_of_two", 0, two, gets_many(2), {}),
      simple("get_many_of_three", 0, {"a", "b", "c", "d"}, gets_many(3), {"d"}),
      simple("get_many_of_64", 0, sixty_four, gets_many(64), {}),
      simple("get_many_from_a_full_queue", 3, three, gets_many(2), {"z"}),
      simple("get_many_across_rings", 0, growing, gets_many(4), {"y"}),
      simple("put", 0, {}, puts("x"), {"x"}),
      simple("put_behind_others", 0, {"a", "b"}, puts("x"), {"a", "b", "x"}),
      simple("put_the_last_that_fits", 2, {"a"}, puts("x"), {"a", "x"}),
      simple("put_into_a_larger_ring", 0, {half}, puts(other), {half, other}),
      simple("put_more_than_a_ring", 0, {"a"}, puts(big), {"a", big}),
      simple("put_more_than_a_ring_as_the_first", 0, {}, puts(big), {big}),
      {"put_into_a_smaller_ring",
       0,
       {},
       [](QueueCore& q) {
         for (uint32_t i = 0; i < 40; ++i) ASSERT_TRUE(q.put(text(100000, i), soon()));
         for (uint32_t i = 0; i < 40; ++i) must_get(q);
       },
       puts("x"),
       {"x"}},
      simple("get_the_only_one", 0, {"a"}, gets, {}),
      simple("get_the_first", 0, {"a", big, "b"}, gets, {big, "b"}),
      simple("get_from_a_full_queue", 2, {"a", "b"}, gets, {"b"}),
      {"get_from_the_next_ring",
       0,
       {other},
       [half, other](QueueCore& q) {
         fill(q, {half, other});
         must_get(q);
       },
       gets,
       {}},
      {"get_the_last_of_a_large_ring",
       0,
       {"z"},
       [](QueueCore& q) {
         for (uint32_t i = 0; i < 40; ++i) ASSERT_TRUE(q.put(text(100000, i), soon()));
         ASSERT_TRUE(q.put("z", soon()));
         for (uint32_t i = 0; i < 40; ++i) must_get(q);
       },
       gets,
       {}},
  };
}

void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

class EachScene : public testing::TestWithParam<Scene> {};

// The queue holds what it did before the victim's act or what it should after it, and works on.
void expect_whole(QueueCore& queue, const Scene& scene) {
  const std::vector<std::string>& left =
      queue.size() == scene.before.size() ? scene.before : scene.after;
  ASSERT_EQ(queue.size(), left.size());
  for (const std::string& each : left) EXPECT_TRUE(must_get(queue) == each);
  const std::vector<std::string> more = {"one", text(70000, 1), "three"};
  for (const std::string& each : more) {
    ASSERT_TRUE(queue.put(each, soon()));
    EXPECT_TRUE(must_get(queue) == each);
  }
  if (scene.maxsize != 0) return;
  for (const std::string& each : more) ASSERT_TRUE(queue.put(each, soon()));
  for (const std::string& each : more) EXPECT_TRUE(must_get(queue) == each);
  EXPECT_TRUE(queue.empty());
}

TEST_P(EachScene, KilledAtAnyPoint) {
  const Scene& scene = GetParam();
  bool survived = false;
  int point = 0;
  for (point = 1; !survived; ++point) {
    QueueCore queue(scene.maxsize);
    scene.prepare(queue);
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      return scene.act(queue);
    });
    const base::Ending ending = victim.wait();
    survived = ending == base::Exited{0};
    ASSERT_TRUE(survived || ending.killed_by(SIGKILL)) << ending;
    SCOPED_TRACE("killed at point " + std::to_string(point));
    expect_whole(queue, scene);
  }
  EXPECT_GT(point, 5) << "there were hardly any points to die at";
}

TEST(QueueCoreMemory, OfARingWhoseConsumerDiedIsGivenBack) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    QueueCore queue;
    fill(queue, {text(60000, 1), text(10000, 2)});  // the second is in a ring of its own
    must_get(queue);
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      std::string record;
      return queue.get(&record, soon());
    });
    survived = victim.wait() == base::Exited{0};
    queue.put("next", soon());
    must_get(queue);
    // The header, the ring's, what was put there.
    EXPECT_LE(queue.memory_in_use(), 7u * 4096) << "killed at point " << point;
  }
}

TEST(QueueCoreJoin, IsReleasedThoughOneDiedAtAnyPointOfTaskDone) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE(point);
    QueueCore queue;
    queue.put("a", soon());
    TestProcess joiner([&] { return queue.join(Deadline::never()); });
    EXPECT_TRUE(joiner.sleeps());
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      return queue.task_done();
    });
    survived = victim.wait() == base::Exited{0};
    queue.task_done();  // which is refused if the victim's counted
    EXPECT_EQ(joiner.wait(), base::Exited{0});
    EXPECT_FALSE(queue.task_done());
  }
}

// A batch that is too large for one commit: those records are put, or taken, that a commit has reached.
TEST(QueueCoreBatch, OfSeveralCommitsIsPutAndTakenUpToOneOfThem) {
  std::vector<std::string> records;
  for (uint32_t i = 0; i < 5; ++i) records.push_back(text(600000, i));
  std::set<size_t> put, taken;
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    QueueCore queue, full;
    fill(full, records);
    TestProcess producer([&] {
      os::die_at_kill_point(point);
      return put_many(queue, records) == 5;
    });
    TestProcess consumer([&] {
      os::die_at_kill_point(point);
      Records got;
      return full.get_many(&got, 5, soon());
    });
    const bool produced = producer.wait() == base::Exited{0};
    survived = consumer.wait() == base::Exited{0} && produced;
    put.insert(queue.size());
    for (size_t i = 0; !queue.empty(); ++i) ASSERT_TRUE(must_get(queue) == records[i]);
    taken.insert(5 - full.size());
    for (size_t i = 5 - full.size(); i < 5; ++i) ASSERT_TRUE(must_get(full) == records[i]);
  }
  EXPECT_EQ(put, (std::set<size_t>{0, 2, 4, 5}));
  EXPECT_EQ(taken, (std::set<size_t>{0, 2, 4, 5}));
}

// While one stands still at any point, others wait or go on; nothing is torn, lost or twice when it has gone on.
TEST(QueueCoreBatch, StoppedAtAnyPointOfPutMany) {
  const std::vector<std::string> batch = {"a", text(40000, 1), text(40000, 2), "b"};
  bool stopped = true;
  for (int point = 1; stopped; ++point) {
    SCOPED_TRACE("stopped at point " + std::to_string(point));
    QueueCore queue;
    TestProcess victim([&] {
      os::stop_at_kill_point(point);
      return put_many(queue, batch) == batch.size();
    });
    stopped = victim.stands_still();
    TestProcess other([&] { return queue.put("other", soon()); });
    TestProcess taker([&] {
      std::vector<std::string> got;
      while (got.size() < batch.size() + 1) got.push_back(must_get(queue));
      if (got.front() == "other") got.erase(got.begin());
      if (got.back() == "other") got.pop_back();
      return got == batch && queue.empty();
    });
    victim.go_on();
    EXPECT_EQ(victim.wait(), base::Exited{0});
    EXPECT_EQ(other.wait(), base::Exited{0});
    EXPECT_EQ(taker.wait(), base::Exited{0});
  }
}

TEST(QueueCoreBatch, StoppedAtAnyPointOfGetMany) {
  const std::vector<std::string> batch = {"a", text(40000, 1), text(40000, 2), "b"};
  bool stopped = true;
  for (int point = 1; stopped; ++point) {
    SCOPED_TRACE("stopped at point " + std::to_string(point));
    QueueCore queue, counts;
    fill(queue, batch);
    // Three of them, or what the other has left.
    auto take_three = [&] {
      Records records;
      if (!queue.get_many(&records, 3, soon())) return false;
      const bool first = records.views() == std::vector<std::string_view>(&batch[0], &batch[3]);
      const bool rest = records.views() == std::vector<std::string_view>{batch[3], "later"};
      return (first || rest) && counts.put(first ? "first" : "rest", soon());
    };
    TestProcess victim([&] {
      os::stop_at_kill_point(point);
      return take_three();
    });
    stopped = victim.stands_still();
    EXPECT_TRUE(queue.put("later", soon())) << "the other side goes on";
    TestProcess other(take_three);
    victim.go_on();
    EXPECT_EQ(victim.wait(), base::Exited{0});
    EXPECT_EQ(other.wait(), base::Exited{0});
    EXPECT_NE(must_get(counts), must_get(counts));
    EXPECT_TRUE(queue.empty());
  }
}

// Two die one after the other, at any two points, before anybody else comes.
class EachSceneTwice : public EachScene {};

TEST_P(EachSceneTwice, KilledTwiceInARow) {
  const Scene& scene = GetParam();
  bool survived = false;
  for (int first = 1; !survived; ++first) {
    for (int second = 1;; ++second) {
      QueueCore queue(scene.maxsize);
      scene.prepare(queue);
      auto victim = [&](int point) {
        return TestProcess([&, point] {
          os::die_at_kill_point(point);
          return scene.act(queue);
        });
      };
      survived = victim(first).wait() == base::Exited{0};
      if (survived || queue.size() != scene.before.size()) break;
      const bool second_survived = victim(second).wait() == base::Exited{0};
      SCOPED_TRACE(std::to_string(first) + " and " + std::to_string(second));
      expect_whole(queue, scene);
      if (second_survived) break;
    }
  }
}

// Whoever sleeps for what the victim brings gets it, or goes on sleeping for the next.
class EachSceneWithASleeper : public EachScene {};

bool puts_something(const Scene& scene) { return scene.after.size() > scene.before.size(); }

TEST_P(EachSceneWithASleeper, IsNotForgottenByOneWhoDies) {
  const Scene& scene = GetParam();
  const bool puts = puts_something(scene);
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    QueueCore queue(scene.maxsize);
    scene.prepare(queue);
    TestProcess sleeper([&] {
      std::string record;
      return puts ? queue.get(&record, Deadline::never()) : queue.put("mine", Deadline::never());
    });
    ASSERT_TRUE(sleeper.sleeps());
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      return scene.act(queue);
    });
    survived = victim.wait() == base::Exited{0};
    SCOPED_TRACE("killed at point " + std::to_string(point));
    const bool done = queue.size() != scene.before.size();
    if (!done && sleeper.sleeps()) {
      puts ? (void)queue.put("another", soon()) : (void)must_get(queue);
    }
    EXPECT_EQ(sleeper.wait(), base::Exited{0});
  }
}

// Before which somebody sleeps: there is nothing to get, or no room.
std::vector<Scene> scenes_with_a_sleeper() {
  std::vector<Scene> all = scenes();
  std::erase_if(all, [](const Scene& scene) {
    return puts_something(scene) ? !scene.before.empty() : scene.maxsize == 0;
  });
  return all;
}

// Of which every pair of points is soon tried.
std::vector<Scene> scenes_for_two() {
  std::vector<Scene> all = scenes();
  std::erase_if(all, [](const Scene& scene) { return scene.name.ends_with("_64"); });
  return all;
}

std::string name_of(const testing::TestParamInfo<Scene>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(QueueCore, EachScene, testing::ValuesIn(scenes()), name_of);
INSTANTIATE_TEST_SUITE_P(QueueCore, EachSceneTwice, testing::ValuesIn(scenes_for_two()), name_of);
INSTANTIATE_TEST_SUITE_P(QueueCore, EachSceneWithASleeper,
                         testing::ValuesIn(scenes_with_a_sleeper()), name_of);

// ---------------------------------------------------------------- at random

struct Account {
  // So many records may be made for each kill, however long it takes.
  static constexpr uint32_t kForEachKill = 4000, kMost = 1 << 22;
  std::atomic<uint32_t> next{0};  // the number of the next record that a producer makes
  std::atomic<uint32_t> allowed{kForEachKill};
  std::atomic<uint8_t> put[kMost];
  std::atomic<uint8_t> got[kMost];
  std::atomic<bool> torn{false};
};

std::string numbered(uint32_t number, size_t size) {
  std::string record = std::to_string(number) + " ";
  if (size > record.size()) record += text(size - record.size(), number);
  return record;
}

struct Trade {
  std::string name;
  uint32_t maxsize;
  size_t largest;
  int kills;
  uint32_t batch = 0;  // at most so many at a time; 0: put() and get()
};

void PrintTo(const Trade& trade, std::ostream* out) { *out << trade.name; }

class Traffic : public testing::TestWithParam<Trade> {};

bool produce(QueueCore& queue, Account& account, const Trade& trade) {
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  while (true) {
    const uint32_t n = trade.batch == 0 ? 1 : 1 + random() % trade.batch;
    const uint32_t first = account.next.fetch_add(n);
    while (first + n > account.allowed.load()) ::sched_yield();
    std::vector<std::string> records;
    for (uint32_t i = 0; i < n; ++i)
      records.push_back(numbered(first + i, random() % trade.largest));
    if (trade.batch == 0) {
      queue.put(records[0], Deadline::never());
    } else {
      const std::vector<std::string_view> views(records.begin(), records.end());
      queue.put_many(views, Deadline::never());
    }
    for (uint32_t i = 0; i < n; ++i) account.put[first + i] = 1;
  }
}

void account_for(std::string_view record, Account& account) {
  const auto number = static_cast<uint32_t>(std::stoul(std::string(record.substr(0, 20))));
  if (record != numbered(number, record.size())) account.torn = true;
  account.got[number].fetch_add(1);
}

bool consume(QueueCore& queue, Account& account, const Trade& trade) {
  std::string record;
  while (true) {
    if (trade.batch == 0) {
      queue.get(&record, Deadline::never());
      account_for(record, account);
    } else {
      Records records;
      queue.get_many(&records, trade.batch, Deadline::never());
      for (std::string_view each : records.views()) account_for(each, account);
    }
  }
}

TEST_P(Traffic, OfWhichSomebodyIsKilledAgainAndAgain) {
  const Trade& trade = GetParam();
  QueueCore queue(trade.maxsize);
  os::Shared<Account> shared;
  Account& account = *shared;
  os::Crew crew(4, [&](size_t i) {
    return i < 2 ? produce(queue, account, trade) : consume(queue, account, trade);
  });
  int producers_killed = 0, consumers_killed = 0;
  crew.kill_at_random(trade.kills, [&](size_t victim) {
    ++(victim < 2 ? producers_killed : consumers_killed);
    // The others go on: the number of the records grows.
    account.allowed += Account::kForEachKill;
  });
  account.allowed += Account::kForEachKill;
  EXPECT_TRUE(os::grows(account.next, 100u)) << "the producers are stuck";
  crew.end(0);
  crew.end(1);
  const Deadline patience = soon();
  while (!queue.empty() && !patience.passed()) ::sched_yield();
  EXPECT_TRUE(queue.empty()) << "the consumers are stuck";
  // The last record is accounted for when its consumer sleeps again.
  EXPECT_TRUE(crew[2].sleeps());
  EXPECT_TRUE(crew[3].sleeps());

  uint32_t lost = 0;
  for (uint32_t i = 0; i < account.next; ++i) {
    EXPECT_LE(account.got[i], 1) << "record " << i << " came twice";
    if (account.put[i] == 1 && account.got[i] == 0) ++lost;
  }
  EXPECT_FALSE(account.torn);
  EXPECT_LE(lost, static_cast<uint32_t>(consumers_killed) * std::max(trade.batch, 1u));
  RecordProperty("records", static_cast<int>(account.next.load()));
  RecordProperty("producers_killed", producers_killed);
  RecordProperty("consumers_killed", consumers_killed);
  RecordProperty("lost_with_their_consumers", static_cast<int>(lost));
}

INSTANTIATE_TEST_SUITE_P(
    QueueCore, Traffic,
    testing::Values(Trade{"bounded", 100, 300, 1000}, Trade{"bounded_by_one", 1, 300, 1000},
                    Trade{"unbounded", 0, 300, 700}, Trade{"large", 20, 150000, 700},
                    Trade{"batches", 0, 300, 700, 64}, Trade{"batches_bounded", 100, 300, 1000, 64},
                    Trade{"batches_large", 20, 150000, 300, 10}),
    [](const auto& info) { return info.param.name; });

// Who dies between get() and task_done() takes one task with him, who dies elsewhere none.
TEST(JoinableQueueCore, WorkersKilledAgainAndAgain) {
  constexpr int kKills = 1000;
  QueueCore queue;
  os::Shared<std::atomic<bool>> overdone(false);
  os::Crew crew(3, [&](size_t) -> bool {
    std::string record;
    while (true) {
      queue.get(&record, Deadline::never());
      if (!queue.task_done()) *overdone = true;
    }
  });
  TestProcess producer([&]() -> bool {
    while (true) {
      if (queue.size() < 100) queue.put("task", Deadline::never());
    }
  });
  crew.kill_at_random(kKills);
  producer.kill();
  producer.wait();
  const Deadline patience = soon();
  while (!queue.empty() && !patience.passed()) ::sched_yield();
  EXPECT_TRUE(queue.empty()) << "the workers are stuck";
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(crew[i].sleeps());

  EXPECT_FALSE(*overdone) << "more tasks were done than there were";
  int taken_along = 0;
  while (queue.task_done()) ++taken_along;
  EXPECT_LE(taken_along, kKills);
  EXPECT_TRUE(queue.join(soon()));
}

}  // namespace
}  // namespace mp
