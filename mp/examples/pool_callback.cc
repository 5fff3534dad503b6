// A task runs in a worker, and its callback in the process that made the pool.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "mp/examples/begin.h"
#include "mp/pool.h"

// A page's address, and where it was fetched.
using Page = std::pair<std::string, int>;

Page fetch(std::string address) { return {address, ::getpid()}; }

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  const int me = ::getpid();
  mp::Pool pool(5);
  const auto tell = [me](const Page& page) {
    std::printf("%s: fetched %s, called back %s\n", page.first.c_str(),
                page.second == me ? "here" : "in a worker",
                ::getpid() == me ? "here" : "elsewhere");
  };
  for (const char* address : {"bread", "butter", "jam", "milk", "tea", "salt"})
    pool.apply_async({.callback = tell}, fetch, address);
  pool.close();
  pool.join();
}
