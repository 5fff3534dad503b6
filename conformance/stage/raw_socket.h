// A peer of the testee that keeps to no protocol: it sends any bytes, nothing at all, or hangs up.
//
//   RawSocket silent = stage.connect_raw(address);       // to a listener or a manager's server
//   silent.send("garbage");
//   EXPECT_TRUE(silent.is_hung_up());
//
// For claims about clients and servers that are hostile, broken or slow: the runner plays them itself,
// since no implementation would. An address is a value as the testee gives it: a path (one that is
// relative is taken from `folder`) or the tuple (host, port).
//
// Threads: one. Raises: base::OsError where the kernel refuses a step.
#ifndef CONFORMANCE_STAGE_RAW_SOCKET_H_
#define CONFORMANCE_STAGE_RAW_SOCKET_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "conformance/protocol/value.h"

namespace conformance {

class RawSocket {
 public:
  static RawSocket connect(const Value& address, const std::string& folder);

  // Sends all of it; false if the peer has hung up.
  bool send(std::string_view bytes);
  // What comes until there are `count` bytes, the peer hangs up, or patience::quiet() is over.
  std::string receive(size_t count);
  // All that has come, without waiting: what a peer that is at rest has sent.
  std::string received_so_far();
  // Whether the peer hangs up; what it sends before is dropped. False after patience::quiet().
  bool is_hung_up();
  void hang_up() { socket_.reset(); }

 private:
  friend class RawListener;
  explicit RawSocket(base::UniqueFd socket) : socket_(std::move(socket)) {}

  base::UniqueFd socket_;
};

// The other side: a server that clients of the testee reach at a path.
class RawListener {
 public:
  // Then: clients can connect. The file goes with this object.
  explicit RawListener(std::string path);
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;
  ~RawListener();

  const std::string& path() const { return path_; }
  // Waits for a client; none in patience::must_happen() is an error.
  RawSocket accept();

 private:
  std::string path_;
  base::UniqueFd socket_;
};

// The message that starts a conversation in CPython's framing: a length, then that many bytes.
std::string framed(std::string_view content);
// The length alone.
std::string frame_header(int32_t size);

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_RAW_SOCKET_H_
