#include "mp/os/named_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "mp/os/incarnation.h"
#include "mp/os/kill_point.h"

namespace mp::os {
namespace {

constexpr char kFolder[] = "/dev/shm/";
constexpr std::string_view kMark = "mp-made-by.";

// A signal makes the kernel begin a piece anew.
constexpr uint64_t kPiece = 16 << 20;

// By this process and those that it was forked from.
std::atomic<unsigned> g_made{0};

// The second name of a file.
struct Mark {
  Incarnation maker;
  unsigned serial;   // of those that he has made
  std::string name;  // the first

  std::string path() const {
    return kFolder + std::string(kMark) + std::to_string(maker.space) + "." +
           std::to_string(maker.pid) + "." + std::to_string(maker.start) + "." +
           std::to_string(serial) + "." + name;
  }
};

// Requires: it begins as a mark does.
std::optional<Mark> read_mark(const std::string& file) {
  unsigned long space = 0, start = 0;
  unsigned serial = 0;
  int pid = 0, end = 0;
  std::sscanf(file.c_str() + kMark.size(), "%lu.%d.%lu.%u.%n", &space, &pid, &start, &serial, &end);
  if (end == 0) return std::nullopt;
  return Mark{.maker = {.space = space, .pid = pid, .start = start},
              .serial = serial,
              .name = file.substr(kMark.size() + static_cast<size_t>(end))};
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::string path_of(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos || name.starts_with(kMark))
    throw base::OsError(EINVAL, "use " + quoted(name) + " as a name of shared memory");
  return kFolder + name;
}

// Whoever takes a file's names off has this lock of it, so that two do not take them for those of a later one.
class Removal {
 public:
  explicit Removal(base::UniqueFd file) : file_(std::move(file)) {
    base::check(base::retry_eintr([&] { return ::flock(file_.get(), LOCK_EX); }),
                "lock shared memory that is to be removed");
  }
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  // Not by closing it: a child that was forked meanwhile has it open, too.
  ~Removal() { ::flock(file_.get(), LOCK_UN); }

  bool is_at(const std::string& path) const {
    struct stat mine, there;
    return ::fstat(file_.get(), &mine) == 0 && ::lstat(path.c_str(), &there) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
  }

 private:
  base::UniqueFd file_;
};

base::UniqueFd opened(const std::string& path, int flags) {
  return base::UniqueFd(
      base::retry_eintr([&] { return ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC); }));
}

template <class See>
void for_each_mark(See see) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(kFolder), ::closedir);
  if (folder == nullptr) return;
  while (const dirent* each = ::readdir(folder.get())) {
    if (!std::string_view(each->d_name).starts_with(kMark)) continue;
    if (const std::optional<Mark> mark = read_mark(each->d_name)) see(*mark);
  }
}

// What another user made is his to clear away.
void remove_marked(const Mark& mark) {
  base::UniqueFd file = opened(mark.path(), O_RDONLY);
  if (!file) return;
  const Removal removal(std::move(file));
  if (removal.is_at(kFolder + mark.name)) {
    MP_KILL_POINT();
    ::unlink((kFolder + mark.name).c_str());
  }
  MP_KILL_POINT();
  ::unlink(mark.path().c_str());
}

void remove_those_of_the_dead() {
  for_each_mark([](const Mark& mark) {
    if (has_ended(mark.maker)) remove_marked(mark);
  });
}

void remove_mine_at_exit() {
  static const bool registered = std::atexit(remove_all_named) == 0;
  static_cast<void>(registered);
}

// Gives the file memory: what is only announced would kill whoever touches it when there is none.
void fill(int fd, uint64_t size, const std::string& step) {
  struct statvfs room;
  if (::fstatvfs(fd, &room) == 0 && room.f_blocks != 0 && size / room.f_frsize > room.f_bavail)
    throw base::OsError(ENOSPC, step);
  for (uint64_t at = 0; at < size;) {
    const uint64_t piece = std::min(kPiece, size - at);
    const int error = ::posix_fallocate(fd, static_cast<off_t>(at), static_cast<off_t>(piece));
    if (error == EINTR) continue;
    if (error != 0) throw base::OsError(error, step);
    at += piece;
  }
}

}  // namespace

SharedFile make_named(const std::string& name, uint64_t size) {
  const std::string path = path_of(name), step = "make shared memory " + quoted(name) + " of " +
                                                 std::to_string(size) + " bytes";
  remove_those_of_the_dead();
  remove_mine_at_exit();
  const Mark mark{.maker = my_incarnation(), .serial = ++g_made, .name = name};
  base::UniqueFd file(base::check(
      ::open(mark.path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), step));
  MP_KILL_POINT();
  try {
    base::check(::ftruncate(file.get(), static_cast<off_t>(size)), step);
    MP_KILL_POINT();
    fill(file.get(), size, step);
    MP_KILL_POINT();
    base::check(::link(mark.path().c_str(), path.c_str()), step);
    MP_KILL_POINT();
  } catch (...) {
    ::unlink(mark.path().c_str());
    throw;
  }
  return SharedFile::adopt(std::move(file));
}

void remove_all_named() noexcept try {
  if (g_made == 0) return;
  const Incarnation me = my_incarnation();
  for_each_mark([&](const Mark& mark) {
    if (mark.maker == me) remove_marked(mark);
  });
} catch (const std::exception&) {  // others will
}

SharedFile open_named(const std::string& name) {
  const std::string path = path_of(name);
  remove_those_of_the_dead();
  base::UniqueFd file = opened(path, O_RDWR);
  base::check(file.get(), "open shared memory " + quoted(name));
  return SharedFile::adopt(std::move(file));
}

void remove_named(const std::string& name) {
  const std::string path = path_of(name), step = "remove shared memory " + quoted(name);
  while (true) {
    base::UniqueFd file = opened(path, O_RDONLY);
    base::check(file.get(), step);
    const Removal removal(std::move(file));
    if (!removal.is_at(path)) continue;  // another took it off, and perhaps there is a later one
    MP_KILL_POINT();
    base::check(::unlink(path.c_str()), step);
    MP_KILL_POINT();
    for_each_mark([&](const Mark& mark) {
      if (mark.name == name && removal.is_at(mark.path())) ::unlink(mark.path().c_str());
    });
    return;
  }
}

}  // namespace mp::os
