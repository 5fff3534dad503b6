// A pipe has two ends: what one sends the other receives, in both directions.
//
// Between processes each has one end, and it does not matter who has which.
//
// Unlike the note: pipes are safe. Even several processes may send, or receive, on one end at the same time (in Python
// they must not).
#include <cstdio>
#include <string>

#include "mp/connection.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

void answer(mp::Connection<std::string> end) {
  const std::string question = end.recv();
  end.send(question + " fine");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  auto [first, second] = mp::Pipe<std::string>();

  first.send("123");
  std::printf("second received %s\n", second.recv().c_str());
  second.send("456");
  std::printf("first received %s\n", first.recv().c_str());

  mp::Process has_second(answer, second);
  has_second.start();
  first.send("how is the second end?");
  std::puts(first.recv().c_str());
  has_second.join();

  mp::Process has_first(answer, first);
  has_first.start();
  second.send("how is the first end?");
  std::puts(second.recv().c_str());
  has_first.join();
}
