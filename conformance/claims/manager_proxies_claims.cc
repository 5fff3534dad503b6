// Proxies: what they are, how they travel, how long they keep their objects, and what a program's own
// types may do in a manager.
#include <signal.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"

namespace conformance {
namespace {

using testing::HasSubstr;
using testing::Not;

testing::Matcher<const Value&> is_text_with(const std::string& part) {
  return testing::Truly([part](const Value& v) {
    const std::string* text = v.get_if<std::string>();
    return text != nullptr && text->find(part) != std::string::npos;
  });
}

// A Witness leaves a file behind when it is destroyed.
class Witnessed {
 public:
  explicit Witnessed(Stage& stage)
      : stage_(stage),
        m_(started_manager(stage, stage.main())),
        other_(stage.main().makes(m_.create("Counter"))) {}

  const RemoteManager& manager() const { return m_; }
  RemoteProxy new_witness() { return stage_.main().makes(m_.create("Witness", {kMarker})); }
  // For is_destroyed(&child): to be given to that child.
  const RemoteProxy& other() const { return other_; }

  // A server may hold on to the object of the last call of each client that still has proxies, so
  // main and this client call another one first.
  bool is_destroyed(Puppet* client = nullptr) {
    stage_.main().must(other_.call("value"));
    if (client != nullptr) client->must(other_.call("value"));
    EXPECT_TRUE(stage_.comes_to_rest());
    return stage_.has_file(kMarker);
  }

 private:
  static constexpr const char* kMarker = "destroyed";
  Stage& stage_;
  RemoteManager m_;
  RemoteProxy other_;
};

Claims proxies_themselves() {
  return {
      {.id = "manager.proxy_shows_its_referent",
       .level = Level::kMust,
       .says = "str() of a proxy shows the value behind it, repr() the proxy.",
       .documented = {"MAN-21"},
       .needs = {"manager", "manager.list", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1, 22}));
             EXPECT_THAT(main.does(proxy::str(l)), returns("[1, 22]"));
             EXPECT_THAT(main.does(l.append(333)), returns());
             EXPECT_THAT(main.does(proxy::str(l)), returns("[1, 22, 333]"));
             EXPECT_THAT(main.does(proxy::repr(l)), returns_what(Not(is_text_with("22, 333"))));
             RemoteDictProxy d = main.makes(m.dict({{"key", 7}}));
             EXPECT_THAT(main.does(proxy::str(d)),
                         returns_what(testing::AllOf(is_text_with("key"), is_text_with("7"))));
           }},
      {.id = "manager.proxy_of_a_namespace_shows_public_names",
       .level = Level::kShould,
       .says = "str() of a Namespace's proxy shows the attributes without an underscore, that of a "
               "Value's its type code and value.",
       .documented = {"MAN-21"},
       .needs = {"manager", "manager.namespace", "manager.value", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteNamespace space = main.makes(m.space({{"b", 2}, {"_hidden", 3}, {"a", "x"}}));
             EXPECT_THAT(main.does(proxy::str(space)), returns("Namespace(a='x', b=2)"));
             RemoteValue value = main.makes(m.value("d", 2.5));
             EXPECT_THAT(main.does(proxy::str(value)), returns("Value('d', 2.5)"));
           }},
      {.id = "manager.proxies_do_not_compare_by_value",
       .level = Level::kMust,
       .says = "A proxy equals neither its value nor a proxy of an equal one; its copy does.",
       .documented = {"MAN-21", "MAN-22"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1, 2}));
             RemoteListProxy same = main.makes(m.list({1, 2}));
             EXPECT_THAT(main.does(proxy::equals(l, Value::list({1, 2}))), returns(false));
             EXPECT_THAT(main.does(proxy::equals(l, same.value())), returns(false));
             EXPECT_THAT(main.does(proxy::equals(l, l.value())), returns(true));
             EXPECT_THAT(main.does(proxy::getvalue(l)), returns(Value::list({1, 2})));
           }},
      {.id = "manager.copy_of_a_proxy_is_plain",
       .level = Level::kShould,
       .says = "_getvalue() and a deep copy give the value, which is shared with nobody.",
       .documented = {"MAN-22"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             for (const Op& copies : {proxy::getvalue(l), proxy::deepcopy(l)}) {
               RemoteList copy = handle_named<RemoteList>("copy");
               main.must(named(copies, copy));
               EXPECT_THAT(main.does(copy.append(2)), returns());
               EXPECT_THAT(main.does(copy.get()), returns(Value::list({1, 2})));
               EXPECT_THAT(main.does(l.get()), returns(Value::list({1})));
             }
           }},
      {.id = "manager.proxies_go_through_pipes_and_queues",
       .level = Level::kMust,
       .says = "A proxy that is sent through a pipe or a queue stands for the same object.",
       .documented = {"MAN-11"},
       .needs = {"manager", "manager.list", "pipe", "queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list());
             auto [left, right] = main.pipe();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {right, q});
             auto by_pipe = handle_named<RemoteListProxy>("by_pipe");
             auto by_queue = handle_named<RemoteListProxy>("by_queue");
             main.must(left.send(l.value()));
             main.must(q.put(l.value()));
             child.must(right.recv_object(by_pipe));
             child.must(q.get_object(by_queue));
             EXPECT_THAT(child.does(by_pipe.append("pipe")), returns());
             EXPECT_THAT(child.does(by_queue.append("queue")), returns());
             EXPECT_THAT(main.does(l.get()), returns(Value::list({"pipe", "queue"})));
           }},
      {.id = "manager.proxies_go_through_managers",
       .level = Level::kMust,
       .says = "A proxy that is put into a queue or a namespace of the manager stands for the same "
               "object.",
       .documented = {"MAN-11", "MAN-14"},
       .needs = {"manager", "manager.list", "manager.queue", "manager.namespace"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list());
             RemoteQueue q = main.makes(m.queue());
             RemoteNamespace ns = main.makes(m.space());
             Puppet& child = stage.start_process(main, {q, ns});
             main.must(q.put(l.value()));
             main.must(ns.set("items", l.value()));
             auto by_queue = handle_named<RemoteListProxy>("by_queue");
             auto by_space = handle_named<RemoteListProxy>("by_space");
             child.must(q.get_object(by_queue));
             child.must(named(ns.get("items"), by_space));
             EXPECT_THAT(child.does(by_queue.append(1)), returns());
             EXPECT_THAT(child.does(by_space.append(2)), returns());
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
           }},
      {.id = "manager.proxies_go_to_pool_tasks",
       .level = Level::kMust,
       .says = "A proxy as the argument of a pool's task stands for the same object.",
       .notes = {"queue.pool_needs_manager_queue", "mgr.list_also_for_pool_map",
                 "pool.sample.spider_manager_queue"},
       .documented = {"MAN-11"},
       .needs = {"manager", "manager.list", "pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list());
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("append", {l.value(), 1})), returns(nullptr));
             EXPECT_THAT(main.does(pool.apply("append", {l.value(), "two"})), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, "two"})));
             main.must(pool.close());
             main.must(pool.join());
           }},
      {.id = "manager.proxies_reach_grandchildren",
       .level = Level::kMust,
       .says = "A proxy that a child hands on to its own child stands for the same object.",
       .documented = {"MAN-11", "MAN-48"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict());
             Puppet& child = stage.start_process(main, {d});
             Puppet& grandchild = stage.start_process(child, {d});
             EXPECT_THAT(grandchild.does(d.set("from", "grandchild")), returns());
             EXPECT_THAT(main.does(d.at("from")), returns("grandchild"));
             EXPECT_THAT(main.does(d.set("from", "main")), returns());
             EXPECT_THAT(child.does(d.at("from")), returns("main"));
             EXPECT_THAT(grandchild.does(d.at("from")), returns("main"));
           }},
      {.id = "manager.one_who_waits_hinders_nobody",
       .level = Level::kShould,
       .says = "While calls wait in the server, other processes and threads get their answers.",
       .documented = {"MAN-17"},
       .needs = {"manager", "manager.list", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue());
             RemoteListProxy l = main.makes(m.list());
             Puppet& thread = stage.start_thread(main);
             Puppet& child = stage.start_process(main, {q, l});
             Puppet& childs_thread = stage.start_thread(child);
             Call first = thread.begins(q.get());
             Call second = child.begins(q.get());
             EXPECT_THAT(first, blocks());
             EXPECT_THAT(second, blocks());
             EXPECT_THAT(main.does(l.append(1)), returns());
             EXPECT_THAT(childs_thread.does(l.append(2)), returns());
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
             main.must(q.put("x"));
             main.must(q.put("x"));
             EXPECT_THAT(first, returns("x"));
             EXPECT_THAT(second, returns("x"));
           }},
      {.id = "manager.processes_never_get_each_others_answers",
       .level = Level::kMust,
       .says =
           "Processes that share a proxy and use it at once get the answers to their own calls.",
       .documented = {"MAN-12", "MAN-48", "ROB-28"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"a", 1}, {"b", 2}, {"c", 3}}));
             main.must(d.len());  // main has its connection before there are others
             Puppet& one = stage.start_process(main, {d});
             Puppet& two = stage.start_process(main, {d});
             Call a = main.begins(batch({d.at("a")}, 100));
             Call b = one.begins(batch({d.at("b")}, 100));
             Call c = two.begins(batch({d.at("c")}, 100));
             EXPECT_THAT(results(a), testing::Each(Value(1)));
             EXPECT_THAT(results(b), testing::Each(Value(2)));
             EXPECT_THAT(results(c), testing::Each(Value(3)));
           }},
      {.id = "manager.unserialisable_argument_fails_in_the_caller",
       .level = Level::kShould,
       .says = "An argument that can't be serialised raises in the caller; the proxy stays usable.",
       .documented = {"MAN-20"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             Call refused = main.does(l.append(Value::unpicklable()));
             EXPECT_THAT(refused, raises("TypeError"));
             EXPECT_THAT(raised_by(refused).message, HasSubstr("refuses to be serialised"));
             EXPECT_THAT(main.does(l.append(2)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
           }},
      {.id = "manager.unserialisable_result_raises_remote_error",
       .level = Level::kMust,
       .says = "A result that can't be serialised raises RemoteError; the proxy stays usable.",
       .documented = {"MAN-19"},
       .needs = {"manager", "manager.register", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy counter = main.makes(m.create("Counter", {3}));
             EXPECT_THAT(main.does(counter.call("unserialisable")), raises("RemoteError"));
             EXPECT_THAT(main.does(counter.call("increment")), returns(4));
           }},
      {.id = "manager.errors_keep_their_type_and_message",
       .level = Level::kMust,
       .says = "What a method raises in the server comes out of the call, with type and message.",
       .documented = {"MAN-18"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy counter = main.makes(m.create("Counter", {3}));
             for (const char* type :
                  {"KeyError", "IndexError", "ValueError", "OSError", "ZeroDivisionError",
                   "EOFError", "RuntimeError", "AttributeError", "TypeError", "AssertionError",
                   "StopIteration"}) {
               Call failed = main.does(counter.call("fail", {type, "what went wrong"}));
               EXPECT_THAT(failed, raises(type));
               EXPECT_EQ(raised_by(failed).type, type);
               EXPECT_THAT(raised_by(failed).message, HasSubstr("what went wrong"));
             }
             EXPECT_THAT(main.does(counter.call("value")), returns(3));
           }},
      {.id = "manager.remote_error_tells_where_it_went_wrong",
       .level = Level::kMust,
       .says = "A failure of the server itself is a RemoteError with the server's traceback.",
       .documented = {"MAN-19"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy reader = main.makes(m.create("Reader"));
             Call refused = main.does(proxy::callmethod(reader, "increment"));
             EXPECT_THAT(refused, raises("RemoteError"));
             EXPECT_THAT(raised_by(refused).message, HasSubstr("increment"));
             EXPECT_THAT(raised_by(refused).message, HasSubstr("Traceback"));
             EXPECT_THAT(main.does(reader.call("value")), returns(0));
           }},
  };
}

Claims registered_types() {
  return {
      {.id = "manager.registered_type_lives_in_the_server",
       .level = Level::kMust,
       .says = "An object of a registered type is made in the server and shared by its proxies.",
       .documented = {"MAN-41", "MAN-01"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy counter = main.makes(m.create("Counter", {10}));
             RemoteProxy another = main.makes(m.create("Counter"));
             Puppet& child = stage.start_process(main, {counter, another});
             EXPECT_THAT(main.does(counter.call("pid")), returns(stage.server_of(main, m)));
             EXPECT_THAT(child.does(counter.call("increment", {5})), returns(15));
             EXPECT_THAT(main.does(counter.call("increment")), returns(16));
             EXPECT_THAT(child.does(another.call("value")), returns(0));
           }},
      {.id = "manager.public_methods_are_exposed",
       .level = Level::kMust,
       .says = "Without a list of exposed methods, those without a leading underscore are, and no "
               "others.",
       .documented = {"MAN-42", "MAN-19"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy counter = main.makes(m.create("Counter", {3}));
             EXPECT_THAT(main.does(counter.call("value")), returns(3));
             EXPECT_THAT(main.does(counter.call("_hidden")), raises("AttributeError"));
             EXPECT_THAT(main.does(proxy::callmethod(counter, "_hidden")), raises("RemoteError"));
             EXPECT_THAT(main.does(counter.call("no_such_method")), raises("AttributeError"));
           }},
      {.id = "manager.exposed_list_is_obeyed",
       .level = Level::kMust,
       .says = "With a list of exposed methods, the server refuses every other one.",
       .documented = {"MAN-41", "MAN-42", "MAN-19"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy reader = main.makes(m.create("Reader", {3}));
             EXPECT_THAT(main.does(reader.call("value")), returns(3));
             EXPECT_THAT(main.does(reader.call("increment")), raises("AttributeError"));
             EXPECT_THAT(main.does(proxy::callmethod(reader, "increment")), raises("RemoteError"));
             EXPECT_THAT(main.does(proxy::callmethod(reader, "value")), returns(3));
           }},
      {.id = "manager.method_can_return_a_proxy",
       .level = Level::kMust,
       .says = "A method that method_to_typeid names returns a proxy; what is done through it is "
               "done to the object in the server.",
       .documented = {"MAN-43"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy box = main.makes(m.create("Box", {1}));
             auto first = handle_named<RemoteProxy>("first");
             auto second = handle_named<RemoteProxy>("second");
             main.must(named(box.call("counter"), first));
             main.must(named(box.call("counter"), second));
             EXPECT_THAT(main.does(first.call("increment", {4})), returns(5));
             EXPECT_THAT(main.does(second.call("value")), returns(5));
             EXPECT_THAT(main.does(first.call("pid")), returns(stage.server_of(main, m)));
           }},
      {.id = "manager.results_are_copies",
       .level = Level::kMust,
       .says = "What a method returns is a copy: to change it changes nothing in the server.",
       .documented = {"MAN-12", "MAN-13"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy box = main.makes(m.create("Box"));
             main.must(box.call("append", {1}));
             auto items = handle_named<RemoteList>("items");
             main.must(named(box.call("items"), items));
             EXPECT_THAT(main.does(items.append(2)), returns());
             EXPECT_THAT(main.does(box.call("items")), returns(Value::list({1})));
             main.must(box.call("append", {3}));
             EXPECT_THAT(main.does(items.get()), returns(Value::list({1, 2})));
           }},
      {.id = "manager.arguments_are_copies",
       .level = Level::kMust,
       .says = "What is given to a method is copied: to change it later changes nothing in the "
               "server.",
       .documented = {"MAN-12"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list());
             RemoteList mine = main.list({1});
             main.must(l.append(mine.value()));
             main.must(mine.append(2));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({Value::list({1})})));
           }},
      {.id = "manager.registered_function_may_return_what_is_there",
       .level = Level::kMust,
       .says =
           "A registered function that always returns one object gives all callers that object.",
       .documented = {"MAN-41"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy first = main.makes(m.create("the_counter"));
             RemoteProxy second = main.makes(m.create("the_counter"));
             EXPECT_THAT(main.does(first.call("increment", {3})), returns(3));
             EXPECT_THAT(main.does(second.call("increment", {3})), returns(6));
             main.must(first.drop());
             EXPECT_THAT(main.does(second.call("value")), returns(6));
           }},
      {.id = "manager.registered_types_belong_to_their_manager",
       .level = Level::kMust,
       .says =
           "A type that one class of managers registered is unknown to its base class, and so is "
           "what nobody registered.",
       .documented = {"MAN-41"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager custom = started_manager(stage, main);
             RemoteManager plain = main.manager();
             EXPECT_THAT(main.does(custom.create("Counter").op), returns());
             EXPECT_THAT(main.does(plain.create("Counter").op), raises("AttributeError"));
             EXPECT_THAT(main.does(custom.create("Teapot").op), raises("AttributeError"));
           }},
      {.id = "manager.base_class_does_not_learn_types",
       .level = Level::kMust,
       .says = "A server makes the types of its own manager's class and of its base classes, not "
               "what was registered with a class derived from that.",
       .documented = {"MAN-41"},
       .needs = {"manager", "manager.list", "manager.register", "manager.connect", "object.bases",
                 "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.makes(module::custom_manager());  // from here on its types are registered
             RemoteManager plain = main.manager();
             RemoteManager client =
                 main.makes(module::custom_manager({.address = main.must(plain.address())}));
             main.must(client.connect());
             for (const char* type : {"Counter", "Box"})
               EXPECT_THAT(main.does(client.create(type).op), raises());
             RemoteListProxy l = main.makes(client.list({1}));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1})));
           }},
      {.id = "manager.failed_construction_makes_nothing",
       .level = Level::kMust,
       .says = "A type that raises when it is made raises in the caller, and the manager goes on.",
       .documented = {"MAN-18", "MAN-19"},
       .needs = {"manager", "manager.register"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             EXPECT_THAT(main.does(m.create("Counter", {1, 2, 3}).op), raises());
             EXPECT_THAT(main.does(main.makes(m.create("Counter", {1})).call("value")), returns(1));
           }},
  };
}

Claims references() {
  return {
      {.id = "manager.object_goes_with_its_last_proxy",
       .level = Level::kMust,
       .says = "An object in the server is destroyed when its only proxy is dropped, not before.",
       .documented = {"MAN-47"},
       .needs = {"manager", "manager.register", "manager.refcount"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             EXPECT_THAT(main.does(witness.call("is_here")), returns(true));
             EXPECT_FALSE(server.is_destroyed());
             main.must(witness.drop());
             EXPECT_TRUE(server.is_destroyed());
           }},
      {.id = "manager.object_lives_while_any_process_has_a_proxy",
       .level = Level::kMust,
       .says = "The proxy of a child keeps the object alive when its creator has dropped its own.",
       .documented = {"MAN-47", "MAN-48"},
       .needs = {"manager", "manager.register", "manager.refcount"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             Puppet& child = stage.start_process(main, {witness, server.other()});
             main.must(witness.drop());
             EXPECT_FALSE(server.is_destroyed());
             EXPECT_THAT(child.does(witness.call("is_here")), returns(true));
             child.must(witness.drop());
             EXPECT_TRUE(server.is_destroyed(&child));
           }},
      {.id = "manager.object_goes_with_the_process_that_held_it",
       .level = Level::kMust,
       .says = "A process that ends gives back the references that its proxies were.",
       .documented = {"MAN-47"},
       .needs = {"manager", "manager.register", "manager.refcount", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             Puppet& child = stage.start_process(main, {witness, server.other()});
             child.must(witness.call("is_here"));
             main.must(witness.drop());
             EXPECT_FALSE(server.is_destroyed(&child));
             child.must(self::returns());
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_TRUE(server.is_destroyed());
           }},
      {.id = "manager.received_proxy_is_a_reference",
       .level = Level::kMust,
       .says = "A proxy that was received keeps the object alive when the sender has dropped its "
               "own.",
       .documented = {"MAN-47", "MAN-11"},
       .needs = {"manager", "manager.register", "manager.refcount", "pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             auto [left, right] = main.pipe();
             Puppet& child = stage.start_process(main, {right, server.other()});
             RemoteProxy witness = server.new_witness();
             auto received = handle_named<RemoteProxy>("received");
             main.must(left.send(witness.value()));
             child.must(right.recv_object(received));
             main.must(witness.drop());
             EXPECT_FALSE(server.is_destroyed());
             EXPECT_THAT(child.does(received.call("is_here")), returns(true));
             child.must(received.drop());
             EXPECT_TRUE(server.is_destroyed(&child));
           }},
      {.id = "manager.container_keeps_its_proxies_alive",
       .level = Level::kMust,
       .says = "A proxy inside a list of the manager keeps its object alive by itself.",
       .documented = {"MAN-14", "MAN-47"},
       .needs = {"manager", "manager.register", "manager.refcount", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             RemoteListProxy l = main.makes(server.manager().list());
             main.must(l.append(witness.value()));
             main.must(witness.drop());
             EXPECT_FALSE(server.is_destroyed());
             auto again = handle_named<RemoteProxy>("again");
             main.must(named(l.at(0), again));
             EXPECT_THAT(main.does(again.call("is_here")), returns(true));
           }},
      {.id = "manager.container_lets_go_of_its_proxies",
       .level = Level::kBeyond,
       .says =
           "An object whose last proxy was inside a list of the manager goes when it is removed.",
       .documented = {"ROB-27"},
       .needs = {"manager", "manager.register", "manager.refcount", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             RemoteListProxy l = main.makes(server.manager().list());
             main.must(l.append(witness.value()));
             main.must(witness.drop());
             EXPECT_FALSE(server.is_destroyed());
             main.must(l.erase(0));
             EXPECT_TRUE(server.is_destroyed());
           }},
      {.id = "manager.proxy_in_transit_is_a_reference",
       .level = Level::kBeyond,
       .says =
           "A proxy that is on its way keeps its object alive, though its sender has dropped it.",
       .documented = {"ROB-27", "MAN-49"},
       .needs = {"manager", "manager.list", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             auto [left, right] = main.pipe();
             main.must(left.send(l.value()));
             main.must(l.drop());
             auto received = handle_named<RemoteListProxy>("received");
             EXPECT_THAT(main.does(right.recv_object(received)), returns());
             EXPECT_THAT(main.does(received.get()), returns(Value::list({1})));
           }},
      {.id = "manager.object_goes_though_its_proxy_came_twice",
       .level = Level::kMust,
       .says =
           "An object whose proxy a process has received twice lives until both are dropped, and "
           "no longer.",
       .documented = {"MAN-47", "MAN-11"},
       .needs = {"manager", "manager.register", "manager.refcount", "pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             auto [left, right] = main.pipe();
             Puppet& child = stage.start_process(main, {right, server.other()});
             RemoteProxy witness = server.new_witness();
             const auto first = handle_named<RemoteProxy>("first");
             const auto second = handle_named<RemoteProxy>("second");
             for (const RemoteProxy& each : {first, second}) {
               main.must(left.send(witness.value()));
               child.must(right.recv_object(each));
             }
             main.must(witness.drop());
             child.must(first.drop());
             EXPECT_FALSE(server.is_destroyed(&child));
             EXPECT_THAT(child.does(second.call("is_here")), returns(true));
             child.must(second.drop());
             EXPECT_TRUE(server.is_destroyed(&child));
           }},
      {.id = "manager.killed_client_gives_back_its_references",
       .level = Level::kBeyond,
       .says = "An object whose last proxy was in a process that was killed is destroyed.",
       .documented = {"ROB-27"},
       .needs = {"manager", "manager.register", "manager.refcount", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             Puppet& child = stage.start_process(main, {witness, server.other()});
             child.must(witness.call("is_here"));
             main.must(witness.drop());
             EXPECT_FALSE(server.is_destroyed(&child));
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_TRUE(server.is_destroyed());
           }},
      {.id = "manager.str_of_a_proxy_is_its_referents_representation",
       .level = Level::kShould,
       .says = "str() of a proxy is what repr() of the object gives, also where its str() is "
               "another text.",
       .documented = {"MAN-21"},
       .needs = {"manager", "manager.register", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy counter = main.makes(m.create("Counter", {3}));
             EXPECT_THAT(main.does(proxy::str(counter)), returns("Counter(3)"));
             main.must(counter.call("increment"));
             EXPECT_THAT(main.does(proxy::str(counter)), returns("Counter(4)"));
           }},
      {.id = "manager.exposed_list_comes_before_the_proxys",
       .level = Level::kShould,
       .says = "A list of exposed methods that was registered is obeyed though the class of the "
               "proxy has a longer one; what the proxy's class has beside it can't be called.",
       .documented = {"MAN-41", "MAN-42"},
       .needs = {"manager", "manager.register", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy gauge = main.makes(m.create("Gauge", {3}));
             EXPECT_THAT(main.does(proxy::callmethod(gauge, "increment")), raises("RemoteError"));
             EXPECT_THAT(main.does(proxy::callmethod(gauge, "value")), returns(3));
             EXPECT_THAT(main.does(gauge.call("value")), returns(3));
             EXPECT_THAT(main.does(gauge.call("increment")), raises("RemoteError"));
           }},
      {.id = "manager.proxy_has_the_methods_of_its_own_object",
       .level = Level::kShould,
       .says = "What one registered function makes may be of several classes: each proxy has the "
               "methods of the object behind it.",
       .documented = {"MAN-41", "MAN-42"},
       .needs = {"manager", "manager.register", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             for (int round = 0; round < 2; ++round) {
               RemoteProxy counter = main.makes(m.create("either", {"Counter"}));
               RemoteProxy box = main.makes(m.create("either", {"Box"}));
               EXPECT_THAT(main.does(counter.call("increment", {2})), returns(2));
               EXPECT_THAT(main.does(counter.call("items")), raises("AttributeError"));
               EXPECT_THAT(main.does(box.call("append", {"x"})), returns(nullptr));
               EXPECT_THAT(main.does(box.call("items")), returns(Value::list({"x"})));
               EXPECT_THAT(main.does(box.call("increment")), raises("AttributeError"));
             }
           }},
      {.id = "manager.object_goes_with_the_last_proxy_that_a_method_returned",
       .level = Level::kMust,
       .says = "A proxy that a method has returned is a reference as any other: the object lives "
               "as long as it, and not longer.",
       .documented = {"MAN-47", "MAN-43"},
       .needs = {"manager", "manager.register", "manager.refcount"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Witnessed server(stage);
             RemoteProxy witness = server.new_witness();
             auto first = handle_named<RemoteProxy>("first");
             auto second = handle_named<RemoteProxy>("second");
             main.must(named(witness.call("itself"), first));
             main.must(named(witness.call("itself"), second));
             EXPECT_THAT(main.does(first.call("is_here")), returns(true));
             main.must(witness.drop());
             main.must(first.drop());
             EXPECT_FALSE(server.is_destroyed());
             EXPECT_THAT(main.does(second.call("is_here")), returns(true));
             main.must(second.drop());
             EXPECT_TRUE(server.is_destroyed());
           }},
      {.id = "manager.own_key_goes_to_children",
       .level = Level::kMust,
       .says = "A child that is given a proxy of a manager with a key of its own can use it, and "
               "so can its own child.",
       .documented = {"MAN-51"},
       .needs = {"manager", "manager.list", "manager.connect", "remote.authkey", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m =
                 started_manager(stage, main, {.authkey = Value::bytes("a key of its own")});
             RemoteListProxy l = main.makes(m.list({1}));
             Puppet& child = stage.start_process(main, {l});
             EXPECT_THAT(child.does(l.append(2)), returns());
             Puppet& grandchild = stage.start_process(child, {l});
             EXPECT_THAT(grandchild.does(l.append(3)), returns());
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2, 3})));
           }},
  };
}

}  // namespace

Claims manager_proxies_claims() {
  Claims all = proxies_themselves();
  for (const Claim& claim : registered_types()) all.push_back(claim);
  for (const Claim& claim : references()) all.push_back(claim);
  return all;
}

}  // namespace conformance
