// Typed handles for shared memory with a name, for lists in it, and for the manager of such memory.
//
//   RemoteSharedMemory block = main.makes(module::shared_memory({.create = true, .size = 16}));
//   main.must(block.set(0, 65));
//   Value name = main.must(block.get_name());
//   RemoteSharedMemory same = other.makes(module::shared_memory({.name = name}));
//   other.does(same.get(0));                                           // 65
//   main.must(block.unlink());
//
// PROTOCOL.md section 15 says what each does.
#ifndef CONFORMANCE_STAGE_SHARED_MEMORY_H_
#define CONFORMANCE_STAGE_SHARED_MEMORY_H_

#include <optional>
#include <string>
#include <utility>

#include "conformance/stage/managed.h"
#include "conformance/stage/remote.h"

namespace conformance {

// A part of a block's buffer that somebody holds on to.
struct RemoteView : RemoteObject {
  Op content() const { return op("view.content"); }
  Op release() const { return op("view.release"); }
};

struct RemoteSharedMemory : RemoteObject {
  Op get_name() const { return op("shared_memory.name"); }
  Op size() const { return op("shared_memory.size"); }
  Op get(Value index) const { return op("shared_memory.get", {{"index", std::move(index)}}); }
  Op set(Value index, Value to) const {
    return op("shared_memory.set", {{"index", std::move(index)}, {"value", std::move(to)}});
  }
  Op slice(std::optional<int> start = {}, std::optional<int> stop = {}) const {
    return op("shared_memory.slice", ArgList().with("start", start).with("stop", stop));
  }
  Op set_slice(std::optional<int> start, std::optional<int> stop, Value values) const {
    return op("shared_memory.set_slice",
              ArgList().with("start", start).with("stop", stop).with("values", std::move(values)));
  }
  Making<RemoteView> view(std::optional<int> start = {}, std::optional<int> stop = {}) const {
    Making<RemoteView> making;
    making.op = op("shared_memory.view", ArgList().with("start", start).with("stop", stop));
    making.op.as = {"refused"};
    return making;
  }
  Op close() const { return op("shared_memory.close"); }
  Op unlink() const { return op("shared_memory.unlink"); }
};

struct RemoteShareableList : RemoteObject {
  Op get(Value index) const { return op("shareable_list.get", {{"index", std::move(index)}}); }
  Op set(Value index, Value to) const {
    return op("shareable_list.set", {{"index", std::move(index)}, {"value", std::move(to)}});
  }
  Op len() const { return op("shareable_list.len"); }
  // All of them, as a loop sees them.
  Op items() const { return op("shareable_list.items"); }
  Op count(Value value) const { return op("shareable_list.count", {{"value", std::move(value)}}); }
  Op index(Value value) const { return op("shareable_list.index", {{"value", std::move(value)}}); }
  Op format() const { return op("shareable_list.format"); }
  // The memory that it is in.
  Making<RemoteSharedMemory> shm() const {
    Making<RemoteSharedMemory> making;
    making.op = op("shareable_list.shm");
    making.op.as = {"refused"};
    return making;
  }
};

// What it makes is gone with it.
struct RemoteSharedMemoryManager : RemoteManager {
  Making<RemoteSharedMemory> shared_memory(Value size) const {
    Making<RemoteSharedMemory> making;
    making.op = op("shared_memory_manager.shared_memory", {{"size", std::move(size)}});
    making.op.as = {"refused"};
    return making;
  }
  Making<RemoteShareableList> shareable_list(Value::List items) const {
    Making<RemoteShareableList> making;
    making.op =
        op("shared_memory_manager.shareable_list", {{"items", Value::list(std::move(items))}});
    making.op.as = {"refused"};
    return making;
  }
};

namespace module {

struct SharedMemoryOptions {
  std::optional<Value> name = {};
  std::optional<bool> create = {};
  std::optional<Value> size = {};
  std::optional<bool> track = {};
};
inline Making<RemoteSharedMemory> shared_memory(SharedMemoryOptions o) {
  return {.op = {.name = "shared_memory.new",
                 .as = {"refused"},
                 .args = ArgList()
                             .with("name", o.name)
                             .with("create", o.create)
                             .with("size", o.size)
                             .with("track", o.track)}};
}
// Another program, which has nothing to do with the testee's, attaches to the memory of that name,
// closes it, and ends: its exit code.
inline Op other_program_attaches(Value name, std::optional<bool> track = {}) {
  return {.name = "shared_memory.other_program_attaches",
          .args = ArgList().with("name", std::move(name)).with("track", track)};
}

// A new list, or the one that has the name.
inline Making<RemoteShareableList> shareable_list(Value::List items,
                                                  std::optional<Value> name = {}) {
  return {
      .op = {.name = "shareable_list.new",
             .as = {"refused"},
             .args = ArgList().with("items", Value::list(std::move(items))).with("name", name)}};
}
inline Making<RemoteShareableList> shareable_list_named(Value name) {
  return {
      .op = {.name = "shareable_list.new", .as = {"refused"}, .args = {{"name", std::move(name)}}}};
}

// Not started.
inline Making<RemoteSharedMemoryManager> shared_memory_manager() {
  return {.op = {.name = "shared_memory_manager.new", .as = {"refused"}}};
}

}  // namespace module

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_SHARED_MEMORY_H_
