// What a Process, or a Barrier, runs: a function, or a lambda that captures nothing, and the arguments.
//
// A forked child has it in memory. To any other goes where its code is, and the arguments by their Codec.
//
// What can't be the target of a process does not compile, and a sentence says why.
#ifndef MP_TARGET_H_
#define MP_TARGET_H_

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mp/os/code.h"
#include "mp/wire/codec.h"

namespace mp {

class Target {
 public:
  virtual ~Target() = default;
  virtual void run() = 0;
  // Writes what makes it again over there: first where its TargetMaker is.
  virtual void pack(Writer& out) const = 0;
};

using TargetMaker = std::shared_ptr<Target> (*)(Reader& in);

inline std::shared_ptr<Target> unpack_target(Reader& in) {
  const auto make = reinterpret_cast<TargetMaker>(os::code_at(in.read<os::CodePlace>()));
  return make(in);
}

template <class F>
inline constexpr bool kIsFunction =
    std::is_pointer_v<F>&& std::is_function_v<std::remove_pointer_t<F>>;

// As what an argument is kept: text in C would be a pointer.
template <class T>
using Kept = std::conditional_t<std::is_same_v<std::decay_t<T>, const char*> ||
                                    std::is_same_v<std::decay_t<T>, char*>,
                                std::string, std::decay_t<T>>;

template <class F, class... Args>
class TargetOf : public Target {
 public:
  static_assert(kIsFunction<F> || (std::is_empty_v<F> && std::is_default_constructible_v<F>),
                "this callable carries state, and state does not cross into another process: "
                "capture nothing, and pass the values as arguments");
  static_assert(std::is_invocable_v<F, Args&...>,
                "the target can't be called with these arguments");

  TargetOf(F function, std::tuple<Args...> arguments)
      : function_(function), arguments_(std::move(arguments)) {}

  void run() override { std::apply(function_, arguments_); }

  void pack(Writer& out) const override {
    out.write(os::place_of(reinterpret_cast<const void*>(&make)));
    if constexpr (kIsFunction<F>) out.write(os::place_of(reinterpret_cast<const void*>(function_)));
    out.write(arguments_);
  }

 private:
  static std::shared_ptr<Target> make(Reader& in) {
    if constexpr (kIsFunction<F>) {
      auto function = reinterpret_cast<F>(os::code_at(in.read<os::CodePlace>()));
      return std::make_shared<TargetOf>(function, in.read<std::tuple<Args...>>());
    } else {
      return std::make_shared<TargetOf>(F(), in.read<std::tuple<Args...>>());
    }
  }

  F function_;
  std::tuple<Args...> arguments_;
};

template <class F, class... Args>
std::shared_ptr<Target> make_target(F function, Args&&... args) {
  return std::make_shared<TargetOf<F, Kept<Args>...>>(
      function, std::tuple<Kept<Args>...>(std::forward<Args>(args)...));
}

}  // namespace mp

#endif  // MP_TARGET_H_
