// The meeting place under Barrier: as many parties as it is for wait in shared memory until all are there.
//
// A party that ends while it waits, or while it runs the barrier's action, breaks the barrier for the others. A
// process that is killed in any other call hinders nobody: a round ends by one act that also wakes all who wait.
// (One that is killed in the very act of arriving may be noticed only by who arrives next.)
//
// Processes: any that map it. Threads: any; each is a party. Lifetime: constructed once, in place, in memory that is
// zero.
//
//   BarrierCore barrier(2);
//   const auto here = barrier.arrive(deadline, BarrierCore::Last::kActs);
//   if (here->is_last) { action(); barrier.finish(*here); } else { barrier.await(*here, deadline); }
#ifndef MP_BARRIER_CORE_H_
#define MP_BARRIER_CORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/life.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/spin.h"

namespace mp {

class BarrierCore {
 public:
  static constexpr uint32_t kMostParties = 1000;

  struct Arrival {
    uint32_t index;  // 0 to parties - 1, each once a round
    uint32_t round;
    bool is_last;
  };

  // Requires: 1 <= parties <= kMostParties.
  explicit BarrierCore(uint32_t parties) : parties_(parties) { os::share_lives(); }
  BarrierCore(const BarrierCore&) = delete;
  BarrierCore& operator=(const BarrierCore&) = delete;

  // What the last party of a round does: it ends the round, or runs an action first.
  enum class Last { kEndsIt, kActs };

  // Takes part in the round. Waits only while another's last party runs the action. Absent: the barrier is broken,
  // or was so at the deadline.
  std::optional<Arrival> arrive(base::Deadline deadline, Last last);
  // For the last, if it acts: ends the round, and everybody goes on. False: it was broken meanwhile.
  bool finish(const Arrival& arrival);
  // For the others: waits for that. False: the barrier was broken; at the deadline this party breaks it.
  bool await(const Arrival& arrival, base::Deadline deadline);

  // Breaks the barrier: for those who wait, and those who come until reset().
  void abort();
  // Makes it as new. Those who wait find it broken.
  void reset();

  uint32_t parties() const { return parties_; }
  uint32_t waiting();
  bool broken() const { return (round_.load() & kBroken) != 0; }

 private:
  // A party of the round: who, and from when on.
  struct Party {
    std::atomic<os::Token> token{0};
    std::atomic<uint32_t> round{0};  // one more than the number of its round; 0: of none
  };

  // The word, from the right: whether somebody sleeps on it, whether the barrier is broken, the number of the round.
  static constexpr uint32_t kSleepers = 1, kBroken = 2, kRound = 4;
  static uint32_t round_of(uint32_t word) { return word / kRound; }
  // The other word: whether somebody sleeps on it, and a number that each arrival changes.
  static constexpr uint32_t kArrival = 2;

  bool is_here(const Party& party, uint32_t round) const { return party.round.load() == round + 1; }
  bool ended_well(uint32_t round) const { return (broken_rounds_.load() >> round % 64 & 1) == 0; }
  std::vector<os::Token> others(uint32_t round, uint32_t but) const;
  bool all_live(uint32_t round) const;
  void leave(const Arrival& arrival);
  static bool mark(os::Word& word, uint32_t seen);
  static void change(os::Word& word, uint32_t amount);
  void end_round(uint32_t round, bool well, uint32_t amount);
  void break_now();

  const uint32_t parties_;
  os::RobustMutex mutex_;
  os::Word round_{0};
  os::Word arrivals_{0};  // changes with each, so that who waits looks whose life counts
  os::MutualSpinHint others_;
  std::atomic<uint64_t> broken_rounds_{0};  // of the last 64, by number modulo 64
  Party here_[kMostParties];
};

}  // namespace mp

#endif  // MP_BARRIER_CORE_H_
