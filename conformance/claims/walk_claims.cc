// os.walk(), and the pool that digests all files below a folder.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/neighbours_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using Names = std::vector<std::string>;

// A triple, its names sorted: an operating system lists them in any order.
struct Step {
  std::string folder;
  Names folders, files;
  bool operator==(const Step&) const = default;
};

void PrintTo(const Step& step, std::ostream* os) {
  *os << step.folder << ": folders " << testing::PrintToString(step.folders) << ", files "
      << testing::PrintToString(step.files);
}

Names names_from(const Value& list) {
  Names names;
  for (const Value& each : as_list(list)) names.push_back(as_text(each));
  std::sort(names.begin(), names.end());
  return names;
}

Step step_from(const Value& triple) {
  const Value::List& parts = as_list(triple);
  if (triple.get_if<Value::Tuple>() == nullptr || parts.size() != 3)
    throw Abandon{Abandon::Why::kViolated, "no triple: " + triple.text()};
  return {as_text(parts.at(0)), names_from(parts.at(1)), names_from(parts.at(2))};
}

std::vector<Step> all_steps(Puppet& puppet, std::string top, WalkOptions options = {}) {
  RemoteWalk w = puppet.makes(module::walk(std::move(top), options));
  const Value rest = puppet.must(w.rest());
  std::vector<Step> steps;
  for (const Value& each : as_list(rest)) steps.push_back(step_from(each));
  return steps;
}

void create(const fs::path& file, const std::string& text = "") { std::ofstream(file) << text; }

// top/ holds 1.txt, a/ (2.txt and b/ (3.txt)), and c/, which is empty.
void make_tree(Stage& stage) {
  stage.main();
  const fs::path top = fs::path(stage.folder()) / "top";
  fs::create_directories(top / "a" / "b");
  fs::create_directories(top / "c");
  create(top / "1.txt");
  create(top / "a" / "2.txt");
  create(top / "a" / "b" / "3.txt");
}

const Step kTop = {"top", {"a", "c"}, {"1.txt"}};
const Step kA = {"top/a", {"b"}, {"2.txt"}};
const Step kB = {"top/a/b", {}, {"3.txt"}};
const Step kC = {"top/c", {}, {}};

size_t place_of(const std::vector<Step>& steps, const Step& step) {
  return static_cast<size_t>(std::find(steps.begin(), steps.end(), step) - steps.begin());
}

Claims plain_walk_claims() {
  return {
      {.id = "walk.gives_a_triple_for_each_folder",
       .level = Level::kMust,
       .says = "os.walk() gives, step by step, a triple for each folder: its path, the names of "
               "the folders in it and of the files in it, and not what lies deeper.",
       .notes = {"walk.returns_triples", "walk.dirs_list_non_recursive", "walk.files_list"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             EXPECT_THAT(all_steps(main, "top"), UnorderedElementsAre(kTop, kA, kB, kC));
             RemoteWalk w = main.makes(module::walk("top/a"));
             EXPECT_EQ(step_from(main.must(w.next())), kA);
             EXPECT_EQ(step_from(main.must(w.next())), kB);
             EXPECT_THAT(main.does(w.next()), raises("StopIteration"));
           }},
      {.id = "walk.looks_when_it_comes_by",
       .level = Level::kMust,
       .says = "The walk is made as it goes: a folder is listed when its triple is asked for, and "
               "shows what is in it then.",
       .notes = {"walk.returns_triples"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             RemoteWalk w = main.makes(module::walk("top/a"));
             EXPECT_EQ(step_from(main.must(w.next())), kA);
             create(fs::path(stage.folder()) / "top/a/b/later.txt");
             EXPECT_EQ(step_from(main.must(w.next())),
                       (Step{"top/a/b", {}, {"3.txt", "later.txt"}}));
           }},
      {.id = "walk.topdown_or_bottom_up",
       .level = Level::kMust,
       .says = "By default, and with topdown=True, a folder comes before those in it; with "
               "topdown=False after them.",
       .notes = {"walk.topdown", "walk.signature"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             for (std::optional<bool> topdown : {std::optional<bool>(), {true}, {false}}) {
               const bool down = topdown.value_or(true);
               const std::vector<Step> steps = all_steps(main, "top", {.topdown = topdown});
               EXPECT_THAT(steps, UnorderedElementsAre(kTop, kA, kB, kC));
               EXPECT_EQ(place_of(steps, kTop), down ? 0u : 3u);
               EXPECT_EQ(place_of(steps, kA) < place_of(steps, kB), down);
             }
           }},
      {.id = "walk.can_be_pruned_on_its_way_down",
       .level = Level::kMust,
       .says = "A folder that the program takes out of the list of a triple is not walked; bottom "
               "up it is too late for that.",
       .notes = {"walk.topdown"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             RemoteWalk down = main.makes(module::walk("top"));
             EXPECT_EQ(step_from(main.must(down.next())), kTop);
             main.must(down.prune({"a"}));
             EXPECT_EQ(step_from(main.must(down.next())), kC);
             EXPECT_THAT(main.does(down.next()), raises("StopIteration"));
             RemoteWalk up = main.makes(module::walk("top/a", {.topdown = false}));
             EXPECT_EQ(step_from(main.must(up.next())), kB);
             EXPECT_EQ(step_from(main.must(up.next())), kA);
             main.must(up.prune({"b"}));
             EXPECT_THAT(main.does(up.next()), raises("StopIteration"));
           }},
      {.id = "walk.passes_over_what_it_cannot_list",
       .level = Level::kMust,
       .says = "A folder that can't be listed gives no triple and no error, unless there is an "
               "onerror: that is called with the OSError, and the walk goes on.",
       .notes = {"walk.onerror", "walk.signature"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             EXPECT_THAT(all_steps(main, "missing"), IsEmpty());
             RemoteWalk w = main.makes(module::walk("missing", {.onerror = true}));
             EXPECT_THAT(main.does(w.rest()), returns(Value::list({})));
             EXPECT_THAT(main.does(w.errors()),
                         returns(Value::list({Value::list({"FileNotFoundError", "missing"})})));
             RemoteWalk on = main.makes(module::walk("top", {.onerror = true}));
             EXPECT_EQ(step_from(main.must(on.next())), kTop);
             fs::remove_all(fs::path(stage.folder()) / "top/a");
             EXPECT_EQ(step_from(as_list(main.must(on.rest())).at(0)), kC);
             EXPECT_THAT(main.does(on.errors()),
                         returns(Value::list({Value::list({"FileNotFoundError", "top/a"})})));
           }},
      {.id = "walk.follows_links_only_when_told",
       .level = Level::kMust,
       .says = "A link to a folder is named among the folders, and is not walked by default; with "
               "followlinks=True it is.",
       .notes = {"walk.followlinks_default_true", "walk.dirs_list_non_recursive", "walk.signature"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             fs::create_directory_symlink("../a/b", fs::path(stage.folder()) / "top/c/link");
             const Step c = {"top/c", {"link"}, {}}, link = {"top/c/link", {}, {"3.txt"}};
             EXPECT_THAT(all_steps(main, "top/c"), ElementsAre(c));
             EXPECT_THAT(all_steps(main, "top/c", {.followlinks = false}), ElementsAre(c));
             EXPECT_THAT(all_steps(main, "top/c", {.followlinks = true}), ElementsAre(c, link));
           }},
      {.id = "walk.of_no_folder",
       .level = Level::kMust,
       .says = "A walk from a file gives nothing; one from an empty folder gives one triple.",
       .notes = {"walk.onerror"},
       .needs = {"walk"},
       .check =
           [](Stage& stage) {
             make_tree(stage);
             Puppet& main = stage.main();
             EXPECT_THAT(all_steps(main, "top/1.txt"), IsEmpty());
             EXPECT_THAT(all_steps(main, "top/c"), ElementsAre(kC));
             RemoteWalk w = main.makes(module::walk("top/1.txt", {.onerror = true}));
             main.must(w.rest());
             EXPECT_THAT(main.does(w.errors()),
                         returns(Value::list({Value::list({"NotADirectoryError", "top/1.txt"})})));
           }},
  };
}

// ---------------------------------------------------------------- digests

// The test vectors of FIPS 180: the SHA-512 of "abc", of nothing, and of a million times "a".
constexpr char kOfAbc[] =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
constexpr char kOfNothing[] =
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
constexpr char kOfAMillion[] =
    "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
    "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b";

using Digests = std::map<std::string, std::string>;  // in hexadecimal digits, by path

// Files with known digests in several folders.
Digests make_files(Stage& stage) {
  stage.main();
  const fs::path top = fs::path(stage.folder()) / "files";
  fs::create_directories(top / "deep/deeper");
  Digests expected;
  const auto add = [&](const std::string& name, const std::string& text, const char* digest) {
    create(top / name, text);
    expected["files/" + name] = digest;
  };
  for (int i = 0; i < 9; ++i) add("abc" + std::to_string(i), "abc", kOfAbc);
  add("deep/empty", "", kOfNothing);
  add("deep/deeper/million", std::string(1000000, 'a'), kOfAMillion);
  return expected;
}

// The paths of all files that a walk finds, in its order.
Value::List walked_files(Puppet& puppet, const std::string& top) {
  RemoteWalk w = puppet.makes(module::walk(top));
  const Value triples = puppet.must(w.rest());
  Value::List paths;
  for (const Value& triple : as_list(triples)) {
    for (const Value& file : as_list(as_list(triple).at(2)))
      paths.emplace_back(as_text(as_list(triple).at(0)) + "/" + as_text(file));
  }
  return paths;
}

// Everything that the iterator gives, in its order.
Value::List all_results(Puppet& puppet, const RemoteResultIterator& results) {
  Value::List all;
  while (true) {
    Call next = puppet.does(results.next());
    if (std::holds_alternative<Raised>(next.outcome())) {
      EXPECT_THAT(next, raises("StopIteration"));
      return all;
    }
    all.push_back(next.value());
  }
}

// What dict() makes of pairs. Abandons the claim if one is none, as dict() would refuse it.
Digests digests_from(const Value::List& pairs) {
  Digests digests;
  for (const Value& pair : pairs) {
    const auto* tuple = pair.get_if<Value::Tuple>();
    const auto* digest = tuple != nullptr ? as_list(pair).at(1).get_if<Value::Bytes>() : nullptr;
    if (digest == nullptr)
      throw Abandon{Abandon::Why::kViolated, "no pair of a path and a digest: " + pair.text()};
    EXPECT_THAT(digest->data, SizeIs(64));
    digests[as_text(as_list(pair).at(0))] = absl::BytesToHexString(digest->data);
  }
  return digests;
}

Claims digest_claims() {
  return {
      {.id = "sample.digests_of_all_files",
       .level = Level::kMust,
       .says = "The sample that digests the files below a folder: a pool of two maps sha512 over "
               "their paths with imap_unordered and chunks of 20; the pairs make a dictionary with "
               "the right digest, 64 bytes, for each file; close() alone is enough.",
       .notes = {"walk.sha.returns_map", "walk.sha.bufsize", "walk.sha.digest_64_bytes",
                 "walk.sha.count_11", "walk.sha.chunk_20", "walk.sha.close_without_join"},
       .needs = {"pool", "pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             const Digests expected = make_files(stage);
             Puppet& main = stage.main();
             Value::List paths;
             for (const auto& [path, digest] : expected) paths.emplace_back(path);
             RemotePool pool = main.pool(2);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap_unordered(results, "sha512", paths, 20));
             const Value::List pairs = all_results(main, results);
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             EXPECT_THAT(pairs, SizeIs(11));
             EXPECT_EQ(digests_from(pairs), expected);
             main.must(pool.join());
           }},
      {.id = "sample.digests_keep_the_order_of_one_chunk",
       .level = Level::kMust,
       .says = "As all eleven files fit into one chunk of 20, one worker digests them, and they "
               "come in the order given, also from imap_unordered.",
       .notes = {"walk.sha.order_arbitrary", "walk.sha.chunk_20"},
       .needs = {"pool", "pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             const Digests expected = make_files(stage);
             Puppet& main = stage.main();
             Value::List paths;
             for (const auto& [path, digest] : expected) paths.emplace_back(path);
             std::reverse(paths.begin(), paths.end());
             RemotePool pool = main.pool(2);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap_unordered(results, "sha512", paths, 20));
             Value::List order;
             for (const Value& pair : all_results(main, results))
               order.push_back(as_list(pair).at(0));
             EXPECT_EQ(order, paths);
             close_and_join(main, pool);
           }},
      {.id = "sample.digests_of_unreadable_files",
       .level = Level::kMust,
       .says = "For a file that can't be read the task returns None, which is no pair and would "
               "fail the dictionary: it must be filtered out, and all the others are there.",
       .notes = {"walk.sha.ioerror_none"},
       .needs = {"pool", "pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             const Digests expected = make_files(stage);
             Puppet& main = stage.main();
             fs::create_symlink("nowhere", fs::path(stage.folder()) / "files/dangling");
             Value::List paths = {"files/dangling"};
             for (const auto& [path, digest] : expected) paths.emplace_back(path);
             RemotePool pool = main.pool(2);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap_unordered(results, "sha512", paths, 3));
             Value::List pairs = all_results(main, results);
             EXPECT_THAT(pairs, SizeIs(12));
             EXPECT_EQ(std::erase_if(pairs, [](const Value& v) { return v.is_null(); }), 1u);
             EXPECT_EQ(digests_from(pairs), expected);
             close_and_join(main, pool);
           }},
      {.id = "sample.digests_of_walked_files",
       .level = Level::kMust,
       .says = "The whole sample: the paths come from os.walk(), links that lead nowhere among "
               "them, and the map has one entry for each file that can be read.",
       .notes = {"walk.sha.returns_map", "walk.sha.ioerror_none", "walk.sha.count_11"},
       .needs = {"walk", "pool", "pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             const Digests expected = make_files(stage);
             Puppet& main = stage.main();
             fs::create_symlink("nowhere", fs::path(stage.folder()) / "files/deep/dangling");
             RemotePool pool = main.pool(2);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap_unordered(results, "sha512", walked_files(main, "files"), 20));
             Value::List pairs = all_results(main, results);
             EXPECT_EQ(std::erase_if(pairs, [](const Value& v) { return v.is_null(); }), 1u);
             EXPECT_EQ(digests_from(pairs), expected);
             close_and_join(main, pool);
           }},
  };
}

}  // namespace

Claims walk_claims() { return all_of({plain_walk_claims(), digest_claims()}); }

}  // namespace conformance
