// The queues of threads, which are of no use between processes: first in first out, last in first out, and the least
// first. A producer and a consumer among threads look as among processes.
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include "mp/errors.h"
#include "mp/examples/begin.h"
#include "mp/thread_queue.h"

using namespace std::chrono_literals;

template <class Queue>
void show_order(const char* name) {
  Queue queue;
  for (int item : {2, 3, 1}) queue.put(item);
  std::printf("%s:", name);
  while (auto item = queue.try_get()) std::printf(" %d", *item);
  std::printf("\n");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  show_order<mp::queue::Queue<int>>("Queue");
  show_order<mp::queue::LifoQueue<int>>("LifoQueue");
  show_order<mp::queue::PriorityQueue<int>>("PriorityQueue");

  mp::queue::Queue<std::string> basket(/*maxsize=*/3);
  for (const char* fruit : {"apple", "pear", "plum"}) basket.put(fruit);
  try {
    basket.put("melon", 50ms);
  } catch (const mp::Full&) {
    std::puts("no room for a melon");
  }
  std::thread consumer([&] {
    for (int i = 0; i < 4; ++i) std::printf("eats %s\n", basket.get().c_str());
  });
  basket.put("melon");  // waits until the consumer has made room
  consumer.join();
}
