#include "tools/report/deflate.h"

#include <zlib.h>

#include <stdexcept>

#include "absl/strings/escaping.h"

namespace mpcheck {
namespace {

constexpr int kLevel = 6, kRawWindow = -15, kMemory = 8;

}  // namespace

std::string deflated_base64(std::string_view text) {
  z_stream stream{};
  if (::deflateInit2(&stream, kLevel, Z_DEFLATED, kRawWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int end = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (end != Z_STREAM_END)
    throw std::logic_error("deflate did not finish in the room it asked for");
  return absl::Base64Escape(out);
}

}  // namespace mpcheck
