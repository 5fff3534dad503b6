// Sleeping on a word in shared memory, and waking who sleeps there.
//
// The whole of what mp's processes wait with. A word's change and the wake-up of those who wait for it are one
// act of the kernel's: a process that is killed has done both or neither, so nobody sleeps on because a waker
// died halfway. (pthread_cond_t can't do that: a waiter that is killed wedges glibc's broadcaster.)
//
// Processes: any that map the word. Threads: any.
//
//   Word& word = ...;  // in shared memory; 1 means: somebody sleeps
//   while (word.load() <= 1) {
//     uint32_t idle = 0;
//     word.compare_exchange_strong(idle, 1);
//     if (!sleep_on(word, 1, deadline)) return false;
//   }
//
//   uint32_t idle = 0;  // the other side
//   if (!word.compare_exchange_strong(idle, 2)) set_and_wake_all(word, 2);
#ifndef MP_OS_FUTEX_H_
#define MP_OS_FUTEX_H_

#include <atomic>
#include <cstdint>

#include "base/deadline.h"

namespace mp::os {

using Word = std::atomic<uint32_t>;

// Sleeps while `word` holds `expected`, until a wake. Returns at any time, too, above all when a signal's
// handler has run: the caller looks again. False: the deadline has passed.
bool sleep_on(const Word& word, uint32_t expected,
              base::Deadline deadline = base::Deadline::never());

// The same, deaf to set_interrupt_check().
bool sleep_through(const Word& word, uint32_t expected, base::Deadline deadline);

// Wakes who sleeps here and changes nothing.
void wake_all(Word& word);

// The word's change and the wake-up in one act. Requires: amount, value < 2048 (the kernel has 12 bits for
// them, with a sign).
void add_and_wake_all(Word& word, uint32_t amount);
// Whether somebody slept: of two callers at most one wakes him.
bool set_and_wake_all(Word& word, uint32_t value);

// What a loop that spins says to the CPU.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// How a program lets the handlers of its signals end a wait: called, with no lock held, whenever a
// signal has interrupted a sleep. It may throw. Null, as it is at first: waits go on.
using InterruptCheck = void (*)();
void set_interrupt_check(InterruptCheck check);
// Calls it, for other sleeps than sleep_on().
void check_interrupt();

}  // namespace mp::os

#endif  // MP_OS_FUTEX_H_
