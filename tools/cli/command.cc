#include "tools/cli/command.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "base/nearest.h"
#include "tools/cli/help.h"
#include "tools/cli/terminal.h"

namespace mpcheck {
namespace {

// What is understood beside a command and its own flags.
struct Common {
  Place place;
  bool help = false;
};

bool takes_value(const Option& option) { return !option.value.empty(); }

// The flags of `options` that are for another program, taken out of `words`.
void take_passed_on(const std::vector<Option>& options, std::vector<std::string>* words) {
  const auto end = std::find(words->begin(), words->end(), "--");
  const auto is_for_us = [&](const std::string& word) {
    for (const Option& option : options) {
      auto* passed_on = std::get_if<PassedOn*>(&option.variable);
      if (passed_on == nullptr) continue;
      const std::string flag = absl::StrCat("--", option.name);
      if (word != flag && !word.starts_with(flag + "=")) continue;
      (*passed_on)->push_back(word);
      return false;
    }
    return true;
  };
  words->erase(std::stable_partition(words->begin(), end, is_for_us), end);
}

std::vector<base::Flag> flags_of(const std::vector<Option>& options, Common* common) {
  std::vector<base::Flag> flags = {
      {"root", &common->place.root}, {"runner", &common->place.runner}, {"help", &common->help}};
  for (const Option& option : options) {
    std::visit(
        [&](auto* variable) {
          if constexpr (!std::is_same_v<decltype(variable), PassedOn*>)
            flags.push_back({option.name, variable});
        },
        option.variable);
  }
  return flags;
}

// --markdown, where that means --markdown=-.
void complete_bare_flags(const std::vector<Option>& options, std::vector<std::string>* words) {
  const auto end = std::find(words->begin(), words->end(), "--");
  for (auto word = words->begin(); word != end; ++word) {
    for (const Option& option : options) {
      if (!option.bare.empty() && *word == absl::StrCat("--", option.name))
        absl::StrAppend(&*word, "=", option.bare);
    }
  }
}

// One that needs a value and was given none is for base's parser to complain of.
std::string missing_value(const std::vector<Option>& options,
                          const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") break;
    for (const Option& option : options) {
      if (std::holds_alternative<PassedOn*>(option.variable) && takes_value(option) &&
          word == absl::StrCat("--", option.name))
        return absl::StrCat("flag '", word, "' needs a value: ", word, "=", option.value);
    }
  }
  return "";
}

// A value that is none of an option's choices.
std::string wrong_choice(const std::vector<Option>& options) {
  for (const Option& option : options) {
    auto* variable = std::get_if<std::string*>(&option.variable);
    if (variable == nullptr || option.choices.empty() || (*variable)->empty()) continue;
    if (std::find(option.choices.begin(), option.choices.end(), **variable) != option.choices.end())
      continue;
    const std::vector<std::string> choices(option.choices.begin(), option.choices.end());
    std::string all;
    for (const std::string& each : choices) absl::StrAppend(&all, all.empty() ? "" : ", ", each);
    return absl::StrCat("flag '--", option.name, "': '", **variable, "' is none of ", all,
                        base::did_you_mean(**variable, choices));
  }
  return "";
}

// One that nobody would look at.
std::string word_too_many(const Command& command, const base::Words& words) {
  if (command.words.empty() && !words.before.empty())
    return absl::StrCat("'", words.before[0], "': this command takes no words");
  const bool takes_an_adapter = command.words.find("-- ") != std::string_view::npos;
  if (!takes_an_adapter && !words.after.empty())
    return absl::StrCat("'", words.after[0], "': this command takes nothing behind --");
  return "";
}

bool asks_for_help(std::string_view word) { return word == "-h" || word == "--help"; }

int unknown_command(const std::string& word, const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& each : commands) {
    if (!each.says.empty()) names.emplace_back(each.name);
  }
  std::cerr << "mpcheck: unknown command '" << word << "'" << base::did_you_mean(word, names)
            << "\nmpcheck --help lists the commands; to judge an implementation, mpcheck run "
            << word << "\n";
  return base::kWrongUsage;
}

int obey(const Command& command, std::vector<std::string> words) {
  if (std::any_of(words.begin(), std::find(words.begin(), words.end(), "--"), asks_for_help)) {
    std::cout << help(command, terminal_width(STDOUT_FILENO));
    return kAsExpected;
  }
  complete_bare_flags(command.options, &words);
  if (std::string wrong = missing_value(command.options, words); !wrong.empty())
    return wrong_usage(command, wrong);
  take_passed_on(command.options, &words);
  std::string program = "mpcheck";
  std::vector<char*> argv = {program.data()};
  for (std::string& each : words) argv.push_back(each.data());
  Common common;
  auto parsed = base::parse_command_line(static_cast<int>(argv.size()), argv.data(),
                                         flags_of(command.options, &common));
  if (const auto* error = std::get_if<base::UsageError>(&parsed))
    return wrong_usage(command, error->what);
  if (std::string wrong = wrong_choice(command.options); !wrong.empty())
    return wrong_usage(command, wrong);
  const auto& its_words = std::get<base::Words>(parsed);
  if (std::string wrong = word_too_many(command, its_words); !wrong.empty())
    return wrong_usage(command, wrong);
  return command.run(common.place, its_words);
}

}  // namespace

std::string Place::runner_path() const {
  if (!runner.empty()) return std::filesystem::absolute(runner);
  return std::filesystem::absolute(root) / "bazel-bin/conformance/runner/runner";
}

int wrong_usage(const Command& command, const std::string& what) {
  std::cerr << "mpcheck " << command.name << ": " << what << "\nusage: " << usage_line(command)
            << "\nmpcheck " << command.name << " --help says more\n";
  return base::kWrongUsage;
}

int wrong_usage(std::string_view name, const std::string& what) {
  std::cerr << "mpcheck " << name << ": " << what << "\nmpcheck " << name << " --help says more\n";
  return base::kWrongUsage;
}

int dispatch(int argc, char** argv, const std::vector<Command>& commands) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto end = std::find(words.begin(), words.end(), "--");
  const auto verb = std::find_if(words.begin(), end,
                                 [](const std::string& word) { return !word.starts_with("-"); });
  if (verb == end && std::any_of(words.begin(), end, asks_for_help)) {
    std::cout << overview(commands, terminal_width(STDOUT_FILENO));
    return kAsExpected;
  }
  std::string name = "run";
  if (verb != end) {
    name = *verb;
    words.erase(verb);
  }
  for (const Command& each : commands) {
    if (each.name == name) return obey(each, std::move(words));
  }
  return unknown_command(name, commands);
}

}  // namespace mpcheck
