// ShareableList: a list of a fixed number of items in shared memory.
#include <limits>
#include <string>
#include <vector>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/inspected.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using testing::Not;

// Takes it off the machine, whatever the claim has found by then.
void unlink(Puppet& puppet, const RemoteShareableList& list) {
  RemoteSharedMemory memory = puppet.makes(list.shm());
  puppet.must(memory.close());
  puppet.must(memory.unlink());
}

std::string name_of_list(Puppet& puppet, const RemoteShareableList& list) {
  return as_text(puppet.must(puppet.makes(list.shm()).get_name()));
}

// Of every type, up to its limits.
Value::List all_kinds() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {0,
          -1,
          std::numeric_limits<int64_t>::max(),
          std::numeric_limits<int64_t>::min(),
          0.0,
          0.1,
          -1e308,
          5e-324,
          kInfinity,
          -kInfinity,
          true,
          false,
          nullptr,
          "",
          "a",
          "seven77",
          "eight888",
          "a text of several words",
          "größe",
          bytes(""),
          bytes("b"),
          bytes(std::string("nul\0inside", 10)),
          bytes("\xff\xfe"),
          bytes("0123456789abcdef")};
}

// Each text and each bytes comes back as it went, from a new list, after an assignment, and in
// another process.
void expect_kept(Stage& stage, const Value::List& items) {
  Puppet& main = stage.main();
  RemoteShareableList list = main.makes(module::shareable_list(items));
  EXPECT_THAT(main.does(list.items()), returns(Value::list(items)));
  Value::List room(items.size(), std::string(100, 'x'));
  RemoteShareableList wide = main.makes(module::shareable_list(room));
  for (size_t i = 0; i < items.size(); ++i) {
    const int at = static_cast<int>(i);
    main.must(wide.set(at, items[i]));
    EXPECT_THAT(main.does(wide.get(at)), returns(items[i]));
  }
  unlink(main, list);
  unlink(main, wide);
}

Claims content() {
  return {
      {.id = "shareable_list.keeps_every_type",
       .level = Level::kMust,
       .says = "int, float, bool, None, str and bytes come back as they were put in, with their "
               "types, up to the limits of 64 bits.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value::List items = all_kinds();
             RemoteShareableList list = main.makes(module::shareable_list(items));
             EXPECT_THAT(main.does(list.len()), returns(static_cast<int>(items.size())));
             EXPECT_THAT(main.does(list.items()), returns(Value::list(items)));
             for (size_t i = 0; i < items.size(); ++i)
               EXPECT_THAT(main.does(list.get(static_cast<int>(i))), returns(items[i]));
             unlink(main, list);
             const double nan = std::numeric_limits<double>::quiet_NaN();
             list = main.makes(module::shareable_list({nan}));
             EXPECT_EQ(main.must(list.get(0)).text(), Value(nan).text());
             unlink(main, list);
           }},
      {.id = "shareable_list.may_be_empty",
       .level = Level::kShould,
       .says =
           "A list without items is one: its length is 0, it has no item at 0 or -1, and others "
           "attach to it.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({}));
             RemoteShareableList same =
                 main.makes(module::shareable_list_named(name_of_list(main, list)));
             for (const RemoteShareableList& each : {list, same}) {
               EXPECT_THAT(main.does(each.len()), returns(0));
               EXPECT_THAT(main.does(each.items()), returns(Value::list({})));
               EXPECT_THAT(main.does(each.get(0)), raises("IndexError"));
               EXPECT_THAT(main.does(each.set(0, 1)), raises("IndexError"));
             }
             unlink(main, list);
           }},
      {.id = "shareable_list.may_be_long",
       .level = Level::kShould,
       .says = "A thousand items, among them long ones, keep their places.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value::List items;
             for (int i = 0; i < 1000; ++i) {
               if (i % 3 == 0) {
                 items.push_back(i);
               } else if (i % 3 == 1) {
                 items.push_back(std::string(i % 50 + 1, 'a'));
               } else {
                 items.push_back(bytes(std::string(i % 20 + 1, 'b')));
               }
             }
             items[7] = std::string(3000, 'c');
             RemoteShareableList list = main.makes(module::shareable_list(items));
             EXPECT_EQ(main.must(list.items()), Value::list(items));
             items[8] = nullptr;
             main.must(list.set(8, nullptr));
             items[999] = 1;
             main.must(list.set(-1, 1));
             EXPECT_EQ(main.must(list.items()), Value::list(items));
             unlink(main, list);
           }},
      {.id = "shareable_list.keeps_nuls_at_the_end",
       .level = Level::kBeyond,
       .says = "Text and bytes that end with NULs, or have nothing else, keep them.",
       .documented = {"SHM-12", "ROB-23"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             expect_kept(stage, {bytes(std::string("a\0", 2)), bytes(std::string("\0", 1)),
                                 bytes(std::string(8, '\0')), std::string("t\0\0", 3),
                                 std::string("\0", 1), std::string("eight88\0", 8)});
           }},
      {.id = "shareable_list.keeps_letters_of_several_bytes",
       .level = Level::kBeyond,
       .says = "Text in any alphabet comes back as it was, however many bytes its letters take.",
       .documented = {"ROB-23"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             expect_kept(stage, {"äöüßäöü", "ñ", "日本語", "日本語日本語", "😀😀😀", "naïve café",
                                 "Ελληνικά"});
           }},
      {.id = "shareable_list.format_describes_the_items",
       .level = Level::kMust,
       .says = "format has each item's form as struct writes it, and follows assignments.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list", "shareable_list.format"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list =
                 main.makes(module::shareable_list({1, 2.5, true, nullptr, "abc", bytes("x"),
                                                    "eight888", "", bytes(std::string(23, 'x'))}));
             EXPECT_THAT(main.does(list.format()), returns("qdxxxxxxx?xxxxxx?x8s8s16s8s24s"));
             main.must(list.set(0, 0.5));
             main.must(list.set(1, "text"));
             main.must(list.set(4, nullptr));
             main.must(list.set(6, "short"));
             EXPECT_THAT(main.does(list.format()),
                         returns("d8sxxxxxxx?xxxxxx?xxxxxxx?x8s16s8s24s"));
             unlink(main, list);
           }},
      {.id = "shareable_list.refuses_other_types",
       .level = Level::kShould,
       .says =
           "Another type is refused, when the list is made, which leaves no memory behind, and in "
           "an assignment, which changes nothing.",
       .documented = {"SHM-11"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1, "two"}));
             for (const Value& odd :
                  {Value::list({1}), Value::tuple({}), Value::dict({{"k", 1}})}) {
               EXPECT_THAT(main.does(module::shareable_list({1, odd}, "mpcheck").op), raises());
               EXPECT_THAT(main.does(module::shareable_list_named("mpcheck").op),
                           raises("FileNotFoundError"));
               EXPECT_THAT(main.does(list.set(0, odd)), raises());
               EXPECT_THAT(main.does(list.set(1, odd)), raises());
             }
             EXPECT_THAT(main.does(list.items()), returns(Value::list({1, "two"})));
             unlink(main, list);
           }},
  };
}

// ---------------------------------------------------------------- indexes and assignment

Claims assignment() {
  return {
      {.id = "shareable_list.items_can_be_replaced",
       .level = Level::kMust,
       .says =
           "An item can be replaced by one of its type, and by one of another type that fits; the "
           "others stay.",
       .documented = {"SHM-10", "SHM-11"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value::List items = {7, "middle", bytes("last")};
             RemoteShareableList list = main.makes(module::shareable_list(items));
             for (const Value& next :
                  {Value(8), Value(2.5), Value(nullptr), Value(true), Value(0), Value(false),
                   Value("text"), Value(std::numeric_limits<int64_t>::min()), bytes("byte"),
                   Value(""), Value("eight888"), Value("x"), bytes("")}) {
               for (int at : {0, 1, -1}) {
                 EXPECT_THAT(main.does(list.set(at, next)), returns(nullptr));
                 EXPECT_THAT(main.does(list.get(at)), returns(next));
                 Value::List expected = items;
                 expected[at < 0 ? 2 : at] = next;
                 EXPECT_THAT(main.does(list.items()), returns(Value::list(expected)));
                 main.must(list.set(at, items[at < 0 ? 2 : at]));
               }
             }
             unlink(main, list);
           }},
      {.id = "shareable_list.keeps_its_room",
       .level = Level::kMust,
       .says =
           "An item has the room that it began with: what is longer raises ValueError and changes "
           "nothing; after a shorter one, or a number, the room is still there.",
       .documented = {"SHM-11"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value::List items = {"sixteen bytes..", 5, "abc", bytes("0123456789"), "end"};
             RemoteShareableList list = main.makes(module::shareable_list(items));
             EXPECT_THAT(main.does(list.set(0, "far more than sixteen bytes")),
                         raises("ValueError"));
             EXPECT_THAT(main.does(list.set(1, "nine99999")), raises("ValueError"));
             EXPECT_THAT(main.does(list.set(2, bytes("nine99999"))), raises("ValueError"));
             EXPECT_THAT(main.does(list.set(2, "äöüßä")), raises("ValueError"));
             EXPECT_THAT(main.does(list.set(3, bytes(std::string(17, 'x')))), raises("ValueError"));
             EXPECT_THAT(main.does(list.items()), returns(Value::list(items)));
             for (const Value& between : {Value("s"), Value(1), Value(nullptr)}) {
               main.must(list.set(0, between));
               EXPECT_THAT(main.does(list.set(0, "sixteen bytes...")), returns(nullptr));
               EXPECT_THAT(main.does(list.get(0)), returns("sixteen bytes..."));
             }
             for (const char* text : {"s", "", "s", "sevenww"}) {  // where a number was
               EXPECT_THAT(main.does(list.set(1, text)), returns(nullptr));
               EXPECT_THAT(main.does(list.get(1)), returns(text));
             }
             EXPECT_THAT(main.does(list.set(3, bytes(std::string(16, 'x')))), returns(nullptr));
             EXPECT_THAT(main.does(list.get(3)), returns(bytes(std::string(16, 'x'))));
             EXPECT_THAT(main.does(list.get(4)), returns("end"));
             unlink(main, list);
           }},
      {.id = "shareable_list.length_is_fixed",
       .level = Level::kMust,
       .says =
           "A list has nothing to add or remove items with, and len() is the number it was made "
           "with.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list", "object"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1, 2, 3}));
             EXPECT_THAT(main.does(object::attributes(
                             list, {"append", "insert", "extend", "remove", "pop", "clear"})),
                         returns(Value::list({})));
             EXPECT_THAT(main.does(list.len()), returns(3));
             unlink(main, list);
           }},
      {.id = "shareable_list.indexes_count_from_both_ends",
       .level = Level::kMust,
       .says =
           "A negative index counts from the end; one beyond the last raises IndexError, read or "
           "assigned.",
       .documented = {"SHM-11"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1, "two", 3.0}));
             EXPECT_THAT(main.does(list.get(-1)), returns(3.0));
             EXPECT_THAT(main.does(list.get(-3)), returns(1));
             EXPECT_THAT(main.does(list.set(-2, "zwei")), returns(nullptr));
             for (int index : {3, 4, 1000}) {
               EXPECT_THAT(main.does(list.get(index)), raises("IndexError"));
               EXPECT_THAT(main.does(list.set(index, 0)), raises("IndexError"));
             }
             EXPECT_THAT(main.does(list.items()), returns(Value::list({1, "zwei", 3.0})));
             unlink(main, list);
           }},
      {.id = "shareable_list.index_before_the_first_is_refused",
       .level = Level::kBeyond,
       .says = "An index before the first item raises IndexError, read or assigned, and changes "
               "nothing.",
       .documented = {"SHM-11"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1, 2, 3}));
             for (int index : {-4, -5, -1000}) {
               EXPECT_THAT(main.does(list.get(index)), raises("IndexError"));
               EXPECT_THAT(main.does(list.set(index, 0)), raises("IndexError"));
             }
             EXPECT_THAT(main.does(list.items()), returns(Value::list({1, 2, 3})));
             unlink(main, list);
           }},
      {.id = "shareable_list.finds_items",
       .level = Level::kMust,
       .says = "count() says how many items are equal to a value, index() where the first is; it "
               "raises ValueError where there is none.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(
                 module::shareable_list({"a", 7, "b", "a", nullptr, bytes("a"), 2.5, "a"}));
             EXPECT_THAT(main.does(list.count("a")), returns(3));
             EXPECT_THAT(main.does(list.count(nullptr)), returns(1));
             EXPECT_THAT(main.does(list.count("c")), returns(0));
             EXPECT_THAT(main.does(list.index("a")), returns(0));
             EXPECT_THAT(main.does(list.index(bytes("a"))), returns(5));
             EXPECT_THAT(main.does(list.index(2.5)), returns(6));
             EXPECT_THAT(main.does(list.index("c")), raises("ValueError"));
             main.must(list.set(0, "c"));
             EXPECT_THAT(main.does(list.index("a")), returns(3));
             EXPECT_THAT(main.does(list.count("a")), returns(2));
             unlink(main, list);
           }},
      {.id = "shareable_list.equality_of_numbers",
       .level = Level::kVariation,
       .says = "count() takes 1, 1.0 and true for equal, or for three values.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1, 1.0, true}));
             std::vector<int64_t> counts;
             for (const Value& one : {Value(1), Value(1.0), Value(true)})
               counts.push_back(as_int(main.must(list.count(one))));
             unlink(main, list);
             stage.varies(counts == std::vector<int64_t>{3, 3, 3}   ? "equal"
                          : counts == std::vector<int64_t>{1, 1, 1} ? "three values"
                                                                    : "neither",
                          {"equal", "three values"});
           }},
  };
}

// ---------------------------------------------------------------- sharing

Claims sharing_of_lists() {
  return {
      {.id = "shareable_list.is_shared_by_name",
       .level = Level::kMust,
       .says = "Who attaches by the name of a list's memory has the same list, in any process: "
               "changes, of types too, are seen by all.",
       .documented = {"SHM-02", "SHM-10"},
       .needs = {"shareable_list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list(
                 {1, "two", nullptr, bytes("four"), "five5five5"}, "mpcheck"));
             EXPECT_EQ(name_of_list(main, list), "mpcheck");
             Puppet& child = stage.start_process(main);
             RemoteShareableList same = child.makes(module::shareable_list_named("mpcheck"));
             EXPECT_EQ(name_of_list(child, same), "mpcheck");
             EXPECT_THAT(child.does(same.len()), returns(5));
             EXPECT_THAT(child.does(same.items()), returns(main.must(list.items())));
             child.must(same.set(0, "eight888"));
             main.must(list.set(2, 3));
             main.must(list.set(4, "0123456789abcdef"));
             for (auto [puppet, mine] : {std::pair(&main, list), std::pair(&child, same)}) {
               EXPECT_THAT(
                   puppet->does(mine.items()),
                   returns(Value::list({"eight888", "two", 3, bytes("four"), "0123456789abcdef"})));
               EXPECT_THAT(puppet->does(mine.get(5)), raises("IndexError"));
             }
             unlink(main, list);
             EXPECT_THAT(child.does(same.get(2)), returns(3));
             EXPECT_THAT(child.does(module::shareable_list_named("mpcheck").op),
                         raises("FileNotFoundError"));
           }},
      {.id = "shareable_list.passes_to_a_child",
       .level = Level::kMust,
       .says =
           "A list that is passed to a process, or sent through a queue, is the same list there.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1, "two", 3.0}));
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {list, q});
             EXPECT_THAT(child.does(list.items()), returns(Value::list({1, "two", 3.0})));
             child.must(list.set(0, "one"));
             EXPECT_THAT(main.does(list.get(0)), returns("one"));
             main.must(q.put(list.value()));
             RemoteShareableList got = handle_named<RemoteShareableList>("got");
             child.must(q.get_object(got));
             main.must(list.set(2, nullptr));
             EXPECT_THAT(child.does(got.items()), returns(Value::list({"one", "two", nullptr})));
             unlink(main, list);
           }},
      {.id = "shareable_list.new.refuses_a_name_that_exists",
       .level = Level::kMust,
       .says =
           "A list for a name that exists raises FileExistsError; a name that nothing has raises "
           "FileNotFoundError.",
       .documented = {"SHM-04", "SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteShareableList list = main.makes(module::shareable_list({1}, "mpcheck"));
             EXPECT_THAT(main.does(module::shareable_list({2}, "mpcheck").op),
                         raises("FileExistsError"));
             EXPECT_THAT(main.does(list.items()), returns(Value::list({1})));
             EXPECT_THAT(main.does(module::shareable_list_named("mpcheck2").op),
                         raises("FileNotFoundError"));
             unlink(main, list);
           }},
  };
}

}  // namespace

Claims shareable_list_claims() { return all_of({content(), assignment(), sharing_of_lists()}); }

}  // namespace conformance
