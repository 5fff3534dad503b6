// The file of a Unix socket, which lasts as long as its socket does.
//
// It is removed by remove(), by the destructor, and when the process ends of its own will; only by the process that has
// made it, wherever that is by now, and only if it is still the same file.
//
// Threads: one at a time at an object.
//
//   SocketFile file("here.sock");  // after bind(2)
#ifndef MP_OS_SOCKET_FILE_H_
#define MP_OS_SOCKET_FILE_H_

#include <sys/types.h>

#include <string>

namespace mp::os {

class SocketFile {
 public:
  // `directory`: made for this file alone, and removed with it. Empty: none was.
  explicit SocketFile(const std::string& path, const std::string& directory = "");
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile() { remove(); }

  // Again it does nothing.
  void remove();

  // Those that this process still has, as it does at its end; exit() does it as well.
  static void remove_all();

 private:
  struct All;

  void take_away() const;

  const std::string path_, directory_;
  const pid_t maker_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace mp::os

#endif  // MP_OS_SOCKET_FILE_H_
