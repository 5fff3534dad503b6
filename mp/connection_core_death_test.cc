// A process that is killed at any instruction hinders nobody. What it was sending comes whole, or is torn if it was
// long, or does not come; of what it was receiving the next one gets it, or finds it torn, or it is gone with it.
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"
#include "mp/connection_core.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"
#include "mp/test_records.h"

namespace mp {
namespace {

using base::Deadline;
using os::TestProcess;
using Pointer = ConnectionCore::Pointer;
using Received = ConnectionCore::Received;
using namespace std::chrono_literals;

const char kTorn[] = "torn";

// The next message; kTorn if it is.
std::string recv(ConnectionCore& end) {
  std::string message;
  try {
    if (end.recv(&message) != Received::kMessage) return "no message";
  } catch (const base::OsError& error) {
    return error.code() == EBADMSG ? kTorn : error.what();
  }
  return message;
}

struct Pipe {
  Pipe() : Pipe(ConnectionCore::pipe()) {}
  explicit Pipe(std::pair<Pointer, Pointer> ends) : sender(ends.first), receiver(ends.second) {}
  Pointer sender, receiver;
};

// What is left in the pipe.
std::vector<std::string> drained(const Pipe& pipe) {
  std::vector<std::string> left;
  pipe.sender->send("last");
  while (left.empty() || left.back() != "last") {
    if (!pipe.receiver->poll(Deadline::after(20s))) return {"nothing came any more"};
    left.push_back(recv(*pipe.receiver));
  }
  left.pop_back();
  return left;
}

// ---------------------------------------------------------------- at every point

using Messages = std::vector<std::string>;

// What a victim does to a pipe, and what may be in it afterwards.
struct Scene {
  std::string name;
  Messages before;
  std::function<void(Pipe&)> act;
  std::vector<Messages> outcomes;
};

void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

std::vector<Scene> scenes() {
  const std::string half = text(40000, 1), other = text(40000, 2);
  const std::string part = text(65536, 3), parts = text(150000, 4);
  const std::string two = text(70000, 5), next_two = text(70000, 6);
  auto sends = [](std::string message) {
    return [message](Pipe& pipe) { pipe.sender->send(message); };
  };
  auto sends_descriptor = [](std::string message) {
    return [message](Pipe& pipe) {
      const int fds[] = {0};
      pipe.sender->send(message, fds);
    };
  };
  // As they are done twice, too, they don't wait for what is not there.
  auto receives = [](Pipe& pipe) {
    if (pipe.receiver->poll(Deadline::after(0s))) recv(*pipe.receiver);
  };
  auto receives_all = [](Pipe& pipe) {
    while (pipe.receiver->poll(Deadline::after(0s))) recv(*pipe.receiver);
  };
  return {
      {"send", {}, sends("x"), {{}, {"x"}}},
      {"send_behind_others", {"a", "b"}, sends("x"), {{"a", "b"}, {"a", "b", "x"}}},
      {"send_what_wraps_around", {half, half}, sends("x"), {{half, half}, {half, half, "x"}}},
      {"send_what_finds_no_room",
       {half, half},
       sends(other),
       {{half, half}, {half, half, kTorn}, {half, half, other}}},
      {"send_a_long_one", {"a"}, sends(two), {{"a"}, {"a", kTorn}, {"a", two}}},
      {"send_a_long_one_to_nobody_yet", {}, sends(two), {{}, {kTorn}, {two}}},
      {"send_a_descriptor", {}, sends_descriptor("x"), {{}, {kTorn}, {"x"}}},
      {"recv_the_only_one", {"a"}, receives, {{"a"}, {}}},
      {"recv_the_first", {"a", part, "b"}, receives, {{"a", part, "b"}, {part, "b"}}},
      {"recv_one_that_found_no_room",
       {half, half, other},
       receives_all,
       {{half, half, other}, {half, other}, {other}, {}}},
      {"recv_a_long_one", {parts, "b"}, receives, {{parts, "b"}, {kTorn, "b"}, {"b"}}},
      {"recv_the_first_of_long_ones",
       {two, next_two},
       receives,
       {{two, next_two}, {kTorn, next_two}, {next_two}}},
      {"refuse_a_long_one",
       {two, "b"},
       [](Pipe& pipe) {
         std::string message;
         if (pipe.receiver->poll(Deadline::after(0s))) pipe.receiver->recv(&message, nullptr, 5);
       },
       {{two, "b"}, {kTorn, "b"}, {"b"}}},
      {"poll", {}, [](Pipe& pipe) { pipe.receiver->poll(Deadline::after(1ms)); }, {{}}},
      {"watch", {}, [](Pipe& pipe) { pipe.receiver->fileno(); }, {{}}},
      {"watch_and_recv",
       {"a"},
       [receives](Pipe& pipe) {
         pipe.receiver->fileno();
         receives(pipe);
       },
       {{"a"}, {}}},
      {"close",
       {"a"},
       [](Pipe& pipe) {
         pipe.receiver->close();
         pipe.sender->close();
       },
       {{"a"}}},
  };
}

void prepare(Pipe& pipe, const Scene& scene) {
  for (const std::string& each : scene.before) pipe.sender->send(each);
}

TestProcess victim_at(int point, Pipe& pipe, const Scene& scene) {
  return TestProcess([&, point] {
    os::die_at_kill_point(point);
    scene.act(pipe);
    return true;
  });
}

// The pipe holds what it may, and works on.
void expect_whole(const Pipe& pipe, const Scene& scene) {
  const Messages left = drained(pipe);
  bool expected = false;
  for (const Messages& each : scene.outcomes) expected |= left == each;
  EXPECT_TRUE(expected) << left.size() << " messages are left, which are not what may be";
  for (const std::string& more : {std::string("one"), text(70000, 1), std::string("three")})
    pipe.sender->send(more);
  EXPECT_TRUE(drained(pipe) == (Messages{"one", text(70000, 1), "three"}));
}

class EachScene : public testing::TestWithParam<Scene> {};

TEST_P(EachScene, KilledAtAnyPoint) {
  const Scene& scene = GetParam();
  bool survived = false;
  int point = 0;
  for (point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    prepare(pipe, scene);
    TestProcess victim = victim_at(point, pipe, scene);
    const base::Ending ending = victim.wait();
    survived = ending == base::Exited{0};
    ASSERT_TRUE(survived || ending.killed_by(SIGKILL)) << ending;
    expect_whole(pipe, scene);
  }
  EXPECT_GT(point, 2) << "there were no points to die at";
}

// Two die one after the other, at any two points, before anybody else comes.
TEST_P(EachScene, KilledTwiceInARow) {
  const Scene& scene = GetParam();
  bool survived = false;
  for (int first = 1; !survived; ++first) {
    bool second_survived = false;
    for (int second = 1; !second_survived && !survived; ++second) {
      SCOPED_TRACE(std::to_string(first) + " and " + std::to_string(second));
      Pipe pipe;
      prepare(pipe, scene);
      survived = victim_at(first, pipe, scene).wait() == base::Exited{0};
      const base::Ending ending = victim_at(second, pipe, scene).wait();
      second_survived = ending == base::Exited{0};
      ASSERT_TRUE(second_survived || ending.killed_by(SIGKILL)) << ending;
      drained(pipe);
      for (const char* more : {"one", "two"}) pipe.sender->send(more);
      EXPECT_EQ(drained(pipe), (Messages{"one", "two"}));
    }
  }
}

class EachSceneWithSleepers : public EachScene {};

// Whoever sleeps for a message gets the victim's, or the next.
TEST_P(EachSceneWithSleepers, KilledWhileOthersSleep) {
  const Scene& scene = GetParam();
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    auto receive_one = [&] { return recv(*pipe.receiver) != "no message"; };
    TestProcess one(receive_one), other(receive_one);
    ASSERT_TRUE(one.sleeps());
    ASSERT_TRUE(other.sleeps());
    survived = victim_at(point, pipe, scene).wait() == base::Exited{0};
    pipe.sender->send("for one");
    pipe.sender->send("for the other");
    EXPECT_EQ(one.wait(), base::Exited{0});
    EXPECT_EQ(other.wait(), base::Exited{0});
  }
}

// The wake-up that one of them reads is not missed by the other.
TEST(ConnectionCoreDeath, ReceiverThatIsKilledAfterItSleptLeavesNobodyAsleep) {
  for (int point = 1; point < 30; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      while (true) recv(*pipe.receiver);
      return true;
    });
    TestProcess other([&] { return recv(*pipe.receiver) == "last"; });
    for (int i = 0; i < 20 && victim.sleeps(); ++i) pipe.sender->send("last");
    victim.kill();
    pipe.sender->send("last");
    EXPECT_EQ(other.wait(), base::Exited{0});
  }
}

TEST(ConnectionCoreDeath, SenderThatDiesInABodyWakesTheReceiverThoughOthersHoldTheEnd) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    const std::string body = text(1 << 20, 1);
    TestProcess receiver([&] {
      const std::string message = recv(*pipe.receiver);
      return message == body || message == kTorn || message == "instead";
    });
    TestProcess victim([&, point] {
      os::die_at_kill_point(point);
      pipe.sender->send(body);
      return true;
    });
    survived = victim.wait() == base::Exited{0};
    if (receiver.sleeps()) pipe.sender->send("instead");  // in case that it was not even announced
    EXPECT_EQ(receiver.wait(), base::Exited{0});
  }
}

TEST(ConnectionCoreDeath, SenderThatWaitsBehindADeadOneGoesOn) {
  Pipe pipe;
  const std::string one = text(1 << 20, 1), other = text(1 << 20, 2);
  auto send = [&](const std::string& message) {
    return TestProcess([&] {
      pipe.sender->send(message);
      return true;
    });
  };
  TestProcess first = send(one);
  EXPECT_TRUE(first.sleeps());
  TestProcess second = send(other);
  EXPECT_TRUE(second.sleeps());
  first.kill();
  first.wait();
  EXPECT_EQ(recv(*pipe.receiver), kTorn);
  EXPECT_TRUE(recv(*pipe.receiver) == other);
  EXPECT_EQ(second.wait(), base::Exited{0});
}

TEST(ConnectionCoreDeath, SenderOfABodyWhoseReceiverDiedGetsOn) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    const std::string body = text(1 << 20, 1);
    TestProcess sender([&] {
      pipe.sender->send(body);
      pipe.sender->send("next");
      return true;
    });
    EXPECT_TRUE(sender.sleeps());
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      return recv(*pipe.receiver) == body;
    });
    survived = victim.wait() == base::Exited{0};
    const std::string message = recv(*pipe.receiver);
    if (message != "next") {
      EXPECT_TRUE(message == body || message == kTorn);
      EXPECT_EQ(recv(*pipe.receiver), "next");
    }
    EXPECT_EQ(sender.wait(), base::Exited{0});
  }
}

// Whoever watches the descriptor and then asks is not told again and again that it is readable.
TEST(ConnectionCoreDeath, WakeUpForAMessageThatNeverCameIsReadByPoll) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    pollfd look{.fd = pipe.receiver->fileno(), .events = POLLIN, .revents = 0};
    survived = TestProcess([&] {
                 os::die_at_kill_point(point);
                 pipe.sender->send("x");
                 return true;
               }).wait() == base::Exited{0};
    const bool there = pipe.receiver->poll(Deadline::after(0s));
    EXPECT_EQ(::poll(&look, 1, 0), there ? 1 : 0);
  }
}

// One who refuses it takes all of it, too: others may have the same end.
TEST(ConnectionCoreDeath, SenderOfABodyThatIsRefusedGetsOn) {
  Pipe pipe;
  TestProcess sender([&] {
    pipe.sender->send(text(1 << 20, 1));
    return true;
  });
  std::string message;
  EXPECT_EQ(pipe.receiver->recv(&message, nullptr, 5), Received::kTooLong);
  EXPECT_EQ(sender.wait(), base::Exited{0});
}

TEST(ConnectionCoreDeath, DescriptorsAreThereForTheNextReceiverOrGone) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Pipe pipe;
    auto [near, far] = ConnectionCore::pipe();
    const int fds[] = {far->parts().wakes};
    pipe.sender->send("x", fds);
    far->close();
    survived = TestProcess([&] {
                 os::die_at_kill_point(point);
                 return recv(*pipe.receiver) == "x";
               }).wait() == base::Exited{0};
    if (pipe.receiver->poll(Deadline::after(0s))) {
      std::string message;
      std::vector<base::UniqueFd> arrived;
      EXPECT_EQ(pipe.receiver->recv(&message, &arrived), Received::kMessage);
      ASSERT_EQ(arrived.size(), 1u);
      EXPECT_FALSE(near->poll(Deadline::after(0s)));
    }
    pipe.sender->send("another", {});
    EXPECT_EQ(recv(*pipe.receiver), "another");
    const int standard_input[] = {0};
    pipe.sender->send("passes over what was left", standard_input);
    recv(*pipe.receiver);
    EXPECT_TRUE(near->poll(Deadline::after(0s))) << "the descriptor is open somewhere";
  }
}

TEST(ConnectionCoreDeath, EndOfFileComesBehindATornMessage) {
  Pipe pipe;
  TestProcess sender([&] {
    pipe.sender->send("whole");
    pipe.sender->send(text(1 << 20, 1));
    return true;
  });
  EXPECT_TRUE(sender.sleeps());
  pipe.sender->close();
  sender.kill();
  sender.wait();
  EXPECT_EQ(recv(*pipe.receiver), "whole");
  EXPECT_EQ(recv(*pipe.receiver), kTorn);
  EXPECT_EQ(recv(*pipe.receiver), "no message");
}

// Before which somebody sleeps: there is no message.
std::vector<Scene> scenes_with_sleepers() {
  std::vector<Scene> all = scenes();
  std::erase_if(all, [](const Scene& scene) { return !scene.before.empty(); });
  return all;
}

std::string name_of(const testing::TestParamInfo<Scene>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(ConnectionCore, EachScene, testing::ValuesIn(scenes()), name_of);
INSTANTIATE_TEST_SUITE_P(ConnectionCore, EachSceneWithSleepers,
                         testing::ValuesIn(scenes_with_sleepers()), name_of);

// ---------------------------------------------------------------- at random

struct Account {
  // So many messages may be made for each kill, however long it takes.
  static constexpr uint32_t kForEachKill = 2000, kMost = 1 << 21;
  std::atomic<uint32_t> next{0};  // the number of the next message
  std::atomic<uint32_t> allowed{kForEachKill};
  std::atomic<uint8_t> sent[kMost];
  std::atomic<uint8_t> got[kMost];
  std::atomic<uint32_t> torn{0};
  std::atomic<bool> mixed{false};
};

std::string numbered(uint32_t number, size_t size) {
  std::string message = std::to_string(number) + " ";
  if (size > message.size()) message += text(size - message.size(), number);
  return message;
}

struct Trade {
  std::string name;
  size_t largest;
  int kills;
  bool watched;
};

void PrintTo(const Trade& trade, std::ostream* out) { *out << trade.name; }

class Traffic : public testing::TestWithParam<Trade> {};

bool send_on(Pipe& pipe, Account& account, size_t largest) {
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  while (true) {
    const uint32_t number = account.next.fetch_add(1);
    while (number >= account.allowed.load()) ::sched_yield();
    pipe.sender->send(numbered(number, random() % largest));
    account.sent[number] = 1;
    if (random() % 50 == 0) ::usleep(100);  // so that receivers sleep
  }
}

bool receive_on(Pipe& pipe, Account& account) {
  while (true) {
    const std::string message = recv(*pipe.receiver);
    if (message == kTorn) {
      ++account.torn;
      continue;
    }
    const auto number = static_cast<uint32_t>(std::stoul(message));
    if (message != numbered(number, message.size())) account.mixed = true;
    account.got[number].fetch_add(1);
  }
}

TEST_P(Traffic, OfWhichSomebodyIsKilledAgainAndAgain) {
  const Trade& trade = GetParam();
  Pipe pipe;
  if (trade.watched) pipe.receiver->fileno();
  os::Shared<Account> shared;
  Account& account = *shared;
  os::Crew crew(4, [&](size_t i) {
    return i < 2 ? send_on(pipe, account, trade.largest) : receive_on(pipe, account);
  });
  uint32_t senders_killed = 0, receivers_killed = 0;
  crew.kill_at_random(trade.kills, [&](size_t victim) {
    ++(victim < 2 ? senders_killed : receivers_killed);
    account.allowed += Account::kForEachKill;
  });
  account.allowed += Account::kForEachKill;
  EXPECT_TRUE(os::grows(account.next, 100u)) << "the senders are stuck";
  crew.end(0);
  crew.end(1);
  const Deadline patience = Deadline::after(20s);
  while (pipe.receiver->poll(Deadline::after(0s)) && !patience.passed()) ::sched_yield();
  EXPECT_FALSE(pipe.receiver->poll(Deadline::after(0s))) << "the receivers are stuck";
  // The last message is accounted for when its receiver sleeps again.
  EXPECT_TRUE(crew[2].sleeps());
  EXPECT_TRUE(crew[3].sleeps());

  uint32_t lost = 0;
  for (uint32_t i = 0; i < account.next; ++i) {
    EXPECT_LE(account.got[i], 1) << "message " << i << " came twice";
    if (account.sent[i] == 1 && account.got[i] == 0) ++lost;
  }
  EXPECT_FALSE(account.mixed);
  EXPECT_LE(lost, receivers_killed);
  EXPECT_LE(account.torn, senders_killed + 2 + receivers_killed);
  RecordProperty("messages", static_cast<int>(account.next.load()));
  RecordProperty("senders_killed", static_cast<int>(senders_killed));
  RecordProperty("receivers_killed", static_cast<int>(receivers_killed));
  RecordProperty("lost_with_their_receivers", static_cast<int>(lost));
  RecordProperty("torn", static_cast<int>(account.torn.load()));
}

INSTANTIATE_TEST_SUITE_P(ConnectionCore, Traffic,
                         testing::Values(Trade{"short", 300, 800, false},
                                         Trade{"short_and_watched", 300, 400, true},
                                         Trade{"long", 150000, 400, false}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace mp
