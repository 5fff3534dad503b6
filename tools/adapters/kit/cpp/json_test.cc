#include "mpcheck_json.h"

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

std::string again(const std::string& text) { return parse_json(text).dump(); }

TEST(Json, ComesBackAsItWent) {
  for (const char* text : {"null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "0.5", "-2.5",
                           "1.0", "\"\"", "\"text\"", "[]", "[1,[2,null]]", "{}", R"({"a":1,"b":{"c":[]}})",
                           R"("\"\\")", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d\""})
    EXPECT_EQ(again(text), text);
}

TEST(Json, SpacesMeanNothing) { EXPECT_EQ(again(" { \"a\" : [ 1 ,\t2 ] }\r\n"), R"({"a":[1,2]})"); }

TEST(Json, WholeNumbersAndFractionsStayApart) {
  EXPECT_NE(parse_json("1").get_if<std::int64_t>(), nullptr);
  EXPECT_NE(parse_json("1.0").get_if<double>(), nullptr);
  EXPECT_NE(parse_json("1e0").get_if<double>(), nullptr);
  EXPECT_EQ(Json(1.0).dump(), "1.0");
  EXPECT_EQ(Json(1e300).dump(), "1e+300");
}

TEST(Json, DoublesKeepEveryBit) {
  for (const double d : {0.1, 1.0 / 3, 5e-324, std::numeric_limits<double>::max(), -0.0})
    EXPECT_EQ(*parse_json(Json(d).dump()).get_if<double>(), d);
}

TEST(Json, EscapesAreRead) {
  EXPECT_EQ(parse_json(R"("\"\\\/\b\f\n\r\t")").text(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(parse_json(R"("\u00e4\u20ac\ud83d\udc0d\u0000")").text(), std::string("\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d\0", 10));
}

TEST(Json, ControlCharactersAreEscaped) { EXPECT_EQ(Json(std::string("\n\x1f\0", 3)).dump(), R"("\u000a\u001f\u0000")"); }

TEST(Json, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(Json("a\xff\xc3").dump(), R"("a\ufffd\ufffd")");
  EXPECT_EQ(Json("\xc0\x80").dump(), R"("\ufffd\ufffd")");           // overlong
  EXPECT_EQ(Json("\xed\xa0\x80").dump(), R"("\ufffd\ufffd\ufffd")");  // half of a surrogate pair
  EXPECT_EQ(Json("\xf4\x90\x80\x80").dump(), R"("\ufffd\ufffd\ufffd\ufffd")");  // beyond Unicode
}

TEST(Json, WhatIsNoneIsRefusedWithItsPlace) {
  for (const char* text : {"", "nul", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"a", "\"\\x\"", "\"\\u12\"", "\"\n\"",
                           R"("\ud83d")", R"("\udc0d")", "01", "1.", ".5", "-", "+1", "1e", "1 2", "9223372036854775808", "'a'"}) {
    try {
      parse_json(text);
      ADD_FAILURE() << text << " was taken for JSON";
    } catch (const BadJson& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("at byte"));
    }
  }
}

TEST(Json, TooDeepAnArrayIsRefused) {
  EXPECT_THROW(parse_json(std::string(100000, '[')), BadJson);
  EXPECT_NO_THROW(parse_json(std::string(100, '[') + std::string(100, ']')));
}

TEST(Json, MembersKeepTheirOrderAndTheFirstIsFound) {
  const Json j = parse_json(R"({"b":1,"a":2,"b":3})");
  EXPECT_EQ(j.members()[1].first, "a");
  EXPECT_EQ(j.find("b")->integer(), 1);
  EXPECT_EQ(j.find("c"), nullptr);
  EXPECT_EQ(parse_json("[]").find("b"), nullptr);
}

TEST(Json, AnotherFormIsRefused) {
  EXPECT_THROW(parse_json("1.5").integer(), BadJson);
  EXPECT_THROW(parse_json("1").text(), BadJson);
  EXPECT_THROW(Json(std::numeric_limits<double>::infinity()).dump(), BadJson);
}

}  // namespace
}  // namespace mpcheck
