#include "mp/shared_memory.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <optional>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;

// A name that nothing has, nor anything else will.
std::string own_name() {
  static const std::string name = [] {
    auto memory = SharedMemory::create(1);
    memory.unlink();
    return memory.name();
  }();
  return name;
}

int error_of(const std::function<void()>& f) {
  try {
    f();
    return 0;
  } catch (const OSError& error) {
    return error.code();
  }
}

TEST(SharedMemory, ExampleOfTheHeader) {
  auto frames = SharedMemory::create(own_name(), 4096);
  frames.buf()[0] = std::byte{1};
  auto same = SharedMemory::attach(own_name());
  EXPECT_EQ(same.buf()[0], std::byte{1});
  same.close();
  frames.unlink();
}

TEST(SharedMemory, IsZeroAndAsLargeAsToldForAllWhoAttachIt) {
  for (int64_t size : {1, 4095, 4096, 5000000}) {
    auto memory = SharedMemory::create(size);
    auto same = SharedMemory::attach(memory.name());
    memory.unlink();
    EXPECT_EQ(memory.size(), static_cast<size_t>(size));
    EXPECT_EQ(same.size(), static_cast<size_t>(size));
    for (std::byte each : same.buf()) ASSERT_EQ(each, std::byte{0});
  }
}

TEST(SharedMemory, OfLessThanAByteRaisesValueError) {
  EXPECT_THROW(SharedMemory::create(0), ValueError);
  EXPECT_THROW(SharedMemory::create(own_name(), -1), ValueError);
}

TEST(SharedMemory, NameIsGivenOnceAndFoundWhileItIsThere) {
  EXPECT_EQ(error_of([] { SharedMemory::attach(own_name()); }), ENOENT);
  auto memory = SharedMemory::create(own_name(), 10);
  EXPECT_EQ(error_of([] { SharedMemory::create(own_name(), 10); }), EEXIST);
  memory.unlink();
  EXPECT_EQ(error_of([] { SharedMemory::attach(own_name()); }), ENOENT);
  EXPECT_EQ(error_of([&] { memory.unlink(); }), ENOENT);
}

TEST(SharedMemory, GeneratedNamesDiffer) {
  auto one = SharedMemory::create(1), two = SharedMemory::create(1);
  EXPECT_NE(one.name(), two.name());
  one.unlink();
  two.unlink();
}

TEST(SharedMemory, StaysWithThoseWhoHaveItAttached) {
  auto memory = SharedMemory::create(10);
  auto same = SharedMemory::attach(memory.name());
  auto copy = same;
  memory.unlink();
  memory.close();
  memory.close();
  EXPECT_EQ(memory.size(), 0u);
  same.buf()[9] = std::byte{5};
  same.close();
  EXPECT_EQ(copy.buf()[9], std::byte{5});
}

TEST(SharedMemory, IsAttachedByAProgramThatIsNoChildOfMp) {
  auto memory = SharedMemory::create(own_name(), 100);
  memory.buf()[3] = std::byte{'x'};
  const std::string file = "/dev/shm/" + memory.name();
  const std::string command = "test \"$(tail -c +4 " + file + " | head -c 1)\" = x && printf y | " +
                              "dd of=" + file + " bs=1 seek=4 conv=notrunc status=none";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(memory.buf()[4], std::byte{'y'});
  memory.unlink();
}

TEST(SharedMemory, GoesWithItsKilledCreatorAndNotWithOneWhoAttachedIt) {
  auto mine = SharedMemory::create(10);
  const std::string name = own_name();
  os::Shared<std::atomic<bool>> made(false);
  TestProcess child([&] {
    auto his = SharedMemory::create(name, 10);
    auto attached = SharedMemory::attach(mine.name());
    *made = true;
    while (true) ::pause();
    return false;
  });
  while (!*made) ::usleep(100);
  std::optional<SharedMemory> his = SharedMemory::attach(name);
  child.kill();
  child.wait();
  EXPECT_EQ(error_of([] { SharedMemory::attach(own_name()); }), ENOENT);
  his->buf()[9] = std::byte{1};
  EXPECT_EQ(error_of([&] { SharedMemory::attach(mine.name()); }), 0);
  mine.unlink();
}

TEST(SharedMemory, TravelsAsItsName) {
  auto memory = SharedMemory::create(10);
  auto same = decode<SharedMemory>(encode(memory));
  same.buf()[1] = std::byte{4};
  EXPECT_EQ(memory.buf()[1], std::byte{4});
  memory.unlink();
  EXPECT_EQ(error_of([&] { decode<SharedMemory>(encode(memory)); }), ENOENT);
}

}  // namespace
}  // namespace mp
