#include "mp/os/socket_file.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/os_error.h"

namespace mp::os {

// Those that exist, of this process and of those that it was forked from.
struct SocketFile::All {
  std::mutex mutex;
  std::set<SocketFile*> files;

  // Never destroyed: the end of a program is later than that of its globals.
  static All& get() {
    static All* const it = [] {
      auto* made = new All;
      if (std::atexit(remove_all) != 0)
        throw base::OsError(ENOMEM, "register what is done at the program's end");
      const int error = ::pthread_atfork([] { get().mutex.lock(); }, [] { get().mutex.unlock(); },
                                         [] { get().mutex.unlock(); });
      if (error != 0) throw base::OsError(error, "prepare for forks");
      return made;
    }();
    return *it;
  }
};

SocketFile::SocketFile(const std::string& path, const std::string& directory)
    : path_(std::filesystem::absolute(path)), directory_(directory), maker_(::getpid()) {
  struct stat about = {};
  base::check(::stat(path_.c_str(), &about), "look at the socket " + path_);
  device_ = about.st_dev;
  inode_ = about.st_ino;
  std::scoped_lock hold(All::get().mutex);
  All::get().files.insert(this);
}

void SocketFile::remove() {
  std::scoped_lock hold(All::get().mutex);
  if (All::get().files.erase(this) != 0) take_away();
}

void SocketFile::remove_all() {
  std::scoped_lock hold(All::get().mutex);
  for (const SocketFile* each : All::get().files) each->take_away();
  All::get().files.clear();
}

void SocketFile::take_away() const {
  if (::getpid() != maker_) return;
  struct stat about = {};
  if (::stat(path_.c_str(), &about) == 0 && about.st_dev == device_ && about.st_ino == inode_)
    ::unlink(path_.c_str());
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

}  // namespace mp::os
