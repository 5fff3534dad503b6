// Memory that processes share: an anonymous file (memfd), and views of parts of it.
//
// It has no name, so nothing is left when the last process that has it is gone, however it went. It may be
// much larger than what is in it: only pages that were written take memory, and give_back() frees them again.
//
// Processes: a forked child has the file and the views; another gets the descriptor. Threads: any.
//
//   SharedFile file = SharedFile::make("queue", 4096);
//   View view = file.view(0, 4096);
//   auto* header = new (view.data()) Header;
#ifndef MP_OS_SHARED_FILE_H_
#define MP_OS_SHARED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/unique_fd.h"

namespace mp::os {

// The next multiple of `unit` from `size` on.
constexpr uint64_t rounded_up(uint64_t size, uint64_t unit) {
  return (size + unit - 1) / unit * unit;
}

// A part of a file in this process's memory, while it lives.
class View {
 public:
  View() = default;
  View(View&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  View& operator=(View&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~View();

  std::byte* data() const { return data_; }  // nullptr if it is a view of nothing
  size_t size() const { return size_; }

 private:
  friend class SharedFile;
  View(std::byte* data, size_t size) : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

class SharedFile {
 public:
  // Of zeros. `name` is for people who look into /proc/PID/maps.
  // Raises: base::OsError
  static SharedFile make(const char* name, uint64_t size);
  // One that another process has made.
  static SharedFile adopt(base::UniqueFd fd) { return SharedFile(std::move(fd)); }

  // -1 once it is closed.
  int fd() const { return fd_.get(); }
  // Gives the descriptor back; views stay.
  void close() { fd_.reset(); }
  // Raises: base::OsError
  uint64_t size() const;

  // Then: it has `least` bytes or more; new ones are zeros. Raises: base::OsError
  void grow_to(uint64_t least) const;
  // Requires: whole pages within the file. Raises: base::OsError
  View view(uint64_t offset, size_t size) const;
  // Frees the memory of these pages, in whatever process. Then: they hold zeros.
  void give_back(uint64_t offset, uint64_t size) const;

 private:
  explicit SharedFile(base::UniqueFd fd) : fd_(std::move(fd)) {}

  base::UniqueFd fd_;
};

}  // namespace mp::os

#endif  // MP_OS_SHARED_FILE_H_
