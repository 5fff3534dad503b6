#include "conformance/claims/process_support.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "conformance/claims/member_of.h"
#include "conformance/stage/matchers.h"
#include "gtest/gtest.h"

namespace conformance {

Claims all_of(std::vector<Claims> parts) {
  Claims all;
  for (Claims& part : parts) {
    all.insert(all.end(), std::make_move_iterator(part.begin()),
               std::make_move_iterator(part.end()));
  }
  return all;
}

RemoteProcess process_named(std::string name) {
  RemoteProcess process;
  process.name = std::move(name);
  return process;
}

std::string error_of(const Call& call) {
  const Outcome& outcome = call.outcome();
  if (const Raised* raised = std::get_if<Raised>(&outcome)) return raised->type;
  return text_of(outcome);
}

Value exit_code(Puppet& creator, const RemoteProcess& child) {
  creator.must(child.join());
  return creator.must(child.exitcode());
}

Value ends_with(Puppet& creator, Puppet& child, Op ending) {
  child.must(std::move(ending));
  return exit_code(creator, child.handle());
}

void only_under(Stage& stage, const std::string& method) {
  const std::string& ours = stage.about().start_method;
  if (ours != method) {
    throw Abandon{Abandon::Why::kUnsupported, "this is about " + method + ", not " + ours};
  }
}

void kill_at_once(Stage& stage, Puppet& victim) {
  stage.signal(victim, SIGKILL);
  EXPECT_TRUE(stage.process_ends(victim));
}

void kill_and_settle(Stage& stage, Puppet& victim) {
  kill_at_once(stage, victim);
  EXPECT_TRUE(stage.comes_to_rest());
}

void await_end(Stage& stage, Puppet& child) {
  EXPECT_TRUE(stage.process_ends(child)) << child.name() << " does not end";
  EXPECT_TRUE(stage.comes_to_rest());
}

std::set<int64_t> pids_of(const Value& children) {
  std::set<int64_t> pids;
  for (const Value& child : as_list(children)) pids.insert(as_int(member_of(child, "pid")));
  return pids;
}

std::set<std::string> names_of(const Value& children) {
  std::set<std::string> names;
  for (const Value& child : as_list(children)) names.insert(as_text(member_of(child, "name")));
  return names;
}

std::set<pid_t> helpers(Stage& stage, const std::vector<const Puppet*>& puppets) {
  std::vector<pid_t> live = stage.processes();
  std::set<pid_t> rest(live.begin(), live.end());
  rest.erase(stage.main().pid());
  for (const Puppet* puppet : puppets) rest.erase(puppet->pid());
  return rest;
}

size_t names_in_shared_memory(Stage& stage) {
  EXPECT_TRUE(stage.comes_to_rest());
  const auto names = stage.shared_memory();
  if (!names) throw Abandon{Abandon::Why::kUnsupported, "/dev/shm is not its own"};
  return names->size();
}

size_t open_descriptors(pid_t pid) {
  std::filesystem::directory_iterator all(absl::StrCat("/proc/", pid, "/fd"));
  return std::distance(begin(all), end(all));
}

std::string status_line(pid_t pid, const std::string& name) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) {
      return std::string(absl::StripAsciiWhitespace(line.substr(name.size() + 1)));
    }
  }
  return "";
}

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string shared_memory_folder(pid_t pid) {
  const std::string its_root = absl::StrCat("/proc/", pid, "/root");
  return its_root + "/dev/shm";
}

}  // namespace conformance
