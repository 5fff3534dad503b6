#include "tools/smoke/smoke.h"

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/protocol/checker.h"
#include "conformance/stage/stage.h"
#include "conformance/stage/wire_tap.h"
#include "tools/smoke/advice.h"
#include "tools/smoke/basics.h"
#include "tools/smoke/features.h"
#include "tools/smoke/puppets.h"
#include "tools/smoke/recipes.h"
#include "tools/smoke/restarts.h"

namespace mpcheck::smoke {
namespace {

using conformance::Abandon;
using conformance::Checker;
using conformance::Stage;
using conformance::TesteeSpec;

std::string keeps_to_the_protocol(const Checker& heard) {
  std::string all;
  for (const conformance::Breach& each : heard.breaches())
    absl::StrAppend(&all, all.empty() ? "" : "\n", each.text());
  if (!all.empty()) fail(all);
  const Checker::Counts& seen = heard.counts();
  return absl::StrCat(seen.commands, " commands, ", seen.replies, " replies, ", seen.connections,
                      " connections");
}

// The checks in their order, and how each went.
class Smoke {
 public:
  explicit Smoke(const TesteeSpec& adapter) : adapter_(adapter) {}

  std::vector<Check> run() {
    conformance::tap_wire([this](const conformance::WireEvent& event) { heard_.see(event); });
    if (play_on_a_stage()) start_anew();
    conformance::tap_wire(nullptr);
    return std::move(checks_);
  }

 private:
  using Try = std::function<std::string()>;  // returns what was seen, or throws Ends or Abandon

  // False if it did not even say hello.
  bool play_on_a_stage() {
    Stage stage(adapter_);
    stage_ = &stage;
    attempt("starts and says hello", 2, [&] { return says_hello(stage); });
    const bool said_hello = !is_broken_;
    if (said_hello) play_on(stage);
    stage_ = nullptr;
    return said_hello;
  }

  void play_on(Stage& stage) {
    attempt("tells who it is", 3, [&] { return tells_who_it_is(stage, heard_); });
    attempt("answers `unsupported` to what it does not know", 5,
            [&] { return knows_its_limits(stage); });
    attempt("keeps values as they are", 6, [&] { return keeps_values(stage); });
    attempt("does a batch", 8, [&] { return does_a_batch(stage); });
    for (const Recipe& recipe : recipes()) {
      if (is_broken_ || !stage.has_feature(recipe.feature)) continue;
      attempt("offers " + recipe.feature, recipe.feature.starts_with("manager") ? 13 : 10,
              [&] { return follows(recipe, stage); });
    }
    attempt("has threads that obey", 7, [&] { return has_threads(stage); });
    attempt("has children that obey", 7, [&] { return has_children(stage); });
    attempt("waits, and may be killed meanwhile", 7, [&] { return waits_and_is_killed(stage); });
    attempt("ends when it is told to, and leaves nothing", 7,
            [&] { return ends_when_told(stage); });
  }

  void start_anew() {
    const bool was_broken = std::exchange(is_broken_, false);
    attempt("ends when the runner is gone", 11, [&] { return ends_without_runner(adapter_); });
    attempt("ends at a line that is no command", 11,
            [&] { return ends_at("no command\n", adapter_); });
    attempt("ends at a line that has no end", 11,
            [&] { return ends_at(std::string((1 << 20) + 1, ' '), adapter_); });
    is_broken_ |= was_broken;  // it would break there again
    attempt("starts as fresh from a nursery", 2, [&] { return serves_as_nursery(adapter_); });
    is_broken_ = false;
    attempt("keeps to the protocol in every message", 0,
            [&] { return keeps_to_the_protocol(heard_); });
  }

  void attempt(const std::string& title, int section, const Try& check) {
    Check done{.standing = Standing::kGood, .title = title, .section = section};
    if (is_broken_) {
      done.standing = Standing::kNotTried;
      done.detail = "after what failed above";
    } else {
      judge(check, &done);
    }
    checks_.push_back(std::move(done));
  }

  void judge(const Try& check, Check* done) {
    try {
      done->detail = check();
    } catch (const Ends& ends) {
      done->standing = ends.standing;
      done->detail = ends.detail;
      is_broken_ |= ends.is_stuck;
    } catch (const Abandon& abandon) {
      done->standing = Standing::kFailed;
      done->detail = abandon.text;
      if (abandon.why == Abandon::Why::kAdapter) explain(abandon.text, done);
      is_broken_ = abandon.why != Abandon::Why::kUnsupported;
    } catch (const std::exception& error) {  // the machine's fault, or ours: honest about it
      done->standing = Standing::kFailed;
      done->detail = absl::StrCat("could not be tried: ", error.what());
      is_broken_ = true;
    }
  }

  // A broken protocol: what to do, what to read, and what the program said last.
  void explain(const std::string& diagnosis, Check* done) {
    const Advice* advice = advice_on(diagnosis);
    if (advice == nullptr) return;
    done->section = advice->section;
    absl::StrAppend(&done->detail, "\n", advice->text);
    if (stage_ != nullptr)
      absl::StrAppend(&done->detail,
                      what_it_printed(stage_->printed("stdout"), stage_->printed("stderr")));
  }

  const TesteeSpec& adapter_;
  std::vector<Check> checks_;
  Checker heard_;
  Stage* stage_ = nullptr;  // while there is one
  bool is_broken_ = false;  // nothing more can be tried with this testee
};

}  // namespace

std::vector<Check> try_adapter(const TesteeSpec& adapter) { return Smoke(adapter).run(); }

}  // namespace mpcheck::smoke
