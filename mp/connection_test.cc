#include "mp/connection.h"

#include <poll.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"
#include "mp/test_records.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

// What the OSError that `call` raises says.
template <class Call>
std::string told_by(Call call) {
  try {
    call();
  } catch (const OSError& error) {
    return error.what();
  }
  return "nothing was raised";
}

template <class Call>
int code_of(Call call) {
  try {
    call();
  } catch (const OSError& error) {
    return error.code();
  }
  return 0;
}

bool contains(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}

// Every way to send through an end, and every way to receive.
template <class End>
std::vector<std::function<void()>> sendings(End end) {
  return {[=]() mutable { end.send({}); }, [=]() mutable { end.send_bytes("x"); },
          [=]() mutable { end.send_bytes("", 0, 0); }};
}
template <class End>
std::vector<std::function<void()>> receivings(End end) {
  return {[=]() mutable { end.recv(); },
          [=]() mutable { end.try_recv(); },
          [=]() mutable { end.recv_bytes(); },
          [=]() mutable { end.recv_bytes(10); },
          [=]() mutable { end.recv_bytes_into({}); },
          [=]() mutable { end.poll(); },
          [=]() mutable { end.poll(50ms); }};
}

TEST(Connection, ExampleOfTheHeader) {
  auto [client, server] = mp::Pipe<std::string, int>();
  client.send("how many?");
  EXPECT_EQ(server.recv(), "how many?");
  server.send(42);
  EXPECT_TRUE(client.poll(1s));
  EXPECT_EQ(client.recv(), 42);
  client.close();
  EXPECT_THROW(server.recv(), EOFError);
}

TEST(Connection, ItemsOfAnyTypeReachAnotherProcess) {
  using Item = std::map<std::string, std::vector<double>>;
  auto ends = Pipe<Item, size_t>();
  TestProcess child([&] {
    ends.second.send(ends.second.recv().at("numbers").size());
    return true;
  });
  ends.first.send({{"numbers", {1.5, 2.5, 3.5}}});
  EXPECT_EQ(ends.first.recv(), 3u);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Connection, LoopUntilTheEndOfFileEnds) {
  auto ends = Pipe<int>(false);
  TestProcess child([&] {
    ends.second.close();
    int sum = 0;
    while (std::optional<int> item = ends.first.try_recv()) sum += *item;
    return sum == 55;
  });
  for (int i = 1; i <= 10; ++i) ends.second.send(i);
  ends.second.close();
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Connection, OneWayGoesFromTheSecondToTheFirst) {
  auto [receiver, sender] = Pipe<int>(false);
  EXPECT_TRUE(receiver.readable());
  EXPECT_FALSE(receiver.writable());
  EXPECT_FALSE(sender.readable());
  EXPECT_TRUE(sender.writable());
  for (const auto& send : sendings(receiver)) EXPECT_TRUE(contains(told_by(send), "read-only"));
  for (const auto& recv : receivings(sender)) EXPECT_TRUE(contains(told_by(recv), "write-only"));
  sender.send(1);
  EXPECT_EQ(receiver.recv(), 1);
}

TEST(Connection, ClosedEndSaysSo) {
  auto [a, b] = Pipe<int>();
  b.send(1);
  auto copy = a;
  a.close();
  a.close();
  EXPECT_TRUE(copy.closed());
  EXPECT_FALSE(b.closed());
  for (const auto& send : sendings(copy)) EXPECT_TRUE(contains(told_by(send), "closed"));
  for (const auto& recv : receivings(copy)) EXPECT_TRUE(contains(told_by(recv), "closed"));
  EXPECT_TRUE(contains(told_by([&, a = a]() mutable { a.fileno(); }), "closed"));
  EXPECT_TRUE(contains(told_by([&, a = a] { mp::wait({a}, 0s); }), "closed"));
}

TEST(Connection, DroppedEndIsClosed) {
  auto ends = Pipe<std::string>();
  {
    auto last = std::move(ends.second);
    last.send("left behind");
  }
  EXPECT_EQ(ends.first.recv(), "left behind");
  EXPECT_THROW(ends.first.recv(), EOFError);
  EXPECT_EQ(ends.first.try_recv(), std::nullopt);
  EXPECT_EQ(code_of([&] { ends.first.send("to nobody"); }), EPIPE);
}

TEST(Connection, BadMessageCostsOnlyItself) {
  auto [a, b] = Pipe<std::string>();
  for (const char* junk : {"no item", ""}) {
    a.send_bytes(junk);
    a.send("good");
    EXPECT_THROW(b.recv(), DecodeError);
    EXPECT_EQ(b.recv(), "good");
  }
  EXPECT_FALSE(b.poll());
}

TEST(Connection, ItemIsAMessageOfBytes) {
  auto [a, b] = Pipe<std::string>();
  a.send("item");
  const std::string bytes = b.recv_bytes();
  EXPECT_EQ(bytes, encode(std::string("item")));
  b.send_bytes(bytes);
  EXPECT_EQ(a.recv(), "item");
}

struct Stubborn {};

}  // namespace

template <>
struct Codec<Stubborn> {
  static void write(Writer&, const Stubborn&) { throw ValueError("I stay here"); }
  static Stubborn read(Reader&) { return {}; }
};

namespace {

TEST(Connection, WhatDoesNotTravelSendsNothing) {
  auto [a, b] = Pipe<Stubborn>();
  EXPECT_THROW(a.send({}), ValueError);
  EXPECT_FALSE(b.poll());
  a.send_bytes("x");
  EXPECT_EQ(b.recv_bytes(), "x");
}

// ---------------------------------------------------------------- bytes

TEST(Connection, SendBytesSendsASlice) {
  auto [a, b] = Pipe<int>();
  a.send_bytes("abcde");
  EXPECT_EQ(b.recv_bytes(), "abcde");
  a.send_bytes("abcde", 2);
  EXPECT_EQ(b.recv_bytes(), "cde");
  a.send_bytes("abcde", 1, 3);
  EXPECT_EQ(b.recv_bytes(), "bcd");
  a.send_bytes("abcde", 5);
  EXPECT_EQ(b.recv_bytes(), "");
}

TEST(Connection, SendBytesRefusesABadSlice) {
  auto [a, b] = Pipe<int>();
  struct Slice {
    int64_t offset;
    std::optional<int64_t> size;
  };
  for (const Slice& bad : {Slice{-1, {}}, Slice{-5, 2}, Slice{6, {}}, Slice{6, 0}, Slice{0, -1},
                           Slice{2, -2}, Slice{0, 6}, Slice{3, 3}, Slice{5, 1}})
    EXPECT_THROW(a.send_bytes("abcde", bad.offset, bad.size), ValueError);
  EXPECT_FALSE(b.poll());
}

TEST(Connection, MessageOfAtMostMaxlengthIsReceived) {
  auto [receiver, sender] = Pipe<int>(false);
  for (int64_t maxlength : {5, 6, 1000000}) {
    sender.send_bytes("abcde");
    EXPECT_EQ(receiver.recv_bytes(maxlength), "abcde");
  }
  EXPECT_THROW(receiver.recv_bytes(-1), ValueError);
}

TEST(Connection, LongerMessageClosesAOneWayEnd) {
  for (size_t size : {5, 200000}) {
    auto ends = Pipe<int>(false);
    TestProcess sends([&] {
      ends.first.close();
      try {
        while (true) ends.second.send_bytes(text(size, 1));
      } catch (const OSError& error) {
        return error.code() == EPIPE;
      }
    });
    EXPECT_TRUE(contains(told_by([&] { ends.first.recv_bytes(4); }), "bad message length"));
    EXPECT_TRUE(ends.first.closed());
    for (const auto& recv : receivings(ends.first)) EXPECT_EQ(code_of(recv), EBADF);
    EXPECT_EQ(sends.wait(), base::Exited{0});
  }
}

TEST(Connection, LongerMessageLeavesATwoWayEndSending) {
  auto [a, b] = Pipe<int>();
  b.send_bytes("abcde");
  EXPECT_EQ(code_of([&, a = a]() mutable { a.recv_bytes(4); }), EMSGSIZE);
  EXPECT_FALSE(a.readable());
  EXPECT_FALSE(a.closed());
  for (const auto& recv : receivings(a)) EXPECT_EQ(code_of(recv), EBADF);
  a.send(1);
  EXPECT_EQ(b.recv(), 1);
}

TEST(Connection, RecvBytesIntoFillsFromTheOffset) {
  auto [a, b] = Pipe<int>();
  std::string buffer = "......";
  a.send_bytes("abc");
  EXPECT_EQ(b.recv_bytes_into(buffer, 1), 3u);
  EXPECT_EQ(buffer, ".abc..");
  a.send_bytes("");
  EXPECT_EQ(b.recv_bytes_into(buffer, 6), 0u);
  EXPECT_THROW(b.recv_bytes_into(buffer, -1), ValueError);
  EXPECT_THROW(b.recv_bytes_into(buffer, 7), ValueError);
}

TEST(Connection, TooSmallBufferKeepsTheMessageInTheError) {
  auto [a, b] = Pipe<int>();
  std::string buffer = "....";
  a.send_bytes("abcde");
  a.send_bytes("next");
  try {
    b.recv_bytes_into(buffer);
    ADD_FAILURE() << "there was room for it";
  } catch (const BufferTooShort& error) {
    EXPECT_EQ(error.message, "abcde");
  }
  EXPECT_EQ(buffer, "....");
  EXPECT_EQ(b.recv_bytes_into(buffer), 4u);
  EXPECT_EQ(buffer, "next");
}

// ---------------------------------------------------------------- waiting

TEST(Connection, PollWaitsItsTime) {
  auto [a, b] = Pipe<int>();
  EXPECT_FALSE(a.poll());
  EXPECT_FALSE(a.poll(-1s));
  const auto start = base::Deadline::Clock::now();
  EXPECT_FALSE(a.poll(20ms));
  EXPECT_GE(base::Deadline::Clock::now() - start, 20ms);
  b.send(1);
  EXPECT_TRUE(a.poll());
  EXPECT_TRUE(a.poll(std::nullopt));
}

TEST(Connection, WaitTakesConnectionsOfAnyTypeAndDescriptors) {
  auto numbers = Pipe<int>();
  auto words = Pipe<std::string>(false);
  EXPECT_EQ(mp::wait({numbers.first, words.first}, 10ms), std::vector<size_t>());
  TestProcess waits([&] {
    return mp::wait({numbers.first, words.first}) == std::vector<size_t>{1};
  });
  EXPECT_TRUE(waits.sleeps());
  words.second.send("x");
  EXPECT_EQ(waits.wait(), base::Exited{0});
  numbers.second.close();
  EXPECT_EQ(mp::wait({numbers.first, words.first}), (std::vector<size_t>{0, 1}));
}

TEST(Connection, WaitForADescriptorThatIsNoneRaises) {
  EXPECT_EQ(code_of([] { mp::wait({1 << 20}, 0s); }), EBADF);
}

TEST(Connection, FilenoIsReadableWhileThereIsAMessage) {
  auto [a, b] = Pipe<int>();
  pollfd look{.fd = b.fileno(), .events = POLLIN, .revents = 0};
  EXPECT_NE(a.fileno(), b.fileno());
  EXPECT_EQ(::poll(&look, 1, 0), 0);
  a.send(1);
  EXPECT_EQ(::poll(&look, 1, 0), 1);
  b.recv();
  EXPECT_EQ(::poll(&look, 1, 0), 0);
  EXPECT_EQ(b.fileno(), look.fd);
}

// ---------------------------------------------------------------- travelling

TEST(Connection, GoesThroughAConnection) {
  auto carrier = Pipe<Connection<int>>();
  TestProcess child([&] {
    auto [mine, yours] = Pipe<int>();
    carrier.second.send(yours);
    yours.close();
    mine.send(7);
    return mine.recv() == 8;
  });
  Connection<int> arrived = carrier.first.recv();
  EXPECT_EQ(arrived.recv(), 7);
  arrived.send(8);
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_THROW(arrived.recv(), EOFError);
}

TEST(Connection, KeepsItsDirectionOnTheWay) {
  auto [here, there] = Pipe<std::vector<Connection<int>>>();
  auto [receiver, sender] = Pipe<int>(false);
  here.send({receiver, sender});
  std::vector<Connection<int>> arrived = there.recv();
  EXPECT_EQ(code_of([&] { arrived[0].send(1); }), EBADF);
  EXPECT_EQ(code_of([&] { arrived[1].recv(); }), EBADF);
  arrived[1].send(1);
  EXPECT_EQ(arrived[0].recv(), 1);
}

TEST(Connection, CountsAsACopyWhileItTravelsAndWhereItArrives) {
  auto [here, there] = Pipe<Connection<int>>();
  auto [receiver, sender] = Pipe<int>(false);
  here.send(sender);
  sender.close();
  EXPECT_FALSE(receiver.poll());
  {
    Connection<int> arrived = there.recv();
    EXPECT_FALSE(receiver.poll());
    arrived.send(1);
  }
  EXPECT_EQ(receiver.recv(), 1);
  EXPECT_THROW(receiver.recv(), EOFError);
}

TEST(Connection, ArrivesThoughItsSenderHasEnded) {
  auto carrier = Pipe<Connection<int>>();
  auto ends = Pipe<int>();
  TestProcess child([&] {
    carrier.second.send(ends.second);
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  carrier.second.close();
  ends.second.close();
  Connection<int> arrived = carrier.first.recv();
  arrived.send(1);
  EXPECT_EQ(ends.first.recv(), 1);
  EXPECT_THROW(carrier.first.recv(), EOFError);
}

TEST(Connection, IsNoPlainValue) {
  auto ends = Pipe<int>();
  EXPECT_THROW(encode(ends.first), RuntimeError);
}

}  // namespace
}  // namespace mp
