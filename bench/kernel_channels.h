// Peers that the kernel has: pipes, Unix sockets, POSIX message queues.
#ifndef BENCH_KERNEL_CHANNELS_H_
#define BENCH_KERNEL_CHANNELS_H_

#include <fcntl.h>
#include <mqueue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "bench/traffic.h"

namespace bench {

struct Ends {
  base::UniqueFd reader, writer;
};

inline Ends make_pipe() {
  int fds[2];
  base::check(::pipe(fds), "make a pipe");
  return {.reader = base::UniqueFd(fds[0]), .writer = base::UniqueFd(fds[1])};
}
// Either may read and write.
inline Ends make_socket_pair() {
  int fds[2];
  base::check(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "make a pair of sockets");
  return {.reader = base::UniqueFd(fds[0]), .writer = base::UniqueFd(fds[1])};
}

inline void write_all(int fd, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();)
    done += static_cast<size_t>(
        base::check(::write(fd, bytes.data() + done, bytes.size() - done), "write an item"));
}
inline void read_all(int fd, std::string& bytes) {
  for (size_t done = 0; done < bytes.size();)
    done += static_cast<size_t>(
        base::check(::read(fd, bytes.data() + done, bytes.size() - done), "read an item"));
}

// Items of one length, so that there is nothing to be told where they end.
template <Ends make()>
class Stream {
 public:
  explicit Stream(const Load& load) : item_(load.bytes, 'x'), ends_(make()) {}

  void put(uint64_t n) {
    while (n-- > 0) write_all(ends_.writer.get(), item_);
  }
  void get(uint64_t n) {
    while (n-- > 0) read_all(ends_.reader.get(), item_);
  }

 private:
  std::string item_;
  Ends ends_;
};
using PipeStream = Stream<make_pipe>;
using SocketStream = Stream<make_socket_pair>;

// To and fro, 8 bytes each time.
class PipePair {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      write_all(there_.writer.get(), item_);
      read_all(back_.reader.get(), item_);
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) {
      read_all(there_.reader.get(), item_);
      write_all(back_.writer.get(), item_);
    }
  }

 private:
  std::string item_ = std::string(8, 'x');
  Ends there_ = make_pipe(), back_ = make_pipe();
};

class SocketPair {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      write_all(ends_.writer.get(), item_);
      read_all(ends_.writer.get(), item_);
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) {
      read_all(ends_.reader.get(), item_);
      write_all(ends_.reader.get(), item_);
    }
  }

 private:
  std::string item_ = std::string(8, 'x');
  Ends ends_ = make_socket_pair();
};

// Has no name from the beginning: forked children have its descriptor.
class PosixQueue {
 public:
  PosixQueue(size_t bytes, int bound) : fd_(open(bytes, bound)) {
    if (!fd_) fd_ = open(bytes, kBoundForEverybody);
    if (!fd_) throw base::OsError(errno, "make a POSIX message queue");
  }

  void send(const std::string& item) const {
    base::check(::mq_send(fd_.get(), item.data(), item.size(), 0), "send to a POSIX queue");
  }
  void receive(std::string& item) const {
    base::check(::mq_receive(fd_.get(), item.data(), item.size(), nullptr),
                "receive from a POSIX queue");
  }

 private:
  // Who is not root may not have more, unless the machine is set up so.
  static constexpr int kBoundForEverybody = 10;

  static base::UniqueFd open(size_t bytes, int bound) {
    const std::string name = "/mpcheck-bench-" + std::to_string(::getpid());
    mq_attr attributes = {};
    attributes.mq_maxmsg = bound;
    attributes.mq_msgsize = static_cast<long>(bytes);
    base::UniqueFd fd(::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
    if (fd) ::mq_unlink(name.c_str());
    return fd;
  }

  base::UniqueFd fd_;
};

using PosixQueueStream = StreamOf<PosixQueue>;
using PosixQueuePair = PairOf<PosixQueue, 1>;

}  // namespace bench

#endif  // BENCH_KERNEL_CHANNELS_H_
