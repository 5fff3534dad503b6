// What two processes can do at best: nothing but the memory that they share, or one system call. No such thing
// survives the death of a process, knows a timeout or takes a third one in.
#ifndef BENCH_LIMITS_H_
#define BENCH_LIMITS_H_

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>

#include "bench/traffic.h"
#include "mp/os/arena.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"

namespace bench {

// Looks again and again; who waits for long lets others run.
template <class Condition>
void spin_until(Condition holds) {
  constexpr int kSpins = 2000;
  for (int i = 0; !holds(); ++i) i < kSpins ? mp::os::relax() : static_cast<void>(::sched_yield());
}

// A ring for one producer and one consumer, without a lock: each side writes its own position only, and looks at the
// other's when it must. For large items it is a memcpy() in and one out.
class SpscRing {
 public:
  explicit SpscRing(const Load& load)
      : item_(load.bytes, 'x'),
        slots_(std::bit_ceil(static_cast<uint64_t>(load.bound))),
        room_(mp::os::make_room(sizeof(Head) + slots_ * load.bytes, alignof(Head))) {
    new (&head()) Head;
  }

  void put(uint64_t n) {
    uint64_t put = head().put.load(std::memory_order_relaxed), got = head().got.load();
    for (const uint64_t end = put + n; put < end;) {
      if (put - got == slots_)
        spin_until(
            [&] { return put - (got = head().got.load(std::memory_order_acquire)) < slots_; });
      std::memcpy(slot(put), item_.data(), item_.size());
      head().put.store(++put, std::memory_order_release);
    }
  }
  void get(uint64_t n) {
    uint64_t put = head().put.load(), got = head().got.load(std::memory_order_relaxed);
    for (const uint64_t end = got + n; got < end;) {
      if (put == got)
        spin_until([&] { return (put = head().put.load(std::memory_order_acquire)) != got; });
      std::memcpy(item_.data(), slot(got), item_.size());
      benchmark::DoNotOptimize(item_.data());
      head().got.store(++got, std::memory_order_release);
    }
  }

 private:
  struct Head {
    alignas(128) std::atomic<uint64_t> put{0};
    alignas(128) std::atomic<uint64_t> got{0};
    alignas(128) char slots[1];
  };

  Head& head() const { return *reinterpret_cast<Head*>(room_.data()); }
  char* slot(uint64_t number) const { return head().slots + number % slots_ * item_.size(); }

  std::string item_;
  const uint64_t slots_;
  const mp::os::SharedRoom room_;
};

// A word for each direction, on a line of its own.
template <class Wait>
class Words {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      Wait::tell(lines_->there.word);
      Wait::until_told(lines_->back.word);
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) {
      Wait::until_told(lines_->there.word);
      Wait::tell(lines_->back.word);
    }
  }

 private:
  struct alignas(128) Line {
    mp::os::Word word{0};
  };
  struct Lines {
    Line there, back;
  };
  mp::os::Shared<Lines> lines_;
};

struct Spinning {
  static void tell(mp::os::Word& word) { word.store(1, std::memory_order_release); }
  static void until_told(mp::os::Word& word) {
    spin_until([&] { return word.load(std::memory_order_acquire) == 1; });
    word.store(0, std::memory_order_relaxed);
  }
};
using SpinningWords = Words<Spinning>;

struct Sleeping {
  static void tell(mp::os::Word& word) {
    word.store(1, std::memory_order_release);
    ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  static void until_told(mp::os::Word& word) {
    while (word.load(std::memory_order_acquire) == 0)
      ::syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
    word.store(0, std::memory_order_relaxed);
  }
};
using FutexWords = Words<Sleeping>;

}  // namespace bench

#endif  // BENCH_LIMITS_H_
