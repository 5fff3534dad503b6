// The trace of a claim as the report's page reads it: arrays instead of objects, whole microseconds
// since the claim began (page/timeline_data.js has the other half).
//
//   {"c":[[puppet, op, sent, answered, t0, t1, [accepted...], outcome, ended, result,
//          [[at, proved, why]...]]...],
//    "p":[[puppet, pid, ppid, tid, came, ended, ending]...],
//    "i":[[at, pid, what]...]}
#ifndef TOOLS_REPORT_TIMELINE_H_
#define TOOLS_REPORT_TIMELINE_H_

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mpcheck {

// Of a claim's line in a results file. Empty if it has no trace.
std::string timeline_of(const nlohmann::json& line);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_TIMELINE_H_
