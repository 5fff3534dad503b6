#include "conformance/stage/testee.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/os_error.h"
#include "conformance/stage/isolation.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

base::UniqueFd output_file(const std::string& path) {
  return base::UniqueFd(
      base::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600),
                  "make an output file"));
}

// What the main program finds on its standard input: something, so that a child which reads it by
// mistake is seen to.
base::UniqueFd input_file(const std::string& path) {
  constexpr std::string_view kInput = "input of the main program\n";
  base::UniqueFd file(
      base::check(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "make an input file"));
  base::check(::pwrite(file.get(), kInput.data(), kInput.size(), 0), "fill the input file");
  return file;
}

std::vector<std::string> our_environment() {
  std::vector<std::string> out;
  for (char** each = environ; *each != nullptr; ++each) out.emplace_back(*each);
  return out;
}

void set(std::vector<std::string>* environment, const std::string& name_and_value) {
  std::string name = name_and_value.substr(0, name_and_value.find('=') + 1);
  std::erase_if(*environment, [&](const std::string& each) { return each.starts_with(name); });
  environment->push_back(name_and_value);
}

}  // namespace

Testee::Testee(const TesteeSpec& spec) : spec_(spec) { become_subreaper(); }

Testee::~Testee() {
  if (program_) kill_all_descendants(program_->pid());
}

const base::Ending& Testee::poll_ending() {
  if (!main_) return program_->poll();
  int status = 0;
  if (main_->ending.still_running() && ::waitpid(main_->pid, &status, WNOHANG) == main_->pid)
    main_->ending = base::ending_from_wait_status(status);
  return main_->ending;
}

void Testee::adopt_main(pid_t pid) {
  is_nursery_ = true;
  main_ = {.pid = pid,
           .pidfd = base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))};
}

bool Testee::wipe() {
  main_.reset();
  std::error_code failed;
  for (const char* folder : {"cwd", "tmp"}) {
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.file(folder), failed))
      std::filesystem::remove_all(entry.path(), failed);
  }
  bool wiped = !failed && ::lseek(stdin_.get(), 0, SEEK_SET) == 0;
  for (const char* file : {"stdout", "stderr"})
    wiped &= ::truncate(scratch_.file(file).c_str(), 0) == 0;
  for (const std::string& name : shared_memory().value_or(std::vector<std::string>()))
    wiped &= ::unlinkat(shm_.get(), name.c_str(), 0) == 0;
  return wiped;
}

void Testee::start(const std::vector<std::string>& additions) {
  std::vector<std::string> environment = our_environment();
  // Where this is set, Python's standard streams have no buffer, and who flushes shows nowhere.
  std::erase_if(environment,
                [](const std::string& each) { return each.starts_with("PYTHONUNBUFFERED="); });
  for (const std::string& each : spec_.environment) set(&environment, each);
  for (const std::string& each : additions) set(&environment, each);
  set(&environment, "TMPDIR=" + scratch_.file("tmp"));

  PrivateShm shm;
  stdin_ = input_file(scratch_.file("stdin"));
  base::UniqueFd out = output_file(scratch_.file("stdout"));
  base::UniqueFd err = output_file(scratch_.file("stderr"));
  program_ = base::Subprocess::start({
      .argv = spec_.command,
      .environment = std::move(environment),
      .directory = scratch_.file("cwd"),
      .stdin_fd = stdin_.get(),
      .stdout_fd = out.get(),
      .stderr_fd = err.get(),
      .new_session = true,
      .parent_death_signal = SIGKILL,
      .in_child = [&shm]() -> std::optional<base::FailedStep> {
        shm.enter();
        return std::nullopt;
      },
      .before_exec_in_parent = [&](pid_t pid) { shm_ = PrivateShm::adopt(pid); },
  });
}

std::optional<std::vector<std::string>> Testee::shared_memory() const {
  if (!shm_) return std::nullopt;
  return names_in(shm_.get());
}

std::optional<base::UniqueFd> Testee::fill_shared_memory() const {
  if (!shm_) return std::nullopt;
  base::UniqueFd filler(base::check(::openat(shm_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600),
                                    "make a file in the testee's shared memory"));
  struct statvfs room;
  base::check(::fstatvfs(shm_.get(), &room), "ask how much shared memory is left");
  base::check(::fallocate(filler.get(), 0, 0, static_cast<off_t>(room.f_bavail * room.f_frsize)),
              "fill the testee's shared memory");
  return filler;
}

std::vector<pid_t> Testee::kill_everything() {
  if (!program_) return {};
  std::vector<pid_t> left = kill_all_descendants(pid(), nursery());
  poll_ending();
  return left;
}

}  // namespace conformance
