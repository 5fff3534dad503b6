#include "conformance/stage/tcp_motion.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::UnorderedElementsAre;

std::string line(const std::string& state, const std::string& queues, const std::string& inode) {
  return "   0: 0100007F:8C2F 0100007F:E3A0 " + state + " " + queues +
         " 00:00000000 00000000     0        0 " + inode + " 1 0000000000000000 100 0 0 10 0\n";
}

TEST(TcpMotion, WhatIsNotAcknowledgedMoves) {
  std::string text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n" +
                     line("01", "00000000:00000000", "1") +  // established and quiet
                     line("01", "00000005:00000000", "2") +
                     line("01", "00000000:00000007", "3") +  // received, and not read yet
                     line("04", "00000001:00000000", "0") +  // closed, its end is on the way
                     line("06", "00000001:00000000", "4") +  // time wait
                     line("02", "00000000:00000000", "5") +  // connects
                     line("0A", "00000003:00000080", "6");   // listens
  EXPECT_THAT(tcp_sockets_in_motion(text), UnorderedElementsAre(2, 0, 5));
  EXPECT_THAT(tcp_sockets_in_motion(""), UnorderedElementsAre());
}

TEST(TcpMotion, AWriterThatNobodyReadsFromMoves) {
  base::UniqueFd listener(base::check(::socket(AF_INET, SOCK_STREAM, 0), "make a socket"));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  base::check(::bind(listener.get(), any, size), "bind");
  base::check(::getsockname(listener.get(), any, &size), "get the port");
  base::check(::listen(listener.get(), 1), "listen");
  base::UniqueFd writer(base::check(::socket(AF_INET, SOCK_STREAM, 0), "make a socket"));
  base::check(::connect(writer.get(), any, size), "connect");
  base::UniqueFd reader(base::check(::accept(listener.get(), nullptr, nullptr), "accept"));
  std::string piece(1 << 20, 'x');
  while (::send(writer.get(), piece.data(), piece.size(), MSG_DONTWAIT) > 0) {
  }
  EXPECT_TRUE(tcp_is_in_motion({::getpid()}));
}

}  // namespace
}  // namespace conformance
