// A Pool in a manager's server, and its proxy: whoever has one gives tasks to the same workers.
//
// The server's program must be this one, for a task is a function of it.
//
//   mp::PoolProxy pool = manager.Pool(4);
//   pool.apply(add, 1, 2);                                    // 3
//   pool.map(square, std::vector{1, 2, 3});                   // {1, 4, 9}
//   mp::AsyncResultProxy<int> later = pool.apply_async(square, 12);
//   later.get(2s);                                            // 144
#ifndef MP_MANAGER_POOL_H_
#define MP_MANAGER_POOL_H_

#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mp/manager/proxy.h"
#include "mp/pool.h"
#include "mp/target.h"
#include "mp/timeout.h"

namespace mp {

namespace managed {

// A function on its way to the server.
template <class F>
struct Work {
  static_assert(kIsFunction<F> || (std::is_empty_v<F> && std::is_default_constructible_v<F>),
                "this callable carries state, and state does not cross into another process: "
                "capture nothing, and pass the values as arguments");
  F function;
};

template <class T>
class AsyncResult {
 public:
  explicit AsyncResult(mp::AsyncResult<T> result) : result_(std::move(result)) {}
  T get(Timeout timeout) { return result_.get(timeout); }
  bool wait(Timeout timeout) { return result_.wait(timeout); }
  bool ready() { return result_.ready(); }
  bool successful() { return result_.successful(); }

 private:
  const mp::AsyncResult<T> result_;
};

class Pool {
 public:
  explicit Pool(std::optional<int> processes) : pool_({.processes = processes}) {}

  template <class F, class... Args>
  auto apply(Work<F> work, std::tuple<Args...> arguments) {
    return std::apply([&](auto&... each) { return pool_.apply(work.function, std::move(each)...); },
                      arguments);
  }
  template <class F, class... Args>
  auto apply_async(Work<F> work, std::tuple<Args...> arguments) {
    using T = std::invoke_result_t<F&, Args&...>;
    return std::apply(
        [&](auto&... each) {
          return std::make_shared<AsyncResult<T>>(
              pool_.apply_async(work.function, std::move(each)...));
        },
        arguments);
  }
  template <class F, class Item>
  auto map(Work<F> work, std::vector<Item> items, Chunksize chunksize) {
    return pool_.map(work.function, std::move(items), chunksize);
  }
  template <class F, class Item>
  auto starmap(Work<F> work, std::vector<Item> items, Chunksize chunksize) {
    return pool_.starmap(work.function, std::move(items), chunksize);
  }
  void close() { pool_.close(); }
  void terminate() { pool_.terminate(); }
  void join() { pool_.join(); }

 private:
  mp::Pool pool_;
};

}  // namespace managed

template <class F>
struct Codec<managed::Work<F>> {
  static void write(Writer& out, const managed::Work<F>& work) {
    if constexpr (kIsFunction<F>) write_code(out, reinterpret_cast<const void*>(work.function));
  }
  static managed::Work<F> read(Reader& in) {
    if constexpr (kIsFunction<F>) {
      return {reinterpret_cast<F>(const_cast<void*>(read_code(in)))};
    } else {
      return {F()};
    }
  }
};

template <>
inline constexpr bool kIsThreadSafe<managed::Pool> = true;
template <class T>
inline constexpr bool kIsThreadSafe<managed::AsyncResult<T>> = true;

template <class T>
class AsyncResultProxy : public Proxy<managed::AsyncResult<T>> {
  using Result = managed::AsyncResult<T>;

 public:
  using Proxy<Result>::Proxy;

  // Waits for the result. Raises: TimeoutError if it did not come within `timeout`; what the task has raised.
  T get(Timeout timeout = {}) const { return this->template call<&Result::get>(timeout); }
  // False: it is not there yet.
  bool wait(Timeout timeout = {}) const { return this->template call<&Result::wait>(timeout); }
  bool ready() const { return this->template call<&Result::ready>(); }
  // Whether the task has returned. Raises: ValueError if it is not ready.
  bool successful() const { return this->template call<&Result::successful>(); }
};

template <class T>
struct ProxyFor<managed::AsyncResult<T>> {
  using type = AsyncResultProxy<T>;
};

class PoolProxy : public Proxy<managed::Pool> {
 public:
  using Proxy::Proxy;

  // All of them as in pool.h. The last proxy terminates the pool.
  template <class F, class... Args>
  auto apply(F function, Args... args) const {
    return call<&managed::Pool::apply<F, Kept<Args>...>>(
        managed::Work<F>{function}, std::tuple<Kept<Args>...>(std::move(args)...));
  }
  // Of a function that returns something.
  template <class F, class... Args>
  auto apply_async(F function, Args... args) const {
    return call<&managed::Pool::apply_async<F, Kept<Args>...>>(
        managed::Work<F>{function}, std::tuple<Kept<Args>...>(std::move(args)...));
  }
  template <class F, class Item>
  auto map(F function, const std::vector<Item>& items, Chunksize chunksize = {}) const {
    return call<&managed::Pool::map<F, Item>>(managed::Work<F>{function}, items, chunksize);
  }
  template <class F, class Item>
  auto starmap(F function, const std::vector<Item>& items, Chunksize chunksize = {}) const {
    return call<&managed::Pool::starmap<F, Item>>(managed::Work<F>{function}, items, chunksize);
  }
  void close() const { call<&managed::Pool::close>(); }
  void terminate() const { call<&managed::Pool::terminate>(); }
  void join() const { call<&managed::Pool::join>(); }
};

template <>
struct ProxyFor<managed::Pool> {
  using type = PoolProxy;
};

}  // namespace mp

#endif  // MP_MANAGER_POOL_H_
