#include "tools/adapters/mp/target.h"

#include <cstdio>
#include <exception>
#include <mutex>
#include <tuple>
#include <utility>

#include "tools/adapters/mp/errors.h"
#include "tools/adapters/mp/puppet.h"

namespace adapter {
namespace {

bool has_work(const Task& task) { return !task.puppet.empty() || !task.function.empty(); }

void call(const std::string& function, const Task& task) {
  if (function == "fail") {
    const bool is_text = !task.args.empty() && task.args[0].get_if<std::string>() != nullptr;
    throw mp::ValueError(is_text ? *task.args[0].get_if<std::string>() : "");
  }
  // The others return something, which nobody hears.
}

void run(Task task) {
  if (task.puppet.empty()) return call(task.function, task);
  raise_on_interrupt();
  ThreadsJoined joined;
  {
    std::scoped_lock hold(here().mutex);
    here().objects.merge(task.objects);
  }
  Puppet(task.puppet, {std::move(task.args), std::move(task.kwargs)}).obey();
}

class PuppetProcess : public mp::SpawnableProcess<PuppetProcess> {
 public:
  PuppetProcess() = default;
  PuppetProcess(mp::ProcessOptions options, Task task)
      : SpawnableProcess(std::move(options)), task_(std::move(task)) {}
  void run() override {
    if (has_work(task_)) adapter::run(task_);
  }
  auto state() { return std::tie(task_); }

 private:
  Task task_;
};

}  // namespace

std::shared_ptr<mp::Process> make_process(mp::ProcessOptions options, Task task, bool subclass) {
  if (subclass) return std::make_shared<PuppetProcess>(std::move(options), std::move(task));
  if (!has_work(task)) return std::make_shared<mp::Process>(std::move(options));
  return std::make_shared<mp::Process>(std::move(options), run, std::move(task));
}

void obey_in_thread(const std::string& puppet) {
  try {
    Puppet(puppet).obey();
  } catch (const mp::SystemExit&) {
  } catch (const std::exception& error) {
    std::fprintf(stderr, "in thread %s: %s\n", puppet.c_str(), error.what());
  }
}

}  // namespace adapter
