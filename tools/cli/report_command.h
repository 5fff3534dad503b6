// mpcheck report: what was found out, as a page for people and in forms for programs. Its --help tells of the forms.
#ifndef TOOLS_CLI_REPORT_COMMAND_H_
#define TOOLS_CLI_REPORT_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/command.h"

namespace mpcheck {

Command report_command();

struct WrittenPage {
  std::string error;                // why there is none; empty: it is there
  std::vector<std::string> unread;  // what of the results could not be read; the page says so, too
};

// The page of the results in `places`, written to `output`. `root`: the checkout, where the catalogue of statements is.
WrittenPage write_report_page(const std::vector<std::string>& places, const std::string& output,
                              const std::string& root, const std::string& notes = "");

}  // namespace mpcheck

#endif  // TOOLS_CLI_REPORT_COMMAND_H_
