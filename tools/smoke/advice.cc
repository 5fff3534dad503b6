#include "tools/smoke/advice.h"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/protocol/json.h"

namespace mpcheck::smoke {
namespace {

// By the diagnosis that begins what the stage says.
const std::map<std::string, Advice, std::less<>>& all_advice() {
  static const std::map<std::string, Advice, std::less<>> kAll = {
      {"never_connected",
       {2,
        "connect to the address in MPCHECK_ADDRESS and send a hello as `main`, one line of JSON"}},
      {"ended_early",
       {7,
        "the main program lives and obeys until it is told puppet.return, .raise, .exit or "
        "._exit"}},
      {"bad_hello", {3, "the first line on each connection is the hello"}},
      {"wrong_token", {2, "repeat what MPCHECK_TOKEN holds"}},
      {"duplicate_hello", {3, "one hello a connection, and one connection a puppet"}},
      {"unknown_puppet",
       {7, "a puppet has the name that the runner gave: `main`, or the argument `puppet`"}},
      {"bad_json", {2, "what is no message goes to standard error instead"}},
      {"bad_reply", {5, "a reply has the command's id and exactly one of ok, raise, unsupported"}},
      {"line_too_long",
       {2, "a line has at most 1048576 bytes; answer `unsupported` where it would be more"}},
      {"half_line", {2, "end each message with a newline, and flush"}},
      {"reply_to_nothing", {5, "answer with the id of the command"}},
      {"reply_twice", {5, "answer each command once"}},
      {"connection_lost",
       {2, "a puppet keeps its connection for its life; a child makes one of its own"}},
      {"hung", {12, "this command cannot wait: answer it at once"}},
  };
  return kAll;
}

bool is_message(std::string_view line) {
  const conformance::Json j = conformance::Json::parse(line, nullptr, /*allow_exceptions=*/false);
  return j.is_object() && (j.contains("mpcheck") || j.contains("id"));
}

}  // namespace

const Advice* advice_on(std::string_view diagnosis) {
  const auto found = all_advice().find(diagnosis.substr(0, diagnosis.find(':')));
  return found == all_advice().end() ? nullptr : &found->second;
}

std::string what_it_printed(std::string_view out, std::string_view err) {
  std::string text;
  const std::vector<std::string_view> lines = absl::StrSplit(out, '\n');
  if (std::any_of(lines.begin(), lines.end(), is_message))
    absl::StrAppend(&text, "\nits standard output holds messages; they belong on the connection");
  constexpr size_t kEnd = 1000;
  if (!err.empty())
    absl::StrAppend(&text, "\nits standard error ends:\n",
                    err.substr(err.size() - std::min(err.size(), kEnd)));
  return text;
}

}  // namespace mpcheck::smoke
