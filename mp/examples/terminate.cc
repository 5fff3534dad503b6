// terminate() ends a process wherever it is: nothing is cleaned up there. What others wait for is not lost for all
// that: a lock that it had goes to the next one, who is told.
//
// Unlike the note: the lock is not stuck (in Python it is), and what the process had started becomes an orphan, not a
// zombie (orphan.cc).
#include <chrono>
#include <cstdio>

#include "mp/event.h"
#include "mp/examples/begin.h"
#include "mp/lock.h"
#include "mp/process.h"

using namespace std::chrono_literals;

void hold_for_ever(mp::Lock lock, mp::Event holds) {
  lock.acquire();
  holds.set();
  mp::Event().wait();  // which nobody sets
}

const char* answer(bool yes) { return yes ? "yes" : "no"; }

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Lock lock;
  mp::Event holds;
  mp::Process p(hold_for_ever, lock, holds);
  std::printf("alive before the start: %s\n", answer(p.is_alive()));
  p.start();
  holds.wait();
  std::printf("alive: %s\n", answer(p.is_alive()));
  std::printf("lock for me: %s\n", answer(lock.acquire(/*block=*/false)));

  p.terminate();
  p.join();
  std::printf("alive after terminate(): %s\n", answer(p.is_alive()));
  std::printf("exit code: %d\n", *p.exitcode());  // minus SIGTERM
  std::printf("lock for me: %s\n", answer(lock.acquire(/*block=*/true, 10s)));
  std::printf("its owner ended without release(): %s\n", answer(lock.took_over()));
  lock.release();
}
