#include "conformance/runner/results.h"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/os_error.h"

namespace conformance {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

double milliseconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

Json call_json(const Call::Record& call, std::chrono::nanoseconds zero) {
  Json out = {
      {"puppet", call.puppet}, {"op", call.op.text()}, {"sent_ms", milliseconds(call.sent - zero)}};
  out["answered_ms"] =
      call.answered.count() != 0 ? Json(milliseconds(call.answered - zero)) : Json(nullptr);
  if (call.reply) {
    out["t0_ns"] = call.reply->t0.count();
    out["t1_ns"] = call.reply->t1.count();
  }
  out["accepted"] = call.accepted;
  out["outcome"] = call.outcome ? Json(text_of(*call.outcome)) : Json(nullptr);
  return out;
}

Json hygiene_json(const Hygiene& h) {
  if (!h.judged) return {{"verdict", "not_judged"}, {"why", h.why_not}};
  return {{"verdict", h.leftovers.empty() ? "clean" : "dirty"},
          {"shared_memory_judged", h.shared_memory_judged},
          {"leftovers", h.leftovers}};
}

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::kAsExpected:
      return "as_expected";
    case Standing::kUnexpected:
      return "unexpected";
    case Standing::kCouldNotJudge:
      return "could_not_judge";
  }
  return "?";
}

}  // namespace

ResultsWriter::ResultsWriter(const std::string& path) {
  if (path.empty()) return;
  file_.reset(
      base::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644),
                  "make the results file " + path));
}

void ResultsWriter::header(const TesteeSpec& testee) {
  line(dump({{"mpcheck_results", 1}, {"testee", testee.name}, {"command", testee.command}}));
}

void ResultsWriter::claim(const Claim& claim, const Judgement& judgement,
                          const Assessment& assessment) {
  line(result_line(claim, judgement, assessment));
}

// One write(2) a line: a reader that follows the file never sees half of one for long, a killed run
// none.
void ResultsWriter::line(const std::string& json) {
  if (!file_) return;
  std::string text = json + "\n";
  for (size_t done = 0; done < text.size();) {
    done += static_cast<size_t>(base::check(base::retry_eintr([&] {
                                              return ::write(file_.get(), text.data() + done,
                                                             text.size() - done);
                                            }),
                                            "write the results"));
  }
}

std::string result_line(const Claim& claim, const Judgement& j, const Assessment& a) {
  Json out = {
      {"claim", claim.id},
      {"area", claim.area()},
      {"level", name_of(claim.level)},
      {"says", claim.says},
      {"notes", std::vector<std::string>(claim.notes.begin(), claim.notes.end())},
      {"documented", std::vector<std::string>(claim.documented.begin(), claim.documented.end())},
      {"verdict", name_of(j.verdict)},
      {"standing", name_of(a.standing)},
      {"waived", a.waived},
      {"complaints", a.complaints},
      {"variation", j.variation.empty() ? Json(nullptr) : Json(j.variation)},
      {"presumed", j.presumed},
      {"failures", j.failures},
      {"hygiene", hygiene_json(j.hygiene)},
      {"took_ms", milliseconds(j.took)},
      {"about",
       {{"name", j.about.name},
        {"version", j.about.version},
        {"language", j.about.language},
        {"start_method", j.about.start_method},
        {"home", j.about.home}}},
      {"last_words", j.last_words}};
  out["trace"] = Json::array();
  for (const auto& call : j.trace) out["trace"].push_back(call_json(*call, j.began));
  return dump(out);
}

}  // namespace conformance
