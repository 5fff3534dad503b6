#include "mp/connection_core.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/os_error.h"
#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"
#include "mp/test_records.h"

namespace mp {
namespace {

using base::Deadline;
using os::Shared;
using os::TestProcess;
using Pointer = ConnectionCore::Pointer;
using Received = ConnectionCore::Received;
using namespace std::chrono_literals;

constexpr size_t kTooBigToBuffer = 1 << 20;

Deadline at_once() { return Deadline::after(0s); }

std::string must_recv(const Pointer& end) {
  std::string message = "nothing";
  EXPECT_EQ(end->recv(&message), Received::kMessage);
  return message;
}

Received recv(const Pointer& end) {
  std::string message;
  return end->recv(&message);
}

// The code of the base::OsError that `call` raises; 0 if it doesn't.
template <class Call>
int error_of(Call call) {
  try {
    call();
  } catch (const base::OsError& error) {
    return error.code();
  }
  return 0;
}

// One that another process, or this one, makes of an end's parts.
Pointer copy_of(const Pointer& end) {
  auto duplicate = [](int fd) { return base::UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); };
  const ConnectionCore::Parts<int> parts = end->parts();
  return std::make_shared<ConnectionCore>(
      ConnectionCore::Parts<base::UniqueFd>{.memory = duplicate(parts.memory),
                                            .wakes = duplicate(parts.wakes),
                                            .bodies = duplicate(parts.bodies),
                                            .side = parts.side,
                                            .readable = parts.readable,
                                            .writable = parts.writable});
}

// ---------------------------------------------------------------- messages

TEST(ConnectionCore, ExampleOfTheHeader) {
  auto [client, server] = ConnectionCore::pipe();
  client->send("question");
  std::string message;
  EXPECT_EQ(server->recv(&message), Received::kMessage);
  EXPECT_EQ(message, "question");
  client->close();
  EXPECT_EQ(server->recv(&message), Received::kEndOfFile);
}

TEST(ConnectionCore, MessagesOfAllSizesComeInOrderAndWhole) {
  auto pair = ConnectionCore::pipe();
  const std::vector<size_t> sizes = {0,     1,     0,     15,    16,      17,     4096,  65519,
                                     65520, 65521, 65536, 65537, 1000000, 3,      98303, 98304,
                                     98305, 0,     5,     70000, 3000001, 131072, 2};
  TestProcess sender([&] {
    for (size_t i = 0; i < sizes.size(); ++i)
      pair.second->send(text(sizes[i], static_cast<uint32_t>(i)));
    return true;
  });
  for (size_t i = 0; i < sizes.size(); ++i)
    EXPECT_TRUE(must_recv(pair.first) == text(sizes[i], static_cast<uint32_t>(i))) << sizes[i];
  EXPECT_EQ(sender.wait(), base::Exited{0});
  EXPECT_FALSE(pair.first->poll(at_once()));
}

TEST(ConnectionCore, DirectionsAreIndependent) {
  auto [a, b] = ConnectionCore::pipe();
  a->send("from a");
  EXPECT_FALSE(a->poll(at_once()));
  b->send("from b");
  EXPECT_EQ(must_recv(a), "from b");
  EXPECT_EQ(must_recv(b), "from a");
}

TEST(ConnectionCore, ManyShortMessagesFitAndThenSendWaits) {
  auto pair = ConnectionCore::pipe();
  for (int i = 0; i < 16; ++i) pair.second->send(text(4096, static_cast<uint32_t>(i)));
  Shared<std::atomic<int>> shared(16);
  std::atomic<int>& sent = *shared;
  TestProcess sender([&] {
    for (; sent < 1000; ++sent) pair.second->send(text(4096, static_cast<uint32_t>(sent)));
    return true;
  });
  EXPECT_TRUE(sender.sleeps());
  EXPECT_LT(sent, 200);
  for (uint32_t i = 0; i < 1000; ++i) ASSERT_TRUE(must_recv(pair.first) == text(4096, i)) << i;
  EXPECT_EQ(sender.wait(), base::Exited{0});
}

TEST(ConnectionCore, OverlongMessageIsPassedOver) {
  auto [a, b] = ConnectionCore::pipe();
  std::string message;
  a->send("12345");
  a->send("1234");
  EXPECT_EQ(b->recv(&message, nullptr, 4), Received::kTooLong);
  EXPECT_EQ(b->recv(&message, nullptr, 4), Received::kMessage);
  a->send(text(100000, 1));
  a->send(text(100000, 2));
  EXPECT_EQ(b->recv(&message, nullptr, 4), Received::kTooLong);
  EXPECT_TRUE(must_recv(b) == text(100000, 2));
}

TEST(ConnectionCore, LongMessagesOfSeveralSendersStayWhole) {
  auto pair = ConnectionCore::pipe(false);
  constexpr uint32_t kEach = 20;
  std::vector<TestProcess> senders;
  for (uint32_t s = 1; s <= 2; ++s) {
    senders.emplace_back([&, s] {
      for (uint32_t i = 0; i < kEach; ++i) pair.second->send(text(100000 * s + 1000 * i, s));
      return true;
    });
  }
  uint32_t came[3] = {};
  for (uint32_t i = 0; i < 2 * kEach; ++i) {
    const std::string message = must_recv(pair.first);
    const uint32_t sender = message == text(message.size(), 1) ? 1 : 2;
    ASSERT_TRUE(message == text(100000 * sender + 1000 * came[sender]++, sender));
  }
  for (TestProcess& each : senders) EXPECT_EQ(each.wait(), base::Exited{0});
}

TEST(ConnectionCore, NothingIsLostOrTwiceBetweenManyProcesses) {
  constexpr int kEach = 20000;
  auto pair = ConnectionCore::pipe(false);
  auto report = ConnectionCore::pipe(false);
  std::vector<TestProcess> crew;
  for (int s = 0; s < 2; ++s) {
    crew.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) pair.second->send(std::to_string(i));
      return true;
    });
  }
  for (int r = 0; r < 2; ++r) {
    crew.emplace_back([&] {
      long long sum = 0;
      for (int i = 0; i < kEach; ++i) sum += std::stoi(must_recv(pair.first));
      report.second->send(std::to_string(sum));
      return true;
    });
  }
  for (TestProcess& each : crew) EXPECT_EQ(each.wait(), base::Exited{0});
  EXPECT_EQ(std::stoll(must_recv(report.first)) + std::stoll(must_recv(report.first)),
            1ll * kEach * (kEach - 1));
  EXPECT_FALSE(pair.first->poll(at_once()));
}

TEST(ConnectionCore, ThreadsShareAnEnd) {
  constexpr int kEach = 3000;
  auto pair = ConnectionCore::pipe();
  std::atomic<long long> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i)
        pair.first->send(std::to_string(i) + std::string(i % 100 == 0 ? 70000 : 0, ' '));
    });
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) sum += std::stoi(must_recv(pair.second));
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(sum, 1ll * kEach * (kEach - 1));
}

// ---------------------------------------------------------------- waiting

TEST(ConnectionCore, SleepingReceiverWakesForAMessage) {
  auto pair = ConnectionCore::pipe();
  for (const std::string& message : {std::string("short"), std::string(), text(300000, 1)}) {
    TestProcess receiver([&] { return must_recv(pair.first) == message; });
    EXPECT_TRUE(receiver.sleeps());
    pair.second->send(message);
    EXPECT_EQ(receiver.wait(), base::Exited{0});
  }
}

TEST(ConnectionCore, SeveralSleepersGetOneMessageEach) {
  auto pair = ConnectionCore::pipe();
  std::vector<TestProcess> receivers;
  for (int i = 0; i < 3; ++i)
    receivers.emplace_back([&] { return must_recv(pair.first).size() == 1; });
  for (TestProcess& each : receivers) EXPECT_TRUE(each.sleeps());
  for (const char* message : {"a", "b", "c"}) pair.second->send(message);
  for (TestProcess& each : receivers) EXPECT_EQ(each.wait(), base::Exited{0});
  EXPECT_FALSE(pair.first->poll(at_once()));
}

TEST(ConnectionCore, PollWaitsAndTakesNothing) {
  auto pair = ConnectionCore::pipe();
  EXPECT_FALSE(pair.first->poll(at_once()));
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(pair.first->poll(Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  TestProcess polls([&] { return pair.first->poll(Deadline::never()); });
  EXPECT_TRUE(polls.sleeps());
  pair.second->send("");
  EXPECT_EQ(polls.wait(), base::Exited{0});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pair.first->poll(at_once()));
  EXPECT_EQ(must_recv(pair.first), "");
  EXPECT_FALSE(pair.first->poll(at_once()));
}

TEST(ConnectionCore, WaitTellsWhichAreReady) {
  auto one = ConnectionCore::pipe();
  auto two = ConnectionCore::pipe();
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  base::UniqueFd reads(fds[0]), writes(fds[1]);
  const std::vector<Waitable> all = {*one.first, reads.get(), *two.first};
  using Ready = std::vector<size_t>;
  EXPECT_EQ(ConnectionCore::wait(all, at_once()), Ready());
  EXPECT_EQ(ConnectionCore::wait(all, Deadline::after(10ms)), Ready());
  EXPECT_EQ(ConnectionCore::wait({}, Deadline::after(1ms)), Ready());
  TestProcess waits([&] { return ConnectionCore::wait(all, Deadline::never()) == Ready{2}; });
  EXPECT_TRUE(waits.sleeps());
  two.second->send("x");
  EXPECT_EQ(waits.wait(), base::Exited{0});
  EXPECT_EQ(ConnectionCore::wait(all, Deadline::never()), Ready{2});
  one.second->close();
  EXPECT_EQ(ConnectionCore::wait(all, Deadline::never()), (Ready{0, 2}));
  writes.reset();
  EXPECT_EQ(ConnectionCore::wait(all, Deadline::never()), (Ready{0, 1, 2}));
}

bool is_readable(int fd) {
  pollfd look{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&look, 1, 0) == 1;
}

TEST(ConnectionCore, DescriptorIsReadableExactlyWhileThereIsSomething) {
  for (size_t size : {1, 100000}) {
    auto [a, b] = ConnectionCore::pipe();
    a->send("before anybody looked");
    EXPECT_TRUE(is_readable(b->fileno()));
    must_recv(b);
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(is_readable(b->fileno()));
      a->send(text(size, 1));
      a->send("another");
      EXPECT_TRUE(is_readable(b->fileno()));
      must_recv(b);
      EXPECT_TRUE(is_readable(b->fileno()));
      must_recv(b);
    }
    EXPECT_FALSE(is_readable(b->fileno()));
    a->close();
    EXPECT_TRUE(is_readable(b->fileno()));
  }
}

TEST(ConnectionCore, SleepingWatcherOfTheDescriptorWakes) {
  auto pair = ConnectionCore::pipe();
  TestProcess watches([&] {
    pollfd look{.fd = pair.first->fileno(), .events = POLLIN, .revents = 0};
    return ::poll(&look, 1, -1) == 1 && must_recv(pair.first) == "x";
  });
  EXPECT_TRUE(watches.sleeps());
  pair.second->send("x");
  EXPECT_EQ(watches.wait(), base::Exited{0});
}

struct Interrupted {};

TEST(ConnectionCore, ThrowingSignalHandlerEndsARecv) {
  auto pair = ConnectionCore::pipe();
  TestProcess receiver([&] {
    struct sigaction note = {};
    note.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &note, nullptr);
    os::set_interrupt_check([] { throw Interrupted(); });
    try {
      recv(pair.first);
    } catch (const Interrupted&) {
    }
    os::set_interrupt_check(nullptr);
    return must_recv(pair.first) == "after";
  });
  EXPECT_TRUE(receiver.sleeps());
  ::kill(receiver.pid(), SIGUSR1);
  EXPECT_TRUE(receiver.sleeps());
  pair.second->send("after");
  EXPECT_EQ(receiver.wait(), base::Exited{0});
}

TEST(ConnectionCore, HandledSignalTearsNothing) {
  auto pair = ConnectionCore::pipe();
  TestProcess sender([&] {
    struct sigaction note = {};
    note.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &note, nullptr);
    pair.second->send(text(kTooBigToBuffer, 1));
    return true;
  });
  EXPECT_TRUE(sender.sleeps());
  for (int i = 0; i < 3; ++i) {
    ::kill(sender.pid(), SIGUSR1);
    EXPECT_TRUE(sender.sleeps());
  }
  EXPECT_TRUE(must_recv(pair.first) == text(kTooBigToBuffer, 1));
  EXPECT_EQ(sender.wait(), base::Exited{0});
}

TEST(ConnectionCore, SendThatAHandlerEndedIsTornForTheReceiverWhoSleeps) {
  auto pair = ConnectionCore::pipe();
  TestProcess sender([&] {
    struct sigaction note = {};
    note.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &note, nullptr);
    os::set_interrupt_check([] { throw Interrupted(); });
    try {
      pair.second->send(text(kTooBigToBuffer, 1));
    } catch (const Interrupted&) {
      pair.second->send("next");
      return true;
    }
    return false;
  });
  EXPECT_TRUE(sender.sleeps());
  ::kill(sender.pid(), SIGUSR1);
  EXPECT_EQ(sender.wait(), base::Exited{0});
  EXPECT_EQ(error_of([&] { recv(pair.first); }), EBADMSG);
  EXPECT_EQ(must_recv(pair.first), "next");
}

// ---------------------------------------------------------------- the end

TEST(ConnectionCore, WhatWasSentComesBeforeEndOfFile) {
  auto [a, b] = ConnectionCore::pipe();
  b->send("never read");
  a->send("short");
  a->send(text(100000, 1));
  a->close();
  EXPECT_TRUE(b->poll(at_once()));
  EXPECT_EQ(must_recv(b), "short");
  EXPECT_TRUE(must_recv(b) == text(100000, 1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(recv(b), Received::kEndOfFile);
  EXPECT_TRUE(b->poll(Deadline::never()));
}

TEST(ConnectionCore, LastCloseAnywhereWakesASleepingReceiver) {
  auto pair = ConnectionCore::pipe();
  TestProcess holder([&] {
    pair.first->close();
    return recv(pair.second) == Received::kMessage;
  });
  TestProcess receiver([&] {
    pair.second->close();
    return recv(pair.first) == Received::kEndOfFile;
  });
  EXPECT_TRUE(receiver.sleeps());
  pair.second->close();
  EXPECT_TRUE(receiver.sleeps());
  EXPECT_TRUE(holder.sleeps());
  holder.kill();
  EXPECT_EQ(receiver.wait(), base::Exited{0});
}

TEST(ConnectionCore, SendToNobodyRaisesBrokenPipe) {
  auto [a, b] = ConnectionCore::pipe();
  a->send("to be the one who received last");
  must_recv(b);
  b->close();
  for (size_t size : {0, 1, 100000, 3000000}) {
    EXPECT_EQ(error_of([&, a = a] { a->send(text(size, 1)); }), EPIPE) << size;
  }
}

TEST(ConnectionCore, SendToOneWhoWasKilledRaisesBrokenPipe) {
  auto pair = ConnectionCore::pipe();
  TestProcess receiver([&] { return must_recv(pair.first) == must_recv(pair.first); });
  pair.first->close();
  pair.second->send("first");
  EXPECT_TRUE(receiver.sleeps());
  receiver.kill();
  receiver.wait();
  EXPECT_EQ(error_of([&] { pair.second->send("second"); }), EPIPE);
}

TEST(ConnectionCore, WaitingSenderRaisesBrokenPipeWhenTheReceiverEnds) {
  auto pair = ConnectionCore::pipe();
  TestProcess sender([&] {
    pair.first->close();
    return error_of([&] { pair.second->send(text(kTooBigToBuffer, 1)); }) == EPIPE;
  });
  EXPECT_TRUE(sender.sleeps());
  pair.first->close();
  EXPECT_EQ(sender.wait(), base::Exited{0});
}

TEST(ConnectionCore, ReceiverThatClosesLeavesTheOthersOfItsEnd) {
  auto pair = ConnectionCore::pipe();
  TestProcess receiver([&] { return must_recv(pair.first) == "second"; });
  EXPECT_TRUE(receiver.sleeps());
  receiver.kill();
  receiver.wait();
  TestProcess other([&] { return must_recv(pair.first) == "second"; });
  pair.first->close();
  pair.second->send("second");
  EXPECT_EQ(other.wait(), base::Exited{0});
}

TEST(ConnectionCore, ClosedEndRefusesEverything) {
  auto [a, b] = ConnectionCore::pipe();
  b->send("unread");
  a->close();
  a->close();
  EXPECT_TRUE(a->closed());
  EXPECT_FALSE(b->closed());
  EXPECT_EQ(error_of([a = a] { a->send("x"); }), EBADF);
  EXPECT_EQ(error_of([a = a] { recv(a); }), EBADF);
  EXPECT_EQ(error_of([a = a] { a->poll(at_once()); }), EBADF);
  EXPECT_EQ(error_of([a = a] { a->fileno(); }), EBADF);
  EXPECT_EQ(error_of([a = a] { a->parts(); }), EBADF);
  const Waitable closed(*a);
  EXPECT_EQ(error_of([&] { ConnectionCore::wait({&closed, 1}, at_once()); }), EBADF);
}

TEST(ConnectionCore, OneWayEndsRefuseTheWrongDirection) {
  auto [receiver, sender] = ConnectionCore::pipe(false);
  EXPECT_EQ(error_of([r = receiver] { r->send("x"); }), EBADF);
  EXPECT_EQ(error_of([s = sender] { recv(s); }), EBADF);
  EXPECT_EQ(error_of([s = sender] { s->poll(at_once()); }), EBADF);
  sender->send("still there");
  EXPECT_EQ(must_recv(receiver), "still there");
}

TEST(ConnectionCore, CloseSparesTheThreadThatIsInACall) {
  auto pair = ConnectionCore::pipe();
  TestProcess receives([&] {
    struct sigaction note = {};
    note.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &note, nullptr);
    static ConnectionCore* const receiver = pair.first.get();
    os::set_interrupt_check([] { receiver->close(); });
    return must_recv(pair.first) == "x" && error_of([&] { recv(pair.first); }) == EBADF;
  });
  pair.first->close();
  EXPECT_TRUE(receives.sleeps());
  ::kill(receives.pid(), SIGUSR1);
  EXPECT_TRUE(receives.sleeps());
  pair.second->send("x");
  EXPECT_EQ(receives.wait(), base::Exited{0});
}

// ---------------------------------------------------------------- descriptors

ino_t inode_of(int fd) {
  struct stat found = {};
  EXPECT_EQ(::fstat(fd, &found), 0);
  return found.st_ino;
}

TEST(ConnectionCore, DescriptorsGoWithAMessage) {
  for (size_t size : {0, 3, 100000}) {
    auto [a, b] = ConnectionCore::pipe();
    const os::SharedFile one = os::SharedFile::make("one", 1), two = os::SharedFile::make("two", 1);
    const int fds[] = {one.fd(), two.fd()};
    a->send(text(size, 1), fds);
    std::string message;
    std::vector<base::UniqueFd> arrived;
    ASSERT_EQ(b->recv(&message, &arrived), Received::kMessage);
    EXPECT_TRUE(message == text(size, 1));
    ASSERT_EQ(arrived.size(), 2u);
    EXPECT_EQ(inode_of(arrived[0].get()), inode_of(one.fd()));
    EXPECT_EQ(inode_of(arrived[1].get()), inode_of(two.fd()));
  }
}

TEST(ConnectionCore, DescriptorThatIsNoneIsToldToBothSides) {
  auto pair = ConnectionCore::pipe();
  TestProcess receiver([&] {
    return error_of([&] { recv(pair.first); }) == EBADMSG && must_recv(pair.first) == "next";
  });
  EXPECT_TRUE(receiver.sleeps());
  const int fds[] = {-1};
  EXPECT_EQ(error_of([&] { pair.second->send("x", fds); }), EBADF);
  pair.second->send("next");
  EXPECT_EQ(receiver.wait(), base::Exited{0});
}

TEST(ConnectionCore, DescriptorsThatNobodyWantsAreClosed) {
  auto [a, b] = ConnectionCore::pipe();
  auto [reader, writer] = ConnectionCore::pipe();
  const int fds[] = {writer->parts().wakes};
  a->send("x", fds);
  writer->close();
  EXPECT_FALSE(reader->poll(at_once()));
  EXPECT_EQ(must_recv(b), "x");
  EXPECT_TRUE(reader->poll(at_once()));
}

TEST(ConnectionCore, CopyMadeOfPartsIsTheSameEnd) {
  auto [a, b] = ConnectionCore::pipe();
  Pointer copy = copy_of(b);
  b->close();
  a->send("short");
  EXPECT_EQ(must_recv(copy), "short");
  copy->send(text(100000, 1));
  EXPECT_TRUE(must_recv(a) == text(100000, 1));
  copy.reset();
  EXPECT_EQ(recv(a), Received::kEndOfFile);
}

TEST(ConnectionCore, PipesLeaveNoDescriptorOpen) {
  auto lowest_free = [] { return base::UniqueFd(::dup(0)).get(); };
  { auto warm_up = ConnectionCore::pipe(); }
  const int before = lowest_free();
  {
    auto [a, b] = ConnectionCore::pipe();
    a->send(text(100000, 1));
    must_recv(b);
  }
  EXPECT_EQ(lowest_free(), before);
}

// ---------------------------------------------------------------- against a model

TEST(ConnectionCore, BehavesLikeADequeOfStrings) {
  std::mt19937 random(20);
  auto [a, b] = ConnectionCore::pipe();
  std::deque<std::string> model;
  size_t waiting = 0;
  for (uint32_t i = 0; i < 20000; ++i) {
    if (random() % 2 == 0 && waiting < 100000) {
      const size_t size = random() % 20 == 0 ? random() % 100000 : random() % 300;
      a->send(text(size, i));
      model.push_back(text(size, i));
      waiting += size;
    } else {
      ASSERT_EQ(b->poll(at_once()), !model.empty());
      if (model.empty()) continue;
      ASSERT_TRUE(must_recv(b) == model.front());
      waiting -= model.front().size();
      model.pop_front();
    }
  }
}

}  // namespace
}  // namespace mp
