// What one thread closes while others are still inside.
//
// Who uses a resource enters and leaves. Who closes the gate keeps newcomers out; the resource is cleared away by
// whoever is told that nobody is inside any more: the last one to leave, or the one who closed.
//
// Threads: any. Processes: a forked child has a gate of its own, with nobody inside but the thread that forked, which
// leaves without being counted.
//
//   if (!gate.enter()) throw ValueError("closed");
//   use(file);
//   if (gate.leave()) file.reset();
//
//   if (gate.close()) file.reset();  // another thread
#ifndef MP_OS_GATE_H_
#define MP_OS_GATE_H_

#include <atomic>
#include <cstdint>

namespace mp::os {

class Gate {
 public:
  // Raises: base::OsError
  Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  bool is_closed() const { return (state_.load(std::memory_order_acquire) & kClosed) != 0; }

  // False: it is closed.
  bool enter();
  // Both: true for exactly one caller, of whom there will be no other user.
  bool leave();
  bool close();

 private:
  // Who is inside, counted since this process was forked; closed or not; and which process this is, by the
  // number of forks that lie before it.
  static constexpr uint64_t kOne = 1, kClosed = uint64_t{1} << 31, kFork = uint64_t{1} << 32;

  std::atomic<uint64_t> state_{0};
};

}  // namespace mp::os

#endif  // MP_OS_GATE_H_
