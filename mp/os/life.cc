#include "mp/os/life.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include "base/os_error.h"
#include "mp/os/kill_point.h"
#include "mp/os/quiet_thread.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/shared_file.h"

namespace mp::os {
namespace {

// A life is a robust mutex that its process locks and never unlocks. The mutex's first word is the one that
// the kernel knows: the thread that holds it, and two marks (futex(2), get_robust_list(2)).
struct Life {
  RobustMutex mutex;
  std::atomic<uint32_t> generation{0};  // of who has the place, or had it last

  Word& word() { return reinterpret_cast<Word&>(mutex); }
};

struct Table {
  RobustMutex mutex;
  uint32_t used = 0;  // places that have ever been taken; the others are not made yet
  alignas(Life) std::byte lives[kMostLives * sizeof(Life)];

  Life& life(uint32_t place) { return reinterpret_cast<Life&>(lives[place * sizeof(Life)]); }
};

constexpr uint32_t kGenerations = (uint32_t{1} << 31) / kMostLives;

uint32_t place_of(Token token) { return token % kMostLives; }
uint32_t generation_of(Token token) { return token / kMostLives; }

// What a process knows. A forked child has the same table, and a life of its own.
struct Knowledge {
  std::mutex mutex;
  std::optional<SharedFile> file;
  View view;
  std::atomic<Table*> table{nullptr};
  std::vector<View> left;  // of tables that others have taken the place of
};

Knowledge& knowledge() {
  static Knowledge& it = *new Knowledge;  // never destroyed: threads may wait at the program's end
  return it;
}

void forget_in_child() {
  Knowledge& k = knowledge();
  g_my_token.store(0, std::memory_order_relaxed);
  new (&k.mutex) std::mutex;  // a thread that is not there may have locked it
}

// Requires: the mutex.
Table& use(Knowledge& k, SharedFile file, View view) {
  if (int error = ::pthread_atfork(nullptr, nullptr, forget_in_child))
    throw base::OsError(error, "prepare for forks");
  k.file = std::move(file);
  k.view = std::move(view);
  Table* table = reinterpret_cast<Table*>(k.view.data());
  k.table.store(table, std::memory_order_release);
  return *table;
}

Table& table() {
  Knowledge& k = knowledge();
  if (Table* made = k.table.load(std::memory_order_acquire)) return *made;
  std::scoped_lock hold(k.mutex);
  if (Table* made = k.table.load(std::memory_order_acquire)) return *made;
  SharedFile file = SharedFile::make("mp-lives", sizeof(Table));
  View view = file.view(0, sizeof(Table));
  new (&reinterpret_cast<Table*>(view.data())->mutex) RobustMutex;
  return use(k, std::move(file), std::move(view));
}

bool is_dead(uint32_t word) { return (word & FUTEX_TID_MASK) == 0; }

// Takes a place for the calling thread, whose end is then that of the life.
Token take_place(Table& table) {
  RobustLock hold(table.mutex);
  uint32_t place = 0;
  while (place < table.used && !is_dead(table.life(place).word().load())) ++place;
  if (place == kMostLives) throw base::OsError(EAGAIN, "find a place for one more process");
  Life& life = table.life(place);
  if (place == table.used) {
    new (&life) Life;
    MP_KILL_POINT();
    ++table.used;
    MP_KILL_POINT();
  }
  uint32_t generation = (life.generation.load() + 1) % kGenerations;
  if (generation == 0) generation = 1;  // no token is 0
  // Before it lives again: who asks for the life that was must not take this one for it.
  life.generation.store(generation);
  MP_KILL_POINT();
  life.mutex.lock();
  MP_KILL_POINT();
  return place + kMostLives * generation;
}

// For a life that must not end with the calling thread: a thread that does nothing else.
Token take_place_by_keeper(Table& table) {
  std::promise<Token> promise;
  std::future<Token> token = promise.get_future();
  quiet_thread([&table, promise = std::move(promise)]() mutable {
    try {
      promise.set_value(take_place(table));
    } catch (...) {
      promise.set_exception(std::current_exception());
      return;
    }
    while (true) ::pause();
  }).detach();
  return token.get();
}

// The kernel wakes one sleeper when a life ends. While this object lives, it wakes another one if this thread
// is killed, in case that it was the one.
class PassesOnTheNews {
 public:
  explicit PassesOnTheNews(RobustMutex& life) { list_.begin(life); }
  PassesOnTheNews(const PassesOnTheNews&) = delete;
  PassesOnTheNews& operator=(const PassesOnTheNews&) = delete;
  ~PassesOnTheNews() { list_.end(); }

 private:
  RobustMutex::List list_ = RobustMutex::List::mine();
};

enum class Slept { kWoken, kTimedOut, kInterrupted };

// Words that a thread is about to sleep on, all at once.
class SleptOn {
 public:
  void add(const Word& word, uint32_t expected) {
    words_[count_++] = {
        .val = expected, .uaddr = reinterpret_cast<uintptr_t>(&word), .flags = FUTEX_32};
  }

  // False: it has ended, or something has happened to it: look again.
  bool add_life(Token token) {
    Life& life = table().life(place_of(token));
    uint32_t state = life.word().load();
    if (!is_alive(token) || is_dead(state)) return false;
    // The kernel wakes somebody only if it finds this mark.
    if ((state & FUTEX_WAITERS) == 0 &&
        !life.word().compare_exchange_strong(state, state | FUTEX_WAITERS)) {
      return false;
    }
    add(life.word(), state | FUTEX_WAITERS);
    return true;
  }

  Slept sleep(base::Deadline deadline) {
    const timespec when = deadline.is_never() ? timespec{} : deadline.absolute();
    const long result = ::syscall(SYS_futex_waitv, words_.data(), count_, 0,
                                  deadline.is_never() ? nullptr : &when, CLOCK_MONOTONIC);
    if (result >= 0 || errno == EAGAIN) return Slept::kWoken;
    if (errno == ETIMEDOUT) return Slept::kTimedOut;
    if (errno == EINTR) return Slept::kInterrupted;
    throw base::OsError(errno, "sleep on words in shared memory and on their owners' lives");
  }

 private:
  std::array<futex_waitv, FUTEX_WAITV_MAX> words_;
  unsigned count_ = 0;
};

}  // namespace

constinit std::atomic<Token> g_my_token{0};

Token ask_for_my_token() {
  Table& lives = table();
  std::scoped_lock hold(knowledge().mutex);
  Token mine = g_my_token.load();
  if (mine == 0) {
    const bool main_thread = ::syscall(SYS_gettid) == ::getpid();
    mine = main_thread ? take_place(lives) : take_place_by_keeper(lives);
    g_my_token.store(mine, std::memory_order_release);
  }
  return mine;
}

void share_lives() { table(); }

int lives_fd() {
  table();
  return knowledge().file->fd();
}

void adopt_lives(base::UniqueFd fd) {
  Knowledge& k = knowledge();
  SharedFile file = SharedFile::adopt(std::move(fd));
  View view = file.view(0, sizeof(Table));
  std::scoped_lock hold(k.mutex);
  // Global objects may have made a table, and this process may have a life in it, which it keeps.
  k.left.push_back(std::move(k.view));
  g_my_token.store(0);
  use(k, std::move(file), std::move(view));
}

bool is_alive(Token token) {
  Life& life = table().life(place_of(token));
  return life.generation.load() == generation_of(token) && !is_dead(life.word().load());
}

bool sleep_on_word_or_life(const Word& word, uint32_t expected, Token owner,
                           base::Deadline deadline) {
  Life& life = table().life(place_of(owner));
  SleptOn either;
  either.add(word, expected);
  if (!either.add_life(owner)) return true;
  Slept slept;
  {
    PassesOnTheNews pending(life.mutex);
    slept = either.sleep(deadline);
    MP_KILL_POINT();
    if (is_dead(life.word().load())) wake_all(life.word());
  }
  if (slept == Slept::kInterrupted) check_interrupt();
  return slept != Slept::kTimedOut;
}

bool sleep_on_words_or_lives(std::initializer_list<WordAndValue> words,
                             std::span<const Token> lives, base::Deadline deadline) {
  SleptOn any;
  for (const WordAndValue& each : words) any.add(each.word, each.expected);
  for (Token each : lives.first(std::min(lives.size(), kMostSleptOn))) {
    if (!any.add_life(each)) return true;
  }
  const Slept slept = any.sleep(deadline);
  MP_KILL_POINT();
  if (slept == Slept::kInterrupted) check_interrupt();
  return slept != Slept::kTimedOut;
}

}  // namespace mp::os
