// How a child process comes about.
//
// fork:       a copy of its creator, with all that it has in memory. The default.
// spawn:      the program begins anew, and main() hands over to run_if_child(). It has what it was passed.
// forkserver: a copy of a process that began anew when the first of them was started, and did nothing since.
//
// Chosen once for the program, for each Process on its own, or not at all. Threads: any.
//
//   mp::set_start_method(mp::StartMethod::kSpawn);
//   mp::get_start_method();                               // kSpawn
//   mp::set_start_method(mp::StartMethod::kFork);         // raises mp::RuntimeError
#ifndef MP_START_METHOD_H_
#define MP_START_METHOD_H_

#include <optional>
#include <string_view>
#include <vector>

namespace mp {

enum class StartMethod { kFork, kSpawn, kForkserver };

// "fork", "spawn", "forkserver".
std::string_view name_of(StartMethod method);
// Raises: ValueError for any other name.
StartMethod start_method_named(std::string_view name);

// The default first.
std::vector<StartMethod> get_all_start_methods();

// The one that was chosen, else the default, which is chosen thereby.
StartMethod get_start_method();
// Absent: none was chosen yet.
std::optional<StartMethod> chosen_start_method();
// Absent takes the choice back. Raises: RuntimeError if one was chosen already and there is no `force`.
void set_start_method(std::optional<StartMethod> method, bool force = false);

}  // namespace mp

#endif  // MP_START_METHOD_H_
