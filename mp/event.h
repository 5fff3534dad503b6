// A flag that processes wait for.
//
// Processes: every one that holds the event may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies of one event; it goes with the last one.
//
//   mp::Event ready;
//   ready.wait(10ms);  // false
//   ready.set();
//   ready.wait();      // true
//   ready.clear();
#ifndef MP_EVENT_H_
#define MP_EVENT_H_

#include <utility>

#include "mp/event_core.h"
#include "mp/os/arena.h"
#include "mp/shared_handle.h"
#include "mp/timeout.h"
#include "mp/wire/travels.h"

namespace mp {

class Event : public wire::Handle {
 public:
  Event() : shared_(os::SharedObject<EventCore>::make()) {}

  // Then: what was done before is seen by everybody whom wait() lets go.
  void set() { shared_->set(); }
  void clear() { shared_->clear(); }
  bool is_set() const { return shared_->is_set(); }
  // Waits until it is set, if only for a moment. False: it was never so until the time was up.
  bool wait(Timeout timeout = {}) { return shared_->wait(deadline_of(timeout)); }

  void pack(Writer& out) const { pack_object(out, shared_); }
  static Event unpack(Reader& in) { return Event(unpack_object<EventCore>(in)); }

 private:
  explicit Event(os::SharedObject<EventCore> shared) : shared_(std::move(shared)) {}

  os::SharedObject<EventCore> shared_;
};

}  // namespace mp

#endif  // MP_EVENT_H_
