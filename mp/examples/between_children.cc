// Two children talk through a queue that their creator made and gave to both.
#include <cstdio>
#include <string>

#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/queue.h"

void produce(mp::Queue<std::string> queue) {
  for (const char* item : {"bread", "butter", "jam"}) queue.put(item);
  queue.put("");  // the last one
}

void consume(mp::Queue<std::string> queue) {
  for (std::string item = queue.get(); !item.empty(); item = queue.get())
    std::printf("got %s\n", item.c_str());
  std::puts("got all");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Queue<std::string> queue;
  mp::Process producer(produce, queue);
  mp::Process consumer(consume, queue);
  producer.start();
  consumer.start();
  producer.join();
  consumer.join();
  std::printf("the queue is %s\n", queue.empty() ? "empty" : "not empty");
}
