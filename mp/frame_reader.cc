#include "mp/frame_reader.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/os_error.h"

namespace mp {
namespace {

constexpr size_t kLeastRoom = 64 << 10;

void append_number(std::string* bytes, uint64_t number, int count) {
  for (int i = count - 1; i >= 0; --i) bytes->push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t number_at(const char* bytes, int count) {
  uint64_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

bool is_unix(int socket) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

// Absent: there is nothing yet. 0: the end.
std::optional<size_t> receive(int socket, char* to, size_t size) {
  while (true) {
    const ssize_t got = ::recv(socket, to, size, MSG_DONTWAIT);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EAGAIN) return std::nullopt;
    // A Unix socket tells once that the other end was closed with messages unread; nothing that it sent is lost.
    if (errno != EINTR && !(errno == ECONNRESET && is_unix(socket)))
      throw base::OsError(errno, "receive through a socket");
  }
}

[[noreturn]] void raise_torn() {
  throw base::OsError(EBADMSG, "receive a message: its sender closed the connection in the middle");
}

}  // namespace

std::string frame_head(uint64_t size) {
  std::string head;
  if (size <= 0x7fffffff) {
    append_number(&head, size, 4);
  } else {
    append_number(&head, 0xffffffff, 4);
    append_number(&head, size, 8);
  }
  return head;
}

FrameReader::Found FrameReader::read(int socket, uint64_t longest) {
  if (!size_) {
    const Found found = read_head(socket);
    if (found != Found::kMessage) return found;
    size_ = announced();
  }
  if (*size_ > longest) return Found::kTooLong;
  while (body_size_ < *size_) {
    make_room();
    const auto got = receive(socket, body_.data() + body_size_, body_.size() - body_size_);
    if (!got) return Found::kNotYet;
    if (*got == 0) raise_torn();
    body_size_ += *got;
  }
  return Found::kMessage;
}

FrameReader::Found FrameReader::read_head(int socket) {
  while (head_size_ < head_wanted()) {
    const auto got = receive(socket, head_.data() + head_size_, head_wanted() - head_size_);
    if (!got) return Found::kNotYet;
    if (*got == 0 && head_size_ == 0) return Found::kEndOfFile;
    if (*got == 0) raise_torn();
    head_size_ += *got;
  }
  return Found::kMessage;
}

size_t FrameReader::head_wanted() const {
  const bool is_long = head_size_ >= kShortHead && number_at(head_.data(), 4) == 0xffffffff;
  return is_long ? kLongHead : kShortHead;
}

// A negative one becomes one that is longer than any limit.
uint64_t FrameReader::announced() const {
  const char* at = head_.data();
  if (head_size_ == kLongHead) return number_at(at + kShortHead, 8);
  const uint64_t size = number_at(at, 4);
  return size <= 0x7fffffff ? size : ~uint64_t{0};
}

// As much again as has come, so that all of it is moved a few times at most.
void FrameReader::make_room() {
  if (body_size_ < body_.size()) return;
  const uint64_t more = std::min<uint64_t>(*size_ - body_size_, std::max(kLeastRoom, body_size_));
  body_.resize(body_size_ + static_cast<size_t>(more));
}

std::string FrameReader::take() {
  std::string message = std::exchange(body_, {});
  head_size_ = body_size_ = 0;
  size_.reset();
  return message;
}

}  // namespace mp
