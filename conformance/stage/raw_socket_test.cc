#include "conformance/stage/raw_socket.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/os_error.h"
#include "base/unique_fd.h"
#include "conformance/stage/scratch.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

TEST(RawSocket, SendsAndReceivesAnyBytes) {
  Scratch scratch;
  RawListener listener(scratch.in_cwd("s"));
  RawSocket client = RawSocket::connect(listener.path(), "/nowhere");
  RawSocket server = listener.accept();
  std::string bytes("\0\xff\n", 3);
  EXPECT_TRUE(client.send(bytes));
  EXPECT_EQ(server.receive(3), bytes);
  EXPECT_TRUE(server.send(std::string(20000, 'x')));
  EXPECT_EQ(client.receive(20000), std::string(20000, 'x'));
  EXPECT_EQ(client.received_so_far(), "");
  EXPECT_TRUE(server.send("and this"));
  EXPECT_EQ(client.received_so_far(), "and this");
}

TEST(RawSocket, TakesARelativePathFromItsFolder) {
  Scratch scratch;
  RawListener listener(scratch.in_cwd("s"));
  RawSocket client = RawSocket::connect("cwd/s", scratch.path());
  EXPECT_TRUE(client.send("x"));
  EXPECT_EQ(listener.accept().receive(1), "x");
}

TEST(RawSocket, ReceivesWhatCameBeforeThePeerHungUp) {
  Scratch scratch;
  RawListener listener(scratch.in_cwd("s"));
  RawSocket client = RawSocket::connect(listener.path(), "");
  RawSocket server = listener.accept();
  server.send("last words");
  server.hang_up();
  EXPECT_EQ(client.receive(1000), "last words");
  EXPECT_TRUE(client.is_hung_up());
  EXPECT_FALSE(client.send("too late"));
}

TEST(RawSocket, ReachesANameInTheAbstractNamespace) {
  const std::string name = absl::StrCat(std::string_view("\0mpcheck-test-", 14), ::getpid());
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  name.copy(address.sun_path, name.size());
  base::UniqueFd listener(
      base::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
  base::check(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
              "bind it");
  base::check(::listen(listener.get(), 1), "listen");
  RawSocket client = RawSocket::connect(Value(Value::Bytes{name}), "/nowhere");
  EXPECT_TRUE(client.send("x"));
}

TEST(RawSocket, NobodyListens) {
  Scratch scratch;
  EXPECT_THROW(RawSocket::connect(scratch.in_cwd("nobody"), ""), base::OsError);
  EXPECT_THROW(RawSocket::connect(std::string(200, 'x'), ""), base::OsError);
  EXPECT_THROW(RawSocket::connect(Value::tuple({"127.0.0.1", 1}), ""), base::OsError);
  EXPECT_THROW(RawSocket::connect(nullptr, ""), std::invalid_argument);
}

TEST(RawSocket, ListenersFileGoesWithIt) {
  Scratch scratch;
  std::string path = scratch.in_cwd("s");
  { RawListener listener(path); }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(RawSocket, FramesAreBigEndianLengths) {
  EXPECT_EQ(framed("ab"), std::string("\0\0\0\2ab", 6));
  EXPECT_EQ(frame_header(-1), "\xff\xff\xff\xff");
}

}  // namespace
}  // namespace conformance
