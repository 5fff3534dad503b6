// Messages out of a stream socket, piece by piece as the bytes come.
//
// On the wire a message is its length and its bytes: the length as a signed 32-bit number, most significant byte
// first; or -1 and a 64-bit one. That is what CPython sends. Nothing is read beyond the end of a message, so whoever
// reads the socket next finds the next message's beginning.
//
// A length is a stranger's word: room is made for what has come, never for what was announced.
//
// Threads: one at a time.
//
//   FrameReader reader;
//   while (reader.read(socket, kLongest) == FrameReader::Found::kNotYet) wait_readable(socket, deadline);
//   std::string message = reader.take();
#ifndef MP_FRAME_READER_H_
#define MP_FRAME_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace mp {

// Of a message's length.
inline constexpr uint64_t kNoLimit = std::numeric_limits<int64_t>::max();

// What stands before a message of this length.
std::string frame_head(uint64_t size);

class FrameReader {
 public:
  enum class Found {
    kMessage,
    kNotYet,     // the rest of it is still to come
    kEndOfFile,  // nobody has the other end, and no message has begun
    kTooLong     // or of a length that is none; the stream is of no use any more
  };
  // Reads what is there of the next message, and does not wait. Raises: OSError with EBADMSG if the other end is closed
  // in the middle of the message; others of the kernel's.
  Found read(int socket, uint64_t longest = kNoLimit);

  // The message that was found; the next read() begins with the next one.
  std::string take();

 private:
  static constexpr size_t kShortHead = 4, kLongHead = 12;

  Found read_head(int socket);
  size_t head_wanted() const;
  uint64_t announced() const;
  void make_room();

  std::array<char, kLongHead> head_ = {};
  size_t head_size_ = 0;          // so much of it has come
  std::optional<uint64_t> size_;  // of the body, when the head has come
  std::string body_;
  size_t body_size_ = 0;  // so much of it has come; the rest is room
};

}  // namespace mp

#endif  // MP_FRAME_READER_H_
