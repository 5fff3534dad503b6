// Where a Listener is found: a path, or a host and a port.
//
// A value. A path is that of a Unix socket's file, or a name of the kernel's own if it begins with a zero byte.
//
//   mp::Address("/run/swords.sock")
//   mp::Address("127.0.0.1", 7777)
#ifndef MP_ADDRESS_H_
#define MP_ADDRESS_H_

#include <string>
#include <utility>

namespace mp {

enum class Family { kUnix, kInet };

class Address {
 public:
  Address(std::string path) : text_(std::move(path)) {}
  Address(const char* path) : text_(path) {}
  // An empty host: every address of this machine for a listener, this machine for a client. Port 0: a listener gets
  // one from the kernel. Requires: 0 <= port < 65536, else ValueError is raised where the address is used.
  Address(std::string host, int port)
      : family_(Family::kInet), text_(std::move(host)), port_(port) {}

  Family family() const { return family_; }
  // Of a Unix socket.
  const std::string& path() const { return text_; }
  // Of the others.
  const std::string& host() const { return text_; }
  int port() const { return port_; }

  friend bool operator==(const Address&, const Address&) = default;

 private:
  Family family_ = Family::kUnix;
  std::string text_;
  int port_ = 0;
};

}  // namespace mp

#endif  // MP_ADDRESS_H_
