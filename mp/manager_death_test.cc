// Clients of a manager that are killed at any moment take nothing with them but what had arrived.
#include <sched.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mp/manager.h"
#include "mp/os/test_processes.h"
#include "mp/test_census.h"

namespace mp {
namespace {

using os::Crew;
using os::grows;
using namespace std::chrono_literals;

constexpr int kKills = 300;

// Nobody waits so long but for one who is stuck.
constexpr auto kSoon = 20s;

TEST(ManagerDeath, killed_clients_lose_no_item_but_those_that_had_arrived) {
  constexpr size_t kMost = 1 << 20;
  struct Notes {
    std::atomic<uint64_t> made{0}, taken{0};
    std::array<std::atomic<uint8_t>, kMost> times_taken{};
  };
  os::Shared<Notes> notes;
  SyncManager manager = Manager();
  const QueueProxy<uint64_t> queue = manager.Queue<uint64_t>(8);
  Crew crew(4, [&](size_t i) {
    while (true) {
      if (i < 2) {
        queue.put(notes->made++ % kMost);
      } else {
        ++notes->times_taken[queue.get()];
        ++notes->taken;
      }
    }
    return true;
  });
  crew.kill_at_random(kKills);
  EXPECT_TRUE(grows<uint64_t>(notes->taken, 100)) << "they are stuck";
  for (size_t i : {0, 1}) crew.end(i);
  // What is left is taken by those who live; then these are ended as well.
  const base::Deadline patience = base::Deadline::after(kSoon);
  while (!queue.empty() && !patience.passed()) ::sched_yield();
  for (size_t i : {2, 3}) crew.end(i);
  while (queue.try_get()) {
  }
  ASSERT_LT(notes->made, kMost) << "numbers were used twice";
  uint64_t missing = 0;
  for (uint64_t n = 0; n < notes->made; ++n) {
    EXPECT_LE(notes->times_taken[n], 1) << "item " << n << " was taken more than once";
    if (notes->times_taken[n] == 0) ++missing;
  }
  // One that was not put, or was taken and not noted, for each that was killed; and the last that this test has taken.
  EXPECT_LE(missing, kKills + 4 + 8);
}

TEST(ManagerDeath, item_that_was_on_its_way_to_a_killed_client_is_the_next_one_again) {
  SyncManager manager = Manager();
  const QueueProxy<int> queue = manager.Queue<int>();
  int on_their_way = 0;
  for (int i = 0; i < 1000 && on_their_way < 5; ++i) {
    os::TestProcess client([&] {
      queue.get();
      return true;
    });
    while (!client.sleeps()) ::sched_yield();  // in get(), if not on the way there
    client.stop();
    while (!client.stands_still()) ::sched_yield();
    queue.put(i);
    if (queue.empty()) ++on_their_way;
    client.kill();
    client.wait(base::Deadline::never());
    EXPECT_EQ(queue.get(kSoon), i);
  }
  EXPECT_EQ(on_their_way, 5) << "no item was ever given to a client that was stopped in get()";
}

TEST(ManagerDeath, killed_clients_leave_no_lock_held_and_no_permit_taken) {
  os::Shared<std::atomic<uint64_t>> rounds(0);
  SyncManager manager = Manager();
  const LockProxy lock = manager.Lock();
  const RLockProxy rlock = manager.RLock();
  const SemaphoreProxy semaphore = manager.Semaphore(2);
  const ConditionProxy condition = manager.Condition();
  const ValueProxy<int> value = manager.Value(0);
  Crew crew(4, [&](size_t) {
    while (true) {
      {
        const std::scoped_lock hold(lock);
        value.set(value.get() + 1);
      }
      {
        const std::scoped_lock hold(rlock);
        const std::scoped_lock again(rlock);
      }
      semaphore.acquire();
      semaphore.release();
      const std::scoped_lock hold(condition);
      condition.notify();
      condition.wait(1ms);
      ++*rounds;
    }
    return true;
  });
  crew.kill_at_random(kKills);
  EXPECT_TRUE(grows<uint64_t>(*rounds, 100)) << "they are stuck";
  for (size_t i = 0; i < 4; ++i) crew.end(i);
  EXPECT_TRUE(lock.acquire(true, kSoon));
  EXPECT_TRUE(rlock.acquire(true, kSoon));
  EXPECT_TRUE(condition.acquire(true, kSoon));
  EXPECT_TRUE(semaphore.acquire(true, kSoon));
  EXPECT_TRUE(semaphore.acquire(true, kSoon));
  EXPECT_FALSE(semaphore.acquire(false)) << "there are more permits than there were";
}

// What its clients have made and hold no more goes, whenever they were killed.
TEST(ManagerDeath, killed_clients_leave_no_object_behind) {
  os::Shared<std::atomic<uint64_t>> rounds(0);
  SyncManager manager = Manager();
  const Proxy<Census> census = manager.create<Census>();
  const ListProxy<Proxy<Counted>> list = manager.list<Proxy<Counted>>();
  Crew crew(3, [&](size_t) {
    while (true) {
      const Proxy<Counted> one = manager.create<Counted>(), two = manager.create<Counted>();
      list.append(one);
      list.pop(0);
      ++*rounds;
    }
    return true;
  });
  crew.kill_at_random(kKills);
  EXPECT_TRUE(grows<uint64_t>(*rounds, 100)) << "they are stuck";
  for (size_t i = 0; i < 3; ++i) crew.end(i);
  // The server hears of their deaths by and by.
  const base::Deadline patience = base::Deadline::after(kSoon);
  while (census.call<&Census::count>() != static_cast<int>(list.size()) && !patience.passed())
    ::sched_yield();
  EXPECT_EQ(census.call<&Census::count>(), static_cast<int>(list.size()));
  list.clear();
  while (census.call<&Census::count>() != 0 && !patience.passed()) ::sched_yield();
  EXPECT_EQ(census.call<&Census::count>(), 0);
}

}  // namespace
}  // namespace mp
