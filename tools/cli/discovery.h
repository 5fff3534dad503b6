// Which implementations of the multiprocessing contract are on this machine.
//
// Every CPython 3.6 or later and every PyPy 3 that PATH, /usr/bin, /usr/local/bin, a pyenv or a release
// of Debian in a folder (tools/testees chroot) has, each with every start method it offers, with its
// executor, and with every module with multiprocessing's API and every executor that it can import; the
// thread-backed multiprocessing.dummy once. An interpreter is asked, not guessed at.
#ifndef TOOLS_CLI_DISCOVERY_H_
#define TOOLS_CLI_DISCOVERY_H_

#include <string>
#include <vector>

namespace mpcheck {

struct Implementation {
  std::string name;  // "cpython-3.11.2-billiard-fork"
  std::vector<std::string> command;
  std::string waivers;                  // a file, or empty
  bool usual = true;                    // judged when nothing is asked for
  std::vector<std::string> depends_on;  // files and folders whose change may change its behaviour
  std::string group;     // "cpython-3.11.2-billiard": its name without how it is judged
  std::string method;    // how a child comes about: "fork", ...
  std::string kind;      // what known_implementations.json calls it: "billiard"
  std::string version;   // its own: "4.1.0"; may be empty
  std::string where;     // the interpreter, module or program that it is
  std::string profiles;  // the folder of its profile (profiles.h), or empty
};

// Where discover() looks.
struct Places {
  std::string adapter;  // the Python adapter; waivers/, profiles/ and in_chroot stand beside it
  std::string chroots;  // a folder of folders, each with a release of Debian
  bool all = false;     // also at what is not usual: to ask an interpreter takes a moment
};
std::vector<Implementation> discover(const Places& places);

// A package that an interpreter can import.
struct Module {
  std::string name;     // "billiard"
  std::string version;  // "4.1.0"; may be empty
  std::string path;     // its folder
};

// What an interpreter says of itself: the answer to the question that discover() asks it.
struct Interpreter {
  std::string path;
  std::string chroot;  // the root that the paths are below; empty: this machine's
  std::string family;  // "cpython", "pypy"
  std::vector<int> version;
  std::vector<int> language;  // {3, 9} of a PyPy 7.3.11
  std::vector<std::string> start_methods;
  std::vector<Module> modules;          // beside multiprocessing
  std::vector<std::string> depends_on;  // itself, its standard library, those modules
  bool usual = true;
  std::string version_text() const;
};
// Empty path if `json` is no such answer.
Interpreter parse_interpreter(const std::string& json);

// The implementations that these interpreters amount to: the first interpreter's first, later ones
// by version.
std::vector<Implementation> implementations_of(const std::vector<Interpreter>& interpreters,
                                               const std::string& adapter);

}  // namespace mpcheck

#endif  // TOOLS_CLI_DISCOVERY_H_
