// Functions that are left in their middle and entered there again: generators, greenlets, gevent.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/neighbours_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using testing::ElementsAre;

Claims generator_claims() {
  return {
      {.id = "coroutine.goes_on_where_it_was_left",
       .level = Level::kMust,
       .says = "Each next() of a generator goes on after the yield at which it was left, with its "
               "local variables as they were; at its end StopIteration carries what it returned.",
       .notes = {"co.own_context", "co.definition_names"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine c = main.makes(module::coroutine("count", {3}));
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(c.next()), returns(i));
             Call end = main.does(c.next());
             EXPECT_THAT(end, raises("StopIteration"));
             EXPECT_EQ(raised_by(end).args, Value::list({3}));
             Call again = main.does(c.next());
             EXPECT_THAT(again, raises("StopIteration"));
             EXPECT_EQ(raised_by(again).args, Value::list({}));
           }},
      {.id = "coroutine.take_turns",
       .level = Level::kMust,
       .says = "Several coroutines take turns in whatever order the program enters them, and none "
               "goes on by itself.",
       .notes = {"co.yield_simulates", "co.switch_anywhere_not_calls"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine a = main.makes(module::coroutine("count", {9}));
             RemoteCoroutine b = main.makes(module::coroutine("count", {9}));
             for (int i = 0; i < 3; ++i) {
               EXPECT_THAT(main.does(a.next()), returns(i));
               EXPECT_THAT(main.does(b.next()), returns(i));
             }
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(b.next()), returns(3));
             EXPECT_THAT(main.does(b.next()), returns(4));
             EXPECT_THAT(main.does(a.next()), returns(3));
           }},
      {.id = "coroutine.takes_what_is_sent",
       .level = Level::kMust,
       .says =
           "send(x) makes x the value of the yield; next() makes it None; to send anything else "
           "to one that has not begun raises TypeError.",
       .notes = {"co.yield_simulates"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine c = main.makes(module::coroutine("echo"));
             EXPECT_THAT(main.does(c.send(1)), raises("TypeError"));
             EXPECT_THAT(main.does(c.send(nullptr)), returns(nullptr));
             EXPECT_THAT(main.does(c.send("word")), returns("word"));
             EXPECT_THAT(main.does(c.send(Value::list({1, 2}))), returns(Value::list({1, 2})));
             EXPECT_THAT(main.does(c.next()), returns(nullptr));
           }},
      {.id = "coroutine.runs_in_its_callers_thread",
       .level = Level::kMust,
       .says = "A coroutine has no thread of its own: it runs in the one that enters it, each time "
               "in another if need be.",
       .notes = {"co.single_thread", "co.switch_anywhere_not_calls"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine one = main.makes(module::coroutine("thread_ids"));
             RemoteCoroutine two = main.makes(module::coroutine("thread_ids"));
             Puppet& thread = stage.start_thread(main);
             const int64_t first = id_of(main, "tid"), second = id_of(thread, "tid");
             EXPECT_NE(first, second);
             EXPECT_THAT(main.does(one.next()), returns(first));
             EXPECT_THAT(main.does(two.next()), returns(first));
             EXPECT_THAT(thread.does(one.next()), returns(second));
             EXPECT_THAT(main.does(one.next()), returns(first));
           }},
      {.id = "coroutine.waits_with_its_thread",
       .level = Level::kMust,
       .says = "A coroutine that waits inside makes its whole thread wait, and no other coroutine "
               "gets a turn; who enters it meanwhile gets ValueError.",
       .notes = {"co.single_thread", "co.cpu_no_gain"},
       .needs = {"coroutine", "thread_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             RemoteCoroutine c = main.makes(module::coroutine("take", {q.value()}));
             Puppet& thread = stage.start_thread(main);
             Call next = main.begins(c.next());
             EXPECT_THAT(next, blocks());
             EXPECT_THAT(thread.does(c.next()), raises("ValueError"));
             EXPECT_THAT(next, blocks());
             thread.must(q.put("item"));
             EXPECT_THAT(next, returns("item"));
             thread.must(q.put("another"));
             EXPECT_THAT(thread.does(c.next()), returns("another"));
           }},
      {.id = "coroutine.delegates",
       .level = Level::kMust,
       .says = "With `yield from` a generator hands on what another one yields, and gets what that "
               "one returns.",
       .notes = {"co.yield_simulates"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine c = main.makes(module::coroutine("delegate", {2}));
             for (int i : {0, 1, 2}) EXPECT_THAT(main.does(c.next()), returns(i));
             EXPECT_THAT(main.does(c.next()), raises("StopIteration"));
           }},
      {.id = "coroutine.errors_come_out_of_next",
       .level = Level::kMust,
       .says = "What a generator raises comes out of the next() that entered it, and ends it.",
       .notes = {"co.yield_simulates"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine c = main.makes(module::coroutine("fail_after", {1}));
             EXPECT_THAT(main.does(c.next()), returns(0));
             EXPECT_THAT(main.does(c.next()), raises("ValueError"));
             EXPECT_THAT(main.does(c.next()), raises("StopIteration"));
           }},
      {.id = "coroutine.throw_and_close",
       .level = Level::kMust,
       .says = "throw() raises inside, at the yield; close() leaves it there and runs its finally "
               "blocks, once. One that is dropped is closed.",
       .notes = {"co.yield_simulates"},
       .needs = {"coroutine"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCoroutine c = main.makes(module::coroutine("guarded", {"closed"}));
             EXPECT_THAT(main.does(c.next()), returns("here"));
             EXPECT_THAT(main.does(c.throws("KeyError")), returns("caught"));
             EXPECT_FALSE(stage.has_file("closed"));
             EXPECT_THAT(main.does(c.close()), returns(nullptr));
             EXPECT_TRUE(stage.has_file("closed"));
             EXPECT_THAT(main.does(c.close()), returns(nullptr));
             EXPECT_THAT(main.does(c.next()), raises("StopIteration"));
             RemoteCoroutine other = main.makes(module::coroutine("guarded", {"thrown"}));
             main.must(other.next());
             EXPECT_THAT(main.does(other.throws("ValueError")), raises("ValueError"));
             EXPECT_TRUE(stage.has_file("thrown"));
           }},
      {.id = "coroutine.does_not_travel",
       .level = Level::kMust,
       .says = "A generator can't be sent to another process: the attempt raises TypeError.",
       .notes = {"co.yield_simulates"},
       .needs = {"coroutine", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [reader, writer] = main.pipe(false);
             RemoteCoroutine c = main.makes(module::coroutine("count", {3}));
             EXPECT_THAT(main.does(writer.send(c.value())), raises("TypeError"));
             EXPECT_THAT(main.does(c.next()), returns(0));
             main.must(writer.send("still of use"));
             EXPECT_THAT(main.does(reader.recv()), returns("still of use"));
           }},
  };
}

// ---------------------------------------------------------------- greenlets

// A greenlet whose function is a puppet, and that has begun: whoever called switch() waits.
struct StartedGreenlet {
  RemoteGreenlet handle;
  Puppet& puppet;
  Call switched;
};

StartedGreenlet started_greenlet(Stage& stage, Puppet& puppet) {
  const std::string name = stage.invite("greenlet");
  RemoteGreenlet g = puppet.makes(module::greenlet(name));
  Call switched = puppet.begins(g.switch_to());
  return {g, stage.arrival(name), switched};
}

Claims greenlet_claims() {
  return {
      {.id = "greenlet.switches_when_told",
       .level = Level::kMust,
       .says = "switch() enters a greenlet and waits until somebody switches back; it returns what "
               "is given with that. Each goes on where it was left.",
       .notes = {"co.greenlet_manual", "co.own_context", "co.switch_anywhere_not_calls"},
       .needs = {"greenlet"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteGreenlet home = main.makes(module::current_greenlet());
             auto [g, greenlet, switched] = started_greenlet(stage, main);
             EXPECT_THAT(switched, blocks());
             Call back = greenlet.begins(home.switch_to("one"));
             EXPECT_THAT(switched, returns("one"));
             EXPECT_THAT(back, blocks());
             Call again = main.begins(g.switch_to("two"));
             EXPECT_THAT(back, returns("two"));
             EXPECT_THAT(again, blocks());
             greenlet.must(self::returns("three"));
             EXPECT_THAT(again, returns("three"));
             EXPECT_THAT(main.does(g.dead()), returns(true));
           }},
      {.id = "greenlet.waits_with_its_thread",
       .level = Level::kMust,
       .says = "A greenlet that waits, be it for another thread, does not switch by itself: its "
               "whole thread waits.",
       .notes = {"co.greenlet_manual", "co.single_thread"},
       .needs = {"greenlet", "thread_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             Puppet& thread = stage.start_thread(main);
             auto [g, greenlet, switched] = started_greenlet(stage, main);
             EXPECT_EQ(id_of(greenlet, "tid"), main.pid());
             Call get = greenlet.begins(q.get());
             EXPECT_THAT(get, blocks());
             EXPECT_THAT(switched, blocks());
             thread.must(q.put(1));
             EXPECT_THAT(get, returns(1));
             EXPECT_THAT(switched, blocks());
             greenlet.must(self::returns());
             EXPECT_THAT(switched, returns(nullptr));
           }},
      {.id = "greenlet.errors_go_to_the_parent",
       .level = Level::kMust,
       .says =
           "What a greenlet raises comes out of its parent's switch(), and it is dead; one that "
           "has begun is not dead before.",
       .notes = {"co.greenlet_manual"},
       .needs = {"greenlet"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [g, greenlet, switched] = started_greenlet(stage, main);
             EXPECT_THAT(greenlet.does(g.dead()), returns(false));
             greenlet.must(self::raises("ValueError", "out of it"));
             EXPECT_THAT(switched, raises("ValueError"));
             EXPECT_THAT(main.does(g.dead()), returns(true));
           }},
      {.id = "greenlet.belongs_to_its_thread",
       .level = Level::kMust,
       .says = "A greenlet of one thread can't be entered from another one: the attempt raises "
               "greenlet.error.",
       .notes = {"co.greenlet_manual"},
       .needs = {"greenlet"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteGreenlet home = main.makes(module::current_greenlet());
             auto [g, greenlet, switched] = started_greenlet(stage, main);
             Call back = greenlet.begins(home.switch_to());
             EXPECT_THAT(switched, returns());
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(thread.does(g.switch_to()), raises("error"));
             Call again = main.begins(g.switch_to());
             EXPECT_THAT(back, returns());
             greenlet.must(self::returns());
             EXPECT_THAT(again, returns());
           }},
  };
}

// ---------------------------------------------------------------- gevent

// The lines that the program says. Abandons the claim if it fails.
std::vector<std::string> said_by(Puppet& puppet, const std::string& program) {
  const Value done = puppet.must(module::runs_program(program));
  EXPECT_EQ(member_of(done, "code"), Value(0)) << as_text(member_of(done, "stderr"));
  return absl::StrSplit(as_text(member_of(done, "stdout")), '\n', absl::SkipEmpty());
}

const std::vector<std::string> kInterleaved = {"a0", "b0", "a1", "b1", "a2", "b2"};
const std::vector<std::string> kOneAfterTheOther = {"a0", "a1", "a2", "b0", "b1", "b2"};

Claims gevent_claims() {
  return {
      {.id = "gevent.switches_where_it_waits",
       .level = Level::kMust,
       .says = "Greenlets of gevent take turns at each gevent.sleep(), all in one thread, and at a "
               "computation not at all.",
       .notes = {"co.gevent_auto", "co.gevent_simulated_delay", "co.single_thread",
                 "co.cpu_no_gain"},
       .needs = {"gevent"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_EQ(said_by(main, "gevent_sleep"), kInterleaved);
             EXPECT_EQ(said_by(main, "gevent_busy"), kOneAfterTheOther);
             EXPECT_THAT(said_by(main, "gevent_one_thread"), ElementsAre("threads 1"));
           }},
      {.id = "gevent.needs_its_patches",
       .level = Level::kMust,
       .says = "time.sleep() holds up all greenlets, unless monkey.patch_all() has put gevent's in "
               "its place.",
       .notes = {"co.gevent_needs_patch", "co.gevent_auto"},
       .needs = {"gevent"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_EQ(said_by(main, "gevent_plain_sleep"), kOneAfterTheOther);
             EXPECT_EQ(said_by(main, "gevent_patched_sleep"), kInterleaved);
           }},
      {.id = "gevent.switches_at_sockets_not_at_files",
       .level = Level::kMust,
       .says = "After monkey.patch_all() a greenlet that waits for a socket lets others run; one "
               "that reads a regular file does not.",
       .notes = {"co.gevent_auto", "co.gevent_file_io", "co.gevent_needs_patch"},
       .needs = {"gevent"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(said_by(main, "gevent_patched_socket"),
                         ElementsAre("reads", "writes", "got bytes"));
             EXPECT_THAT(said_by(main, "gevent_file"), ElementsAre("turns 0"));
           }},
  };
}

}  // namespace

Claims coroutine_claims() {
  return all_of({generator_claims(), greenlet_claims(), gevent_claims()});
}

}  // namespace conformance
