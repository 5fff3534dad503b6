// Whatever a testee does, judge() names it, blames the right side, leaves nothing behind, and goes
// on.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/ending.h"
#include "base/os_error.h"
#include "base/unique_fd.h"
#include "conformance/claims/claim.h"
#include "conformance/fakes/fakes.h"
#include "conformance/runner/judge.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Script = std::vector<std::string>;

// A claim's check captures nothing; these tests' checks do.
std::function<void(Stage&)>& current_check() {
  static std::function<void(Stage&)> check;
  return check;
}

Claim claim(std::function<void(Stage&)> check) {
  current_check() = std::move(check);
  return {.id = "fake.small",
          .level = Level::kMust,
          .says = "A queue returns what was put.",
          .check = [](Stage& stage) { current_check()(stage); }};
}

// queue.new, queue.put, queue.get, and judge() adds puppet.return. `before` is called with the name
// of each moment, before it.
Claim small_claim(std::function<void(const std::string& moment)> before = [](const auto&) {}) {
  return claim([before](Stage& stage) {
    before("hello");
    Puppet& main = stage.main();
    before("queue.new");
    RemoteQueue q = main.queue({.maxsize = 2});
    before("queue.put");
    main.must(q.put(1));
    before("queue.get");
    EXPECT_THAT(main.does(q.get()), returns(1));
    before("puppet.return");
  });
}

std::string all_of(const std::vector<std::string>& texts) { return absl::StrJoin(texts, "\n"); }

size_t open_descriptors() {
  std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// Judges claims on fakes, and sees to it that nothing of them stays.
class Faults : public testing::Test {
 protected:
  Judgement judge_fake(const Claim& claim, const Script& script) {
    size_t descriptors = open_descriptors();
    std::filesystem::remove(diary_);
    TesteeSpec spec = fake(script);
    spec.command.push_back("--diary=" + diary_);
    Judgement j = judge(claim, spec);
    EXPECT_THAT(descendants(), IsEmpty()) << "processes or zombies are left";
    EXPECT_EQ(open_descriptors(), descriptors) << "descriptors are left";
    expect_no_folder();
    return j;
  }

  // The fake's pid and the folder of its run, by its own word.
  std::string diary_line(int number) {
    std::ifstream in(diary_);
    std::string line;
    for (int i = 0; i <= number; ++i) std::getline(in, line);
    return line;
  }

  void expect_no_folder() {
    const std::filesystem::path work = diary_line(1);
    ASSERT_THAT(work, HasSubstr("/tmp/mpcheck-"));
    EXPECT_FALSE(std::filesystem::exists(work.parent_path())) << work;
  }

  void expect_good_claim_holds() {
    Judgement j = judge_fake(small_claim(), {});
    EXPECT_EQ(j.verdict, Verdict::kHolds) << all_of(j.failures);
    EXPECT_TRUE(j.hygiene.judged) << j.hygiene.why_not;
    EXPECT_THAT(j.hygiene.leftovers, IsEmpty());
  }

  std::string path(const std::string& name) { return testing::TempDir() + "/" + name; }

 private:
  std::string diary_ = path("diary");
};

// ---------------------------------------------------------------- one fault at one moment

struct Fault {
  std::string name;
  std::string at;
  Script steps;
  Verdict verdict = Verdict::kAdapterError;
  std::vector<std::string> says = {};        // in the failures
  std::vector<std::string> leftovers = {};   // in the hygiene verdict
  std::vector<std::string> last_words = {};  // beside the last command
  bool impatient = false;                    // found by patience that ends, with no proof
};

void PrintTo(const Fault& fault, std::ostream* os) { *os << fault.name; }

std::string command_at(const std::string& moment) {
  if (moment == "queue.new") return "main: queue1 = queue.new(maxsize=2)";
  if (moment == "queue.put") return "main: queue1.put(item=1)";
  if (moment == "queue.get") return "main: queue1.get()";
  if (moment == "puppet.return") return "main: puppet.return(value=null)";
  return "none";
}

testing::Matcher<const std::string&> last_command(const Fault& fault) {
  if (fault.verdict == Verdict::kHolds)
    return HasSubstr("last command: " + command_at("puppet.return"));
  // The next command may have been given before the fault was seen.
  if (fault.steps.front() == "answer") return HasSubstr("last command: ");
  return HasSubstr("last command: " + command_at(fault.at));
}

class EachFault : public Faults, public testing::WithParamInterface<Fault> {};

TEST_P(EachFault, IsNamedAndBlamedAndLeavesNothing) {
  const Fault& fault = GetParam();
  Script script = {"--at=" + fault.at, "shout=these are my last words"};
  script.insert(script.end(), fault.steps.begin(), fault.steps.end());
  std::optional<Impatience> impatience;
  Judgement j = judge_fake(small_claim([&](const std::string& moment) {
                             if (fault.impatient && (moment == fault.at || fault.at == "start"))
                               impatience.emplace();
                           }),
                           script);
  impatience.reset();

  EXPECT_EQ(j.verdict, fault.verdict) << name_of(j.verdict);
  for (const std::string& text : fault.says) EXPECT_THAT(all_of(j.failures), HasSubstr(text));
  EXPECT_EQ(j.failures.empty(), fault.says.empty()) << all_of(j.failures);
  const bool leaves_shm = all_of(fault.leftovers).find("/dev/shm") != std::string::npos;
  if (leaves_shm && !j.hygiene.shared_memory_judged)
    GTEST_SKIP() << "this kernel grants us no namespace";
  for (const std::string& text : fault.leftovers)
    EXPECT_THAT(all_of(j.hygiene.leftovers), HasSubstr(text));
  EXPECT_EQ(j.hygiene.leftovers.empty(), fault.leftovers.empty()) << all_of(j.hygiene.leftovers);
  if (fault.verdict != Verdict::kHolds || !fault.leftovers.empty()) {
    EXPECT_THAT(j.last_words, last_command(fault));
    EXPECT_THAT(j.last_words, HasSubstr("these are my last words"));
  }
  for (const std::string& text : fault.last_words) EXPECT_THAT(j.last_words, HasSubstr(text));
  expect_good_claim_holds();
}

std::string name_of_test(const testing::TestParamInfo<Fault>& info) { return info.param.name; }

const std::vector<std::string> kMoments = {"start", "hello", "queue.new", "queue.put", "queue.get"};

std::string suffix(const std::string& moment) {
  return absl::StrCat("_at_", moment.substr(moment.find('.') + 1));
}

// Every signal that ends a process, at every moment: the adapter's fault, never the claim's.
std::vector<Fault> deaths() {
  std::vector<Fault> out;
  for (const std::string& moment : kMoments) {
    for (int signal : {SIGSEGV, SIGABRT, SIGKILL, SIGTERM, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGHUP,
                       SIGPIPE, SIGALRM, SIGUSR1, SIGRTMIN}) {
      std::string how = base::describe(base::Signaled{signal});
      out.push_back({.name = absl::StrCat("signal_", signal, suffix(moment)),
                     .at = moment,
                     .steps = {absl::StrCat("die=", signal)},
                     .says = {"ended_early: main: ", how},
                     .last_words = {"main's process: " + how}});
    }
    for (int code : {0, 3, 99}) {
      std::string how = base::describe(base::Exited{code});
      out.push_back({.name = absl::StrCat("exit_", code, suffix(moment)),
                     .at = moment,
                     .steps = {absl::StrCat("exit=", code)},
                     .says = {"ended_early: main: ", how},
                     .last_words = {"main's process: " + how}});
    }
  }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Deaths, EachFault, testing::ValuesIn(deaths()), name_of_test);

// A command that cannot wait and is not answered is the adapter's fault; one that can is blocked,
// which is the claim's business, and where no proof is possible nothing is known.
std::vector<Fault> hangs() {
  std::vector<Fault> out;
  for (std::string how : {"pause", "spin", "sleep"}) {
    const bool proved = how == "pause";
    for (std::string moment : {"start", "hello"}) {
      out.push_back({.name = how + suffix(moment),
                     .at = moment,
                     .steps = {how},
                     .says = {"never_connected: main: ", proved ? "it never will" : "not in time"},
                     .last_words = {"main's process: still running"},
                     .impatient = !proved});
    }
    out.push_back({.name = how + "_at_new",
                   .at = "queue.new",
                   .steps = {how},
                   .says = {"hung: main: queue1 = queue.new(maxsize=2)"},
                   .last_words = {"main's process: still running"},
                   .impatient = !proved});
    out.push_back({.name = how + "_at_return",
                   .at = "puppet.return",
                   .steps = {how},
                   .says = {"hung: main: puppet.return(value=null)"},
                   .last_words = {"main's process: still running"},
                   .impatient = !proved});
    for (std::string moment : {"queue.put", "queue.get"}) {
      out.push_back({.name = how + suffix(moment),
                     .at = moment,
                     .steps = {how},
                     .verdict = proved ? Verdict::kViolated : Verdict::kUnknown,
                     .says = {proved ? "blocks (proved: process" : "has not returned in time"},
                     .last_words = {"main's process: still running"},
                     .impatient = !proved});
    }
  }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Hangs, EachFault, testing::ValuesIn(hangs()), name_of_test);

constexpr char kStolenHello[] =
    R"(say={"mpcheck":1,"token":"stolen","puppet":"main","pid":$PID,"ppid":1,"tid":$PID})";
constexpr char kFutureHello[] =
    R"(say={"mpcheck":2,"token":"$TOKEN","puppet":"main","pid":$PID,"ppid":1,"tid":$PID})";
constexpr char kForeignHello[] =
    R"(say={"mpcheck":1,"token":"$TOKEN","puppet":"main","pid":1,"ppid":1,"tid":1})";
constexpr char kGhostsHello[] =
    R"(say={"mpcheck":1,"token":"$TOKEN","puppet":"ghost","pid":$PID,"ppid":1,"tid":$PID})";

const std::vector<Fault> kBadHellos = {
    {.name = "garbage",
     .at = "hello",
     .steps = {"say=good morning"},
     .says = {"bad_json: ", "good morning"}},
    {.name = "no_object", .at = "hello", .steps = {"say=[1,2]"}, .says = {"bad_json: ", "[1,2]"}},
    {.name = "a_reply",
     .at = "hello",
     .steps = {"say={\"id\":1,\"ok\":null}"},
     .says = {"bad_hello: ", "not a hello"}},
    {.name = "neither_hello_nor_reply",
     .at = "hello",
     .steps = {"say={}"},
     .says = {"bad_hello: "}},
    {.name = "hello_without_members",
     .at = "hello",
     .steps = {"say={\"mpcheck\":1}"},
     .says = {"bad_hello: ", "token"}},
    {.name = "wrong_token",
     .at = "hello",
     .steps = {kStolenHello},
     .says = {"wrong_token: ", "main"}},
    {.name = "wrong_version",
     .at = "hello",
     .steps = {kFutureHello},
     .says = {"bad_hello: ", "version 2"}},
    {.name = "another_pid",
     .at = "hello",
     .steps = {kForeignHello},
     .says = {"bad_hello: ", "process 1"}},
    {.name = "unknown_name",
     .at = "hello",
     .steps = {kGhostsHello},
     .says = {"unknown_puppet: ghost"}},
    {.name = "twice",
     .at = "hello",
     .steps = {"answer", "answer"},
     .says = {"duplicate_hello: main"}},
    {.name = "twice_in_one_write",
     .at = "hello",
     .steps = {"say=$HELLO\\n$HELLO"},
     .says = {"duplicate_hello: main"}},
    {.name = "half",
     .at = "hello",
     .steps = {"mumble={\"mpcheck\":1", "exit=3"},
     .says = {"half_line: "},
     .last_words = {"exit code 3"}},
    {.name = "half_and_lives_on",
     .at = "hello",
     .steps = {"mumble={\"mpcheck\":1", "pause"},
     .says = {"half_line: "},
     .last_words = {"still running"}},
    {.name = "endless", .at = "hello", .steps = {"long=1048577"}, .says = {"line_too_long: "}},
    {.name = "closed",
     .at = "hello",
     .steps = {"close", "pause"},
     .says = {"never_connected: main: "}},
};
INSTANTIATE_TEST_SUITE_P(BadHellos, EachFault, testing::ValuesIn(kBadHellos), name_of_test);

std::vector<Fault> bad_replies() {
  std::vector<Fault> out;
  for (std::string moment : {"queue.new", "queue.put", "queue.get"}) {
    auto add = [&](std::string name, Script steps, std::vector<std::string> says,
                   std::vector<std::string> last_words = {}, bool impatient = false) {
      out.push_back({.name = name + suffix(moment),
                     .at = moment,
                     .steps = std::move(steps),
                     .says = std::move(says),
                     .last_words = std::move(last_words),
                     .impatient = impatient});
    };
    add("garbage", {"say=\x01\xff what?"}, {"bad_json: main: "});
    add("empty_line", {"say="}, {"bad_json: main: "});
    add("no_object", {"say=7"}, {"bad_json: main: ", "`7`"});
    add("garbage_and_exit", {"say=Traceback", "exit=1"}, {"bad_json: main: ", "Traceback"},
        {"main's process: exit code 1"});
    add("without_id", {"say={\"ok\":null}"}, {"bad_reply: main: ", "id"});
    add("without_outcome", {"say={\"id\":$ID}"}, {"bad_reply: main: ", "exactly one"});
    add("with_two_outcomes", {R"(say={"id":$ID,"ok":1,"unsupported":"no"})"},
        {"bad_reply: main: ", "exactly one"});
    add("with_a_malformed_value", {R"(say={"id":$ID,"ok":{"$bytes":"!"}})"},
        {"bad_reply: main: ", "base64"});
    add("to_nothing", {"say={\"id\":99,\"ok\":null}"}, {"reply_to_nothing: main: ", "99"});
    add("to_nothing_after_the_answer", {"answer", "say={\"id\":99,\"ok\":null}"},
        {"reply_to_nothing: main: ", "99"});
    add("twice", {"answer", "answer"}, {"reply_twice: main: "});
    add("twice_in_one_write", {"say=$ANSWER\\n$ANSWER"}, {"reply_twice: main: "});
    add("hello_again", {"answer", "say=$HELLO"}, {"duplicate_hello: main: "});
    add("hello_again_elsewhere", {"rejoin", "pause"}, {"duplicate_hello: main: "});
    add("half_and_exit", {"mumble={\"id\":", "exit=3"}, {"half_line: main: "},
        {"main's process: exit code 3"});
    add("half_and_killed", {"mumble={\"id\":", "die=9"}, {"half_line: main: "},
        {"main's process: killed by SIGKILL"});
    add("half_and_lives_on", {"mumble={\"id\":", "pause"}, {"half_line: main: "},
        {"main's process: still running"});
    add("half_and_sleeps_on", {"mumble={\"id\":", "sleep"}, {"half_line: main: "},
        {"main's process: still running"}, /*impatient=*/true);
    add("half_and_closed", {"mumble={\"id\":", "close", "pause"}, {"half_line: main: "});
    add("one_byte_too_long", {"long=1048577"}, {"line_too_long: main: "});
    add("far_too_long", {"long=4000000"}, {"line_too_long: main: "});
    add("too_long_and_unended", {"mumble=" + std::string(100000, 'x')}, {"half_line: main: "});
    add("closed", {"close", "pause"}, {"connection_lost: main: ", "its process lives"});
    add("closed_and_sleeps", {"close", "sleep"}, {"connection_lost: main: "}, {},
        /*impatient=*/true);
    add("answered_and_closed", {"answer", "close", "pause"}, {"connection_lost: main: "});
  }
  // After these the next command is another one, or none.
  std::erase_if(out, [](const Fault& f) {
    return f.steps[0] == "answer" && f.at == "queue.new" && f.steps.size() > 1 &&
           f.steps[1] != "close";
  });
  return out;
}
INSTANTIATE_TEST_SUITE_P(BadReplies, EachFault, testing::ValuesIn(bad_replies()), name_of_test);

// The claim holds; what is left is told apart from it.
const std::vector<Fault> kLeftovers = {
    {.name = "child",
     .at = "queue.put",
     .steps = {"child", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"processes live on after the program's end: "}},
    {.name = "two_children",
     .at = "queue.put",
     .steps = {"child", "child", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"processes live on"}},
    {.name = "child_in_a_session_of_its_own",
     .at = "queue.put",
     .steps = {"escapee", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"processes live on"}},
    {.name = "child_made_while_ending",
     .at = "puppet.return",
     .steps = {"answer", "escapee"},
     .verdict = Verdict::kHolds,
     .leftovers = {"processes live on"}},
    {.name = "child_that_is_not_through_yet",  // and takes longer than what sleeps may
     .at = "queue.put",
     .steps = {"busy=2500", "answer"},
     .verdict = Verdict::kHolds},
    {.name = "child_that_is_never_through",
     .at = "puppet.return",
     .steps = {"busy=600000", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"processes live on"},
     .impatient = true},
    {.name = "shared_memory",
     .at = "queue.put",
     .steps = {"shm", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"left in /dev/shm: mpcheck-fake-"}},
    {.name = "semaphore",
     .at = "queue.put",
     .steps = {"semaphore", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"left in /dev/shm: sem.mpcheck-fake-"}},
    {.name = "temporary_file",
     .at = "queue.put",
     .steps = {"file", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"left in TMPDIR: left"}},
    {.name = "all_of_it",
     .at = "queue.put",
     .steps = {"child", "escapee", "shm", "semaphore", "file", "answer"},
     .verdict = Verdict::kHolds,
     .leftovers = {"processes live on", "left in /dev/shm", "left in TMPDIR"}},
    {.name = "exit_code_1",
     .at = "puppet.return",
     .steps = {"answer", "exit=1"},
     .verdict = Verdict::kHolds,
     .leftovers = {"told to end normally", "exit code 1"},
     .last_words = {"exit code 1"}},
    {.name = "signal_after_return",
     .at = "puppet.return",
     .steps = {"answer", "die=11"},
     .verdict = Verdict::kHolds,
     .leftovers = {"told to end normally", "killed by SIGSEGV"}},
    {.name = "signal_instead_of_return",
     .at = "puppet.return",
     .steps = {"die=11"},
     .verdict = Verdict::kHolds,
     .leftovers = {"told to end normally", "killed by SIGSEGV"}},
    {.name = "never_ends",
     .at = "puppet.return",
     .steps = {"answer", "pause"},
     .verdict = Verdict::kHolds,
     .leftovers = {"does not end after its main function has returned"}},
    {.name = "never_ends_and_ignores_signals",
     .at = "puppet.return",
     .steps = {"deaf=15", "deaf=1", "answer", "pause"},
     .verdict = Verdict::kHolds,
     .leftovers = {"does not end"}},
    {.name = "never_ends_and_spins",
     .at = "puppet.return",
     .steps = {"answer", "spin"},
     .verdict = Verdict::kHolds,
     .leftovers = {"does not end"},
     .impatient = true},
    {.name = "never_ends_and_sleeps",
     .at = "puppet.return",
     .steps = {"answer", "sleep"},
     .verdict = Verdict::kHolds,
     .leftovers = {"does not end"},
     .impatient = true},
};
INSTANTIATE_TEST_SUITE_P(Leftovers, EachFault, testing::ValuesIn(kLeftovers), name_of_test);

// Noisy, but no fault.
const std::vector<Fault> kHarmless = {
    {.name = "flood",
     .at = "queue.put",
     .steps = {"flood=8", "answer"},
     .verdict = Verdict::kHolds},
    {.name = "zombie",
     .at = "queue.put",
     .steps = {"zombie", "answer"},
     .verdict = Verdict::kHolds},
    {.name = "ignores_sigterm",
     .at = "hello",
     .steps = {"deaf=15", "answer"},
     .verdict = Verdict::kHolds},
    {.name = "slow", .at = "queue.put", .steps = {"nap=50", "answer"}, .verdict = Verdict::kHolds},
};
INSTANTIATE_TEST_SUITE_P(Harmless, EachFault, testing::ValuesIn(kHarmless), name_of_test);

// ---------------------------------------------------------------- faults that need a claim of
// their own

TEST_F(Faults, AProgramThatDoesNotExistHasEndedEarly) {
  Judgement j = judge(small_claim(), {.name = "nobody", .command = {"/no/such/adapter"}});
  EXPECT_EQ(j.verdict, Verdict::kAdapterError);
  EXPECT_THAT(all_of(j.failures), AllOf(HasSubstr("ended_early: main: "),
                                        HasSubstr("never started"), HasSubstr("/no/such/adapter")));
  EXPECT_THAT(j.last_words, HasSubstr("never started: No such file or directory"));
  EXPECT_THAT(descendants(), IsEmpty());
  expect_good_claim_holds();
}

TEST_F(Faults, AProgramThatMayNotRunHasEndedEarly) {
  const std::string text_file = path("adapter");
  std::ofstream(text_file) << "not a program";
  Judgement j = judge(small_claim(), {.name = "text", .command = {text_file}});
  EXPECT_EQ(j.verdict, Verdict::kAdapterError);
  EXPECT_THAT(all_of(j.failures),
              AllOf(HasSubstr("ended_early: main: "), HasSubstr("Permission denied")));
  expect_good_claim_holds();
}

TEST_F(Faults, AnUnknownOperationIsUnsupportedAndNoFault) {
  Judgement j = judge_fake(claim([](Stage& stage) { stage.main().lock(); }), {});
  EXPECT_EQ(j.verdict, Verdict::kUnsupported);
  EXPECT_THAT(j.failures, ElementsAre(HasSubstr("the fake has no lock.new")));
  EXPECT_TRUE(j.hygiene.judged);
}

TEST_F(Faults, AFeatureThatIsNotOfferedIsUnsupported) {
  Claim needs = small_claim();
  needs.needs = {"pool"};
  EXPECT_EQ(judge_fake(needs, {}).verdict, Verdict::kUnsupported);
}

// Begins `op`, looks at nothing that it answers, and waits for the puppet that it should bring.
Claim claim_that_awaits_who_is_brought_by(const char* op) {
  return claim([op](Stage& stage) {
    RemoteQueue q = stage.main().queue();
    const std::string name = stage.expects("late");
    const Call call =
        stage.main().begins({.name = op, .on = q.name, .args = {{"puppet", name}, {"item", 1}}});
    stage.arrival(name);
  });
}

TEST_F(Faults, APuppetThatIsBroughtByNothingButAnUnsupportedOperationIsNoViolation) {
  Judgement j = judge_fake(claim_that_awaits_who_is_brought_by("puppet.thread"), {});
  EXPECT_EQ(j.verdict, Verdict::kUnsupported);
  EXPECT_THAT(j.failures, ElementsAre(HasSubstr("the fake has no puppet.thread")));
}

TEST_F(Faults, APuppetThatDoesNotComeThoughItsOperationReturnedIsAViolation) {
  Judgement j = judge_fake(claim_that_awaits_who_is_brought_by("queue.put"), {});
  EXPECT_EQ(j.verdict, Verdict::kViolated);
  EXPECT_THAT(j.failures,
              ElementsAre(HasSubstr("was started, but what it should run has not begun")));
}

TEST_F(Faults, AFloodIsKeptOutOfTheLastWords) {
  Judgement j = judge_fake(small_claim(), {"--at=queue.put", "flood=8", "die=11"});
  EXPECT_EQ(j.verdict, Verdict::kAdapterError);
  EXPECT_THAT(j.last_words,
              AllOf(HasSubstr("killed by SIGSEGV"), HasSubstr("the last line of the flood")));
  EXPECT_LT(j.last_words.size(), 10000u);
  expect_good_claim_holds();
}

TEST_F(Faults, AChildOutlivesADeadMainOnlyUntilItIsJudged) {
  for (const char* how : {"die=9", "exit=0", "say=garbage"}) {
    Judgement j = judge_fake(small_claim(),
                             {"--at=queue.put", "child", "escapee", "zombie", "shm", "file", how});
    EXPECT_EQ(j.verdict, Verdict::kAdapterError) << how;
    EXPECT_FALSE(j.hygiene.judged)
        << "a testee that was ended by force is not to blame for what stays";
    expect_good_claim_holds();
  }
}

TEST_F(Faults, AFailedExpectationBeforeTheFaultIsToldToo) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             Puppet& main = stage.main();
                             RemoteQueue q = main.queue();
                             EXPECT_THAT(main.does(q.put(1)), raises("Full"));
                             main.must(q.get());
                           }),
                           {"--at=queue.get", "die=11"});
  EXPECT_EQ(j.verdict, Verdict::kAdapterError);
  ASSERT_EQ(j.failures.size(), 2u);
  EXPECT_THAT(j.failures[0], HasSubstr("raises Full"));
  EXPECT_THAT(j.failures[1], HasSubstr("ended_early"));
}

// While the runner has not read all of it, the testee waits for nobody but the runner.
TEST_F(Faults, ABigAnswerIsNotTakenForABlockedCall) {
  for (int i = 0; i < 3; ++i) {
    Judgement j = judge_fake(claim([](Stage& stage) {
                               Puppet& main = stage.main();
                               RemoteQueue q = main.queue();
                               EXPECT_THAT(main.does(q.get()), returns());
                             }),
                             {"--at=queue.get", R"(say={"id":$ID,"ok":"$MEGABYTE"})"});
    ASSERT_EQ(j.verdict, Verdict::kHolds) << all_of(j.failures);
  }
}

TEST_F(Faults, ABatchThatIsAnsweredByTooFewRepliesIsTheAdaptersFault) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             RemoteQueue q = stage.main().queue();
                             stage.main().does(batch({q.put(1), q.put(2)}));
                           }),
                           {"--at=batch", R"(say={"id":$ID,"ok":[{"ok":null}],"t0":1,"t1":2})"});
  EXPECT_EQ(j.verdict, Verdict::kAdapterError);
  EXPECT_THAT(j.failures, ElementsAre("a batch of 2 commands was answered by 1 replies"));
}

TEST_F(Faults, AnAnswerThatIsTooShortIsAViolation) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             RemoteQueue q = stage.main().queue();
                             stage.main().must(q.put(Value::list({1})));
                             const Value got = stage.main().must(q.get());
                             EXPECT_EQ(as_list(got).at(1), Value(2));
                           }),
                           {});
  EXPECT_EQ(j.verdict, Verdict::kViolated);
  EXPECT_THAT(j.failures,
              ElementsAre(HasSubstr("an answer has less in it than the claim looks at")));
}

TEST_F(Faults, AnErrorOfTheClaimIsNobodysFault) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             stage.main();
                             throw std::logic_error("the claim is wrong");
                           }),
                           {});
  EXPECT_EQ(j.verdict, Verdict::kUnknown);
  EXPECT_THAT(all_of(j.failures), HasSubstr("the runner failed: the claim is wrong"));
  expect_good_claim_holds();
}

TEST_F(Faults, AnErrorOfTheClaimDoesNotHideAViolation) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             Puppet& main = stage.main();
                             EXPECT_THAT(main.does(main.queue().put(1)), returns(2));
                             throw std::logic_error("the claim trips over that");
                           }),
                           {});
  EXPECT_EQ(j.verdict, Verdict::kViolated);
  EXPECT_THAT(all_of(j.failures), HasSubstr("returns 2"));
  EXPECT_THAT(all_of(j.failures), HasSubstr("the claim trips over that"));
  expect_good_claim_holds();
}

TEST_F(Faults, ATesteeThatIgnoresSigtermIsSeenToLiveOn) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             stage.signal(stage.main(), SIGTERM);
                             EXPECT_TRUE(stage.main_ends().killed_by(SIGTERM));
                           }),
                           {"--at=hello", "deaf=15", "answer"});
  EXPECT_EQ(j.verdict, Verdict::kViolated);
  EXPECT_THAT(j.last_words, HasSubstr("main's process: exit code 0")) << "told to return, it does";
  expect_good_claim_holds();
}

TEST_F(Faults, ASignalThatTheClaimSendsIsNoFault) {
  Judgement j = judge_fake(claim([](Stage& stage) {
                             stage.signal(stage.main(), SIGTERM);
                             EXPECT_TRUE(stage.main_ends().killed_by(SIGTERM));
                           }),
                           {});
  EXPECT_EQ(j.verdict, Verdict::kHolds) << all_of(j.failures);
  EXPECT_THAT(j.hygiene.leftovers, IsEmpty()) << all_of(j.hygiene.leftovers);
}

// ---------------------------------------------------------------- answers that come late

// A fake whose queue.put answers when we say so.
class Late : public Faults {
 protected:
  Late() {
    std::filesystem::remove(gate_);
    base::check(::mkfifo(gate_.c_str(), 0600), "make a FIFO");
  }
  ~Late() override { std::filesystem::remove(gate_); }

  // Opens for a reader that is there.
  void open_fifo() {
    base::UniqueFd writer(
        base::check(::open(gate_.c_str(), O_WRONLY | O_CLOEXEC), "open the FIFO"));
  }
  void make_file() { std::ofstream(path("file")) << "here"; }

  Script waits_provably() { return {"--at=queue.put", "fifo=" + gate_, "answer"}; }
  Script waits_in_sleeps() {
    std::filesystem::remove(path("file"));
    return {"--at=queue.put", "await=" + path("file"), "answer"};
  }

 private:
  std::string gate_ = path("gate");
};

TEST_F(Late, AfterAProofItIsTheAnswerToItsCommand) {
  Judgement j = judge_fake(claim([&](Stage& stage) {
                             Puppet& main = stage.main();
                             RemoteQueue q = main.queue();
                             Call put = main.begins(q.put(1));
                             EXPECT_THAT(put, blocks());
                             open_fifo();  // an outside stimulus, which the proof excludes
                             EXPECT_THAT(put, returns());
                             EXPECT_THAT(main.does(q.get()), returns(1));
                           }),
                           waits_provably());
  EXPECT_EQ(j.verdict, Verdict::kHolds) << all_of(j.failures);
  EXPECT_TRUE(j.hygiene.judged) << j.hygiene.why_not;
  EXPECT_FALSE(j.presumed);
  expect_good_claim_holds();
}

TEST_F(Late, AfterPatienceItIsTheAnswerToItsCommand) {
  Judgement j = judge_fake(claim([&](Stage& stage) {
                             Puppet& main = stage.main();
                             RemoteQueue q = main.queue();
                             Call put = main.begins(q.put(1));
                             {
                               Impatience impatience;
                               EXPECT_TRUE(std::holds_alternative<TimedOut>(put.outcome()));
                             }
                             make_file();
                             EXPECT_THAT(put, returns());
                             EXPECT_THAT(main.does(q.get()), returns(1));
                           }),
                           waits_in_sleeps());
  EXPECT_EQ(j.verdict, Verdict::kHolds) << all_of(j.failures);
  EXPECT_TRUE(j.hygiene.judged) << j.hygiene.why_not;
  expect_good_claim_holds();
}

TEST_F(Late, AfterTheClaimWasGivenUpItDoesNoHarm) {
  Judgement j = judge_fake(claim([&](Stage& stage) {
                             Puppet& main = stage.main();
                             RemoteQueue q = main.queue();
                             Call put = main.begins(q.put(1));
                             Impatience impatience;
                             try {
                               put.value();
                             } catch (const Abandon& abandon) {
                               make_file();  // the answer comes while the testee is dismissed
                               throw;
                             }
                           }),
                           waits_in_sleeps());
  EXPECT_EQ(j.verdict, Verdict::kUnknown);
  EXPECT_THAT(all_of(j.failures), HasSubstr("has not returned in time"));
  expect_good_claim_holds();
}

TEST_F(Late, APresumptionIsToldAsSuch) {
  Judgement j = judge_fake(claim([&](Stage& stage) {
                             Puppet& main = stage.main();
                             RemoteQueue q = main.queue();
                             Call put = main.begins(q.put(1));
                             {
                               Impatience impatience;
                               EXPECT_THAT(put, blocks());
                             }
                             make_file();
                             EXPECT_THAT(put, returns());
                           }),
                           waits_in_sleeps());
  EXPECT_EQ(j.verdict, Verdict::kHolds) << all_of(j.failures);
  EXPECT_TRUE(j.presumed);
}

}  // namespace
}  // namespace conformance
