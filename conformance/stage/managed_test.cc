// Managers on the stage: what their handles put on the wire, and that a server's heartbeat hides no
// blocked call.
#include "conformance/stage/managed.h"

#include <filesystem>

#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"
#include "conformance/stage/stage.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;

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

TEST(Managed, MakersLeaveOutWhatIsNotGiven) {
  RemoteManager m = named<RemoteManager>("m");
  EXPECT_EQ(wire(m.list().op), R"("op":"manager.list","on":"m","as":"refused")");
  EXPECT_EQ(wire(m.list({}).op),
            R"("op":"manager.list","on":"m","as":"refused","args":{"items":[]})");
  EXPECT_EQ(wire(m.queue().op), R"("op":"manager.queue","on":"m","as":"refused")");
  EXPECT_EQ(wire(module::custom_manager().op), R"("op":"custom_manager.new","as":"refused")");
  EXPECT_EQ(wire(module::listener({.backlog = 2}).op),
            R"("op":"listener.new","as":"refused","args":{"backlog":2})");
}

TEST(Managed, AManagedLockKnowsItsKind) {
  RemoteManager m = named<RemoteManager>("m");
  EXPECT_EQ(m.rlock().handle.kind, "rlock");
  EXPECT_EQ(m.bounded_semaphore(2).handle.kind, "bounded_semaphore");
}

TEST(Managed, ListsHaveItemsAndAWhole) {
  RemoteListProxy l = named<RemoteListProxy>("l");
  EXPECT_EQ(wire(l.get()), R"("op":"list.get","on":"l")");
  EXPECT_EQ(wire(l.at(-1)), R"("op":"list.get","on":"l","args":{"index":-1})");
  EXPECT_EQ(wire(l.slice({}, 2)), R"("op":"list.slice","on":"l","args":{"stop":2})");
}

TEST(Managed, MethodsGoByName) {
  RemoteProxy p = named<RemoteProxy>("p");
  EXPECT_EQ(wire(p.call("increment", {2})),
            R"("op":"proxy.call","on":"p","args":{"method":"increment","args":[2]})");
  EXPECT_EQ(wire(proxy::callmethod(p, "value")),
            R"("op":"proxy.callmethod","on":"p","args":{"method":"value","args":[]})");
}

class ManagerOnStage : public testing::Test {
 protected:
  void SetUp() override { become_subreaper(); }
  Stage stage_{{.name = "python",
                .command = {"/usr/bin/python3",
                            std::filesystem::absolute("tools/adapters/python/adapter.py"),
                            "--start-method=fork"}}};
};

TEST_F(ManagerOnStage, HeartbeatOfAServerHidesNoBlockedCall) {
  Puppet& main = stage_.main();
  ASSERT_TRUE(stage_.has_feature("manager.heartbeat"));
  RemoteQueue q = main.makes(main.manager().queue());
  Call get = main.begins(q.get());
  EXPECT_THAT(get, blocks());
  EXPECT_FALSE(stage_.presumed());
}

TEST_F(ManagerOnStage, ServerIsSeenToEnd) {
  Puppet& main = stage_.main();
  RemoteManager m = main.manager();
  pid_t server = stage_.server_of(main, m);
  EXPECT_FALSE(stage_.process_ends(server));
  main.must(m.shutdown());
  EXPECT_TRUE(stage_.process_ends(server));
}

TEST_F(ManagerOnStage, RawPeersTakePartInTheProof) {
  Puppet& main = stage_.main();
  for (const Value& address : {Value("listener.sock"), Value::tuple({"127.0.0.1", 0})}) {
    RemoteListener listener = main.makes(module::listener({.address = address}));
    RawSocket peer = stage_.connect_raw(main.must(listener.address()));
    RemoteConnection connection = main.makes(listener.accept());
    Call recv = main.begins(connection.recv_bytes());
    EXPECT_THAT(recv, blocks());
    peer.send(frame_header(4));
    EXPECT_THAT(recv, blocks());
    peer.send("four");
    EXPECT_THAT(recv, returns(Value::bytes("four")));
  }
  RawListener server = stage_.listen_raw("raw.sock");
  RemoteConnection connection = main.makes(module::client("raw.sock"));
  RawSocket peer = server.accept();
  main.must(connection.send_bytes(Value::bytes("hi")));
  EXPECT_EQ(peer.receive(6), framed("hi"));
}

TEST_F(ManagerOnStage, InvitedPuppetsArrive) {
  Puppet& main = stage_.main();
  std::string name = stage_.invite("guest");
  main.must({.name = "puppet.thread", .args = {{"puppet", name}, {"daemon", true}}});
  EXPECT_EQ(stage_.arrival(name).pid(), main.pid());
}

}  // namespace
}  // namespace conformance
