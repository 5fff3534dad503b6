// Reads results (conformance/RESULTS.md) and tells them as tables.
#ifndef TOOLS_CLI_SUMMARY_H_
#define TOOLS_CLI_SUMMARY_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/cli/terminal.h"

namespace mpcheck {

// How often each came out. A variation that holds counts as variation.
struct Counts {
  int holds = 0, violated = 0, variation = 0, unsupported = 0, unknown = 0;
  int dirty = 0, hygiene_not_judged = 0;

  int total() const { return holds + violated + variation + unsupported + unknown; }
  void operator+=(const Counts& other);
};

// What is known of one implementation, so far.
struct Summary {
  std::string name;
  std::map<std::string, Counts> areas;
  std::vector<std::string> unexpected;               // "queue.x: the claim is violated"
  std::vector<std::string> not_judged;               // "queue.x: never_connected: ..."
  std::vector<std::pair<double, std::string>> took;  // milliseconds, claim
  int waived = 0;
  double seconds = 0;  // wall time; the caller knows it
  bool known = false;  // recalled from an earlier run

  Counts all() const;
  // Adds one line of a results file; ignores the header. False if it is no such line.
  bool add_line(const std::string& line);
};

// The table of implementations, then areas by implementation in blocks no wider than `width`.
std::string tables(const std::vector<Summary>& summaries, const std::vector<std::string>& areas,
                   size_t width, const Colours& colours = Colours::none());

// The `count` claims that took longest, over all implementations.
std::string slowest(const std::vector<Summary>& summaries, size_t count);

}  // namespace mpcheck

#endif  // TOOLS_CLI_SUMMARY_H_
