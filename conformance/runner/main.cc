// Judges one implementation.
//
//   runner [flags] [--gtest_...] -- ADAPTER [arguments]
//
// Every claim is a GoogleTest test (suite: its area), so that filtering, repeating, shuffling,
// sharding and XML are GoogleTest's. Exit codes: 0 as expected, 1 violations (or waivers that
// excuse nothing), 2 could not judge (adapter errors, unknown verdicts, no test at all), 64 wrong
// usage.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/command_line.h"
#include "base/os_error.h"
#include "conformance/claims/claim.h"
#include "conformance/runner/expectation.h"
#include "conformance/runner/judge.h"
#include "conformance/runner/report_text.h"
#include "conformance/runner/results.h"
#include "conformance/runner/waivers.h"
#include "conformance/stage/adapter_command.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/private_network.h"
#include "conformance/stage/stillness.h"
#include "conformance/stage/wire_tap.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

constexpr int kAsExpectedCode = 0, kViolations = 1, kCouldNotJudge = 2;

struct Flags {
  std::string name = "testee";  // what the implementation is called in reports
  std::string waivers;          // a file of known violations (see waivers.h)
  bool update_waivers = false;  // rewrite it to what this run saw; comments stay
  std::string results;          // where results go, as JSON lines (see ../RESULTS.md)
  double time_scale = 1;        // multiplies every patience; more than 1 for slow machines
  std::string wire;             // where every message goes, as JSON lines (see ../stage/wire_tap.h)
  std::string reproduce;        // the line that reproduces a claim; {claim} stands for its id
  bool cold = false;  // start the adapter anew for every claim, even if it can be a nursery
  bool list = false;  // print every claim with level and sentence, and end
};

// What all tests of this run share.
struct Session {
  TesteeSpec testee;
  Waivers waivers;
  std::string reproduce;
  ResultsWriter results;
  std::unique_ptr<WarmTestee> warm;  // null: every claim starts cold
  std::map<std::string, Waivers::Seen> seen;
  std::string version;  // of the implementation, once it has said so
  int judged = 0, unsupported = 0, waived = 0, unexpected = 0, not_judged = 0;
};

class ClaimTest : public testing::Test {
 public:
  ClaimTest(const Claim& claim, Session& run) : claim_(claim), run_(run) {}

  void TestBody() override {
    Judgement j = judge(claim_, run_.testee, run_.warm.get());
    Assessment a = assess(claim_.id, j, run_.waivers);
    run_.results.claim(claim_, j, a);
    run_.seen[claim_.id] = seen_of(j);
    if (!j.about.version.empty()) run_.version = j.about.version;
    count(j, a);
    RecordProperty("level", std::string(name_of(claim_.level)));
    RecordProperty("verdict", std::string(name_of(j.verdict)));
    if (!j.variation.empty()) RecordProperty("variation", j.variation);
    if (a.standing != Standing::kAsExpected) {
      GTEST_FAIL() << report_text(claim_, j, a,
                                  absl::StrReplaceAll(run_.reproduce, {{"{claim}", claim_.id}}));
    }
    if (j.verdict == Verdict::kUnsupported) GTEST_SKIP() << absl::StrJoin(j.failures, "; ");
  }

 private:
  void count(const Judgement& j, const Assessment& a) {
    if (j.verdict == Verdict::kUnsupported) {
      ++run_.unsupported;
    } else {
      ++run_.judged;
    }
    if (a.standing == Standing::kUnexpected) ++run_.unexpected;
    if (a.standing == Standing::kCouldNotJudge) ++run_.not_judged;
    if (a.waived) ++run_.waived;
  }

  const Claim& claim_;
  Session& run_;
};

// How to run this claim again, from what started us.
std::string default_reproduction(const std::string& program,
                                 const std::vector<std::string>& testee) {
  if (const char* target = std::getenv("TEST_TARGET"))
    return absl::StrCat("bazel test ", target, " --test_filter={claim}");
  return absl::StrCat(program, " --gtest_filter={claim} -- ", absl::StrJoin(testee, " "));
}

int print_list() {
  for (const Claim& claim : all_claims()) std::cout << claim << "\n";
  return kAsExpectedCode;
}

int wrong_usage(const std::string& what) {
  std::cerr << "runner: " << what
            << "\n"
               "usage: runner [--name=NAME] [--waivers=FILE [--update-waivers]] [--results=FILE]\n"
               "              [--wire=FILE] [--cold] [--time-scale=X] [--gtest_filter=AREA.CLAIM] "
               "[--gtest_...]\n"
               "              -- ADAPTER [ARGUMENT...]\n"
               "       runner --list\n";
  return base::kWrongUsage;
}

std::vector<const Claim*> slow_ones_first() {
  std::vector<const Claim*> claims;
  for (const Claim& claim : all_claims()) claims.push_back(&claim);
  std::stable_partition(claims.begin(), claims.end(),
                        [](const Claim* claim) { return claim->slow; });
  return claims;
}

int conclude(const Session& run) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  std::cout << "mpcheck: " << run.testee.name << ": " << run.judged - run.not_judged << " judged, "
            << run.unexpected << " not as expected, " << run.waived << " waived, "
            << run.unsupported << " unsupported, " << run.not_judged << " could not be judged\n";
  const char* shards = std::getenv("GTEST_TOTAL_SHARDS");
  bool sharded = shards != nullptr && std::atoi(shards) > 1;
  if (run.judged == 0 && !sharded) {
    std::cerr << "runner: no claim was judged: "
              << (all.test_to_run_count() == 0 ? "the filter matches none"
                                               : "the implementation supports none")
              << "\n";
    return kCouldNotJudge;
  }
  if (run.not_judged > 0) return kCouldNotJudge;
  return run.unexpected > 0 ? kViolations : kAsExpectedCode;
}

void update_waivers(const Session& run, const std::string& path) {
  const std::string text = run.waivers.rewritten(run.seen, run.version);
  std::ofstream(path) << text;
  std::cout << "runner: rewrote " << path << "\n";
}

int main_(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Flags flags;
  auto parsed = base::parse_command_line(argc, argv,
                                         {{"name", &flags.name},
                                          {"waivers", &flags.waivers},
                                          {"update-waivers", &flags.update_waivers},
                                          {"results", &flags.results},
                                          {"time-scale", &flags.time_scale},
                                          {"wire", &flags.wire},
                                          {"reproduce", &flags.reproduce},
                                          {"cold", &flags.cold},
                                          {"list", &flags.list}});
  if (const auto* error = std::get_if<base::UsageError>(&parsed)) return wrong_usage(error->what);
  const base::Words& words = std::get<base::Words>(parsed);
  if (flags.list) return print_list();
  if (!words.before.empty())
    return wrong_usage(absl::StrCat("'", words.before[0], "': the adapter goes behind --"));
  if (words.after.empty()) return wrong_usage("no adapter to run");
  if (flags.time_scale <= 0) return wrong_usage("--time-scale must be more than 0");
  if (flags.update_waivers && flags.waivers.empty())
    return wrong_usage("--update-waivers needs --waivers=FILE");
  auto waivers = Waivers::load(flags.waivers, ids_of_all_claims());
  if (const auto* error = std::get_if<std::string>(&waivers)) return wrong_usage(*error);

  if (!proofs_are_possible()) {
    std::cerr << "runner: this kernel does not show who waits for what: that a call blocks is "
                 "presumed after a while, not proved\n";
  }
  patience::set_scale(flags.time_scale);
  if (!flags.wire.empty()) tap_wire(wire_log(flags.wire));
  enter_private_network();
  Session run{.testee = {.name = flags.name, .command = with_absolute_paths(words.after)},
              .waivers = std::get<Waivers>(waivers),
              .reproduce = flags.reproduce,
              .results = ResultsWriter(flags.results)};
  if (run.reproduce.empty()) run.reproduce = default_reproduction(argv[0], words.after);
  if (!flags.cold) run.warm = std::make_unique<WarmTestee>();
  run.results.header(run.testee, run.reproduce);
  for (const Claim* one : slow_ones_first()) {
    const Claim& claim = *one;
    testing::RegisterTest(claim.area().c_str(), claim.name().c_str(), nullptr, nullptr, __FILE__,
                          __LINE__,
                          [&claim, &run]() -> testing::Test* { return new ClaimTest(claim, run); });
  }
  // GoogleTest's own result knows only that something failed; conclude() knows why.
  [[maybe_unused]] int failed = RUN_ALL_TESTS();
  if (flags.update_waivers) update_waivers(run, flags.waivers);
  return conclude(run);
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) {
  try {
    return conformance::main_(argc, argv);
  } catch (const base::OsError& e) {
    std::cerr << "runner: cannot go on: " << e.what() << "\n";
    return conformance::kCouldNotJudge;
  }
}
