// A list of names that takes seconds to find, for somebody who waits at a Tab for it.
//
//   names = remembered_names(root / "results/known/implementations", [&] { return ask_everybody(); });
//
// What was found is kept in a file and told again for ten minutes. What has come since completes that much later at
// most; it can be typed at once. Processes may ask at the same time.
#ifndef TOOLS_CLI_REMEMBERED_NAMES_H_
#define TOOLS_CLI_REMEMBERED_NAMES_H_

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mpcheck {

using FindNames = std::function<std::vector<std::string>()>;

// The names in `file`, a line each, or else what `find` returns, which is kept if the file can be written. Nothing found
// is not kept.
std::vector<std::string> remembered_names(const std::filesystem::path& file, const FindNames& find);

}  // namespace mpcheck

#endif  // TOOLS_CLI_REMEMBERED_NAMES_H_
