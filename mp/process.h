// Processes, as Python's multiprocessing has them: a target that runs beside its creator, in memory of its own.
//
// What a child shares with others it is given as an argument: queues, locks, connections, shared values; whatever else
// it is given is copied. It ends when its target returns (exit code 0), throws (1, and the error is told on standard
// error), or throws SystemExit; then it terminates its own daemons, waits for its other children, flushes the standard
// streams and is gone: neither functions registered with atexit() nor destructors of globals run. Standard input
// is empty in a child. One that is terminated flushes nothing: what must not be lost it flushes itself.
// (std::exit() in a target would run what a forked child's creator has registered: throw SystemExit instead.)
//
// A program that ends orderly terminates its daemons (SIGTERM) and waits for its other children. A daemon has no
// children. Children of a process that was killed live on.
//
// Unlike Python: the sentinel tells of a process's end even if its own children hold on to what they have inherited
// (process.sentinel_is_ready_though_descendants_live), and so does parent_process()->join().
//
// main() begins with run_if_child(), where the start method is not fork.
//
// A forked child has only the thread that called start(). mp's own objects are whole there, whatever other threads were
// doing with them; what another library's locks guard may stay locked. Where that matters, spawn or forkserver helps.
//
// Processes: one that made a Process object starts, joins and stops it, no other. Threads: any.
// Lifetime:  the object may go; the process stays, and its creator waits for it at the end.
//
//   void greet(std::string name, mp::Queue<std::string> out) { out.put("hello " + name); }
//
//   int main(int argc, char** argv) {
//     mp::run_if_child(argc, argv);
//     mp::Queue<std::string> queue;
//     mp::Process p(greet, "bob", queue);
//     p.start();
//     queue.get();                     // "hello bob"
//     p.join();
//     p.exitcode();                    // 0
//   }
#ifndef MP_PROCESS_H_
#define MP_PROCESS_H_

#include <sys/types.h>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mp/errors.h"
#include "mp/process_record.h"
#include "mp/start.h"
#include "mp/start_method.h"
#include "mp/target.h"
#include "mp/timeout.h"

namespace mp {

struct ProcessOptions {
  std::string name = {};                         // empty: Process-1, Process-2, ...
  std::optional<bool> daemon = {};               // absent: as the creator
  std::optional<StartMethod> start_method = {};  // absent: the program's
};

class Process {
 public:
  // With a function, or a lambda that captures nothing, and its arguments.
  template <class F, class... Args>
  requires(!std::same_as<F, ProcessOptions> &&
           !std::derived_from<F, Process>) explicit Process(F target, Args... args)
      : Process(ProcessOptions{}, target, std::move(args)...) {}
  template <class F, class... Args>
  Process(ProcessOptions options, F target, Args... args)
      : Process(make_target(target, std::move(args)...), std::move(options)) {}
  // Without: does nothing, or what a class derived from it does in run().
  explicit Process(ProcessOptions options = {})
      : Process(std::shared_ptr<Target>(), std::move(options)) {}

  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) noexcept = default;
  virtual ~Process() = default;

  // Begins the process, and lets go of the target and its arguments here.
  // Raises: AssertionError if it was started before, is not this process's own, or this one is a daemon; what an
  // argument's Codec raises; RuntimeError if main() has not called run_if_child() where that is needed; OSError.
  // Then: if it has raised, there is no process.
  void start();
  // Runs in the child; called otherwise it runs in the caller.
  virtual void run();

  // Waits for the end. False: it had not ended in time. Raises: AssertionError if this process has not started it.
  bool join(Timeout timeout = {});
  bool is_alive() const;
  // Absent until it has ended, and in any other process than that which started it. What it exited with; minus the
  // number of the signal that killed it.
  std::optional<int> exitcode() const;
  // Absent until it is started.
  std::optional<pid_t> pid() const;
  std::optional<pid_t> ident() const { return pid(); }
  // A descriptor that can be read from once the process has ended, for wait() and poll(2). Raises: ValueError before
  // the start.
  int sentinel() const;

  // Sends SIGTERM, SIGKILL, or SIGINT. What the process has started lives on.
  void terminate();
  void kill();
  // Ends a target that does not look out for it (interrupt.h).
  void interrupt();
  // Gives its resources back; afterwards everything but name() and daemon() raises ValueError.
  // Raises: ValueError if it runs.
  void close();

  // Creator and child have a name each; the child begins with the creator's.
  std::string name() const;
  void set_name(std::string name);
  bool daemon() const;
  // Raises: AssertionError once it is started.
  void set_daemon(bool daemon);
  // The key by which processes of one program trust each other; bytes.
  std::string authkey() const;
  void set_authkey(std::string key);

 protected:
  // Writes what a child that is no copy makes its Target of: first where the TargetMaker is.
  virtual void pack(Writer& out) const;
  // Makes this object the one of the current process.
  void become_current();

 private:
  friend Process current_process();
  friend std::optional<Process> parent_process();
  friend std::vector<Process> active_children();
  friend class PoolCore;
  friend void live_by_parcel(std::string_view parcel, ArrivedLuggage luggage);

  Process(std::shared_ptr<Target> target, ProcessOptions options);
  explicit Process(std::shared_ptr<ProcessRecord> record) : record_(std::move(record)) {}

  ProcessRecord& record() const;
  ProcessRecord& open() const;
  std::shared_ptr<Child> child() const;
  std::shared_ptr<Child> my_child(const char* what) const;
  void stop(int signal);
  std::string default_name() const;
  void start(const Nursery* nursery);
  std::shared_ptr<Child> begin(StartMethod method, const Nursery* nursery);
  [[noreturn]] void live();

  std::shared_ptr<ProcessRecord> record_;
};

// What a class derived from Process is made of again where the child is no copy: the members that state() names, and
// so it has a constructor without arguments.
//
//   class Greeter : public mp::SpawnableProcess<Greeter> {
//    public:
//     Greeter() = default;
//     Greeter(std::string name, mp::Queue<std::string> out) : name_(name), out_(out) {}
//     void run() override { out_.put("hello " + name_); }
//     auto state() { return std::tie(name_, out_); }
//    ...
//   };
template <class Derived>
class SpawnableProcess : public Process {
 protected:
  explicit SpawnableProcess(ProcessOptions options = {}) : Process(std::move(options)) {}

 private:
  void pack(Writer& out) const override {
    out.write(os::place_of(reinterpret_cast<const void*>(&make)));
    // state() only tells where the members are.
    auto& self = const_cast<Derived&>(static_cast<const Derived&>(*this));
    std::apply([&](const auto&... member) { (out.write(member), ...); }, self.state());
  }
  static std::shared_ptr<Target> make(Reader& in) { return std::make_shared<Running>(in); }

  // The object over there.
  class Running : public Target {
   public:
    explicit Running(Reader& in) {
      std::apply(
          [&](auto&... member) { ((member = in.read<std::decay_t<decltype(member)>>()), ...); },
          process_.state());
    }
    void run() override {
      static_cast<SpawnableProcess&>(process_).become_current();
      process_.run();
    }
    void pack(Writer&) const override {
      throw RuntimeError("a process that runs can't be passed on");
    }

   private:
    Derived process_;
  };
};

// This process. The main program's is called MainProcess.
Process current_process();
// The one that started this one; absent in the main program. It can be asked and joined, but not stopped.
std::optional<Process> parent_process();
// Those that this process has started and that have not ended. Joins those that have.
std::vector<Process> active_children();
// How many processors the machine has, also if this process may use fewer.
int cpu_count();

}  // namespace mp

#endif  // MP_PROCESS_H_
