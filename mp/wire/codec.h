// How a value travels to another process: as bytes, written there and read here.
//
// Numbers, bool, enumerations, durations, std::string, vector, array, pair, tuple, optional, variant, map, set and
// their unordered forms, structs of such members that have no constructor, and whatever has a Codec of its own:
//
//   template <>
//   struct mp::Codec<Colour> {
//     static void write(Writer& out, const Colour& c) { out.write(c.rgb()); }
//     static Colour read(Reader& in) { return Colour(in.read<uint32_t>()); }
//   };
//
//   std::string bytes = encode(std::vector{1, 2, 3});
//   auto numbers = decode<std::vector<int>>(bytes);
//
// The bytes are those of this machine and this program; they are no format for files. What does not travel
// (pointers, references, views) does not compile, and a sentence says why.
//
// Raises: DecodeError for bytes that encode() has not made of the type.
#ifndef MP_WIRE_CODEC_H_
#define MP_WIRE_CODEC_H_

#include <array>
#include <chrono>
#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "mp/wire/aggregate.h"
#include "mp/wire/reader.h"
#include "mp/wire/writer.h"

namespace mp {

namespace wire {

// Of which the bytes in memory are the value.
template <class T>
concept Plain = (std::is_arithmetic_v<T> && !std::same_as<T, bool>) || std::is_enum_v<T>;

template <class T>
concept Growing = requires(T c, typename T::value_type v) {
  c.insert(c.end(), std::move(v));
  c.size();
};

}  // namespace wire

// Everything else: a struct without a constructor, member by member.
template <class T>
struct Codec {
  static void write(Writer& out, const T& value) {
    static_assert(wire::Aggregate<T>,
                  "this type has no mp::Codec: specialise it, or make the type a struct without a "
                  "constructor");
    std::apply([&](const auto&... member) { (out.write(member), ...); }, wire::members_of(value));
  }
  static T read(Reader& in) {
    T value{};
    std::apply(
        [&](auto&... member) {
          ((member = in.read<std::remove_cvref_t<decltype(member)>>()), ...);
        },
        wire::members_of(value));
    return value;
  }
};

template <wire::Plain T>
struct Codec<T> {
  static void write(Writer& out, T value) { out.write_raw(&value, sizeof(value)); }
  static T read(Reader& in) {
    T value;
    in.read_raw(&value, sizeof(value));
    return value;
  }
};

template <>
struct Codec<bool> {
  static void write(Writer& out, bool value) { out.write<unsigned char>(value ? 1 : 0); }
  static bool read(Reader& in) {
    const auto byte = in.read<unsigned char>();
    if (byte > 1) throw DecodeError("a bool that is neither true nor false");
    return byte == 1;
  }
};

template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static void write(Writer& out, const Duration& value) { out.write(value.count()); }
  static Duration read(Reader& in) { return Duration(in.read<Rep>()); }
};

template <>
struct Codec<std::string> {
  static void write(Writer& out, const std::string& value) {
    out.write_size(value.size());
    out.write_raw(value.data(), value.size());
  }
  static std::string read(Reader& in) { return std::string(in.read_bytes(in.read_size(1))); }
};

template <>
struct Codec<std::monostate> {
  static void write(Writer&, std::monostate) {}
  static std::monostate read(Reader&) { return {}; }
};

// vector, map, set, ...: how many, and each.
template <class T>
requires(wire::Growing<T> && !std::same_as<T, std::string>) struct Codec<T> {
  // A map's own value_type has a key that can't be read into.
  template <class Item>
  struct Readable {
    using type = Item;
  };
  template <class K, class V>
  struct Readable<std::pair<const K, V>> {
    using type = std::pair<K, V>;
  };
  using Item = typename Readable<typename T::value_type>::type;
  static constexpr size_t kMostWithoutBytes = 1 << 20;
  static constexpr bool kWhole = wire::Plain<Item> && requires(T c) {
    { c.data() } -> std::same_as<Item*>;
  };

  static void write(Writer& out, const T& value) {
    out.write_size(value.size());
    if constexpr (kWhole) {
      out.write_raw(value.data(), value.size() * sizeof(Item));
    } else {
      for (const auto& each : value) out.write<Item>(each);
    }
  }
  static T read(Reader& in) {
    T value;
    if constexpr (kWhole) {
      value.resize(in.read_size(sizeof(Item)));
      in.read_raw(value.data(), value.size() * sizeof(Item));
    } else {
      // Not more than the bytes call for: an item that takes some ends with them.
      const size_t size = in.read_size(0);
      for (size_t i = 0; i < size; ++i) {
        const size_t left = in.left();
        value.insert(value.end(), in.read<Item>());
        if (in.left() == left && size > kMostWithoutBytes)
          throw DecodeError(std::to_string(size) + " items without any bytes");
      }
    }
    return value;
  }
};

template <class T, size_t N>
struct Codec<std::array<T, N>> {
  static void write(Writer& out, const std::array<T, N>& value) {
    for (const T& each : value) out.write(each);
  }
  static std::array<T, N> read(Reader& in) {
    return [&]<size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{(static_cast<void>(I), in.read<T>())...};
    }
    (std::make_index_sequence<N>());
  }
};

template <class... T>
struct Codec<std::tuple<T...>> {
  static void write(Writer& out, const std::tuple<T...>& value) {
    std::apply([&](const T&... each) { (out.write(each), ...); }, value);
  }
  static std::tuple<T...> read(Reader& in) {
    return std::tuple<T...>{in.read<T>()...};  // braces: from left to right
  }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
  static void write(Writer& out, const std::pair<A, B>& value) {
    out.write(value.first);
    out.write(value.second);
  }
  static std::pair<A, B> read(Reader& in) { return {in.read<A>(), in.read<B>()}; }
};

template <class T>
struct Codec<std::optional<T>> {
  static void write(Writer& out, const std::optional<T>& value) {
    out.write(value.has_value());
    if (value) out.write(*value);
  }
  static std::optional<T> read(Reader& in) {
    if (!in.read<bool>()) return std::nullopt;
    return in.read<T>();
  }
};

template <class... T>
struct Codec<std::variant<T...>> {
  static void write(Writer& out, const std::variant<T...>& value) {
    out.write_size(value.index());
    std::visit([&](const auto& each) { out.write(each); }, value);
  }
  static std::variant<T...> read(Reader& in) {
    return read_alternative(in, in.read_size(0), std::index_sequence_for<T...>());
  }

 private:
  template <size_t... I>
  static std::variant<T...> read_alternative(Reader& in, size_t index, std::index_sequence<I...>) {
    std::optional<std::variant<T...>> value;
    ((I == index ? static_cast<void>(value.emplace(std::in_place_index<I>, in.read<T>()))
                 : static_cast<void>(0)),
     ...);
    if (!value)
      throw DecodeError("a variant of " + std::to_string(sizeof...(T)) +
                        " types that holds number " + std::to_string(index));
    return *std::move(value);
  }
};

// Queues, locks and what else is shared.
template <std::derived_from<wire::Handle> T>
struct Codec<T> {
  static void write(Writer& out, const T& value) { value.pack(out); }
  static T read(Reader& in) { return T::unpack(in); }
};

template <class T>
std::string encode(const T& value) {
  wire::check_may_be_sent<T>();
  std::string bytes;
  Writer(&bytes).write(value);
  return bytes;
}
// With the descriptors that go along.
template <class T>
std::string encode(const T& value, Luggage& luggage) {
  std::string bytes;
  Writer(&bytes, &luggage).write(value);
  return bytes;
}

// Raises: DecodeError also if something is left over.
template <class T>
T decode(std::string_view bytes, const ArrivedLuggage* luggage = nullptr) {
  Reader in(bytes, luggage);
  T value = in.read<T>();
  if (in.left() != 0)
    throw DecodeError(std::to_string(in.left()) + " bytes are left over behind a value");
  return value;
}

}  // namespace mp

#endif  // MP_WIRE_CODEC_H_
