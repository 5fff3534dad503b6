// A manager's list, dict, Namespace, Value and Array, as every process that has a proxy sees them.
#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/stage/inspected.h"
#include "conformance/stage/limits.h"

namespace conformance {
namespace {

Value list(Value::List items) { return Value::list(std::move(items)); }

Claims managed_lists() {
  return {
      {.id = "manager.list.is_shared",
       .level = Level::kMust,
       .says = "What one process does to a list, every process sees at once.",
       .notes = {"mgr.shares_data", "mgr.list_ctor"},
       .documented = {"MAN-11", "MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1, 2}));
             Puppet& child = stage.start_process(main, {l});
             EXPECT_THAT(child.does(l.append(3)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3})));
             EXPECT_THAT(main.does(l.set(0, "one")), returns(nullptr));
             EXPECT_THAT(child.does(l.at(0)), returns("one"));
             EXPECT_THAT(child.does(l.erase(1)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({"one", 3})));
           }},
      {.id = "manager.list.outlives_the_process_that_changed_it",
       .level = Level::kMust,
       .says = "What a child has put into a list stays there when the child is gone.",
       .notes = {"mgr.sample.child_iterates_list"},
       .documented = {"MAN-01", "MAN-11"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1, 2, 3}));
             Puppet& child = stage.start_process(main, {l});
             EXPECT_THAT(child.does(l.iterate()), returns(list({1, 2, 3})));
             child.must(l.append(4));
             child.must(self::exits_at_once(0));
             main.must(child.handle().join());
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3, 4})));
           }},
      {.id = "manager.list.begins_with_its_items",
       .level = Level::kMust,
       .says = "list() is empty, list(items) holds a copy of them, values of any kind included.",
       .notes = {"mgr.list_ctor"},
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             EXPECT_THAT(main.does(main.makes(m.list()).get()), returns(list({})));
             Value::List items = {nullptr,
                                  true,
                                  -5,
                                  0.5,
                                  "text",
                                  bytes("by"),
                                  list({1}),
                                  Value::tuple({1, 2}),
                                  Value::dict({{"k", "v"}})};
             RemoteListProxy l = main.makes(m.list(items));
             EXPECT_THAT(main.does(l.get()), returns(list(items)));
             EXPECT_THAT(main.does(l.len()), returns(9));
             EXPECT_THAT(main.does(l.append(big_item(1))), returns());
             EXPECT_THAT(main.does(l.at(-1)), returns(big_item(1)));
           }},
      {.id = "manager.list.grows_and_shrinks",
       .level = Level::kMust,
       .says = "append, extend, insert, pop, remove and del do what they do to a plain list.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list());
             EXPECT_THAT(main.does(l.append(1)), returns(nullptr));
             EXPECT_THAT(main.does(l.extend(list({2, 3, 4, 3}))), returns(nullptr));
             EXPECT_THAT(main.does(l.insert(0, "first")), returns(nullptr));
             EXPECT_THAT(main.does(l.insert(100, "last")), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({"first", 1, 2, 3, 4, 3, "last"})));
             EXPECT_THAT(main.does(l.pop()), returns("last"));
             EXPECT_THAT(main.does(l.pop(0)), returns("first"));
             EXPECT_THAT(main.does(l.pop(-2)), returns(4));
             EXPECT_THAT(main.does(l.remove(3)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3})));
             EXPECT_THAT(main.does(l.insert(-1, "last but one")), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, "last but one", 3})));
             EXPECT_THAT(main.does(l.erase(-1)), returns(nullptr));
             EXPECT_THAT(main.does(l.erase(-1)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2})));
           }},
      {.id = "manager.list.extend_by_another",
       .level = Level::kShould,
       .says = "extend() takes another list of the same manager.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             RemoteListProxy other = main.makes(m.list({2, 3}));
             EXPECT_THAT(main.does(l.extend(other.value())), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3})));
             EXPECT_THAT(main.does(other.get()), returns(list({2, 3})));
           }},
      {.id = "manager.list.extend_by_itself",
       .level = Level::kShould,
       .says = "extend() of a list by itself doubles it, as that of a plain list does.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             // Who fetches item after item from a list that grows meanwhile comes to no end: with these it soon has
             // no memory.
             constexpr int kItem = 4 << 20, kRoom = 256 << 20;
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({Value::blob(kItem, 1)}));
             main.must(l.len());
             const pid_t server = as_int(main.must(m.pid()));
             {
               const LoweredLimit memory(server, RLIMIT_AS, address_space_of(server) + kRoom);
               EXPECT_THAT(main.does(l.extend(l.value())), returns(nullptr));
             }
             EXPECT_THAT(main.does(l.len()), returns(2));
             EXPECT_THAT(main.does(l.at(1)), returns(Value::blob(kItem, 1)));
           }},
      {.id = "manager.list.finds",
       .level = Level::kMust,
       .says = "index, count, in and len do what they do to a plain list.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({"a", "b", "a", "c"}));
             EXPECT_THAT(main.does(l.index("a")), returns(0));
             EXPECT_THAT(main.does(l.index("a", 1)), returns(2));
             EXPECT_THAT(main.does(l.count("a")), returns(2));
             EXPECT_THAT(main.does(l.count("x")), returns(0));
             EXPECT_THAT(main.does(l.contains("c")), returns(true));
             EXPECT_THAT(main.does(l.contains("x")), returns(false));
             EXPECT_THAT(main.does(l.len()), returns(4));
             EXPECT_THAT(main.does(l.index("x")), raises("ValueError"));
             EXPECT_THAT(main.does(l.index("c", 0, 3)), raises("ValueError"));
           }},
      {.id = "manager.list.orders",
       .level = Level::kMust,
       .says = "sort and reverse order the list in its place.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({3, 1, 2}));
             EXPECT_THAT(main.does(l.sort()), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3})));
             EXPECT_THAT(main.does(l.append(9)), returns());
             EXPECT_THAT(main.does(l.reverse()), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({9, 3, 2, 1})));
             EXPECT_THAT(main.does(l.sort(true)), returns(nullptr));
             EXPECT_THAT(main.does(l.sort(false)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3, 9})));
           }},
      {.id = "manager.list.sort_keeps_the_order_of_equals",
       .level = Level::kMust,
       .says = "sort() leaves items that are equal in their order, also when it sorts in reverse.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy up = main.makes(m.list({2, 1, 1.0, 2.0}));
             main.must(up.sort());
             EXPECT_THAT(main.does(up.get()), returns(Value::list({1, 1.0, 2, 2.0})));
             RemoteListProxy down = main.makes(m.list({1, 2, 2.0, 1.0}));
             main.must(down.sort(true));
             EXPECT_THAT(main.does(down.get()), returns(Value::list({2, 2.0, 1, 1.0})));
           }},
      {.id = "manager.list.slices",
       .level = Level::kMust,
       .says = "A slice is a plain list; a slice can be assigned and changes the length.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({0, 1, 2, 3, 4}));
             EXPECT_THAT(main.does(l.slice(1, 3)), returns(list({1, 2})));
             EXPECT_THAT(main.does(l.slice({}, 2)), returns(list({0, 1})));
             EXPECT_THAT(main.does(l.slice(-2)), returns(list({3, 4})));
             EXPECT_THAT(main.does(l.slice(3, 99)), returns(list({3, 4})));
             EXPECT_THAT(main.does(l.slice(9)), returns(list({})));
             EXPECT_THAT(main.does(l.set_slice(1, 4, list({"x"}))), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({0, "x", 4})));
             EXPECT_THAT(main.does(l.set_slice(3, {}, list({5, 6}))), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({0, "x", 4, 5, 6})));
           }},
      {.id = "manager.list.adds_and_multiplies",
       .level = Level::kMust,
       .says = "+ and * return plain lists; += and *= change the list, and the name stays a proxy.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1, 2}));
             EXPECT_THAT(main.does(l.plus(list({3}))), returns(list({1, 2, 3})));
             EXPECT_THAT(main.does(l.times(2)), returns(list({1, 2, 1, 2})));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2})));
             EXPECT_THAT(main.does(l.plus_assign(list({3}))), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3})));
             EXPECT_THAT(main.does(l.times_assign(2)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3, 1, 2, 3})));
             EXPECT_THAT(main.does(l.plus_assign(list({}))), returns(nullptr));
             EXPECT_THAT(main.does(l.times_assign(1)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({1, 2, 3, 1, 2, 3})));
             for (int none : {0, -1}) {
               EXPECT_THAT(main.does(l.times(none)), returns(list({})));
               EXPECT_THAT(main.does(l.times_assign(none)), returns(nullptr));
               EXPECT_THAT(main.does(l.get()), returns(list({})));
               EXPECT_THAT(main.does(l.plus_assign(list({4}))), returns(nullptr));
               EXPECT_THAT(main.does(l.get()), returns(list({4})));
             }
           }},
      {.id = "manager.list.errors_are_a_lists",
       .level = Level::kMust,
       .says = "A wrong index raises IndexError, a missing item ValueError, and nothing changes.",
       .documented = {"MAN-18", "MAN-23"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1}));
             Puppet& child = stage.start_process(main, {l});
             for (Puppet* puppet : {&main, &child}) {
               EXPECT_THAT(puppet->does(l.at(1)), raises("IndexError"));
               EXPECT_THAT(puppet->does(l.at(-2)), raises("IndexError"));
               EXPECT_THAT(puppet->does(l.set(1, 0)), raises("IndexError"));
               EXPECT_THAT(puppet->does(l.erase(1)), raises("IndexError"));
               EXPECT_THAT(puppet->does(l.pop(5)), raises("IndexError"));
               EXPECT_THAT(puppet->does(l.remove(7)), raises("ValueError"));
               EXPECT_THAT(puppet->does(l.at("text")), raises("TypeError"));
             }
             EXPECT_THAT(main.does(l.get()), returns(list({1})));
             main.must(l.pop());
             EXPECT_THAT(child.does(l.pop()), raises("IndexError"));
           }},
      {.id = "manager.list.changes_to_an_item_are_lost_until_assigned",
       .level = Level::kMust,
       .says =
           "A mutable item that is read from a list is a copy: a change to it is seen once it is "
           "assigned again.",
       .notes = {"mgr.nested_mutation_lost"},
       .documented = {"MAN-13"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({list({1})}));
             auto item = handle_named<RemoteList>("item");
             main.must(named(l.at(0), item));
             EXPECT_THAT(main.does(item.append(2)), returns());
             EXPECT_THAT(main.does(l.at(0)), returns(list({1})));
             EXPECT_THAT(main.does(l.set(0, item.value())), returns());
             EXPECT_THAT(main.does(l.at(0)), returns(list({1, 2})));
           }},
      {.id = "manager.list.nested_proxies_work",
       .level = Level::kMust,
       .says =
           "A proxy as an item of a list stays a proxy: what is done through it is seen by all.",
       .documented = {"MAN-14"},
       .needs = {"manager", "manager.list", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy inner = main.makes(m.list({1}));
             RemoteDictProxy table = main.makes(m.dict());
             RemoteListProxy outer = main.makes(m.list());
             main.must(outer.append(inner.value()));
             main.must(outer.append(table.value()));
             Puppet& child = stage.start_process(main, {outer});
             auto found = handle_named<RemoteListProxy>("found");
             auto found_table = handle_named<RemoteDictProxy>("found_table");
             child.must(named(outer.at(0), found));
             child.must(named(outer.at(1), found_table));
             EXPECT_THAT(child.does(found.append(2)), returns());
             EXPECT_THAT(child.does(found_table.set("k", "v")), returns());
             EXPECT_THAT(main.does(inner.get()), returns(list({1, 2})));
             EXPECT_THAT(main.does(table.at("k")), returns("v"));
             EXPECT_THAT(main.does(inner.append(3)), returns());
             EXPECT_THAT(child.does(found.get()), returns(list({1, 2, 3})));
           }},
      {.id = "manager.list.calls_do_not_overlap",
       .level = Level::kShould,
       .says = "Calls of several processes and threads take effect one after the other: none is "
               "lost, and those of one client keep their order.",
       .documented = {"MAN-15", "MAN-16"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             constexpr int kCalls = 40;
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list());
             Crew crew = start_crew(stage, main, 2, {l});
             crew.push_back(&stage.start_thread(main));
             crew.push_back(&main);
             std::vector<Call> calls;
             for (size_t i = 0; i < crew.size(); ++i) {
               std::vector<Op> ops;
               for (int k = 0; k < kCalls; ++k)
                 ops.push_back(l.append(item_from(static_cast<int>(i), k)));
               calls.push_back(crew[i]->begins(batch(ops)));
             }
             for (const Call& call : calls) EXPECT_EQ(results(call).size(), kCalls);
             Value all = main.must(l.get());
             EXPECT_EQ(as_list(all).size(), kCalls * crew.size());
             for (size_t i = 0; i < crew.size(); ++i)
               EXPECT_THAT(indexes_from(static_cast<int>(i), as_list(all)), zero_to(kCalls));
           }},
  };
}

Claims managed_dicts() {
  return {
      {.id = "manager.dict.is_shared",
       .level = Level::kMust,
       .says = "What one process does to a dict, every process sees at once.",
       .notes = {"mgr.shares_data", "mgr.dict_ctor"},
       .documented = {"MAN-11", "MAN-24"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"a", 1}}));
             Puppet& child = stage.start_process(main, {d});
             EXPECT_THAT(child.does(d.set("b", 2)), returns(nullptr));
             EXPECT_THAT(main.does(d.at("b")), returns(2));
             EXPECT_THAT(main.does(d.erase("a")), returns(nullptr));
             EXPECT_THAT(child.does(d.contains("a")), returns(false));
             EXPECT_THAT(child.does(d.copy()), returns(Value::dict({{"b", 2}})));
           }},
      {.id = "manager.dict.answers_for_a_missing_key",
       .level = Level::kMust,
       .says =
           "get, setdefault and pop give their default for a key that is missing, and only then.",
       .documented = {"MAN-24"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"a", 1}}));
             EXPECT_THAT(main.does(d.get("a")), returns(1));
             EXPECT_THAT(main.does(d.get("x")), returns(nullptr));
             EXPECT_THAT(main.does(d.get("x", 7)), returns(7));
             EXPECT_THAT(main.does(d.len()), returns(1));
             EXPECT_THAT(main.does(d.setdefault("a", 9)), returns(1));
             EXPECT_THAT(main.does(d.setdefault("b", 2)), returns(2));
             EXPECT_THAT(main.does(d.setdefault("n")), returns(nullptr));
             EXPECT_THAT(main.does(d.at("b")), returns(2));
             EXPECT_THAT(main.does(d.pop("b")), returns(2));
             EXPECT_THAT(main.does(d.pop("b", "none")), returns("none"));
             EXPECT_THAT(main.does(d.copy()), returns(Value::dict({{"a", 1}, {"n", nullptr}})));
           }},
      {.id = "manager.dict.key_error_keeps_its_key",
       .level = Level::kMust,
       .says = "A missing key raises KeyError with that key, wherever it was missing.",
       .notes = {"mgr.dict_ctor"},
       .documented = {"MAN-18", "MAN-24"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"a", 1}}));
             for (const Op& op : {d.at("x"), d.erase("x"), d.pop("x")}) {
               Call call = main.does(op);
               EXPECT_THAT(call, raises("KeyError"));
               EXPECT_EQ(raised_by(call).args, Value::list({"x"}));
             }
             EXPECT_THAT(main.does(d.pop("a")), returns(1));
             EXPECT_THAT(main.does(d.popitem()), raises("KeyError"));
             EXPECT_THAT(main.does(d.set(list({}), 1)), raises("TypeError"));
           }},
      {.id = "manager.dict.updates_and_clears",
       .level = Level::kMust,
       .says = "update, popitem, copy, clear, in and len do what they do to a plain dict.",
       .documented = {"MAN-24"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"a", 1}}));
             EXPECT_THAT(main.does(d.update(Value::dict({{"a", 2}, {3, "c"}}))), returns(nullptr));
             EXPECT_THAT(main.does(d.copy()), returns(Value::dict({{"a", 2}, {3, "c"}})));
             EXPECT_THAT(main.does(d.contains(3)), returns(true));
             EXPECT_THAT(main.does(d.contains("3")), returns(false));
             EXPECT_THAT(main.does(d.popitem()), returns(Value::tuple({3, "c"})));
             EXPECT_THAT(main.does(d.len()), returns(1));
             EXPECT_THAT(main.does(d.clear()), returns(nullptr));
             EXPECT_THAT(main.does(d.len()), returns(0));
             EXPECT_THAT(main.does(d.copy()), returns(Value::dict({})));
           }},
      {.id = "manager.dict.lists_its_content",
       .level = Level::kMust,
       .says = "keys, values and items return lists, in the order in which keys came in.",
       .documented = {"MAN-24"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"b", 1}, {"a", 2}}));
             Puppet& child = stage.start_process(main, {d});
             main.must(d.set("c", 3));
             main.must(d.set("b", 4));
             for (Puppet* puppet : {&main, &child}) {
               EXPECT_THAT(puppet->does(d.keys()), returns(list({"b", "a", "c"})));
               EXPECT_THAT(puppet->does(d.values()), returns(list({4, 2, 3})));
               EXPECT_THAT(puppet->does(d.items()),
                           returns(list({Value::tuple({"b", 4}), Value::tuple({"a", 2}),
                                         Value::tuple({"c", 3})})));
             }
           }},
      {.id = "manager.dict.iterates_over_its_keys",
       .level = Level::kMust,
       .says = "Iteration over a dict, in the process of its manager, gives its keys.",
       .documented = {"MAN-24"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"b", 1}, {"a", 2}}));
             EXPECT_THAT(main.does(d.iterate()), returns(list({"b", "a"})));
             EXPECT_THAT(main.does(main.makes(m.dict()).iterate()), returns(list({})));
           }},
      {.id = "manager.dict.iterates_in_every_process",
       .level = Level::kBeyond,
       .says = "Iteration over a dict gives its keys to a child as well.",
       .documented = {"ROB-26", "MAN-25"},
       .needs = {"manager", "manager.dict", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"b", 1}, {"a", 2}}));
             Puppet& child = stage.start_process(main, {d});
             EXPECT_THAT(child.does(d.iterate()), returns(list({"b", "a"})));
           }},
      {.id = "manager.dict.changes_to_a_value_are_lost_until_assigned",
       .level = Level::kMust,
       .says = "A mutable value that is read from a dict is a copy: a change to it is seen once it "
               "is assigned again.",
       .notes = {"mgr.nested_mutation_lost"},
       .documented = {"MAN-13"},
       .needs = {"manager", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"k", list({1})}}));
             auto item = handle_named<RemoteList>("item");
             main.must(named(d.at("k"), item));
             main.must(item.append(2));
             EXPECT_THAT(main.does(d.at("k")), returns(list({1})));
             main.must(d.set("k", item.value()));
             EXPECT_THAT(main.does(d.at("k")), returns(list({1, 2})));
           }},
      {.id = "manager.dict.update_takes_keywords",
       .level = Level::kShould,
       .says = "update() of a shared dictionary takes pairs by keyword, too, whatever their names, "
               "beside what it is given by position; sort() of a list takes reverse by keyword.",
       .documented = {"MAN-24", "MAN-23"},
       .needs = {"manager", "manager.dict", "manager.list", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"a", 1}}));
             EXPECT_THAT(main.does(object::call(
                             d, "update", {Value::dict({{"b", 2}})},
                             {{"self", 3}, {"methodname", 4}, {"args", 5}, {"kwds", 6}, {"a", 7}})),
                         returns(nullptr));
             EXPECT_THAT(main.does(d.copy()), returns(Value::dict({{"a", 7},
                                                                   {"b", 2},
                                                                   {"self", 3},
                                                                   {"methodname", 4},
                                                                   {"args", 5},
                                                                   {"kwds", 6}})));
             RemoteListProxy l = main.makes(m.list({2, 3, 1}));
             EXPECT_THAT(main.does(object::call(l, "sort", {}, {{"reverse", true}})),
                         returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(list({3, 2, 1})));
           }},
      {.id = "manager.dict.read_and_write_is_two_calls",
       .level = Level::kMust,
       .says = "To read a value and to write it back lets others come between; a manager's Lock "
               "around both keeps them out.",
       .notes = {"mgr.compound_ops_not_atomic"},
       .documented = {"MAN-15"},
       .needs = {"manager", "manager.dict", "manager.value", "manager.lock"},
       .check =
           [](Stage& stage) {
             constexpr int kRounds = 30;
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteDictProxy d = main.makes(m.dict({{"sum", 0}}));
             RemoteValue v = main.makes(m.value("i", 0));
             RemoteLock lock = main.makes(m.lock());
             Puppet& child = stage.start_process(main, {d, v, lock});
             Value before = main.must(d.at("sum"));  // main reads, the child writes, main writes
             child.must(d.set("sum", 5));
             main.must(d.set("sum", as_int(before) + 1));
             EXPECT_THAT(child.does(d.at("sum")), returns(1));
             std::vector<Op> round = {lock.acquire(), v.add(1), lock.release()};
             Call ours = main.begins(batch(round, kRounds));
             Call theirs = child.begins(batch(round, kRounds));
             EXPECT_EQ(results(ours).size(), 3 * kRounds);
             EXPECT_EQ(results(theirs).size(), 3 * kRounds);
             EXPECT_THAT(main.does(v.get()), returns(2 * kRounds));
           }},
  };
}

Claims managed_values() {
  return {
      {.id = "manager.namespace.is_shared",
       .level = Level::kMust,
       .says =
           "Attributes of a Namespace that one process sets, changes or deletes are so for all.",
       .documented = {"MAN-27", "MAN-11"},
       .needs = {"manager", "manager.namespace"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteNamespace ns = main.makes(m.space({{"x", 1}}));
             Puppet& child = stage.start_process(main, {ns});
             EXPECT_THAT(child.does(ns.get("x")), returns(1));
             EXPECT_THAT(child.does(ns.set("y", list({2}))), returns());
             EXPECT_THAT(main.does(ns.get("y")), returns(list({2})));
             EXPECT_THAT(main.does(ns.set("x", "new")), returns());
             EXPECT_THAT(child.does(ns.get("x")), returns("new"));
             EXPECT_THAT(child.does(ns.erase("x")), returns());
             EXPECT_THAT(main.does(ns.get("x")), raises("AttributeError"));
             EXPECT_THAT(main.does(ns.erase("x")), raises("AttributeError"));
             EXPECT_THAT(child.does(ns.get("never")), raises("AttributeError"));
           }},
      {.id = "manager.namespace.underscores_stay_with_the_proxy",
       .level = Level::kMust,
       .says = "An attribute with a leading underscore belongs to the proxy, not to the Namespace.",
       .documented = {"MAN-27"},
       .needs = {"manager", "manager.namespace"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteNamespace ns = main.makes(m.space());
             auto [left, right] = main.pipe();
             EXPECT_THAT(main.does(ns.set("_mine", 1)), returns());
             EXPECT_THAT(main.does(ns.get("_mine")), returns(1));
             main.must(left.send(ns.value()));
             auto another = handle_named<RemoteNamespace>("another");
             main.must(right.recv_object(another));
             EXPECT_THAT(main.does(another.get("_mine")), raises("AttributeError"));
             EXPECT_THAT(main.does(another.set("ours", 2)), returns());
             EXPECT_THAT(main.does(ns.get("ours")), returns(2));
           }},
      {.id = "manager.value.is_shared",
       .level = Level::kMust,
       .says = "A Value of a manager is read and set through .value, by all processes.",
       .notes = {"value.usage_differs_from_manager"},
       .documented = {"MAN-28"},
       .needs = {"manager", "manager.value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteValue v = main.makes(m.value("i", 7));
             RemoteValue d = main.makes(m.value("d", 0.5));
             Puppet& child = stage.start_process(main, {v, d});
             EXPECT_THAT(child.does(v.get()), returns(7));
             EXPECT_THAT(child.does(v.set(8)), returns(nullptr));
             EXPECT_THAT(main.does(v.get()), returns(8));
             EXPECT_THAT(main.does(v.add(2)), returns());
             EXPECT_THAT(child.does(v.get()), returns(10));
             EXPECT_THAT(main.does(d.get()), returns(0.5));
             EXPECT_THAT(main.does(proxy::getvalue(v)), returns());
           }},
      {.id = "manager.value.type_is_a_hint",
       .level = Level::kVariation,
       .says = "A value of another type than the typecode's is kept as it is, or refused.",
       .documented = {"MAN-28"},
       .needs = {"manager", "manager.value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteValue v = main.makes(m.value("i", 7));
             Call set = main.does(v.set("text"));
             bool kept = std::holds_alternative<Returned>(set.outcome());
             Value now = main.must(v.get());
             std::string seen = kept && now == Value("text") ? "kept as it is"
                                : !kept && now == Value(7)   ? "refused"
                                                             : "changed to " + now.text();
             stage.varies(seen, {"kept as it is", "refused"});
           }},
      {.id = "manager.array.is_shared",
       .level = Level::kMust,
       .says = "An Array of a manager has elements, slices and a length, the same for all.",
       .documented = {"MAN-29", "MAN-11"},
       .needs = {"manager", "manager.array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteArray a = main.makes(m.array("i", list({1, 2, 3})));
             Puppet& child = stage.start_process(main, {a});
             EXPECT_THAT(child.does(a.len()), returns(3));
             EXPECT_THAT(child.does(a.set(0, 10)), returns());
             EXPECT_THAT(main.does(a.get(0)), returns(10));
             EXPECT_THAT(main.does(a.get(-1)), returns(3));
             EXPECT_THAT(main.does(a.slice(0, 2)), returns(list({10, 2})));
           }},
      {.id = "manager.array.keeps_its_type",
       .level = Level::kMust,
       .says = "A wrong index raises IndexError, a wrong type TypeError, and nothing changes.",
       .documented = {"MAN-29", "MAN-18"},
       .needs = {"manager", "manager.array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteArray a = main.makes(m.array("i", list({1, 2, 3})));
             EXPECT_THAT(main.does(a.get(3)), raises("IndexError"));
             EXPECT_THAT(main.does(a.set(-4, 0)), raises("IndexError"));
             EXPECT_THAT(main.does(a.set(0, "text")), raises("TypeError"));
             EXPECT_THAT(main.does(a.set(0, 0.5)), raises("TypeError"));
             EXPECT_THAT(main.does(a.slice()), returns(list({1, 2, 3})));
           }},
  };
}

}  // namespace

Claims manager_containers_claims() {
  Claims all = managed_lists();
  for (const Claim& claim : managed_dicts()) all.push_back(claim);
  for (const Claim& claim : managed_values()) all.push_back(claim);
  return all;
}

}  // namespace conformance
