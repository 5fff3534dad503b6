// What the claims about processes share: reading an ending, and the kernel's view of one process.
#ifndef CONFORMANCE_CLAIMS_PROCESS_SUPPORT_H_
#define CONFORMANCE_CLAIMS_PROCESS_SUPPORT_H_

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "conformance/claims/claim.h"
#include "conformance/stage/stage.h"

namespace conformance {

// One list out of several.
Claims all_of(std::vector<Claims> parts);

// A handle for what an operation names `as`.
RemoteProcess process_named(std::string name);

// The error's type if the call raised one, else what it did instead: for variations.
std::string error_of(const Call& call);

// Joins the child and reads its exit code. Must return.
Value exit_code(Puppet& creator, const RemoteProcess& child);

// Tells the child to end in this way and waits for it: its exit code.
Value ends_with(Puppet& creator, Puppet& child, Op ending);

// The claim is about this start method only.
void only_under(Stage& stage, const std::string& method);

// Then: the process is over; others may not have noticed.
void kill_at_once(Stage& stage, Puppet& victim);

// Kills a process in whatever it does, and waits until all that watches it has seen it.
void kill_and_settle(Stage& stage, Puppet& victim);

// Waits until the child's process is over and whoever watches it has noticed. Nobody asks for it.
void await_end(Stage& stage, Puppet& child);

// Of active_children().
std::set<int64_t> pids_of(const Value& children);
std::set<std::string> names_of(const Value& children);

// Processes of the testee that are neither its main program nor one of `puppets`: servers,
// trackers.
std::set<pid_t> helpers(Stage& stage, const std::vector<const Puppet*>& puppets);

// How many names the testee, when all of it has come to rest, has in its shared memory. Says that the
// claim is unsupported where that is not its own.
size_t names_in_shared_memory(Stage& stage);

// How many descriptors the process has open.
size_t open_descriptors(pid_t pid);

// A line of /proc/PID/status, such as "SigIgn", without its name.
std::string status_line(pid_t pid, const std::string& name);

// How often `part` occurs in `text`.
int occurrences(const std::string& text, const std::string& part);

// Where the testee's shared memory is, as a process of it sees it and the runner reaches it.
std::string shared_memory_folder(pid_t pid);

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_PROCESS_SUPPORT_H_
