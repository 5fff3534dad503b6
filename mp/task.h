// A function and some of its items on their way to a worker, and what became of them on the way back.
//
// What can't be a task does not compile, and a sentence says why.
#ifndef MP_TASK_H_
#define MP_TASK_H_

#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "mp/errors.h"
#include "mp/failure.h"
#include "mp/pool_worker.h"
#include "mp/target.h"
#include "mp/wire/codec.h"

namespace mp {

// How a function takes an item: as its argument, or spread over its arguments.
enum class Takes { kWhole, kSpread };

template <Takes takes, class F, class Item>
decltype(auto) call(F& function, Item& item) {
  if constexpr (takes == Takes::kSpread) {
    return std::apply(function, item);
  } else {
    return function(item);
  }
}

template <Takes takes, class F, class Item>
constexpr bool can_take() {
  if constexpr (takes == Takes::kSpread) {
    return requires(F & f, Item & item) { std::apply(f, item); };
  } else {
    return std::is_invocable_v<F&, Item&>;
  }
}

template <Takes takes, class F, class Item>
struct ResultOf {
  using Raw = decltype(call<takes>(std::declval<F&>(), std::declval<Item&>()));
  using type = std::conditional_t<std::is_void_v<Raw>, std::monostate, std::decay_t<Raw>>;
};
// What a call returns; std::monostate for nothing.
template <Takes takes, class F, class Item>
using Result = typename ResultOf<takes, F, Item>::type;

template <Takes takes, class F, class Item>
constexpr void check_task() {
  static_assert(kIsFunction<F> || (std::is_empty_v<F> && std::is_default_constructible_v<F>),
                "this callable carries state, and state does not cross into another process: "
                "capture nothing, and pass the values as arguments");
  static_assert(can_take<takes, F, Item>(), "the task can't be called with these arguments");
  wire::check_may_be_sent<Item>();
}

// A value, or what was thrown instead.
template <class R>
using Outcome = std::variant<R, std::exception_ptr>;

// What becomes of the items of one task: all of them together, where the first error counts and ends the task; or each by
// itself.
enum class Fate { kTogether, kEach };

template <Takes takes, Fate fate, class F, class Item>
class Task {
 public:
  using R = Result<takes, F, Item>;

  // Where the code is, and which function; behind it belongs a vector of the items.
  static void write_beginning(Writer& out, F function) {
    write_code(out, reinterpret_cast<const void*>(&run));
    if constexpr (kIsFunction<F>) write_code(out, reinterpret_cast<const void*>(function));
  }
  static std::string beginning(F function) {
    std::string bytes;
    Writer out(&bytes);
    write_beginning(out, function);
    return bytes;
  }

  // Reads the values to `first` and on, or returns the error.
  template <class Slots>
  static std::exception_ptr read_all(Reader& in, Slots* slots,
                                     size_t first) requires(fate == Fate::kTogether) {
    if (!in.read<bool>()) return exception_of(in.read<Failure>());
    const size_t count = in.read_size(0);
    if (slots->size() < first + count) slots->resize(first + count);
    if constexpr (wire::Plain<R> && std::is_same_v<typename Slots::value_type, R>) {
      in.read_raw(slots->data() + first, count * sizeof(R));
    } else {
      for (size_t i = 0; i < count; ++i) (*slots)[first + i] = in.read<R>();
    }
    return nullptr;
  }
  static std::vector<Outcome<R>> read_each(Reader& in) requires(fate == Fate::kEach) {
    std::vector<Outcome<R>> outcomes;
    if constexpr (wire::Plain<R>) outcomes.reserve(in.left() / (1 + sizeof(R)));
    while (in.left() != 0) {
      if (in.read<bool>()) {
        outcomes.emplace_back(std::in_place_index<0>, in.read<R>());
      } else {
        outcomes.emplace_back(std::in_place_index<1>, exception_of(in.read<Failure>()));
      }
    }
    return outcomes;
  }

 private:
  static F function_in(Reader& in) {
    if constexpr (kIsFunction<F>) {
      return reinterpret_cast<F>(const_cast<void*>(read_code(in)));
    } else {
      return F();
    }
  }

  static R result_of(F& function, Item& item) {
    if constexpr (std::is_same_v<R, std::monostate>) {
      call<takes>(function, item);
      return {};
    } else {
      return call<takes>(function, item);
    }
  }

  // Writes true and what `write` writes; or false and what it throws.
  template <class Write>
  static void write_outcome(Writer& out, Write write) {
    const size_t before = out.size();
    try {
      out.write(true);
      write();
    } catch (const SystemExit&) {
      throw;
    } catch (...) {
      out.take_back(before);
      out.write(false);
      out.write(current_failure());
    }
  }

  static void write_result(Writer& out, const R& result) {
    if constexpr (wire::Plain<R>) {
      out.write(result);
    } else {
      try {
        out.write(result);
      } catch (const std::exception& error) {
        throw MaybeEncodingError(std::string("what a task returned can't be sent: ") +
                                 error.what());
      }
    }
  }

  static void run(Reader& in, Writer& out) {
    F function = function_in(in);
    const auto one = [&] {
      auto item = in.read<Item>();
      write_result(out, result_of(function, item));
    };
    if constexpr (fate == Fate::kTogether) {
      write_outcome(out, [&] {
        const size_t count = in.read_size(0);
        out.write_size(count);
        if constexpr (wire::Plain<R>) {
          std::vector<R> results(count);
          for (R& each : results) {
            auto item = in.read<Item>();
            each = result_of(function, item);
          }
          out.write_raw(results.data(), count * sizeof(R));
        } else {
          for (size_t i = 0; i < count; ++i) one();
        }
      });
    } else {
      for (size_t left = in.read_size(0); left > 0; --left) write_outcome(out, one);
    }
  }
};

}  // namespace mp

#endif  // MP_TASK_H_
