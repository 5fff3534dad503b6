// A child that receives until the end of file. It is given both ends and closes the one that it does not use: a fork
// has a copy of that as of everything else, and would wait for itself.
//
// Unlike the note: a function of one parameter takes one argument. Two ends are two.
#include <cstdio>
#include <string>

#include "mp/connection.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

void receive(mp::Connection<std::string> senders, mp::Connection<std::string> mine) {
  senders.close();
  // Nothing comes at the end of file, for which recv() would raise mp::EOFError.
  while (auto message = mine.try_recv()) std::printf("received %s\n", message->c_str());
  std::puts("end of file");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  auto [mine, childs] = mp::Pipe<std::string>();
  mp::Process p(receive, mine, childs);
  p.start();
  childs.close();
  for (int i = 0; i < 10; ++i) mine.send("Guo " + std::to_string(i));
  mine.close();
  p.join();
}
