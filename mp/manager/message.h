// What goes between a process and a manager's server.
//
// Whoever connects says first what for (Hello), and is told who is there (Welcome). A session is what a process is to
// the server: as long as the connection that began it is there, so are its references and its locks. Calls go through
// other connections, one at a time through each: a request, its reply, and if the reply asks for that, a word that it
// has arrived.
#ifndef MP_MANAGER_MESSAGE_H_
#define MP_MANAGER_MESSAGE_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "mp/os/life.h"

namespace mp::managed {

// Of one server, and never of another.
struct ServerId {
  uint64_t high = 0, low = 0;
  auto operator<=>(const ServerId&) const = default;
};

struct Hello {
  static constexpr uint32_t kVersion = 1;
  enum class Purpose : uint32_t {
    kSession,  // begins one
    kHeir,     // begins one that has the references of another: a forked child's
    kCalls     // of a session
  };

  uint32_t version = kVersion;
  Purpose purpose;
  uint64_t session = 0;
  uint64_t family = 0;  // by whom processes with memory in common know each other
  os::Token life = 0;   // of a process whose calls they are
};

struct Welcome {
  std::string refusal;  // empty: welcome
  ServerId server;
  uint64_t session;
  // Calls go through memory, which follows (ring_end.h), and through this connection what does not fit there.
  bool ring;
};

struct RequestHead {
  enum class Kind : uint64_t {
    kCall,
    kRelease,     // no reply: so many references to the object are gone
    kMint,        // a ticket, which is a reference to the object, for whoever shows it
    kRedeem,      // the object of a ticket; the reference is the session's from now on
    kAcknowledge  // no reply: that of the last call has arrived
  };

  Kind kind;
  uint64_t object;  // or ticket
  uint64_t method;  // or number of references
  uint64_t thread;  // the caller's, of his process
};

inline std::string_view bytes_of(const RequestHead& head) {
  return {reinterpret_cast<const char*>(&head), sizeof(head)};
}

// The first byte of a reply.
enum class Status : unsigned char {
  kReturned,           // and the value
  kReturnedIfArrived,  // likewise; what it has taken is taken when that is acknowledged
  kRaised,             // and the Failure
  kRefused             // likewise: by the server itself
};

}  // namespace mp::managed

#endif  // MP_MANAGER_MESSAGE_H_
