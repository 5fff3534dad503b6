// A testee that misbehaves on command, for the self-tests of the stage and the runner.
//
//   fake [--diary=FILE] [--at=MOMENT STEP...]...
//
// It speaks the puppet protocol as a good adapter does, with a toy queue that lives in its own
// process, until a MOMENT comes; then it does the STEPs instead of what is due. A moment is `start`
// (before it connects), `hello` (instead of the hello) or an operation's name (instead of the
// answer, every time). After the steps it goes on, unless they ended it. The diary tells its
// process number and its working directory, one a line.
//
//   answer        what is due: the hello, or the answer
//   say=TEXT      a line                                     mumble=TEXT  the same, no newline
//   long=N        a line of N bytes                          nap=MS       sleep once
//   pause         hang for ever, in pause(2)                 spin         on a CPU
//   sleep         in sleeps with a timeout                   deaf=N       ignore signal N
//   die=N         end by signal N                            exit=N       by exit(N)
//   close         close the connection                       rejoin       say hello on another one
//   shout=TEXT    a line to standard error                   flood=N      N megabytes to stdout
//   child         leave a process behind                     escapee      one in its own session
//   zombie        a child that has ended, not waited for     busy=MS      one that computes so long
//   file          a temporary file
//   shm           leave shared memory behind                 semaphore    a named semaphore
//   fifo=PATH     wait until a writer opens it               await=PATH   until the file is there
//
// In TEXT, $HELLO and $ANSWER stand for what is due, $TOKEN, $PID and $ID for their values,
// $MEGABYTE for a million letters, and \n for a newline.
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/deadline.h"
#include "base/os_error.h"
#include "base/unique_fd.h"
#include "conformance/protocol/message.h"

namespace conformance {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRunnerIsGone = 99;

int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

void sleep_for(std::chrono::nanoseconds duration) {
  timespec t{.tv_sec = duration.count() / 1'000'000'000,
             .tv_nsec = duration.count() % 1'000'000'000};
  ::nanosleep(&t, nullptr);
}

[[noreturn]] void pause_for_ever() {
  while (true) ::pause();
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    std::cerr << "fake: " << name << " is not set; mpcheck's self-tests start this program\n";
    std::exit(64);
  }
  return value;
}

// ---------------------------------------------------------------- the toy

struct ToyQueue {
  size_t maxsize = 0;
  std::deque<Json> items;

  bool full() const { return maxsize > 0 && items.size() >= maxsize; }
};

struct ToyError {
  const char* type;
};

// Nobody else can fill or empty the queue: waiting is for ever, or for the whole timeout.
void wait_in_vain(const Json& args, const char* error) {
  if (!args.value("block", true)) throw ToyError{error};
  if (!args.contains("timeout") || args["timeout"].is_null()) pause_for_ever();
  sleep_for(std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(args["timeout"].get<double>())));
  throw ToyError{error};
}

class Toy {
 public:
  // The answer to a command.
  Json answer(const Json& command) {
    Json out = {{"id", command["id"]}};
    const std::string op = command["op"];
    const Json args = command.value("args", Json::object());
    int64_t t0 = now();
    try {
      if (op == "queue.new") {
        queues_[command["as"]] = {.maxsize = args.value("maxsize", size_t{0})};
        out["ok"] = nullptr;
      } else if (op == "queue.put") {
        put(&queues_.at(command["on"]), args);
        out["ok"] = nullptr;
      } else if (op == "queue.get") {
        out["ok"] = get(&queues_.at(command["on"]), args);
      } else if (op == "puppet.until") {
        while (now() < args["at"].get<int64_t>()) {
        }
        out["ok"] = nullptr;
      } else if (op == "puppet.return" || op == "puppet.names") {
        out["ok"] = nullptr;
      } else {
        return {{"id", command["id"]}, {"unsupported", "the fake has no " + op}};
      }
    } catch (const ToyError& error) {
      out["raise"] = {{"type", error.type},
                      {"bases", {error.type, "Exception", "BaseException", "object"}},
                      {"message", "the toy queue says so"},
                      {"args", Json::array()}};
    }
    out["t0"] = t0;
    out["t1"] = now();
    return out;
  }

 private:
  static void put(ToyQueue* queue, const Json& args) {
    if (queue->full()) wait_in_vain(args, "Full");
    queue->items.push_back(args["item"]);
  }
  static Json get(ToyQueue* queue, const Json& args) {
    if (queue->items.empty()) wait_in_vain(args, "Empty");
    Json item = queue->items.front();
    queue->items.pop_front();
    return item;
  }

  std::map<std::string, ToyQueue> queues_;
};

// ---------------------------------------------------------------- the connection

class Line {
 public:
  Line() {
    const std::string path = environment("MPCHECK_ADDRESS").substr(std::strlen("unix:"));
    sockaddr_un address{.sun_family = AF_UNIX};
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    socket_.reset(base::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
    base::check(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
                "connect to the runner");
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      ssize_t n = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n < 0) ::_exit(kRunnerIsGone);
      text.remove_prefix(static_cast<size_t>(n));
    }
  }

  Json read_command() {
    size_t end;
    while ((end = inbox_.find('\n')) == std::string::npos) {
      char buffer[4096];
      ssize_t n = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
      if (n <= 0) ::_exit(kRunnerIsGone);
      inbox_.append(buffer, static_cast<size_t>(n));
    }
    Json command = Json::parse(inbox_.substr(0, end));
    inbox_.erase(0, end + 1);
    return command;
  }

  void close() { socket_.reset(); }

 private:
  base::UniqueFd socket_;
  std::string inbox_;
};

std::string hello() {
  Json hello = {{"mpcheck", kProtocolVersion},
                {"token", environment("MPCHECK_TOKEN")},
                {"puppet", "main"},
                {"pid", ::getpid()},
                {"ppid", ::getppid()},
                {"tid", ::getpid()},
                {"about",
                 {{"name", "fake"},
                  {"version", "1"},
                  {"language", "C++"},
                  {"start_method", "none"},
                  {"home", "conformance/fakes"}}},
                {"features", {"queue"}}};
  return hello.dump();
}

// ---------------------------------------------------------------- the steps

using Script = std::vector<std::string>;

// A process that stays, in its parent's session or, orphaned, in one of its own.
void leave_process(Line* line, bool escape) {
  pid_t child = base::check(::fork(), "fork");
  if (child != 0) {
    if (escape) ::waitpid(child, nullptr, 0);
    return;
  }
  if (escape) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
  }
  if (line != nullptr) line->close();
  pause_for_ever();
}

// A process that computes until so much time has passed, and ends.
void leave_busy_process(Line* line, std::chrono::milliseconds time) {
  if (base::check(::fork(), "fork") != 0) return;
  if (line != nullptr) line->close();
  const base::Deadline end = base::Deadline::after(time);
  while (!end.passed()) continue;
  ::_exit(0);
}

void leave_zombie() {
  pid_t child = base::check(::fork(), "fork");
  if (child == 0) ::_exit(0);
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
}

void leave_shared_memory() {
  const std::string name = absl::StrCat("/mpcheck-fake-", ::getpid());
  base::UniqueFd fd(
      base::check(::shm_open(name.c_str(), O_CREAT | O_RDWR, 0600), "make a segment"));
}

void leave_semaphore() {
  ::sem_t* semaphore =
      ::sem_open(absl::StrCat("/mpcheck-fake-", ::getpid()).c_str(), O_CREAT, 0600, 1);
  if (semaphore == SEM_FAILED) throw base::OsError(errno, "make a semaphore");
  ::sem_close(semaphore);
}

[[noreturn]] void die(int signal) {
  ::signal(signal, SIG_DFL);  // a sanitizer may have taken it
  ::kill(::getpid(), signal);
  pause_for_ever();
}

class Fake {
 public:
  explicit Fake(std::map<std::string, Script> script) : script_(std::move(script)) {}

  // Returns when it is told to.
  void run() {
    auto at_start = script_.find("start");
    if (at_start != script_.end()) perform(at_start->second);
    Line line;
    line_ = &line;
    reach("hello", [] { return hello(); });
    while (true) {
      const Json command = line.read_command();
      id_ = command["id"];
      reach(command["op"], [&] { return toy_.answer(command).dump(); });
      if (command["op"] == "puppet.return") return;
    }
  }

 private:
  void reach(const std::string& moment, std::function<std::string()> due) {
    // What is due is done once, and not before a step asks for it.
    due_ = [due = std::move(due), done = std::string()]() mutable {
      return done.empty() ? done = due() : done;
    };
    auto it = script_.find(moment);
    perform(it == script_.end() ? Script{"answer"} : it->second);
  }

  void perform(const Script& steps) {
    for (const std::string& step : steps) {
      size_t equals = step.find('=');
      perform(step.substr(0, equals), equals == std::string::npos ? "" : step.substr(equals + 1));
    }
  }

  void perform(const std::string& step, const std::string& argument) {
    const int number = std::atoi(argument.c_str());
    if (step == "answer") return line_->send(due_() + "\n");
    if (step == "say") return line_->send(filled(argument) + "\n");
    if (step == "mumble") return line_->send(filled(argument));
    if (step == "long")
      return line_->send(std::string(static_cast<size_t>(number) - 1, 'x') + "\n");
    if (step == "pause") pause_for_ever();
    if (step == "spin") spin();
    if (step == "sleep") await("/no/such/file");
    if (step == "nap") return sleep_for(std::chrono::milliseconds(number));
    if (step == "die") die(number);
    if (step == "exit") std::exit(number);
    if (step == "close") return line_->close();
    if (step == "rejoin") return others_.emplace_back().send(hello() + "\n");
    if (step == "shout") return void(std::cerr << argument << std::endl);
    if (step == "flood") return flood(number);
    if (step == "child") return leave_process(line_, /*escape=*/false);
    if (step == "escapee") return leave_process(line_, /*escape=*/true);
    if (step == "busy") return leave_busy_process(line_, std::chrono::milliseconds(number));
    if (step == "zombie") return leave_zombie();
    if (step == "deaf") return void(::signal(number, SIG_IGN));
    if (step == "shm") return leave_shared_memory();
    if (step == "semaphore") return leave_semaphore();
    if (step == "file") return void(std::ofstream(environment("TMPDIR") + "/left") << "left");
    if (step == "fifo") return void(base::UniqueFd(::open(argument.c_str(), O_RDONLY | O_CLOEXEC)));
    if (step == "await") return await(argument);
    std::cerr << "fake: no step is called " << step << "\n";
    std::exit(64);
  }

  [[noreturn]] static void spin() {
    std::atomic<uint64_t> turns = 0;
    while (true) ++turns;
  }

  static void await(const std::string& path) {
    while (::access(path.c_str(), F_OK) != 0) sleep_for(std::chrono::milliseconds(2));
  }

  static void flood(int megabytes) {
    const std::string megabyte = std::string((1 << 20) - 1, 'x') + "\n";
    for (int i = 0; i < megabytes; ++i) std::cout << megabyte;
    std::cout << "the last line of the flood" << std::endl;
  }

  std::string filled(const std::string& text) {
    std::string out = text;
    if (out.find("$HELLO") != std::string::npos)
      out = absl::StrReplaceAll(out, {{"$HELLO", hello()}});
    if (out.find("$ANSWER") != std::string::npos)
      out = absl::StrReplaceAll(out, {{"$ANSWER", due_()}});
    return absl::StrReplaceAll(out, {{"$TOKEN", environment("MPCHECK_TOKEN")},
                                     {"$PID", absl::StrCat(::getpid())},
                                     {"$ID", absl::StrCat(id_)},
                                     {"$MEGABYTE", std::string(1'000'000, 'x')},
                                     {"\\n", "\n"}});
  }

  std::map<std::string, Script> script_;
  Toy toy_;
  Line* line_ = nullptr;
  std::deque<Line> others_;
  std::function<std::string()> due_;
  int64_t id_ = 0;
};

void write_diary(const std::string& path) {
  char cwd[4096];
  std::ofstream(path) << ::getpid() << "\n" << ::getcwd(cwd, sizeof(cwd)) << "\n";
}

int run(const std::vector<std::string>& arguments) {
  std::map<std::string, Script> script;
  Script* steps = nullptr;
  for (const std::string& each : arguments) {
    if (each.starts_with("--diary=")) {
      write_diary(each.substr(8));
    } else if (each.starts_with("--at=")) {
      steps = &script[each.substr(5)];
    } else if (steps != nullptr) {
      steps->push_back(each);
    } else {
      std::cerr << "fake: " << each << " belongs to no moment\n";
      return 64;
    }
  }
  try {
    Fake(std::move(script)).run();
  } catch (const std::exception& e) {
    std::cerr << "fake: " << e.what() << "\n";
    return 70;
  }
  return 0;
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) {
  return conformance::run(std::vector<std::string>(argv + 1, argv + argc));
}
