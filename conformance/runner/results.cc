#include "conformance/runner/results.h"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/os_error.h"
#include "conformance/stage/stage.h"

namespace conformance {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

double milliseconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

std::optional<Outcome> outcome_in_reply(const Call::Record& call) {
  if (!call.reply) return std::nullopt;
  if (const auto* returned = std::get_if<Returned>(&call.reply->result)) return *returned;
  if (const auto* raised = std::get_if<Raised>(&call.reply->result)) return *raised;
  return std::nullopt;
}

// In one word, be it that nobody asked.
Json how_it_ended(const Call::Record& call) {
  if (call.reply && std::holds_alternative<Unsupported>(call.reply->result)) return "unsupported";
  const std::optional<Outcome> reply = outcome_in_reply(call);
  if (!reply && !call.outcome) return nullptr;
  struct Namer {
    const char* operator()(const Returned&) const { return "returned"; }
    const char* operator()(const Raised&) const { return "raised"; }
    const char* operator()(const Blocked& b) const { return b.proved ? "blocked" : "presumed"; }
    const char* operator()(const Died&) const { return "died"; }
    const char* operator()(const TimedOut&) const { return "late"; }
  };
  return std::visit(Namer{}, reply ? *reply : *call.outcome);
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
  out["ended"] = how_it_ended(call);
  // What came after somebody had found it blocked, and nobody asked for.
  if (const std::optional<Outcome> reply = outcome_in_reply(call);
      reply && call.outcome && text_of(*reply) != text_of(*call.outcome))
    out["result"] = text_of(*reply);
  if (!call.blocked.empty()) {
    out["blocked"] = Json::array();
    for (const Call::Sighting& each : call.blocked) {
      out["blocked"].push_back(
          {{"at_ms", milliseconds(each.at - zero)}, {"proved", each.proved}, {"why", each.why}});
    }
  }
  return out;
}

Json lives_json(const std::vector<Life>& lives, std::chrono::nanoseconds zero) {
  Json out = Json::array();
  for (const Life& each : lives) {
    Json life = {{"puppet", each.puppet},
                 {"pid", each.pid},
                 {"ppid", each.ppid},
                 {"tid", each.tid},
                 {"came_ms", milliseconds(each.came - zero)}};
    life["ended_ms"] =
        each.ended.count() != 0 ? Json(milliseconds(each.ended - zero)) : Json(nullptr);
    life["ending"] = each.ending.empty() ? Json(nullptr) : Json(each.ending);
    out.push_back(std::move(life));
  }
  return out;
}

Json interferences_json(const std::vector<Interference>& all, std::chrono::nanoseconds zero) {
  Json out = Json::array();
  for (const Interference& each : all)
    out.push_back(
        {{"at_ms", milliseconds(each.at - zero)}, {"pid", each.pid}, {"what", each.what}});
  return out;
}

Json hygiene_json(const Hygiene& h) {
  if (!h.judged) return {{"verdict", "not_judged"}, {"why", h.why_not}};
  return {{"verdict", h.leftovers.empty() ? "clean" : "dirty"},
          {"shared_memory_judged", h.shared_memory_judged},
          {"leftovers", h.leftovers}};
}

// 2026-11-22T10:29:07Z
std::string utc_now() {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
}

}  // namespace

ResultsWriter::ResultsWriter(const std::string& path) {
  if (path.empty()) return;
  file_.reset(
      base::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644),
                  "make the results file " + path));
}

void ResultsWriter::header(const TesteeSpec& testee, const std::string& reproduce) {
  line(dump({{"mpcheck_results", 1},
             {"testee", testee.name},
             {"command", testee.command},
             {"reproduce", reproduce},
             {"started", utc_now()}}));
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
  out["began_ns"] = j.began.count();
  out["puppets"] = lives_json(j.chronicle.lives, j.began);
  out["interferences"] = interferences_json(j.chronicle.interferences, j.began);
  return dump(out);
}

}  // namespace conformance
