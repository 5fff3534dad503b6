#include "conformance/stage/testee.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>

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

Testee::~Testee() { kill_everything(); }

void Testee::start(const std::vector<std::string>& additions) {
  std::vector<std::string> environment = our_environment();
  // Where this is set, Python's standard streams have no buffer, and who flushes shows nowhere.
  std::erase_if(environment,
                [](const std::string& each) { return each.starts_with("PYTHONUNBUFFERED="); });
  for (const std::string& each : spec_.environment) set(&environment, each);
  for (const std::string& each : additions) set(&environment, each);
  set(&environment, "TMPDIR=" + scratch_.file("tmp"));

  PrivateShm shm;
  base::UniqueFd in = input_file(scratch_.file("stdin"));
  base::UniqueFd out = output_file(scratch_.file("stdout"));
  base::UniqueFd err = output_file(scratch_.file("stderr"));
  program_ = base::Subprocess::start({
      .argv = spec_.command,
      .environment = std::move(environment),
      .directory = scratch_.file("work"),
      .stdin_fd = in.get(),
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

std::vector<pid_t> Testee::kill_everything() {
  if (!program_) return {};
  std::vector<pid_t> left = kill_all_descendants(program_->pid());
  program_->poll();
  return left;
}

}  // namespace conformance
