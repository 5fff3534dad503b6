#include "mp/manager/table.h"

#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "base/os_error.h"

namespace mp::managed {

uint64_t random_number() {
  uint64_t number = 0;
  while (number == 0)
    base::check(::getrandom(&number, sizeof(number), 0), "make a number that nobody guesses");
  return number;
}

SessionId Table::begin_session() {
  const SessionId session = random_number();
  std::scoped_lock hold(mutex_);
  sessions_[session];
  return session;
}

SessionId Table::begin_heir(SessionId of) {
  const SessionId session = random_number();
  std::scoped_lock hold(mutex_);
  const auto found = sessions_.find(of);
  if (found == sessions_.end()) return 0;
  const Grants inherited = found->second;
  for (const auto& [id, count] : inherited) objects_.at(id).references += count;
  sessions_[session] = inherited;
  return session;
}

void Table::end_session(SessionId session) {
  Dropped dropped;
  std::scoped_lock hold(mutex_);
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const Grants grants = std::move(found->second);
  sessions_.erase(found);
  for (const auto& [id, count] : grants) drop(id, count, &dropped);
}

std::shared_ptr<Object> Table::find(ObjectId id) const {
  std::scoped_lock hold(mutex_);
  const auto found = objects_.find(id);
  return found != objects_.end() ? found->second.object : nullptr;
}

ObjectId Table::add(std::shared_ptr<void> it, const std::type_info& type, Leased* leased,
                    bool is_thread_safe) {
  std::scoped_lock hold(mutex_);
  const auto [known, is_new] = by_place_.try_emplace(it.get(), last_ + 1);
  const ObjectId id = known->second;
  if (is_new) {
    last_ = id;
    objects_[id].object.reset(new Object{.id = id,
                                         .it = std::move(it),
                                         .type = type,
                                         .leased = leased,
                                         .is_thread_safe = is_thread_safe});
  }
  ++objects_[id].references;
  ++sessions_[0][id];
  return id;
}

bool Table::grant(SessionId session, ObjectId id) {
  std::scoped_lock hold(mutex_);
  const auto to = sessions_.find(session);
  const auto object = objects_.find(id);
  if (to == sessions_.end() || object == objects_.end()) return false;
  ++object->second.references;
  ++to->second[id];
  return true;
}

void Table::release(SessionId session, ObjectId id, uint64_t count) {
  Dropped dropped;
  std::scoped_lock hold(mutex_);
  const auto from = sessions_.find(session);
  if (from == sessions_.end()) return;
  const auto granted = from->second.find(id);
  if (granted == from->second.end()) return;
  const uint64_t given_back = std::min(count, granted->second);
  granted->second -= given_back;
  if (granted->second == 0) from->second.erase(granted);
  drop(id, given_back, &dropped);
}

uint64_t Table::mint(ObjectId id) {
  const uint64_t ticket = random_number();
  std::scoped_lock hold(mutex_);
  const auto object = objects_.find(id);
  if (object == objects_.end()) return 0;
  ++object->second.references;
  tickets_[ticket] = id;
  return ticket;
}

ObjectId Table::redeem(SessionId session, uint64_t ticket) {
  std::scoped_lock hold(mutex_);
  const auto found = tickets_.find(ticket);
  const auto to = sessions_.find(session);
  if (found == tickets_.end() || to == sessions_.end()) return 0;
  const ObjectId id = found->second;
  tickets_.erase(found);
  ++to->second[id];
  return id;
}

std::vector<std::shared_ptr<Object>> Table::all() const {
  std::scoped_lock hold(mutex_);
  std::vector<std::shared_ptr<Object>> objects;
  for (const auto& [id, entry] : objects_) objects.push_back(entry.object);
  return objects;
}

// Requires: the mutex.
void Table::drop(ObjectId id, uint64_t count, Dropped* dropped) {
  const auto found = objects_.find(id);
  found->second.references -= count;
  if (found->second.references != 0) return;
  by_place_.erase(found->second.object->it.get());
  dropped->push_back(std::move(found->second.object));
  objects_.erase(found);
}

}  // namespace mp::managed
