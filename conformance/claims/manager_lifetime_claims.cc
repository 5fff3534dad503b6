// Managers: their server processes begin, serve and end, and who may talk to them.
#include <signal.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Ne;

Claims managers_that_start_and_end() {
  return {
      {.id = "manager.server_is_a_process_of_its_own",
       .level = Level::kMust,
       .says = "Manager() returns a manager whose objects live in another process, which runs.",
       .notes = {"mgr.shares_data"},
       .documented = {"MAN-01"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             EXPECT_NE(server, main.pid());
             EXPECT_THAT(stage.processes(), Contains(server));
             RemoteListProxy l = main.makes(m.list({1}));
             EXPECT_THAT(main.does(l.append(2)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
           }},
      {.id = "manager.constructor_takes_no_arguments",
       .level = Level::kMust,
       .says = "Manager() takes no arguments; with one it raises TypeError and starts no server.",
       .notes = {"mgr.ctor_takes_no_args"},
       .documented = {"MAN-01"},
       .needs = {"manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const size_t before = stage.processes().size();
             EXPECT_THAT(main.does({.name = "manager.new", .as = {"m"}, .args = {{"surplus", 1}}}),
                         raises("TypeError"));
             EXPECT_EQ(stage.processes().size(), before);
           }},
      {.id = "manager.shutdown_ends_the_server",
       .level = Level::kMust,
       .says = "shutdown() ends the server process, and join() then returns.",
       .documented = {"MAN-05"},
       .needs = {"manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             EXPECT_THAT(main.does(m.shutdown()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(server));
             EXPECT_THAT(main.does(m.join()), returns(nullptr));
           }},
      {.id = "manager.join_gives_up_after_its_timeout",
       .level = Level::kShould,
       .says = "join(t) of a manager whose server serves returns when t has passed, and a later "
               "join() waits for the end.",
       .documented = {"MAN-05"},
       .needs = {"manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(thread.does(m.join(50ms)), AllOf(returns(), took_about(50ms)));
             Call joining = thread.begins(m.join());
             EXPECT_THAT(joining, blocks());
             EXPECT_THAT(main.does(m.shutdown()), returns(nullptr));
             EXPECT_THAT(joining, returns());
           }},
      {.id = "manager.shutdown_ends_a_stopped_server",
       .level = Level::kBeyond,
       .says = "shutdown() ends a server that answers nobody any more, in bounded time.",
       .documented = {"MAN-05"},
       .needs = {"manager", "isolated"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             stage.tolerate_temporary_files();  // in the end it is killed
             stage.signal(server, SIGSTOP);
             Call shutdown = main.begins(m.shutdown());
             EXPECT_TRUE(stage.process_ends(server));
             EXPECT_THAT(shutdown, returns(nullptr));
           }},
      {.id = "manager.shutdown_twice_is_harmless",
       .level = Level::kMust,
       .says = "shutdown() may be called again.",
       .documented = {"MAN-05"},
       .needs = {"manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             EXPECT_THAT(main.does(m.shutdown()), returns());
             EXPECT_THAT(main.does(m.shutdown()), returns());
             EXPECT_THAT(main.does(m.shutdown()), returns());
           }},
      {.id = "manager.shutdown_ends_those_who_wait",
       .level = Level::kShould,
       .says = "shutdown() ends the server although clients wait in it, and they are told.",
       .notes = {"mgr.dies_with_creator"},
       .documented = {"MAN-05", "MAN-07"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             RemoteQueue q = main.makes(m.queue());
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             EXPECT_THAT(main.does(m.shutdown()), returns());
             EXPECT_THAT(get, raises_that_the_peer_is_gone());
             EXPECT_TRUE(stage.process_ends(server));
           }},
      {.id = "manager.with_block_shuts_down",
       .level = Level::kMust,
       .says = "A with block of a started manager ends its server.",
       .documented = {"MAN-06"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             EXPECT_THAT(main.does(m.enter()), returns());
             RemoteDictProxy d = main.makes(m.dict({{"k", 1}}));
             EXPECT_THAT(main.does(d.at("k")), returns(1));
             EXPECT_THAT(main.does(m.exit()), returns());
             EXPECT_TRUE(stage.process_ends(server));
             EXPECT_THAT(main.does(d.at("k")), raises());
           }},
      {.id = "manager.with_block_starts_what_has_not_begun",
       .level = Level::kMust,
       .says = "A with block starts a manager that was only made, and shuts it down.",
       .documented = {"MAN-06"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.makes(module::custom_manager());
             EXPECT_THAT(main.does(m.enter()), returns());
             pid_t server = stage.server_of(main, m);
             RemoteListProxy l = main.makes(m.list({1}));
             EXPECT_THAT(main.does(l.len()), returns(1));
             EXPECT_THAT(main.does(m.exit()), returns());
             EXPECT_TRUE(stage.process_ends(server));
           }},
      {.id = "manager.use_before_start_fails",
       .level = Level::kMust,
       .says = "A manager that is not started makes no objects; once it is, it does.",
       .documented = {"MAN-02"},
       .needs = {"manager", "manager.list", "manager.lock", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.makes(module::custom_manager());
             EXPECT_THAT(main.does(m.list().op), raises());
             EXPECT_THAT(main.does(m.lock().op), raises());
             EXPECT_THAT(main.does(m.create("Counter").op), raises());
             EXPECT_THAT(main.does(m.start()), returns(nullptr));
             stage.server_of(main, m);
             EXPECT_THAT(main.does(main.makes(m.list({7})).get()), returns(Value::list({7})));
           }},
      {.id = "manager.starts_once",
       .level = Level::kShould,
       .says = "A second start(), get_server() after start(), and either after shutdown() raise "
               "ProcessError.",
       .documented = {"MAN-03", "MAN-06"},
       .needs = {"manager", "manager.list", "manager.connect"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             EXPECT_THAT(main.does(m.start()), raises("ProcessError"));
             EXPECT_THAT(main.does(m.get_server().op), raises("ProcessError"));
             EXPECT_THAT(main.does(main.makes(m.list({7})).get()), returns(Value::list({7})));
             main.must(m.shutdown());
             EXPECT_THAT(main.does(m.start()), raises("ProcessError"));
             EXPECT_THAT(main.does(m.get_server().op), raises("ProcessError"));
             EXPECT_THAT(main.does(m.enter()), raises("ProcessError"));
           }},
      {.id = "manager.use_after_shutdown_fails",
       .level = Level::kMust,
       .says = "After shutdown() nothing can be made, and every proxy raises, in every process.",
       .notes = {"mgr.dies_with_creator"},
       .documented = {"MAN-07"},
       .needs = {"manager", "manager.list", "manager.lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             RemoteLock lock = main.makes(m.lock());
             Puppet& child = stage.start_process(main, {l, lock});
             main.must(l.len());
             child.must(l.len());
             main.must(m.shutdown());
             EXPECT_THAT(main.does(m.list().op), raises());
             EXPECT_THAT(main.does(l.append(2)), raises_that_the_peer_is_gone());
             EXPECT_THAT(main.does(lock.acquire()), raises_that_the_peer_is_gone());
             EXPECT_THAT(child.does(l.get()), raises_that_the_peer_is_gone());
             EXPECT_THAT(child.does(lock.acquire()), raises_that_the_peer_is_gone());
             Puppet& late = stage.start_thread(main);
             EXPECT_THAT(late.does(l.len()), raises_that_the_peer_is_gone());
           }},
      {.id = "manager.ends_with_its_creator",
       .level = Level::kMust,
       .says = "The server ends when the process that started it ends, be it a child or main.",
       .notes = {"mgr.dies_with_creator"},
       .documented = {"MAN-08"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteManager childs = child.manager();
             child.makes(childs.list({1}));
             pid_t childs_server = stage.server_of(child, childs);
             RemoteManager mains = main.manager();
             pid_t mains_server = stage.server_of(main, mains);
             child.must(self::returns());
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_TRUE(stage.process_ends(childs_server));
             EXPECT_THAT(stage.processes(), Contains(mains_server));
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
             EXPECT_TRUE(stage.process_ends(mains_server));
           }},
      {.id = "manager.ends_when_dropped",
       .level = Level::kShould,
       .says = "The server ends once its creator holds neither the manager nor a proxy.",
       .documented = {"MAN-08"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             RemoteListProxy l = main.makes(m.list({1}));
             main.must(l.drop());
             EXPECT_THAT(stage.processes(), Contains(server));
             main.must(m.drop());
             EXPECT_TRUE(stage.process_ends(server));
           }},
      {.id = "manager.two_managers_are_independent",
       .level = Level::kMust,
       .says = "The end of one manager leaves the objects of another as they are.",
       .documented = {"MAN-01"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager first = main.manager();
             RemoteManager second = main.manager();
             EXPECT_NE(stage.server_of(main, first), stage.server_of(main, second));
             RemoteListProxy one = main.makes(first.list({1}));
             RemoteListProxy two = main.makes(second.list({2}));
             EXPECT_THAT(main.does(one.append(3)), returns());
             EXPECT_THAT(main.does(two.get()), returns(Value::list({2})));
             main.must(first.shutdown());
             EXPECT_THAT(main.does(one.get()), raises());
             EXPECT_THAT(main.does(two.append(4)), returns());
             EXPECT_THAT(main.does(two.get()), returns(Value::list({2, 4})));
           }},
      {.id = "manager.sigint_leaves_the_server_alone",
       .level = Level::kShould,
       .says = "SIGINT, which Ctrl-C sends to every process of a program, does not end the server, "
               "whatever it does to the creator.",
       .documented = {"MAN-10"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const char* creators : {"interrupt", "default"}) {
               main.must(self::on_signal(SIGINT, creators));
               RemoteManager m = main.manager();
               RemoteListProxy l = main.makes(m.list({1}));
               pid_t server = stage.server_of(main, m);
               stage.signal(server, SIGINT);
               EXPECT_THAT(main.does(l.append(2)), returns());
               EXPECT_TRUE(stage.comes_to_rest());
               EXPECT_THAT(stage.processes(), Contains(server));
               EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
               main.must(m.shutdown());
             }
           }},
      {.id = "manager.own_key_serves_every_thread",
       .level = Level::kMust,
       .says = "A manager with a key of its own, and its proxies, can be used in each thread of "
               "the process that started it.",
       .documented = {"MAN-51"},
       .needs = {"manager", "manager.list", "manager.connect", "remote.authkey", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m =
                 started_manager(stage, main, {.authkey = Value::bytes("a key of its own")});
             RemoteListProxy l = main.makes(m.list({1}));
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(thread.does(l.append(2)), returns());
             EXPECT_THAT(thread.does(l.get()), returns(Value::list({1, 2})));
             RemoteListProxy another = thread.makes(m.list({3}));
             EXPECT_THAT(main.does(another.get()), returns(Value::list({3})));
           }},
      {.id = "manager.initializer_runs_in_the_server",
       .level = Level::kMust,
       .says = "start(initializer) runs that function in the server before it serves.",
       .documented = {"MAN-04"},
       .needs = {"manager", "manager.register", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.makes(module::custom_manager());
             std::string name = stage.invite("initializer");
             Call start = main.begins(m.start(Value::function("puppet"), {name}));
             Puppet& initializer = stage.arrival(name);
             EXPECT_THAT(start, blocks());
             EXPECT_NE(initializer.pid(), main.pid());
             initializer.must(self::sets_global("colour", "red"));
             initializer.must(self::returns());
             EXPECT_THAT(start, returns(nullptr));
             EXPECT_EQ(stage.server_of(main, m), initializer.pid());
             RemoteProxy counter = main.makes(m.create("Counter"));
             EXPECT_THAT(main.does(counter.call("global_value", {"colour"})), returns("red"));
           }},
      {.id = "manager.initializer_must_be_a_function",
       .level = Level::kMust,
       .says = "start() with an initializer that can't be called raises TypeError and starts "
               "nothing.",
       .documented = {"MAN-04"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.makes(module::custom_manager());
             EXPECT_THAT(main.does(m.start("nothing to call", {})), raises("TypeError"));
             EXPECT_THAT(main.does(m.list().op), raises());
             EXPECT_THAT(main.does(m.start()), returns());
             stage.server_of(main, m);
             EXPECT_THAT(main.does(main.makes(m.list()).len()), returns(0));
           }},
      {.id = "manager.refuses_to_travel",
       .level = Level::kShould,
       .says = "A manager, unlike its proxies, can't be serialised: TypeError.",
       .documented = {"MAN-50"},
       .needs = {"manager", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             auto [left, right] = main.pipe();
             EXPECT_THAT(main.does(left.send(m.RemoteObject::value())), raises("TypeError"));
             EXPECT_THAT(main.does(right.poll()), returns(false));
           }},
      {.id = "manager.key_is_bytes",
       .level = Level::kMust,
       .says = "The key of a manager is bytes: text raises TypeError.",
       .documented = {"MAN-51"},
       .needs = {"manager", "manager.connect"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::custom_manager({.authkey = "text"}).op),
                         raises("TypeError"));
           }},
  };
}

Claims managers_that_are_killed() {
  return {
      {.id = "manager.killed_server_raises_for_its_users",
       .level = Level::kShould,
       .says = "When its server is killed, every use of a manager raises, in every process, and "
               "shutdown() does no harm.",
       .documented = {"MAN-52"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             RemoteListProxy l = main.makes(m.list({1}));
             Puppet& child = stage.start_process(main, {l});
             main.must(l.len());
             child.must(l.len());
             stage.signal(server, SIGKILL);
             EXPECT_TRUE(stage.process_ends(server));
             EXPECT_THAT(main.does(l.append(2)), raises_that_the_peer_is_gone());
             EXPECT_THAT(child.does(l.append(2)), raises_that_the_peer_is_gone());
             EXPECT_THAT(main.does(m.list().op), raises_that_the_peer_is_gone());
             EXPECT_THAT(main.does(m.shutdown()), returns());
           }},
      {.id = "manager.killed_server_is_told_to_those_who_wait",
       .level = Level::kShould,
       .says = "When its server is killed, calls that wait in it raise.",
       .documented = {"MAN-52"},
       .needs = {"manager", "manager.queue", "manager.lock", "manager.event", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             pid_t server = stage.server_of(main, m);
             RemoteQueue q = main.makes(m.queue());
             RemoteLock lock = main.makes(m.lock());
             RemoteEvent event = main.makes(m.event());
             Puppet& child = stage.start_process(main, {q});
             Puppet& thread = stage.start_thread(main);
             main.must(lock.acquire());
             Call get = child.begins(q.get());
             Call acquire = thread.begins(lock.acquire());
             Call wait = main.begins(event.wait());
             for (const Call& call : {get, acquire, wait}) EXPECT_THAT(call, blocks());
             stage.signal(server, SIGKILL);
             for (const Call& call : {get, acquire, wait})
               EXPECT_THAT(call, raises_that_the_peer_is_gone());
           }},
      {.id = "manager.killed_creator_takes_its_server_along",
       .level = Level::kBeyond,
       .says = "The server ends when its creator is killed, although nobody shut it down.",
       .documented = {"ROB-35"},
       .needs = {"manager", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& child = stage.start_process(stage.main());
             RemoteManager m = child.manager();
             pid_t server = stage.server_of(child, m);
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_TRUE(stage.process_ends(server)) << "the server serves nobody, for ever";
             stage.signal(server, SIGKILL);
           }},
  };
}

Claims managers_reached_by_address() {
  return {
      {.id = "manager.connect_reaches_it_by_address_and_key",
       .level = Level::kMust,
       .says = "connect() with the server's address and key gives the same objects to who was "
               "handed no proxy.",
       .documented = {"MAN-44"},
       .needs = {"manager", "manager.connect", "manager.register", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main, {.authkey = bytes("the key")});
             Value address = main.must(m.address());
             Puppet& child = stage.start_process(main);
             RemoteManager far = child.makes(
                 module::custom_manager({.address = address, .authkey = bytes("the key")}));
             EXPECT_THAT(child.does(far.list().op), raises());
             EXPECT_THAT(child.does(far.connect()), returns(nullptr));
             RemoteProxy theirs = child.makes(far.create("the_counter"));
             RemoteProxy ours = main.makes(m.create("the_counter"));
             EXPECT_THAT(child.does(theirs.call("increment", {5})), returns(5));
             EXPECT_THAT(main.does(ours.call("value")), returns(5));
             EXPECT_THAT(child.does(theirs.call("pid")), returns(stage.server_of(main, m)));
             RemoteListProxy l = child.makes(far.list({1}));
             EXPECT_THAT(child.does(l.append(2)), returns());
             EXPECT_THAT(child.does(l.get()), returns(Value::list({1, 2})));
           }},
      {.id = "manager.connect_by_tcp",
       .level = Level::kMust,
       .says = "A manager can listen at a port, whose number its address tells; who left does not "
               "end it.",
       .documented = {"MAN-44", "LSN-02"},
       .needs = {"manager", "manager.connect", "manager.register", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(
                 stage, main,
                 {.address = Value::tuple({"127.0.0.1", 0}), .authkey = bytes("the key")});
             Value address = main.must(m.address());
             EXPECT_THAT(as_int(as_list(address).at(1)), Ne(0));
             Puppet& child = stage.start_process(main);
             RemoteManager far = child.makes(
                 module::custom_manager({.address = address, .authkey = bytes("the key")}));
             EXPECT_THAT(child.does(far.connect()), returns());
             RemoteProxy theirs = child.makes(far.create("the_counter"));
             EXPECT_THAT(child.does(theirs.call("increment")), returns(1));
             child.must(self::returns());
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_THAT(main.does(main.makes(m.create("the_counter")).call("value")), returns(1));
           }},
      {.id = "manager.connect_with_a_wrong_key_raises_authentication_error",
       .level = Level::kMust,
       .says = "connect() with another key raises AuthenticationError, and the server goes on.",
       .documented = {"MAN-44", "MAN-51"},
       .needs = {"manager", "manager.connect", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main, {.authkey = bytes("the key")});
             RemoteListProxy l = main.makes(m.list({1}));
             Value address = main.must(m.address());
             for (const char* key : {"another key", "the key ", ""}) {
               RemoteManager far =
                   main.makes(module::custom_manager({.address = address, .authkey = bytes(key)}));
               EXPECT_THAT(main.does(far.connect()), raises("AuthenticationError")) << key;
               EXPECT_THAT(main.does(far.list().op), raises());
             }
             EXPECT_THAT(main.does(l.append(2)), returns());
             EXPECT_THAT(main.does(main.makes(m.list({3})).get()), returns(Value::list({3})));
           }},
      {.id = "manager.empty_key_is_not_the_processs_own",
       .level = Level::kShould,
       .says = "An empty authkey is a key as any other: who has it is refused by a manager with "
               "the process's key, and the other way round.",
       .documented = {"MAN-44", "MAN-51"},
       .needs = {"manager", "manager.connect", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager plain = main.manager();
             RemoteManager with_empty_key = started_manager(stage, main, {.authkey = bytes("")});
             RemoteManager far = main.makes(module::custom_manager(
                 {.address = main.must(plain.address()), .authkey = bytes("")}));
             EXPECT_THAT(main.does(far.connect()), raises("AuthenticationError"));
             RemoteManager with_own_key = main.makes(
                 module::custom_manager({.address = main.must(with_empty_key.address())}));
             EXPECT_THAT(main.does(with_own_key.connect()), raises("AuthenticationError"));
             RemoteManager friendly = main.makes(module::custom_manager(
                 {.address = main.must(with_empty_key.address()), .authkey = bytes("")}));
             main.must(friendly.connect());
             RemoteListProxy l = main.makes(friendly.list({1}));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1})));
           }},
      {.id = "manager.connect_where_nobody_listens_raises_os_error",
       .level = Level::kMust,
       .says = "connect() to an address that no server listens at raises OSError.",
       .documented = {"LSN-04", "MAN-44"},
       .needs = {"manager", "manager.connect"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager far = main.makes(
                 module::custom_manager({.address = "nobody.sock", .authkey = bytes("k")}));
             EXPECT_THAT(main.does(far.connect()), raises("OSError"));
             RemoteManager m = started_manager(stage, main, {.authkey = bytes("k")});
             Value address = main.must(m.address());
             main.must(m.shutdown());
             RemoteManager late =
                 main.makes(module::custom_manager({.address = address, .authkey = bytes("k")}));
             EXPECT_THAT(main.does(late.connect()), raises("OSError"));
           }},
      {.id = "manager.serve_forever_serves_in_this_process",
       .level = Level::kMust,
       .says = "get_server().serve_forever() makes the calling process the server, until it ends.",
       .documented = {"MAN-45"},
       .needs = {"manager", "manager.connect", "manager.register", "remote.tcp", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& host = stage.start_process(main);
             RemoteManager hosted = host.makes(module::custom_manager(
                 {.address = Value::tuple({"127.0.0.1", 0}), .authkey = bytes("the key")}));
             RemoteServer server = host.makes(hosted.get_server());
             Value address = host.must(server.address());
             stage.serves(host);
             Call serving = host.begins(server.serve_forever());
             RemoteManager far = main.makes(
                 module::custom_manager({.address = address, .authkey = bytes("the key")}));
             EXPECT_THAT(main.does(far.connect()), returns());
             RemoteProxy counter = main.makes(far.create("Counter", {41}));
             EXPECT_THAT(main.does(counter.call("increment")), returns(42));
             EXPECT_THAT(main.does(counter.call("pid")), returns(host.pid()));
             EXPECT_THAT(serving, blocks());
             stage.signal(host, SIGKILL);
             EXPECT_TRUE(stage.process_ends(host));
             EXPECT_THAT(main.does(counter.call("value")), raises_that_the_peer_is_gone());
           }},
      {.id = "manager.restarts_at_the_same_address",
       .level = Level::kShould,
       .says = "After shutdown() another manager can start at the same path or port.",
       .documented = {"MAN-46"},
       .needs = {"manager", "manager.connect", "manager.list", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<Value> addresses = {"manager.sock", Value::tuple({"127.0.0.1", 0})};
             for (Value& address : addresses) {
               for (int round = 0; round < 2; ++round) {
                 RemoteManager m = started_manager(stage, main, {.address = address});
                 address = main.must(m.address());  // the port that was chosen
                 RemoteListProxy l = main.makes(m.list({round}));
                 EXPECT_THAT(main.does(l.get()), returns(Value::list({round})));
                 main.must(m.shutdown());
               }
             }
           }},
      {.id = "manager.client_goes_on_when_it_has_restarted",
       .level = Level::kShould,
       .says = "A client that has used objects of a manager, which was shut down since, connects "
               "to the one that has started at the same address and uses its objects at once.",
       .documented = {"MAN-44", "MAN-46"},
       .needs = {"manager", "manager.connect", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& client = stage.start_process(main);
             for (int round = 0; round < 3; ++round) {
               const RemoteManager m =
                   started_manager(stage, main, {.address = "again", .authkey = bytes("key")});
               const Value address = main.must(m.address());
               const RemoteManager far = client.makes(
                   module::custom_manager({.address = address, .authkey = bytes("key")}));
               client.must(far.connect());
               const RemoteListProxy l = client.makes(far.list({round}));
               EXPECT_THAT(client.does(l.get()), returns(Value::list({round})));
               client.must(l.drop());
               main.must(m.shutdown());
             }
           }},
      {.id = "manager.silent_client_hinders_nobody",
       .level = Level::kShould,
       .says = "A client that connects to the server and says nothing keeps nobody else waiting.",
       .documented = {"MAN-17", "ROB-37"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             Value address = main.must(m.address());
             std::vector<RawSocket> silent;
             for (int i = 0; i < 3; ++i) silent.push_back(stage.connect_raw(address));
             RemoteListProxy l = main.makes(m.list({1}));
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(thread.does(l.append(2)), returns());
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
             EXPECT_THAT(main.does(m.shutdown()), returns());
           }},
      {.id = "manager.strangers_are_refused_unread",
       .level = Level::kShould,
       .says =
           "Who does not know the key is hung up on; nothing that it sends is deserialised, and "
           "the server goes on.",
       .documented = {"MAN-44", "LSN-10", "LSN-11"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             Value address = main.must(m.address());
             std::vector<std::string> greetings = {
                 framed(pickle_that_creates("hacked")), std::string(300, '\xff'),
                 frame_header(0x7fffffff), framed(std::string(16, '\0')), "GET / HTTP/1.0\r\n\r\n"};
             for (const std::string& greeting : greetings) {
               RawSocket stranger = stage.connect_raw(address);
               stranger.send(greeting);
               // To who frames messages otherwise, that may be half a one.
               if (stage.has_feature("remote.wire")) {
                 EXPECT_TRUE(stranger.is_hung_up());
               }
               EXPECT_TRUE(stage.comes_to_rest());
             }
             EXPECT_THAT(main.does(l.append(2)), returns());
             EXPECT_THAT(main.does(main.makes(m.list({3})).get()), returns(Value::list({3})));
             EXPECT_FALSE(stage.has_file("hacked"));
           }},
  };
}

}  // namespace

Claims manager_lifetime_claims() {
  Claims all = managers_that_start_and_end();
  for (const Claim& claim : managers_that_are_killed()) all.push_back(claim);
  for (const Claim& claim : managers_reached_by_address()) all.push_back(claim);
  return all;
}

}  // namespace conformance
