// Producer and consumer with a JoinableQueue: join() waits until every item that was put is done with.
//
// The consumer never ends by itself. It is a daemon, and goes with the main program, which waits for the producer,
// which waits for the consumer to be done.
//
// Unlike the note: join() does not tell how many items are done with; it returns when all are, whoever put them.
#include <cstdio>
#include <string>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/queue.h"

void consume(mp::JoinableQueue<std::string> swords, std::vector<std::string> heroes) {
  for (size_t i = 0;; ++i) {
    const std::string sword = swords.get();
    std::printf("%s takes %s\n", heroes[i % heroes.size()].c_str(), sword.c_str());
    swords.task_done();
  }
}

void produce(mp::JoinableQueue<std::string> swords, std::string smith) {
  for (int i = 1; i <= 8; ++i) swords.put(smith + "'s sword " + std::to_string(i));
  swords.join();
  std::puts("all swords are taken");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::JoinableQueue<std::string> swords;
  const std::vector<std::string> heroes{"Ge Nie", "Wei Zhuang", "Gao Jianli", "Sheng Qi", "Yan Ri"};
  mp::Process consumer({.daemon = true}, consume, swords, heroes);
  mp::Process producer(produce, swords, "Yue");
  consumer.start();
  producer.start();
  producer.join();
}
