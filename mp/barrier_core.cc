#include "mp/barrier_core.h"

#include <utility>

#include "mp/os/kill_point.h"

namespace mp {

// Says on a word that somebody is going to sleep there. False: it is not as it was.
bool BarrierCore::mark(os::Word& word, uint32_t seen) {
  return (seen & kSleepers) != 0 || word.compare_exchange_strong(seen, seen | kSleepers);
}

// Adds to a word, and wakes who sleeps there. Requires: the mutex; marks alone are set without.
void BarrierCore::change(os::Word& word, uint32_t amount) {
  uint32_t seen = word.load();
  while ((seen & kSleepers) == 0) {
    MP_KILL_POINT();
    if (word.compare_exchange_weak(seen, seen + amount)) return;
  }
  os::add_and_wake_all(word, amount - kSleepers);
}

std::vector<os::Token> BarrierCore::others(uint32_t round, uint32_t but) const {
  std::vector<os::Token> tokens;
  for (uint32_t i = 0; i < parties_; ++i) {
    if (i != but && is_here(here_[i], round)) tokens.push_back(here_[i].token.load());
  }
  return tokens;
}

bool BarrierCore::all_live(uint32_t round) const {
  for (os::Token each : others(round, parties_)) {
    if (!os::is_alive(each)) return false;
  }
  return true;
}

// Requires: the mutex, and `round` to be under way.
void BarrierCore::end_round(uint32_t round, bool well, uint32_t amount) {
  const uint64_t bit = uint64_t{1} << round % 64;
  const uint64_t rounds = broken_rounds_.load();
  broken_rounds_.store(well ? rounds & ~bit : rounds | bit);
  MP_KILL_POINT();
  change(round_, amount);
  MP_KILL_POINT();
}

// Requires: the mutex.
void BarrierCore::break_now() {
  if (!broken()) end_round(round_of(round_.load()), false, kRound + kBroken);
}

std::optional<BarrierCore::Arrival> BarrierCore::arrive(base::Deadline deadline, Last last) {
  const os::Token me = os::my_token();
  while (true) {
    uint32_t word;
    std::vector<os::Token> all;
    {
      os::RobustLock hold(mutex_);
      others_.leave();
      word = round_.load();
      const uint32_t round = round_of(word);
      if (!broken() && !all_live(round)) break_now();
      if (broken()) return std::nullopt;
      uint32_t place = 0;
      while (place < parties_ && is_here(here_[place], round)) ++place;
      if (place < parties_) {
        const bool is_last = others(round, place).size() + 1 == parties_;
        if (is_last && last == Last::kEndsIt) {
          // By one act: the others are woken once, and who is killed before it was never here.
          end_round(round, true, kRound);
          return Arrival{.index = place, .round = round, .is_last = true};
        }
        here_[place].token.store(me);
        MP_KILL_POINT();
        here_[place].round.store(round + 1);
        MP_KILL_POINT();
        change(arrivals_, kArrival);
        MP_KILL_POINT();
        return Arrival{.index = place, .round = round, .is_last = is_last};
      }
      all = others(round, parties_);
    }
    // All are there, and one of them runs the action: the next round is ours.
    if (!mark(round_, word)) continue;
    if (!os::sleep_on_words_or_lives({{round_, word | kSleepers}}, all, deadline)) {
      abort();
      return std::nullopt;
    }
  }
}

bool BarrierCore::finish(const Arrival& arrival) {
  os::RobustLock hold(mutex_);
  const uint32_t word = round_.load();
  if (round_of(word) != arrival.round) return false;
  end_round(arrival.round, true, kRound);
  return true;
}

void BarrierCore::leave(const Arrival& arrival) {
  os::RobustLock hold(mutex_);
  if (round_of(round_.load()) == arrival.round) here_[arrival.index].round.store(0);
}

bool BarrierCore::await(const Arrival& arrival, base::Deadline deadline) {
  const auto is_over = [&] { return round_of(round_.load()) != arrival.round; };
  bool interruptible = !deadline.passed() && !others_.spin_until(is_over);
  while (true) {
    const uint32_t arrivals = arrivals_.load();
    const uint32_t word = round_.load();
    if (round_of(word) != arrival.round) return ended_well(arrival.round);
    const bool in_time = !deadline.passed();
    if (!in_time || !all_live(arrival.round)) {
      os::RobustLock hold(mutex_);
      MP_KILL_POINT();
      if (round_of(round_.load()) == arrival.round) break_now();
      continue;
    }
    if (!mark(arrivals_, arrivals) || !mark(round_, word)) continue;
    MP_KILL_POINT();
    try {
      // No sleep was there to be interrupted while it spun.
      if (std::exchange(interruptible, false)) os::check_interrupt();
      os::sleep_on_words_or_lives({{round_, word | kSleepers}, {arrivals_, arrivals | kSleepers}},
                                  others(arrival.round, arrival.index), deadline);
    } catch (...) {  // a signal's handler has thrown
      leave(arrival);
      throw;
    }
  }
}

void BarrierCore::abort() {
  os::RobustLock hold(mutex_);
  MP_KILL_POINT();
  break_now();
}

void BarrierCore::reset() {
  os::RobustLock hold(mutex_);
  MP_KILL_POINT();
  const uint32_t word = round_.load();
  if ((word & kBroken) != 0) {
    end_round(round_of(word), false, kRound - kBroken);
  } else if (!others(round_of(word), parties_).empty()) {
    end_round(round_of(word), false, kRound);
  }
}

uint32_t BarrierCore::waiting() {
  os::RobustLock hold(mutex_);
  const uint32_t word = round_.load();
  const auto here = static_cast<uint32_t>(others(round_of(word), parties_).size());
  return here == parties_ ? 0 : here;  // the last one runs the action
}

}  // namespace mp
