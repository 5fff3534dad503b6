// What the author of an adapter should do about each way of breaking the protocol.
#ifndef TOOLS_SMOKE_ADVICE_H_
#define TOOLS_SMOKE_ADVICE_H_

#include <string>
#include <string_view>

namespace mpcheck::smoke {

struct Advice {
  int section;  // of PROTOCOL.md
  const char* text;
};

// For a diagnosis of the stage's: "bad_json: ...". Null where there is nothing to add to it.
const Advice* advice_on(std::string_view diagnosis);

// What a program that could not be understood has printed, as far as it tells why: messages on its standard output, and
// the end of its standard error. Empty, or lines that each begin with a newline.
std::string what_it_printed(std::string_view out, std::string_view err);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_ADVICE_H_
