// Which implementations of the multiprocessing contract are on this machine.
//
// Every CPython 3.6 or later and every PyPy 3 that PATH, /usr/bin, /usr/local/bin or a pyenv has,
// each with every start method it offers and every module with multiprocessing's API that it can
// import; the thread-backed multiprocessing.dummy once. An interpreter is asked, not guessed at.
#ifndef TOOLS_CLI_DISCOVERY_H_
#define TOOLS_CLI_DISCOVERY_H_

#include <string>
#include <vector>

namespace mpcheck {

struct Implementation {
  std::string name;  // "cpython-3.11.2-fork"
  std::vector<std::string> command;
  std::string waivers;                  // a file, or empty
  bool usual = true;                    // judged when nothing is asked for
  std::vector<std::string> depends_on;  // files and folders whose change may change its behaviour
};

// `adapter` is the Python adapter's path; `waivers` the folder with files such as cpython-fork.txt.
// Those that are not usual are looked for only if `all` is set: to ask an interpreter takes a
// moment.
std::vector<Implementation> discover(const std::string& adapter, const std::string& waivers,
                                     bool all);

// What an interpreter says of itself: the answer to the question that discover() asks it.
struct Interpreter {
  std::string path;
  std::string family;  // "cpython", "pypy"
  std::vector<int> version;
  std::vector<std::string> start_methods;
  std::vector<std::string> modules;     // beside multiprocessing: "billiard", ...
  std::vector<std::string> depends_on;  // itself, its standard library, those modules
  bool usual = true;
  std::string version_text() const;
};
// Empty path if `json` is no such answer.
Interpreter parse_interpreter(const std::string& json);

// The implementations that these interpreters amount to: the first interpreter's first, later ones
// by version.
std::vector<Implementation> implementations_of(const std::vector<Interpreter>& interpreters,
                                               const std::string& adapter,
                                               const std::string& waivers);

}  // namespace mpcheck

#endif  // TOOLS_CLI_DISCOVERY_H_
