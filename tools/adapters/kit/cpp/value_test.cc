// Values by themselves, and against the runner's own idea of them: what one side writes the other one reads.
#include "mpcheck_value.h"

#include <limits>
#include <string>
#include <vector>

#include "conformance/protocol/json.h"
#include "conformance/protocol/value.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

std::vector<conformance::Value> values_of_all_kinds() {
  using V = conformance::Value;
  return {nullptr, true, false, 0, -1, int64_t{9223372036854775807}, 0.0, 1.0, -2.5e300,
          std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), "",
          "text \xc3\xa4\n", V::bytes(""), V::bytes(std::string("\0\xff", 2)), V::bytes(std::string(4096, 'x')),
          V::bytes(std::string(4097, 'x')), V::blob(0, 1), V::blob(10000, -3), V::list({1, "two", V::list({})}),
          V::tuple({V::tuple({1})}), V::dict({{"k", V::list({nullptr})}, {2, 3}}), V::function("square"), V::unpicklable(),
          V::object("q")};
}

TEST(Value, ComesBackToTheRunnerAsItWent) {
  for (const conformance::Value& value : values_of_all_kinds()) {
    const std::string wire = conformance::to_json(value).dump();
    const std::string back = encode(decode(parse_json(wire))).dump();
    EXPECT_EQ(conformance::from_json(conformance::Json::parse(back)), value.as_received()) << wire;
  }
}

TEST(Value, PacksAndUnpacks) {
  for (const conformance::Value& value : values_of_all_kinds()) {
    const Value mine = decode(parse_json(conformance::to_json(value).dump()));
    if (is_unpicklable(mine)) continue;
    EXPECT_EQ(unpack(pack(mine)), mine) << value;
  }
}

TEST(Value, UnpicklableIsRefusedWhereverItStands) {
  for (const char* text : {R"({"$unpicklable":true})", R"([1,{"$tuple":[{"$unpicklable":true}]}])",
                           R"({"$dict":[[1,{"$unpicklable":true}]]})", R"({"$object":"q"})"})
    EXPECT_THROW(pack(decode(parse_json(text))), Unserialisable) << text;
}

TEST(Value, NotANumberComesBack) {
  EXPECT_EQ(encode(decode(parse_json(R"({"$float":"nan"})"))).dump(), R"({"$float":"nan"})");
}

TEST(Value, UnknownKindIsUnsupported) { EXPECT_THROW(decode(parse_json(R"({"$set":[1]})")), Unsupported); }

TEST(Value, MalformedIsRefused) {
  for (const char* text : {R"({"a":1,"b":2})", R"({"$bytes":"?"})", R"({"$bytes":1})", R"({"$blob":{"size":1}})",
                           R"({"$blob":{"size":-1,"seed":1}})", R"({"$tuple":1})", R"({"$dict":{}})",
                           R"({"$dict":[[1]]})"})
    EXPECT_THROW(decode(parse_json(text)), BadJson) << text;
}

TEST(Value, KindsAreNotMixedUp) {
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(1), Value(true));
  EXPECT_NE(Value::list({1}), Value::tuple({1}));
  EXPECT_NE(Value("a"), Value::bytes("a"));
}

// FIPS 180-4's own examples, and lengths around the end of a block.
TEST(Sha256, IsTheRunners) {
  EXPECT_EQ(internal::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (const std::size_t size : {0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000, 100000}) {
    const std::string data(size, 'm');
    EXPECT_EQ(internal::sha256_hex(data), conformance::sha256_hex(data)) << size;
  }
}

}  // namespace
}  // namespace mpcheck
