#include "tools/adapters/mp/pools.h"

#include <functional>
#include <memory>
#include <utility>

#include "tools/adapters/mp/features.h"
#include "tools/adapters/mp/functions.h"
#include "tools/adapters/mp/puppet.h"

namespace adapter {
namespace {

using Results = mp::ResultIterator<Value>;

mp::Pool& pool(Call& c) { return *c.on_a<Pool>().it; }
AnyResult& result(Call& c) { return *c.on_a<AsyncResult>().it; }
SourceState& source(Call& c) { return *c.on_a<Source>().it; }

template <class T>
Answer made_local(std::shared_ptr<T> object) {
  return made(Local<T>{std::move(object)});
}

std::string function_name(const Value& function) {
  std::string name;
  if (const auto* by_value = function.get_if<Value::Function>()) {
    name = by_value->name;
  } else if (const auto* text = function.get_if<std::string>()) {
    name = *text;
  } else {
    throw Unsupported{"what is no function does not compile"};
  }
  check_function(name);
  return name;
}

// Of a call: the puppet's name comes before its arguments.
PoolTask task_of(Call& c) {
  if (c.find("kwargs") != nullptr) throw Unsupported{"C++ has no keyword arguments"};
  PoolTask task{.function = function_name(*c.find("func")), .args = c.items("args")};
  if (c.find("puppet") != nullptr)
    task.args.insert(task.args.begin(), Item{.value = *c.find("puppet")});
  return task;
}

// Of an item of a map; `spread`: it is a tuple of the arguments.
PoolTask task_of_item(const std::string& function, const Value& item, bool spread) {
  PoolTask task{.function = function};
  if (!spread) {
    task.args.push_back({.value = item});
    return task;
  }
  const auto* tuple = item.get_if<Value::Tuple>();
  const auto* list = item.get_if<Value::List>();
  if (tuple == nullptr && list == nullptr) refuse_type("an item of a starmap is a tuple");
  for (const Value& each : tuple != nullptr ? tuple->items : *list)
    task.args.push_back({.value = each});
  return task;
}

// Calls `f` with the input that the call names, as a range of tasks or as a function that makes them.
template <class F>
auto with_input(Call& c, bool spread, F f) {
  const std::string function = function_name(*c.find("func"));
  const Value& iterable = *c.find("iterable");
  if (const auto* object = iterable.get_if<Value::Object>()) {
    const auto named = c.object_named(object->name);
    if (const auto* source = std::get_if<Source>(&named->it)) {
      return f([function, spread, from = source->it]() -> std::optional<PoolTask> {
        const std::optional<Value> item = from->next();
        if (!item) return std::nullopt;
        return task_of_item(function, *item, spread);
      });
    }
  }
  if (iterable.get_if<Value::List>() == nullptr && iterable.get_if<Value::Tuple>() == nullptr)
    throw Unsupported{"what is no range does not compile"};
  std::vector<PoolTask> tasks;
  for (const Value& each : c.list("iterable"))
    tasks.push_back(task_of_item(function, each, spread));
  return f(std::move(tasks));
}

mp::Chunksize chunksize(Call& c) {
  const Value* value = c.find("chunksize");
  if (value == nullptr || value->is_null()) return std::nullopt;
  return static_cast<int>(c.whole("chunksize", 1));
}

// The puppet that a callback is.
template <class Given>
std::function<void(Given)> callback(Call& c, const char* name, std::function<Value(Given)> told) {
  if (c.find(name) == nullptr || c.find(name)->is_null()) return {};
  return [puppet = c.text(name), told](Given given) { Puppet(puppet, {{told(given)}, {}}).obey(); };
}

Value of_error(std::exception_ptr error) {
  return Value(Value::Form(Value::Other{describe(error)["type"].get<std::string>()}));
}

mp::AsyncOptions<Value> call_options(Call& c) {
  return {.callback = callback<const Value&>(c, "callback", [](const Value& v) { return v; }),
          .error_callback = callback<std::exception_ptr>(c, "error_callback", of_error)};
}
mp::AsyncOptions<std::vector<Value>> map_options(Call& c) {
  return {.callback = callback<const std::vector<Value>&>(
              c, "callback", [](const std::vector<Value>& all) { return Value::list(all); }),
          .error_callback = callback<std::exception_ptr>(c, "error_callback", of_error)};
}

template <class T>
Answer made_result(mp::AsyncResult<T> result) {
  return made_local(std::make_shared<AnyResult>(AnyResult{std::move(result)}));
}

Answer map_now(Call& c, bool spread) {
  if (const auto* managed = std::get_if<mp::PoolProxy>(&c.on().it)) {
    std::vector<PoolTask> tasks;
    for (const Value& each : c.list("iterable"))
      tasks.push_back(task_of_item(function_name(*c.find("func")), each, spread));
    return Value::list(managed->map(run_task, tasks, chunksize(c)));
  }
  return with_input(c, spread, [&](auto input) -> Answer {
    return Value::list(pool(c).map(run_task, std::move(input), chunksize(c)));
  });
}
Answer map_soon(Call& c, bool spread) {
  return with_input(c, spread, [&](auto input) {
    return made_result(pool(c).map_async(run_task, std::move(input), chunksize(c), map_options(c)));
  });
}
Answer imap(Call& c, bool ordered) {
  const int each = static_cast<int>(c.whole("chunksize", 1));
  return with_input(c, /*spread=*/false, [&](auto input) {
    return made_local(std::make_shared<Results>(
        ordered ? pool(c).imap(run_task, std::move(input), each)
                : pool(c).imap_unordered(run_task, std::move(input), each)));
  });
}

int whole_option(Call& c, const char* name) {
  if (c.find(name)->get_if<double>() != nullptr)
    throw Unsupported{"a number that is no int does not compile here"};
  return static_cast<int>(c.whole(name, 0));
}

void initialize(std::string function, std::vector<Item> args) { call_function(function, args); }

}  // namespace

std::optional<Value> SourceState::next() {
  std::unique_lock hold(mutex);
  changed.wait(hold, [&] { return ended || !allowed || taken < *allowed; });
  if (ended) return std::nullopt;
  if (!items || taken < items->size()) {
    const size_t number = taken++;
    return items ? (*items)[number] : Value(static_cast<int64_t>(number));
  }
  ended = true;
  if (!raise.empty()) throw PythonError(raise, {Value("raised by the input")});
  return std::nullopt;
}

// ---------------------------------------------------------------- pools

Answer new_pool(Call& c) {
  mp::PoolOptions options{.start_method = start_method()};
  if (const Value* n = c.find("processes"); n != nullptr && !n->is_null())
    options.processes = static_cast<int>(c.whole("processes", 0));
  if (const Value* n = c.find("maxtasksperchild"); n != nullptr && !n->is_null())
    options.maxtasksperchild = whole_option(c, "maxtasksperchild");
  if (const Value* function = c.find("initializer"); function != nullptr && !function->is_null())
    options.initializer =
        mp::Initializer(initialize, function_name(*function), c.items("initargs"));
  return made_local(std::make_shared<mp::Pool>(std::move(options)));
}

// A scope has no beginning in C++ that could fail: this is what one would ask.
Answer pool_enter(Call& c) {
  if (pool(c).closed()) throw mp::ValueError("enter a block: the pool is closed");
  return itself(c);
}
Answer pool_apply(Call& c) {
  if (const auto* managed = std::get_if<mp::PoolProxy>(&c.on().it))
    return managed->apply(run_task, task_of(c));
  return pool(c).apply(run_task, task_of(c));
}
Answer pool_apply_async(Call& c) {
  if (const auto* managed = std::get_if<mp::PoolProxy>(&c.on().it)) {
    if (c.find("callback") != nullptr || c.find("error_callback") != nullptr)
      throw Unsupported{"a function of this process does not go to a manager's"};
    return made(managed->apply_async(run_task, task_of(c)));
  }
  return made_result(pool(c).apply_async(call_options(c), run_task, task_of(c)));
}
Answer pool_map(Call& c) { return map_now(c, /*spread=*/false); }
Answer pool_map_async(Call& c) { return map_soon(c, /*spread=*/false); }
Answer pool_starmap(Call& c) { return map_now(c, /*spread=*/true); }
Answer pool_starmap_async(Call& c) { return map_soon(c, /*spread=*/true); }
Answer pool_imap(Call& c) { return imap(c, /*ordered=*/true); }
Answer pool_imap_unordered(Call& c) { return imap(c, /*ordered=*/false); }

Answer pool_close(Call& c) {
  pool(c).close();
  return {};
}
Answer pool_terminate(Call& c) {
  pool(c).terminate();
  return {};
}
Answer pool_join(Call& c) {
  pool(c).join();
  return {};
}

// ---------------------------------------------------------------- results

// Calls `f` with the result, of this machine's pool or of a manager's.
template <class F>
Answer with_result(Call& c, F f) {
  if (const auto* managed = std::get_if<ResultProxy>(&c.on().it)) return f(*managed);
  return std::visit([&](const auto& each) { return f(each); }, result(c).it);
}

Answer result_get(Call& c) {
  return with_result(c, [&](const auto& each) -> Answer {
    if constexpr (std::is_same_v<decltype(each.get()), Value>) {
      return each.get(c.timeout());
    } else {
      return Value::list(each.get(c.timeout()));
    }
  });
}
// Python's tells nothing.
Answer result_wait(Call& c) {
  return with_result(c, [&](const auto& each) {
    each.wait(c.timeout());
    return Answer();
  });
}
Answer result_ready(Call& c) {
  return with_result(c, [](const auto& each) { return Answer(each.ready()); });
}
Answer result_successful(Call& c) {
  return with_result(c, [](const auto& each) { return Answer(each.successful()); });
}

Answer next_result(Call& c) { return c.on_a<ResultIterator>().it->next(c.timeout()); }

// ---------------------------------------------------------------- sources

Answer new_source(Call& c) {
  if (c.find("length") != nullptr) throw Unsupported{"mp asks no input for its length"};
  auto made_source = std::make_shared<SourceState>();
  if (c.find("items") != nullptr) made_source->items = c.list("items");
  if (c.find("allowed") != nullptr)
    made_source->allowed = static_cast<size_t>(c.whole("allowed", 0));
  if (c.find("raise") != nullptr) made_source->raise = c.text("raise");
  return made_local(std::move(made_source));
}

Answer source_allow(Call& c) {
  std::scoped_lock hold(source(c).mutex);
  if (source(c).allowed) *source(c).allowed += static_cast<size_t>(c.whole("count", 0));
  source(c).changed.notify_all();
  return {};
}
Answer source_taken(Call& c) {
  std::scoped_lock hold(source(c).mutex);
  return Value(static_cast<int64_t>(source(c).taken));
}
Answer source_end(Call& c) {
  std::scoped_lock hold(source(c).mutex);
  source(c).ended = true;
  source(c).changed.notify_all();
  return {};
}

}  // namespace adapter
