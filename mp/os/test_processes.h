// Forked children, and what they share, for the tests of what processes share.
//
//   Shared<Word> word(0);
//   TestProcess child([&] { return word->load() == 0; });
//   EXPECT_EQ(child.wait(), base::Exited{0});
#ifndef MP_OS_TEST_PROCESSES_H_
#define MP_OS_TEST_PROCESSES_H_

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/ending.h"
#include "base/os_error.h"

namespace mp::os {

// A forked child that runs a function and exits: 0, 1 if the function returned false, 2 if it threw. Dies with the
// test; the destructor kills and reaps it.
class TestProcess {
 public:
  explicit TestProcess(const std::function<bool()>& body);
  TestProcess(TestProcess&& other) noexcept;
  ~TestProcess();

  pid_t pid() const { return pid_; }
  // How it ended; StillRunning if it has not until the deadline.
  base::Ending wait(base::Deadline deadline = base::Deadline::after(std::chrono::seconds(20)));
  void kill();
  void stop() { ::kill(pid_, SIGSTOP); }
  // Waits until its first thread sleeps in the kernel; false if it has ended, or stands still.
  bool sleeps() const;
  // Waits until a signal has stopped it; false if it has ended, or sleeps.
  bool stands_still() const;
  // After that.
  void go_on() { ::kill(pid_, SIGCONT); }

 private:
  // Waits until its state is one of S (sleeps), T (stopped) and Z (ended).
  char settled_state() const;

  pid_t pid_;
  base::Ending ending_;
};

// Children of which one after the other is killed at a random moment, and replaced.
//
//   Crew crew(4, [&](size_t i) { return i < 2 ? produce() : consume(); });
//   crew.kill_at_random(1000);
//   EXPECT_TRUE(grows(made, 100)) << "they are stuck";
class Crew {
 public:
  Crew(size_t size, std::function<bool(size_t)> work);

  // Calls `then` after each, with whom it was.
  void kill_at_random(
      int times, const std::function<void(size_t)>& then = [](size_t) {});
  void end(size_t i);
  TestProcess& operator[](size_t i) { return *members_[i]; }

 private:
  void hire(size_t i);

  std::function<bool(size_t)> work_;
  std::vector<std::unique_ptr<TestProcess>> members_;
};

// Waits until the number is greater by so much; false if it is not for a long time.
template <class Number>
bool grows(const std::atomic<Number>& number, Number by) {
  const Number before = number.load();
  const base::Deadline patience = base::Deadline::after(std::chrono::seconds(20));
  while (number.load() < before + by) {
    if (patience.passed()) return false;
    ::sched_yield();
  }
  return true;
}

// An object that later children share with the test.
template <class T>
class Shared {
 public:
  template <class... Args>
  explicit Shared(Args&&... args)
      : object_(*new (base::check(
            ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
            "share an object with a test's child")) T(std::forward<Args>(args)...)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { ::munmap(&object_, sizeof(T)); }

  T& operator*() const { return object_; }
  T* operator->() const { return &object_; }

 private:
  T& object_;
};

}  // namespace mp::os

#endif  // MP_OS_TEST_PROCESSES_H_
