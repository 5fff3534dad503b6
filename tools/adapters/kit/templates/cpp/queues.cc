// The smallest adapter that is worth judging: queues. conformance/ADAPTERS.md begins with it.
#include "queues.h"

int main() {
  mpcheck::Adapter adapter({"pocket", "1.0", "C++", "none", "https://example.org/pocket"});
  add_queues(adapter);
  return adapter.run();
}
