// Shared memory on the stage: what its handles put on the wire, and that what is left is seen.
#include "conformance/stage/shared_memory.h"

#include <filesystem>

#include "conformance/stage/inspected.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"
#include "conformance/stage/stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The command without its id and newline.
std::string wire(const Op& op) {
  std::string line = encode_command(1, op);
  const std::string head = "{\"id\":1,", tail = "}\n";
  return line.substr(head.size(), line.size() - head.size() - tail.size());
}

template <typename Handle>
Handle named(const std::string& name) {
  Handle handle;
  handle.name = name;
  return handle;
}

TEST(SharedMemoryHandles, LeaveOutWhatIsNotGiven) {
  EXPECT_EQ(wire(module::shared_memory({}).op), R"("op":"shared_memory.new","as":"refused")");
  EXPECT_EQ(wire(module::shared_memory({.create = true, .size = 8}).op),
            R"("op":"shared_memory.new","as":"refused","args":{"create":true,"size":8})");
  EXPECT_EQ(wire(module::shareable_list({}).op),
            R"("op":"shareable_list.new","as":"refused","args":{"items":[]})");
  EXPECT_EQ(wire(module::shareable_list_named("n").op),
            R"("op":"shareable_list.new","as":"refused","args":{"name":"n"})");
  EXPECT_EQ(wire(named<RemoteSharedMemory>("m").slice({}, 3)),
            R"("op":"shared_memory.slice","on":"m","args":{"stop":3})");
}

TEST(SharedMemoryHandles, AManagerOfMemoryIsAManager) {
  RemoteSharedMemoryManager m = named<RemoteSharedMemoryManager>("m");
  EXPECT_EQ(wire(m.shutdown()), R"("op":"manager.shutdown","on":"m")");
  EXPECT_EQ(
      wire(m.shared_memory(8).op),
      R"("op":"shared_memory_manager.shared_memory","on":"m","as":"refused","args":{"size":8})");
}

TEST(Inspected, AsksForNames) {
  EXPECT_EQ(wire(object::attributes(named<RemoteQueue>("q"), {"put"})),
            R"("op":"object.attributes","on":"q","args":{"names":["put"]})");
}

class SharedMemoryOnStage : public testing::Test {
 protected:
  void SetUp() override { become_subreaper(); }
  Stage stage_{{.name = "python",
                .command = {"/usr/bin/python3",
                            std::filesystem::absolute("tools/adapters/python/adapter.py"),
                            "--start-method=fork"}}};
};

TEST_F(SharedMemoryOnStage, WhatExistsIsSeenByName) {
  Puppet& main = stage_.main();
  RemoteSharedMemory block =
      main.makes(module::shared_memory({.name = "block", .create = true, .size = 8}));
  if (!stage_.shared_memory()) GTEST_SKIP() << "this kernel grants us no namespace";
  EXPECT_THAT(*stage_.shared_memory(), ElementsAre("block"));
  main.must(block.unlink());
  EXPECT_THAT(*stage_.shared_memory(), IsEmpty());
  EXPECT_THAT(stage_.finish().leftovers, IsEmpty());
}

TEST_F(SharedMemoryOnStage, WhatIsLeftIsALeftover) {
  Puppet& main = stage_.main();
  // A file that no tracker knows: what a name that is not ASCII leaves in CPython 3.11.
  main.does(module::shared_memory({.name = "gr\xc3\xbcn", .create = true, .size = 8}).op);
  if (!stage_.shared_memory()) GTEST_SKIP() << "this kernel grants us no namespace";
  if (stage_.shared_memory()->empty()) GTEST_SKIP() << "this Python leaves nothing";
  EXPECT_THAT(stage_.finish().leftovers, ElementsAre("left in /dev/shm: gr\xc3\xbcn"));
}

}  // namespace
}  // namespace conformance
