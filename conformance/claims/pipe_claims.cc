// Pipe() and Connection: directions, messages, bytes, polling, end of file, wait() on several.
#include <signal.h>

#include <algorithm>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pipe_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/inspected.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

// More than any channel of an operating system holds without being asked to: sending it waits.
constexpr int64_t kTooBigToBuffer = 1 << 20;

// Every way to send through an end, and every way to receive.
std::vector<Op> sendings(const RemoteConnection& c) {
  return {c.send(1), c.send_bytes(bytes("x")), c.send_bytes(bytes(""))};
}
std::vector<Op> receivings(const RemoteConnection& c) {
  return {c.recv(), c.recv_bytes(), c.recv_bytes(10), c.recv_bytes_into(10),
          c.poll(), c.poll(0s),     c.poll(nullptr)};
}

const Raised& raised_by(const Call& call) {
  if (const Raised* raised = std::get_if<Raised>(&call.outcome())) return *raised;
  throw Abandon{Abandon::Why::kViolated,
                call.text() + " " + text_of(call.outcome()) + "; expected it to raise"};
}

// The names that wait() gave, in no particular order.
std::vector<std::string> ready(Puppet& puppet, const std::vector<RemoteObject>& objects,
                               std::optional<Timeout> timeout = {}) {
  std::vector<std::string> names;
  Value found = puppet.must(module::wait(objects, timeout));
  for (const Value& each : as_list(found)) names.push_back(as_text(each));
  return names;
}

RemoteConnection named(std::string name) {
  RemoteConnection c;
  c.name = std::move(name);
  return c;
}

Claims directions() {
  return {
      {.id = "pipe.is_two_way_by_default",
       .level = Level::kMust,
       .says = "Pipe() returns two ends, and what is sent on either is received on the other.",
       .notes = {"pipe.ctor_returns_pair", "pipe.duplex_default_true", "pipe.has_send_recv",
                 "pipe.single_process_con1_to_con2", "pipe.single_process_con2_to_con1"},
       .documented = {"PIPE-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             EXPECT_THAT(main.does(a.send("to b")), returns(nullptr));
             EXPECT_THAT(main.does(b.recv()), returns("to b"));
             EXPECT_THAT(main.does(b.send("to a")), returns(nullptr));
             EXPECT_THAT(main.does(a.recv()), returns("to a"));
           }},
      {.id = "pipe.is_two_way_if_asked_for",
       .level = Level::kMust,
       .says = "Pipe(duplex=True) carries bytes both ways.",
       .notes = {"pipe.duplex_default_true"},
       .documented = {"PIPE-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe(true);
             main.must(a.send_bytes(bytes("to b")));
             main.must(b.send_bytes(bytes("to a")));
             EXPECT_THAT(main.does(b.recv_bytes()), returns(bytes("to b")));
             EXPECT_THAT(main.does(a.recv_bytes()), returns(bytes("to a")));
           }},
      {.id = "pipe.connects_parent_and_child",
       .level = Level::kMust,
       .says = "Parent and child talk in both directions, whichever end the child was given.",
       .notes = {"pipe.for_ipc", "pipe.two_ipc_mechanisms", "pipe.multi_process_opposite_ends"},
       .documented = {"PIPE-01", "PIPE-32", "START-12"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             auto [c, d] = main.pipe();
             Puppet& child = stage.start_process(main, {b, c});
             main.must(a.send(1));
             EXPECT_THAT(child.does(b.recv()), returns(1));
             child.must(b.send(2));
             EXPECT_THAT(main.does(a.recv()), returns(2));
             child.must(c.send(3));
             EXPECT_THAT(main.does(d.recv()), returns(3));
             main.must(d.send(4));
             EXPECT_THAT(child.does(c.recv()), returns(4));
           }},
      {.id = "pipe.end_never_receives_what_it_sent",
       .level = Level::kMust,
       .says = "An end never receives its own messages; the two directions are independent.",
       .notes = {"pipe.single_process_con1_to_con2"},
       .documented = {"PIPE-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.send("from a"));
             EXPECT_THAT(main.does(a.poll()), returns(false));
             main.must(b.send("from b"));
             EXPECT_THAT(main.does(a.recv()), returns("from b"));
             EXPECT_THAT(main.does(b.recv()), returns("from a"));
             EXPECT_THAT(main.does(a.poll()), returns(false));
             EXPECT_THAT(main.does(b.poll()), returns(false));
           }},
      {.id = "pipe.waiting_recv_does_not_hold_up_send",
       .level = Level::kMust,
       .says = "While one thread waits in recv(), another sends on the same two-way end.",
       .documented = {"PIPE-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             Puppet& thread = stage.start_thread(main);
             Call answer = thread.begins(a.recv());
             EXPECT_THAT(answer, blocks());
             EXPECT_THAT(main.does(a.send("question")), returns());
             EXPECT_THAT(child.does(b.recv()), returns("question"));
             child.must(b.send("answer"));
             EXPECT_THAT(answer, returns("answer"));
           }},
      {.id = "pipe.full_direction_leaves_the_other_free",
       .level = Level::kMust,
       .says = "While a send waits for room, messages still pass the other way.",
       .documented = {"PIPE-01", "PIPE-27"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             Puppet& thread = stage.start_thread(main);
             Value big = Value::blob(kTooBigToBuffer, 1);
             Call sending = main.begins(a.send_bytes(big));
             EXPECT_THAT(sending, blocks());
             EXPECT_THAT(child.does(b.send("meanwhile")), returns());
             EXPECT_THAT(thread.does(a.recv()), returns("meanwhile"));
             EXPECT_THAT(child.does(b.recv_bytes()), returns(big));
             EXPECT_THAT(sending, returns());
           }},
      {.id = "pipe.one_way_goes_from_second_to_first",
       .level = Level::kMust,
       .says = "With duplex=False the first end receives what the second sends.",
       .notes = {"pipe.simplex_roles"},
       .documented = {"PIPE-02"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             child.must(sender.send("item"));
             EXPECT_THAT(main.does(receiver.recv()), returns("item"));
             main.must(sender.send_bytes(bytes("bytes")));
             EXPECT_THAT(main.does(receiver.recv_bytes()), returns(bytes("bytes")));
           }},
      {.id = "pipe.one_way_end_refuses_the_wrong_direction",
       .level = Level::kMust,
       .says = "With duplex=False, to send on the first end or to receive on the second raises "
               "OSError, and the pipe stays usable.",
       .notes = {"pipe.simplex_roles"},
       .documented = {"PIPE-02"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             for (const Op& op : sendings(receiver)) {
               EXPECT_THAT(main.does(op), raises("OSError"));
             }
             for (const Op& op : receivings(sender)) {
               EXPECT_THAT(main.does(op), raises("OSError"));
             }
             main.must(sender.send("still there"));
             EXPECT_THAT(main.does(receiver.recv()), returns("still there"));
           }},
      {.id = "pipe.wrong_direction_is_told_in_words",
       .level = Level::kShould,
       .says = "The error for the wrong direction says that the end is read-only or write-only.",
       .notes = {"pipe.simplex_roles"},
       .documented = {"PIPE-02"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             for (const Op& op : sendings(receiver)) {
               EXPECT_THAT(raised_by(main.does(op)).message, HasSubstr("read-only"));
             }
             for (const Op& op : receivings(sender)) {
               EXPECT_THAT(raised_by(main.does(op)).message, HasSubstr("write-only"));
             }
           }},
      {.id = "pipe.ends_say_their_direction",
       .level = Level::kShould,
       .says = "readable and writable tell what an end can do; in a child they tell the same.",
       .documented = {"PIPE-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {a, b, receiver, sender});
             for (Puppet* puppet : {&main, &child}) {
               for (const RemoteConnection& end : {a, b}) {
                 EXPECT_THAT(puppet->does(end.readable()), returns(true));
                 EXPECT_THAT(puppet->does(end.writable()), returns(true));
               }
               EXPECT_THAT(puppet->does(receiver.readable()), returns(true));
               EXPECT_THAT(puppet->does(receiver.writable()), returns(false));
               EXPECT_THAT(puppet->does(sender.readable()), returns(false));
               EXPECT_THAT(puppet->does(sender.writable()), returns(true));
             }
           }},
  };
}

Claims messages() {
  return {
      {.id = "pipe.recv_waits_for_a_message",
       .level = Level::kMust,
       .says = "recv() waits while there is no message, and returns the one that comes.",
       .notes = {"pipe.recv_blocks"},
       .documented = {"PIPE-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {receiver});
             for (int round : {1, 2}) {
               Call call = child.begins(receiver.recv());
               EXPECT_THAT(call, blocks());
               main.must(sender.send(round));
               EXPECT_THAT(call, returns(round));
             }
           }},
      {.id = "pipe.recv_bytes_waits_for_a_message",
       .level = Level::kMust,
       .says = "recv_bytes() and recv_bytes_into() wait while there is no message.",
       .notes = {"pipe.recv_blocks"},
       .documented = {"PIPE-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             Call whole = child.begins(b.recv_bytes());
             EXPECT_THAT(whole, blocks());
             main.must(a.send_bytes(bytes("one")));
             EXPECT_THAT(whole, returns(bytes("one")));
             Call into = child.begins(b.recv_bytes_into(3));
             EXPECT_THAT(into, blocks());
             main.must(a.send_bytes(bytes("two")));
             EXPECT_THAT(into, returns(Value::dict({{"count", 3}, {"buffer", bytes("two")}})));
           }},
      {.id = "pipe.sent_message_is_there_at_once",
       .level = Level::kMust,
       .says = "When send() has returned, the other end has the message: poll() there is true.",
       .documented = {"PIPE-24"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             EXPECT_THAT(child.does(b.poll()), returns(false));
             main.must(a.send("item"));
             EXPECT_THAT(child.does(b.poll()), returns(true));
             EXPECT_THAT(child.does(b.recv()), returns("item"));
             EXPECT_THAT(child.does(b.poll()), returns(false));
           }},
      {.id = "pipe.keeps_messages_apart",
       .level = Level::kMust,
       .says = "Each send is one message, of whatever size: recv never returns a part, or two.",
       .documented = {"PIPE-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             std::vector<Op> sends;
             std::vector<Value> sent;
             for (int size : {0,     1,     0,    3,     127,   128,    255,   256,   4096,
                              4097,  1,     8192, 16383, 16384, 16385,  32767, 32768, 65535,
                              65536, 65537, 2,    0,     70000, 200001, 5}) {
               sent.push_back(Value::blob(size, 1000 + size));
               sends.push_back(sender.send_bytes(sent.back()));
             }
             Call sending = child.begins(batch(sends));
             for (const Value& each : sent) {
               EXPECT_THAT(main.does(receiver.recv_bytes()), returns(each));
             }
             EXPECT_THAT(sending, returns());
             EXPECT_THAT(main.does(receiver.poll()), returns(false));
           }},
      {.id = "pipe.keeps_items_apart",
       .level = Level::kMust,
       .says = "Items of any size, sent one after the other, are received one by one.",
       .documented = {"PIPE-04", "PIPE-05"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             std::vector<Op> sends;
             std::vector<Value> sent;
             for (int size : {0, 16300, 1, 16384, 16500, 3, 70000, 300000, 0, 32768}) {
               sent.push_back(Value::list({size, Value::blob(size, size)}));
               sends.push_back(b.send(sent.back()));
             }
             Call sending = child.begins(batch(sends));
             for (const Value& each : sent) EXPECT_THAT(main.does(a.recv()), returns(each));
             EXPECT_THAT(sending, returns());
             EXPECT_THAT(main.does(a.poll()), returns(false));
           }},
      {.id = "pipe.carries_big_messages",
       .level = Level::kMust,
       .says = "A message of several megabytes arrives whole, as bytes and as an item, one way "
               "and two-way.",
       .documented = {"PIPE-04", "PIPE-29"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {sender, b});
             Value big = Value::blob(3 * kTooBigToBuffer + 1, 7);
             Call one_way = child.begins(sender.send_bytes(big));
             EXPECT_THAT(main.does(receiver.recv_bytes()), returns(big));
             EXPECT_THAT(one_way, returns());
             Call two_way = child.begins(b.send(big));
             EXPECT_THAT(main.does(a.recv()), returns(big));
             EXPECT_THAT(two_way, returns());
           }},
      {.id = "pipe.keeps_the_order_of_a_sender",
       .level = Level::kMust,
       .says = "Messages of one sender arrive in the order sent.",
       .documented = {"PIPE-05"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             constexpr int kMessages = 200;
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             std::vector<Op> sends;
             std::vector<Value> expected;
             for (int i = 0; i < kMessages; ++i) {
               sends.push_back(b.send(i));
               expected.emplace_back(i);
             }
             Call sending = child.begins(batch(sends));
             EXPECT_THAT(results(main.does(batch({a.recv()}, kMessages))),
                         ElementsAreArray(expected));
             EXPECT_THAT(sending, returns());
           }},
      {.id = "pipe.thousands_of_small_messages_wait",
       .level = Level::kMust,
       .says = "More short messages than a pipe holds, one way or two-way, do not fail: their "
               "sender waits, and they arrive in order.",
       .documented = {"PIPE-29", "PIPE-05"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             constexpr int kMessages = 12000;
             Puppet& main = stage.main();
             for (bool duplex : {false, true}) {
               auto [receiver, sender] = main.pipe(duplex);
               Puppet& child = stage.start_process(main, {sender});
               Call sending = child.begins(batch(
                   {sender.send_bytes(bytes("")), sender.send_bytes(bytes("a short message"))},
                   kMessages / 2));
               stage.comes_to_rest();  // the pipe is full
               const std::vector<Value> got =
                   results(main.does(batch({receiver.recv_bytes()}, kMessages)));
               ASSERT_EQ(got.size(), size_t{kMessages});
               for (int i = 0; i < kMessages; ++i)
                 ASSERT_EQ(got[i], bytes(i % 2 == 0 ? "" : "a short message")) << "message " << i;
               EXPECT_THAT(sending, returns());
             }
           }},
      {.id = "pipe.carries_values_of_every_kind",
       .level = Level::kMust,
       .says = "What is received equals what was sent, in value and in type.",
       .notes = {"pipe.has_send_recv"},
       .documented = {"PIPE-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Value nested = Value::dict(
                 {{"list", Value::list({1, Value::list({}), Value::tuple({})})},
                  {Value::tuple({1, "key"}), Value::dict({{"inner", bytes(std::string(1, '\0'))}})},
                  {7, nullptr}});
             for (const Value& item : std::vector<Value>{nullptr,
                                                         true,
                                                         false,
                                                         0,
                                                         1,
                                                         -1,
                                                         255,
                                                         256,
                                                         65536,
                                                         int64_t{1} << 32,
                                                         std::numeric_limits<int64_t>::max(),
                                                         std::numeric_limits<int64_t>::min(),
                                                         0.0,
                                                         1.0,
                                                         -2.5,
                                                         1e300,
                                                         std::numeric_limits<double>::infinity(),
                                                         "",
                                                         "plain",
                                                         "Grüße, 世界 🙂",
                                                         std::string("nul\0inside", 10),
                                                         bytes(""),
                                                         bytes(std::string("\0\xff\n", 3)),
                                                         Value::list({}),
                                                         Value::list({1, 1.0, true}),
                                                         Value::tuple({}),
                                                         Value::tuple({"a", nullptr}),
                                                         Value::dict({}),
                                                         nested,
                                                         Value::function("square")}) {
               main.must(a.send(item));
               EXPECT_THAT(main.does(b.recv()), returns(item));
             }
           }},
      {.id = "pipe.send_waits_while_the_channel_is_full",
       .level = Level::kShould,
       .says = "send() of more than the channel holds returns only when the receiver has made "
               "room: nothing piles up without bound.",
       .documented = {"PIPE-27"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {sender, b});
             Value big = Value::blob(kTooBigToBuffer, 3);
             Call one_way = child.begins(sender.send(big));
             EXPECT_THAT(one_way, blocks());
             EXPECT_THAT(main.does(receiver.recv()), returns(big));
             EXPECT_THAT(one_way, returns());
             Call two_way = child.begins(b.send(big));
             EXPECT_THAT(two_way, blocks());
             EXPECT_THAT(main.does(a.recv()), returns(big));
             EXPECT_THAT(two_way, returns());
           }},
      {.id = "pipe.signal_does_not_tear_a_message",
       .level = Level::kShould,
       .says = "A signal that is handled while send() waits in the middle of a message changes "
               "nothing: the message arrives whole.",
       .documented = {"PIPE-04", "PIPE-27"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             child.must(self::on_signal(SIGUSR1, "note"));
             Value big = Value::blob(kTooBigToBuffer, 5);
             Call sending = child.begins(sender.send_bytes(big));
             EXPECT_THAT(sending, blocks());
             stage.signal(child, SIGUSR1);
             EXPECT_THAT(sending, blocks());
             EXPECT_THAT(main.does(receiver.recv_bytes()), returns(big));
             EXPECT_THAT(sending, returns());
             EXPECT_THAT(child.does(self::noted(SIGUSR1)), returns(1));
             child.must(sender.send("next"));
             EXPECT_THAT(main.does(receiver.recv()), returns("next"));
           }},
      {.id = "pipe.signal_does_not_end_a_recv",
       .level = Level::kShould,
       .says = "A signal that is handled while recv() or poll(None) waits does not end the wait.",
       .documented = {"PIPE-08", "WAIT-07"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             child.must(self::on_signal(SIGUSR1, "note"));
             for (const Op& op : {b.recv(), b.poll(nullptr)}) {
               Call call = child.begins(op);
               EXPECT_THAT(call, blocks());
               stage.signal(child, SIGUSR1);
               EXPECT_THAT(call, blocks());
               main.must(a.send(true));
               EXPECT_THAT(call, returns(true));
             }
             EXPECT_THAT(child.does(self::noted(SIGUSR1)), returns(2));
           }},
      {.id = "pipe.refuses_what_cannot_be_serialised",
       .level = Level::kMust,
       .says = "send() of an item that cannot be serialised raises, sends nothing, and leaves the "
               "connection usable.",
       .documented = {"PIPE-06"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             EXPECT_THAT(main.does(a.send(Value::unpicklable())), raises());
             EXPECT_THAT(
                 main.does(a.send(Value::list({Value::blob(100000, 1), 2, Value::unpicklable()}))),
                 raises());
             EXPECT_THAT(main.does(b.poll()), returns(false));
             main.must(a.send("good"));
             EXPECT_THAT(main.does(b.recv()), returns("good"));
             EXPECT_THAT(main.does(b.poll()), returns(false));
           }},
      {.id = "pipe.bad_message_costs_only_itself",
       .level = Level::kShould,
       .says = "recv() of bytes that are no item raises, consumes that message, and the next one "
               "is received.",
       .documented = {"PIPE-07"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             for (const char* junk : {"junk that is no item", ""}) {
               main.must(a.send_bytes(bytes(junk)));
               main.must(a.send("good"));
               EXPECT_THAT(main.does(b.recv()), raises());
               EXPECT_THAT(main.does(b.recv()), returns("good"));
             }
             EXPECT_THAT(main.does(b.poll()), returns(false));
           }},
      {.id = "pipe.end_can_be_used_in_turn",
       .level = Level::kMust,
       .says = "Several processes that hold the same end may use it one after the other: each "
               "message goes to exactly one of them.",
       .notes = {"pipe.unsafe"},
       .documented = {"PIPE-05", "PIPE-32"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& first = stage.start_process(main, {receiver, sender});
             Puppet& second = stage.start_process(main, {receiver, sender});
             for (int i : {1, 2, 3}) main.must(sender.send(i));
             EXPECT_THAT(first.does(receiver.recv()), returns(1));
             EXPECT_THAT(second.does(receiver.recv()), returns(2));
             EXPECT_THAT(main.does(receiver.recv()), returns(3));
             second.must(sender.send("of second"));
             first.must(sender.send("of first"));
             EXPECT_THAT(main.does(receiver.recv()), returns("of second"));
             EXPECT_THAT(second.does(receiver.recv()), returns("of first"));
             EXPECT_THAT(main.does(receiver.poll()), returns(false));
           }},
      {.id = "pipe.one_message_wakes_one_receiver",
       .level = Level::kShould,
       .says = "Of two processes that wait in recv() on the same end, a message ends the wait of "
               "exactly one.",
       .documented = {"PIPE-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& first = stage.start_process(main, {receiver});
             Puppet& second = stage.start_process(main, {receiver});
             Call a = first.begins(receiver.recv_bytes());
             EXPECT_THAT(a, blocks());
             Call b = second.begins(receiver.recv_bytes());
             EXPECT_THAT(b, blocks());
             main.must(sender.send_bytes(bytes("")));
             ASSERT_TRUE(stage.comes_to_rest());
             bool a_has = std::holds_alternative<Returned>(a.outcome_if_blocked());
             EXPECT_THAT(a_has ? a : b, returns(bytes("")));
             EXPECT_THAT(a_has ? b : a, blocks());
             main.must(sender.send_bytes(bytes("")));
             EXPECT_THAT(a_has ? b : a, returns(bytes("")));
           }},
      {.id = "pipe.small_messages_of_several_senders_stay_whole",
       .level = Level::kShould,
       .says = "Short messages that two processes send on the same end at the same time all "
               "arrive, and whole.",
       .notes = {"pipe.unsafe"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             constexpr int kTimes = 200;
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& first = stage.start_process(main, {sender});
             Puppet& second = stage.start_process(main, {sender});
             Value shorter = bytes(std::string(7, 's')), longer = bytes(std::string(200, 'l'));
             Call a = first.begins(batch({sender.send_bytes(shorter)}, kTimes));
             Call b = second.begins(batch({sender.send_bytes(longer)}, kTimes));
             std::vector<Value> got =
                 results(main.does(batch({receiver.recv_bytes()}, 2 * kTimes)));
             EXPECT_EQ(std::count(got.begin(), got.end(), shorter), kTimes);
             EXPECT_EQ(std::count(got.begin(), got.end(), longer), kTimes);
             EXPECT_THAT(a, returns());
             EXPECT_THAT(b, returns());
           }},
      {.id = "pipe.killed_sender_leaves_no_part_of_a_short_message",
       .level = Level::kShould,
       .says = "A sender that is killed while a short message waits for room leaves nothing of it "
               "behind: what others send on the same end is received.",
       .notes = {"pipe.unsafe"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             // On Linux four bytes of the pipe are free when the short message comes: enough for a
             // length alone.
             Value page = Value::blob(4092, 1), last = Value::blob(4088, 2), brief = bytes("short");
             std::vector<Op> sends(15, sender.send_bytes(page));
             sends.insert(sends.end(), {sender.send_bytes(last), sender.send_bytes(brief)});
             child.begins(batch(sends));
             ASSERT_TRUE(stage.comes_to_rest());
             kill_at_once(stage, child);
             for (size_t i = 0; i < sends.size() && main.must(receiver.poll()) == Value(true);
                  ++i) {
               EXPECT_THAT(main.does(receiver.recv_bytes()),
                           AnyOf(returns(page), returns(last), returns(brief)));
             }
             main.must(sender.send("of another"));
             EXPECT_THAT(main.does(receiver.recv()), returns("of another"));
           }},
      {.id = "pipe.big_messages_of_several_senders_stay_whole",
       .level = Level::kBeyond,
       .says = "Long messages that two threads send on the same end at the same time never mix.",
       .notes = {"pipe.unsafe"},
       .documented = {"PIPE-31", "ROB-40"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {receiver});
             Puppet& thread = stage.start_thread(main);
             Value one = Value::blob(kTooBigToBuffer, 1);
             Value other = Value::blob(kTooBigToBuffer, 500000);
             Call of_main = main.begins(sender.send_bytes(one));
             EXPECT_THAT(of_main, blocks());
             Call of_thread = thread.begins(sender.send_bytes(other));
             EXPECT_THAT(of_thread, blocks());
             Call got = child.does(receiver.recv_bytes());
             ASSERT_THAT(got, AnyOf(returns(one), returns(other)));
             bool one_came = got.value() == one.as_received();
             EXPECT_THAT(child.does(receiver.recv_bytes()), returns(one_came ? other : one));
             EXPECT_THAT(of_main, returns());
             EXPECT_THAT(of_thread, returns());
           }},
  };
}

Claims endings() {
  return {
      {.id = "pipe.recv_raises_eof_when_the_sender_is_closed",
       .level = Level::kMust,
       .says = "When the other end is closed and nothing is left, every kind of recv raises "
               "EOFError, again and again.",
       .notes = {"pipe.eof_when_sender_closed", "pipe.recv_after_close_eof"},
       .documented = {"PIPE-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             main.must(sender.close());
             main.must(b.close());
             for (const RemoteConnection& end : {receiver, a}) {
               EXPECT_THAT(main.does(end.recv()), raises("EOFError"));
               EXPECT_THAT(main.does(end.recv_bytes()), raises("EOFError"));
               EXPECT_THAT(main.does(end.recv_bytes(5)), raises("EOFError"));
               EXPECT_THAT(main.does(end.recv_bytes_into(5)), raises("EOFError"));
               EXPECT_THAT(main.does(end.recv()), raises("EOFError"));
             }
           }},
      {.id = "pipe.closed_ends_leave_no_descriptor",
       .level = Level::kMust,
       .says = "When both ends of a pipe are closed, a process has as many descriptors as before.",
       .documented = {"PIPE-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto one_more = [&] {
               auto [left, right] = main.pipe();
               main.must(left.send(1));
               EXPECT_THAT(main.does(right.recv()), returns(1));
               main.must(left.close());
               main.must(right.close());
             };
             one_more();
             const std::optional<int> before = stage.open_files(main);
             for (int i = 0; i < 3; ++i) one_more();
             EXPECT_EQ(stage.open_files(main), before);
           }},
      {.id = "pipe.message_after_message_is_whole",
       .level = Level::kMust,
       .says = "Of hundreds of messages, sent and received by turns, each arrives as it was sent.",
       .documented = {"PIPE-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [left, right] = main.pipe();
             for (int i = 0; i < 300; ++i) {
               const std::string text(1501, static_cast<char>('a' + i % 26));
               main.must(left.send(text));
               EXPECT_EQ(main.must(right.recv()), Value(text)) << "message " << i;
             }
           }},
      {.id = "pipe.close_wakes_a_waiting_receiver",
       .level = Level::kMust,
       .says = "A recv() that waits raises EOFError when the last copy of the other end is closed.",
       .notes = {"pipe.eof_when_sender_closed", "pipe.close_unused_in_child",
                 "pipe.close_unused_in_parent"},
       .documented = {"PIPE-08", "PIPE-11"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {receiver, sender});
             child.must(sender.close());
             main.must(receiver.close());
             Call call = child.begins(receiver.recv());
             EXPECT_THAT(call, blocks());
             main.must(sender.close());
             EXPECT_THAT(call, raises("EOFError"));
           }},
      {.id = "pipe.what_was_sent_comes_before_eof",
       .level = Level::kMust,
       .says = "All that was sent before the close is received before EOFError.",
       .notes = {"pipe.eof_after_drain"},
       .documented = {"PIPE-09"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             for (int i : {1, 2, 3}) main.must(sender.send(i));
             for (int i : {1, 2, 3}) main.must(b.send(i));
             main.must(sender.close());
             main.must(b.close());
             for (const RemoteConnection& end : {receiver, a}) {
               for (int i : {1, 2, 3}) EXPECT_THAT(main.does(end.recv()), returns(i));
               EXPECT_THAT(main.does(end.recv()), raises("EOFError"));
             }
           }},
      {.id = "pipe.loop_until_eof_ends",
       .level = Level::kMust,
       .says = "The usual loop: a child that closed the end that it does not use receives all "
               "that the parent sends, until the parent closes.",
       .notes = {"pipe.sample.eof_loop_as_written", "pipe.eof_when_sender_closed",
                 "pipe.close_unused_in_child", "pipe.close_unused_in_parent"},
       .documented = {"PIPE-08", "PIPE-09", "PIPE-11"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [con1, con2] = main.pipe();
             Puppet& child = stage.start_process(main, {con1, con2});
             main.must(con2.close());
             child.must(con1.close());
             for (int i = 0; i < 10; ++i) main.must(con1.send(i));
             main.must(con1.close());
             for (int i = 0; i < 10; ++i) EXPECT_THAT(child.does(con2.recv()), returns(i));
             EXPECT_THAT(child.does(con2.recv()), raises("EOFError"));
           }},
      {.id = "pipe.eof_needs_every_copy_closed",
       .level = Level::kMust,
       .says = "While any process still holds a copy of the other end, recv() waits; the last "
               "close ends the wait.",
       .notes = {"pipe.eof_when_sender_closed"},
       .documented = {"PIPE-11"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& sibling = stage.start_process(main, {sender});
             main.must(sender.close());
             Call call = main.begins(receiver.recv());
             EXPECT_THAT(call, blocks());
             sibling.must(sender.close());
             EXPECT_THAT(call, raises("EOFError"));
           }},
      {.id = "pipe.closing_a_copy_leaves_the_others",
       .level = Level::kMust,
       .says = "To close an end in one process does not close it in another.",
       .notes = {"pipe.close_unused_in_parent"},
       .documented = {"PIPE-11", "PIPE-14"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {a, b});
             main.must(b.close());
             child.must(a.close());
             EXPECT_THAT(child.does(b.send(1)), returns());
             EXPECT_THAT(main.does(a.recv()), returns(1));
             EXPECT_THAT(main.does(a.send(2)), returns());
             EXPECT_THAT(child.does(b.recv()), returns(2));
             EXPECT_THAT(main.does(b.send(3)), raises("OSError"));
           }},
      {.id = "pipe.senders_end_is_seen_as_eof",
       .level = Level::kMust,
       .says = "What a process sent before it ended is received, then comes EOFError, whether it "
               "returned or was killed.",
       .notes = {"pipe.eof_after_drain"},
       .documented = {"PIPE-09", "PIPE-11"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool kill : {false, true}) {
               auto [receiver, sender] = main.pipe(false);
               Puppet& child = stage.start_process(main, {sender});
               main.must(sender.close());
               child.must(sender.send("last words"));
               if (kill) {
                 kill_at_once(stage, child);
               } else {
                 child.must(self::returns());
               }
               EXPECT_THAT(main.does(receiver.recv()), returns("last words"));
               EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
             }
           }},
      {.id = "pipe.send_raises_broken_pipe_without_a_receiver",
       .level = Level::kMust,
       .says = "To send when the other end is closed everywhere raises BrokenPipeError, each time, "
               "and the process lives on.",
       .notes = {"pipe.send_without_reader"},
       .documented = {"PIPE-12"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             main.must(receiver.close());
             main.must(b.close());
             for (const RemoteConnection& end : {sender, a}) {
               EXPECT_THAT(main.does(end.send(1)), raises("BrokenPipeError"));
               EXPECT_THAT(main.does(end.send_bytes(bytes("x"))), raises("BrokenPipeError"));
               EXPECT_THAT(main.does(end.send_bytes(bytes(""))), raises("BrokenPipeError"));
               EXPECT_THAT(main.does(end.send_bytes(Value::blob(100000, 1))),
                           raises("BrokenPipeError"));
               EXPECT_THAT(main.does(end.close()), returns());
             }
           }},
      {.id = "pipe.receivers_end_wakes_a_waiting_sender",
       .level = Level::kMust,
       .says = "A send() that waits for room raises BrokenPipeError when the receiver closes its "
               "end or is killed.",
       .notes = {"pipe.send_without_reader"},
       .documented = {"PIPE-12"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool kill : {false, true}) {
               auto [receiver, sender] = main.pipe(false);
               Puppet& child = stage.start_process(main, {receiver});
               main.must(receiver.close());
               Call call = main.begins(sender.send_bytes(Value::blob(kTooBigToBuffer, 1)));
               EXPECT_THAT(call, blocks());
               if (kill) {
                 kill_at_once(stage, child);
               } else {
                 child.must(receiver.close());
               }
               EXPECT_THAT(call, raises("BrokenPipeError"));
             }
           }},
      {.id = "pipe.close_with_unread_messages",
       .level = Level::kVariation,
       .says = "When the closing side of a two-way pipe had not read everything, the other side's "
               "recv() raises EOFError or ConnectionResetError.",
       .documented = {"PIPE-10"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.send("never read"));
             main.must(b.close());
             stage.varies(raised_by(main.does(a.recv())).type,
                          {"EOFError", "ConnectionResetError"});
           }},
      {.id = "pipe.unread_messages_of_the_closer_do_no_harm",
       .level = Level::kBeyond,
       .says = "What was sent before the close is received, and then EOFError comes, even if the "
               "closing side left messages unread.",
       .documented = {"ROB-41"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.send("never read"));
             main.must(b.send(1));
             main.must(b.send(2));
             main.must(b.close());
             EXPECT_THAT(main.does(a.recv()), returns(1));
             EXPECT_THAT(main.does(a.recv()), returns(2));
             EXPECT_THAT(main.does(a.recv()), raises("EOFError"));
           }},
      {.id = "pipe.torn_message_raises_oserror",
       .level = Level::kShould,
       .says = "When a sender is killed in the middle of a message, the messages before it are "
               "received, and then recv raises OSError rather than EOFError, once.",
       .documented = {"PIPE-30"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool duplex : {false, true}) {
               auto [receiver, sender] = main.pipe(duplex);
               Puppet& child = stage.start_process(main, {sender});
               main.must(sender.close());
               child.must(sender.send("whole"));
               Call torn = child.begins(sender.send(Value::blob(kTooBigToBuffer, 1)));
               EXPECT_THAT(torn, blocks());
               kill_at_once(stage, child);
               EXPECT_THAT(main.does(receiver.recv()), returns("whole"));
               EXPECT_THAT(main.does(receiver.recv()), raises("OSError"));
               EXPECT_THAT(main.does(receiver.recv()), raises("EOFError")) << "the torn one again";
             }
           }},
      {.id = "pipe.message_without_its_body_is_torn",
       .level = Level::kBeyond,
       .says = "A sender that is killed when it has written no more than the length of a message "
               "is not mistaken for one that closed in good order.",
       .documented = {"PIPE-30"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             main.must(sender.close());
             // Fills the sixteen pages of Linux's pipe but for four bytes, where a message's length
             // goes before it and takes four bytes.
             constexpr int kFullPages = 15;
             Value page = Value::blob(4092, 1), last = Value::blob(4088, 2);
             child.must(batch({sender.send_bytes(page)}, kFullPages));
             child.must(sender.send_bytes(last));
             Call torn = child.begins(sender.send_bytes(Value::blob(kTooBigToBuffer, 1)));
             EXPECT_THAT(torn, blocks());
             kill_at_once(stage, child);
             for (int i = 0; i < kFullPages; ++i) {
               EXPECT_THAT(main.does(receiver.recv_bytes()), returns(page));
             }
             EXPECT_THAT(main.does(receiver.recv_bytes()), returns(last));
             EXPECT_THAT(main.does(receiver.recv_bytes()), raises("OSError"));
           }},
  };
}

Claims closing() {
  return {
      {.id = "pipe.closed_end_refuses_everything",
       .level = Level::kMust,
       .says = "Every operation on an end that was closed here raises OSError.",
       .notes = {"pipe.recv_after_close_eof"},
       .documented = {"PIPE-14"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(b.send("unread"));
             main.must(a.close());
             for (const Op& op : sendings(a)) EXPECT_THAT(main.does(op), raises("OSError"));
             for (const Op& op : receivings(a)) EXPECT_THAT(main.does(op), raises("OSError"));
             EXPECT_THAT(main.does(a.send_bytes(bytes("x"), 0, 1)), raises("OSError"));
             EXPECT_THAT(main.does(a.poll(50ms)), raises("OSError"));
             EXPECT_THAT(raised_by(main.does(a.recv())).type, Not("EOFError"));
           }},
      {.id = "pipe.closed_one_way_end_refuses_everything",
       .level = Level::kMust,
       .says = "Every operation on a closed end of a one-way pipe raises OSError.",
       .documented = {"PIPE-14"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             main.must(receiver.close());
             main.must(sender.close());
             for (const Op& op : receivings(receiver)) {
               EXPECT_THAT(main.does(op), raises("OSError"));
             }
             for (const Op& op : sendings(sender)) EXPECT_THAT(main.does(op), raises("OSError"));
           }},
      {.id = "pipe.use_after_close_is_told_in_words",
       .level = Level::kShould,
       .says = "The error for the use of a closed end says that it is closed.",
       .notes = {"pipe.recv_after_close_eof"},
       .documented = {"PIPE-14"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.close());
             for (const Op& op : sendings(a)) {
               EXPECT_THAT(raised_by(main.does(op)).message, HasSubstr("closed"));
             }
             for (const Op& op : receivings(a)) {
               EXPECT_THAT(raised_by(main.does(op)).message, HasSubstr("closed"));
             }
             EXPECT_THAT(raised_by(main.does(a.fileno())).message, HasSubstr("closed"));
           }},
      {.id = "pipe.close_can_be_repeated",
       .level = Level::kMust,
       .says = "close() of a closed end does nothing, even when its descriptor's number has been "
               "given to another end.",
       .documented = {"PIPE-14"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.close());
             EXPECT_THAT(main.does(a.close()), returns(nullptr));
             main.must(b.close());
             auto [c, d] = main.pipe();
             EXPECT_THAT(main.does(a.close()), returns(nullptr));
             EXPECT_THAT(main.does(b.close()), returns(nullptr));
             main.must(a.drop());
             main.must(b.drop());
             main.must(c.send(1));
             EXPECT_THAT(main.does(d.recv()), returns(1));
           }},
      {.id = "pipe.says_whether_it_is_closed",
       .level = Level::kShould,
       .says = "closed is false until the end is closed here, and true afterwards.",
       .documented = {"PIPE-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             EXPECT_THAT(main.does(a.closed()), returns(false));
             main.must(b.close());
             EXPECT_THAT(main.does(b.closed()), returns(true));
             EXPECT_THAT(main.does(a.closed()), returns(false));
             EXPECT_THAT(main.does(a.recv()), raises("EOFError"));
             EXPECT_THAT(main.does(a.closed()), returns(false));
           }},
      {.id = "pipe.fileno_is_the_descriptor",
       .level = Level::kMust,
       .says = "fileno() gives each end a descriptor of its own, and raises OSError once it is "
               "closed.",
       .documented = {"PIPE-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             int64_t of_a = as_int(main.must(a.fileno()));
             int64_t of_b = as_int(main.must(b.fileno()));
             EXPECT_GE(of_a, 0);
             EXPECT_GE(of_b, 0);
             EXPECT_NE(of_a, of_b);
             EXPECT_THAT(main.does(a.fileno()), returns(of_a));
             main.must(a.close());
             EXPECT_THAT(main.does(a.fileno()), raises("OSError"));
             EXPECT_THAT(main.does(b.fileno()), returns(of_b));
           }},
      {.id = "pipe.fileno_is_ready_when_there_is_something",
       .level = Level::kShould,
       .says =
           "The descriptor of an end is readable, for select() and for event loops, while there "
           "is something to receive, and only then; at the end of file it stays so.",
       .documented = {"PIPE-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool duplex : {false, true}) {
               auto [receiver, sender] = main.pipe(duplex);
               const int64_t fd = as_int(main.must(receiver.fileno()));
               const auto is_readable = [&] { return readable(stage, main, fd); };
               for (int round = 0; round < 2; ++round) {
                 EXPECT_FALSE(is_readable());
                 main.must(sender.send("first"));
                 main.must(sender.send("second"));
                 EXPECT_TRUE(is_readable());
                 EXPECT_THAT(main.does(receiver.recv()), returns("first"));
                 EXPECT_TRUE(is_readable()) << "the second one is there";
                 EXPECT_THAT(main.does(receiver.recv()), returns("second"));
                 EXPECT_FALSE(is_readable()) << "all was received";
               }
               main.must(sender.close());
               EXPECT_TRUE(is_readable());
               EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
               EXPECT_TRUE(is_readable());
             }
           }},
      {.id = "pipe.with_block_closes",
       .level = Level::kMust,
       .says = "An end is usable inside its with block and closed after it, which the other side "
               "sees as end of file.",
       .documented = {"PIPE-15"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.enter());
             main.must(a.send(1));
             main.must(a.exit());
             EXPECT_THAT(main.does(a.send(2)), raises("OSError"));
             EXPECT_THAT(main.does(b.recv()), returns(1));
             EXPECT_THAT(main.does(b.recv()), raises("EOFError"));
             main.must(b.enter());
             main.must(b.close());
             EXPECT_THAT(main.does(b.exit()), returns());
           }},
      {.id = "pipe.with_block_gives_the_end",
       .level = Level::kMust,
       .says = "What `with end as c` names c is the end itself.",
       .documented = {"PIPE-15"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             RemoteConnection c = named("c");
             Op enter = a.enter();
             enter.as = {c.name};
             main.must(enter);
             EXPECT_THAT(main.does(c.send("through c")), returns());
             EXPECT_THAT(main.does(b.recv()), returns("through c"));
             main.must(a.exit());
             EXPECT_THAT(main.does(c.send("too late")), raises("OSError"));
           }},
      {.id = "pipe.dropped_end_is_closed",
       .level = Level::kShould,
       .says = "An end that nobody refers to any more is closed: the other side sees end of file.",
       .documented = {"PIPE-15"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             main.must(sender.send("left behind"));
             main.must(sender.drop());
             EXPECT_THAT(main.does(receiver.recv()), returns("left behind"));
             EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
           }},
  };
}

Claims bytes_claims() {
  return {
      {.id = "pipe.send_bytes_sends_a_slice",
       .level = Level::kMust,
       .says = "send_bytes(buffer, offset, size) sends exactly that part as one message; without "
               "size, all from offset on.",
       .documented = {"PIPE-16"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Value data = bytes("abcde");
             struct Slice {
               std::optional<int> offset, size;
               const char* sent;
             };
             for (const Slice& s :
                  {Slice{{}, {}, "abcde"}, Slice{0, {}, "abcde"}, Slice{2, {}, "cde"},
                   Slice{5, {}, ""}, Slice{0, 0, ""}, Slice{0, 3, "abc"}, Slice{1, 3, "bcd"},
                   Slice{2, 3, "cde"}, Slice{4, 1, "e"}, Slice{5, 0, ""}, Slice{0, 5, "abcde"}}) {
               main.must(a.send_bytes(data, s.offset, s.size));
               EXPECT_THAT(main.does(b.recv_bytes()), returns(bytes(s.sent)));
             }
             EXPECT_THAT(main.does(b.poll()), returns(false));
           }},
      {.id = "pipe.send_bytes_counts_the_bytes_of_wide_items",
       .level = Level::kShould,
       .says = "send_bytes() of a buffer whose items are wider than a byte sends all its bytes; "
               "offset and size count bytes as well.",
       .documented = {"PIPE-16"},
       .needs = {"pipe", "raw_array", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [left, right] = main.pipe();
             const RemoteArray items = main.raw_array("h", Value::list({0x0101, 0x0202, 0x0303}));
             const Value wide = items.RemoteObject::value();
             main.must(left.send_bytes(wide));
             EXPECT_THAT(main.does(right.recv_bytes()), returns(bytes("\1\1\2\2\3\3")));
             main.must(left.send_bytes(wide, 1, 4));
             EXPECT_THAT(main.does(right.recv_bytes()), returns(bytes("\1\2\2\3")));
             EXPECT_THAT(main.does(left.send_bytes(wide, 0, 7)), raises("ValueError"));
           }},
      {.id = "pipe.send_bytes_sends_a_slice_of_a_big_buffer",
       .level = Level::kMust,
       .says = "The parts of a buffer that is too big to be sent at once arrive exact.",
       .documented = {"PIPE-16"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             constexpr int kSize = 400000;
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             // Four bytes further, the counting words of a blob begin one later.
             Value data = Value::blob(kSize, 10);
             Call tail = child.begins(sender.send_bytes(data, 4));
             EXPECT_THAT(main.does(receiver.recv_bytes()), returns(Value::blob(kSize - 4, 11)));
             EXPECT_THAT(tail, returns());
             Call middle = child.begins(sender.send_bytes(data, 8, kSize - 20));
             EXPECT_THAT(main.does(receiver.recv_bytes()), returns(Value::blob(kSize - 20, 12)));
             EXPECT_THAT(middle, returns());
           }},
      {.id = "pipe.send_bytes_refuses_a_bad_slice",
       .level = Level::kMust,
       .says = "send_bytes() with a negative offset or size, or beyond the buffer, raises "
               "ValueError and sends nothing.",
       .documented = {"PIPE-16"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Value data = bytes("abcde");
             for (const Op& op :
                  {a.send_bytes(data, -1), a.send_bytes(data, -5, 2), a.send_bytes(data, 6),
                   a.send_bytes(data, 6, 0), a.send_bytes(data, 0, -1), a.send_bytes(data, 2, -2),
                   a.send_bytes(data, 0, 6), a.send_bytes(data, 3, 3), a.send_bytes(data, 5, 1),
                   a.send_bytes(bytes(""), 1)}) {
               EXPECT_THAT(main.does(op), raises("ValueError"));
             }
             EXPECT_THAT(main.does(b.poll()), returns(false));
             main.must(a.send_bytes(data));
             EXPECT_THAT(main.does(b.recv_bytes()), returns(data));
           }},
      {.id = "pipe.empty_message_is_a_message",
       .level = Level::kMust,
       .says = "An empty byte message is received as such, not as end of file, and not dropped.",
       .documented = {"PIPE-17"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             for (auto [from, to] : {std::pair{sender, receiver}, std::pair{b, a}}) {
               for (int i = 0; i < 4; ++i) main.must(from.send_bytes(bytes("")));
               EXPECT_THAT(main.does(to.poll()), returns(true));
               EXPECT_THAT(main.does(to.recv_bytes()), returns(bytes("")));
               EXPECT_THAT(main.does(to.recv_bytes(0)), returns(bytes("")));
               EXPECT_THAT(main.does(to.recv_bytes_into(2)),
                           returns(Value::dict({{"count", 0}, {"buffer", bytes("..")}})));
               EXPECT_THAT(main.does(to.recv_bytes_into(0)),
                           returns(Value::dict({{"count", 0}, {"buffer", bytes("")}})));
               EXPECT_THAT(main.does(to.poll()), returns(false));
             }
           }},
      {.id = "pipe.recv_bytes_accepts_up_to_maxlength",
       .level = Level::kMust,
       .says = "recv_bytes(maxlength) returns a message of exactly maxlength bytes, and shorter "
               "ones.",
       .documented = {"PIPE-18"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             for (int maxlength : {5, 6, 1000000}) {
               main.must(sender.send_bytes(bytes("abcde")));
               EXPECT_THAT(main.does(receiver.recv_bytes(maxlength)), returns(bytes("abcde")));
             }
             EXPECT_THAT(main.does(receiver.poll()), returns(false));
           }},
      {.id = "pipe.too_long_message_closes_a_one_way_end",
       .level = Level::kMust,
       .says = "recv_bytes(maxlength) of a longer message raises OSError, and a one-way end is "
               "closed by it.",
       .documented = {"PIPE-18"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int maxlength : {4, 0}) {
               auto [receiver, sender] = main.pipe(false);
               main.must(sender.send_bytes(bytes("abcde")));
               EXPECT_THAT(main.does(receiver.recv_bytes(maxlength)), raises("OSError"));
               for (const Op& op : receivings(receiver)) {
                 EXPECT_THAT(main.does(op), raises("OSError"));
               }
               EXPECT_THAT(main.does(sender.send(1)), raises("BrokenPipeError"));
             }
           }},
      {.id = "pipe.too_long_message_leaves_a_two_way_end_sending",
       .level = Level::kMust,
       .says = "After a message longer than maxlength a two-way end cannot receive any more, but "
               "still sends.",
       .documented = {"PIPE-18"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(b.send_bytes(bytes("abcde")));
             main.must(b.send("another"));
             EXPECT_THAT(main.does(a.recv_bytes(4)), raises("OSError"));
             for (const Op& op : receivings(a)) EXPECT_THAT(main.does(op), raises("OSError"));
             EXPECT_THAT(main.does(a.send("still sending")), returns());
             EXPECT_THAT(main.does(b.recv()), returns("still sending"));
           }},
      {.id = "pipe.too_long_message_is_seen_in_the_flags",
       .level = Level::kShould,
       .says = "After a message longer than maxlength, readable is false on a two-way end and "
               "closed is true on a one-way end.",
       .documented = {"PIPE-03", "PIPE-18"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             auto [receiver, sender] = main.pipe(false);
             main.must(b.send_bytes(bytes("abcde")));
             main.must(sender.send_bytes(bytes("abcde")));
             EXPECT_THAT(main.does(a.recv_bytes(4)), raises("OSError"));
             EXPECT_THAT(main.does(a.readable()), returns(false));
             EXPECT_THAT(main.does(a.writable()), returns(true));
             EXPECT_THAT(main.does(a.closed()), returns(false));
             EXPECT_THAT(main.does(b.readable()), returns(true));
             EXPECT_THAT(main.does(receiver.recv_bytes(4)), raises("OSError"));
             EXPECT_THAT(main.does(receiver.closed()), returns(true));
           }},
      {.id = "pipe.negative_maxlength_raises_value_error",
       .level = Level::kShould,
       .says = "recv_bytes() with a negative maxlength raises ValueError without waiting, and "
               "consumes nothing.",
       .documented = {"PIPE-19"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             EXPECT_THAT(main.does(b.recv_bytes(-1)), raises("ValueError"));
             main.must(a.send_bytes(bytes("kept")));
             EXPECT_THAT(main.does(b.recv_bytes(-1)), raises("ValueError"));
             EXPECT_THAT(main.does(b.recv_bytes(4)), returns(bytes("kept")));
           }},
      {.id = "pipe.recv_bytes_into_fills_from_offset",
       .level = Level::kMust,
       .says = "recv_bytes_into() writes the message at offset, returns its length, and leaves the "
               "rest of the buffer alone.",
       .documented = {"PIPE-20"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             struct Case {
               int length;
               std::optional<int> offset;
               const char* buffer;
             };
             for (const Case& c : {Case{5, {}, "abc.."}, Case{3, {}, "abc"}, Case{3, 0, "abc"},
                                   Case{6, 1, ".abc.."}, Case{6, 3, "...abc"}}) {
               main.must(a.send_bytes(bytes("abc")));
               EXPECT_THAT(main.does(b.recv_bytes_into(c.length, c.offset)),
                           returns(Value::dict({{"count", 3}, {"buffer", bytes(c.buffer)}})));
             }
             main.must(a.send_bytes(bytes("")));
             EXPECT_THAT(main.does(b.recv_bytes_into(4, 4)),
                         returns(Value::dict({{"count", 0}, {"buffer", bytes("....")}})));
           }},
      {.id = "pipe.recv_bytes_into_takes_big_messages",
       .level = Level::kMust,
       .says = "recv_bytes_into() puts a message of several hundred kilobytes into the buffer "
               "whole.",
       .documented = {"PIPE-20"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             constexpr int kSize = 300000;
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             Value data = Value::blob(kSize, 3);
             Call sending = child.begins(b.send_bytes(data));
             EXPECT_THAT(main.does(a.recv_bytes_into(kSize)),
                         returns(Value::dict({{"count", kSize}, {"buffer", data}})));
             EXPECT_THAT(sending, returns());
           }},
      {.id = "pipe.too_small_buffer_keeps_the_message_in_the_error",
       .level = Level::kMust,
       .says = "recv_bytes_into() without enough room raises BufferTooShort that carries the whole "
               "message; the message is consumed and the next one follows.",
       .documented = {"PIPE-21"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             for (const Op& op : {b.recv_bytes_into(4), b.recv_bytes_into(8, 4),
                                  b.recv_bytes_into(0), b.recv_bytes_into(5, 5)}) {
               main.must(a.send_bytes(bytes("abcde")));
               main.must(a.send("next"));
               Call call = main.does(op);
               EXPECT_THAT(call, AllOf(raises("BufferTooShort"), raises("ProcessError")));
               EXPECT_EQ(raised_by(call).args, Value::list({bytes("abcde")}));
               EXPECT_THAT(main.does(b.recv()), returns("next"));
             }
           }},
      {.id = "pipe.recv_bytes_into_refuses_a_bad_offset",
       .level = Level::kShould,
       .says = "recv_bytes_into() with an offset that is negative or beyond the buffer raises "
               "ValueError without waiting, and consumes nothing.",
       .documented = {"PIPE-22"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             EXPECT_THAT(main.does(b.recv_bytes_into(5, -1)), raises("ValueError"));
             EXPECT_THAT(main.does(b.recv_bytes_into(5, 6)), raises("ValueError"));
             main.must(a.send_bytes(bytes("")));
             main.must(a.send_bytes(bytes("abc")));
             EXPECT_THAT(main.does(b.recv_bytes_into(5, -1)), raises("ValueError"));
             EXPECT_THAT(main.does(b.recv_bytes_into(5, 6)), raises("ValueError"));
             EXPECT_THAT(main.does(b.recv_bytes()), returns(bytes("")));
             EXPECT_THAT(main.does(b.recv_bytes()), returns(bytes("abc")));
           }},
      {.id = "pipe.item_is_a_byte_message",
       .level = Level::kShould,
       .says = "What send() sends, recv_bytes() receives as bytes, and those bytes sent with "
               "send_bytes() are received by recv() as the item.",
       .documented = {"PIPE-23"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Value item = Value::dict({{"key", Value::tuple({1, "two", 3.0})}});
             main.must(a.send(item));
             Value serialised = main.must(b.recv_bytes());
             main.must(b.send_bytes(serialised));
             EXPECT_THAT(main.does(a.recv()), returns(item));
             main.must(a.send_bytes(bytes("raw")));
             main.must(a.send(item));
             EXPECT_THAT(main.does(b.recv_bytes()), returns(bytes("raw")));
             EXPECT_THAT(main.does(b.recv()), returns(item));
           }},
  };
}

Claims polling() {
  return {
      {.id = "pipe.poll_answers_at_once",
       .level = Level::kMust,
       .says = "poll() without an argument does not wait: false without a message, true with one.",
       .documented = {"PIPE-24"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             for (auto [from, to] : {std::pair{sender, receiver}, std::pair{b, a}}) {
               EXPECT_THAT(main.does(to.poll()), returns(false));
               main.must(from.send_bytes(bytes("x")));
               EXPECT_THAT(main.does(to.poll()), returns(true));
               main.must(to.recv_bytes());
               EXPECT_THAT(main.does(to.poll()), returns(false));
             }
           }},
      {.id = "pipe.poll_waits_its_timeout",
       .level = Level::kMust,
       .says = "poll(timeout) is false when no message has come, and not before timeout has "
               "passed; a second poll waits as long again.",
       .documented = {"PIPE-25"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             for (int i = 0; i < 2; ++i) {
               EXPECT_THAT(main.does(a.poll(50ms)), AllOf(returns(false), took_about(50ms)));
             }
             main.must(b.send("late"));
             EXPECT_THAT(main.does(a.poll(50ms)), returns(true));
             EXPECT_THAT(main.does(a.recv()), returns("late"));
           }},
      {.id = "pipe.poll_ends_when_a_message_comes",
       .level = Level::kMust,
       .says = "poll() with a long timeout is true as soon as there is a message.",
       .documented = {"PIPE-25"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             Call call = child.begins(b.poll(1h));
             main.must(a.send("early"));
             EXPECT_THAT(call, returns(true));
             EXPECT_THAT(child.does(b.poll(1h)), returns(true));
             EXPECT_THAT(child.does(b.recv()), returns("early"));
           }},
      {.id = "pipe.poll_none_waits_for_ever",
       .level = Level::kMust,
       .says = "poll(None) waits until there is a message.",
       .documented = {"PIPE-25"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});
             Call call = child.begins(b.poll(nullptr));
             EXPECT_THAT(call, blocks());
             main.must(a.send("at last"));
             EXPECT_THAT(call, returns(true));
             EXPECT_THAT(child.does(b.poll(nullptr)), returns(true));
             EXPECT_THAT(child.does(b.recv()), returns("at last"));
           }},
      {.id = "pipe.poll_zero_or_negative_does_not_wait",
       .level = Level::kMust,
       .says = "poll(0) and poll(-1) answer at once, as poll() does.",
       .documented = {"PIPE-25"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             std::vector<Op> polls = {b.poll(0s), b.poll(Timeout::raw(0)), b.poll(-1s),
                                      b.poll(Timeout::raw(-1))};
             for (const Op& op : polls) EXPECT_THAT(main.does(op), returns(false));
             main.must(a.send(1));
             for (const Op& op : polls) EXPECT_THAT(main.does(op), returns(true));
           }},
      {.id = "pipe.poll_is_true_at_end_of_file",
       .level = Level::kShould,
       .says = "poll() is true when the other end is closed, however long it might wait, before "
               "and after what was sent is received.",
       .documented = {"PIPE-24"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             auto [a, b] = main.pipe();
             main.must(sender.send("last"));
             main.must(b.send("last"));
             main.must(sender.close());
             main.must(b.close());
             for (const RemoteConnection& end : {receiver, a}) {
               EXPECT_THAT(main.does(end.poll()), returns(true));
               EXPECT_THAT(main.does(end.recv()), returns("last"));
               EXPECT_THAT(main.does(end.poll()), returns(true));
               EXPECT_THAT(main.does(end.poll(nullptr)), returns(true));
               EXPECT_THAT(main.does(end.poll(50ms)), returns(true));
               EXPECT_THAT(main.does(end.recv()), raises("EOFError"));
               EXPECT_THAT(main.does(end.poll()), returns(true));
             }
           }},
      {.id = "pipe.close_wakes_a_waiting_poll",
       .level = Level::kShould,
       .says = "A poll(None) that waits is true when the last copy of the other end is closed.",
       .documented = {"PIPE-24", "PIPE-25"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             main.must(sender.close());
             Call call = main.begins(receiver.poll(nullptr));
             EXPECT_THAT(call, blocks());
             child.must(sender.close());
             EXPECT_THAT(call, returns(true));
             EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
           }},
      {.id = "pipe.poll_does_not_consume",
       .level = Level::kMust,
       .says = "poll(), however often, leaves the messages as they are.",
       .documented = {"PIPE-26"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.send_bytes(bytes("")));
             main.must(a.send("second"));
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(b.poll()), returns(true));
             EXPECT_THAT(main.does(b.poll(50ms)), returns(true));
             EXPECT_THAT(main.does(b.poll(nullptr)), returns(true));
             EXPECT_THAT(main.does(b.recv_bytes()), returns(bytes("")));
             EXPECT_THAT(main.does(b.poll()), returns(true));
             EXPECT_THAT(main.does(b.recv()), returns("second"));
           }},
  };
}

Claims waiting() {
  return {
      {.id = "pipe.wait_returns_those_that_are_ready",
       .level = Level::kMust,
       .says = "wait() returns exactly those ends that have a message, all of them.",
       .documented = {"WAIT-01", "WAIT-02"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe();
             auto [r3, w3] = main.pipe(false);
             main.must(w3.send(3));
             EXPECT_THAT(ready(main, {r1, r2, r3}), UnorderedElementsAre(r3.name));
             main.must(w1.send(1));
             EXPECT_THAT(ready(main, {r1, r2, r3}), UnorderedElementsAre(r1.name, r3.name));
             EXPECT_THAT(ready(main, {r1, r2}), UnorderedElementsAre(r1.name));
             main.must(w2.send(2));
             EXPECT_THAT(ready(main, {r1, r2, r3}, 50ms),
                         UnorderedElementsAre(r1.name, r2.name, r3.name));
             main.must(r1.recv());
             main.must(r3.recv());
             EXPECT_THAT(ready(main, {r1, r2, r3}), UnorderedElementsAre(r2.name));
           }},
      {.id = "pipe.wait_blocks_until_one_is_ready",
       .level = Level::kMust,
       .says = "wait() without a timeout, or with None, blocks until an end is ready.",
       .documented = {"WAIT-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe(false);
             Puppet& child = stage.start_process(main, {r1, r2});
             Call call = child.begins(module::wait({r1, r2}));
             EXPECT_THAT(call, blocks());
             main.must(w2.send(2));
             EXPECT_THAT(call, returns(Value::list({r2.name})));
             child.must(r2.recv());
             Call again = child.begins(module::wait({r1, r2}, nullptr));
             EXPECT_THAT(again, blocks());
             main.must(w1.send(1));
             EXPECT_THAT(again, returns(Value::list({r1.name})));
           }},
      {.id = "pipe.wait_gives_up_after_its_timeout",
       .level = Level::kMust,
       .says = "wait() returns an empty list when its timeout has passed, and not before.",
       .documented = {"WAIT-03", "WAIT-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe();
             EXPECT_THAT(main.does(module::wait({r1, r2}, 50ms)),
                         AllOf(returns(Value::list({})), took_about(50ms)));
             EXPECT_THAT(main.does(module::wait({r2}, 50ms)),
                         AllOf(returns(Value::list({})), took_about(50ms)));
           }},
      {.id = "pipe.wait_for_nothing_waits_for_its_timeout",
       .level = Level::kShould,
       .says = "wait() of an empty list returns an empty list when its timeout has passed; without "
               "one it waits for ever.",
       .documented = {"WAIT-03", "WAIT-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::wait({}, 0s)), returns(Value::list({})));
             EXPECT_THAT(main.does(module::wait({}, 50ms)),
                         AllOf(returns(Value::list({})), took_about(50ms)));
             EXPECT_THAT(main.begins(module::wait({})), blocks());
           }},
      {.id = "pipe.wait_ends_when_a_message_comes",
       .level = Level::kMust,
       .says = "wait() with a long timeout returns as soon as an end is ready.",
       .documented = {"WAIT-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe(false);
             Puppet& child = stage.start_process(main, {r1, r2});
             Call call = child.begins(module::wait({r1, r2}, 1h));
             main.must(w1.send(1));
             EXPECT_THAT(call, returns(Value::list({r1.name})));
           }},
      {.id = "pipe.wait_zero_or_negative_does_not_wait",
       .level = Level::kMust,
       .says = "wait() with a timeout of zero or less answers at once.",
       .documented = {"WAIT-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe(false);
             EXPECT_THAT(ready(main, {r1, r2}, 0s), IsEmpty());
             EXPECT_THAT(ready(main, {r1, r2}, -1s), IsEmpty());
             main.must(w2.send(1));
             EXPECT_THAT(ready(main, {r1, r2}, 0s), UnorderedElementsAre(r2.name));
             EXPECT_THAT(ready(main, {r1, r2}, -1s), UnorderedElementsAre(r2.name));
           }},
      {.id = "pipe.wait_for_nothing_returns_nothing",
       .level = Level::kShould,
       .says = "wait() on no objects with a timeout returns an empty list.",
       .documented = {"WAIT-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             EXPECT_THAT(ready(stage.main(), {}, 0s), IsEmpty());
             EXPECT_THAT(ready(stage.main(), {}, 50ms), IsEmpty());
           }},
      {.id = "pipe.wait_sees_end_of_file",
       .level = Level::kMust,
       .says = "An end whose other end was closed is ready, at once or when it happens.",
       .documented = {"WAIT-06"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe();
             Puppet& child = stage.start_process(main, {w1, w2});
             main.must(w1.close());
             main.must(w2.close());
             Call call = main.begins(module::wait({r1, r2}));
             EXPECT_THAT(call, blocks());
             child.must(w2.close());
             EXPECT_THAT(call, returns(Value::list({r2.name})));
             EXPECT_THAT(main.does(r2.recv()), raises("EOFError"));
             EXPECT_THAT(ready(main, {r1, r2}), UnorderedElementsAre(r2.name));
             child.must(w1.close());
             EXPECT_THAT(ready(main, {r1, r2}), UnorderedElementsAre(r1.name, r2.name));
           }},
      {.id = "pipe.wait_consumes_nothing",
       .level = Level::kMust,
       .says = "What is ready stays ready until it is read.",
       .documented = {"WAIT-09"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(b.send_bytes(bytes("")));
             for (int i = 0; i < 3; ++i)
               EXPECT_THAT(ready(main, {a}), UnorderedElementsAre(a.name));
             EXPECT_THAT(main.does(a.recv_bytes()), returns(bytes("")));
             EXPECT_THAT(ready(main, {a}, 0s), IsEmpty());
           }},
      {.id = "pipe.wait_sees_processes_end",
       .level = Level::kMust,
       .says = "wait() takes processes' sentinels beside connections; a sentinel is ready when its "
               "process has ended, and stays so.",
       .documented = {"WAIT-05", "WAIT-03"},
       .needs = {"pipe", "process.sentinel", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r, w] = main.pipe(false);
             Puppet& first = stage.start_process(main);
             Puppet& second = stage.start_process(main);
             RemoteProcess one = first.handle(), two = second.handle();
             EXPECT_THAT(main.does(module::wait({one, r, two}, 50ms)),
                         AllOf(returns(Value::list({})), took_about(50ms)));
             Call call = main.begins(module::wait({one, r, two}));
             EXPECT_THAT(call, blocks());
             first.must(self::returns());
             EXPECT_THAT(call, returns(Value::list({one.name})));
             main.must(one.join());
             main.must(w.send(1));
             EXPECT_THAT(ready(main, {one, r, two}, 0s), UnorderedElementsAre(one.name, r.name));
             stage.signal(second, SIGKILL);
             EXPECT_THAT(ready(main, {two}), UnorderedElementsAre(two.name));
             EXPECT_THAT(ready(main, {one, r, two}),
                         UnorderedElementsAre(one.name, two.name, r.name));
           }},
      {.id = "pipe.wait_is_not_ended_by_signals",
       .level = Level::kMust,
       .says = "A signal that is handled while wait() waits does not end the wait.",
       .documented = {"WAIT-07"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe(false);
             Puppet& child = stage.start_process(main, {r1, r2});
             child.must(self::on_signal(SIGUSR1, "note"));
             Call call = child.begins(module::wait({r1, r2}));
             EXPECT_THAT(call, blocks());
             stage.signal(child, SIGUSR1);
             EXPECT_THAT(call, blocks());
             main.must(w2.send(1));
             EXPECT_THAT(call, returns(Value::list({r2.name})));
             EXPECT_THAT(child.does(self::noted(SIGUSR1)), returns(1));
           }},
      {.id = "pipe.wait_on_a_closed_end",
       .level = Level::kVariation,
       .says = "wait() on an end that is closed here raises OSError or ValueError.",
       .documented = {"WAIT-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(a.close());
             const Raised& raised = raised_by(main.does(module::wait({b, a}, 0s)));
             stage.varies(raised.is_a("OSError") ? "OSError" : raised.type,
                          {"OSError", "ValueError"});
           }},
      {.id = "pipe.wait_on_the_same_end_twice",
       .level = Level::kVariation,
       .says = "wait() on a list that names an end twice raises KeyError, or returns.",
       .documented = {"WAIT-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             main.must(b.send(1));
             Call call = main.does(module::wait({a, a}, 0s));
             const Raised* raised = std::get_if<Raised>(&call.outcome());
             stage.varies(raised ? raised->type : "returns", {"KeyError", "returns"});
           }},
  };
}

Claims travelling() {
  return {
      {.id = "pipe.end_can_be_sent_through_a_pipe",
       .level = Level::kMust,
       .says = "An end that is sent through another connection refers to the same channel where "
               "it arrives, and the sender may close its own at once.",
       .documented = {"PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             auto [a, b] = main.pipe();
             main.must(here.send(b.value()));
             main.must(b.close());
             RemoteConnection arrived = named("arrived");
             child.must(there.recv_object(arrived));
             child.must(arrived.send("from the child"));
             EXPECT_THAT(main.does(a.recv()), returns("from the child"));
             main.must(a.send("to the child"));
             EXPECT_THAT(child.does(arrived.recv()), returns("to the child"));
           }},
      {.id = "pipe.sent_end_keeps_its_direction",
       .level = Level::kMust,
       .says = "A one-way end that is sent through a connection still refuses the wrong direction "
               "where it arrives.",
       .documented = {"PIPE-02", "PIPE-32"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             auto [receiver, sender] = main.pipe(false);
             RemoteConnection receiver2 = named("receiver2"), sender2 = named("sender2");
             main.must(here.send(receiver.value()));
             child.must(there.recv_object(receiver2));
             main.must(here.send(sender.value()));
             child.must(there.recv_object(sender2));
             for (const Op& op : sendings(receiver2)) {
               EXPECT_THAT(raised_by(child.does(op)).message, HasSubstr("read-only"));
             }
             for (const Op& op : receivings(sender2)) {
               EXPECT_THAT(raised_by(child.does(op)).message, HasSubstr("write-only"));
             }
             child.must(sender2.send(1));
             EXPECT_THAT(child.does(receiver2.recv()), returns(1));
           }},
      {.id = "pipe.sent_end_may_have_much_beside_it",
       .level = Level::kMust,
       .says = "An end and a list of any length arrive in one message, and the end works.",
       .documented = {"PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             for (const int size : {10, 100'000, 1'000'000}) {
               auto [a, b] = main.pipe();
               const Value::List beside = {Value::blob(size, 7)};
               Op both = here.send(Value::tuple({b.value(), Value::list(beside)}));
               Call sent = main.begins(std::move(both));
               const RemoteConnection arrived = named(absl::StrCat("arrived", size));
               RemoteList list;
               list.name = absl::StrCat("beside", size);
               Op recv = there.recv();
               recv.as = {arrived.name, list.name};
               child.must(std::move(recv));
               EXPECT_THAT(sent, returns(nullptr));
               EXPECT_THAT(child.does(list.get()), returns(Value::list(beside)));
               main.must(b.close());
               child.must(arrived.send(size));
               EXPECT_THAT(main.does(a.recv()), returns(size));
             }
           }},
      {.id = "pipe.sent_end_counts_as_a_copy",
       .level = Level::kMust,
       .says = "An end that arrived through a connection holds off end of file like any copy, and "
               "no hidden copy stays behind when it is closed.",
       .documented = {"PIPE-11", "PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             auto [receiver, sender] = main.pipe(false);
             RemoteConnection arrived = named("arrived");
             main.must(here.send(sender.value()));
             child.must(there.recv_object(arrived));
             main.must(sender.close());
             expect_last_of_its_kind(main, receiver, child, arrived);
           }},
      {.id = "pipe.sent_end_can_be_sent_on",
       .level = Level::kMust,
       .says = "An end that arrived through a connection can be sent on to another process.",
       .documented = {"PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             auto [left, right] = main.pipe();
             Puppet& first = stage.start_process(main, {there, left});
             Puppet& second = stage.start_process(main, {right});
             auto [a, b] = main.pipe();
             RemoteConnection halfway = named("halfway"), arrived = named("arrived");
             main.must(here.send(b.value()));
             first.must(there.recv_object(halfway));
             first.must(left.send(halfway.value()));
             second.must(right.recv_object(arrived));
             second.must(arrived.send("from afar"));
             EXPECT_THAT(main.does(a.recv()), returns("from afar"));
             main.must(a.send("to afar"));
             EXPECT_THAT(second.does(arrived.recv()), returns("to afar"));
           }},
      {.id = "pipe.child_can_send_its_own_end_back",
       .level = Level::kMust,
       .says = "A child makes a pipe and sends one end to its parent: the two talk through it.",
       .documented = {"PIPE-32"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             auto [mine, yours] = child.pipe();
             RemoteConnection arrived = named("arrived");
             child.must(there.send(yours.value()));
             main.must(here.recv_object(arrived));
             main.must(arrived.send(Value::blob(20000, 1)));
             EXPECT_THAT(child.does(mine.recv()), returns(Value::blob(20000, 1)));
             child.must(mine.send("answer"));
             EXPECT_THAT(main.does(arrived.recv()), returns("answer"));
           }},
      {.id = "pipe.end_can_be_passed_to_a_grandchild",
       .level = Level::kMust,
       .says = "An end passed on to a grandchild works there, and still does when the process in "
               "between has closed its own.",
       .documented = {"PIPE-32", "START-12"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {b, sender});
             Puppet& grandchild = stage.start_process(child, {b, sender});
             main.must(a.send(1));
             EXPECT_THAT(grandchild.does(b.recv()), returns(1));
             EXPECT_THAT(grandchild.does(sender.recv()), raises("OSError"));
             child.must(b.close());
             child.must(sender.close());
             grandchild.must(b.send(2));
             EXPECT_THAT(main.does(a.recv()), returns(2));
             grandchild.must(sender.send(3));
             EXPECT_THAT(main.does(receiver.recv()), returns(3));
           }},
      {.id = "pipe.messages_of_any_size_arrive_exact",
       .level = Level::kMust,
       .says = "Messages around 16, 64 and 128 KiB, whole pages or a byte more or less, and of "
               "many MiB arrive byte for byte, and so does what follows.",
       .documented = {"PIPE-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             std::vector<int64_t> sizes = {(1 << 20) + 4096, (1 << 23) + 1, 1 << 24};
             for (int64_t around : {1 << 14, 1 << 16, 1 << 17}) {
               for (int more : {-1, 0, 1, 4096}) sizes.push_back(around + more);
             }
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe();
             Puppet& child = stage.start_process(main, {sender});
             for (int64_t size : sizes) {
               const Value data = Value::blob(size, 3);
               Call sends = child.begins(batch({sender.send_bytes(data), sender.send(size)}));
               EXPECT_THAT(main.does(receiver.recv_bytes()), returns(data));
               EXPECT_THAT(main.does(receiver.recv()), returns(size));
               results(sends);
             }
           }},
      {.id = "pipe.recv_bytes_into_counts_the_bytes_of_wide_items",
       .level = Level::kShould,
       .says =
           "recv_bytes_into() a buffer whose items are wider than a byte: offset and the result "
           "count bytes.",
       .documented = {"PIPE-20", "PIPE-22"},
       .needs = {"pipe", "raw_array", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [left, right] = main.pipe();
             const RemoteArray items = main.raw_array("h", 5);
             const Value wide = items.RemoteObject::value();
             main.must(left.send_bytes(bytes("\1\1\2\2")));
             EXPECT_THAT(main.does(object::call(right, "recv_bytes_into", {wide, 4})), returns(4));
             EXPECT_THAT(main.does(items.slice()), returns(Value::list({0, 0, 0x0101, 0x0202, 0})));
             main.must(left.send_bytes(bytes("\3\3")));
             EXPECT_THAT(main.does(object::call(right, "recv_bytes_into", {wide})), returns(2));
             EXPECT_THAT(main.does(items.slice()),
                         returns(Value::list({0x0303, 0, 0x0101, 0x0202, 0})));
             EXPECT_THAT(main.does(object::call(right, "recv_bytes_into", {wide, 11})),
                         raises("ValueError"));
           }},
      {.id = "pipe.send_raises_broken_pipe_after_use",
       .level = Level::kMust,
       .says =
           "To send raises BrokenPipeError once the other end is closed, also when that end has "
           "received before, waiting for it or not, and its process lives on.",
       .documented = {"PIPE-12"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             for (bool duplex : {false, true}) {
               for (bool waits : {false, true}) {
                 auto [receiver, sender] = main.pipe(duplex);
                 if (waits) {
                   Call recv = thread.begins(receiver.recv());
                   EXPECT_THAT(recv, blocks());
                   main.must(sender.send(1));
                   EXPECT_THAT(recv, returns(1));
                 } else {
                   main.must(sender.send(1));
                   EXPECT_THAT(main.does(receiver.poll()), returns(true));
                   EXPECT_THAT(main.does(receiver.recv()), returns(1));
                 }
                 main.must(receiver.close());
                 EXPECT_THAT(main.does(sender.send(2)), raises("BrokenPipeError"));
                 EXPECT_THAT(main.does(sender.send_bytes(bytes("x"))), raises("BrokenPipeError"));
               }
             }
           }},
      {.id = "pipe.copy_made_while_another_thread_receives_can_be_closed",
       .level = Level::kShould,
       .says =
           "A child that is started while a thread of its creator waits in recv() can close its "
           "copy of that end: when the creator's is closed as well, send() raises "
           "BrokenPipeError.",
       .documented = {"PIPE-11", "PIPE-12"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& thread = stage.start_thread(main);
             Call recv = thread.begins(receiver.recv());
             EXPECT_THAT(recv, blocks());
             Puppet& child = stage.start_process(main, {receiver});
             child.must(receiver.close());
             main.must(sender.send(1));
             EXPECT_THAT(recv, returns(1));
             main.must(receiver.close());
             EXPECT_THAT(main.does(sender.send(2)), raises("BrokenPipeError"));
             child.must(self::ids());  // it lives
           }},
      {.id = "pipe.wait_tells_all_of_many",
       .level = Level::kMust,
       .says = "wait() returns every object that is ready, be it one of a hundred, all of them, or "
               "all but one.",
       .documented = {"WAIT-01"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             constexpr int kPipes = 100;
             Puppet& main = stage.main();
             std::vector<RemoteObject> readers;
             std::vector<RemoteConnection> writers;
             for (int i = 0; i < kPipes; ++i) {
               auto [reader, writer] = main.pipe(false);
               readers.push_back(reader);
               writers.push_back(writer);
             }
             std::vector<std::string> expected;
             for (int i = kPipes - 1; i >= 0; --i) {
               main.must(writers[i].send(i));
               expected.push_back(readers[i].name);
               if (i == kPipes - 1 || i < 2) {
                 EXPECT_THAT(ready(main, readers, 0s), UnorderedElementsAreArray(expected));
               }
             }
           }},
      {.id = "pipe.child_of_a_sender_can_send_ends",
       .level = Level::kMust,
       .says = "A process that has sent ends of pipes may start a child, and that can send ends of "
               "its own as well; both go on to.",
       .documented = {"PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& elder = stage.start_process(main, {there});
             // An end that `sender` makes works where it arrives.
             const auto expect_to_arrive = [](Puppet& sender, const RemoteConnection& way,
                                              Puppet& receiver, const RemoteConnection& in) {
               auto [kept, sent] = sender.pipe();
               RemoteConnection arrived = named("arrived");
               sender.must(way.send(sent.value()));
               receiver.must(in.recv_object(arrived));
               receiver.must(arrived.send("from afar"));
               EXPECT_THAT(sender.does(kept.recv()), returns("from afar"));
             };
             expect_to_arrive(main, here, elder, there);
             auto [near, far] = main.pipe();
             Puppet& younger = stage.start_process(main, {far});
             for (int i = 0; i < 2; ++i) {
               expect_to_arrive(younger, far, main, near);
               expect_to_arrive(main, near, younger, far);
               expect_to_arrive(elder, there, main, here);
             }
           }},
      {.id = "pipe.end_that_cannot_be_had_hinders_no_other",
       .level = Level::kShould,
       .says = "Who sends on the bytes of a message with an end in it, again and again, may get an "
               "error for it; the sender of the end sends others as before.",
       .documented = {"PIPE-07", "PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             auto [ours, theirs] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             auto [left, right] = child.pipe();
             main.must(here.send(theirs.value()));
             Call message = child.does(there.recv_bytes());
             if (const Returned* raw = std::get_if<Returned>(&message.outcome())) {
               for (int i = 0; i < 3; ++i) {
                 child.must(left.send_bytes(raw->value));
                 child.does(right.recv_object(named("copy")));
               }
             }
             stage.comes_to_rest();
             RemoteConnection arrived = named("arrived");
             main.must(here.send(theirs.value()));
             child.must(there.recv_object(arrived));
             child.must(arrived.send(1));
             EXPECT_THAT(main.does(ours.recv()), returns(1));
           }},
      {.id = "pipe.serialises_as_the_program_has_registered",
       .level = Level::kShould,
       .says = "What a program has registered about how objects of a kind are serialised holds for "
               "what it sends, puts and passes.",
       .documented = {"PIPE-06", "QUE-05", "START-09"},
       .needs = {"pipe", "queue", "simple_queue", "pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value kept = Value::function("registered");
             auto [left, right] = main.pipe();
             EXPECT_THAT(main.does(left.send(kept)), returns(nullptr));
             EXPECT_THAT(main.does(right.recv()), returns(kept));
             RemoteSimpleQueue simple = main.simple_queue();
             EXPECT_THAT(main.does(simple.put(kept)), returns(nullptr));
             EXPECT_THAT(main.does(simple.get()), returns(kept));
             RemoteQueue queue = main.queue();
             main.must(queue.put(Value::list({kept, kept})));
             EXPECT_THAT(main.does(queue.get()), returns(Value::list({kept, kept})));
             Puppet& child = stage.start_process(main, {}, {.args = Value::List{kept}});
             EXPECT_EQ(member_of(child.must(self::arguments()), "args"), Value::list({kept}));
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("identity", {kept})), returns(kept));
             main.must(pool.close());
             main.must(pool.join());
           }},
      {.id = "pipe.sent_end_outlives_its_sender",
       .level = Level::kBeyond,
       .says = "An end that was sent through a connection can still be received when its sender "
               "has ended, like any other message.",
       .documented = {"PIPE-09", "PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {there, b});
             main.must(b.close());
             child.must(there.send(b.value()));
             child.must(self::returns());
             ASSERT_TRUE(stage.process_ends(child));
             RemoteConnection arrived = named("arrived");
             ASSERT_THAT(main.does(here.recv_object(arrived)), returns());
             main.must(arrived.send(1));
             EXPECT_THAT(main.does(a.recv()), returns(1));
           }},
  };
}

}  // namespace

Claims pipe_claims() {
  Claims all;
  for (Claims (*part)() :
       {directions, messages, endings, closing, bytes_claims, polling, waiting, travelling}) {
    for (Claim& claim : part()) all.push_back(std::move(claim));
  }
  return all;
}

}  // namespace conformance
