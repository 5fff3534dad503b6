#include "conformance/notes/catalogue.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace conformance {
namespace {

using Json = nlohmann::json;

const std::set<std::string, std::less<>> kVerdicts = {
    "confirmed",         "imprecise",          "refuted",
    "version-dependent", "platform-dependent", "not-testable-here"};
const std::set<std::string, std::less<>> kLevels = {"MUST", "SHOULD", "MAY", "BEYOND"};

// What is wrong with a line; parse() adds where it stands.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Takes the members of an object one by one, so that what nobody took is noticed.
class Members {
 public:
  explicit Members(Json object) : object_(std::move(object)) {
    if (!object_.is_object()) throw Malformed("no JSON object");
  }

  template <typename T>
  T take(const char* name) {
    if (!object_.contains(name)) throw Malformed(absl::StrCat("no \"", name, "\""));
    return take_if_there<T>(name);
  }
  template <typename T>
  T take_if_there(const char* name) {
    auto found = object_.find(name);
    if (found == object_.end()) return T();
    try {
      T value = found->template get<T>();
      object_.erase(found);
      return value;
    } catch (const Json::exception&) {
      throw Malformed(absl::StrCat("\"", name, "\" is of the wrong kind"));
    }
  }
  std::string take_one_of(const char* name, const std::set<std::string, std::less<>>& known) {
    std::string value = take<std::string>(name);
    if (!known.contains(value))
      throw Malformed(
          absl::StrCat("\"", name, "\":\"", value, "\" is none of ", absl::StrJoin(known, ", ")));
    return value;
  }
  void expect_no_more() const {
    if (!object_.empty())
      throw Malformed(absl::StrCat("nobody knows the member \"", object_.begin().key(), "\""));
  }

 private:
  Json object_;
};

std::vector<Place> places(const std::vector<Json>& where) {
  std::vector<Place> out;
  for (const Json& each : where) {
    Members members(each);
    out.push_back({.file = members.take<std::string>("file"),
                   .lines = members.take<std::vector<int>>("lines")});
    members.expect_no_more();
  }
  return out;
}

Statement statement_of(Statement::Source source, std::string_view line) {
  Members members(Json::parse(line, nullptr, /*allow_exceptions=*/false));
  Statement s{.source = source,
              .id = members.take<std::string>("id"),
              .area = members.take<std::string>("area"),
              .says = members.take<std::string>("says")};
  if (source == Statement::Source::kNotes) {
    s.where = places(members.take<std::vector<Json>>("where"));
    s.verdict = members.take_one_of("verdict", kVerdicts);
    s.correction = members.take_if_there<std::string>("correction");
    s.derived = members.take_if_there<bool>("derived");
    s.refuted_by = members.take_if_there<std::vector<std::string>>("refuted_by");
    s.not_refuted = members.take_if_there<std::string>("not_refuted");
  } else {
    s.level = members.take_one_of("level", kLevels);
    s.versions = members.take<std::string>("versions");
  }
  s.untestable = members.take_if_there<std::string>("untestable");
  s.measured = members.take_if_there<std::string>("measured");
  members.expect_no_more();
  if (!s.untestable.empty() && !s.measured.empty())
    throw Malformed("both \"untestable\" and \"measured\"");
  return s;
}

void add_all(Statement::Source source, std::string_view file, std::string_view text,
             std::set<std::string>* ids, std::vector<Statement>* to) {
  int number = 0;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty()) continue;
    try {
      to->push_back(statement_of(source, line));
      if (!ids->insert(to->back().id).second)
        throw Malformed(absl::StrCat("a second \"", to->back().id, "\""));
    } catch (const Malformed& error) {
      throw Malformed(absl::StrCat(file, ":", number, ": ", error.what()));
    }
  }
}

std::string contents_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Malformed(absl::StrCat(path, ": cannot be read"));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::string Place::text() const {
  std::vector<std::string> runs;
  for (size_t i = 0; i < lines.size();) {
    size_t last = i;
    while (last + 1 < lines.size() && lines[last + 1] == lines[last] + 1) ++last;
    runs.push_back(last == i ? absl::StrCat(lines[i]) : absl::StrCat(lines[i], "-", lines[last]));
    i = last + 1;
  }
  return absl::StrCat(file, ":", absl::StrJoin(runs, ","));
}

std::variant<Catalogue, std::string> Catalogue::parse(std::string_view notes,
                                                      std::string_view contract) {
  Catalogue out;
  std::set<std::string> ids;
  try {
    add_all(Statement::Source::kNotes, "notes.jsonl", notes, &ids, &out.statements_);
    add_all(Statement::Source::kContract, "contract.jsonl", contract, &ids, &out.statements_);
  } catch (const Malformed& error) {
    return error.what();
  }
  return out;
}

std::variant<Catalogue, std::string> Catalogue::load(const std::string& folder) {
  try {
    const std::string notes = contents_of(folder + "/notes.jsonl");
    return parse(notes, contents_of(folder + "/contract.jsonl"));
  } catch (const Malformed& error) {
    return error.what();
  }
}

const Statement* Catalogue::find(std::string_view id) const {
  for (const Statement& each : statements_) {
    if (each.id == id) return &each;
  }
  return nullptr;
}

}  // namespace conformance
