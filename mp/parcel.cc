#include "mp/parcel.h"

#include <algorithm>
#include <span>
#include <utility>

#include "mp/os/descriptors.h"
#include "mp/wire/codec.h"

namespace mp {
namespace {

struct Size {
  uint64_t bytes;
  uint64_t descriptors;
};

// Absent: the sender has gone before that.
std::optional<std::string> receive_exactly(int socket, uint64_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string part = os::receive_descriptors(socket, size - all.size()).bytes;
    if (part.empty()) return std::nullopt;
    all += part;
  }
  return all;
}

}  // namespace

bool send_parcel(int socket, std::string_view bytes, const std::vector<int>& descriptors) {
  if (!os::send_descriptors(socket, encode(Size{bytes.size(), descriptors.size()}), {}))
    return false;
  std::span<const int> left(descriptors);
  while (!left.empty()) {
    const auto some = left.first(std::min(left.size(), os::kMostDescriptors));
    if (!os::send_descriptors(socket, "d", some)) return false;
    left = left.subspan(some.size());
  }
  return bytes.empty() || os::send_descriptors(socket, bytes, {});
}

std::optional<Parcel> receive_parcel(int socket) {
  const auto header = receive_exactly(socket, sizeof(Size));
  if (!header) return std::nullopt;
  const Size size = decode<Size>(*header);
  Parcel parcel;
  while (parcel.descriptors.size() < size.descriptors) {
    os::Received some = os::receive_descriptors(socket, 1);
    if (some.bytes.empty()) return std::nullopt;
    std::move(some.descriptors.begin(), some.descriptors.end(),
              std::back_inserter(parcel.descriptors));
  }
  auto bytes = receive_exactly(socket, size.bytes);
  if (!bytes) return std::nullopt;
  parcel.bytes = *std::move(bytes);
  return parcel;
}

}  // namespace mp
