#include "tools/cli/help.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tools/cli/terminal.h"

namespace mpcheck {
namespace {

constexpr std::string_view kWhatItIs =
    "Judges implementations of Python's multiprocessing contract, claim by claim.";

// How a run ends, for who calls it from a script.
struct Ending {
  std::string_view code, says;
};
constexpr Ending kEndings[] = {
    {"0", "all is as it should be: what is violated is known and explained (a waiver)"},
    {"1", "a claim is violated, or a waiver excuses nothing; something differs or got worse"},
    {"2", "something could not be judged, read or found"},
    {"64", "the command line is wrong"},
};

std::string flag_text(const Option& option) {
  if (!option.bare.empty()) return absl::StrCat("--", option.name, "[=", option.value, "]");
  return absl::StrCat("--", option.name, option.value.empty() ? "" : "=", option.value);
}

// "name   text", the text wrapped beside the name.
std::string row(std::string_view name, std::string_view text, size_t name_width, size_t width) {
  const size_t indent = 2 + name_width + 2;
  std::string body = wrapped(text, std::max(width, indent + 20), indent);
  // What is wider than its column has a line of its own.
  if (columns(name) > name_width) return absl::StrCat("  ", name, "\n", body);
  return absl::StrCat("  ", padded(name, name_width), "  ", std::string_view(body).substr(indent));
}

std::string said_with_choices(const Option& option) {
  std::string out(option.says);
  if (!option.choices.empty()) {
    std::string all;
    for (std::string_view each : option.choices)
      absl::StrAppend(&all, all.empty() ? "" : ", ", each);
    absl::StrAppend(&out, " (", all, ")");
  }
  return out;
}

std::vector<Option> shown(const Command& command) {
  std::vector<Option> out;
  std::copy_if(command.options.begin(), command.options.end(), std::back_inserter(out),
               [](const Option& option) { return !option.says.empty(); });
  return out;
}

// ---- roff ----

// A line that begins with a dot or an apostrophe would be a request; a quotation mark would hold a request's argument
// together, and not be shown; a hyphen is to be one that can be copied.
std::string roff(std::string_view text) {
  std::string out = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"\"", "\\(dq"}});
  if (out.starts_with(".") || out.starts_with("'")) out.insert(0, "\\&");
  return out;
}

std::string roff_paragraphs(std::string_view text) {
  std::string out;
  for (std::string_view paragraph : absl::StrSplit(text, "\n\n", absl::SkipEmpty()))
    absl::StrAppend(&out, ".PP\n", roff(paragraph), "\n");
  return out;
}

std::string roff_command(const Command& command) {
  std::string out = absl::StrCat(".SS ", roff(usage_line(command)), "\n", roff(command.says), ".\n",
                                 roff_paragraphs(command.more));
  for (const Option& option : shown(command)) {
    absl::StrAppend(&out, ".TP\n.B ", roff(flag_text(option)), "\n",
                    roff(said_with_choices(option)), "\n");
  }
  return out;
}

}  // namespace

std::string usage_line(const Command& command) {
  return absl::StrCat("mpcheck ", command.name, command.words.empty() ? "" : " ", command.words,
                      shown(command).empty() ? "" : " [flags]");
}

std::string overview(const std::vector<Command>& commands, size_t width) {
  size_t name_width = 0;
  for (const Command& each : commands) {
    if (!each.says.empty()) name_width = std::max(name_width, each.name.size());
  }
  std::string out = absl::StrCat(wrapped(absl::StrCat("mpcheck: ", kWhatItIs), width, 0),
                                 "\nusage: mpcheck [COMMAND] [flags]\n\n");
  for (const Command& each : commands) {
    if (!each.says.empty()) absl::StrAppend(&out, row(each.name, each.says, name_width, width));
  }
  absl::StrAppend(&out, "\n",
                  wrapped("Without a command it is run. mpcheck COMMAND --help tells of its flags, "
                          "with examples.",
                          width, 0),
                  "\nexit codes:\n");
  for (const Ending& each : kEndings) absl::StrAppend(&out, row(each.code, each.says, 2, width));
  return out;
}

std::string help(const Command& command, size_t width) {
  std::string out = absl::StrCat("usage: ", usage_line(command), "\n\n",
                                 wrapped(absl::StrCat(command.says, "."), width, 0));
  if (!command.more.empty()) absl::StrAppend(&out, "\n", wrapped(command.more, width, 0));
  const std::vector<Option> options = shown(command);
  if (!options.empty()) absl::StrAppend(&out, "\nflags:\n");
  size_t name_width = 0;
  for (const Option& each : options)
    name_width = std::max(name_width, std::min<size_t>(24, flag_text(each).size()));
  for (const Option& each : options)
    absl::StrAppend(&out, row(flag_text(each), said_with_choices(each), name_width, width));
  if (!command.examples.empty()) absl::StrAppend(&out, "\nexamples:\n");
  for (const Example& each : command.examples) {
    absl::StrAppend(&out, "  mpcheck ", each.line, "\n", wrapped(each.says, width, 6));
  }
  return out;
}

std::string man_page(const std::vector<Command>& commands) {
  std::string out = absl::StrCat(
      ".TH MPCHECK 1 \"\" mpcheck \"User Commands\"\n.SH NAME\nmpcheck \\- judges implementations "
      "of "
      "Python's multiprocessing contract\n.SH SYNOPSIS\n.B mpcheck\n.RI [ COMMAND ]\n.RI [ flags "
      "]\n"
      ".SH DESCRIPTION\n",
      roff(kWhatItIs),
      " Each claim is a small program that is played by puppets, which the implementation starts; "
      "what each call returns, raises or waits for is held against what the documentation "
      "promises.\n"
      ".SH COMMANDS\n");
  for (const Command& each : commands) absl::StrAppend(&out, roff_command(each));
  absl::StrAppend(&out, ".SH EXIT STATUS\n");
  for (const Ending& each : kEndings)
    absl::StrAppend(&out, ".TP\n.B ", each.code, "\n", roff(each.says), "\n");
  absl::StrAppend(&out,
                  ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf it is set, nothing is coloured.\n"
                  ".SH EXAMPLES\n");
  for (const Command& command : commands) {
    for (const Example& each : command.examples)
      absl::StrAppend(&out, ".TP\n.B mpcheck ", roff(each.line), "\n", roff(each.says), "\n");
  }
  return out;
}

}  // namespace mpcheck
