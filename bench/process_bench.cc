// Processes: start and join, of a target that does nothing.
#include <benchmark/benchmark.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string_view>

#include "base/os_error.h"
#include "mp/process.h"

extern char** environ;

namespace bench {
namespace {

constexpr std::string_view kEndAtOnce = "--end-at-once";

void nothing() {}

void start_and_join(benchmark::State& state, mp::StartMethod method) {
  for (auto _ : state) {
    mp::Process process(mp::ProcessOptions{.start_method = method}, nothing);
    process.start();
    process.join();
  }
}

// ---------------------------------------------------------------- the limits

void wait_for(pid_t pid) {
  base::check(base::retry_eintr([&] { return ::waitpid(pid, nullptr, 0); }), "wait for a child");
}

void fork_and_wait(benchmark::State& state) {
  for (auto _ : state) {
    const pid_t pid = base::check(::fork(), "fork a child");
    if (pid == 0) ::_exit(0);
    wait_for(pid);
  }
}

// Of this very file.
void posix_spawn_and_wait(benchmark::State& state) {
  std::string flag(kEndAtOnce);
  char* argv[] = {::program_invocation_name, flag.data(), nullptr};
  for (auto _ : state) {
    pid_t pid;
    if (const int error = ::posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, argv, environ))
      throw base::OsError(error, "spawn a child");
    wait_for(pid);
  }
}

void add_all() {
  auto add = [](const std::string& row, auto run, auto... arguments) {
    benchmark::RegisterBenchmark(("BM_ProcessStartJoin/" + row).c_str(), run, arguments...)
        ->UseRealTime();
  };
  add("fork/mp", start_and_join, mp::StartMethod::kFork);
  add("fork/bare_fork", fork_and_wait);
  add("spawn/mp", start_and_join, mp::StartMethod::kSpawn);
  add("spawn/posix_spawn", posix_spawn_and_wait);
  add("forkserver/mp", start_and_join, mp::StartMethod::kForkserver);
  add("forkserver/bare_fork", fork_and_wait);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == bench::kEndAtOnce) return 0;
  mp::run_if_child(argc, argv);
  bench::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
