#include "tools/smoke/basics.h"

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/smoke/calls.h"
#include "tools/smoke/check.h"

namespace mpcheck::smoke {
namespace {

using conformance::About;
using conformance::Call;
using conformance::Op;
using conformance::Returned;
using conformance::Stage;
using conformance::Value;

constexpr const char* kUnknown = "smoke.no_such_operation";

std::vector<Value> values_of_all_kinds() {
  return {nullptr,
          true,
          false,
          0,
          -1,
          int64_t{9223372036854775807},
          int64_t{-9223372036854775807} - 1,
          0.0,
          1.0,
          -2.5e300,
          "",
          "text, \"quoted\", \xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d\n\t\\",
          Value::bytes(""),
          Value::bytes(std::string("\0\xff\n", 3)),
          Value::bytes(std::string(4096, 'x')),
          Value::blob(5000, 7),
          Value::list({}),
          Value::list({1, "two", Value::list({nullptr})}),
          Value::tuple({}),
          Value::tuple({1, Value::tuple({2.0})}),
          Value::dict({}),
          Value::dict({{"k", Value::list({1})}, {2, nullptr}})};
}

// A double that came back as the integer that it equals.
bool is_one_number(const Value& sent, const Value& back) {
  const double* number = sent.get_if<double>();
  const int64_t* whole = back.get_if<int64_t>();
  return number != nullptr && whole != nullptr && *number == static_cast<double>(*whole);
}

// A command with `if` is left out when the one that it depends on did not succeed.
void does_only_what_is_due(Stage& stage) {
  Op batch{.name = "batch", .batch = {{.name = kUnknown}, {.name = "puppet.ids", .if_before = 1}}};
  is_supported([&] { (void)stage.main().does(batch); });  // the first of the two is not
  const Call::Record& last = *stage.calls().back();
  if (!last.reply || last.reply->batch.size() != 2) fail("a batch of two has not two replies");
  const auto* second = std::get_if<Returned>(&last.reply->batch[1].result);
  if (second == nullptr || !(second->value == Value(false)))
    fail("`\"if\":1` after a command that did not succeed: the reply is not {\"ok\":false}");
}

}  // namespace

std::string says_hello(Stage& stage) {
  (void)stage.main();
  const About& about = stage.about();
  return absl::StrCat(about.name, " ", about.version, ", ", about.language, ", start method ",
                      about.start_method);
}

std::string tells_who_it_is(Stage& stage, const conformance::Checker& heard) {
  constexpr int kHello = 3;
  for (const conformance::Breach& each : heard.breaches()) {
    if (each.section == kHello) fail(absl::StrCat(each.says, "\n", each.line));
  }
  conformance::Puppet& main = stage.main();
  if (main.ppid() != ::getpid())
    fail(absl::StrCat("it says that its parent is ", main.ppid(), ", but ", ::getpid(),
                      " has started it"));
  const About& about = stage.about();
  for (const auto& [name, text] : {std::pair("name", about.name),
                                   {"version", about.version},
                                   {"language", about.language},
                                   {"start_method", about.start_method}}) {
    if (text.empty()) fail(absl::StrCat("\"", name, "\" in \"about\" is empty"));
  }
  const std::optional<Value> ids = result_if_supported(main, {.name = "puppet.ids"});
  if (!ids) note("puppet.ids is unsupported; the hello's pid is right");
  const Value* pid = ids->find("pid");
  if (pid == nullptr || !(*pid == Value(int64_t{main.pid()})))
    fail(absl::StrCat("puppet.ids tells ", ids->text(), ", but the hello's pid is ", main.pid()));
  return "";
}

std::string knows_its_limits(Stage& stage) {
  is_supported([&] {
    const Call call = stage.main().does({.name = kUnknown});
    fail(absl::StrCat(kUnknown, ", which nobody has, ", conformance::text_of(call.outcome())));
  });
  return "";
}

std::string keeps_values(Stage& stage) {
  const std::vector<Value> all = values_of_all_kinds();
  std::string lost;
  for (const Value& value : all) {
    const Op set = {.name = "global.set", .args = {{"name", "smoke"}, {"value", value}}};
    if (!result_if_supported(stage.main(), set))
      note("global.set is unsupported: nothing to try values with");
    const Value back = result_of(stage.main(), {.name = "global.get", .args = {{"name", "smoke"}}});
    if (is_one_number(value, back)) {
      lost = absl::StrCat(value.text(), " came back as ", back.text(),
                          ": a language with one kind of number?");
    } else if (!(back == value.as_received())) {
      fail(absl::StrCat(value.text(), " came back as ", back.text()));
    }
  }
  if (!lost.empty()) note(lost);
  return absl::StrCat(all.size(), " values of all kinds");
}

std::string does_a_batch(Stage& stage) {
  const Op batch{
      .name = "batch", .batch = {{.name = "puppet.ids"}, {.name = "puppet.ids"}}, .times = 3};
  const bool does_batches = is_supported([&] {
    const Call call = stage.main().does(batch);
    if (call.batch().size() != 6)
      fail(absl::StrCat("twice puppet.ids, 3 times over, has ", call.batch().size(), " replies"));
  });
  if (!does_batches) note("unsupported, and so are all claims of races");
  if (!stage.has_feature("batch.if")) return "";
  does_only_what_is_due(stage);
  return "`if` as well";
}

}  // namespace mpcheck::smoke
