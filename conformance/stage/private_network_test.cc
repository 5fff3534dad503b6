#include "conformance/stage/private_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "conformance/stage/tcp_motion.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

base::UniqueFd listener_on(uint16_t port) {
  base::UniqueFd listener(
      base::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  base::check(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
              "bind");
  base::check(::listen(listener.get(), 1), "listen");
  return listener;
}

uint16_t port_of(const base::UniqueFd& socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  base::check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size),
              "get the port");
  return ntohs(address.sin_port);
}

base::UniqueFd connected_to(uint16_t port) {
  base::UniqueFd client(
      base::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  base::check(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
              "connect");
  return client;
}

TEST(PrivateNetwork, AnothersPortIsFreeAndTheLoopbackWorks) {
  base::UniqueFd outside = listener_on(0);
  const uint16_t port = port_of(outside);
  if (!enter_private_network()) GTEST_SKIP() << "no right to have a network of our own";
  base::UniqueFd inside = listener_on(port);
  EXPECT_TRUE(connected_to(port_of(inside)));
  EXPECT_EQ(port_of(inside), port);
}

TEST(PrivateNetwork, WhatMovesInItIsSeen) {
  if (!enter_private_network()) GTEST_SKIP() << "no right to have a network of our own";
  EXPECT_FALSE(tcp_is_in_motion({::getpid()}));
  base::UniqueFd listener = listener_on(0);
  base::UniqueFd writer = connected_to(port_of(listener));
  EXPECT_FALSE(tcp_is_in_motion({::getpid()}));
  std::string piece(1 << 20, 'x');
  while (::send(writer.get(), piece.data(), piece.size(), MSG_DONTWAIT) > 0) {
  }
  EXPECT_TRUE(tcp_is_in_motion({::getpid()}));
}

}  // namespace
}  // namespace conformance
