// Whether a process lives, as something that others can wait for.
//
// Whoever holds a lock leaves its token in it. Who waits for the lock sleeps on the lock's word and on its owner's
// life at once, without a time limit, and wakes when either changes: the kernel itself marks the life of a process
// that ends, however it ends, and wakes a sleeper.
//
// A token is a place in a table that a process and its children share, and how often the place had been
// taken before; so the token of a dead process never becomes another's within half a million processes.
//
// Threads: any. A process is alive here until its main thread has ended.
//
//   const Token me = my_token();
//   Word& owner = ...;                                     // in shared memory; 0: nobody
//   sleep_on_word_or_life(owner, his, his, deadline);      // he lets go, or dies
//   if (!is_alive(his)) ...
#ifndef MP_OS_LIFE_H_
#define MP_OS_LIFE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/os/futex.h"

namespace mp::os {

// Never 0, and less than 2^31.
using Token = uint32_t;

// 0: nobody has asked yet in this process.
extern constinit std::atomic<Token> g_my_token;
Token ask_for_my_token();

// This process's. Raises: base::OsError if there is no memory, or no place for one more process.
inline Token my_token() {
  const Token mine = g_my_token.load(std::memory_order_acquire);
  return mine != 0 ? mine : ask_for_my_token();
}

bool is_alive(Token token);

// Sleeps while `word` holds `expected` and the process of `owner` lives. Returns at any time, like sleep_on().
// False: the deadline has passed.
bool sleep_on_word_or_life(const Word& word, uint32_t expected, Token owner,
                           base::Deadline deadline);

// The same with several words, of which any may change, and lives, of which any may end. Of several sleepers
// on one life only one may wake: let each sleep on the lives of the others, or wake them. At most kMostSleptOn
// lives; the others are not looked at.
struct WordAndValue {
  const Word& word;
  uint32_t expected;
};
inline constexpr size_t kMostSleptOn = 120;
bool sleep_on_words_or_lives(std::initializer_list<WordAndValue> words,
                             std::span<const Token> lives, base::Deadline deadline);

// Makes the table, if there is none: for all children that are forked from now on.
void share_lives();

// The table goes to a process that is no forked child by its descriptor. Requires: nobody waits for a life there.
int lives_fd();
void adopt_lives(base::UniqueFd fd);

// How many processes can live at a time.
inline constexpr uint32_t kMostLives = 4096;

}  // namespace mp::os

#endif  // MP_OS_LIFE_H_
