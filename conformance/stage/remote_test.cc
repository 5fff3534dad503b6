// What a handle's methods put on the wire.
#include "conformance/stage/remote.h"

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

TEST(Remote, AnArgumentThatIsNotGivenIsNotSent) {
  RemoteQueue q = named<RemoteQueue>("q");
  EXPECT_EQ(wire(q.get()), R"("op":"queue.get","on":"q")");
  EXPECT_EQ(wire(q.put(1)), R"("op":"queue.put","on":"q","args":{"item":1})");
  EXPECT_EQ(wire(named<RemoteEvent>("e").wait()), R"("op":"event.wait","on":"e")");
  EXPECT_EQ(wire(module::get_start_method()), R"("op":"context.get_start_method")");
}

TEST(Remote, BlockAndTimeoutGoInPythonsOrder) {
  EXPECT_EQ(wire(named<RemoteQueue>("q").get({.block = true, .timeout = 50ms})),
            R"("op":"queue.get","on":"q","args":{"block":true,"timeout":0.05})");
}

TEST(Remote, ATimeoutIsSecondsNullOrWhateverIsAskedFor) {
  RemoteProcess p = named<RemoteProcess>("p");
  EXPECT_EQ(wire(p.join(2s)), R"("op":"process.join","on":"p","args":{"timeout":2.0})");
  EXPECT_EQ(wire(p.join(0s)), R"("op":"process.join","on":"p","args":{"timeout":0.0})");
  EXPECT_EQ(wire(p.join(-1ms)), R"("op":"process.join","on":"p","args":{"timeout":-0.001})");
  EXPECT_EQ(wire(p.join(nullptr)), R"("op":"process.join","on":"p","args":{"timeout":null})");
  EXPECT_EQ(wire(p.join(Timeout::raw("soon"))),
            R"("op":"process.join","on":"p","args":{"timeout":"soon"})");
}

TEST(Remote, ALockSaysItsKind) {
  RemoteLock lock = named<RemoteLock>("l");
  lock.kind = "bounded_semaphore";
  EXPECT_EQ(wire(lock.acquire({.block = false})),
            R"("op":"bounded_semaphore.acquire","on":"l","args":{"block":false})");
  EXPECT_EQ(wire(lock.get_value()), R"("op":"bounded_semaphore.get_value","on":"l")");
}

TEST(Remote, AnObjectTravelsByName) {
  EXPECT_EQ(wire(named<RemoteConnection>("c").send(named<RemoteQueue>("q").value())),
            R"("op":"connection.send","on":"c","args":{"item":{"$object":"q"}})");
  EXPECT_EQ(wire(named<RemoteConnection>("c").recv_object(named<RemoteQueue>("q2"))),
            R"("op":"connection.recv","on":"c","as":"q2")");
  EXPECT_EQ(wire(module::wait({named<RemoteConnection>("a"), named<RemoteProcess>("b")}, 1s)),
            R"("op":"connection.wait","args":{"objects":["a","b"],"timeout":1.0})");
  EXPECT_EQ(wire(named<RemoteQueue>("q").drop()), R"("op":"puppet.drop","on":"q")");
}

TEST(Remote, APredicateNamesItsValue) {
  EXPECT_EQ(wire(named<RemoteCondition>("c").wait_for(named<RemoteValue>("v"), 3, 1s)),
            R"("op":"condition.wait_for","on":"c","args":{"value":"v","equals":3,"timeout":1.0})");
}

TEST(Remote, ASliceMayLackEitherEnd) {
  RemoteArray a = named<RemoteArray>("a");
  EXPECT_EQ(wire(a.slice()), R"("op":"array.slice","on":"a")");
  EXPECT_EQ(wire(a.slice({}, 2)), R"("op":"array.slice","on":"a","args":{"stop":2})");
  EXPECT_EQ(wire(a.set_slice(1, {}, Value::list({7}))),
            R"("op":"array.set_slice","on":"a","args":{"start":1,"values":[7]})");
}

TEST(Remote, ExitTellsNoCodeFromNull) {
  EXPECT_EQ(wire(self::exits()), R"("op":"puppet.exit")");
  EXPECT_EQ(wire(self::exits(nullptr)), R"("op":"puppet.exit","args":{"code":null})");
  EXPECT_EQ(wire(self::exits_at_once(3)), R"("op":"puppet._exit","args":{"code":3})");
  EXPECT_EQ(wire(self::returns()), R"("op":"puppet.return","args":{"value":null})");
}

TEST(Remote, ABatchCarriesWholeOperations) {
  RemoteLock lock = named<RemoteLock>("l");
  lock.kind = "lock";
  EXPECT_EQ(wire(batch({lock.acquire(), named<RemoteValue>("v").add(1), lock.release()}, 2)),
            R"("op":"batch","args":{"times":2,"commands":[{"op":"lock.acquire","on":"l"},)"
            R"({"op":"value.add","on":"v","args":{"amount":1}},{"op":"lock.release","on":"l"}]})");
}

TEST(Remote, PoolsNameTheirFunction) {
  EXPECT_EQ(wire(named<RemotePool>("p").map("square", {1, 2}, 1)),
            R"("op":"pool.map","on":"p","args":{"func":"square","iterable":[1,2],"chunksize":1})");
  EXPECT_EQ(wire(named<RemotePool>("p").apply("identity", {nullptr})),
            R"("op":"pool.apply","on":"p","args":{"func":"identity","args":[null]})");
  EXPECT_EQ(wire(named<RemotePool>("p").apply_puppet("t")),
            R"("op":"pool.apply","on":"p","args":{"func":"puppet","puppet":"t"})");
}

TEST(Remote, WhatAPoolDoesLaterGetsAName) {
  RemotePool p = named<RemotePool>("p");
  RemoteAsyncResult r = named<RemoteAsyncResult>("r");
  RemoteResultIterator i = named<RemoteResultIterator>("i");
  EXPECT_EQ(wire(p.apply_async(r, "square", {2}, {.error_callback = "e"})),
            R"("op":"pool.apply_async","on":"p","as":"r",)"
            R"("args":{"func":"square","args":[2],"error_callback":"e"})");
  EXPECT_EQ(wire(p.map_async(r, "square", {2}, 1, {.callback = "c", .error_callback = "e"})),
            R"("op":"pool.map_async","on":"p","as":"r","args":{"func":"square","iterable":[2],)"
            R"("chunksize":1,"callback":"c","error_callback":"e"})");
  EXPECT_EQ(wire(p.starmap_async(r, "square", {})),
            R"("op":"pool.starmap_async","on":"p","as":"r",)"
            R"("args":{"func":"square","iterable":[]})");
  EXPECT_EQ(wire(p.imap_unordered(i, "square", Input::raw(nullptr))),
            R"("op":"pool.imap_unordered","on":"p","as":"i",)"
            R"("args":{"func":"square","iterable":null})");
  EXPECT_EQ(wire(i.next(1s)), R"("op":"result_iterator.next","on":"i","args":{"timeout":1.0})");
}

TEST(Remote, ASourceIsInputByName) {
  RemoteSource s = named<RemoteSource>("s");
  EXPECT_EQ(wire(named<RemotePool>("p").starmap("square", s)),
            R"("op":"pool.starmap","on":"p",)"
            R"("args":{"func":"square","iterable":{"$object":"s"}})");
  EXPECT_EQ(wire(s.allow(2)), R"("op":"source.allow","on":"s","args":{"count":2})");
}

}  // namespace
}  // namespace conformance
