// A queue with a capacity: put() waits while it is full, get() while it is empty. With a timeout they raise mp::Full
// and mp::Empty, put_nowait() and get_nowait() at once, and try_put() and try_get() tell without an exception.
//
// Unlike the note: where nobody else gets, a sixth put() without a timeout waits for ever, so here it has one. And
// get_nowait() always finds what this process has put; Python may still have it on its way to the queue. What full()
// and empty() tell is of a moment that has passed, so ask for the item instead.
#include <chrono>
#include <cstdio>

#include "mp/errors.h"
#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/queue.h"

using namespace std::chrono_literals;

void take_one(mp::Queue<int> queue) { std::printf("child: got %d\n", queue.get()); }

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Queue<int> queue(/*maxsize=*/5);
  for (int item : {111, 222, 333}) queue.put(item);
  std::printf("three of five: %s\n", queue.full() ? "full" : "not full");
  for (int item : {444, 555}) queue.put(item);
  std::printf("five of five: %s\n", queue.full() ? "full" : "not full");

  try {
    queue.put(666, 50ms);
  } catch (const mp::Full& error) {
    std::printf("no sixth: %s\n", error.what());
  }

  mp::Process child(take_one, queue);
  child.start();
  queue.put(666);  // waits until the child has made room
  child.join();

  std::printf("got %d\n", queue.get_nowait());
  while (auto item = queue.try_get()) std::printf("got %d\n", *item);
  try {
    queue.get_nowait();
  } catch (const mp::Empty& error) {
    std::printf("no more: %s\n", error.what());
  }
}
