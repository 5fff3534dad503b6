#include "mp/manager.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mp/pool.h"
#include "mp/process.h"
#include "mp/queue.h"
#include "mp/test_census.h"

namespace mp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// ---------------------------------------------------------------- types of a program's own

class Till {
 public:
  explicit Till(int coins = 0) : coins_(coins) {}

  int add(int coins) { return coins_ += coins; }
  int total() const { return coins_; }
  int pid() const { return ::getpid(); }
  void rob(const std::string& by) { throw ValueError("robbed by " + by); }
  int hidden() const { return coins_; }
  int shown() const { return coins_; }

 private:
  int coins_;
};

// For clients that are other programs: nobody calls them here but by name.
const bool kTills = register_type<Till, int>() && register_methods<Till, &Till::shown>();

class Shop {
 public:
  std::shared_ptr<Till> till() { return till_; }

 private:
  const std::shared_ptr<Till> till_ = std::make_shared<Till>(100);
};

std::shared_ptr<Till> the_till() {
  static const auto it = std::make_shared<Till>();
  return it;
}
const bool kTheTill = register_functions<the_till>();

// What can't be written.
struct Stubborn {
  int n;
};

class Box {
 public:
  Stubborn stubborn() { return {}; }
  int size() { return 0; }
};

}  // namespace

template <>
struct Codec<Stubborn> {
  static void write(Writer&, const Stubborn&) { throw RuntimeError("it does not want to"); }
  static Stubborn read(Reader&) { return {}; }
};

namespace {

// ---------------------------------------------------------------- what processes do

void append(ListProxy<int> list, int n) { list.append(n); }
void hold_for_ever(LockProxy lock, EventProxy held) {
  lock.acquire();
  held.set();
  ::pause();
}
void get_one(QueueProxy<int> queue) { queue.get(); }
int put_square(std::pair<int, QueueProxy<int>> task) {
  task.second.put(task.first * task.first);
  return 0;
}

class ManagerTest : public testing::TestWithParam<StartMethod> {
 protected:
  ManagerTest() { set_start_method(GetParam(), /*force=*/true); }

  template <class... T>
  static void run(T... what) {
    Process p(what...);
    p.start();
    p.join();
    EXPECT_EQ(p.exitcode(), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(, ManagerTest,
                         testing::Values(StartMethod::kFork, StartMethod::kSpawn,
                                         StartMethod::kForkserver),
                         [](const auto& info) { return std::string(name_of(info.param)); });

// ---------------------------------------------------------------- the manuals' examples

TEST_P(ManagerTest, list_is_shared) {
  SyncManager manager = Manager();
  ListProxy<int> numbers = manager.list<int>({1, 2});
  numbers.append(3);
  EXPECT_EQ(numbers[-1], 3);
  EXPECT_THAT(numbers.slice(0, 2), ElementsAre(1, 2));
  run(append, numbers, 4);
  EXPECT_THAT(numbers.getvalue(), ElementsAre(1, 2, 3, 4));
  EXPECT_THROW(numbers[9], IndexError);
}

TEST_P(ManagerTest, dict_keeps_the_order_of_its_keys) {
  SyncManager manager = Manager();
  DictProxy<std::string, int> ages = manager.dict<std::string, int>({{"bob", 7}});
  ages.set("eve", 8);
  ages.set("bob", 9);
  EXPECT_EQ(ages["eve"], 8);
  EXPECT_EQ(ages.get("joe"), std::nullopt);
  EXPECT_THAT(ages.keys(), ElementsAre("bob", "eve"));
  try {
    ages["joe"];
    FAIL() << "there is no joe";
  } catch (const KeyError& error) {
    EXPECT_EQ(decode<std::string>(error.key), "joe");
  }
}

TEST_P(ManagerTest, namespace_value_and_array) {
  SyncManager manager = Manager();
  NamespaceProxy shop = manager.Namespace();
  shop.set("name", std::string("bob's"));
  EXPECT_EQ(shop.get<std::string>("name"), "bob's");
  EXPECT_THROW(shop.get<int>("name"), TypeError);
  EXPECT_THROW(shop.get<int>("size"), AttributeError);

  ValueProxy<int> sold = manager.Value(0);
  sold.set(sold.get() + 1);
  EXPECT_EQ(sold.get(), 1);

  ArrayProxy<double> prices = manager.Array<double>({1.5, 2});
  prices.set(0, 1.75);
  EXPECT_THAT(prices.slice(), ElementsAre(1.75, 2));
  EXPECT_THROW(prices.set_slice({}, {}, {1}), ValueError);
}

TEST_P(ManagerTest, queue_hands_on_between_processes) {
  SyncManager manager = Manager();
  QueueProxy<int> found = manager.Queue<int>();
  Pool pool(3);
  pool.map(put_square,
           std::vector<std::pair<int, QueueProxy<int>>>{{1, found}, {2, found}, {3, found}});
  std::vector<int> all = {found.get(), found.get(), found.get()};
  EXPECT_THAT(all, testing::UnorderedElementsAre(1, 4, 9));
  EXPECT_THROW(found.get_nowait(), Empty);
  EXPECT_THROW(found.get(20ms), Empty);
}

int add(int a, int b) { return a + b; }
int square(int n) { return n * n; }
int rob(int) { throw ValueError("robbed"); }

TEST_P(ManagerTest, pool_does_tasks_for_all) {
  SyncManager manager = Manager();
  PoolProxy pool = manager.Pool(2);
  EXPECT_EQ(pool.apply(add, 1, 2), 3);
  EXPECT_THAT(pool.map(square, std::vector{1, 2, 3}), ElementsAre(1, 4, 9));
  EXPECT_THAT(pool.starmap(add, std::vector<std::pair<int, int>>{{1, 2}, {3, 4}}),
              ElementsAre(3, 7));
  AsyncResultProxy<int> later = pool.apply_async(square, 12);
  EXPECT_EQ(later.get(20s), 144);
  EXPECT_TRUE(later.successful());
  EXPECT_THROW(pool.apply(rob, 1), ValueError);
  pool.close();
  pool.join();
  EXPECT_THROW(pool.apply(square, 1), ValueError);
}

// The workers had inherited that SIGTERM is blocked in the server's threads.
TEST_P(ManagerTest, server_with_a_pool_ends) {
  SyncManager manager = Manager();
  PoolProxy pool = manager.Pool(2);
  EXPECT_EQ(pool.apply(square, 2), 4);
  ::kill(*manager.pid(), SIGTERM);
  EXPECT_TRUE(manager.join(20s));
}

// A SIGTERM that came between a worker's fork and its own handler was taken for the server's, and lost.
TEST_P(ManagerTest, server_with_a_pool_that_has_hardly_begun_ends) {
  for (int i = 0; i < 50; ++i) {
    SyncManager manager = Manager();
    PoolProxy pool = manager.Pool(2);
    ::kill(*manager.pid(), SIGTERM);
    ASSERT_TRUE(manager.join(20s)) << "round " << i;
  }
}

TEST_P(ManagerTest, objects_of_any_class_live_there) {
  SyncManager manager = Manager();
  Proxy<Till> till = manager.create<Till>(10);
  EXPECT_EQ(till.call<&Till::add>(5), 15);
  EXPECT_EQ(till.call<&Till::pid>(), *manager.pid());
  Proxy<Shop> shop = manager.create<Shop>();
  shop.call<&Shop::till>().call<&Till::add>(1);
  EXPECT_EQ(shop.call<&Shop::till>().call<&Till::total>(), 101);
  EXPECT_EQ(shop.call<&Shop::till>(), shop.call<&Shop::till>());
  manager.create<the_till>().call<&Till::add>(7);
  EXPECT_EQ(manager.create<the_till>().call<&Till::total>(), 7);
}

TEST_P(ManagerTest, long_values_go_there_and_back) {
  SyncManager manager = Manager();
  ListProxy<std::string> list = manager.list<std::string>();
  for (const size_t size : {60'000, 70'000, 3'000'000, 5}) {
    const std::string value(size, 'x');
    list.append(value);
    EXPECT_EQ(list[-1], value);
  }
  EXPECT_EQ(list.size(), 4u);
}

bool sleeps(pid_t thread) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(stat, line);
  return line.find(") S ") != std::string::npos;
}

TEST_P(ManagerTest, object_goes_though_a_process_was_given_it_several_times) {
  SyncManager manager = Manager();
  Proxy<Census> census = manager.create<Census>();
  ListProxy<Proxy<Counted>> list = manager.list<Proxy<Counted>>();
  list.append(manager.create<Counted>());
  {
    const Proxy<Counted> one = list[0], two = list[0];
    EXPECT_EQ(one, two);
  }
  EXPECT_EQ(census.call<&Census::count>(), 1);
  list.clear();
  // What was let go is heard of by another thread of the server.
  const base::Deadline patience = base::Deadline::after(20s);
  while (census.call<&Census::count>() != 0 && !patience.passed()) ::sched_yield();
  EXPECT_EQ(census.call<&Census::count>(), 0);
}

void appends_to_what_comes(Queue<ListProxy<int>> lists, Queue<int> done) {
  lists.get().append(2);
  done.put(1);
}

// A forked child had the way to the server, but nothing of the server's, and was refused.
TEST_P(ManagerTest, child_that_is_older_than_the_first_object_can_be_given_it) {
  SyncManager manager = Manager();
  Queue<ListProxy<int>> lists;
  Queue<int> done;
  Process child(appends_to_what_comes, lists, done);
  child.start();
  ListProxy<int> list = manager.list<int>({1});
  lists.put(list);
  EXPECT_EQ(done.get(60s), 1);
  EXPECT_THAT(list.getvalue(), ElementsAre(1, 2));
  child.join();
}

TEST_P(ManagerTest, list_of_another_manager_can_be_kept) {
  SyncManager manager = Manager();
  SyncManager another = Manager();
  ListProxy<int> inner = manager.list<int>({1});
  ListProxy<ListProxy<int>> outer = another.list<ListProxy<int>>();
  outer.append(inner);
  outer[0].append(2);
  EXPECT_THAT(inner.getvalue(), ElementsAre(1, 2));
}

TEST_P(ManagerTest, proxies_let_go_faster_than_the_server_reads_are_let_go_all) {
  SyncManager manager = Manager();
  Proxy<Census> census = manager.create<Census>();
  std::vector<Proxy<Counted>> all;
  for (int i = 0; i < 3000; ++i) all.push_back(manager.create<Counted>());
  EXPECT_EQ(census.call<&Census::count>(), 3000);
  const pid_t server = *manager.pid(), here = ::gettid();
  ::kill(server, SIGSTOP);
  std::atomic<bool> is_done = false;
  std::thread later([&] {
    while (!is_done && !sleeps(here)) ::sched_yield();  // there is no room any more
    ::kill(server, SIGCONT);
  });
  all.clear();
  is_done = true;
  later.join();
  const base::Deadline patience = base::Deadline::after(20s);
  while (census.call<&Census::count>() != 0 && !patience.passed()) ::sched_yield();
  EXPECT_EQ(census.call<&Census::count>(), 0);
}

TEST_P(ManagerTest, error_tells_its_type_and_where_it_was_thrown) {
  SyncManager manager = Manager();
  Proxy<Till> till = manager.create<Till>();
  try {
    till.call<&Till::rob>("eve");
    FAIL() << "nobody robbed it";
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(), "robbed by eve");
    try {
      std::rethrow_if_nested(error);
      FAIL() << "it does not tell where";
    } catch (const RemoteError& cause) {
      EXPECT_THAT(cause.place(), HasSubstr("process " + std::to_string(*manager.pid())));
    }
  }
}

TEST_P(ManagerTest, server_refuses_what_its_program_does_not_expose) {
  SyncManager manager = Manager();
  Proxy<Till> till = manager.create<Till>(3);
  EXPECT_EQ((till.callmethod<int>("total")), 3);
  EXPECT_EQ((till.callmethod<int>("add", 2)), 5);
  EXPECT_EQ((till.callmethod<int>("shown")), 5);
  EXPECT_THROW((till.callmethod<int>("hidden")), RemoteError);
  EXPECT_THROW((till.callmethod<int>("add", 2.0)), RemoteError);
  EXPECT_THROW((till.callmethod<std::string>("total")), RemoteError);
}

TEST_P(ManagerTest, server_refuses_a_method_of_another_type) {
  SyncManager manager = Manager();
  Proxy<Till> till = manager.create<Till>(3);
  const Proxy<Shop> no_shop(till.reference());
  EXPECT_THROW(no_shop.call<&Shop::till>(), RemoteError);
  EXPECT_EQ(till.call<&Till::total>(), 3);
}

TEST_P(ManagerTest, result_that_cannot_be_sent_is_a_remote_error) {
  SyncManager manager = Manager();
  Proxy<Box> box = manager.create<Box>();
  EXPECT_THROW(box.call<&Box::stubborn>(), RemoteError);
  EXPECT_EQ(box.call<&Box::size>(), 0);
}

// ---------------------------------------------------------------- life and death

TEST_P(ManagerTest, killed_holder_gives_its_lock_back) {
  SyncManager manager = Manager();
  LockProxy lock = manager.Lock();
  EventProxy held = manager.Event();
  Process p(hold_for_ever, lock, held);
  p.start();
  held.wait();
  EXPECT_FALSE(lock.acquire(false));
  p.kill();
  EXPECT_TRUE(lock.acquire());
  p.join();
}

TEST_P(ManagerTest, killed_consumer_takes_no_item) {
  SyncManager manager = Manager();
  QueueProxy<int> queue = manager.Queue<int>();
  for (int i = 0; i < 20; ++i) {
    Process p(get_one, queue);
    p.start();
    ::usleep(static_cast<useconds_t>(i % 4) * 1000);  // where in its work it hits it
    p.kill();
    p.join();
    queue.put(i);
    EXPECT_EQ(queue.get(), i);
  }
}

TEST_P(ManagerTest, server_ends_when_its_last_handle_goes) {
  pid_t server;
  {
    std::optional<SyncManager> manager = Manager();
    ListProxy<int> list = manager->list<int>({1});
    server = *manager->pid();
    manager.reset();
    EXPECT_THAT(list.getvalue(), ElementsAre(1));
  }
  EXPECT_EQ(::kill(server, 0), -1);
}

TEST_P(ManagerTest, use_after_shutdown_raises) {
  SyncManager manager = Manager();
  ListProxy<int> list = manager.list<int>();
  const std::string path = manager.address().path();
  EXPECT_EQ(::access(path.c_str(), F_OK), 0);
  manager.shutdown();
  EXPECT_NE(::access(path.c_str(), F_OK), 0) << "the server has left its socket's file behind";
  EXPECT_ANY_THROW(list.append(1));
  EXPECT_ANY_THROW(manager.list<int>());
  EXPECT_THROW(manager.start(), ProcessError);
  manager.shutdown();
}

TEST_P(ManagerTest, reached_by_address_and_key) {
  SyncManager manager({.authkey = "secret"});
  manager.start();
  manager.create<the_till>().call<&Till::add>(7);
  SyncManager there({.address = manager.address(), .authkey = "secret"});
  there.connect();
  EXPECT_EQ(there.create<the_till>().call<&Till::total>(), 7);
  SyncManager stranger({.address = manager.address(), .authkey = "guess"});
  EXPECT_THROW(stranger.connect(), AuthenticationError);
}

TEST_P(ManagerTest, reached_by_tcp) {
  SyncManager manager({.address = Address("127.0.0.1", 0), .authkey = "secret"});
  manager.start();
  EXPECT_NE(manager.address().port(), 0);
  ListProxy<int> list = manager.list<int>({1});
  run(append, list, 2);
  EXPECT_THAT(list.getvalue(), ElementsAre(1, 2));
}

}  // namespace
}  // namespace mp
