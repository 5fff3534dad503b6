#include "conformance/stage/switchboard.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/os_error.h"
#include "base/unique_fd.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/scratch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using Event = Switchboard::Event;
using Events = std::vector<Event>;

std::string hello(const std::string& puppet, const std::string& token = "secret", int version = 1,
                  pid_t pid = ::getpid()) {
  return absl::StrCat("{\"mpcheck\":", version, ",\"token\":\"", token, "\",\"puppet\":\"", puppet,
                      "\",\"pid\":", pid, ",\"ppid\":1,\"tid\":", pid, "}\n");
}

std::string reply(int64_t id) { return absl::StrCat("{\"id\":", id, ",\"ok\":", id, "}\n"); }

// A puppet of the test's own process.
class Client {
 public:
  explicit Client(const std::string& path) {
    sockaddr_un address{.sun_family = AF_UNIX};
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    socket_.reset(base::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
    base::check(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
                "connect");
  }
  void send(std::string_view text) {
    while (!text.empty()) {
      ssize_t n =
          base::check(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL), "send");
      text.remove_prefix(static_cast<size_t>(n));
    }
  }
  std::string read_line() {
    std::string line;
    for (char c; ::recv(socket_.get(), &c, 1, 0) == 1 && c != '\n';) line += c;
    return line;
  }
  void close() { socket_.reset(); }

 private:
  base::UniqueFd socket_;
};

class SwitchboardTest : public testing::Test {
 protected:
  Client connect() { return Client(scratch_.file("sock")); }

  // Everything that happens up to the first event that is more than a part of a line.
  Events events() {
    base::Deadline deadline = base::Deadline::after(std::chrono::seconds(60));
    Events all;
    while (all.empty() && !deadline.passed()) {
      for (Event& e : board_.pump(deadline)) {
        if (!std::holds_alternative<Switchboard::Arriving>(e)) all.push_back(std::move(e));
      }
    }
    return all;
  }
  Events what_is_there() { return board_.pump(base::Deadline::after(std::chrono::seconds(0))); }

  template <typename T>
  T only() {
    Events all = events();
    if (all.size() != 1 || !std::holds_alternative<T>(all[0])) {
      ADD_FAILURE() << all.size() << " events, the first of kind "
                    << (all.empty() ? 99 : all[0].index());
      return T{};
    }
    return std::get<T>(all[0]);
  }
  Fault only_fault() { return only<Switchboard::Broken>().fault; }

  // Its connection's number, for send().
  int welcome(Client& client, const std::string& name = "main") {
    client.send(hello(name));
    return only<Switchboard::Connected>().connection;
  }

  Scratch scratch_;
  Switchboard board_{scratch_.file("sock"), "secret"};
};

const Op kOp = {.name = "queue.new", .as = {"q"}};

TEST_F(SwitchboardTest, AHelloMakesAPuppet) {
  Client client = connect();
  client.send(hello("main"));
  Switchboard::Connected connected = only<Switchboard::Connected>();
  EXPECT_EQ(connected.hello.puppet, "main");
  EXPECT_EQ(board_.pid_of(connected.connection), ::getpid());
}

TEST_F(SwitchboardTest, ACommandGetsItsReply) {
  Client client = connect();
  int connection = welcome(client);
  for (int64_t id : {1, 2, 3}) {
    EXPECT_EQ(board_.send(connection, kOp), id);
    EXPECT_EQ(client.read_line() + "\n", encode_command(id, kOp));
    client.send(reply(id));
    EXPECT_EQ(only<Switchboard::Replied>().reply.id, id);
  }
}

TEST_F(SwitchboardTest, ALineMayComeByteByByte) {
  Client client = connect();
  const std::string line = hello("main");
  for (char c : line.substr(0, line.size() - 1)) {
    client.send(std::string(1, c));
    for (const Event& e : what_is_there())
      ASSERT_TRUE(std::holds_alternative<Switchboard::Arriving>(e));
  }
  client.send("\n");
  EXPECT_EQ(only<Switchboard::Connected>().hello.puppet, "main");
  EXPECT_FALSE(board_.half_line());
}

TEST_F(SwitchboardTest, OneWriteMayHoldManyLines) {
  Client client = connect();
  client.send(hello("main") + "{}\nnonsense\n{\"id\":");
  Events all = events();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_TRUE(std::holds_alternative<Switchboard::Connected>(all[0]));
  EXPECT_EQ(std::get<Switchboard::Broken>(all[1]).fault.kind, FaultKind::kBadReply);
  EXPECT_EQ(std::get<Switchboard::Broken>(all[2]).fault.kind, FaultKind::kBadJson);
  EXPECT_TRUE(board_.half_line());
}

TEST_F(SwitchboardTest, PuppetsAreToldApart) {
  Client one = connect(), two = connect();
  int first = welcome(one, "main"), second = welcome(two, "p1");
  board_.send(first, kOp);
  board_.send(second, kOp);
  two.send(reply(1));
  EXPECT_EQ(only<Switchboard::Replied>().connection, second);
  one.send(reply(1));
  EXPECT_EQ(only<Switchboard::Replied>().connection, first);
}

// Otherwise a puppet whose hello is there, but unread, would be taken for one that never comes.
TEST_F(SwitchboardTest, AConnectionIsNews) {
  Client client = connect();
  client.send(hello("main"));
  EXPECT_THAT(what_is_there(), Not(SizeIs(0)));
}

// Otherwise a puppet that waits for us to read the rest would be taken for one that waits for ever.
TEST_F(SwitchboardTest, APartOfALineIsNews) {
  Client client = connect();
  welcome(client);
  client.send("{\"id\"");
  Events all = what_is_there();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<Switchboard::Arriving>(all[0]));
}

TEST_F(SwitchboardTest, ALineMayBeAsLongAsTheLimit) {
  Client client = connect();
  int connection = welcome(client);
  board_.send(connection, kOp);
  std::string line = "{\"id\":1,\"ok\":\"";
  line += std::string(kLongestLine - line.size() - 3, 'x') + "\"}\n";
  ASSERT_EQ(line.size(), kLongestLine);
  std::thread sender([&] { client.send(line); });
  EXPECT_EQ(only<Switchboard::Replied>().reply.id, 1);
  sender.join();
}

TEST_F(SwitchboardTest, ALineOfOneByteMoreIsTooLong) {
  Client client = connect();
  int connection = welcome(client);
  board_.send(connection, kOp);
  std::string line = "{\"id\":1,\"ok\":\"";
  line += std::string(kLongestLine + 1 - line.size() - 3, 'x') + "\"}\n";
  std::thread sender([&] { client.send(line); });
  EXPECT_EQ(only_fault().kind, FaultKind::kLineTooLong);
  sender.join();
}

TEST_F(SwitchboardTest, ALineWithoutEndIsTooLong) {
  Client client = connect();
  welcome(client);
  std::thread sender([&] { client.send(std::string(kLongestLine, 'x')); });
  Switchboard::Broken broken = only<Switchboard::Broken>();
  EXPECT_EQ(broken.fault.kind, FaultKind::kLineTooLong);
  EXPECT_EQ(broken.puppet, "main");
  sender.join();
}

TEST_F(SwitchboardTest, AnotherTokenIsRefused) {
  Client client = connect();
  client.send(hello("main", "stolen"));
  EXPECT_EQ(only_fault().kind, FaultKind::kWrongToken);
}

TEST_F(SwitchboardTest, AnotherVersionIsRefused) {
  Client client = connect();
  client.send(hello("main", "secret", 2));
  Fault fault = only_fault();
  EXPECT_EQ(fault.kind, FaultKind::kBadHello);
  EXPECT_THAT(fault.detail, HasSubstr("version 2"));
}

TEST_F(SwitchboardTest, AnotherProcessesNumberIsRefused) {
  Client client = connect();
  client.send(hello("main", "secret", 1, /*pid=*/1));
  Fault fault = only_fault();
  EXPECT_EQ(fault.kind, FaultKind::kBadHello);
  EXPECT_THAT(fault.detail, HasSubstr(absl::StrCat("process ", ::getpid(), " connected")));
}

TEST_F(SwitchboardTest, ASecondHelloIsRefused) {
  Client client = connect();
  welcome(client);
  client.send(hello("p1"));
  EXPECT_EQ(only_fault().kind, FaultKind::kDuplicateHello);
}

TEST_F(SwitchboardTest, AReplyBeforeTheHelloIsABadHello) {
  Client client = connect();
  client.send(reply(1));
  EXPECT_EQ(only_fault().kind, FaultKind::kBadHello);
}

TEST_F(SwitchboardTest, AReplyToNothingIsNoSecondReply) {
  Client client = connect();
  int connection = welcome(client);
  client.send(reply(1));
  EXPECT_EQ(only_fault().kind, FaultKind::kReplyToNothing);
  board_.send(connection, kOp);
  client.send(reply(2));
  EXPECT_EQ(only_fault().kind, FaultKind::kReplyToNothing);
  client.send(reply(0));
  EXPECT_EQ(only_fault().kind, FaultKind::kReplyToNothing);
  client.send(reply(-1));
  EXPECT_EQ(only_fault().kind, FaultKind::kReplyToNothing);
  client.send(reply(1));
  EXPECT_EQ(only<Switchboard::Replied>().reply.id, 1);
}

TEST_F(SwitchboardTest, ASecondReplyIsOneAlsoDuringTheNextCommand) {
  Client client = connect();
  int connection = welcome(client);
  board_.send(connection, kOp);
  client.send(reply(1));
  only<Switchboard::Replied>();
  client.send(reply(1));
  EXPECT_EQ(only_fault().kind, FaultKind::kReplyTwice);
  board_.send(connection, kOp);
  client.send(reply(1));
  EXPECT_EQ(only_fault().kind, FaultKind::kReplyTwice);
}

TEST_F(SwitchboardTest, AnEndInsideALineIsAHalfLine) {
  Client client = connect();
  welcome(client);
  client.send("{\"id\":1");
  client.close();
  Switchboard::Broken broken = only<Switchboard::Broken>();
  EXPECT_EQ(broken.fault.kind, FaultKind::kHalfLine);
  EXPECT_EQ(broken.puppet, "main");
}

TEST_F(SwitchboardTest, AnEndAfterALineIsTold) {
  Client client = connect();
  int connection = welcome(client);
  board_.send(connection, kOp);
  client.close();
  EXPECT_TRUE(only<Switchboard::Closed>().pending);
}

TEST_F(SwitchboardTest, TheLastReplyComesBeforeTheEnd) {
  Client client = connect();
  int connection = welcome(client);
  board_.send(connection, kOp);
  client.send(reply(1));
  client.close();
  Events all = events();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_TRUE(std::holds_alternative<Switchboard::Replied>(all[0]));
  EXPECT_FALSE(std::get<Switchboard::Closed>(all[1]).pending);
}

// There is no pidfd to be had for a process that is gone.
TEST_F(SwitchboardTest, AProcessThatWasReapedBeforeItsConnectionWasSeenHasEnded) {
  pid_t pid = base::check(::fork(), "fork");
  if (pid == 0) {
    connect().send(hello("p1"));
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  bool connected = false, ended = false;
  base::Deadline deadline = base::Deadline::after(std::chrono::seconds(30));
  while (!ended && !deadline.passed()) {
    for (const Event& e : board_.pump(base::Deadline::after(std::chrono::milliseconds(50)))) {
      connected = connected || std::holds_alternative<Switchboard::Connected>(e);
      ended = ended || std::holds_alternative<Switchboard::ProcessEnded>(e);
    }
  }
  EXPECT_TRUE(connected);
  EXPECT_TRUE(ended);
}

TEST_F(SwitchboardTest, ACommandBiggerThanASocketsBufferArrivesWhole) {
  Client client = connect();
  int connection = welcome(client);
  const Op big = {.name = "queue.put", .on = "q", .args = {{"item", std::string(1000000, 'x')}}};
  std::string line;
  std::thread reader([&] { line = client.read_line(); });
  board_.send(connection, big);
  reader.join();
  EXPECT_EQ(line + "\n", encode_command(1, big));
}

TEST_F(SwitchboardTest, APuppetThatDoesNotReadIsHung) {
  Client client = connect();
  int connection = welcome(client);
  patience::set_scale(0.01);
  board_.send(connection, {.name = "queue.put", .args = {{"item", std::string(1000000, 'x')}}});
  patience::set_scale(1);
  EXPECT_EQ(only_fault().kind, FaultKind::kHung);
}

TEST_F(SwitchboardTest, ACommandToAPuppetThatHasGoneDoesNoHarm) {
  Client client = connect();
  int connection = welcome(client);
  client.close();
  board_.send(connection, kOp);
  EXPECT_TRUE(only<Switchboard::Closed>().pending);
}

TEST_F(SwitchboardTest, AnotherDescriptorEndsTheWait) {
  int ends[2];
  base::check(::pipe2(ends, O_CLOEXEC), "make a pipe");
  base::UniqueFd read_end(ends[0]), write_end(ends[1]);
  write_end.reset();
  EXPECT_THAT(board_.pump(base::Deadline::never(), read_end.get()), SizeIs(0));
}

TEST(Switchboard, APathThatIsTooLongForASocketIsAnError) {
  EXPECT_THROW(Switchboard(std::string(200, 'x'), "secret"), base::OsError);
}

}  // namespace
}  // namespace conformance
