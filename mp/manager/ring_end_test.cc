#include "mp/manager/ring_end.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/ending.h"
#include "base/os_error.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"
#include "mp/os/descriptors.h"
#include "mp/os/futex.h"
#include "mp/os/kill_point.h"
#include "mp/os/life.h"
#include "mp/os/shared_file.h"
#include "mp/os/test_processes.h"
#include "mp/test_records.h"

namespace mp::managed {
namespace {

using os::TestProcess;

// What comes next; in brackets: what there is instead.
std::string recv(RingEnd& end) {
  std::string message;
  switch (end.recv(&message)) {
    case RingEnd::Received::kMessage:
      return message;
    case RingEnd::Received::kAnnouncement:
      return "[announcement]";
    case RingEnd::Received::kEndOfFile:
      return "[end of file]";
  }
  return "[nothing]";
}

int code_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const base::OsError& error) {
    return error.code();
  }
  return 0;
}

// Both ends in this process.
struct Way {
  Way() : Way(RingEnd::make(os::my_token())) {}
  explicit Way(std::pair<std::unique_ptr<RingEnd>, os::SharedFile> made)
      : server(std::move(made.first)), memory(std::move(made.second)) {}

  std::unique_ptr<RingEnd> server;
  os::SharedFile memory;
};

TEST(RingEnd, ExampleOfTheHeader) {
  Way way;
  RingEnd client(way.memory);
  EXPECT_TRUE(client.send("question"));
  EXPECT_EQ(recv(*way.server), "question");
  EXPECT_TRUE(way.server->send("answer"));
  EXPECT_EQ(recv(client), "answer");
}

TEST(RingEnd, MessagesComeInTheirOrder) {
  Way way;
  RingEnd client(way.memory);
  for (uint64_t i = 0; i < 2000; ++i) {
    ASSERT_TRUE(client.send(text(i, i)));
    ASSERT_TRUE(client.send(""));
    ASSERT_EQ(recv(*way.server), text(i, i));
    ASSERT_EQ(recv(*way.server), "");
  }
}

TEST(RingEnd, LongMessageIsAnnounced) {
  Way way;
  RingEnd client(way.memory);
  EXPECT_TRUE(client.send(text(RingEnd::kLongest, 1)));
  EXPECT_FALSE(client.send(text(RingEnd::kLongest + 1, 2)));
  EXPECT_TRUE(client.send("x"));
  EXPECT_EQ(recv(*way.server), text(RingEnd::kLongest, 1));
  EXPECT_EQ(recv(*way.server), "[announcement]");
  EXPECT_EQ(recv(*way.server), "x");
}

TEST(RingEnd, MessageThatFindsNoRoomIsAnnounced) {
  Way way;
  RingEnd client(way.memory);
  int sent = 0;
  while (client.send(text(1000, 1))) ++sent;
  EXPECT_GT(sent, 50);
  for (int i = 0; i < sent; ++i) ASSERT_EQ(recv(*way.server), text(1000, 1));
  EXPECT_EQ(recv(*way.server), "[announcement]");
  EXPECT_TRUE(client.send("x"));
}

TEST(RingEnd, CloseIsTheEndOfFileBehindWhatWasSent) {
  Way way;
  RingEnd client(way.memory);
  EXPECT_TRUE(client.send("last"));
  client.close();
  EXPECT_EQ(recv(*way.server), "last");
  EXPECT_EQ(recv(*way.server), "[end of file]");
  EXPECT_EQ(code_of([&] { static_cast<void>(way.server->send("x")); }), EPIPE);
  EXPECT_EQ(code_of([&] { static_cast<void>(client.send("x")); }), EBADF);
  EXPECT_EQ(code_of([&] { recv(client); }), EBADF);
}

TEST(RingEnd, CloseWakesWhoSleeps) {
  Way way;
  RingEnd client(way.memory);
  std::thread server([&] { EXPECT_EQ(recv(*way.server), "[end of file]"); });
  client.close();
  server.join();
}

TEST(RingEnd, ForkedChildAbandonsItsCopy) {
  Way way;
  RingEnd client(way.memory);
  TestProcess child([&] {
    client.abandon();
    return code_of([&] { recv(client); }) == EBADF;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_TRUE(client.send("x"));
  EXPECT_EQ(recv(*way.server), "x");
}

// ---------------------------------------------------------------- two processes

// A client in a process of its own, and the server's end of the way to it.
class Client {
 public:
  explicit Client(const std::function<bool(RingEnd&)>& act)
      : sockets_(os::socket_pair(SOCK_STREAM)), process_([this, act] { return be_client(act); }) {
    sockets_.second.reset();
    os::Token life = 0;
    base::check(::read(sockets_.first.get(), &life, sizeof(life)), "read a client's life");
    auto [end, memory] = RingEnd::make(life);
    const int fd = memory.fd();
    os::send_descriptors(sockets_.first.get(), "m", {&fd, 1});
    server = std::move(end);
  }

  TestProcess& process() { return process_; }
  std::unique_ptr<RingEnd> server;

 private:
  bool be_client(const std::function<bool(RingEnd&)>& act) const {
    const int socket = sockets_.second.get();
    const os::Token life = os::my_token();
    base::check(::write(socket, &life, sizeof(life)), "tell a client's life");
    os::Received memory = os::receive_descriptors(socket, 1);
    RingEnd end(os::SharedFile::adopt(std::move(memory.descriptors.at(0))));
    const bool succeeded = act(end);
    end.abandon();  // it is not by closing that it goes
    return succeeded;
  }

  std::pair<base::UniqueFd, base::UniqueFd> sockets_;
  TestProcess process_;
};

TEST(RingEndOfTwoProcesses, NobodySleepsOnWhenAMessageHasCome) {
  Client client([](RingEnd& end) {
    for (int i = 0; i < 20000; ++i) {
      if (!end.send(std::to_string(i)) || recv(end) != std::to_string(i)) return false;
    }
    return true;
  });
  for (int i = 0; i < 20000; ++i) {
    ASSERT_EQ(recv(*client.server), std::to_string(i));
    ASSERT_TRUE(client.server->send(std::to_string(i)));
  }
  EXPECT_EQ(client.process().wait(), base::Exited{0});
}

TEST(RingEndOfTwoProcesses, WhatAKilledSenderWasSendingIsThereOrIsNot) {
  bool survived = false;
  int point = 0;
  for (point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    Client client([point](RingEnd& end) {
      os::die_at_kill_point(point);
      const bool sent = end.send("x");
      os::die_at_kill_point(0);
      return sent;
    });
    std::vector<std::string> received;
    do {
      received.push_back(recv(*client.server));
    } while (received.back() != "[end of file]");
    survived = client.process().wait() == base::Exited{0};
    EXPECT_LE(received.size(), 2u);
    if (survived || received.size() == 2) {
      EXPECT_EQ(received[0], "x");
    }
  }
  EXPECT_GT(point, 4) << "there were no points to die at";
}

TEST(RingEndOfTwoProcesses, DeathOfAClientThatSleepsIsTheEndOfFile) {
  Client client([](RingEnd& end) { return recv(end) == "never"; });
  ASSERT_TRUE(client.process().sleeps());
  client.process().kill();
  EXPECT_EQ(recv(*client.server), "[end of file]");
  EXPECT_EQ(code_of([&] { static_cast<void>(client.server->send("x")); }), EPIPE);
}

TEST(RingEndOfTwoProcesses, DeathWakesEverybodyWhoSleeps) {
  Client one([](RingEnd& end) { return recv(end) == "never"; });
  Client other([](RingEnd& end) { return recv(end) == "never"; });
  std::thread first([&] { EXPECT_EQ(recv(*one.server), "[end of file]"); });
  std::thread second([&] { EXPECT_EQ(recv(*other.server), "[end of file]"); });
  for (Client* each : {&one, &other}) {
    EXPECT_TRUE(each->process().sleeps());
    each->process().kill();
  }
  first.join();
  second.join();
}

TEST(RingEndOfTwoProcesses, SignalsHandlerMayEndAWait) {
  Client client([](RingEnd& end) {
    struct Interrupted {};
    struct sigaction none = {};
    none.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &none, nullptr);
    os::set_interrupt_check([] { throw Interrupted(); });
    try {
      if (!end.send("ready")) return false;
      recv(end);
    } catch (const Interrupted&) {
      return true;
    }
    return false;
  });
  EXPECT_EQ(recv(*client.server), "ready");
  ASSERT_TRUE(client.process().sleeps());
  ::kill(client.process().pid(), SIGUSR1);
  EXPECT_EQ(client.process().wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp::managed
