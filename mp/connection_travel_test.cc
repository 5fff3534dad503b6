// Connections as arguments of new processes, however these begin.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "mp/connection.h"
#include "mp/process.h"

namespace mp {
namespace {

using namespace std::chrono_literals;
constexpr auto kSoon = 20s;  // of what must happen

class ConnectionTravelTest : public testing::TestWithParam<StartMethod> {
 protected:
  template <class F, class... Args>
  Process started(F target, Args... args) {
    Process process(ProcessOptions{.start_method = GetParam()}, target, std::move(args)...);
    process.start();
    return process;
  }
};

void echo(Connection<std::string> end) {
  for (std::string item = end.recv(); !item.empty(); item = end.recv()) end.send(item + item);
}

TEST_P(ConnectionTravelTest, ParentAndChildTalk) {
  auto [mine, yours] = Pipe<std::string>();
  Process child = started(echo, yours);
  yours.close();
  for (size_t size : {1, 1000, 300000}) {
    mine.send(std::string(size, 'x'));
    EXPECT_TRUE(mine.recv() == std::string(2 * size, 'x'));
  }
  mine.send("");
  EXPECT_TRUE(child.join(kSoon));
  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_THROW(mine.recv(), EOFError);
}

void receive_until_killed(Connection<int> end) {
  while (true) end.recv();
}

TEST_P(ConnectionTravelTest, SenderLearnsThatTheChildWasKilled) {
  auto [receiver, sender] = Pipe<int>(false);
  Process child = started(receive_until_killed, receiver);
  receiver.close();
  sender.send(1);
  child.kill();
  EXPECT_TRUE(child.join(kSoon));
  EXPECT_THROW(sender.send(2), OSError);
}

void send_an_end(Connection<Connection<int>> carrier) {
  auto [here, there] = Pipe<int>();
  carrier.send(there);
  there.close();
  here.send(here.recv() + 1);
}

TEST_P(ConnectionTravelTest, ChildSendsAnEndThatItHasMade) {
  auto [here, there] = Pipe<Connection<int>>();
  Process child = started(send_an_end, there);
  Connection<int> arrived = here.recv();
  arrived.send(41);
  EXPECT_EQ(arrived.recv(), 42);
  EXPECT_THROW(arrived.recv(), EOFError);
  EXPECT_TRUE(child.join(kSoon));
}

void send_seven(Connection<int> end) { end.send(7); }

void pass_on(Connection<int> end) {
  Process grandchild(send_seven, end);
  grandchild.start();
  end.close();
  grandchild.join();
}

TEST_P(ConnectionTravelTest, ChildPassesItsEndOnToAGrandchild) {
  auto [receiver, sender] = Pipe<int>(false);
  Process child = started(pass_on, sender);
  sender.close();
  EXPECT_EQ(receiver.recv(), 7);
  EXPECT_THROW(receiver.recv(), EOFError);
  EXPECT_TRUE(child.join(kSoon));
}

TEST_P(ConnectionTravelTest, WaitTakesASentinelBesideConnections) {
  auto [mine, yours] = Pipe<std::string>();
  Process child = started(echo, yours);
  EXPECT_EQ(mp::wait({mine, child.sentinel()}, 0s), std::vector<size_t>());
  mine.send("x");
  EXPECT_EQ(mp::wait({mine, child.sentinel()}), std::vector<size_t>{0});
  EXPECT_EQ(mine.recv(), "xx");
  child.kill();
  EXPECT_EQ(mp::wait({mine, child.sentinel()}), std::vector<size_t>{1});
}

INSTANTIATE_TEST_SUITE_P(By, ConnectionTravelTest, testing::ValuesIn(get_all_start_methods()),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace mp
