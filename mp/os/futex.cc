#include "mp/os/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>

#include "base/os_error.h"

namespace mp::os {
namespace {

std::atomic<InterruptCheck> g_interrupt_check{nullptr};

enum class Woken { kPerhaps, kByASignal, kTooLate };

Woken sleep(const Word& word, uint32_t expected, base::Deadline deadline) {
  const timespec when = deadline.is_never() ? timespec{} : deadline.absolute();
  const long result =
      ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected,
                deadline.is_never() ? nullptr : &when, nullptr, FUTEX_BITSET_MATCH_ANY);
  if (result == 0) return Woken::kPerhaps;
  switch (errno) {
    case EAGAIN:  // it held something else
      return Woken::kPerhaps;
    case EINTR:
      return Woken::kByASignal;
    case ETIMEDOUT:
      return Woken::kTooLate;
  }
  throw base::OsError(errno, "sleep on a word in shared memory");
}

}  // namespace

bool sleep_on(const Word& word, uint32_t expected, base::Deadline deadline) {
  const Woken woken = sleep(word, expected, deadline);
  if (woken == Woken::kByASignal) check_interrupt();
  return woken != Woken::kTooLate;
}

bool sleep_through(const Word& word, uint32_t expected, base::Deadline deadline) {
  return sleep(word, expected, deadline) != Woken::kTooLate;
}

void wake_all(Word& word) {
  base::check(::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0),
              "wake who sleeps on a word in shared memory");
}

void add_and_wake_all(Word& word, uint32_t amount) {
  // The sum is made of the word at the second address; then those are woken who sleep at the first. The
  // comparison, which would wake sleepers at the second address, never holds.
  const int operation = FUTEX_OP(FUTEX_OP_ADD, amount, FUTEX_OP_CMP_LT, 0);
  base::check(::syscall(SYS_futex, &word, FUTEX_WAKE_OP, INT_MAX, nullptr, &word, operation),
              "change a word in shared memory and wake who sleeps on it");
}

bool set_and_wake_all(Word& word, uint32_t value) {
  const int operation = FUTEX_OP(FUTEX_OP_SET, value, FUTEX_OP_CMP_LT, 0);
  return base::check(::syscall(SYS_futex, &word, FUTEX_WAKE_OP, INT_MAX, nullptr, &word, operation),
                     "change a word in shared memory and wake who sleeps on it") > 0;
}

void check_interrupt() {
  if (InterruptCheck check = g_interrupt_check.load()) check();
}

void set_interrupt_check(InterruptCheck check) { g_interrupt_check.store(check); }

}  // namespace mp::os
