// A meeting place: as many as it is for wait until all are there.
//
// Unlike Python: a party that ends while it waits, or runs the action, breaks the barrier for the others
// (barrier.death_of_a_party_breaks_it).
//
// Processes: every one that holds the barrier may call every method. Threads: each is a party of its own.
// Lifetime:  handles are cheap copies of one barrier; it goes with the last one.
//
//   mp::Barrier alone(1);
//   alone.wait();                       // 0
//   mp::Barrier both(2, {.timeout = 10ms});
//   both.wait();                        // raises mp::BrokenBarrierError
//   both.reset();
#ifndef MP_BARRIER_H_
#define MP_BARRIER_H_

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

#include "mp/barrier_core.h"
#include "mp/errors.h"
#include "mp/os/arena.h"
#include "mp/shared_handle.h"
#include "mp/target.h"
#include "mp/timeout.h"
#include "mp/wire/travels.h"

namespace mp {

// A function, or a lambda that captures nothing, and its arguments: {report, total}.
class BarrierAction {
 public:
  BarrierAction() = default;
  template <class F, class... Args>
  requires(!std::same_as<F, BarrierAction>) BarrierAction(F function, Args... args)
      : target_(make_target(function, std::move(args)...)) {}

 private:
  friend class Barrier;
  std::shared_ptr<Target> target_;
};

struct BarrierOptions {
  BarrierAction action = {};  // run by one of the parties when all are there, before any goes on
  Timeout timeout = {};       // for wait() without one
};

class Barrier : public wire::Handle {
 public:
  // Raises: ValueError if `parties` is not between 1 and 1000.
  explicit Barrier(int parties, BarrierOptions options = {})
      : options_(std::move(options)),
        shared_(os::SharedObject<BarrierCore>::make(checked(parties))) {}

  // Waits until all parties do. Returns a number below parties(), to each another one.
  // Raises: BrokenBarrierError if the barrier is or gets broken, by abort(), reset(), a party's end, a time that is up
  // (also this one's) or an action that raised; and what the action raised to the party that ran it.
  int wait(Timeout timeout = {}) {
    const base::Deadline deadline = deadline_of(timeout ? timeout : options_.timeout);
    using Last = BarrierCore::Last;
    const Last last = options_.action.target_ != nullptr ? Last::kActs : Last::kEndsIt;
    const std::optional<BarrierCore::Arrival> here = shared_->arrive(deadline, last);
    if (!here) throw BrokenBarrierError();
    const bool ended_well = !here->is_last        ? shared_->await(*here, deadline)
                            : last == Last::kActs ? act_and_finish(*here)
                                                  : true;
    if (!ended_well) throw BrokenBarrierError();
    return static_cast<int>(here->index);
  }

  // Those who wait raise BrokenBarrierError; after abort() those who come, too.
  void reset() { shared_->reset(); }
  void abort() { shared_->abort(); }

  int parties() const { return static_cast<int>(shared_->parties()); }
  // Of a moment that has passed when they return.
  int n_waiting() const { return static_cast<int>(shared_->waiting()); }
  bool broken() const { return shared_->broken(); }

  void pack(Writer& out) const {
    pack_object(out, shared_);
    const auto& action = options_.action.target_;
    out.write(action != nullptr);
    if (action != nullptr) action->pack(out);
    out.write(options_.timeout);
  }
  static Barrier unpack(Reader& in) {
    auto shared = unpack_object<BarrierCore>(in);
    BarrierOptions options;
    if (in.read<bool>()) options.action.target_ = unpack_target(in);
    options.timeout = in.read<Timeout>();
    return Barrier(std::move(shared), options);
  }

 private:
  Barrier(os::SharedObject<BarrierCore> shared, BarrierOptions options)
      : options_(std::move(options)), shared_(std::move(shared)) {}

  static uint32_t checked(int parties) {
    if (parties < 1 || parties > static_cast<int>(BarrierCore::kMostParties))
      throw ValueError("a barrier is for 1 to 1000 parties");
    return static_cast<uint32_t>(parties);
  }

  bool act_and_finish(const BarrierCore::Arrival& here) {
    try {
      options_.action.target_->run();
    } catch (...) {
      shared_->abort();
      throw;
    }
    return shared_->finish(here);
  }

  BarrierOptions options_;
  os::SharedObject<BarrierCore> shared_;
};

}  // namespace mp

#endif  // MP_BARRIER_H_
