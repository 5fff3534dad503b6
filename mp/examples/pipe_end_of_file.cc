// The end of file: when nobody has the writer's end any more, recv() raises mp::EOFError, after the last message.
//
// Nobody includes this process: it has a copy of the writer's end, and closes it as soon as the child has its own.
//
// Unlike the note: it is not enough that the writer closes its end. While any process has a copy recv() waits.
#include <cstdio>
#include <string>

#include "mp/connection.h"
#include "mp/errors.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

void report(mp::Connection<std::string> writer) {
  for (int i = 0; i < 5; ++i) writer.send("message " + std::to_string(i));
}  // with this process goes its copy

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  auto [reader, writer] = mp::Pipe<std::string>(/*duplex=*/false);
  mp::Process p(report, writer);
  p.start();
  writer.close();
  try {
    for (;;) std::printf("received %s\n", reader.recv().c_str());
  } catch (const mp::EOFError& error) {
    std::printf("no more: %s\n", error.what());
  }
  p.join();
}
