// Value, Array and their raw forms: shared memory with and without a lock.
#include <signal.h>

#include <algorithm>
#include <climits>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::Not;

Value ints(const std::vector<int>& items) {
  return Value::list(Value::List(items.begin(), items.end()));
}

// A code of Python's array module and what a C object of it holds.
struct IntegerType {
  const char* code;
  int bits;
  bool is_signed;

  int64_t highest() const {
    return bits == 64 ? std::numeric_limits<int64_t>::max()  // the most that the protocol carries
                      : (int64_t{1} << (is_signed ? bits - 1 : bits)) - 1;
  }
  int64_t lowest() const {
    if (!is_signed) return 0;
    return bits == 64 ? std::numeric_limits<int64_t>::min() : -(int64_t{1} << (bits - 1));
  }
};
constexpr int kLongBits = sizeof(long) * CHAR_BIT;
const std::vector<IntegerType>& integer_types() {
  static const std::vector<IntegerType> types = {
      {"b", 8, true},  {"B", 8, false},  {"h", 16, true},        {"H", 16, false},
      {"i", 32, true}, {"I", 32, false}, {"l", kLongBits, true}, {"L", kLongBits, false},
      {"q", 64, true}, {"Q", 64, false}};
  return types;
}

// What each typecode begins with.
struct Zero {
  const char* code;
  Value zero;
};
std::vector<Zero> zeros() {
  std::vector<Zero> all = {
      {"f", 0.0}, {"d", 0.0}, {"c", bytes(std::string(1, '\0'))}, {"u", std::string(1, '\0')}};
  for (const IntegerType& type : integer_types()) all.push_back({type.code, 0});
  return all;
}

// Making an object in ways that the stage's makers do not offer: without an initialiser, or so that
// it may fail.
Op makes(const std::string& area, const std::string& as, Args args) {
  return {.name = area + ".new", .as = {as}, .args = std::move(args)};
}
RemoteValue value_without_initialiser(Puppet& puppet, const std::string& area,
                                      const std::string& code) {
  RemoteValue v;
  v.name = area + "_" + code;
  puppet.must(makes(area, v.name, {{"type", code}}));
  return v;
}

// An Array of each form that the implementation offers: with a lock, and raw.
std::vector<RemoteArray> arrays(Stage& stage, const std::string& code, const Value& init) {
  std::vector<RemoteArray> all = {stage.main().array(code, init)};
  if (stage.has_feature("raw_array")) all.push_back(stage.main().raw_array(code, init));
  return all;
}
// Areas whose `new` makes a Value, or an Array, here.
std::vector<std::string> forms_of(Stage& stage, const std::string& area) {
  if (stage.has_feature("raw_" + area)) return {area, "raw_" + area};
  return {area};
}

// The lock of a Value or Array, under a name of its own.
template <typename Shared>
RemoteLock lock_of(Puppet& puppet, const Shared& shared) {
  RemoteLock lock;
  lock.name = shared.name + "_lock";
  lock.kind = "rlock";
  puppet.must(shared.get_lock(lock));
  return lock;
}

// Whether the object lacks an operation: a language may say so by not offering it, or by raising.
bool refuses(Puppet& puppet, const Op& op) {
  try {
    return !std::holds_alternative<Returned>(puppet.does(op).outcome());
  } catch (const Abandon& abandon) {
    if (abandon.why == Abandon::Why::kUnsupported) return true;
    throw;
  }
}

// Each operation waits while `holder` has the lock, and ends when it lets go.
void expect_to_wait_for(const RemoteLock& lock, Puppet& holder, Puppet& other,
                        const std::vector<Op>& operations) {
  for (const Op& op : operations) {
    holder.must(lock.acquire());
    Call call = other.begins(op);
    EXPECT_THAT(call, blocks());
    holder.must(lock.release());
    EXPECT_THAT(call, returns());
  }
}

// Runs the same batch in several puppets at once.
void run_at_once(const std::vector<Puppet*>& puppets, const std::vector<Op>& ops, int times) {
  std::vector<Call> calls;
  for (Puppet* puppet : puppets) calls.push_back(puppet->begins(batch(ops, times)));
  for (const Call& call : calls) {
    for (const Reply& each : call.batch()) {
      if (const Raised* raised = std::get_if<Raised>(&each.result)) {
        throw Abandon{Abandon::Why::kViolated, "in " + call.text() + ": " + raised->text()};
      }
    }
  }
}

Claims value_content() {
  return {
      {.id = "value.begins_with_its_initial_value",
       .level = Level::kMust,
       .says = "Value(typecode, initial) holds the initial value, for every typecode.",
       .notes = {"value.ctor_typecode"},
       .documented = {"SHV-01"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const IntegerType& type : integer_types()) {
               for (int64_t initial : {type.lowest(), type.highest(), int64_t{42}}) {
                 EXPECT_THAT(main.does(main.value(type.code, initial).get()), returns(initial));
               }
             }
             EXPECT_THAT(main.does(main.value("d", 0.1).get()), returns(0.1));
             EXPECT_THAT(main.does(main.value("f", 0.25).get()), returns(0.25));
             EXPECT_THAT(main.does(main.value("c", bytes("x")).get()), returns(bytes("x")));
             EXPECT_THAT(main.does(main.value("u", "ß").get()), returns("ß"));
           }},
      {.id = "value.begins_with_zero",
       .level = Level::kMust,
       .says = "Value(typecode) and RawValue(typecode) are zero, for every typecode.",
       .notes = {"value.ctor_typecode"},
       .documented = {"SHV-01"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const Zero& z : zeros()) {
               for (const std::string& area : forms_of(stage, "value")) {
                 EXPECT_THAT(main.does(value_without_initialiser(main, area, z.code).get()),
                             returns(z.zero));
               }
             }
           }},
      {.id = "value.begins_with_zero_in_used_memory",
       .level = Level::kMust,
       .says = "A new Value is zero even if its memory was another's before.",
       .documented = {"SHV-01"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const std::string& area : forms_of(stage, "value")) {
               for (int i = 0; i < 5; ++i) {
                 RemoteValue v = value_without_initialiser(main, area, "q");
                 EXPECT_THAT(main.does(v.get()), returns(0));
                 main.must(v.set(std::numeric_limits<int64_t>::max()));
                 main.must(v.drop());
               }
             }
           }},
      {.id = "value.holds_what_was_set",
       .level = Level::kMust,
       .says = "value can be read and assigned as an attribute; += adds.",
       .notes = {"value.usage_differs_from_manager", "value.sample.output"},
       .documented = {"SHV-01"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 123);
             EXPECT_THAT(main.does(v.set(-7)), returns(nullptr));
             EXPECT_THAT(main.does(v.get()), returns(-7));
             main.must(v.add(1));
             EXPECT_THAT(main.does(v.get()), returns(-6));
             RemoteValue d = main.value("d", 1.5);
             main.must(d.add(0.25));
             EXPECT_THAT(main.does(d.get()), returns(1.75));
           }},
      {.id = "value.integers_wrap_around",
       .level = Level::kShould,
       .says = "Integers are taken modulo the width of their C type: one more than the highest is "
               "the lowest.",
       .documented = {"SHV-07"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const IntegerType& type : integer_types()) {
               RemoteValue v = main.value(type.code, type.highest());
               if (type.bits == 64 && !type.is_signed) {
                 main.must(v.set(-1));
                 EXPECT_THAT(main.does(v.get()), Not(returns(-1)));
               } else {
                 EXPECT_THAT(main.does(v.get()), returns(type.highest()));
               }
               main.must(v.add(1));
               EXPECT_THAT(main.does(v.get()), returns(type.lowest())) << type.code;
               main.must(v.set(-1));
               if (type.bits < 64) {
                 EXPECT_THAT(main.does(v.get()), returns(type.is_signed ? -1 : type.highest()));
               }
             }
           }},
      {.id = "value.floats_have_their_precision",
       .level = Level::kShould,
       .says = "A Value('f') rounds to single precision, a Value('d') does not round.",
       .documented = {"SHV-07"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue single = main.value("f", 0.1), twice = main.value("d", 0.1);
             EXPECT_THAT(main.does(single.get()), returns(static_cast<double>(0.1f)));
             EXPECT_THAT(main.does(twice.get()), returns(0.1));
             main.must(twice.set(3));
             EXPECT_THAT(main.does(twice.get()), returns(3.0));
             main.must(twice.set(1e300));
             EXPECT_THAT(main.does(twice.get()), returns(1e300));
           }},
      {.id = "value.refuses_the_wrong_type",
       .level = Level::kShould,
       .says = "To assign, or begin with, a value of the wrong type raises TypeError and changes "
               "nothing.",
       .documented = {"SHV-07"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteValue> both = {main.value("i", 5)};
             if (stage.has_feature("raw_value")) both.push_back(main.raw_value("i", 5));
             for (const RemoteValue& each : both) {
               for (const Value& wrong : {Value("six"), Value(6.5), Value(nullptr), bytes("6")}) {
                 EXPECT_THAT(main.does(each.set(wrong)), raises("TypeError"));
               }
               EXPECT_THAT(main.does(each.get()), returns(5));
             }
             EXPECT_THAT(main.does(makes("value", "bad", {{"type", "i"}, {"value", "six"}})),
                         raises("TypeError"));
             EXPECT_THAT(main.does(main.value("d", 0.0).set("six")), raises("TypeError"));
             EXPECT_THAT(main.does(main.value("c", bytes("x")).set(bytes("two"))),
                         raises("TypeError"));
           }},
      {.id = "value.refuses_an_unknown_typecode",
       .level = Level::kShould,
       .says = "Value() and Array() with an unknown typecode raise TypeError.",
       .documented = {"SHV-08"},
       .needs = {"value", "array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const std::string& area : forms_of(stage, "value")) {
               EXPECT_THAT(main.does(makes(area, "bad", {{"type", "z"}})), raises("TypeError"));
             }
             for (const std::string& area : forms_of(stage, "array")) {
               EXPECT_THAT(main.does(makes(area, "bad", {{"type", "z"}, {"init", 3}})),
                           raises("TypeError"));
             }
           }},
  };
}

Claims value_sharing() {
  return {
      {.id = "value.changes_are_seen_by_every_process",
       .level = Level::kMust,
       .says = "What one process writes to a Value, its parent, its siblings and the children "
               "started later read.",
       .notes = {"value.change_visible_in_parent", "value.sample.output"},
       .documented = {"SHV-02", "START-12"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& first = stage.start_process(main, {v});
             EXPECT_THAT(first.does(v.get()), returns(1));
             main.must(v.set(2));
             EXPECT_THAT(first.does(v.get()), returns(2));
             first.must(v.add(1));
             EXPECT_THAT(main.does(v.get()), returns(3));
             Puppet& second = stage.start_process(main, {v});
             EXPECT_THAT(second.does(v.get()), returns(3));
             second.must(v.set(4));
             EXPECT_THAT(first.does(v.get()), returns(4));
             EXPECT_THAT(main.does(v.get()), returns(4));
           }},
      {.id = "value.raw_changes_are_seen_by_every_process",
       .level = Level::kMust,
       .says = "A RawValue, and a Value with lock=False, is shared just the same.",
       .documented = {"SHV-02", "SHV-04", "SHV-13"},
       .needs = {"value", "raw_value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue raw = main.raw_value("q", 1);
             RemoteValue lockless = main.value("d", 1.5, {.lock = false});
             Puppet& child = stage.start_process(main, {raw, lockless});
             EXPECT_THAT(child.does(raw.get()), returns(1));
             EXPECT_THAT(child.does(lockless.get()), returns(1.5));
             child.must(raw.add(1));
             child.must(lockless.set(2.5));
             EXPECT_THAT(main.does(raw.get()), returns(2));
             EXPECT_THAT(main.does(lockless.get()), returns(2.5));
             main.must(raw.set(-9));
             EXPECT_THAT(child.does(raw.get()), returns(-9));
           }},
      {.id = "value.is_shared_with_grandchildren",
       .level = Level::kMust,
       .says = "A Value passed on by a child to its own child is still the same, and so is its "
               "lock.",
       .documented = {"SHV-02", "SHV-03", "START-12"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue other = main.value("i", 11), v = main.value("i", 22);
             Puppet& child = stage.start_process(main, {v, other});
             Puppet& grandchild = stage.start_process(child, {v, other});
             EXPECT_THAT(grandchild.does(v.get()), returns(22));
             EXPECT_THAT(grandchild.does(other.get()), returns(11));
             grandchild.must(v.set(33));
             EXPECT_THAT(main.does(v.get()), returns(33));
             EXPECT_THAT(main.does(other.get()), returns(11));
             main.must(v.set(44));
             EXPECT_THAT(grandchild.does(v.get()), returns(44));
             expect_to_wait_for(lock_of(main, v), main, grandchild, {v.get()});
           }},
      {.id = "value.keeps_what_a_killed_process_wrote",
       .level = Level::kMust,
       .says = "What a process wrote before it was killed stays, and the Value stays usable.",
       .documented = {"SHV-02"},
       .needs = {"value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 0);
             Puppet& child = stage.start_process(main, {v});
             child.must(v.set(5));
             stage.signal(child, SIGKILL);
             ASSERT_TRUE(stage.process_ends(child));
             EXPECT_THAT(main.does(v.get()), returns(5));
             Puppet& next = stage.start_process(main, {v});
             next.must(v.add(1));
             EXPECT_THAT(main.does(v.get()), returns(6));
           }},
      {.id = "value.survives_its_creators_reference",
       .level = Level::kShould,
       .says = "Processes go on sharing a Value and its lock after its creator dropped it.",
       .documented = {"SHV-15"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& first = stage.start_process(main, {v});
             Puppet& second = stage.start_process(main, {v});
             main.must(v.drop());
             first.must(v.set(2));
             EXPECT_THAT(second.does(v.get()), returns(2));
             expect_to_wait_for(lock_of(first, v), first, second, {v.get(), v.set(3)});
             EXPECT_THAT(first.does(v.get()), returns(3));
           }},
      {.id = "value.memory_in_use_is_not_given_to_another",
       .level = Level::kBeyond,
       .says = "While a child uses a Value, its memory is not reused for a new one, even if the "
               "creator dropped its reference.",
       .documented = {"SHV-15"},
       .needs = {"value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& child = stage.start_process(main, {v});
             main.must(v.drop());
             child.must(v.set(2));
             for (int i = 0; i < 5; ++i) main.value("i", 99);
             EXPECT_THAT(child.does(v.get()), returns(2));
           }},
      {.id = "value.survives_its_creators_end",
       .level = Level::kShould,
       .says = "Processes go on sharing a Value and its lock after the process that made it was "
               "killed.",
       .documented = {"SHV-15"},
       .needs = {"value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             if (stage.about().start_method == "forkserver") {
               throw Abandon{Abandon::Why::kUnsupported,
                             "a killed process leaves its fork server's folder behind"};
             }
             Puppet& creator = stage.start_process(main);
             RemoteValue v = creator.value("i", 1);
             Puppet& first = stage.start_process(creator, {v});
             Puppet& second = stage.start_process(creator, {v});
             stage.signal(creator, SIGKILL);
             ASSERT_TRUE(stage.process_ends(creator));
             first.must(v.set(2));
             EXPECT_THAT(second.does(v.get()), returns(2));
             expect_to_wait_for(lock_of(first, v), first, second, {v.set(3)});
             EXPECT_THAT(first.does(v.get()), returns(3));
           }},
      {.id = "value.made_in_a_child_is_the_childs_own",
       .level = Level::kMust,
       .says = "A Value made in a child shares no memory with one made in the parent after the "
               "child was started, or with those that the child inherited and dropped.",
       .documented = {"SHV-02"},
       .needs = {"value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue before = main.value("i", 1), dropped = main.value("i", 2);
             Puppet& child = stage.start_process(main, {before, dropped});
             child.must(dropped.drop());
             std::vector<RemoteValue> in_main, in_child;
             for (int i = 0; i < 4; ++i) {
               in_main.push_back(main.value("i", 100 + i));
               in_child.push_back(child.value("i", 200 + i));
             }
             for (int i = 0; i < 4; ++i) {
               EXPECT_THAT(main.does(in_main[i].get()), returns(100 + i));
               EXPECT_THAT(child.does(in_child[i].get()), returns(200 + i));
             }
             EXPECT_THAT(main.does(before.get()), returns(1));
             EXPECT_THAT(child.does(before.get()), returns(1));
             EXPECT_THAT(main.does(dropped.get()), returns(2));
             Puppet& grandchild = stage.start_process(child, {in_child[3]});
             grandchild.must(in_child[3].set(300));
             EXPECT_THAT(child.does(in_child[3].get()), returns(300));
             EXPECT_THAT(main.does(in_main[3].get()), returns(103));
           }},
      {.id = "value.many_do_not_overlap",
       .level = Level::kMust,
       .says = "Values of all sizes, made and dropped in any order, never share memory.",
       .documented = {"SHV-01", "SHV-02"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             constexpr int kValues = 60;
             struct Made {
               RemoteValue object;
               Value content;
             };
             auto make = [&main](int code, int n) {
               const char* codes[] = {"b", "q", "h", "i", "d"};
               Value content = code % 5 == 4 ? Value(static_cast<double>(n)) : Value(n);
               return Made{main.value(codes[code % 5], content, {.lock = false}), content};
             };
             std::vector<Made> all;
             for (int i = 0; i < kValues; ++i) all.push_back(make(i, i));
             for (int i = 0; i < kValues; i += 3) main.must(all[i].object.drop());
             for (int i = kValues - 3; i >= 0; i -= 3) all[i] = make(i + 1, -i);
             std::vector<RemoteObject> objects;
             for (const Made& each : all) objects.push_back(each.object);
             Puppet& child = stage.start_process(main, objects);
             for (const Made& each : all) {
               EXPECT_THAT(child.does(each.object.get()), returns(each.content));
             }
           }},
      {.id = "value.refuses_to_travel_by_pipe_or_queue",
       .level = Level::kMust,
       .says = "To send a Value, raw or not, through a pipe or a SimpleQueue raises RuntimeError, "
               "for sharing is by inheritance; pipe and queue stay usable.",
       .documented = {"SHV-14"},
       .needs = {"value", "pipe", "simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             RemoteSimpleQueue q = main.simple_queue();
             std::vector<RemoteValue> all = {main.value("i", 1),
                                             main.value("i", 1, {.lock = false})};
             if (stage.has_feature("raw_value")) all.push_back(main.raw_value("i", 1));
             for (const RemoteValue& each : all) {
               EXPECT_THAT(main.does(a.send(each.value())), raises("RuntimeError"));
               EXPECT_THAT(main.does(q.put(each.value())), raises("RuntimeError"));
             }
             EXPECT_THAT(main.does(b.poll()), returns(false));
             main.must(a.send("good"));
             EXPECT_THAT(main.does(b.recv()), returns("good"));
             main.must(q.put("good"));
             EXPECT_THAT(main.does(q.get()), returns("good"));
           }},
      {.id = "value.never_arrives_by_queue",
       .level = Level::kMust,
       .says = "A Value that is put into a Queue never arrives; what is put after it does.",
       .documented = {"SHV-14"},
       .needs = {"value", "queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemoteValue v = main.value("i", 1), raw = main.value("i", 1, {.lock = false});
             main.does(q.put(v.value()));
             main.does(q.put(raw.value()));
             main.must(q.put("good"));
             EXPECT_THAT(main.does(q.get()), returns("good"));
           }},
  };
}

Claims value_locking() {
  return {
      {.id = "value.access_waits_for_its_lock",
       .level = Level::kMust,
       .says = "Reading and assigning value wait while another process holds get_lock().",
       .documented = {"SHV-03"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& child = stage.start_process(main, {v});
             expect_to_wait_for(lock_of(main, v), main, child, {v.get(), v.set(2)});
             expect_to_wait_for(lock_of(child, v), child, main, {v.get(), v.set(3)});
             EXPECT_THAT(child.does(v.get()), returns(3));
           }},
      {.id = "value.assignment_waits_before_it_writes",
       .level = Level::kMust,
       .says = "An assignment that waits for the lock has not changed the value yet.",
       .documented = {"SHV-03"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& child = stage.start_process(main, {v});
             RemoteLock lock = lock_of(main, v);
             main.must(lock.acquire());
             Call assignment = child.begins(v.set(2));
             EXPECT_THAT(assignment, blocks());
             EXPECT_THAT(main.does(v.get()), returns(1));
             main.must(v.set(10));
             main.must(lock.release());
             EXPECT_THAT(assignment, returns());
             EXPECT_THAT(main.does(v.get()), returns(2));
           }},
      {.id = "value.lock_is_recursive",
       .level = Level::kMust,
       .says = "Who holds get_lock() may read, assign and take it again; others wait until it is "
               "released as often.",
       .documented = {"SHV-03"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& child = stage.start_process(main, {v});
             RemoteLock lock = lock_of(main, v);
             EXPECT_THAT(main.does(lock.acquire()), returns(true));
             EXPECT_THAT(main.does(lock.acquire()), returns(true));
             EXPECT_THAT(main.does(v.set(2)), returns());
             EXPECT_THAT(main.does(v.get()), returns(2));
             main.must(lock.release());
             Call call = child.begins(v.get());
             EXPECT_THAT(call, blocks());
             main.must(lock.release());
             EXPECT_THAT(call, returns(2));
           }},
      {.id = "value.lock_holds_up_threads_too",
       .level = Level::kMust,
       .says = "While one thread holds get_lock(), another of the same process waits, too.",
       .documented = {"SHV-03"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& thread = stage.start_thread(main);
             expect_to_wait_for(lock_of(main, v), main, thread, {v.get(), v.set(2)});
             EXPECT_THAT(thread.does(v.get()), returns(2));
           }},
      {.id = "value.each_has_a_lock_of_its_own",
       .level = Level::kMust,
       .says = "To hold one Value's lock does not hold up the others.",
       .documented = {"SHV-03"},
       .needs = {"value", "array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1), other = main.value("i", 2);
             RemoteArray array = main.array("i", ints({3}));
             Puppet& child = stage.start_process(main, {v, other, array});
             main.must(lock_of(main, v).acquire());
             EXPECT_THAT(child.does(other.get()), returns(2));
             EXPECT_THAT(child.does(array.get(0)), returns(3));
             EXPECT_THAT(child.does(lock_of(child, other).acquire({.block = false})),
                         returns(true));
             EXPECT_THAT(child.does(lock_of(child, v).acquire({.block = false})), returns(false));
             child.must(lock_of(child, other).release());
             main.must(lock_of(main, v).release());
           }},
      {.id = "value.increments_under_the_lock_are_exact",
       .level = Level::kMust,
       .says = "Increments by several processes under get_lock() are all counted.",
       .notes = {"value.increment_safe"},
       .documented = {"SHV-03", "SHV-06"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             constexpr int kTimes = 300;
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 0);
             Puppet& first = stage.start_process(main, {v});
             Puppet& second = stage.start_process(main, {v});
             RemoteLock lock;
             for (Puppet* puppet : {&main, &first, &second}) lock = lock_of(*puppet, v);
             run_at_once({&main, &first, &second}, {lock.acquire(), v.add(1), lock.release()},
                         kTimes);
             EXPECT_THAT(main.does(v.get()), returns(3 * kTimes));
           }},
      {.id = "value.with_block_holds_the_lock",
       .level = Level::kMust,
       .says = "A with block on a Value holds its lock: others wait until it is left.",
       .documented = {"SHV-16"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& child = stage.start_process(main, {v});
             main.must(v.enter());
             Call call = child.begins(v.get());
             EXPECT_THAT(call, blocks());
             main.must(v.set(2));
             main.must(v.exit());
             EXPECT_THAT(call, returns(2));
             child.must(v.enter());
             EXPECT_THAT(main.does(lock_of(main, v).acquire({.block = false})), returns(false));
             child.must(v.exit());
             EXPECT_THAT(main.does(v.get()), returns(2));
           }},
      {.id = "value.increments_in_a_with_block_are_exact",
       .level = Level::kMust,
       .says = "Increments by several processes, each in a with block, are all counted.",
       .notes = {"value.increment_safe"},
       .documented = {"SHV-06", "SHV-16"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             constexpr int kTimes = 300;
             Puppet& main = stage.main();
             RemoteValue v = main.value("q", 0);
             Puppet& first = stage.start_process(main, {v});
             Puppet& second = stage.start_process(main, {v});
             run_at_once({&first, &second}, {v.enter(), v.add(1), v.exit()}, kTimes);
             EXPECT_THAT(main.does(v.get()), returns(2 * kTimes));
           }},
      {.id = "value.uses_the_lock_it_is_given",
       .level = Level::kMust,
       .says = "Value(lock=l) uses l itself: who holds l holds up the Value, in every process, and "
               "get_lock() is l.",
       .documented = {"SHV-04"},
       .needs = {"value", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             RemoteValue v = main.value("i", 1, {.lock = l.name});
             Puppet& child = stage.start_process(main, {v, l});
             expect_to_wait_for(l, main, child, {v.get(), v.set(2)});
             expect_to_wait_for(l, child, main, {v.get(), v.set(3)});
             main.must(lock_of(main, v).acquire());
             EXPECT_THAT(child.does(l.acquire({.block = false})), returns(false));
             main.must(l.release());
             EXPECT_THAT(child.does(l.acquire({.block = false})), returns(true));
             child.must(l.release());
           }},
      {.id = "value.does_not_make_a_given_lock_recursive",
       .level = Level::kMust,
       .says = "With a plain Lock as its lock, a Value waits even for the process that holds it.",
       .documented = {"SHV-04"},
       .needs = {"value", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             RemoteValue v = main.value("i", 1, {.lock = l.name});
             Puppet& child = stage.start_process(main, {v, l});
             child.must(l.acquire());
             Call call = child.begins(v.get());
             EXPECT_THAT(call, blocks());
             main.must(l.release());
             EXPECT_THAT(call, returns(1));
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(true));
             main.must(l.release());
           }},
      {.id = "value.several_can_share_a_lock",
       .level = Level::kMust,
       .says = "Values and Arrays made with the same lock wait for each other's holder.",
       .documented = {"SHV-04"},
       .needs = {"value", "array", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             RemoteValue v = main.value("i", 1, {.lock = l.name});
             RemoteArray array = main.array("i", ints({1, 2}), {.lock = l.name});
             Puppet& child = stage.start_process(main, {v, array});
             expect_to_wait_for(lock_of(main, v), main, child, {array.get(0), v.get()});
             expect_to_wait_for(lock_of(child, array), child, main, {v.set(5), array.set(1, 5)});
             EXPECT_THAT(child.does(v.get()), returns(5));
           }},
      {.id = "value.refuses_a_lock_that_is_none",
       .level = Level::kMust,
       .says = "Value() and Array() with a lock that has no acquire() raise AttributeError.",
       .documented = {"SHV-04"},
       .needs = {"value", "array", "event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent no_lock = main.event();
             EXPECT_THAT(main.does(makes("value", "bad",
                                         {{"type", "i"}, {"value", 1}, {"lock", no_lock.name}})),
                         raises("AttributeError"));
             EXPECT_THAT(main.does(makes("array", "bad",
                                         {{"type", "i"}, {"init", 3}, {"lock", no_lock.name}})),
                         raises("AttributeError"));
           }},
      {.id = "value.has_a_lock_if_told_so",
       .level = Level::kMust,
       .says = "Value(lock=True) and Array(lock=True) have a recursive lock, as by default.",
       .documented = {"SHV-03", "SHV-04"},
       .needs = {"value", "array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1, {.lock = true});
             RemoteArray array = main.array("i", 2, {.lock = true});
             Puppet& child = stage.start_process(main, {v, array});
             expect_to_wait_for(lock_of(main, v), main, child, {v.get()});
             expect_to_wait_for(lock_of(main, array), main, child, {array.get(0)});
           }},
      {.id = "value.has_no_lock_if_told_so",
       .level = Level::kMust,
       .says = "With lock=False, and in the raw forms, there is no lock to get.",
       .documented = {"SHV-04", "SHV-13"},
       .needs = {"value", "array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteValue> values = {main.value("i", 1, {.lock = false})};
             if (stage.has_feature("raw_value")) values.push_back(main.raw_value("i", 1));
             std::vector<RemoteArray> arrays = {main.array("i", 2, {.lock = false})};
             if (stage.has_feature("raw_array")) arrays.push_back(main.raw_array("i", 2));
             RemoteLock unused;
             unused.name = "unused";
             for (const RemoteValue& each : values) {
               EXPECT_TRUE(refuses(main, each.get_lock(unused))) << each.name;
               EXPECT_TRUE(refuses(main, each.enter())) << each.name;
             }
             for (const RemoteArray& each : arrays) {
               EXPECT_TRUE(refuses(main, each.get_lock(unused))) << each.name;
               EXPECT_TRUE(refuses(main, each.enter())) << each.name;
             }
           }},
      {.id = "value.failed_assignment_releases_the_lock",
       .level = Level::kMust,
       .says = "An assignment that raises leaves the lock free for others.",
       .documented = {"SHV-03", "SHV-07"},
       .needs = {"value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             Puppet& child = stage.start_process(main, {v});
             EXPECT_THAT(main.does(v.set("wrong")), raises("TypeError"));
             EXPECT_THAT(child.does(v.get()), returns(1));
             EXPECT_THAT(child.does(v.set(2)), returns());
             EXPECT_THAT(child.does(lock_of(child, v).acquire({.block = false})), returns(true));
             child.must(lock_of(child, v).release());
           }},
  };
}

Claims array_content() {
  return {
      {.id = "array.of_a_length_is_zero",
       .level = Level::kMust,
       .says = "Array(typecode, n) and RawArray(typecode, n) hold n zeros, for every typecode.",
       .documented = {"SHV-01"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const Zero& z : zeros()) {
               for (const RemoteArray& a : arrays(stage, z.code, 3)) {
                 EXPECT_THAT(main.does(a.len()), returns(3));
                 for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(a.get(i)), returns(z.zero));
               }
             }
           }},
      {.id = "array.of_a_length_is_zero_in_used_memory",
       .level = Level::kMust,
       .says = "A new Array is all zeros even if its memory was another's before, small or big.",
       .documented = {"SHV-01"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int i = 0; i < 4; ++i) {
               RemoteArray a = main.array("q", 20, {.lock = i % 2 == 0});
               EXPECT_THAT(main.does(a.slice()), returns(Value::list(Value::List(20, Value(0)))));
               main.must(a.set_slice({}, {}, Value::list(Value::List(20, Value(-1)))));
               main.must(a.drop());
             }
           }},
      {.id = "array.begins_with_its_initial_items",
       .level = Level::kMust,
       .says = "Array(typecode, sequence) has the sequence's length and its items in order.",
       .documented = {"SHV-01"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const IntegerType& type : integer_types()) {
               Value init = Value::list({type.highest(), type.lowest(), 0, 1});
               for (const RemoteArray& a : arrays(stage, type.code, init)) {
                 EXPECT_THAT(main.does(a.len()), returns(4));
                 EXPECT_THAT(main.does(a.slice()), returns(init));
               }
             }
             Value doubles = Value::list({0.1, -1e300, 2.0});
             EXPECT_THAT(main.does(main.array("d", doubles).slice()), returns(doubles));
             EXPECT_THAT(main.does(main.array("d", Value::tuple({0.5})).slice()),
                         returns(Value::list({0.5})));
             EXPECT_THAT(main.does(main.array("i", ints({7})).get(0)), returns(7));
           }},
      {.id = "array.items_are_read_and_assigned_by_index",
       .level = Level::kMust,
       .says = "Items are read and assigned by index, each alone; a negative index counts from the "
               "end.",
       .documented = {"SHV-09"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = ints({10, 11, 12, 13});
             for (const RemoteArray& a : arrays(stage, "i", init)) {
               for (int i = 0; i < 4; ++i) {
                 EXPECT_THAT(main.does(a.get(i)), returns(10 + i));
                 EXPECT_THAT(main.does(a.get(i - 4)), returns(10 + i));
               }
               EXPECT_THAT(main.does(a.set(1, 21)), returns(nullptr));
               EXPECT_THAT(main.does(a.set(-1, 23)), returns(nullptr));
               EXPECT_THAT(main.does(a.slice()), returns(ints({10, 21, 12, 23})));
             }
           }},
      {.id = "array.index_out_of_range_raises",
       .level = Level::kMust,
       .says = "To read or assign beyond either end raises IndexError and changes nothing.",
       .documented = {"SHV-09"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = ints({1, 2, 3});
             for (const RemoteArray& a : arrays(stage, "i", init)) {
               for (int index : {3, 4, 1000000, -4, -1000000}) {
                 EXPECT_THAT(main.does(a.get(index)), raises("IndexError"));
                 EXPECT_THAT(main.does(a.set(index, 9)), raises("IndexError"));
               }
               EXPECT_THAT(main.does(a.slice()), returns(init));
             }
           }},
      {.id = "array.slices_are_lists",
       .level = Level::kMust,
       .says = "A slice is a list of the items, cut to the array's ends, as of a list.",
       .documented = {"SHV-09"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = ints({0, 1, 2, 3, 4});
             for (const RemoteArray& a : arrays(stage, "i", init)) {
               EXPECT_THAT(main.does(a.slice()), returns(init));
               EXPECT_THAT(main.does(a.slice(1, 3)), returns(ints({1, 2})));
               EXPECT_THAT(main.does(a.slice(3)), returns(ints({3, 4})));
               EXPECT_THAT(main.does(a.slice({}, 2)), returns(ints({0, 1})));
               EXPECT_THAT(main.does(a.slice(-2)), returns(ints({3, 4})));
               EXPECT_THAT(main.does(a.slice(0, -1)), returns(ints({0, 1, 2, 3})));
               EXPECT_THAT(main.does(a.slice(3, 100)), returns(ints({3, 4})));
               EXPECT_THAT(main.does(a.slice(4, 2)), returns(Value::list({})));
               EXPECT_THAT(main.does(a.slice(7, 9)), returns(Value::list({})));
             }
           }},
      {.id = "array.slices_can_be_assigned",
       .level = Level::kMust,
       .says = "A slice is assigned as many items as it has; any other number raises ValueError "
               "and changes nothing, for the length is fixed.",
       .documented = {"SHV-09"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = ints({0, 1, 2, 3});
             for (const RemoteArray& a : arrays(stage, "i", init)) {
               EXPECT_THAT(main.does(a.set_slice(1, 3, ints({8, 9}))), returns(nullptr));
               EXPECT_THAT(main.does(a.slice()), returns(ints({0, 8, 9, 3})));
               main.must(a.set_slice(-1, {}, ints({7})));
               EXPECT_THAT(main.does(a.slice()), returns(ints({0, 8, 9, 7})));
               for (const Value& wrong : {ints({}), ints({1}), ints({1, 2, 3})}) {
                 EXPECT_THAT(main.does(a.set_slice(1, 3, wrong)), raises("ValueError"));
               }
               EXPECT_THAT(main.does(a.set_slice(4, {}, ints({1}))), raises("ValueError"));
               EXPECT_THAT(main.does(a.slice()), returns(ints({0, 8, 9, 7})));
               EXPECT_THAT(main.does(a.len()), returns(4));
               main.must(a.set_slice({}, {}, ints({4, 3, 2, 1})));
               EXPECT_THAT(main.does(a.slice()), returns(ints({4, 3, 2, 1})));
             }
           }},
      {.id = "array.integers_wrap_around",
       .level = Level::kShould,
       .says = "Items are taken modulo the width of their type, and touch no neighbour.",
       .documented = {"SHV-07"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const IntegerType& type : integer_types()) {
               if (type.bits == 64) continue;  // one more is not to be carried by the protocol
               RemoteArray a = main.array(type.code, ints({1, 2, 3}));
               main.must(a.set(1, type.highest() + 1));
               EXPECT_THAT(main.does(a.slice()), returns(Value::list({1, type.lowest(), 3})));
               RemoteArray b = main.array(type.code, Value::list({type.highest() + 1}));
               EXPECT_THAT(main.does(b.get(0)), returns(type.lowest()));
             }
           }},
      {.id = "array.refuses_the_wrong_type",
       .level = Level::kShould,
       .says = "To assign, or begin with, an item of the wrong type raises TypeError and changes "
               "nothing.",
       .documented = {"SHV-07"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = ints({1, 2, 3});
             for (const RemoteArray& a : arrays(stage, "i", init)) {
               EXPECT_THAT(main.does(a.set(1, "two")), raises("TypeError"));
               EXPECT_THAT(main.does(a.set(1, 2.5)), raises("TypeError"));
               EXPECT_THAT(main.does(a.get("one")), raises("TypeError"));
               EXPECT_THAT(main.does(a.slice()), returns(init));
             }
             EXPECT_THAT(main.does(makes("array", "bad",
                                         {{"type", "i"}, {"init", Value::list({1, "two"})}})),
                         raises("TypeError"));
             EXPECT_THAT(main.does(makes("array", "bad", {{"type", "i"}, {"init", nullptr}})),
                         raises("TypeError"));
           }},
      {.id = "array.length_is_none_or_more",
       .level = Level::kShould,
       .says = "An Array of length 0 is legal and empty; a negative length raises ValueError.",
       .documented = {"SHV-10"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteArray& a : {main.array("i", 0), main.array("d", 0, {.lock = false}),
                                          main.array("i", ints({}))}) {
               EXPECT_THAT(main.does(a.len()), returns(0));
               EXPECT_THAT(main.does(a.slice()), returns(Value::list({})));
               EXPECT_THAT(main.does(a.get(0)), raises("IndexError"));
               EXPECT_THAT(main.does(a.get(-1)), raises("IndexError"));
             }
             for (const std::string& area : forms_of(stage, "array")) {
               EXPECT_THAT(main.does(makes(area, "bad", {{"type", "i"}, {"init", -1}})),
                           raises("ValueError"));
             }
           }},
      {.id = "array.of_characters_has_value_and_raw",
       .level = Level::kMust,
       .says = "A char array's value ends at the first NUL, its raw does not.",
       .documented = {"SHV-11"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = bytes(std::string("ab\0cd", 5));
             for (const RemoteArray& a : arrays(stage, "c", init)) {
               EXPECT_THAT(main.does(a.len()), returns(5));
               EXPECT_THAT(main.does(a.value()), returns(bytes("ab")));
               EXPECT_THAT(main.does(a.raw()), returns(init));
               EXPECT_THAT(main.does(a.get(3)), returns(bytes("c")));
               EXPECT_THAT(main.does(a.slice(1, 4)), returns(bytes(std::string("b\0c", 3))));
               main.must(a.set(2, bytes("-")));
               EXPECT_THAT(main.does(a.value()), returns(bytes("ab-cd")));
             }
             RemoteArray empty = main.array("c", 4);
             EXPECT_THAT(main.does(empty.value()), returns(bytes("")));
             EXPECT_THAT(main.does(empty.raw()), returns(bytes(std::string(4, '\0'))));
           }},
      {.id = "array.of_characters_can_be_assigned_as_one",
       .level = Level::kMust,
       .says = "Bytes up to the length of a char array can be assigned to its value; longer ones "
               "raise ValueError and change nothing.",
       .documented = {"SHV-11"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteArray& a : arrays(stage, "c", 5)) {
               main.must(a.set_value(bytes("abcde")));
               EXPECT_THAT(main.does(a.value()), returns(bytes("abcde")));
               main.must(a.set_value(bytes("xy")));
               EXPECT_THAT(main.does(a.value()), returns(bytes("xy")));
               EXPECT_THAT(main.does(a.set_value(bytes("abcdef"))), raises("ValueError"));
               EXPECT_THAT(main.does(a.set_value("text")), raises("TypeError"));
               EXPECT_THAT(main.does(a.value()), returns(bytes("xy")));
               EXPECT_THAT(main.does(a.len()), returns(5));
             }
           }},
  };
}

Claims array_sharing() {
  return {
      {.id = "array.changes_are_seen_by_every_process",
       .level = Level::kMust,
       .says = "What one process writes to an Array, by item or by slice, the others read.",
       .documented = {"SHV-02", "START-12"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value init = ints({0, 1, 2, 3});
             std::vector<RemoteArray> all = arrays(stage, "i", init);
             all.push_back(main.array("i", init, {.lock = false}));
             std::vector<RemoteObject> objects(all.begin(), all.end());
             Puppet& first = stage.start_process(main, objects);
             Puppet& second = stage.start_process(main, objects);
             for (const RemoteArray& a : all) {
               EXPECT_THAT(first.does(a.slice()), returns(init));
               EXPECT_THAT(first.does(a.len()), returns(4));
               first.must(a.set(-1, 33));
               EXPECT_THAT(main.does(a.get(3)), returns(33));
               main.must(a.set_slice(0, 2, ints({10, 11})));
               EXPECT_THAT(second.does(a.slice()), returns(ints({10, 11, 2, 33})));
               second.must(a.set(2, 22));
               EXPECT_THAT(first.does(a.slice()), returns(ints({10, 11, 22, 33})));
             }
           }},
      {.id = "array.of_characters_is_seen_by_every_process",
       .level = Level::kMust,
       .says = "What one process assigns to a char array, the others read.",
       .documented = {"SHV-02", "SHV-11"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("c", bytes("before"));
             Puppet& child = stage.start_process(main, {a});
             EXPECT_THAT(child.does(a.value()), returns(bytes("before")));
             child.must(a.set_value(bytes("after")));
             EXPECT_THAT(main.does(a.value()), returns(bytes("after")));
             EXPECT_THAT(main.does(a.raw()), returns(bytes(std::string("after\0", 6))));
           }},
      {.id = "array.many_do_not_overlap",
       .level = Level::kMust,
       .says = "Arrays of all lengths, made and dropped in any order, never share memory, and a "
               "child finds each where it is.",
       .documented = {"SHV-01", "SHV-02"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             constexpr int kArrays = 40;
             auto content = [](int i, int n) { return Value::list(Value::List(n, Value(i))); };
             auto length = [](int i) { return i % 10 == 9 ? 900 * i : i + 1; };
             std::vector<RemoteArray> all;
             for (int i = 0; i < kArrays; ++i) {
               all.push_back(main.array("b", length(i), {.lock = false}));
               main.must(all[i].set_slice(0, std::min(length(i), 50),
                                          content(i, std::min(length(i), 50))));
             }
             for (int i = 0; i < kArrays; i += 2) main.must(all[i].drop());
             for (int i = kArrays - 2; i >= 0; i -= 2) {
               all[i] = main.array("b", content(i, length(i)), {.lock = false});
             }
             Puppet& child = stage.start_process(main, {all.begin(), all.end()});
             for (int i = 0; i < kArrays; ++i) {
               EXPECT_THAT(child.does(all[i].len()), returns(length(i)));
               EXPECT_THAT(child.does(all[i].slice(0, 50)),
                           returns(content(i, std::min(length(i), 50))));
             }
             main.must(all[kArrays - 1].set(-1, 77));
             EXPECT_THAT(child.does(all[kArrays - 1].get(-1)), returns(77));
           }},
      {.id = "array.can_be_big",
       .level = Level::kMust,
       .says = "An Array of several megabytes is zero and shared up to its last item, and so is "
               "the next one after it was dropped.",
       .documented = {"SHV-01", "SHV-02"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             constexpr int kLength = 5 << 20;
             Puppet& main = stage.main();
             RemoteArray small = main.array("i", ints({1, 2, 3}));
             for (int round = 0; round < 2; ++round) {
               RemoteArray big = main.array("b", kLength + round);
               EXPECT_THAT(main.does(big.len()), returns(kLength + round));
               for (int index : {0, 4095, 4096, kLength / 2, -1}) {
                 EXPECT_THAT(main.does(big.get(index)), returns(0));
                 main.must(big.set(index, 5));
               }
               Puppet& child = stage.start_process(main, {big, small});
               EXPECT_THAT(child.does(big.get(-1)), returns(5));
               child.must(big.set(-1, 6));
               child.must(big.set(0, 7));
               EXPECT_THAT(main.does(big.get(kLength + round - 1)), returns(6));
               EXPECT_THAT(main.does(big.get(0)), returns(7));
               EXPECT_THAT(child.does(small.slice()), returns(ints({1, 2, 3})));
               main.must(big.drop());
             }
             EXPECT_THAT(main.does(small.slice()), returns(ints({1, 2, 3})));
           }},
      {.id = "array.made_in_a_child_is_the_childs_own",
       .level = Level::kMust,
       .says = "An Array made in a child shares no memory with one made in the parent after the "
               "child was started.",
       .documented = {"SHV-02"},
       .needs = {"array", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray before = main.array("i", ints({1, 2, 3}));
             Puppet& child = stage.start_process(main, {before});
             RemoteArray of_main = main.array("i", ints({10, 11, 12}));
             RemoteArray of_child = child.array("i", ints({20, 21, 22}));
             EXPECT_THAT(main.does(of_main.slice()), returns(ints({10, 11, 12})));
             main.must(of_main.set(0, 99));
             EXPECT_THAT(child.does(of_child.slice()), returns(ints({20, 21, 22})));
             EXPECT_THAT(child.does(before.slice()), returns(ints({1, 2, 3})));
             EXPECT_THAT(main.does(before.slice()), returns(ints({1, 2, 3})));
           }},
      {.id = "array.survives_its_creators_reference",
       .level = Level::kShould,
       .says = "Processes go on sharing an Array after its creator dropped it.",
       .documented = {"SHV-15"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("i", 3), raw = main.array("i", 3, {.lock = false});
             Puppet& first = stage.start_process(main, {a, raw});
             Puppet& second = stage.start_process(main, {a, raw});
             main.must(a.drop());
             main.must(raw.drop());
             for (const RemoteArray& each : {a, raw}) {
               first.must(each.set(2, 5));
               EXPECT_THAT(second.does(each.slice()), returns(ints({0, 0, 5})));
             }
           }},
      {.id = "array.access_waits_for_its_lock",
       .level = Level::kMust,
       .says = "Reading and assigning items and slices wait while another process holds "
               "get_lock().",
       .documented = {"SHV-03"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("i", ints({1, 2, 3}));
             Puppet& child = stage.start_process(main, {a});
             expect_to_wait_for(lock_of(main, a), main, child,
                                {a.get(0), a.set(0, 5), a.slice(), a.set_slice(1, 2, ints({6}))});
             EXPECT_THAT(main.does(a.slice()), returns(ints({5, 6, 3})));
           }},
      {.id = "array.of_characters_waits_for_its_lock",
       .level = Level::kMust,
       .says = "Reading and assigning value, and reading raw, wait while another process holds "
               "get_lock().",
       .documented = {"SHV-03", "SHV-11"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("c", bytes("abc"));
             Puppet& child = stage.start_process(main, {a});
             expect_to_wait_for(lock_of(main, a), main, child,
                                {a.value(), a.raw(), a.set_value(bytes("xyz")), a.get(0)});
             EXPECT_THAT(main.does(a.value()), returns(bytes("xyz")));
           }},
      {.id = "array.assignment_waits_before_it_writes",
       .level = Level::kMust,
       .says = "An assignment that waits for the lock has changed nothing yet, and the holder may "
               "go on reading and assigning.",
       .documented = {"SHV-03"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("i", ints({1, 2, 3}));
             Puppet& child = stage.start_process(main, {a});
             RemoteLock lock = lock_of(main, a);
             main.must(lock.acquire());
             Call assignment = child.begins(a.set(0, 9));
             EXPECT_THAT(assignment, blocks());
             EXPECT_THAT(main.does(a.slice()), returns(ints({1, 2, 3})));
             EXPECT_THAT(main.does(a.set(1, 8)), returns());
             main.must(lock.release());
             EXPECT_THAT(assignment, returns());
             EXPECT_THAT(main.does(a.slice()), returns(ints({9, 8, 3})));
           }},
      {.id = "array.with_block_holds_the_lock",
       .level = Level::kMust,
       .says = "A with block on an Array holds its lock: others wait until it is left.",
       .documented = {"SHV-16"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("i", ints({1, 2}));
             Puppet& child = stage.start_process(main, {a});
             main.must(a.enter());
             Call call = child.begins(a.slice());
             EXPECT_THAT(call, blocks());
             main.must(a.set(0, 5));
             main.must(a.set(1, 6));
             main.must(a.exit());
             EXPECT_THAT(call, returns(ints({5, 6})));
           }},
      {.id = "array.failed_access_releases_the_lock",
       .level = Level::kMust,
       .says = "An access that raises leaves the lock free for others.",
       .documented = {"SHV-03", "SHV-09"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteArray a = main.array("i", ints({1, 2})), text = main.array("c", 3);
             Puppet& child = stage.start_process(main, {a, text});
             EXPECT_THAT(main.does(a.get(5)), raises("IndexError"));
             EXPECT_THAT(main.does(a.set(5, 1)), raises("IndexError"));
             EXPECT_THAT(main.does(a.set_slice(0, 1, ints({}))), raises("ValueError"));
             EXPECT_THAT(main.does(text.set_value(bytes("long"))), raises("ValueError"));
             EXPECT_THAT(child.does(a.get(1)), returns(2));
             EXPECT_THAT(child.does(text.value()), returns(bytes("")));
           }},
      {.id = "array.many_of_a_middling_size",
       .level = Level::kMust,
       .says = "Two dozen Arrays of a hundred kilobytes each are shared from their first item to "
               "their last.",
       .documented = {"SHV-01", "SHV-02"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             constexpr int kArrays = 24;
             Puppet& main = stage.main();
             std::vector<RemoteArray> all;
             for (int i = 0; i < kArrays; ++i) {
               all.push_back(main.array("b", 100'000 + 999 * i, {.lock = false}));
               main.must(all[i].set(0, i));
               main.must(all[i].set(-1, -i));
             }
             Puppet& child = stage.start_process(main, {all.begin(), all.end()});
             for (int i = 0; i < kArrays; ++i) {
               EXPECT_THAT(child.does(all[i].get(0)), returns(i));
               EXPECT_THAT(child.does(all[i].get(-1)), returns(-i));
             }
           }},
      {.id = "array.text_of_any_length_ends_where_it_does",
       .level = Level::kMust,
       .says =
           "A text that is assigned to value is what value is then, however long the one before "
           "was: a NUL ends it where there is room, and what lies behind that stays.",
       .documented = {"SHV-11"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             constexpr size_t kSize = 5;
             Puppet& main = stage.main();
             for (const RemoteArray& a : arrays(stage, "c", static_cast<int>(kSize))) {
               for (size_t length = 0; length <= kSize; ++length) {
                 const std::string text = std::string("abcde").substr(0, length);
                 std::string raw(kSize, 'z');
                 raw.replace(0, length, text);
                 if (length < kSize) raw[length] = '\0';
                 main.must(a.set_value(bytes("zzzzz")));
                 main.must(a.set_value(bytes(text)));
                 EXPECT_THAT(main.does(a.value()), returns(bytes(text)));
                 EXPECT_THAT(main.does(a.raw()), returns(bytes(raw)));
               }
             }
           }},
      {.id = "array.uses_the_lock_it_is_given",
       .level = Level::kMust,
       .says = "Array(lock=l) uses l itself: who holds l holds up the Array, and get_lock() is l.",
       .documented = {"SHV-04"},
       .needs = {"array", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             RemoteArray a = main.array("i", 2, {.lock = l.name});
             Puppet& child = stage.start_process(main, {a, l});
             expect_to_wait_for(l, main, child, {a.get(0), a.set(0, 1)});
             main.must(lock_of(main, a).acquire());
             EXPECT_THAT(child.does(l.acquire({.block = false})), returns(false));
             child.must(l.release());
             EXPECT_THAT(child.does(a.get(0)), returns(1));
           }},
      {.id = "array.refuses_to_travel_by_pipe_or_queue",
       .level = Level::kMust,
       .says = "To send an Array, raw or not, through a pipe or a SimpleQueue raises "
               "RuntimeError, for sharing is by inheritance.",
       .documented = {"SHV-14"},
       .needs = {"array", "pipe", "simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [a, b] = main.pipe();
             RemoteSimpleQueue q = main.simple_queue();
             for (const RemoteArray& each :
                  {main.array("i", 3), main.array("i", 3, {.lock = false}), main.array("c", 3),
                   main.array("d", ints({1}), {.lock = false})}) {
               EXPECT_THAT(main.does(a.send(Value::object(each.name))), raises("RuntimeError"));
               EXPECT_THAT(main.does(q.put(Value::object(each.name))), raises("RuntimeError"));
             }
             EXPECT_THAT(main.does(b.poll()), returns(false));
             EXPECT_THAT(main.does(q.empty()), returns(true));
           }},
  };
}

}  // namespace

Claims value_claims() {
  Claims all;
  for (Claims (*part)() :
       {value_content, value_sharing, value_locking, array_content, array_sharing}) {
    for (Claim& claim : part()) all.push_back(std::move(claim));
  }
  return all;
}

}  // namespace conformance
