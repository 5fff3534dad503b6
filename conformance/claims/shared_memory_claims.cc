// SharedMemory: blocks of memory that processes share by a name, and the manager of such blocks.
#include <signal.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using testing::Ge;
using testing::HasSubstr;
using testing::Not;

RemoteSharedMemory block_of(Puppet& puppet, Value size) {
  return puppet.makes(module::shared_memory({.create = true, .size = std::move(size)}));
}
RemoteSharedMemory block_named(Puppet& puppet, const std::string& name, int size) {
  return puppet.makes(module::shared_memory({.name = name, .create = true, .size = size}));
}
std::string name_of_block(Puppet& puppet, const RemoteSharedMemory& block) {
  return as_text(puppet.must(block.get_name()));
}

Making<RemoteSharedMemory> attaching(std::string name) {
  return module::shared_memory({.name = std::move(name)});
}
RemoteSharedMemory attached(Puppet& puppet, const std::string& name) {
  return puppet.makes(attaching(name));
}
// Nobody can attach to it any more.
void expect_gone(Puppet& puppet, const std::string& name) {
  EXPECT_THAT(puppet.does(attaching(name).op), raises("FileNotFoundError"));
}

Value zeros(int count) { return bytes(std::string(count, '\0')); }

// What one writes at `index`, the other reads there.
void expect_shared(Puppet& writer, const RemoteSharedMemory& written, Puppet& reader,
                   const RemoteSharedMemory& read, int index, int byte) {
  EXPECT_THAT(writer.does(written.set(index, byte)), returns(nullptr));
  EXPECT_THAT(reader.does(read.get(index)), returns(byte));
}

// ---------------------------------------------------------------- making and attaching

Claims making() {
  return {
      {.id = "shared_memory.new.is_zero",
       .level = Level::kMust,
       .says =
           "A new block has at least as many bytes as asked for, all of them zero, be it one or "
           "a page and one more.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int size : {1, 100, 4096, 4097}) {
               RemoteSharedMemory block = block_of(main, size);
               EXPECT_THAT(as_int(main.must(block.size())), Ge(size));
               Value content = main.must(block.slice(0, size));
               EXPECT_EQ(content, zeros(size).as_received());
               EXPECT_THAT(main.does(block.set(size - 1, 255)), returns(nullptr));
               EXPECT_THAT(main.does(block.get(size - 1)), returns(255));
               main.must(block.unlink());
             }
           }},
      {.id = "shared_memory.new.size",
       .level = Level::kVariation,
       .says = "A block has the size asked for, or whole pages.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::set<std::string> kinds;
             for (int size : {1, 4097}) {
               RemoteSharedMemory block = block_of(main, size);
               const int64_t got = as_int(main.must(block.size()));
               kinds.insert(got == size ? "as asked" : got % 4096 == 0 ? "whole pages" : "another");
               main.must(block.unlink());
             }
             stage.varies(kinds.size() == 1 ? *kinds.begin() : "now this, now that",
                          {"as asked", "whole pages"});
           }},
      {.id = "shared_memory.new.is_zero_in_used_memory",
       .level = Level::kMust,
       .says = "A new block under the name of one that was unlinked is zero.",
       .documented = {"SHM-01", "SHM-07"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory old = block_named(main, "mpcheck_again", 64);
             main.must(old.set_slice(0, 4, bytes("used")));
             main.must(old.unlink());
             RemoteSharedMemory block = block_named(main, "mpcheck_again", 32);
             EXPECT_THAT(main.does(block.slice(0, 32)), returns(zeros(32)));
             EXPECT_THAT(main.does(old.slice(0, 4)), returns(bytes("used")));
             main.must(block.set(0, 1));
             EXPECT_THAT(main.does(old.get(0)), returns('u'));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.new.makes_up_a_name",
       .level = Level::kMust,
       .says = "A block that is given no name has one of its own, by which others attach.",
       .documented = {"SHM-01", "SHM-02"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::set<std::string> names;
             for (int i = 0; i < 8; ++i) {
               RemoteSharedMemory block = block_of(main, 8);
               main.must(block.set(0, i + 1));
               names.insert(name_of_block(main, block));
               EXPECT_THAT(main.does(attached(main, name_of_block(main, block)).get(0)),
                           returns(i + 1));
             }
             EXPECT_EQ(names.size(), 8u);
             for (const std::string& name : names) {
               EXPECT_THAT(name, Not(HasSubstr("/")));
               main.must(attached(main, name).unlink());
             }
           }},
      {.id = "shared_memory.new.takes_a_name",
       .level = Level::kMust,
       .says = "A block has the name that it is given, and others attach by it.",
       .documented = {"SHM-01", "SHM-02"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const std::string& name :
                  {std::string("mpcheck"), std::string("with space.and-dot"),
                   std::string(200, 'n')}) {
               RemoteSharedMemory block = block_named(main, name, 8);
               EXPECT_THAT(main.does(block.get_name()), returns(name));
               expect_shared(main, block, main, attached(main, name), 7, 200);
               main.must(block.unlink());
               expect_gone(main, name);
             }
           }},
      {.id = "shared_memory.new.takes_letters_of_any_alphabet",
       .level = Level::kBeyond,
       .says = "A name may have letters of any alphabet.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_named(main, "größe", 8);
             EXPECT_THAT(main.does(block.get_name()), returns("größe"));
             expect_shared(main, block, main, attached(main, "größe"), 7, 200);
             main.must(block.unlink());
           }},
      {.id = "shared_memory.new.refuses_a_bad_name",
       .level = Level::kShould,
       .says = "A name that is empty, has a slash inside or 300 letters raises OSError and makes "
               "nothing.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const std::string& name :
                  {std::string(""), std::string("in/side"), std::string(300, 'x')}) {
               EXPECT_THAT(
                   main.does(module::shared_memory({.name = name, .create = true, .size = 8}).op),
                   raises("OSError"));
               EXPECT_THAT(main.does(attaching(name).op), raises("OSError"));
             }
           }},
      {.id = "shared_memory.new.longest_name",
       .level = Level::kShould,
       .says = "A name of 255 letters, as many as the name of a file may have, is a name as any "
               "other; or it is refused, and nothing is left.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string name(255, 'n');
             const std::string file = shared_memory_folder(main.pid()) + "/" + name;
             Call made =
                 main.does(module::shared_memory({.name = name, .create = true, .size = 8}).op);
             if (std::holds_alternative<Raised>(made.outcome())) {
               EXPECT_THAT(made, testing::AnyOf(raises("OSError"), raises("ValueError")));
               EXPECT_NE(::access(file.c_str(), F_OK), 0) << "the block was made";
               ::unlink(file.c_str());
               return;
             }
             RemoteSharedMemory block = attached(main, name);
             main.must(block.set(7, 42));
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(child.does(attached(child, name).get(7)), returns(42));
             EXPECT_THAT(main.does(block.unlink()), returns(nullptr));
             expect_gone(child, name);
           }},
      {.id = "shared_memory.new.refuses_a_name_with_a_zero_byte",
       .level = Level::kShould,
       .says = "A name with a zero byte inside raises ValueError or OSError: it is not cut there, "
               "so that no other block is made, found or taken away.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string cut = "cut";
             RemoteSharedMemory other = block_named(main, cut, 8);
             using namespace std::string_literals;
             const auto refused = testing::AnyOf(raises("ValueError"), raises("OSError"));
             EXPECT_THAT(main.does(attaching(cut + "\0off"s).op), refused);
             main.must(other.unlink());
             EXPECT_THAT(
                 main.does(
                     module::shared_memory({.name = cut + "\0off"s, .create = true, .size = 8}).op),
                 refused);
             expect_gone(main, cut);
           }},
      {.id = "shared_memory.new.name_with_a_slash",
       .level = Level::kVariation,
       .says = "A name that begins with a slash is taken, and others attach by it, or refused.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string name = "/mpcheck";
             Call made = main.does(
                 named(module::shared_memory({.name = name, .create = true, .size = 8}).op,
                       handle_named<RemoteSharedMemory>("block")));
             if (std::holds_alternative<Returned>(made.outcome())) {
               RemoteSharedMemory block = handle_named<RemoteSharedMemory>("block");
               EXPECT_THAT(main.does(block.get_name()), returns(name));
               expect_shared(main, block, main, attached(main, name), 0, 7);
               main.must(block.unlink());
               expect_gone(main, name);
               stage.varies("taken", {"taken", "refused"});
             } else {
               EXPECT_THAT(made, raises("OSError"));
               stage.varies("refused", {"taken", "refused"});
             }
           }},
      {.id = "shared_memory.new.refuses_a_bad_size",
       .level = Level::kMust,
       .says = "To create a block of size 0 or below, or of none, raises ValueError and makes "
               "nothing.",
       .documented = {"SHM-03"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (std::optional<Value> size :
                  {std::optional<Value>(), std::optional<Value>(0), std::optional<Value>(-1)}) {
               EXPECT_THAT(
                   main.does(
                       module::shared_memory({.name = "mpcheck", .create = true, .size = size}).op),
                   raises("ValueError"));
               EXPECT_THAT(main.does(module::shared_memory({.create = true, .size = size}).op),
                           raises("ValueError"));
             }
             expect_gone(main, "mpcheck");
           }},
      {.id = "shared_memory.new.refuses_a_name_that_exists",
       .level = Level::kMust,
       .says = "To create a block under a name that exists raises FileExistsError, in every "
               "process, and does no harm to the one that has it.",
       .documented = {"SHM-04"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_named(main, "mpcheck", 64);
             main.must(block.set_slice(0, 4, bytes("mine")));
             Puppet& other = stage.start_process(main);
             for (Puppet* puppet : {&main, &other}) {
               EXPECT_THAT(
                   puppet->does(
                       module::shared_memory({.name = "mpcheck", .create = true, .size = 8}).op),
                   raises("FileExistsError"));
             }
             RemoteSharedMemory same = attached(other, "mpcheck");
             EXPECT_THAT(as_int(other.must(same.size())), Ge(64));
             EXPECT_THAT(other.does(same.slice(0, 4)), returns(bytes("mine")));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.attach.needs_a_name",
       .level = Level::kMust,
       .says = "To attach without a name raises ValueError.",
       .documented = {"SHM-03"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::shared_memory({}).op), raises("ValueError"));
             EXPECT_THAT(main.does(module::shared_memory({.create = false, .size = 8}).op),
                         raises("ValueError"));
           }},
      {.id = "shared_memory.attach.needs_a_block",
       .level = Level::kMust,
       .says = "To attach to a name that nothing has raises FileNotFoundError and makes nothing.",
       .documented = {"SHM-04"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_gone(main, "mpcheck");
             expect_gone(main, "mpcheck");
             main.must(block_named(main, "mpcheck", 8).unlink());
             expect_gone(main, "mpcheck");
           }},
      {.id = "shared_memory.attach.ignores_a_size",
       .level = Level::kMust,
       .says = "Who attaches gets the block's own size, whatever size is asked for.",
       .documented = {"SHM-02"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 5000);
             Value size = main.must(block.size());
             for (int asked : {1, 100000}) {
               RemoteSharedMemory same = main.makes(
                   module::shared_memory({.name = name_of_block(main, block), .size = asked}));
               EXPECT_THAT(main.does(same.size()), returns(size));
               expect_shared(main, same, main, block, 4999, 9);
             }
             main.must(block.unlink());
           }},
  };
}

// ---------------------------------------------------------------- sharing

Claims sharing() {
  return {
      {.id = "shared_memory.is_seen_by_all_who_attach",
       .level = Level::kMust,
       .says = "Creator and two other processes that attach by the name see each other's bytes.",
       .documented = {"SHM-02"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 4097);
             const std::string name = name_of_block(main, block);
             main.must(block.set_slice(0, 5, bytes("hello")));
             Puppet& one = stage.start_process(main);
             Puppet& two = stage.start_process(main);
             RemoteSharedMemory first = attached(one, name), second = attached(two, name);
             EXPECT_THAT(one.does(first.get_name()), returns(name));
             EXPECT_THAT(one.does(first.size()), returns(main.must(block.size())));
             EXPECT_THAT(one.does(first.slice(0, 5)), returns(bytes("hello")));
             expect_shared(one, first, two, second, 4096, 250);
             expect_shared(two, second, main, block, 0, 251);
             expect_shared(main, block, one, first, 4095, 252);
             main.must(block.unlink());
           }},
      {.id = "shared_memory.passes_to_a_child",
       .level = Level::kMust,
       .says = "A block that is passed to a process is the same memory there; who closes it there "
               "closes nobody else's.",
       .documented = {"SHM-02", "SHM-05"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             Puppet& child = stage.start_process(main, {block});
             EXPECT_THAT(child.does(block.get_name()), returns(main.must(block.get_name())));
             EXPECT_THAT(child.does(block.size()), returns(main.must(block.size())));
             expect_shared(main, block, child, block, 0, 1);
             expect_shared(child, block, main, block, 15, 2);
             child.must(block.close());
             EXPECT_THAT(main.does(block.get(15)), returns(2));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             expect_shared(main, block, main, attached(main, name_of_block(main, block)), 3, 3);
             main.must(block.unlink());
           }},
      {.id = "shared_memory.passes_through_a_queue",
       .level = Level::kShould,
       .says =
           "A block goes through a queue, and through a pipe, as its name: the receiver has the "
           "same memory.",
       .documented = {"SHM-02"},
       .needs = {"shared_memory", "queue", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             auto [near, far] = main.pipe();
             Puppet& child = stage.start_process(main, {q, far});
             RemoteSharedMemory block = block_of(main, 16);
             RemoteSharedMemory got = handle_named<RemoteSharedMemory>("got");
             RemoteSharedMemory received = handle_named<RemoteSharedMemory>("received");
             main.must(q.put(block.value()));
             child.must(q.get_object(got));
             main.must(near.send(block.value()));
             child.must(far.recv_object(received));
             expect_shared(child, got, main, block, 3, 33);
             expect_shared(main, block, child, received, 4, 44);
             main.must(block.unlink());
           }},
      {.id = "shared_memory.many_do_not_overlap",
       .level = Level::kShould,
       .says = "Fifty blocks keep their own contents.",
       .documented = {"SHM-02"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteSharedMemory> blocks;
             for (int i = 0; i < 50; ++i) {
               blocks.push_back(block_of(main, 8));
               main.must(blocks.back().set(i % 8, i));
             }
             for (int i = 0; i < 50; ++i) {
               std::string content(8, '\0');
               content[i % 8] = static_cast<char>(i);
               EXPECT_THAT(main.does(blocks[i].slice(0, 8)), returns(bytes(content)));
               main.must(blocks[i].unlink());
             }
           }},
      {.id = "shared_memory.writers_do_not_disturb_each_other",
       .level = Level::kShould,
       .says = "Bytes that two processes write at the same time, each beside the other's, are all "
               "there.",
       .documented = {"SHM-02"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 64);
             Puppet& one = stage.start_process(main, {block});
             Puppet& two = stage.start_process(main, {block});
             std::vector<Op> even, odd;
             std::string expected(64, '\0');
             for (int i = 0; i < 64; ++i) {
               (i % 2 == 0 ? even : odd).push_back(block.set(i, i + 100));
               expected[i] = static_cast<char>(i + 100);
             }
             Call first = one.begins(batch(even, 10)), second = two.begins(batch(odd, 10));
             EXPECT_THAT(first, returns());
             EXPECT_THAT(second, returns());
             EXPECT_THAT(main.does(block.slice(0, 64)), returns(bytes(expected)));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.buffer_is_one_of_bytes",
       .level = Level::kMust,
       .says =
           "The buffer refuses what is no byte (ValueError, TypeError), an index beyond its end "
           "(IndexError), and a slice of another length (ValueError), and stays as it was.",
       .documented = {"SHM-02"},
       .needs = {"shared_memory", "shared_memory.views"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 8);
             main.must(block.set_slice(0, 8, bytes("contents")));
             EXPECT_THAT(main.does(block.set(0, 256)), raises("ValueError"));
             EXPECT_THAT(main.does(block.set(0, -1)), raises("ValueError"));
             EXPECT_THAT(main.does(block.set(0, "x")), raises("TypeError"));
             EXPECT_THAT(main.does(block.get(8)), raises("IndexError"));
             EXPECT_THAT(main.does(block.set(8, 1)), raises("IndexError"));
             EXPECT_THAT(main.does(block.set_slice(0, 4, bytes("five!"))), raises("ValueError"));
             EXPECT_THAT(main.does(block.set_slice(6, {}, bytes("abc"))), raises("ValueError"));
             EXPECT_THAT(main.does(block.get(-1)), returns('s'));
             EXPECT_THAT(main.does(block.slice(3, 5)), returns(bytes("te")));
             EXPECT_THAT(main.does(block.slice()), returns(bytes("contents")));
             main.must(block.unlink());
           }},
  };
}

// ---------------------------------------------------------------- close and unlink

Claims ending() {
  return {
      {.id = "shared_memory.close.ends_this_use_only",
       .level = Level::kMust,
       .says = "After close() the buffer is of no use any more; those of others are, and the name "
               "stays with all the content. A second close() does nothing.",
       .documented = {"SHM-05"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             main.must(block.set(0, 77));
             const std::string name = name_of_block(main, block);
             RemoteSharedMemory same = attached(main, name);
             Puppet& child = stage.start_process(main);
             RemoteSharedMemory theirs = attached(child, name);
             EXPECT_THAT(main.does(block.close()), returns(nullptr));
             EXPECT_THAT(main.does(block.get(0)), raises());
             EXPECT_THAT(main.does(block.set(0, 1)), raises());
             EXPECT_THAT(main.does(block.close()), returns(nullptr));
             EXPECT_THAT(main.does(block.get_name()), returns(name));
             expect_shared(main, same, child, theirs, 1, 78);
             EXPECT_THAT(child.does(theirs.get(0)), returns(77));
             EXPECT_THAT(main.does(same.close()), returns(nullptr));
             EXPECT_THAT(child.does(theirs.close()), returns(nullptr));
             EXPECT_THAT(main.does(attached(main, name).get(1)), returns(78));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.close.gives_back_its_descriptors",
       .level = Level::kShould,
       .says = "What is closed, or forgotten, keeps no file of the process open.",
       .documented = {"SHM-05"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             const size_t open = open_descriptors(main.pid());
             const std::string name = name_of_block(main, block);
             for (int i = 0; i < 5; ++i) {
               main.must(attached(main, name).close());
               main.must(attached(main, name).drop());
               RemoteSharedMemory other = block_of(main, 16);
               main.must(other.close());
               main.must(other.unlink());
             }
             EXPECT_EQ(open_descriptors(main.pid()), open);
             main.must(block.unlink());
           }},
      {.id = "shared_memory.close.waits_for_views",
       .level = Level::kShould,
       .says = "close() raises BufferError while somebody holds a view of the buffer, which stays "
               "readable; once it is released close() works.",
       .documented = {"SHM-06"},
       .needs = {"shared_memory.views"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             main.must(block.set_slice(0, 4, bytes("view")));
             RemoteView all = main.makes(block.view());
             RemoteView part = main.makes(block.view(1, 3));
             EXPECT_THAT(main.does(block.close()), raises("BufferError"));
             EXPECT_THAT(main.does(part.content()), returns(bytes("ie")));
             main.must(all.release());
             EXPECT_THAT(main.does(block.close()), raises("BufferError"));
             main.must(part.release());
             EXPECT_THAT(main.does(block.close()), returns(nullptr));
             EXPECT_THAT(main.does(part.content()), raises("ValueError"));
             EXPECT_THAT(main.does(block.get(0)), raises());
             main.must(block.unlink());
           }},
      {.id = "shared_memory.unlink.takes_the_name_only",
       .level = Level::kMust,
       .says = "After unlink() nobody can attach any more; those who are attached share the memory "
               "as before.",
       .documented = {"SHM-07"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             const std::string name = name_of_block(main, block);
             Puppet& child = stage.start_process(main);
             RemoteSharedMemory theirs = attached(child, name);
             main.must(block.set(0, 5));
             EXPECT_THAT(main.does(block.unlink()), returns(nullptr));
             expect_gone(main, name);
             expect_gone(child, name);
             EXPECT_THAT(child.does(theirs.get(0)), returns(5));
             expect_shared(main, block, child, theirs, 1, 6);
             expect_shared(child, theirs, main, block, 2, 7);
             EXPECT_THAT(main.does(block.close()), returns(nullptr));
             EXPECT_THAT(child.does(theirs.get(1)), returns(6));
           }},
      {.id = "shared_memory.unlink.raises_the_second_time",
       .level = Level::kMust,
       .says = "A second unlink(), by whomever, raises FileNotFoundError, and harms no block that "
               "has got the name since.",
       .documented = {"SHM-07"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_named(main, "mpcheck", 16);
             RemoteSharedMemory same = attached(main, "mpcheck");
             main.must(block.unlink());
             EXPECT_THAT(main.does(block.unlink()), raises("FileNotFoundError"));
             EXPECT_THAT(main.does(same.unlink()), raises("FileNotFoundError"));
             RemoteSharedMemory next = block_named(main, "mpcheck", 16);
             main.must(next.set(0, 8));
             EXPECT_THAT(main.does(attached(main, "mpcheck").get(0)), returns(8));
             EXPECT_THAT(main.does(next.unlink()), returns(nullptr));
           }},
      {.id = "shared_memory.unlink.by_another_process",
       .level = Level::kMust,
       .says = "Any process may unlink a block, after its close() as well, whoever created it.",
       .documented = {"SHM-07"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             const std::string name = name_of_block(main, block);
             Puppet& child = stage.start_process(main);
             RemoteSharedMemory theirs = attached(child, name);
             main.must(block.close());
             child.must(theirs.close());
             EXPECT_THAT(child.does(theirs.unlink()), returns(nullptr));
             expect_gone(main, name);
             EXPECT_THAT(main.does(block.unlink()), raises("FileNotFoundError"));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
           }},
  };
}

// ---------------------------------------------------------------- who goes

// What is left of a block when the process that made it is gone.
std::string fate(Stage& stage, Puppet& survivor, const std::string& name, int byte) {
  EXPECT_TRUE(stage.comes_to_rest());
  RemoteSharedMemory block = handle_named<RemoteSharedMemory>("left");
  Call attach = survivor.does(named(attaching(name).op, block));
  if (!std::holds_alternative<Returned>(attach.outcome())) {
    EXPECT_THAT(attach, raises("FileNotFoundError"));
    return "with its creator";
  }
  EXPECT_THAT(survivor.does(block.get(0)), returns(byte));
  survivor.must(block.unlink());
  return "when it is unlinked";
}

// Waits for the end of the main program and of its helpers.
void await_all(Stage& stage) {
  EXPECT_TRUE(stage.main_ends().succeeded());
  for (pid_t each : stage.processes()) EXPECT_TRUE(stage.process_ends(each));
}

Claims lifetimes() {
  return {
      {.id = "shared_memory.lifetime.attacher_that_ends",
       .level = Level::kMust,
       .says = "A child that attached, or was passed the block, and ends, orderly or killed, takes "
               "nothing with it.",
       .documented = {"SHM-05", "SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             const std::string name = name_of_block(main, block);
             main.must(block.set(0, 42));
             for (bool killed : {false, true}) {
               Puppet& child = stage.start_process(main, {block});
               EXPECT_THAT(child.does(attached(child, name).get(0)), returns(42));
               if (killed) {
                 stage.signal(child, SIGKILL);
                 main.must(child.handle().join());
               } else {
                 EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
               }
               EXPECT_TRUE(stage.comes_to_rest());
               EXPECT_THAT(main.does(attached(main, name).get(0)), returns(42));
             }
             main.must(block.unlink());
           }},
      {.id = "shared_memory.lifetime.attacher_older_than_any_block",
       .level = Level::kMust,
       .says = "A child, or a pool's worker, that was there before the program had shared memory, "
               "attaches to a block and ends, takes nothing with it, and nobody warns of a leak.",
       .documented = {"SHM-05", "SHM-08"},
       .needs = {"shared_memory", "pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             RemoteSharedMemory block = block_of(main, 16);
             const std::string name = name_of_block(main, block);
             main.must(block.set(0, 42));
             for (Puppet* each : {&child, &task})
               EXPECT_THAT(each->does(attached(*each, name).get(0)), returns(42));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             task.must(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(attaching(name).op), returns());
             EXPECT_THAT(main.does(block.unlink()), returns(nullptr));
             EXPECT_THAT(stage.printed("stderr"), Not(HasSubstr("leaked")));
           }},
      {.id = "shared_memory.lifetime.creator_that_ends",
       .level = Level::kVariation,
       .says = "A block that a child made goes with the child's orderly end, or stays until "
               "somebody unlinks it.",
       .documented = {"SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(block_of(main, 8).unlink());  // and with it whatever helpers there are
             Puppet& child = stage.start_process(main);
             RemoteSharedMemory block = block_of(child, 16);
             child.must(block.set(0, 9));
             const std::string name = name_of_block(child, block);
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             stage.varies(fate(stage, main, name, 9), {"with its creator", "when it is unlinked"});
           }},
      {.id = "shared_memory.lifetime.creator_that_is_killed",
       .level = Level::kVariation,
       .says = "A block of a child that is killed is gone for who wants to attach, or stays until "
               "somebody unlinks it; who is attached keeps it.",
       .documented = {"SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(block_of(main, 8).unlink());  // and with it whatever helpers there are
             Puppet& child = stage.start_process(main);
             RemoteSharedMemory block = block_of(child, 16);
             child.must(block.set(0, 9));
             const std::string name = name_of_block(child, block);
             RemoteSharedMemory ours = attached(main, name);
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             const std::string seen = fate(stage, main, name, 9);
             EXPECT_THAT(main.does(ours.get(0)), returns(9));
             stage.varies(seen, {"with its creator", "when it is unlinked"});
           }},
      {.id = "shared_memory.lifetime.leak_goes_with_the_program",
       .level = Level::kShould,
       .says = "Blocks that nobody has unlinked, the main program's and a child's, are gone when "
               "the program has ended.",
       .documented = {"SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string name = name_of_block(main, block_of(main, 8));
             Puppet& child = stage.start_process(main);
             block_of(child, 8);
             child.must(attached(child, name).close());
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             main.must(self::returns());
             await_all(stage);
             if (!stage.shared_memory()) {
               throw Abandon{Abandon::Why::kUnknown, "nobody can tell here whose memory is left"};
             }
             EXPECT_THAT(*stage.shared_memory(), testing::IsEmpty());
           }},
      {.id = "shared_memory.lifetime.helpers_outlive_signals",
       .level = Level::kShould,
       .says =
           "SIGINT and SIGTERM, which go to all processes of a terminal or of a service, do not "
           "end the helper that cleans up after the others.",
       .documented = {"START-18", "SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 8);
             const std::set<pid_t> before = helpers(stage, {});
             if (before.empty()) throw Abandon{Abandon::Why::kUnsupported, "there is no helper"};
             EXPECT_TRUE(stage.comes_to_rest());  // it has begun
             for (int number : {SIGINT, SIGTERM}) {
               for (pid_t helper : before) stage.signal(helper, number);
               EXPECT_TRUE(stage.comes_to_rest());
               EXPECT_EQ(helpers(stage, {}), before) << "after signal " << number;
             }
             main.must(block.unlink());
           }},
      {.id = "shared_memory.lifetime.warning_about_a_leak",
       .level = Level::kVariation,
       .says = "At its end a program is told about the blocks that it has leaked, or not.",
       .documented = {"SHM-08"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(block_of(main, 8).unlink());
             block_of(main, 8);
             main.must(self::returns());
             await_all(stage);
             const std::string told = stage.printed("stderr");
             stage.varies(occurrences(told, "leaked shared_memory") == 1 ? "a warning"
                          : told.empty()                                 ? "nothing"
                                                                         : told,
                          {"a warning", "nothing"});
           }},
      {.id = "shared_memory.lifetime.no_warning_without_a_leak",
       .level = Level::kShould,
       .says = "A program that has unlinked what it made hears nothing at its end, though blocks "
               "were passed around and processes came and went.",
       .documented = {"SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 8);
             Puppet& child = stage.start_process(main, {block});
             RemoteSharedMemory theirs = block_of(child, 8);
             RemoteSharedMemory ours = attached(main, name_of_block(child, theirs));
             child.must(block.close());
             child.must(theirs.unlink());
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             main.must(block.close());
             main.must(block.unlink());
             main.must(ours.close());
             main.must(self::returns());
             await_all(stage);
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
      {.id = "shared_memory.lifetime.other_program_that_attaches",
       .level = Level::kBeyond,
       .says = "Another program that attaches and ends does not unlink a block that is in use.",
       .documented = {"SHM-09", "ROB-22"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_of(main, 16);
             const std::string name = name_of_block(main, block);
             EXPECT_THAT(main.does(module::other_program_attaches(name)), returns(0));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(attaching(name).op), returns(nullptr));
             EXPECT_THAT(main.does(block.unlink()), returns(nullptr));
           }},
      {.id = "shared_memory.track.can_be_turned_off",
       .level = Level::kMust,
       .says = "Another program that attaches with track=False and ends does not unlink the block; "
               "nor does the end of a child that made it so.",
       .documented = {"SHM-08", "SHM-09"},
       .needs = {"shared_memory", "shared_memory.track", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteSharedMemory block =
                 child.makes(module::shared_memory({.create = true, .size = 16, .track = false}));
             const std::string name = name_of_block(child, block);
             EXPECT_THAT(main.does(module::other_program_attaches(name, false)), returns(0));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             EXPECT_TRUE(stage.comes_to_rest());
             RemoteSharedMemory same =
                 main.makes(module::shared_memory({.name = name, .track = false}));
             EXPECT_THAT(main.does(same.unlink()), returns(nullptr));
           }},
  };
}

// ---------------------------------------------------------------- a manager of it

RemoteSharedMemoryManager started(Stage& stage, Puppet& main) {
  RemoteSharedMemoryManager m = main.makes(module::shared_memory_manager());
  main.must(m.start());
  stage.server_of(main, m);
  return m;
}

Claims managed() {
  return {
      {.id = "shared_memory.manager.unlinks_at_shutdown",
       .level = Level::kMust,
       .says = "What a SharedMemoryManager has made lives until its shutdown(), which unlinks it.",
       .documented = {"MAN-55"},
       .needs = {"shared_memory_manager", "shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemoryManager m = started(stage, main);
             RemoteSharedMemory block = main.makes(m.shared_memory(4097));
             RemoteShareableList list = main.makes(m.shareable_list({1, "two", 3.0}));
             const std::string name = name_of_block(main, block);
             const std::string other = name_of_block(main, main.makes(list.shm()));
             EXPECT_THAT(as_int(main.must(block.size())), Ge(4097));
             EXPECT_THAT(main.does(list.items()), returns(Value::list({1, "two", 3.0})));
             Puppet& child = stage.start_process(main, {block, list});
             expect_shared(child, block, main, attached(main, name), 4096, 1);
             child.must(list.set(0, 5));
             EXPECT_THAT(main.does(list.get(0)), returns(5));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             EXPECT_THAT(main.does(attaching(name).op), returns());
             EXPECT_THAT(main.does(m.shutdown()), returns(nullptr));
             expect_gone(main, name);
             expect_gone(main, other);
             EXPECT_THAT(main.does(block.get(4096)), returns(1));
           }},
      {.id = "shared_memory.manager.with_unlinks_at_its_end",
       .level = Level::kMust,
       .says = "At the end of a with statement everything that its SharedMemoryManager made is "
               "unlinked, what was closed included; afterwards it makes nothing.",
       .documented = {"MAN-55"},
       .needs = {"shared_memory_manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemoryManager m = main.makes(module::shared_memory_manager());
             main.must(m.enter());
             stage.server_of(main, m);
             std::vector<std::string> names;
             for (int i = 0; i < 20; ++i) {
               RemoteSharedMemory block = main.makes(m.shared_memory(8));
               names.push_back(name_of_block(main, block));
               if (i % 2 == 0) main.must(block.close());
             }
             EXPECT_THAT(main.does(attaching(names[0]).op), returns());
             EXPECT_THAT(main.does(m.exit()), returns(nullptr));
             for (const std::string& name : names) expect_gone(main, name);
             EXPECT_THAT(main.does(m.shared_memory(8).op), raises());
           }},
      {.id = "shared_memory.new.that_was_refused_leaves_nothing",
       .level = Level::kShould,
       .says = "To create a block under a name that exists, again and again, takes no memory.",
       .documented = {"SHM-04"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemory block = block_named(main, "mpcheck", 64);
             const auto before = stage.shared_memory();
             for (int i = 0; i < 3; ++i) {
               EXPECT_THAT(
                   main.does(
                       module::shared_memory({.name = "mpcheck", .create = true, .size = 8}).op),
                   raises("FileExistsError"));
             }
             if (!before) throw Abandon{Abandon::Why::kUnsupported, "/dev/shm is not its own"};
             EXPECT_THAT(*stage.shared_memory(), testing::UnorderedElementsAreArray(*before));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.manager.refuses_a_bad_size",
       .level = Level::kShould,
       .says = "A SharedMemoryManager raises ValueError for a size of 0 or below, and goes on.",
       .documented = {"MAN-55", "SHM-03"},
       .needs = {"shared_memory_manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemoryManager m = started(stage, main);
             EXPECT_THAT(main.does(m.shared_memory(0).op), raises("ValueError"));
             EXPECT_THAT(main.does(m.shared_memory(-8).op), raises("ValueError"));
             EXPECT_THAT(main.does(main.makes(m.shared_memory(8)).get(7)), returns(0));
             main.must(m.shutdown());
           }},
      {.id = "shared_memory.new.that_fails_leaves_its_name_free",
       .level = Level::kShould,
       .says = "A block that is too big for any machine is refused, and its name can be had "
               "afterwards.",
       .documented = {"SHM-01", "SHM-04"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(
                 main.does(module::shared_memory(
                               {.name = "mpcheck", .create = true, .size = int64_t{1} << 60})
                               .op),
                 raises());
             expect_gone(main, "mpcheck");
             RemoteSharedMemory block = block_named(main, "mpcheck", 8);
             EXPECT_THAT(main.does(block.get(7)), returns(0));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.new.attach_that_fails_removes_nothing",
       .level = Level::kShould,
       .says =
           "To attach to a block that has no size yet, as its creator is still at it, fails, and "
           "leaves the block where it is.",
       .documented = {"SHM-02", "SHM-07"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteSharedMemory block = block_of(main, 8);
             const std::string name = name_of_block(main, block);
             const std::string file = shared_memory_folder(main.pid()) + "/" + name;
             if (::truncate(file.c_str(), 0) != 0)
               throw Abandon{Abandon::Why::kUnsupported, "a block is no file in /dev/shm here"};
             EXPECT_THAT(main.does(module::shared_memory({.name = name}).op), raises());
             EXPECT_EQ(::access(file.c_str(), F_OK), 0) << "the block is gone";
             main.must(block.unlink());
           }},
      {.id = "shared_memory.new.leaves_signals_alone",
       .level = Level::kShould,
       .says = "A process that makes a block, or attaches to one, ignores and blocks the same "
               "signals as before, and so do its children.",
       .documented = {"SHM-01", "LIFE-18"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const auto signals = [](const Puppet& puppet) {
               return status_line(puppet.pid(), "SigBlk") + status_line(puppet.pid(), "SigIgn");
             };
             const std::string before = signals(main);
             RemoteSharedMemory block = block_of(main, 8);
             EXPECT_EQ(signals(main), before);
             Puppet& child = stage.start_process(main, {block});
             EXPECT_EQ(signals(main), before);
             attached(child, name_of_block(main, block));
             EXPECT_EQ(status_line(child.pid(), "SigBlk"), status_line(main.pid(), "SigBlk"));
             main.must(child.handle().terminate());
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGTERM));
             main.must(block.unlink());
           }},
      {.id = "shared_memory.lifetime.leak_goes_though_a_part_is_gone",
       .level = Level::kShould,
       .says =
           "Blocks that nobody has unlinked are gone when the program has ended, though some of "
           "them were removed by others before.",
       .documented = {"SHM-08", "ROB-36"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<std::string> files;
             for (int i = 0; i < 8; ++i) {
               const std::string name = name_of_block(main, block_of(main, 8));
               ASSERT_EQ(name.find('/'), name.npos) << name;
               files.push_back(shared_memory_folder(main.pid()) + "/" + name);
             }
             if (!stage.shared_memory()) {
               throw Abandon{Abandon::Why::kUnknown, "nobody can tell here whose memory is left"};
             }
             for (size_t i = 0; i < files.size(); i += 2) {
               if (::unlink(files[i].c_str()) != 0)
                 throw Abandon{Abandon::Why::kUnsupported, "a block is no file in /dev/shm here"};
             }
             main.must(self::returns());
             await_all(stage);
             EXPECT_THAT(*stage.shared_memory(), testing::IsEmpty());
           }},
      {.id = "shared_memory.manager.ends_without_a_warning",
       .level = Level::kShould,
       .says = "A program whose SharedMemoryManager has unlinked what it made hears nothing at its "
               "end.",
       .documented = {"MAN-55", "SHM-08"},
       .needs = {"shared_memory_manager", "shareable_list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSharedMemoryManager m = started(stage, main);
             main.must(main.makes(m.shared_memory(8)).set(0, 1));
             main.makes(m.shareable_list({1, "two"}));
             main.must(m.shutdown());
             main.must(self::returns());
             await_all(stage);
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
  };
}

}  // namespace

Claims shared_memory_claims() {
  return all_of({making(), sharing(), ending(), lifetimes(), managed()});
}

}  // namespace conformance
