#include "mp/wire/codec.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <random>

#include "gtest/gtest.h"

// A type with a constructor, and the four lines that let it travel.
class Colour {
 public:
  explicit Colour(uint32_t rgb) : rgb_(rgb) {}
  uint32_t rgb() const { return rgb_; }
  bool operator==(const Colour&) const = default;

 private:
  uint32_t rgb_;
};

template <>
struct mp::Codec<Colour> {
  static void write(Writer& out, const Colour& c) { out.write(c.rgb()); }
  static Colour read(Reader& in) { return Colour(in.read<uint32_t>()); }
};

namespace mp {
namespace {

struct Nothing {
  bool operator==(const Nothing&) const = default;
};
struct One {
  std::string only;
  bool operator==(const One&) const = default;
};
struct Nested {
  One one;
  std::vector<One> more;
  Nothing nothing;
  bool operator==(const Nested&) const = default;
};
struct Twelve {
  int a, b, c;
  double d;
  std::string e;
  bool f;
  char g;
  std::optional<int> h;
  std::pair<int, int> i;
  uint8_t j;
  float k;
  std::vector<bool> l;
  bool operator==(const Twelve&) const = default;
};
enum class Mood : uint8_t { kCalm, kLively = 200 };

template <class T>
T there_and_back(const T& value) {
  return decode<T>(encode(value));
}

template <class T>
void expect_travels(const T& value) {
  EXPECT_EQ(there_and_back(value), value);
}

TEST(Codec, NumbersTravel) {
  expect_travels(0);
  expect_travels(std::numeric_limits<int64_t>::min());
  expect_travels(std::numeric_limits<uint64_t>::max());
  expect_travels(true);
  expect_travels('x');
  expect_travels(-0.0);
  expect_travels(std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(there_and_back(std::numeric_limits<double>::quiet_NaN())));
  expect_travels(Mood::kLively);
}

TEST(Codec, DurationsTravelAndSoTimeoutsDo) {
  expect_travels(std::chrono::milliseconds(-3));
  expect_travels(std::chrono::duration<double>(0.25));
  expect_travels(std::optional<std::chrono::duration<double>>());
  EXPECT_EQ(encode(std::chrono::seconds(2)), encode(std::chrono::seconds(2).count()));
}

TEST(Codec, TextAndBytesTravel) {
  expect_travels(std::string());
  expect_travels(std::string("a\0b\xff", 4));
  expect_travels(std::string(3000000, 'x'));
  expect_travels(std::vector<std::byte>{std::byte(0), std::byte(255)});
}

TEST(Codec, ContainersTravel) {
  expect_travels(std::vector<int>{});
  expect_travels(std::vector<int>{1, 2, 3});
  expect_travels(std::vector<bool>{true, false, true});
  expect_travels(std::vector<std::vector<std::string>>{{"a"}, {}, {"b", "c"}});
  expect_travels(std::array<std::string, 2>{"a", "b"});
  expect_travels(std::array<int, 0>{});
  expect_travels(std::map<std::string, int>{{"a", 1}, {"b", 2}});
  expect_travels(std::multimap<int, int>{{1, 2}, {1, 3}});
  expect_travels(std::unordered_map<int, std::string>{{1, "a"}, {2, "b"}});
  expect_travels(std::set<int>{3, 1, 2});
  expect_travels(std::unordered_set<std::string>{"a", "b"});
}

TEST(Codec, SumsAndProductsTravel) {
  using Either = std::variant<std::monostate, int, std::string, int>;
  expect_travels(Either());
  expect_travels(Either(std::in_place_index<1>, 7));
  expect_travels(Either(std::in_place_index<3>, 7));
  expect_travels(Either("text"));
  expect_travels(std::optional<std::string>());
  expect_travels(std::optional<std::string>("x"));
  expect_travels(std::optional<std::optional<int>>(std::optional<int>()));
  expect_travels(std::pair<int, std::string>(1, "a"));
  expect_travels(std::tuple<>());
  expect_travels(std::tuple<int, std::string, double>(1, "a", 2.5));
}

TEST(Codec, StructsTravelMemberByMember) {
  expect_travels(Nothing{});
  expect_travels(One{"x"});
  expect_travels(Nested{{"a"}, {{"b"}, {"c"}}, {}});
  expect_travels(Twelve{1, 2, 3, 4.5, "e", true, 'g', 8, {9, 10}, 11, 12.5f, {true, false}});
  EXPECT_EQ(encode(One{"x"}), encode(std::string("x")));
}

TEST(Codec, TypeWithFourLinesOfItsOwnTravels) {
  expect_travels(std::vector{Colour(0xff0000), Colour(0x00ff00)});
}

TEST(Codec, ItemsWithoutBytesTravel) {
  expect_travels(std::vector<Nothing>(1000));
  EXPECT_THROW(decode<std::vector<Nothing>>(encode(uint64_t{1} << 60)), DecodeError);
}

TEST(Codec, BytesLeftOverAreAnError) { EXPECT_THROW(decode<int>(encode(1) + "x"), DecodeError); }

TEST(Codec, HugeSizesTakeNoMemory) {
  const std::string huge = encode(std::numeric_limits<uint64_t>::max());
  EXPECT_THROW(decode<std::string>(huge), DecodeError);
  EXPECT_THROW(decode<std::vector<int>>(huge), DecodeError);
  EXPECT_THROW(decode<std::vector<std::string>>(huge), DecodeError);
  EXPECT_THROW((decode<std::map<int, int>>(huge)), DecodeError);
}

TEST(Codec, WhatNoWriterWritesIsAnError) {
  EXPECT_THROW(decode<bool>("\x02"), DecodeError);
  EXPECT_THROW(decode<std::optional<int>>("\x02"), DecodeError);
  EXPECT_THROW((decode<std::variant<int, char>>(encode(uint64_t{2}))), DecodeError);
}

// Whatever is cut off or changed: an error or a value, and nothing else.
TEST(Codec, SurvivesAnyBytes) {
  using Everything = std::tuple<Twelve, Nested, std::map<std::string, std::vector<int>>,
                                std::variant<int, std::string>, std::optional<std::vector<bool>>>;
  const std::string good =
      encode(Everything{Twelve{1, 2, 3, 4.5, "e", true, 'g', 8, {9, 10}, 11, 12.5f, {true}},
                        Nested{{"a"}, {{"b"}}, {}},
                        {{"x", {1, 2}}, {"y", {}}},
                        std::string("z"),
                        std::vector{true}});
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(decode<Everything>(good.substr(0, size)), DecodeError);
  std::mt19937 random(5);
  int values = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string changed = good;
    for (unsigned n = random() % 3 + 1; n > 0; --n)
      changed[random() % changed.size()] = static_cast<char>(random());
    try {
      decode<Everything>(changed);
      ++values;
    } catch (const DecodeError&) {
    }
  }
  EXPECT_GT(values, 0);
  EXPECT_LT(values, 20000);
}

}  // namespace
}  // namespace mp
