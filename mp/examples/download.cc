// One process downloads, another analyses what has come so far, and takes it for the end when nothing came for a
// while: get() with a timeout raises mp::Empty.
//
// Unlike the note: an item that comes later than that is never analysed. To be sure, send a last item that says so
// (between_children.cc), or use a JoinableQueue (swords.cc).
//
//   download --pause=1 --timeout=2          seconds between downloads, and for which the analysis waits
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "mp/errors.h"
#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/queue.h"

using Seconds = std::chrono::duration<double>;

void download(mp::Queue<int> queue, Seconds pause) {
  for (int i = 0; i < 10; ++i) {
    queue.put(i);
    std::this_thread::sleep_for(pause);
  }
}

void analyse(mp::Queue<int> queue, Seconds timeout) {
  std::vector<int> data;
  try {
    for (;;) {
      data.push_back(queue.get(timeout));
      for (int each : data) std::printf("%d ", each);
      std::printf("\n");
    }
  } catch (const mp::Empty&) {
    std::printf("%zu in all\n", data.size());
  }
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  const Seconds pause(std::stod(examples::flag(argc, argv, "--pause=", "1")));
  const Seconds timeout(std::stod(examples::flag(argc, argv, "--timeout=", "2")));
  mp::Queue<int> queue;
  mp::Process downloader(download, queue, pause);
  mp::Process analyser(analyse, queue, timeout);
  downloader.start();
  analyser.start();
}
