// Queues and processes that fit into a pocket: the implementation that the templates put under test.
//
// A semaphore is a pipe that holds as many bytes as it has permits. A queue is a file in memory, one semaphore that
// counts its items, another one that counts the room that is left, and a third that lets one process at a time read or
// write. Items are bytes.
#ifndef POCKET_H_
#define POCKET_H_

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace pocket {

struct Empty : std::runtime_error {
  Empty() : runtime_error("") {}
};
struct Full : std::runtime_error {
  Full() : runtime_error("") {}
};

inline void require(bool done, const char* what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

class Semaphore {
 public:
  explicit Semaphore(std::int64_t permits) {
    require(::pipe2(ends_, O_CLOEXEC) == 0, "make a pipe");
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    for (; permits > 0; --permits) release();
  }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  bool acquire(bool block = true, std::optional<double> timeout = {}) {
    const auto begin = std::chrono::steady_clock::now();
    char permit;
    while (::read(ends_[0], &permit, 1) != 1) {
      const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
      if (!block || (timeout && waited.count() >= *timeout)) return false;
      pollfd one{ends_[0], POLLIN, 0};
      ::poll(&one, 1, timeout ? static_cast<int>((*timeout - waited.count()) * 1000) + 1 : -1);
    }
    return true;
  }
  void release() { require(::write(ends_[1], ".", 1) == 1, "give a permit back"); }
  bool is_zero() const {
    pollfd one{ends_[0], POLLIN, 0};
    return ::poll(&one, 1, 0) == 0;
  }

 private:
  int ends_[2];
};

class Queue {
 public:
  explicit Queue(std::int64_t maxsize = 0)
      : file_(::memfd_create("pocket", MFD_CLOEXEC)), room_(maxsize > 0 ? maxsize : 0), bounded_(maxsize > 0) {
    require(file_ >= 0, "make a file in memory");
    keep({kBegin, kBegin});
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() { ::close(file_); }

  void put(const std::string& item, bool block = true, std::optional<double> timeout = {}) {
    if (bounded_ && !room_.acquire(block, timeout)) throw Full();
    turn_.acquire();
    Extent extent = kept();
    const std::uint64_t size = item.size();
    write(&size, sizeof(size), extent.end);
    write(item.data(), item.size(), extent.end + sizeof(size));
    keep({extent.begin, extent.end + sizeof(size) + size});
    turn_.release();
    items_.release();
  }

  std::string get(bool block = true, std::optional<double> timeout = {}) {
    if (!items_.acquire(block, timeout)) throw Empty();
    turn_.acquire();
    Extent extent = kept();
    std::uint64_t size = 0;
    read(&size, sizeof(size), extent.begin);
    std::string item(size, '\0');
    read(item.data(), size, extent.begin + sizeof(size));
    extent.begin += sizeof(size) + size;
    keep(extent.begin == extent.end ? Extent{kBegin, kBegin} : extent);
    turn_.release();
    if (bounded_) room_.release();
    return item;
  }

  bool empty() const { return items_.is_zero(); }
  bool full() const { return bounded_ && room_.is_zero(); }

 private:
  // Where the first item begins and the last one ends: in the file itself, so that every process sees it.
  struct Extent {
    std::uint64_t begin, end;
  };
  static constexpr std::uint64_t kBegin = sizeof(Extent);

  void write(const void* data, std::size_t size, std::uint64_t at) {
    require(::pwrite(file_, data, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size), "write an item");
  }
  void read(void* data, std::size_t size, std::uint64_t at) const {
    require(::pread(file_, data, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size), "read an item");
  }
  void keep(Extent extent) { write(&extent, sizeof(extent), 0); }
  Extent kept() const {
    Extent extent{};
    read(&extent, sizeof(extent), 0);
    return extent;
  }

  int file_;
  Semaphore items_{0}, room_, turn_{1};
  bool bounded_;
};

class Process {
 public:
  // What `work` returns is the exit code.
  explicit Process(std::function<int()> work) : work_(std::move(work)), maker_(::getpid()) {}

  void start() {
    if (pid_ != 0) throw std::logic_error("a process starts only once");
    if (maker_ != ::getpid()) throw std::logic_error("only its maker starts a process");
    std::fflush(nullptr);
    pid_ = ::fork();
    require(pid_ >= 0, "fork");
    if (pid_ == 0) ::_exit(work_());
  }
  void join() { reap(0); }
  bool is_alive() {
    reap(WNOHANG);
    return pid_ != 0 && !exitcode_;
  }
  void terminate() { require(::kill(pid_, SIGTERM) == 0, "end a process"); }
  std::optional<int> exitcode() const { return exitcode_; }
  pid_t pid() const { return pid_; }

 private:
  void reap(int how) {
    std::scoped_lock turn(turn_);
    int status;
    if (pid_ == 0 || exitcode_ || ::waitpid(pid_, &status, how) != pid_) return;
    exitcode_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  std::function<int()> work_;
  std::mutex turn_;
  pid_t maker_, pid_ = 0;
  std::optional<int> exitcode_;
};

}  // namespace pocket

#endif  // POCKET_H_
