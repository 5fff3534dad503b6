#include "tools/cli/remembered_names.h"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kRemembered(10);

bool is_recent(const fs::path& file) {
  std::error_code error;
  const fs::file_time_type written = fs::last_write_time(file, error);
  if (error) return false;
  const auto age = fs::file_time_type::clock::now() - written;
  return age >= age.zero() && age < kRemembered;
}

// A reader sees all of it or nothing.
void keep(const fs::path& file, const std::vector<std::string>& names) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const fs::path whole = absl::StrCat(file.string(), ".", ::getpid());
  std::ofstream out(whole);
  for (const std::string& name : names) out << name << "\n";
  out.close();
  if (out) fs::rename(whole, file, error);
  if (!out || error) fs::remove(whole, error);
}

}  // namespace

std::vector<std::string> remembered_names(const fs::path& file, const FindNames& find) {
  std::vector<std::string> names;
  if (is_recent(file)) {
    std::ifstream in(file);
    for (std::string name; std::getline(in, name);) names.push_back(name);
  }
  if (!names.empty()) return names;
  names = find();
  if (!names.empty()) keep(file, names);
  return names;
}

}  // namespace mpcheck
