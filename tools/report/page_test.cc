#include "tools/report/page.h"

#include <zlib.h>

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/report/deflate.h"
#include "tools/report/results_for_tests.h"

namespace mpcheck {
namespace {

using conformance::Catalogue;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const char kNotes[] =
    R"({"id":"queue.full","area":"queue","says":"put() waits.","where":[{"file":"n.txt","lines":[2]}],)"
    R"("verdict":"imprecise","correction":"Unless told not to.","refuted_by":["queue.b"]})";
const char kContract[] =
    R"({"id":"QUE-08","area":"queue","level":"MUST","versions":"all","says":"It waits."})";

Catalogue catalogue() { return std::get<Catalogue>(Catalogue::parse(kNotes, kContract)); }

std::string inflated(const std::string& base64) {
  std::string deflated, out(1 << 20, '\0');
  EXPECT_TRUE(absl::Base64Unescape(base64, &deflated));
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, -15), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

// What the page holds in the block of that id.
std::string block_of(const std::string& page, const std::string& id) {
  const std::string begin = "<script type=\"text/plain\" id=\"" + id + "\">";
  const size_t from = page.find(begin) + begin.size();
  return inflated(page.substr(from, page.find("</script>", from) - from));
}

TEST(Deflate, IsWhatZlibTakesApart) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'x')})
    EXPECT_EQ(inflated(deflated_base64(text)), text);
}

TEST(Page, ACellIsOneCharacterOfVerdictAndOneOfMarks) {
  Results one =
      results("one", {{"q.holds", {}},
                      {"q.varies", {"holds", "first"}},
                      {"q.violated", {.verdict = "violated", .standing = "unexpected"}},
                      {"q.dirty", {"holds", "", "dirty"}},
                      {"q.unknown", {.verdict = "unknown", .standing = "could_not_judge"}},
                      {"q.error", {.verdict = "adapter_error", .standing = "could_not_judge"}},
                      {"q.unsupported", {"unsupported"}}});
  const Results two = results("two", {{"q.holds", {}}});
  std::vector<std::string> order;
  for (const ClaimResult& each : one.claims) order.push_back(each.claim);
  const json overview = json::parse(overview_json({one, two}, catalogue(), {.order = order}));
  EXPECT_EQ(overview["implementations"][0]["verdicts"], "hnvhkeu");
  EXPECT_EQ(overview["implementations"][0]["marks"], "0024PP0");
  EXPECT_EQ(overview["implementations"][0]["variations"], json({{"1", "first"}}));
  EXPECT_EQ(overview["implementations"][1]["verdicts"], "h      ");
}

TEST(Page, ClaimsStandInTheOrderOfTheSuiteAndUnknownOnesBehind) {
  const json overview =
      json::parse(overview_json({results("x", {{"a.c", {}}, {"z.new", {}}, {"a.b", {}}})},
                                catalogue(), {.order = {"a.b", "a.c"}}));
  std::vector<std::string> ids;
  for (const auto& claim : overview["claims"]) ids.push_back(claim[0]);
  EXPECT_THAT(ids, testing::ElementsAre("a.b", "a.c", "z.new"));
}

TEST(Page, AStatementStandsThereOnceWithAllThatIsKnownOfIt) {
  Results one = results("x", {{"queue.a", {}}, {"queue.b", {}}});
  for (ClaimResult& each : one.claims) each.notes = {"queue.full"};
  one.claims[0].documented = {"QUE-08", "QUE-99"};
  const json overview = json::parse(overview_json({one}, catalogue()));
  ASSERT_EQ(overview["statements"].size(), 3u);
  EXPECT_EQ(overview["statements"][0]["where"][0]["at"], "n.txt:2");
  EXPECT_EQ(overview["statements"][0]["correction"], "Unless told not to.");
  EXPECT_EQ(overview["statements"][2], json({{"id", "QUE-99"}})) << "not in this catalogue";
  EXPECT_EQ(overview["claims"][0][3], json({0}));
  EXPECT_EQ(overview["claims"][0][4], json({1, 2}));
  EXPECT_EQ(overview["claims"][1][3], json({0}));
}

TEST(Page, TextsAndTimelinesAreInBlocksOfTheirOwn) {
  Results one = results("x", {{"a.a", {}}, {"a.b", {"violated"}}});
  one.claims[1].failures = {"it </script> did not"};
  one.claims[1].timeline = R"({"c":[]})";
  const std::string page = report_page({one}, catalogue());
  EXPECT_EQ(json::parse(block_of(page, "texts-0"))[1]["f"][0], "it </script> did not");
  EXPECT_EQ(json::parse(block_of(page, "timelines-0")), json::parse(R"([null,{"c":[]}])"));
}

TEST(Page, NoTextEndsTheScriptThatItStandsIn) {
  Results one = results("</script><b>", {{"a.a", {"holds", "</script>"}}});
  one.claims[0].says = "</script><!--";
  const std::string page = report_page({one}, catalogue());
  EXPECT_THAT(page, Not(HasSubstr("</script><b>")));
  EXPECT_THAT(page, Not(HasSubstr("</script><!--")));
}

TEST(Page, NeedsNothingElse) {
  const std::string page = report_page({results("x", {{"a.a", {}}})}, catalogue());
  for (const char* link : {"src=", "<link rel=\"stylesheet", "@import", "url(http"})
    EXPECT_THAT(page, Not(HasSubstr(link))) << link;
}

}  // namespace
}  // namespace mpcheck
