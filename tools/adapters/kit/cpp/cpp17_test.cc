// Compiles with -std=c++17: that is the test.
#include "mpcheck_adapter.h"
#include "mpcheck_fork.h"

static_assert(__cplusplus < 202002L, "this is not C++17");

int main() {
  mpcheck::Adapter adapter({"none", "0", "C++", "fork", ""});
  mpcheck::add_forked_processes(adapter);
  return 0;
}
