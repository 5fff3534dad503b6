// What an implementation does where the machine has no more to give: descriptors, memory, CPUs. Each
// object is asked for at the limit, must be refused with an error, and must be had once there is room
// again.
#include <signal.h>

#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/limits.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;

constexpr int kLarge = 1 << 20;  // bytes

// What is made, and how it is got rid of.
struct Thing {
  const char* name;
  const char* feature;
  Op (*make)(const std::string& as);
  // Before it is forgotten. Null: nothing.
  void (*end)(Puppet& main, const std::string& name);
};

Op maker(std::string op, const std::string& as, Args args = {}) {
  return {.name = std::move(op), .as = {as}, .args = std::move(args)};
}
Op on(std::string op, const std::string& object) { return {.name = std::move(op), .on = object}; }

const Thing kThings[] = {
    {"pipe", "pipe",
     [](const std::string& as) {
       return Op{.name = "pipe.new", .as = {as, as + "_end"}};
     },
     [](Puppet& main, const std::string& name) {
       main.must(on("connection.close", name));
       main.must(on("connection.close", name + "_end"));
     }},
    {"queue", "queue", [](const std::string& as) { return maker("queue.new", as); }, nullptr},
    {"joinable_queue", "joinable_queue",
     [](const std::string& as) { return maker("joinable_queue.new", as); }, nullptr},
    {"simple_queue", "simple_queue",
     [](const std::string& as) { return maker("simple_queue.new", as); }, nullptr},
    {"lock", "lock", [](const std::string& as) { return maker("lock.new", as); }, nullptr},
    {"semaphore", "semaphore", [](const std::string& as) { return maker("semaphore.new", as); },
     nullptr},
    {"condition", "condition", [](const std::string& as) { return maker("condition.new", as); },
     nullptr},
    {"event", "event", [](const std::string& as) { return maker("event.new", as); }, nullptr},
    {"barrier", "barrier",
     [](const std::string& as) {
       return maker("barrier.new", as, {{"parties", 2}});
     },
     nullptr},
    {"pool", "pool",
     [](const std::string& as) {
       return maker("pool.new", as, {{"processes", 1}});
     },
     [](Puppet& main, const std::string& name) {
       main.must(on("pool.terminate", name));
       main.must(on("pool.join", name));
     }},
};

// Makes one while something is scarce, which it is as long as what `make_scarce` returns lives, and one when there is
// enough again.
template <typename MakeScarce>
void is_refused_where_scarce(Stage& stage, const Thing& thing, MakeScarce make_scarce) {
  Puppet& main = stage.main();
  auto get_rid_of = [&](const std::string& name) {
    if (thing.end != nullptr) thing.end(main, name);
    main.must({.name = "puppet.drop", .on = name});
  };
  // The first of its kind may load what all later ones need.
  main.must(thing.make("first"));
  get_rid_of("first");
  const std::optional<int> before = stage.open_files(main);
  {
    [[maybe_unused]] const auto scarce = make_scarce(main);
    Call refused = main.does(thing.make("refused"));
    // What needs none of it is not refused, and just as well.
    if (std::holds_alternative<Returned>(refused.outcome())) {
      get_rid_of("refused");
      stage.varies("needs none", {"needs none"});
    } else {
      EXPECT_THAT(refused, raises("OSError"));
      stage.varies("raises OSError", {"raises OSError"});
    }
  }
  EXPECT_TRUE(stage.open_files(main) <= before) << "a refused one leaves descriptors behind";
  main.must(thing.make("later"));
  get_rid_of("later");
}

// A check is a plain function: one for each line of the table.
template <size_t kIndex>
void check_without_descriptors(Stage& stage) {
  is_refused_where_scarce(stage, kThings[kIndex], [&](Puppet& main) {
    return stage.lowers(main, RLIMIT_NOFILE, lowest_free_descriptor(main.pid()));
  });
}
template <size_t kIndex>
void check_without_shared_memory(Stage& stage) {
  is_refused_where_scarce(stage, kThings[kIndex],
                          [&](Puppet&) { return stage.fill_shared_memory(); });
}

template <size_t... kIndexes>
void add_claims_of_things(std::index_sequence<kIndexes...>, Claims* claims) {
  auto add = [&](const Thing& thing, void (*without_descriptors)(Stage&),
                 void (*without_shared_memory)(Stage&)) {
    claims->push_back({.id = text_for_good(absl::StrCat("limit.descriptors.", thing.name)),
                       .level = Level::kVariation,
                       .says = text_for_good(absl::StrCat(
                           "Where no descriptor is left a ", thing.name,
                           " is refused with OSError, or needs none; nothing stays open, and the "
                           "next one is had when there is room again.")),
                       .documented = {"FAULT-04"},
                       .needs = {thing.feature, "isolated"},
                       .check = without_descriptors});
    claims->push_back({.id = text_for_good(absl::StrCat("limit.shared_memory.", thing.name)),
                       .level = Level::kVariation,
                       .says = text_for_good(absl::StrCat(
                           "Where /dev/shm is full a ", thing.name,
                           " is refused with OSError, or needs nothing there; nothing is left "
                           "behind, and the next one is had when there is room again.")),
                       .documented = {"FAULT-07"},
                       .needs = {thing.feature, "isolated"},
                       .check = without_shared_memory});
  };
  (add(kThings[kIndexes], check_without_descriptors<kIndexes>,
       check_without_shared_memory<kIndexes>),
   ...);
}

// A child makes something large where /dev/shm is full, and uses all of it; then its creator makes a small one.
void shows_what_a_full_dev_shm_does(Stage& stage, const Op& large, const Op& use, const Op& small) {
  const char *const kRefused = "is refused", *const kElsewhere = "has room elsewhere",
                    *const kDies = "its process dies of SIGBUS";
  Puppet& main = stage.main();
  Puppet& child = stage.start_process(main);
  const char* seen = kElsewhere;
  {
    const base::UniqueFd full = stage.fill_shared_memory();
    for (const Op& op : {large, use}) {
      Call call = child.does(op);
      if (std::holds_alternative<Returned>(call.outcome())) continue;
      if (std::holds_alternative<Died>(call.outcome())) {
        EXPECT_THAT(exit_code(main, child.handle()), Value(-SIGBUS));
        seen = kDies;
      } else {
        EXPECT_THAT(call, AnyOf(raises("OSError"), raises("MemoryError")));
        seen = kRefused;
      }
      break;
    }
  }
  stage.varies(seen, {kRefused, kElsewhere, kDies});
  main.must(small);
}

Claims other_limits() {
  return {
      {.id = "limit.descriptors.start",
       .level = Level::kShould,
       .says = "start() raises OSError where no descriptor is left, and makes no process; the same "
               "Process can be started when there is room again.",
       .documented = {"FAULT-04"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(main.process({}, {.func = "nothing"}).start());  // loads what it needs
             const auto is_refused = [&](const RemoteProcess& p) {
               const size_t before = stage.processes().size();
               {
                 const LoweredLimit files =
                     stage.lowers(main, RLIMIT_NOFILE, lowest_free_descriptor(main.pid()));
                 EXPECT_THAT(main.does(p.start()), raises("OSError"));
               }
               EXPECT_LE(stage.processes().size(), before);
               EXPECT_THAT(main.does(p.pid()), returns(nullptr));
               main.must(p.start());
             };
             const RemoteProcess first = main.process({}, {.func = "nothing"});
             is_refused(first);
             EXPECT_EQ(exit_code(main, first), Value(0));
             const RemoteProcess second = main.process();  // which tells that its target runs
             is_refused(second);
             EXPECT_EQ(ends_with(main, stage.arrival(second), self::exits(4)), Value(4));
           }},
      {.id = "limit.memory.array",
       .level = Level::kShould,
       .says = "An Array for which there is no memory is refused with MemoryError or OSError; the "
               "process goes on, and a small one is had.",
       .documented = {"FAULT-05"},
       .needs = {"array", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr int kBig = 1 << 30, kRoom = 64 << 20;
             Puppet& main = stage.main();
             main.array("b", 8);  // loads what it needs
             {
               const LoweredLimit memory =
                   stage.lowers(main, RLIMIT_AS, address_space_of(main.pid()) + kRoom);
               EXPECT_THAT(main.does(maker("array.new", "big", {{"type", "b"}, {"init", kBig}})),
                           AnyOf(raises("MemoryError"), raises("OSError")));
             }
             RemoteArray small = main.array("b", 8);
             main.must(small.set(7, 3));
             EXPECT_THAT(main.does(small.get(7)), returns(3));
           }},
      {.id = "limit.shared_memory.array",
       .level = Level::kVariation,
       .says =
           "An Array for which /dev/shm has no room is refused with an error, has room elsewhere, "
           "or "
           "ends its process with SIGBUS; whoever is left makes another one when there is room.",
       .documented = {"FAULT-07"},
       .needs = {"array", "isolated"},
       .check =
           [](Stage& stage) {
             shows_what_a_full_dev_shm_does(
                 stage, maker("array.new", "big", {{"type", "b"}, {"init", kLarge}}),
                 {.name = "array.set", .on = "big", .args = {{"index", kLarge - 1}, {"value", 1}}},
                 maker("array.new", "small", {{"type", "b"}, {"init", 8}}));
           }},
      {.id = "limit.shared_memory.block",
       .level = Level::kVariation,
       .says =
           "A SharedMemory for which /dev/shm has no room is refused with an error, or ends the "
           "process that uses it with SIGBUS; whoever is left makes another one when there is "
           "room.",
       .documented = {"FAULT-07"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             const RemoteSharedMemory big = handle_named<RemoteSharedMemory>("big");
             shows_what_a_full_dev_shm_does(
                 stage, maker("shared_memory.new", big.name, {{"create", true}, {"size", kLarge}}),
                 big.set(kLarge - 1, 1),
                 maker("shared_memory.new", "small", {{"create", true}, {"size", 8}}));
             stage.main().must(handle_named<RemoteSharedMemory>("small").unlink());
           }},
      {.id = "limit.cpu.one_is_enough",
       .level = Level::kMust,
       .says =
           "On a single CPU everything gets its turn: two processes that hand items to and fro, "
           "that take turns with a lock, that meet at a barrier, and a pool.",
       .documented = {"FAULT-06"},
       .needs = {"queue", "lock", "value", "barrier", "pool", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr int kRounds = 100;
             Puppet& main = stage.main();
             stage.pins_to_one_cpu(main);
             RemoteQueue there = main.queue({.maxsize = 1}), back = main.queue({.maxsize = 1});
             RemoteLock lock = main.lock();
             RemoteValue count = main.raw_value("i", 0);
             RemoteBarrier barrier = main.barrier(2);
             const std::vector<RemoteObject> all = {there, back, lock, count, barrier};
             Puppet& one = stage.start_process(main, all);
             Puppet& two = stage.start_process(main, all);
             const std::vector<Op> counts = {lock.acquire(), count.add(1), lock.release()};
             auto both = [&](std::vector<Op> first, std::vector<Op> second) {
               Call a = one.begins(batch(std::move(first), kRounds));
               Call b = two.begins(batch(std::move(second), kRounds));
               EXPECT_THAT(a, returns());
               EXPECT_THAT(b, returns());
               return results(a);
             };
             const std::vector<Value> echoes =
                 both({there.put(7), back.get()}, {there.get(), back.put(8)});
             EXPECT_EQ(std::count(echoes.begin(), echoes.end(), Value(8)), kRounds);
             both(counts, counts);
             EXPECT_THAT(main.does(count.get()), returns(2 * kRounds));
             both({barrier.wait()}, {barrier.wait()});
             RemotePool pool = main.pool(2);
             EXPECT_THAT(main.does(pool.map("square", numbers(50))),
                         returns(Value::list(squares(50))));
             close_and_join(main, pool);
           }},
      {.id = "limit.descriptors.waiting_needs_none",
       .level = Level::kShould,
       .says = "Where no descriptor is left poll() and wait() answer as ever, with a timeout, too.",
       .documented = {"PIPE-25", "WAIT-04"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             const LoweredLimit files =
                 stage.lowers(main, RLIMIT_NOFILE, lowest_free_descriptor(main.pid()));
             for (const Timeout& timeout : {Timeout(0s), Timeout(10ms)}) {
               EXPECT_THAT(main.does(here.poll(timeout)), returns(false));
               EXPECT_THAT(main.does(module::wait({here}, timeout)), returns(Value::list({})));
             }
             child.must(there.send(1));
             EXPECT_THAT(main.does(here.poll(10s)), returns(true));
             EXPECT_THAT(main.does(here.recv()), returns(1));
           }},
      {.id = "limit.descriptors.many_in_use",
       .level = Level::kShould,
       .says = "In a process that has more than a thousand files open everything works as in any "
               "other: poll(), wait() and get() with a timeout, sending an end, start() and "
               "join(t).",
       .documented = {"PIPE-25", "PIPE-32", "WAIT-04", "QUE-14"},
       .needs = {"pipe", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const LoweredLimit files =
                 stage.lowers(main, RLIMIT_NOFILE, 3000);  // not the usual 1024
             if (!stage.open_files(main))
               throw Abandon{Abandon::Why::kUnsupported, "the kernel does not tell what is open"};
             for (int i = 0; i < 600 && stage.open_files(main) <= 1100; ++i) main.pipe(false);
             auto [here, there] = main.pipe();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {there, q});
             for (const Timeout& timeout : {Timeout(0s), Timeout(10ms)}) {
               EXPECT_THAT(main.does(here.poll(timeout)), returns(false));
               EXPECT_THAT(main.does(module::wait({here}, timeout)), returns(Value::list({})));
               EXPECT_THAT(main.does(q.get({.timeout = timeout})), raises("Empty"));
               EXPECT_THAT(main.does(child.handle().join(timeout)), returns(nullptr));
             }
             auto [receiver, sender] = main.pipe(false);
             main.must(here.send(sender.value()));
             RemoteConnection arrived;
             arrived.name = "arrived";
             child.must(there.recv_object(arrived));
             child.must(arrived.send("from the child"));
             EXPECT_THAT(main.does(receiver.poll(kLong)), returns(true));
             EXPECT_THAT(main.does(receiver.recv()), returns("from the child"));
             child.must(q.put("an item"));
             EXPECT_THAT(main.does(q.get({.timeout = kLong})), returns("an item"));
             child.must(self::returns());
             EXPECT_THAT(main.does(child.handle().join(kLong)), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(0));
           }},
      {.id = "limit.descriptors.of_dropped_arrays",
       .level = Level::kShould,
       .says =
           "Big Arrays that nobody holds any more cost nothing: where there are descriptors for "
           "a few of them a program makes, uses and drops many.",
       .documented = {"FAULT-04"},
       .needs = {"array", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr int kBig = 5 << 20, kSpare = 8, kMany = 3 * kSpare;
             Puppet& main = stage.main();
             main.must(main.array("b", kBig).drop());  // loads what it needs
             const LoweredLimit files =
                 stage.lowers(main, RLIMIT_NOFILE, lowest_free_descriptor(main.pid()) + kSpare);
             for (int i = 0; i < kMany; ++i) {
               RemoteArray big =
                   main.array("b", kBig + i * kLarge);  // not the room of the last one
               main.must(big.set(-1, 1));
               main.must(big.drop());
             }
           }},
  };
}

}  // namespace

Claims limit_claims() {
  Claims claims = other_limits();
  add_claims_of_things(std::make_index_sequence<std::size(kThings)>(), &claims);
  return claims;
}

}  // namespace conformance
