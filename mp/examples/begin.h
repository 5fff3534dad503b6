// What main() of every example begins with, so that each shows the same whichever way its children come about:
//
//   mp/examples/hello --start-method=fork|spawn|forkserver       (fork, if it is not said)
//
// In a program of your own that is mp::run_if_child(argc, argv), and mp::set_start_method() if you want another one
// than the default.
#ifndef MP_EXAMPLES_BEGIN_H_
#define MP_EXAMPLES_BEGIN_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "mp/process.h"
#include "mp/start_method.h"

namespace examples {

// What stands behind `name`, like "--timeout=", among the arguments.
inline std::string flag(int argc, char** argv, std::string_view name, std::string_view otherwise) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(name)) return std::string(argument.substr(name.size()));
  }
  return std::string(otherwise);
}

inline void choose_start_method(int argc, char** argv) {
  mp::set_start_method(mp::start_method_named(flag(argc, argv, "--start-method=", "fork")));
}

inline void begin(int argc, char** argv) {
  // Into a pipe or a file, too, each line goes when it is printed: lines of several processes stand in that order.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  mp::run_if_child(argc, argv);
  choose_start_method(argc, argv);
}

}  // namespace examples

#endif  // MP_EXAMPLES_BEGIN_H_
