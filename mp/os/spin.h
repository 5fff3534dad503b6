// Waiting without sleeping for what another process is about to do.
//
// To sleep and to be woken takes longer than a message between two CPUs. So who waits looks again and again first,
// for about as long as a sleep would cost; but not if the one who makes it happen was last seen on this very CPU,
// for then he can't run meanwhile.
//
// Processes: any that map it, beside what is waited for. Threads: any. Lifetime: trivially destroyed.
//
//   hint.leave();  // the one who makes it happen, just before
//   word.store(1);
//
//   if (!hint.spin_until([&] { return word.load() == 1; })) ...  // the one who waits: sleep
#ifndef MP_OS_SPIN_H_
#define MP_OS_SPIN_H_

#include <sched.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

#include <atomic>
#include <cstdint>

#include "mp/os/futex.h"

namespace mp::os {

// Where this thread runs, or did a moment ago.
inline int my_cpu() {
#if __has_include(<sys/rseq.h>)
  // The kernel writes it there whenever it moves the thread.
  if (__rseq_size != 0) {
    const auto* area = reinterpret_cast<const volatile rseq*>(
        static_cast<const char*>(__builtin_thread_pointer()) + __rseq_offset);
    return static_cast<int>(area->cpu_id);
  }
#endif
  return ::sched_getcpu();
}

class SpinHint {
 public:
  static constexpr int32_t kNobodyYet = -1;

  SpinHint() = default;
  // As if left on this CPU; kNobodyYet: by nobody.
  explicit SpinHint(int32_t cpu) : cpu_(cpu) {}

  // What is waited for happens on this CPU.
  void leave() {
    if (const int here = my_cpu(); cpu_.load(std::memory_order_relaxed) != here)
      cpu_.store(here, std::memory_order_relaxed);
  }

  // Whether the one who makes it happen needs this very CPU for that, as far as is known.
  bool is_in_vain() const;

  // False: it is time to sleep.
  template <class Condition>
  bool spin_until(Condition holds) const {
    for (int i = 0; i < kSpins; ++i) {
      if (holds()) return true;
      if (i % 64 == 0 && is_in_vain()) return false;
      relax();
    }
    return false;
  }

 private:
  // About what a sleep and a wake-up across CPUs cost, in pauses (bench/): to spin longer than that would cost
  // more than to have slept at once.
  static constexpr int kSpins = 2000;

  std::atomic<int32_t> cpu_{kNobodyYet};
};

// The same where those who wait are also those whom others wait for: a thread's own CPU is no hint to itself.
class MutualSpinHint {
 public:
  // I am here, on this CPU. Requires: one thread at a time.
  void leave();

  template <class Condition>
  bool spin_until(Condition holds) const {
    return SpinHint(cpu_of_another()).spin_until(holds);
  }

 private:
  // A thread, and one more than its CPU; 0: nobody.
  struct Seen {
    uint32_t thread, cpu;
  };
  static uint64_t packed(Seen seen) { return uint64_t{seen.thread} << 32 | seen.cpu; }
  static Seen unpacked(uint64_t word) {
    return {static_cast<uint32_t>(word >> 32), static_cast<uint32_t>(word)};
  }

  int32_t cpu_of_another() const;

  std::atomic<uint64_t> last_{0}, before_{0};  // of different threads
};

}  // namespace mp::os

#endif  // MP_OS_SPIN_H_
