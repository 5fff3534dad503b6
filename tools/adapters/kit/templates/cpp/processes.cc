// Queues, and children to use them. See conformance/ADAPTERS.md.
#include "queues.h"

using mpcheck::Args;
using mpcheck::Value;
using pocket::Process;

namespace {

void add_processes(mpcheck::Adapter& adapter) {
  adapter.translates<std::logic_error>("AssertionError");
  adapter.makes("process.new{puppet,func,objects,args,kwargs}", [&adapter](const Args& a) {
    return std::make_shared<Process>(adapter.target(a));
  });
  adapter.on<Process>("process.start", [](Process& p, const Args&) { p.start(); });
  adapter.on<Process>("process.join", [](Process& p, const Args&) { p.join(); });
  adapter.on<Process>("process.is_alive", [](Process& p, const Args&) { return p.is_alive(); });
  adapter.on<Process>("process.terminate", [](Process& p, const Args&) { p.terminate(); });
  adapter.on<Process>("process.exitcode", [](Process& p, const Args&) {
    return p.exitcode() ? Value(*p.exitcode()) : Value();
  });
  adapter.on<Process>("process.pid", [](Process& p, const Args&) {
    return p.pid() == 0 ? Value() : Value(p.pid());
  });
}

}  // namespace

int main() {
  mpcheck::Adapter adapter({"pocket", "1.0", "C++", "fork", "https://example.org/pocket"},
                           {"isolated", "inherits_memory"});
  add_queues(adapter);
  add_processes(adapter);
  return adapter.run();
}
