#include "tools/cli/completion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace mpcheck {
namespace {

const Command* find(const std::vector<Command>& commands, const std::string& name) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& each) { return each.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

// "--level=" or, when that stands there, "--level=MUST".
std::vector<std::string> flags(const Command& command, std::string_view word) {
  std::vector<std::string> out = {"--help"};
  for (const Option& option : command.options) {
    if (option.says.empty()) continue;
    const std::string flag = absl::StrCat("--", option.name, option.value.empty() ? "" : "=");
    if (option.value.empty() || !word.starts_with(flag)) {
      out.push_back(flag);
      continue;
    }
    for (std::string_view choice : option.choices) out.push_back(absl::StrCat(flag, choice));
  }
  return out;
}

std::vector<std::string> names(const std::vector<Command>& commands) {
  std::vector<std::string> out;
  for (const Command& each : commands) out.emplace_back(each.name);
  return out;
}

std::string quoted(const std::string& word) {
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

constexpr std::string_view kBash =
    R"(# bash completion of mpcheck:  source <(mpcheck completion bash)
_mpcheck() {
  local line=${COMP_LINE:0:COMP_POINT} words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local word=${words[-1]} each before=''
  # bash takes = for the end of a word.
  [[ $word == *=* && $COMP_WORDBREAKS == *=* ]] && before=${word%%=*}=
  COMPREPLY=()
  while IFS= read -r each; do
    COMPREPLY+=("${each#"$before"}")
  done < <({ASK} "${words[@]:1}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
  ((${#COMPREPLY[@]})) || compopt -o default
}
complete -F _mpcheck mpcheck
)";

constexpr std::string_view kZsh = R"(#compdef mpcheck
# zsh completion of mpcheck:  source <(mpcheck completion zsh)
# or, as a file _mpcheck in a folder of $fpath:  mpcheck completion zsh > FOLDER/_mpcheck
_mpcheck() {
  local -a found
  found=("${(@f)$({ASK} "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -z $found[1] ]]; then
    compset -P 1 '--*='
    _files
    return
  fi
  compadd -S '' -- ${(M)found:#*=}
  compadd -- ${found:#*=}
}
if [[ $funcstack[1] == _mpcheck ]]; then
  _mpcheck "$@"
else
  (($+functions[compdef])) || { autoload -Uz compinit && compinit -i; }
  compdef _mpcheck mpcheck
fi
)";

constexpr std::string_view kFish =
    R"(# fish completion of mpcheck:  mpcheck completion fish | source
function __mpcheck_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found ({ASK} $words[2..-1] 2>/dev/null)
  if set -q found[1]
    printf '%s\n' $found
    return
  end
  # A file, also as the value of a flag.
  set -l flag (string match -r -- '^--[^=]*=' $words[-1])
  for each in (__fish_complete_path (string replace -- "$flag" '' $words[-1]))
    printf '%s\n' "$flag$each"
  end
end
complete -c mpcheck -f -a '(__mpcheck_complete)'
)";

}  // namespace

std::vector<std::string> completions(const std::vector<std::string>& words,
                                     const std::vector<Command>& commands,
                                     const Candidates& candidates) {
  const std::string last = words.empty() ? "" : words.back();
  const auto end = words.empty() ? words.end() : words.end() - 1;
  // Behind -- is a command line of somebody else's.
  if (std::find(words.begin(), end, "--") != end) return {};
  const auto verb = std::find_if(words.begin(), end,
                                 [](const std::string& word) { return !word.starts_with("-"); });
  const Command* command = find(commands, verb == end ? "run" : *verb);
  if (command == nullptr) return {};
  std::vector<std::string> all;
  if (last.starts_with("-")) {
    all = flags(*command, last);
  } else if (verb == end) {
    all = names(commands);
  } else if (command->completes == Completes::kCommands) {
    all = names(commands);
  } else if (command->completes == Completes::kShells) {
    all.assign(std::begin(kShells), std::end(kShells));
  } else if (command->completes != Completes::kNothing) {
    all = candidates(command->completes);
  }
  std::erase_if(all, [&](const std::string& each) { return !each.starts_with(last); });
  return all;
}

std::string completion_script(std::string_view shell, const std::string& program,
                              const std::string& root) {
  const std::string ask =
      absl::StrCat(quoted(program), " ", quoted("--root=" + root), " complete --");
  const std::string_view script = shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish;
  return absl::StrReplaceAll(script, {{"{ASK}", ask}});
}

}  // namespace mpcheck
