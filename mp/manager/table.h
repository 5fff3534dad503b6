// What a manager's server has: the objects, and who holds references to them.
//
// An object lives as long as somebody has a reference to it: a session, for as many proxies as it was given; a ticket,
// which is a proxy on its way from one process to another; and the server itself (session 0), for the proxies that lie
// in its own containers. Who is gone has none any more.
//
// Threads: any.
#ifndef MP_MANAGER_TABLE_H_
#define MP_MANAGER_TABLE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <unordered_map>
#include <vector>

#include "mp/manager/hall.h"

namespace mp::managed {

using ObjectId = uint64_t;

// What proxies stand for.
struct Object {
  const ObjectId id;
  const std::shared_ptr<void> it;
  const std::type_info& type;
  Leased* const leased;  // null: nobody can hold it
  // Whether several calls may be in it at a time. If not, they take turns; a call may call itself.
  const bool is_thread_safe;
  std::recursive_mutex turn = {};
};

class Table {
 public:
  // One for the server itself there is from the beginning.
  SessionId begin_session();
  // With the references of another. 0: there is no such session.
  SessionId begin_heir(SessionId of);
  void end_session(SessionId session);

  // Null: there is none any more.
  std::shared_ptr<Object> find(ObjectId id) const;
  // With one reference of session 0. An object that is here already is the same one.
  ObjectId add(std::shared_ptr<void> it, const std::type_info& type, Leased* leased,
               bool is_thread_safe);

  // False: there is no such object, or no such session, any more.
  bool grant(SessionId session, ObjectId id);
  void release(SessionId session, ObjectId id, uint64_t count);
  // 0: there is no such object any more.
  uint64_t mint(ObjectId id);
  // 0: the ticket was shown before, or is none.
  ObjectId redeem(SessionId session, uint64_t ticket);

  std::vector<std::shared_ptr<Object>> all() const;

 private:
  struct Entry {
    std::shared_ptr<Object> object;
    uint64_t references = 0;
  };
  using Grants = std::unordered_map<ObjectId, uint64_t>;
  // Objects that are to be destroyed when nothing is locked.
  using Dropped = std::vector<std::shared_ptr<Object>>;

  void drop(ObjectId id, uint64_t count, Dropped* dropped);

  mutable std::mutex mutex_;  // over the rest
  ObjectId last_ = 0;
  std::unordered_map<ObjectId, Entry> objects_;
  std::unordered_map<const void*, ObjectId> by_place_;
  std::unordered_map<SessionId, Grants> sessions_ = {{0, {}}};
  std::unordered_map<uint64_t, ObjectId> tickets_;
};

// Never 0, and nobody's guess. Raises: base::OsError
uint64_t random_number();

}  // namespace mp::managed

#endif  // MP_MANAGER_TABLE_H_
