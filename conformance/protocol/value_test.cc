#include "conformance/protocol/value.h"

#include "gtest/gtest.h"

namespace conformance {
namespace {

TEST(Value, EqualityKnowsTypes) {
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(1), Value(true));
  EXPECT_NE(Value("a"), Value::bytes("a"));
  EXPECT_NE(Value::list({1}), Value::tuple({1}));
  EXPECT_NE(Value(), Value(false));
  EXPECT_EQ(Value::list({1, "two", nullptr}), Value::list({1, "two", nullptr}));
}

TEST(Value, DictionaryKeepsItsOrder) {
  EXPECT_NE(Value::dict({{1, 2}, {3, 4}}), Value::dict({{3, 4}, {1, 2}}));
}

TEST(Value, FindLooksUpAStringKey) {
  Value v = Value::dict({{1, "one"}, {"two", 2}});
  ASSERT_NE(v.find("two"), nullptr);
  EXPECT_EQ(*v.find("two"), Value(2));
  EXPECT_EQ(v.find("three"), nullptr);
  EXPECT_EQ(Value(7).find("two"), nullptr);
}

TEST(Value, TextIsWhatAPersonWouldWrite) {
  EXPECT_EQ(Value::list({nullptr, true, -3, 0.5, 2.0, "x\n"}).text(),
            "[null, true, -3, 0.5, 2.0, \"x\\n\"]");
  EXPECT_EQ(Value::tuple({1}).text(), "(1,)");
  EXPECT_EQ(Value::dict({{"k", Value::bytes(std::string("\0\1", 2))}}).text(),
            "{\"k\": b'\\x00\\x01'}");
}

TEST(Value, LongStringIsCutWithItsLength) {
  EXPECT_NE(Value(std::string(1000, 'a')).text().find("(1000 in all)"), std::string::npos);
}

TEST(Value, BlobIsLittleEndianWordsFromTheSeed) {
  EXPECT_EQ(blob_content(9, 0x01020304),
            std::string("\x04\x03\x02\x01\x05\x03\x02\x01\x06", 9));
  EXPECT_EQ(blob_content(8, 0xffffffff), std::string("\xff\xff\xff\xff\0\0\0\0", 8));
}

TEST(Value, SmallBlobComesBackAsBytesAndBigOneAsDigest) {
  EXPECT_EQ(Value::blob(4, 1).as_received(), Value::bytes(std::string("\1\0\0\0", 4)));
  Value big = Value::list({Value::blob(5000, 1)}).as_received();
  const Value::Digest* digest = (*big.get_if<Value::List>())[0].get_if<Value::Digest>();
  ASSERT_NE(digest, nullptr);
  EXPECT_EQ(digest->size, 5000);
  EXPECT_EQ(digest->sha256, sha256_hex(blob_content(5000, 1)));
}

TEST(Value, Sha256OfNothingIsTheKnownOne) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace conformance
