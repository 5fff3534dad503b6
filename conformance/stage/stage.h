// Where a claim plays: one testee, its puppets, and what the runner makes them do, one step at a
// time.
//
//   Stage stage(spec);
//   Puppet& main = stage.main();
//   RemoteQueue q = main.queue({.maxsize = 1});
//   Puppet& taker = stage.start_process(main, {q});
//   main.must(q.put(1));
//   Call second = main.begins(q.put(2));
//   EXPECT_THAT(second, blocks());                       // a proof, not a wait
//   EXPECT_THAT(taker.does(q.get()), returns(1));
//   EXPECT_THAT(second, returns());
//
// Nothing here waits longer than it must: a call that has not returned is either proved blocked
// (nothing in the testee can move until the runner speaks) or still moving.
//
// What ends a claim early is thrown as Abandon, and caught where the claim was started: a step that
// the claim cannot go on without failed, an operation is unsupported, or the adapter broke the
// protocol. Expectations are GoogleTest's and go on.
//
// Threads: one. Lifetime: Puppets and Calls live as long as their Stage; a Call is a cheap copy.
#ifndef CONFORMANCE_STAGE_STAGE_H_
#define CONFORMANCE_STAGE_STAGE_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/deadline.h"
#include "base/ending.h"
#include "conformance/protocol/message.h"
#include "conformance/stage/chronicle.h"
#include "conformance/stage/host.h"
#include "conformance/stage/limits.h"
#include "conformance/stage/managed.h"
#include "conformance/stage/raw_socket.h"
#include "conformance/stage/remote.h"
#include "conformance/stage/stillness.h"
#include "conformance/stage/switchboard.h"
#include "conformance/stage/testee.h"

namespace conformance {

class Stage;
class Puppet;

// Why a claim's check was given up before its end.
struct Abandon {
  enum class Why { kUnsupported, kViolated, kUnknown, kAdapter };
  Why why;
  std::string text;
};

// The ways in which a call can stand, once nothing more is to be learnt by waiting.
struct Blocked {
  bool proved;      // false: presumed, in a tree that polls, after patience::quiet()
  bool burned_cpu;  // unproved because the tree was busy nearly all the time
  std::string why;  // who waits where, or who moves
};
struct Died {  // the puppet's process ended while the call was pending
  std::string how;
};
struct TimedOut {};  // no reply within patience::must_happen(), and no proof that none can come
using Outcome = std::variant<Returned, Raised, Blocked, Died, TimedOut>;

std::string text_of(const Outcome& outcome);

// One operation given to a puppet.
class Call {
 public:
  // A moment at which it was found not to have returned, and the outcome was Blocked.
  struct Sighting {
    std::chrono::nanoseconds at;  // CLOCK_MONOTONIC, the runner's reading
    bool proved;
    std::string why;
  };
  struct Record {
    std::string puppet;
    Op op;
    std::chrono::nanoseconds sent{0};      // CLOCK_MONOTONIC, the runner's reading
    std::chrono::nanoseconds answered{0};  // likewise; 0 if never
    std::optional<Reply> reply;
    std::optional<Outcome> outcome;  // as last settled
    std::vector<Sighting> blocked;   // in order of time, for the report
    bool presumed = false;           // somebody relied on a presumption about it
    // What the claim accepts of it, in words and in the order of asking; empty: nobody asked.
    std::vector<std::string> accepted;
  };

  // Waits until the call has ended, is proved blocked, or patience is over; a later call waits anew
  // if the outcome was not final.
  const Outcome& outcome() const;
  // The same for one that is expected not to end: gives up sooner where no proof is possible.
  const Outcome& outcome_if_blocked() const;

  // Requires: it returned; otherwise the claim is abandoned as violated.
  const Value& value() const;
  // The single outcomes of a batch that returned.
  const std::vector<Reply>& batch() const;
  // How long the implementation's call took, by the testee's clock. Zero unless it returned or
  // raised.
  std::chrono::nanoseconds took() const;
  // By the testee's clock, which is the kernel's for every process.
  std::chrono::nanoseconds began() const;
  std::chrono::nanoseconds ended() const;

  // For matchers: what they rely on and look for, kept for the report.
  void note_presumed() const { record_->presumed = true; }
  void note_accepted(std::string what) const;

  const Record& record() const { return *record_; }
  std::string text() const;  // p1: q.get(timeout=0.05)
  friend void PrintTo(const Call& call, std::ostream* os) { *os << call.text(); }

 private:
  friend class Stage;
  Call(Stage* stage, std::shared_ptr<Record> record) : stage_(stage), record_(std::move(record)) {}
  Stage* stage_;
  std::shared_ptr<Record> record_;
};

struct QueueOptions {
  std::optional<int> maxsize = {};
};
struct BarrierOptions {
  Value action = nullptr;  // null: none, or one of the three below
  std::optional<Timeout> timeout = {};
};
Value barrier_adds_to(const RemoteObject& value);
Value barrier_raises(std::string type);
// It acquires a shared lock and releases it.
Value barrier_acquires(const RemoteObject& lock);
// What is not given is left to the implementation.
struct PoolOptions {
  std::optional<Value> processes = {};
  std::string initializer = "";  // a function's name
  std::optional<Value::List> initargs = {};
  std::optional<Value> maxtasksperchild = {};
};
struct SourceOptions {
  std::optional<Value::List> items = {};  // absent: 0, 1, 2, ... without end
  std::optional<int> allowed = {};        // how many may be read before allow(); absent: all
  std::string raises = "";                // the type of an exception after the last item
  std::optional<int> length = {};         // what it says of itself; absent: nothing
};
struct SharedOptions {
  std::optional<Value> lock = {};  // true, false, or the name of a lock: Value(lock.name)
};

// How a child process is made. Its target is a puppet, unless `func` names another or `no_target`
// is set.
struct ChildOptions {
  std::optional<Value> name = {};
  std::optional<Value> daemon = {};
  std::optional<Value::List> args = {};
  std::optional<Value::Dict> kwargs = {};
  // "subclass": a class that overrides run(), instead of a target; "plain_subclass": one that does
  // not, with a target; "positional": all arguments by position. Empty: by keyword.
  std::string style = "";
  std::string func = "";
  bool no_target = false;
  std::optional<Value> group = {};
  std::optional<Value> given_args = {};  // what to give as args, be it no list
  bool reuses_containers = false;        // of args and kwargs: emptied once the process is made
};

// A flow of control of the testee that obeys.
class Puppet {
 public:
  const std::string& name() const { return name_; }
  pid_t pid() const { return static_cast<pid_t>(hello_.pid); }
  pid_t ppid() const { return static_cast<pid_t>(hello_.ppid); }
  // For a child process: its Process object, held by whoever started it. (Not to be called
  // process(): that makes one.)
  const RemoteProcess& handle() const { return process_; }

  // Gives it an operation and goes on. Requires: it has answered the last one, or the claim is
  // abandoned.
  Call begins(Op op);
  // Gives it an operation and waits for the outcome.
  Call does(Op op);
  // The same where the claim can't go on unless it returns: its value.
  Value must(Op op);

  // Makers of objects: must() return.
  RemoteQueue queue(QueueOptions options = {});
  RemoteJoinableQueue joinable_queue(QueueOptions options = {});
  RemoteSimpleQueue simple_queue();
  // {first, second} as Pipe() returns them: with duplex=false the first receives and the second
  // sends.
  std::pair<RemoteConnection, RemoteConnection> pipe(std::optional<bool> duplex = {});
  RemoteLock lock();
  RemoteLock rlock();
  RemoteLock semaphore(std::optional<int> value = {});
  RemoteLock bounded_semaphore(std::optional<int> value = {});
  RemoteCondition condition();
  RemoteCondition condition(const RemoteObject& lock);
  RemoteEvent event();
  RemoteBarrier barrier(int parties, BarrierOptions options = {});
  RemoteValue value(std::string type, Value initial, SharedOptions options = {});
  RemoteValue raw_value(std::string type, Value initial);
  RemoteArray array(std::string type, Value init, SharedOptions options = {});
  RemoteArray raw_array(std::string type, Value init);
  RemotePool pool(int processes);
  RemotePool pool(PoolOptions options);
  RemoteSource source(SourceOptions options = {});
  RemoteList list(Value::List items = {});
  // A Process object that is not started; stage.arrival() awaits its puppet.
  RemoteProcess process(const std::vector<RemoteObject>& objects = {}, ChildOptions options = {});
  RemoteProcess current_process();
  // A manager as Manager() returns it: started. Its server's heartbeat is known to the proof.
  RemoteManager manager();
  // Anything else that an operation makes: main.makes(m.list({1, 2})).
  template <typename Handle>
  Handle makes(Making<Handle> making);

 private:
  friend class Stage;
  explicit Puppet(Stage* stage, std::string name) : stage_(stage), name_(std::move(name)) {}
  template <typename Handle>
  Handle make(std::string area, Args args);

  Stage* stage_;
  std::string name_;
  RemoteProcess process_;
  Hello hello_;
  int connection_ = 0;  // 0: not connected yet
  bool told_to_end_ = false;
  bool process_ended_ = false;
  bool connection_closed_ = false;
  std::chrono::nanoseconds came_{0}, ended_{0};
  std::string ending_;
  std::shared_ptr<Call::Record> pending_;
};

// What is left when the testee has ended by itself.
struct Hygiene {
  bool judged = false;
  std::string why_not;                 // why it could not be judged
  std::vector<std::string> leftovers;  // a sentence each; empty: clean
  bool shared_memory_judged = false;
};

class Stage {
 public:
  struct Options {
    Guards guards = {};          // for the self-tests of the proof
    WarmTestee* warm = nullptr;  // keeps a nursery between stages; null: every testee starts cold
  };
  explicit Stage(const TesteeSpec& spec) : Stage(spec, Options()) {}
  Stage(const TesteeSpec& spec, Options options);
  ~Stage();

  // The adapter's main program; started when first asked for.
  Puppet& main();
  const About& about() { return main().hello_.about; }
  bool has_feature(std::string_view feature);

  // Makes a process, starts it, and waits until its puppet is there.
  Puppet& start_process(Puppet& creator, const std::vector<RemoteObject>& objects = {},
                        ChildOptions options = {});
  // Waits for the puppet of a process that was started by hand.
  Puppet& arrival(const RemoteProcess& process);
  // A thread beside `puppet`, in its process. `daemon`: does not keep the process alive.
  Puppet& start_thread(Puppet& puppet, bool daemon = true);
  // A pool's task that is a puppet, and a name for its result.
  struct Task {
    RemoteAsyncResult result;
    Puppet& puppet;
  };
  // `callbacks`: both are puppets, of which the one that is called arrives.
  Task apply_async_puppet(Puppet& caller, const RemotePool& pool, bool callbacks = false);
  // A fresh name for a puppet that something may start; arrival() waits for it.
  std::string expects(const std::string& prefix);
  // Whether the puppet of that name has come so far. For a moment at which nothing moves.
  bool has_come(const std::string& puppet_name);
  // Waits for the puppet of that name (a callback: the task's puppet's name with "_done", and with
  // "_failed" for the error_callback).
  Puppet& arrival(const std::string& puppet_name);

  // A signal from outside to the puppet's process.
  void signal(Puppet& puppet, int number);
  // To a process of the testee that is no puppet's.
  void signal(pid_t pid, int number);
  // Stops the puppet's process in the middle of what it does, until resume(). Then: it stands
  // still.
  void stop(Puppet& puppet);
  void resume(Puppet& puppet);
  // A soft limit of the puppet's process (limits.h), as long as what this returns lives.
  LoweredLimit lowers(const Puppet& puppet, __rlimit_resource resource, rlim_t soft);
  // From now on the puppet's process and all its children share one CPU.
  void pins_to_one_cpu(const Puppet& puppet);
  // Waits until the puppet's process is gone (or a zombie). False if it stays.
  bool process_ends(Puppet& puppet);
  // Waits until the adapter's main program has ended, after it was told to; StillRunning if it does
  // not.
  base::Ending main_ends();
  // Waits until a process that is no puppet's is gone (or a zombie). False if it stays.
  bool process_ends(pid_t pid);
  // The process of a manager that `starter` has started.
  pid_t server_of(Puppet& starter, const RemoteManager& m);
  // For a manager's server that runs in a puppet: its thread is no sign of life while it serves.
  void serves(const Puppet& puppet);
  // A peer of the testee that is the runner itself: the address as the testee gave it.
  RawSocket connect_raw(const Value& address) const;
  // The same the other way round: a server at `name` in the testee's working directory.
  RawListener listen_raw(const std::string& name) const;
  // The name of a puppet that will come by itself: for arrival().
  std::string invite(const std::string& prefix);
  // How many descriptors the puppet's process has open; absent where the kernel does not tell.
  std::optional<int> open_files(const Puppet& puppet);
  // Whether a descriptor that the puppet's process has open is readable now, as poll(2) says; absent where the kernel
  // does not let us ask.
  std::optional<bool> is_readable(const Puppet& puppet, int fd);
  // Live processes of the testee.
  std::vector<pid_t> processes();

  // Takes what has come from the testee, without waiting. Whether anything has, be it a part of a
  // message.
  bool hears_something();

  // Whether nothing in the testee can move until the runner speaks; waits for it while it moves.
  bool comes_to_rest();

  // Records which of the accepted outcomes of a variation was seen. Call once in a claim of
  // Level::kVariation; `seen` must be one of `accepted`, or the claim is violated.
  void varies(const std::string& seen, const std::vector<std::string>& accepted);
  const std::string& variation() const { return variation_; }

  // Text that the testee has printed so far.
  std::string printed(const std::string& stream) const;  // "stdout" or "stderr"
  // A file in the testee's working directory.
  bool has_file(const std::string& name) const;
  // Its text so far; empty if there is none.
  std::string file_text(const std::string& name) const;
  // That directory, for what the testee is to find there.
  std::string folder() const;
  // What the testee has in shared memory by now, by name; absent where nobody can tell whose it is.
  std::optional<std::vector<std::string>> shared_memory() const;
  // Nothing more fits in /dev/shm until the descriptor is closed. The claim is unsupported where the
  // testee has none of its own.
  base::UniqueFd fill_shared_memory();

  // For a claim that kills a process which has children: what that process kept in TMPDIR stays
  // there, for nobody else may know of it. So finish() does not look.
  void tolerate_temporary_files() { tolerates_temporary_files_ = true; }

  // Ends the testee as a well-behaved program ends, and looks what is left. Kills whatever remains.
  Hygiene finish();

  // For the report: every call in order of time, and whether a presumption was relied on.
  const std::vector<std::shared_ptr<Call::Record>>& calls() const { return calls_; }
  bool presumed() const;
  Chronicle chronicle();
  // For adapter errors: exit code or signal, last command, last output.
  std::string last_words();

 private:
  friend class Puppet;
  friend class Call;

  std::string fresh_name(const std::string& prefix);
  Puppet& expect_puppet(const std::string& name);
  // `instead`: another puppet that may come in its place.
  void await_hello(Puppet& puppet, const Puppet* instead = nullptr);
  void fork_main(Puppet& nursery, Puppet& main);

  Call begin(Puppet& puppet, Op op);
  // Settles `record` with `patience` for what can't be proved; at its end the outcome is what
  // `late` says.
  const Outcome& settle(Call::Record& record, std::chrono::nanoseconds patience,
                        bool expected_blocked);

  // Handles what has happened; true if anything has.
  bool pump(base::Deadline deadline);
  void handle(Switchboard::Event& event);
  [[noreturn]] void adapter_error(FaultKind kind, const std::string& who,
                                  const std::string& detail);
  void refuse_half_lines();
  void take_reply(Call::Record& record);
  std::string how_it_ended(Puppet& puppet);
  std::string dismiss_puppets();
  void await_empty_tree(Hygiene* hygiene);
  base::Ending how_main_fares();
  void note_end(Puppet& puppet);
  void note_interference(pid_t pid, std::string what);

  class Watch;

  Options options_;
  std::unique_ptr<Host> host_;
  Testee& testee_;            // of the host
  Switchboard& switchboard_;  // of the host
  bool broken_ = false;       // the adapter broke the protocol: its nursery can't be trusted
  std::map<std::string, std::unique_ptr<Puppet>> puppets_;
  std::map<int, Puppet*> by_connection_;
  std::vector<std::shared_ptr<Call::Record>> calls_;
  std::vector<Interference> interferences_;
  std::map<std::string, int> name_counts_;
  bool main_may_end_ = false;   // it was told to, or a signal was sent
  bool main_may_fail_ = false;  // and not only by returning
  bool main_ended_ = false;
  bool tolerates_temporary_files_ = false;
  std::optional<base::Ending> ending_before_kill_;  // ours says nothing about the testee
  std::string rest_reason_;                         // why main_ends() gave up
  std::string variation_;
};

template <typename Handle>
Handle Puppet::makes(Making<Handle> making) {
  Handle handle = std::move(making.handle);
  const std::string& op = making.op.name;
  handle.name = stage_->fresh_name(op.substr(op.find('.') + 1));
  making.op.as = {handle.name};
  must(std::move(making.op));
  return handle;
}

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_STAGE_H_
