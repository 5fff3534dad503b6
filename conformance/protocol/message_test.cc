#include "conformance/protocol/message.h"

#include "gtest/gtest.h"

namespace conformance {
namespace {

bool never(int64_t) { return false; }
bool always(int64_t) { return true; }

Value round_trip(const Value& v) {
  std::string line = encode_command(1, {.name = "x", .args = {{"v", v}}});
  std::string value = line.substr(line.find("\"v\":") + 4);
  value.erase(value.rfind("}}"));
  Message m = parse_message("{\"id\":1,\"ok\":" + value + "}", never);
  const Reply* reply = std::get_if<Reply>(&m);
  if (reply == nullptr) return Value("not a reply: " + line);
  return std::get<Returned>(reply->result).value;
}

FaultKind fault_of(std::string_view line) {
  Message m = parse_message(line, never);
  const Fault* fault = std::get_if<Fault>(&m);
  return fault != nullptr ? fault->kind : FaultKind::kHung;
}

TEST(Message, EveryValueSurvivesARoundTrip) {
  for (const Value& v : {
           Value(),
           Value(true),
           Value(0),
           Value(INT64_MIN),
           Value(INT64_MAX),
           Value(0.1),
           Value(2.0),
           Value(1e300),
           Value("h\xc3\xa9 \"\n"),
           Value::bytes(std::string("\0\xff", 2)),
           Value::list({1, Value::list({})}),
           Value::tuple({}),
           Value::tuple({1, "a"}),
           Value::dict({{1, "one"}, {"k", Value::tuple({nullptr})}}),
           Value::function("square"),
           Value::unpicklable(),
           Value::object("q"),
           Value(1.0 / 0.0),
           Value(-1.0 / 0.0),
       }) {
    EXPECT_EQ(round_trip(v), v);
  }
}

TEST(Message, CommandHasTheDocumentedForm) {
  EXPECT_EQ(
      encode_command(7, {.name = "queue.put", .on = "q", .args = {{"item", 2}, {"timeout", 0.5}}}),
      "{\"id\":7,\"op\":\"queue.put\",\"on\":\"q\",\"args\":{\"item\":2,\"timeout\":0.5}}\n");
  EXPECT_EQ(encode_command(2, {.name = "pipe.new", .as = {"left", "right"}}),
            "{\"id\":2,\"op\":\"pipe.new\",\"as\":[\"left\",\"right\"]}\n");
  EXPECT_EQ(encode_command(3, {.name = "batch",
                               .args = {{"journal", "calls"}},
                               .batch = {{.name = "lock.release", .on = "l", .if_before = 1}}}),
            "{\"id\":3,\"op\":\"batch\",\"args\":{\"journal\":\"calls\",\"times\":1,\"commands\":"
            "[{\"op\":\"lock.release\",\"on\":\"l\",\"if\":1}]}}\n");
}

TEST(Message, BatchCarriesItsCommands) {
  Op op{.name = "batch", .batch = {{.name = "lock.acquire", .on = "l"}}, .times = 3};
  EXPECT_EQ(encode_command(1, op),
            "{\"id\":1,\"op\":\"batch\",\"args\":{\"times\":3,\"commands\":"
            "[{\"op\":\"lock.acquire\",\"on\":\"l\"}]}}\n");
  EXPECT_EQ(op.text(), "3 x {l.acquire()}");
}

TEST(Message, ReplyToABatchIsAListOfReplies) {
  Message m = parse_message(
      "{\"id\":1,\"ok\":[{\"ok\":true,\"t0\":1,\"t1\":2},{\"raise\":{\"type\":\"E\",\"bases\":["
      "\"E\"],"
      "\"message\":\"m\"},\"t0\":3,\"t1\":4}],\"t0\":1,\"t1\":4}",
      always);
  const Reply& reply = std::get<Reply>(m);
  ASSERT_EQ(reply.batch.size(), 2u);
  EXPECT_EQ(std::get<Returned>(reply.batch[0].result).value, Value(true));
  EXPECT_EQ(std::get<Raised>(reply.batch[1].result).type, "E");
  EXPECT_EQ(reply.batch[1].t1, std::chrono::nanoseconds(4));
}

TEST(Message, RaiseNamesTypeAndBases) {
  Message m = parse_message(
      "{\"id\":7,\"raise\":{\"type\":\"Full\",\"bases\":[\"Full\",\"Exception\"],\"message\":\"no "
      "room\","
      "\"args\":[1]},\"t0\":10,\"t1\":30}",
      never);
  const Reply& reply = std::get<Reply>(m);
  const Raised& raised = std::get<Raised>(reply.result);
  EXPECT_TRUE(raised.is_a("Full"));
  EXPECT_TRUE(raised.is_a("Exception"));
  EXPECT_FALSE(raised.is_a("Empty"));
  EXPECT_EQ(raised.args, Value::list({1}));
  EXPECT_EQ(reply.t1 - reply.t0, std::chrono::nanoseconds(20));
}

TEST(Message, RaiseMayTellItsCause) {
  const std::string without =
      R"({"id":7,"raise":{"type":"E","bases":["E"],"message":"m","args":[])";
  auto raised = [](const std::string& line) {
    Message m = parse_message(line, never);
    return std::get<Raised>(std::get<Reply>(m).result);
  };
  EXPECT_EQ(raised(without + "}}").cause_type, "");
  Raised with = raised(without + R"(,"cause":{"type":"Remote","message":"there"}}})");
  EXPECT_EQ(with.cause_type, "Remote");
  EXPECT_EQ(with.cause_message, "there");
  EXPECT_TRUE(std::holds_alternative<Fault>(
      parse_message(without + R"(,"cause":{"type":"Remote"}}})", never)));
  EXPECT_TRUE(
      std::holds_alternative<Fault>(parse_message(without + R"(,"cause":"there"}})", never)));
}

TEST(Message, HelloOfMainDescribesTheImplementation) {
  Message m = parse_message(
      "{\"mpcheck\":1,\"token\":\"t\",\"puppet\":\"main\",\"pid\":3,\"ppid\":2,\"tid\":3,"
      "\"about\":{\"name\":\"CPython\",\"version\":\"3.11\",\"language\":\"Python\",\"start_"
      "method\":\"fork\","
      "\"home\":\"h\"},\"features\":[\"queue\"]}",
      never);
  const Hello& hello = std::get<Hello>(m);
  EXPECT_EQ(hello.puppet, "main");
  EXPECT_EQ(hello.about.start_method, "fork");
  EXPECT_EQ(hello.features, std::vector<std::string>{"queue"});
}

TEST(Message, EachFaultHasItsName) {
  EXPECT_EQ(fault_of("hello"), FaultKind::kBadJson);
  EXPECT_EQ(fault_of("[1]"), FaultKind::kBadJson);
  EXPECT_EQ(fault_of("{\"id\":1,\"ok\":"), FaultKind::kBadJson);
  EXPECT_EQ(fault_of("{}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"id\":1}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"id\":\"x\",\"ok\":1}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"id\":1,\"ok\":1,\"unsupported\":\"no\"}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"id\":1,\"ok\":{\"$bytes\":\"!\"}}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"id\":1,\"ok\":{\"$new\":1}}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"id\":1,\"ok\":18446744073709551615}"), FaultKind::kBadReply);
  EXPECT_EQ(fault_of("{\"mpcheck\":1}"), FaultKind::kBadHello);
  EXPECT_EQ(fault_of("{\"mpcheck\":1,\"token\":\"t\",\"puppet\":1,\"pid\":3,\"ppid\":2,\"tid\":3}"),
            FaultKind::kBadHello);
}

TEST(Message, OpReadsAsAPersonWouldWriteIt) {
  Op op{.name = "queue.get", .on = "q", .args = {{"timeout", 0.05}}};
  EXPECT_EQ(op.text(), "q.get(timeout=0.05)");
  EXPECT_EQ((Op{.name = "queue.new", .as = {"q"}}).text(), "q = queue.new()");
}

}  // namespace
}  // namespace conformance
