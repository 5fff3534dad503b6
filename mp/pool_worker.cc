#include "mp/pool_worker.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

#include "mp/errors.h"
#include "mp/failure.h"
#include "mp/os/code.h"
#include "mp/os/quiet_thread.h"
#include "mp/process.h"
#include "mp/shared_handle.h"

namespace mp {
namespace {

base::Deadline never() { return base::Deadline::never(); }

void block_only(const std::vector<int>& blocked) {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (int signal : blocked) ::sigaddset(&mask, signal);
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

// Ctrl-C goes to all processes of a terminal. It is the pool's owner who decides what it means, and the workers end
// with it; what a task starts gets the signal as ever.
void leave_interrupts_to_the_owner() {
  struct sigaction quiet = {};
  quiet.sa_handler = [](int) {};
  quiet.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &quiet, nullptr);
}

// A worker has nobody to work for then.
void end_with_the_owner() {
  os::quiet_thread([] {
    parent_process()->join();
    ::_exit(1);
  }).detach();
}

void initialize(const PoolMemory& memory, size_t worker, const Initializer& initializer) {
  std::string record;
  try {
    initializer.run();
    record += bytes_of(ResultHead{ResultHead::Kind::kReady, 0, worker});
  } catch (const SystemExit&) {
    throw;
  } catch (...) {
    record += bytes_of(ResultHead{ResultHead::Kind::kInitFailed, 0, worker});
    Writer(&record).write(current_failure());
    memory.results().put(record, never());
    throw SystemExit{1};
  }
  memory.results().put(record, never());
}

}  // namespace

// ---------------------------------------------------------------- bells

// For a while. False: another one does, or there was nothing.
bool Bells::looks_out(size_t worker, const QueueCore& tasks) {
  uint32_t nobody = 0;
  if (!looker_.compare_exchange_strong(nobody, static_cast<uint32_t>(worker) + 1)) return false;
  const bool found = tasks.look_out();
  looker_.store(0);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return found;
}

void Bells::wait(size_t worker, const QueueCore& tasks) {
  if (looks_out(worker, tasks)) {
    call_for_all_but_one(tasks);
    return;
  }
  os::Word& bell = of(worker);
  bell.store(kAsleep);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (tasks.empty()) {
    while (bell.load() == kAsleep) os::sleep_through(bell, kAsleep, never());
    bell.store(kBusy);
    return;
  }
  bell.store(kBusy);
  call_for_all_but_one(tasks);
}

// Each of those who put a task while this worker looked out has counted on it.
void Bells::call_for_all_but_one(const QueueCore& tasks) {
  const size_t all = tasks.size();
  if (all > 1) call(all - 1);
}

void Bells::call(size_t tasks) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (tasks > 0 && looker_.load() != 0) --tasks;
  for (size_t i = 0; i < workers_ && tasks > 0; ++i) {
    // Of two who call at once only one has woken this worker; one who was about to sleep finds the tasks himself.
    if (of(i).load() == kAsleep && os::set_and_wake_all(of(i), kBusy)) --tasks;
  }
}

void Bells::forget(size_t worker, const QueueCore& tasks) {
  uint32_t dead = static_cast<uint32_t>(worker) + 1;
  looker_.compare_exchange_strong(dead, 0);
  of(worker).store(kBusy);
  call(tasks.size());
}

// ---------------------------------------------------------------- memory

PoolMemory::PoolMemory(size_t workers)
    : shared_(std::make_shared<Shared>(
          Shared{.tasks = QueueCore(),
                 .results = QueueCore(),
                 .claims = os::make_room(workers * sizeof(Claim), alignof(Claim)),
                 .bells = os::make_room(Bells::size_for(workers), alignof(Bells))})) {
  new (&bells()) Bells(workers);
  for (size_t i = 0; i < workers; ++i) new (&claim(i)) Claim;
}

void PoolMemory::pack(Writer& out) const {
  Luggage& luggage = out.inheritance();
  out.write(luggage.add(tasks().fd()));
  out.write(luggage.add(results().fd()));
  pack_room(out, shared_->claims);
  pack_room(out, shared_->bells);
}

PoolMemory PoolMemory::unpack(Reader& in) {
  base::UniqueFd tasks = in.luggage().take(in.read<uint32_t>());
  base::UniqueFd results = in.luggage().take(in.read<uint32_t>());
  return PoolMemory(std::make_shared<Shared>(Shared{.tasks = QueueCore::adopt(std::move(tasks)),
                                                    .results = QueueCore::adopt(std::move(results)),
                                                    .claims = unpack_room(in),
                                                    .bells = unpack_room(in)}));
}

void write_code(Writer& out, const void* code) {
  // A thread hands out the same few functions again and again.
  struct Known {
    const void* code;
    std::string bytes;
  };
  thread_local std::vector<Known> known;
  auto found = std::find_if(known.begin(), known.end(),
                            [&](const Known& each) { return each.code == code; });
  if (found == known.end()) {
    std::string bytes;
    Writer(&bytes).write(os::place_of(code));
    found = known.insert(known.end(), {code, std::move(bytes)});
  }
  out.write_raw(found->bytes.data(), found->bytes.size());
}

const void* read_code(Reader& in) {
  // A worker runs the same few functions again and again.
  struct Known {
    os::CodePlace place;
    const void* code;
  };
  static auto& known = *new std::vector<Known>;  // of one thread
  const std::string_view object = in.read_bytes(in.read_size(1));
  const auto offset = in.read<uint64_t>();
  for (const Known& each : known) {
    if (each.place.offset == offset && each.place.object == object) return each.code;
  }
  const os::CodePlace place = {std::string(object), offset};
  known.push_back({place, os::code_at(place)});
  return known.back().code;
}

std::vector<int> blocked_signals() {
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  std::vector<int> blocked;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (::sigismember(&mask, signal) == 1) blocked.push_back(signal);
  }
  return blocked;
}

void work(PoolMemory memory, WorkerOrders orders, Initializer initializer) {
  leave_interrupts_to_the_owner();
  block_only(orders.blocked);
  end_with_the_owner();
  if (initializer) initialize(memory, orders.worker, initializer);
  Claim& claim = memory.claim(orders.worker);
  const auto at_once = base::Deadline::after(std::chrono::seconds(0));
  std::string task, result;
  const std::function<void(uint32_t)> claim_it = [&](uint32_t number) {
    Reader in(task);
    const auto head = read_head<TaskHead>(in);
    claim.valid.store(false, std::memory_order_release);
    if (head.kind == TaskHead::Kind::kStop) return;
    claim.number.store(number, std::memory_order_release);
    claim.job.store(head.job, std::memory_order_release);
    claim.task.store(head.task, std::memory_order_release);
    claim.valid.store(true, std::memory_order_release);
  };
  for (size_t done = 0; orders.most_tasks == 0 || done < orders.most_tasks; ++done) {
    while (!memory.tasks().get(&task, claim_it, at_once))
      memory.bells().wait(orders.worker, memory.tasks());
    Reader in(task);
    const auto head = read_head<TaskHead>(in);
    if (head.kind == TaskHead::Kind::kStop) return;
    result.clear();
    result += bytes_of(ResultHead{ResultHead::Kind::kResult, head.job, head.task});
    Writer out(&result);
    const auto code = reinterpret_cast<TaskCode>(const_cast<void*>(read_code(in)));
    code(in, out);
    memory.results().put(result, never());
  }
}

}  // namespace mp
