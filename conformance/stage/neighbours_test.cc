// What the handles of neighbours.h put on the wire, and that what they stand for takes part in the
// proof that a call is blocked.
#include "conformance/stage/neighbours.h"

#include <filesystem>
#include <fstream>

#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"
#include "conformance/stage/stage.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

// The command without its id and newline.
std::string wire(const Op& op) {
  std::string line = encode_command(1, op);
  const std::string head = "{\"id\":1,", tail = "}\n";
  return line.substr(head.size(), line.size() - head.size() - tail.size());
}

TEST(Neighbours, MakersLeaveOutWhatIsNotGiven) {
  EXPECT_EQ(wire(module::thread().op), R"("op":"thread.new","as":"refused")");
  EXPECT_EQ(wire(module::thread({.func = "fail", .args = Value::list({1})}).op),
            R"("op":"thread.new","as":"refused","args":{"func":"fail","args":[1]})");
  EXPECT_EQ(wire(module::thread_queue().op), R"("op":"thread_queue.new","as":"refused")");
  EXPECT_EQ(wire(module::thread_queue(0).op),
            R"("op":"thread_queue.new","as":"refused","args":{"maxsize":0})");
  EXPECT_EQ(wire(module::walk("top", {.followlinks = true}).op),
            R"("op":"walk.new","as":"refused","args":{"top":"top","followlinks":true})");
}

TEST(Neighbours, LocksOfThreadsAnswerAsLocksDo) {
  EXPECT_EQ(module::thread_lock().handle.kind, "lock");
  EXPECT_EQ(module::thread_rlock().handle.kind, "rlock");
  EXPECT_EQ(module::thread_semaphore(1).handle.kind, "semaphore");
  EXPECT_EQ(module::thread_bounded_semaphore(1).handle.kind, "bounded_semaphore");
}

TEST(Neighbours, APairOfSocketsHasTwoNames) {
  RemoteSocket left, right;
  left.name = "l";
  right.name = "r";
  EXPECT_EQ(wire(module::socketpair(left, right)), R"("op":"socket.pair","as":["l","r"])");
  EXPECT_EQ(wire(left.accept().op), R"("op":"socket.accept","on":"l","as":"refused")");
}

class NeighboursOnStage : public testing::Test {
 protected:
  void SetUp() override { become_subreaper(); }
  Stage stage_{{.name = "python",
                .command = {"/usr/bin/python3",
                            std::filesystem::absolute("tools/adapters/python/adapter.py"),
                            "--start-method=fork"}}};
};

TEST_F(NeighboursOnStage, AThreadsTargetIsAPuppet) {
  Puppet& main = stage_.main();
  const std::string name = stage_.invite("t");
  RemoteThread t = main.makes(module::thread({.puppet = name}));
  EXPECT_FALSE(stage_.has_come(name));
  main.must(t.start());
  Puppet& thread = stage_.arrival(name);
  EXPECT_EQ(thread.pid(), main.pid());
  Call join = main.begins(t.join());
  EXPECT_THAT(join, blocks());
  thread.must(self::returns());
  EXPECT_THAT(join, returns());
}

TEST_F(NeighboursOnStage, ThreadsThatWaitForEachOtherAreProvedBlocked) {
  Puppet& main = stage_.main();
  RemoteJoinableQueue q = main.makes(module::priority_queue());
  RemoteLock l = main.makes(module::thread_lock());
  Puppet& thread = stage_.start_thread(main);
  thread.must(l.acquire());
  Call acquire = main.begins(l.acquire());
  EXPECT_THAT(acquire, blocks());
  Call get = thread.begins(q.get());
  EXPECT_THAT(get, blocks());
  EXPECT_THAT(acquire, blocks());
  EXPECT_FALSE(stage_.presumed());
}

TEST_F(NeighboursOnStage, SocketsTakePartInTheProof) {
  Puppet& main = stage_.main();
  RemoteSocket left, right;
  left.name = "left";
  right.name = "right";
  main.must(module::socketpair(left, right));
  Puppet& thread = stage_.start_thread(main);
  Call recv = thread.begins(right.recv(10));
  EXPECT_THAT(recv, blocks());
  main.must(left.sendall("four"));
  EXPECT_THAT(recv, returns(Value::bytes("four")));
}

TEST_F(NeighboursOnStage, TheRunnerMakesFilesForTheTestee) {
  Puppet& main = stage_.main();
  std::ofstream(stage_.folder() + "/made") << "by the runner";
  RemoteFile f = main.makes(module::open("made", "r"));
  EXPECT_THAT(main.does(f.read()), returns("by the runner"));
}

}  // namespace
}  // namespace conformance
