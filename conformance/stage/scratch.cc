#include "conformance/stage/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/os_error.h"
#include "base/unique_fd.h"

namespace conformance {

Scratch::Scratch() {
  // Not TMPDIR: the path of a socket may have 107 bytes at most, and build tools nest deeply.
  char path[] = "/tmp/mpcheck-XXXXXX";
  if (::mkdtemp(path) == nullptr) throw base::OsError(errno, "make a scratch folder below /tmp");
  path_ = path;
  base::check(::mkdir(file("cwd").c_str(), 0700), "make the testee's working directory");
  base::check(::mkdir(file("tmp").c_str(), 0700), "make the testee's folder for temporary files");
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Scratch::temporary_files() const {
  base::UniqueFd dir(::open(file("tmp").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return dir ? names_in(dir.get()) : std::vector<std::string>();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string tail_of_file(const std::string& path, size_t most) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return "";
  const auto size = static_cast<size_t>(in.tellg());
  in.seekg(static_cast<std::streamoff>(size > most ? size - most : 0));
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> names_in(int directory_fd) {
  std::vector<std::string> names;
  base::UniqueFd own(::openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* dir = own ? ::fdopendir(own.get()) : nullptr;
  if (dir == nullptr) return names;
  (void)own.release();  // closedir() closes it
  while (const dirent* entry = ::readdir(dir)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  ::closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace conformance
