// One thing that was tried with an adapter: how it went, what was seen, and what to read.
//
// A check returns what it saw, and ends early through one of fail(), note(), skip() and stuck().
#ifndef TOOLS_SMOKE_CHECK_H_
#define TOOLS_SMOKE_CHECK_H_

#include <string>
#include <vector>

namespace mpcheck::smoke {

enum class Standing { kGood, kFailed, kNoted, kNotTried };

struct Check {
  Standing standing;
  std::string title;   // "says hello"
  std::string detail;  // what was seen; of a failure also what is wrong and what to do
  int section;         // of PROTOCOL.md; 0: none
};

// A list for people: one line each, and of what failed what is wrong.
std::string text_of(const std::vector<Check>& checks);
bool all_well(const std::vector<Check>& checks);

// How a check ends early: with what was seen.
struct Ends {
  Standing standing;
  std::string detail;
  bool is_stuck = false;  // nothing more can be asked of this main puppet
};
[[noreturn]] void fail(std::string detail);
[[noreturn]] void stuck(std::string detail);  // it failed, and main can do nothing else any more
[[noreturn]] void note(std::string detail);   // works, but whoever reads it should know
[[noreturn]] void skip(std::string detail);   // there is nothing to try

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_CHECK_H_
