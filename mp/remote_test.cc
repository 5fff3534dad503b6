#include "mp/remote.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/interrupt.h"
#include "mp/os/readable.h"
#include "mp/os/test_processes.h"
#include "mp/socket_address.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

using Text = SocketConnection<std::string>;
using TextListener = Listener<std::string>;

const std::string kKey = "a secret";

template <class Call>
int code_of(Call call) {
  try {
    call();
  } catch (const OSError& error) {
    return error.code();
  }
  return 0;
}

bool exists(const std::string& path) {
  struct stat about;
  return ::stat(path.c_str(), &about) == 0;
}

// Relative to a directory for tests: a socket's path must be short.
std::string path_for_test(const std::string& name) {
  static const bool is_there = ::chdir(::testing::TempDir().c_str()) == 0;
  EXPECT_TRUE(is_there);
  return std::to_string(::getpid()) + name;
}

// In a thread of its own; the destructor waits for it.
class Meanwhile {
 public:
  explicit Meanwhile(std::function<void()> work) : thread_(std::move(work)) {}
  ~Meanwhile() { thread_.join(); }

 private:
  std::thread thread_;
};

// Somebody who speaks for himself.
class Stranger {
 public:
  explicit Stranger(const Address& address)
      : socket_(connect_to(address, base::Deadline::never())) {}

  void say(const std::string& bytes) const {
    ASSERT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Waits for that.
  bool is_let_go(Timeout timeout) const {
    return os::wait_readable(socket_.get(), deadline_of(timeout));
  }
  // False: nobody hears it any more.
  bool may_say(const std::string& bytes) const {
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != -1;
  }
  // Waits for it.
  std::string hear_message() const {
    FrameReader reader;
    while (reader.read(socket_.get()) == FrameReader::Found::kNotYet)
      os::wait_readable(socket_.get(), base::Deadline::never());
    return reader.take();
  }
  void hang_up() { socket_.reset(); }

 private:
  base::UniqueFd socket_;
};

std::string framed(const std::string& message) { return frame_head(message.size()) + message; }

// Both ends of a new connection.
struct Ends {
  explicit Ends(TextListener listener, const ClientOptions& options = {}) {
    Meanwhile connecting(
        [&] { client = std::make_unique<Text>(Client<std::string>(listener.address(), options)); });
    accepted = std::make_unique<Text>(listener.accept());
  }
  std::unique_ptr<Text> accepted, client;
};

void expect_to_work(TextListener listener, const ClientOptions& options) {
  const Ends ends(listener, options);
  ends.client->send("there");
  EXPECT_EQ(ends.accepted->recv(), "there");
  ends.accepted->send("and back");
  EXPECT_EQ(ends.client->recv(), "and back");
}

// ---------------------------------------------------------------- connections

TEST(Remote, DoesWhatTheHeaderSays) {
  Listener<std::string, int> listener(Address("127.0.0.1", 0), {.authkey = "secret"});
  const int port = listener.address().port();
  EXPECT_GT(port, 0);
  TestProcess program([&] {
    auto server = Client<int, std::string>(Address("127.0.0.1", port), {.authkey = "secret"});
    const bool asked = server.recv() == "how many?";
    server.send(42);
    server.close();
    return asked;
  });
  auto client = listener.accept();
  client.send("how many?");
  EXPECT_EQ(client.recv(), 42);
  EXPECT_THROW(client.recv(), EOFError);
  EXPECT_EQ(program.wait(), base::Exited{0});
}

TEST(Remote, MessagesOfEverySizeArriveWholeAndInOrder) {
  for (const Address& address : {Address("127.0.0.1", 0), Address(path_for_test("sizes"))}) {
    TextListener listener(address);
    const Ends ends(listener);
    const std::vector<size_t> sizes = {0, 1, 65535, 65536, 65537, 16 << 20, 3};
    Meanwhile sending([&] {
      for (size_t each : sizes) ends.client->send_bytes(std::string(each, 'x'));
    });
    for (size_t each : sizes) EXPECT_EQ(ends.accepted->recv_bytes(), std::string(each, 'x'));
  }
}

TEST(Remote, MessagesOfSeveralThreadsDoNotMix) {
  TextListener listener;
  const Ends ends(listener);
  std::vector<std::unique_ptr<Meanwhile>> senders;
  for (char each : {'a', 'b', 'c'}) {
    senders.push_back(std::make_unique<Meanwhile>([&ends, each] {
      for (int i = 0; i < 20; ++i) ends.client->send_bytes(std::string(300000, each));
    }));
  }
  for (int i = 0; i < 60; ++i) {
    const std::string message = ends.accepted->recv_bytes();
    EXPECT_EQ(message, std::string(300000, message.at(0)));
  }
}

TEST(Remote, BytesAreCpythonsOnTheWire) {
  TextListener listener;
  Stranger stranger(listener.address());
  Text ours = listener.accept();
  stranger.say(std::string("\0\0\0\2hi", 6));
  EXPECT_EQ(ours.recv_bytes(), "hi");
  stranger.say(std::string("\xff\xff\xff\xff\0\0\0\0\0\0\0\3hey", 15));
  EXPECT_EQ(ours.recv_bytes(), "hey");
  ours.send_bytes("back");
  EXPECT_EQ(stranger.hear_message(), "back");
  EXPECT_EQ(frame_head(0x80000000), std::string("\xff\xff\xff\xff\0\0\0\0\x80\0\0\0", 12));
}

TEST(Remote, BuffersAndPartsAreAsWithAPipe) {
  TextListener listener;
  const Ends ends(listener);
  ends.client->send_bytes("0123456", 2, 3);
  EXPECT_EQ(ends.accepted->recv_bytes(), "234");
  EXPECT_THROW(ends.client->send_bytes("abc", 4), ValueError);
  EXPECT_THROW(ends.client->recv_bytes(-1), ValueError);
  ends.client->send_bytes("abc");
  std::string buffer = ".....";
  EXPECT_EQ(ends.accepted->recv_bytes_into(buffer, 1), 3u);
  EXPECT_EQ(buffer, ".abc.");
  ends.client->send_bytes("too much");
  EXPECT_THROW(ends.accepted->recv_bytes_into(buffer), BufferTooShort);
  ends.client->send_bytes("next");
  EXPECT_EQ(ends.accepted->recv_bytes(), "next");
}

TEST(Remote, EndOfFileComesAfterTheLastMessage) {
  TextListener listener;
  const Ends ends(listener);
  ends.accepted->send("never read");
  ends.client->send("last");
  ends.client->close();
  EXPECT_TRUE(ends.accepted->poll());
  EXPECT_EQ(ends.accepted->recv(), "last");
  EXPECT_TRUE(ends.accepted->poll());
  EXPECT_EQ(ends.accepted->try_recv(), std::nullopt);
  EXPECT_THROW(ends.accepted->recv(), EOFError);
  EXPECT_EQ(code_of([&] { ends.accepted->send("nobody"); }), EPIPE);
}

TEST(Remote, ClosedEndRaises) {
  TextListener listener;
  const Ends ends(listener);
  Text end = *ends.client;
  end.close();
  end.close();
  EXPECT_TRUE(ends.client->closed());
  for (const std::function<void()>& call : std::vector<std::function<void()>>{
           [&] { end.send("x"); }, [&] { end.recv(); }, [&] { end.send_bytes("x"); },
           [&] { end.recv_bytes(); }, [&] { end.poll(); }, [&] { end.fileno(); }})
    EXPECT_EQ(code_of(call), EBADF);
}

TEST(Remote, WaitTellsWhoHasSomething) {
  TextListener listener;
  const Ends first(listener), second(listener);
  EXPECT_TRUE(wait({*first.accepted, *second.accepted}, 0s).empty());
  EXPECT_FALSE(first.accepted->poll(1ms));
  second.client->send("here");
  EXPECT_EQ(wait({*first.accepted, *second.accepted}), std::vector<size_t>{1});
}

TEST(Remote, LongMessageIsRefusedByItsAnnouncement) {
  for (const bool by_option : {false, true}) {
    TextListener listener(ListenerOptions{.longest_message = by_option ? 100 : kNoLimit});
    Stranger stranger(listener.address());
    Text ours = listener.accept();
    stranger.say(frame_head(uint64_t{1} << 50));
    EXPECT_EQ(code_of([&] { by_option ? ours.recv_bytes() : ours.recv_bytes(100); }), EMSGSIZE);
    EXPECT_EQ(code_of([&] { ours.recv(); }), EBADF);
    ours.send_bytes("still");
    EXPECT_EQ(stranger.hear_message(), "still");
  }
}

TEST(Remote, AnnouncedLengthIsNotBelieved) {
  TextListener listener;
  for (const std::string& words :
       {frame_head(uint64_t{1} << 60) + "abc", std::string("\0\0", 2), frame_head(10) + "abc"}) {
    Stranger stranger(listener.address());
    Text ours = listener.accept();
    stranger.say(words);
    stranger.hang_up();
    EXPECT_EQ(code_of([&] { ours.recv(); }), EBADMSG);
  }
}

TEST(Remote, NegativeLengthIsNone) {
  TextListener listener;
  Stranger stranger(listener.address());
  Text ours = listener.accept();
  stranger.say(std::string("\xff\xff\xff\xfb", 4) + std::string(12, '\0'));
  EXPECT_EQ(code_of([&] { ours.recv(); }), EMSGSIZE);
}

TEST(Remote, EndGoesThroughAPipe) {
  TextListener listener;
  const Ends ends(listener);
  auto [here, there] = Pipe<Text, Text>();
  here.send(*ends.accepted);
  ends.accepted->close();
  Text arrived = there.recv();
  ends.client->send("hello");
  EXPECT_EQ(arrived.recv(), "hello");
  arrived.close();
  EXPECT_THROW(ends.client->recv(), EOFError);
}

// ---------------------------------------------------------------- addresses

TEST(Remote, SocketsFileGoesWithTheListener) {
  const std::string path = path_for_test("file");
  {
    TextListener listener(path);
    EXPECT_TRUE(exists(path));
    EXPECT_EQ(listener.address().path(), path);
    EXPECT_EQ(code_of([&] { TextListener another(path); }), EADDRINUSE);
    TestProcess child([copy = listener]() mutable {
      copy.close();
      return true;
    });
    EXPECT_EQ(child.wait(), base::Exited{0});
    EXPECT_TRUE(exists(path)) << "a child has removed what is not its own";
    listener.close();
    EXPECT_FALSE(exists(path));
    EXPECT_EQ(code_of([&] { listener.accept(); }), EBADF);
  }
  { TextListener again(path); }
  EXPECT_FALSE(exists(path));
}

TEST(Remote, NewAddressIsForItsMakerAlone) {
  std::string directory;
  {
    TextListener listener;
    directory = listener.address().path().substr(0, listener.address().path().rfind('/'));
    struct stat about;
    ASSERT_EQ(::stat(directory.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0700u);
  }
  EXPECT_FALSE(exists(directory));
}

TEST(Remote, FileGoesWithAProcessThatExits) {
  const std::string path = path_for_test("exits");
  EXPECT_EXIT(
      {
        static TextListener* const never_destroyed = new TextListener(path);
        static_cast<void>(never_destroyed);
        std::exit(exists(path) ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  EXPECT_FALSE(exists(path));
}

TEST(Remote, FileIsFoundFromAnotherDirectory) {
  const std::string path = path_for_test("elsewhere");
  TextListener listener(path);
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path("/");
  listener.close();
  std::filesystem::current_path(here);
  EXPECT_FALSE(exists(path));
}

TEST(Remote, NewAddressIsShortWhateverTmpdirIs) {
  const char* before = std::getenv("TMPDIR");
  const std::string old = before != nullptr ? before : "";
  const std::string directory = path_for_test(std::string(100, 'd'));
  ASSERT_TRUE(std::filesystem::create_directory(directory));
  ::setenv("TMPDIR", std::filesystem::absolute(directory).c_str(), 1);
  expect_to_work(TextListener(), {});
  before != nullptr ? ::setenv("TMPDIR", old.c_str(), 1) : ::unsetenv("TMPDIR");
  std::filesystem::remove(directory);
}

TEST(Remote, OthersFileOfTheSameNameStays) {
  const std::string path = path_for_test("renamed"), elsewhere = path_for_test("elsewhere");
  TextListener first(path);
  ASSERT_EQ(::rename(path.c_str(), elsewhere.c_str()), 0);
  TextListener second(path);
  first.close();
  EXPECT_TRUE(exists(path));
  ::unlink(elsewhere.c_str());
}

TEST(Remote, NameOfTheKernelsOwnHasNoFile) {
  const std::string name = std::string(1, '\0') + "mp-remote-test-" + std::to_string(::getpid());
  TextListener listener{Address(name)};
  EXPECT_EQ(listener.address().path(), name);
  expect_to_work(listener, {});
}

TEST(Remote, NobodyThereIsAnError) {
  EXPECT_EQ(code_of([] { Client<std::string>(path_for_test("nobody")); }), ENOENT);
  TextListener listener(ListenerOptions{.family = Family::kInet});
  const Address address = listener.address();
  listener.close();
  EXPECT_EQ(code_of([&] { Client<std::string>(address); }), ECONNREFUSED);
}

TEST(Remote, WhatIsNoAddressIsRefused) {
  EXPECT_THROW(TextListener(Address("")), ValueError);
  EXPECT_THROW(TextListener(Address("127.0.0.1", 65536)), ValueError);
  EXPECT_THROW(TextListener(Address("x"), {.family = Family::kInet}), ValueError);
  EXPECT_THROW(Client<std::string>(Address("h", 1), {.family = Family::kUnix}), ValueError);
  EXPECT_EQ(code_of([] { TextListener listener(std::string(200, 'x')); }), ENAMETOOLONG);
}

TEST(Remote, LastAcceptedTellsTheClientsPort) {
  TextListener listener(Address("127.0.0.1", 0));
  EXPECT_EQ(listener.last_accepted(), std::nullopt);
  const Ends ends(listener);
  EXPECT_EQ(listener.last_accepted()->host(), "127.0.0.1");
  EXPECT_NE(listener.last_accepted()->port(), listener.address().port());
}

TEST(Remote, ManyClientsAreServedEachOnce) {
  TextListener listener(ListenerOptions{.backlog = 3, .authkey = kKey});
  std::vector<std::unique_ptr<Meanwhile>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Meanwhile>([&listener, i] {
      auto end = Client<std::string>(listener.address(), {.authkey = kKey});
      end.send(std::to_string(i));
      EXPECT_EQ(end.recv(), std::to_string(i));
    }));
  }
  for (int i = 0; i < 20; ++i) {
    Text end = listener.accept();
    end.send(end.recv());
  }
}

// ---------------------------------------------------------------- keys

TEST(Remote, AcceptGivesUpInTime) {
  for (const ListenerOptions& options : {ListenerOptions{}, ListenerOptions{.authkey = kKey}}) {
    TextListener listener(options);
    EXPECT_THROW(listener.accept(5ms), TimeoutError);
    expect_to_work(listener, {.authkey = options.authkey});
  }
}

TEST(Remote, WrongKeyIsRefusedOnBothSides) {
  TextListener listener(ListenerOptions{.authkey = kKey});
  for (const std::string& wrong : {std::string("another"), kKey + " ", std::string()}) {
    Meanwhile client([&] {
      EXPECT_THROW(Client<std::string>(listener.address(), {.authkey = wrong}),
                   AuthenticationError);
    });
    EXPECT_THROW(listener.accept(), AuthenticationError);
  }
  expect_to_work(listener, {.authkey = kKey});
}

TEST(Remote, WhoHasNoKeyGetsNothingThrough) {
  TextListener listener(ListenerOptions{.authkey = kKey});
  auto client = Client<std::string>(listener.address());
  client.send("let me in");
  EXPECT_THROW(listener.accept(), AuthenticationError);
  expect_to_work(listener, {.authkey = kKey});
}

TEST(Remote, ClientDoesNotWaitForEverForAProof) {
  TextListener listener;
  EXPECT_THROW(Client<std::string>(listener.address(), {.authkey = kKey, .handshake_timeout = 5ms}),
               TimeoutError);
}

TEST(Remote, ListenerThatOnlyWelcomesIsNotBelieved) {
  TextListener impostor;
  Meanwhile client([&] {
    EXPECT_THROW(Client<std::string>(impostor.address(), {.authkey = kKey}), AuthenticationError);
  });
  Text end = impostor.accept();
  end.send_bytes("#mp1 challenge#" + std::string(32, 'x'));
  const std::string answer = end.recv_bytes();
  // Its own proof is sent back to it.
  end.send_bytes("#mp1 welcome#" + answer.substr(answer.size() - 32));
}

TEST(Remote, AnswerIsOfNoUseTwice) {
  TextListener listener(ListenerOptions{.authkey = kKey}), between;
  std::string heard;
  {
    // Who is in the middle hands everything on, once, and writes it down.
    Meanwhile client([&] { Client<std::string>(between.address(), {.authkey = kKey}).close(); });
    Text end = between.accept();
    Stranger stranger(listener.address());
    Meanwhile accepting([&] { listener.accept(); });
    end.send_bytes(stranger.hear_message());
    heard = end.recv_bytes();
    stranger.say(framed(heard));
    end.send_bytes(stranger.hear_message());
  }
  Stranger again(listener.address());
  again.say(framed(heard));
  EXPECT_THROW(listener.accept(), AuthenticationError);
}

// ---------------------------------------------------------------- strangers

TEST(Remote, SilentAndSlowClientsHinderNobody) {
  TextListener listener(ListenerOptions{.backlog = 10, .authkey = kKey});
  Stranger silent(listener.address()), slow(listener.address());
  slow.say(std::string(1, '\0'));
  expect_to_work(listener, {.authkey = kKey});
  slow.say(std::string(1, '\0'));
  expect_to_work(listener, {.authkey = kKey});
  silent.hang_up();
  EXPECT_THROW(listener.accept(), EOFError);
}

TEST(Remote, SilentClientIsLetGoWhenItsTimeIsOver) {
  TextListener listener(
      ListenerOptions{.authkey = kKey, .handshake_timeout = 20ms, .handshakes = 1});
  Stranger silent(listener.address());
  TestProcess program([&] {
    Client<std::string>(listener.address(), {.authkey = kKey}).close();
    return true;
  });
  listener.accept();
  EXPECT_EQ(silent.hear_message().substr(0, 4), "#mp1");
  EXPECT_EQ(program.wait(), base::Exited{0});
}

TEST(Remote, DrippingClientIsLetGoWhenItsTimeIsOver) {
  TextListener listener(ListenerOptions{.authkey = kKey, .handshake_timeout = 20ms});
  Stranger slow(listener.address());
  Meanwhile accepting([&] { EXPECT_EQ(code_of([&] { listener.accept(); }), EBADF); });
  slow.hear_message();
  slow.say(frame_head(250));
  while (!slow.is_let_go(5ms)) slow.may_say("x");
  listener.close();
}

TEST(Remote, StrangersWordsAreRefused) {
  TextListener listener(ListenerOptions{.backlog = 10, .authkey = kKey});
  for (const std::string& words :
       {framed(""), framed("#WELCOME#"), framed(std::string(256, 'x')), frame_head(257),
        frame_head(uint64_t{1} << 40), std::string(300, '\xff'), std::string("GET / HTTP/1.0\r\n"),
        framed("#mp1 refused#"), framed("#mp1 answer#" + std::string(64, 'x'))}) {
    Stranger stranger(listener.address());
    stranger.say(words);
    EXPECT_THROW(listener.accept(), AuthenticationError) << words;
  }
  expect_to_work(listener, {.authkey = kKey});
}

TEST(Remote, GoingAwayInTheHandshakeIsSurvived) {
  for (const Address& address : {Address("127.0.0.1", 0), Address(path_for_test("gone"))}) {
    TextListener listener(address, {.authkey = kKey});
    for (const std::string& words : {std::string(), std::string("\0\0", 2), frame_head(9) + "x"}) {
      Stranger stranger(listener.address());
      EXPECT_THROW(listener.accept(1ms), TimeoutError);
      stranger.say(words);
      stranger.hang_up();
      EXPECT_ANY_THROW(listener.accept());
    }
    expect_to_work(listener, {.authkey = kKey});
  }
}

// ---------------------------------------------------------------- waits

TEST(Remote, CloseWakesWhoIsInAccept) {
  for (const ListenerOptions& options : {ListenerOptions{}, ListenerOptions{.authkey = kKey}}) {
    TextListener listener(options);
    Meanwhile first([&] { EXPECT_EQ(code_of([&] { listener.accept(); }), EBADF); });
    Meanwhile second([&] { EXPECT_EQ(code_of([&] { listener.accept(); }), EBADF); });
    listener.close();
  }
}

// Interrupted in the middle, and read to its end by the next recv().
TEST(Remote, InterruptedMessageIsNotTorn) {
  TextListener listener;
  Stranger stranger(listener.address());
  Text ours = listener.accept();
  static volatile sig_atomic_t interrupted = 0;
  TestProcess child([&] {
    ::signal(SIGINT, [](int) { interrupted = 1; });
    set_interrupt_check([] {
      if (interrupted != 0) throw StopIteration();
    });
    try {
      ours.recv_bytes();
      return false;
    } catch (const StopIteration&) {
      interrupted = 0;
    }
    return ours.recv_bytes() == "in halves";
  });
  stranger.say(framed("in halves").substr(0, 7));
  ASSERT_TRUE(child.sleeps());
  ::kill(child.pid(), SIGINT);
  ASSERT_TRUE(child.sleeps());
  stranger.say("halves");
  EXPECT_EQ(child.wait(), base::Exited{0});
}

struct Interrupted {};
volatile sig_atomic_t g_interrupted = 0;

// A process that waits, and leaves the wait when it is interrupted, but not for any other signal.
void expect_interruptible(const char* what, const std::function<void()>& wait) {
  SCOPED_TRACE(what);
  TestProcess child([&] {
    ::signal(SIGINT, [](int) { g_interrupted = 1; });  // that system calls are restarted after
    ::signal(SIGUSR1, [](int) {});
    set_interrupt_check([] {
      if (g_interrupted != 0) throw Interrupted();
    });
    try {
      wait();
    } catch (const Interrupted&) {
      return true;
    }
    return false;
  });
  ASSERT_TRUE(child.sleeps());
  ::kill(child.pid(), SIGUSR1);
  ASSERT_TRUE(child.sleeps());
  ::kill(child.pid(), SIGINT);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Remote, SignalsHandlersEndEveryWait) {
  TextListener listener, secret(ListenerOptions{.authkey = kKey}),
      full(ListenerOptions{.backlog = 0});
  const Ends ends(listener);
  const auto waiting = Client<std::string>(full.address());
  expect_interruptible("accept", [&] { listener.accept(); });
  expect_interruptible("accept with a key", [&] { secret.accept(); });
  expect_interruptible("connect", [&] { Client<std::string>(full.address()); });
  expect_interruptible("handshake", [&] {
    Client<std::string>(secret.address(), {.authkey = kKey, .handshake_timeout = std::nullopt});
  });
  expect_interruptible("recv", [&] { ends.client->recv(); });
  expect_interruptible("poll", [&] { ends.client->poll(Timeout()); });
  expect_interruptible("send", [&] { ends.client->send_bytes(std::string(16 << 20, 'x')); });
}

}  // namespace
}  // namespace mp
