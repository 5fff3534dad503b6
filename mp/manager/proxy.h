// Proxies: stand-ins for objects that live in a manager's server, the same for every process that has one.
//
// A method is called by name, and runs over there; the arguments go there as copies, and what it returns or throws comes
// back: as a copy; as a proxy, where the method returns a std::shared_ptr of an object that is to stay there. What it
// throws is thrown here as what it was (failure.h). What the server itself refuses is a RemoteError.
//
// Any class can live in a manager; it is made there by create() (manager.h). Calls on one object run one after the other, unless
// kIsThreadSafe<T> says that it needs no turns. A program that only serves, for clients that are other programs, has
// to name what they may make and call: register_type(), register_methods().
//
// A proxy travels any way that values do: as an argument, through queues and connections, to pools' tasks, into a
// manager's own containers, and the object lives as long as there is one. Whoever gets one has to have the manager's key,
// if it came neither as an argument nor by a fork: a process and its children have one, current_process().authkey().
//
// Unlike Python: a proxy that is on its way is a reference to the object (manager.proxy_in_transit_is_a_reference), and one
// that lies in a container ends with it (manager.container_lets_go_of_its_proxies). One that is sent and
// received by nobody keeps its object to the manager's end. Two proxies are equal if they stand for the same object.
//
// Processes: any. Threads: any. Lifetime: cheap copies; the object goes with the last proxy of all processes.
//
//   class Till {
//    public:
//     int add(int coins);
//     int total() const;
//   };
//
//   mp::SyncManager manager = mp::Manager();
//   mp::Proxy<Till> till = manager.create<Till>();
//   till.call<&Till::add>(5);                        // 5
//   mp::Process p(spend, till);                      // in whatever process: the same till
#ifndef MP_MANAGER_PROXY_H_
#define MP_MANAGER_PROXY_H_

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mp/errors.h"
#include "mp/failure.h"
#include "mp/manager/link.h"
#include "mp/manager/method.h"
#include "mp/manager/server.h"
#include "mp/target.h"
#include "mp/wire/codec.h"

namespace mp {

// Whether several calls may be in an object of the type at a time.
template <class T>
inline constexpr bool kIsThreadSafe = false;

class BaseProxy {
 public:
  // Of an object that this process has a reference to.
  explicit BaseProxy(managed::ReferencePointer reference) : reference_(std::move(reference)) {}

  friend bool operator==(const BaseProxy& a, const BaseProxy& b) {
    return a.reference_->link().server() == b.reference_->link().server() &&
           a.reference_->object() == b.reference_->object();
  }

  const managed::ReferencePointer& reference() const { return reference_; }

 private:
  managed::ReferencePointer reference_;
};

namespace managed {

// One call of a method, from here to there and back.
class Call {
 public:
  // `name`: of the method, for people. Raises: what the server's link raises.
  Call(std::shared_ptr<Link> link, ObjectId object, MethodId method, std::string_view name);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  template <class T>
  void write(const T& argument) {
    wire::check_may_be_sent<T>();
    const DuringExchange during(&exchange_);
    Writer(&request_).write(argument);
  }
  // Sends it, and waits. Raises: what the method has; RemoteError if the server has refused the call.
  void ask();
  template <class R>
  R read() {
    std::string_view rest(reply_);
    rest.remove_prefix(1);
    const DuringExchange during(&exchange_);
    R result = decode<R>(rest);
    finish();
    return result;
  }
  // Requires: nothing is to be read.
  void finish();

 private:
  const std::shared_ptr<Link> link_;
  const std::string_view name_;
  Exchange exchange_;
  std::string request_, reply_;
  std::shared_ptr<Channel> channel_;
};

// As what a result comes back.
template <class R>
struct Returned {
  using type = R;
};

}  // namespace managed

template <class T>
class Proxy;

// As what a proxy of a U is returned: those of a manager's own kinds have methods of their own.
template <class U>
struct ProxyFor {
  using type = Proxy<U>;
};

namespace managed {

template <class U>
struct Returned<std::shared_ptr<U>> {
  using type = typename ProxyFor<U>::type;
};

template <class R, class... P, class... A>
typename Returned<R>::type call_with(std::shared_ptr<Link> link, ObjectId object, MethodId method,
                                     std::string_view name, std::type_identity<std::tuple<P...>>,
                                     A&&... arguments) {
  static_assert(sizeof...(P) == sizeof...(A), "the method takes another number of arguments");
  Call call(std::move(link), object, method, name);
  (call.write<P>(std::forward<A>(arguments)), ...);
  call.ask();
  if constexpr (std::is_void_v<R>) {
    call.finish();
  } else {
    return call.read<typename Returned<R>::type>();
  }
}

// ---------------------------------------------------------------- over there

template <class U>
Proxy<U> proxy_of(std::shared_ptr<U> object);

template <class R>
void write_result(Writer& out, const R& result) {
  try {
    out.write(result);
  } catch (const std::exception& error) {
    throw Refusal{class_name(typeid(error)),
                  std::string("what a method returned can't be sent: ") + error.what()};
  }
}
template <class U>
void write_result(Writer& out, const std::shared_ptr<U>& result) {
  if (result == nullptr) throw Refusal{"ValueError", "a method returned no object to be shared"};
  write_result(out, proxy_of(result));
}

// Calls, and writes what is returned, while nothing else of this thread's messages is touched by the call.
template <class Function>
void return_to(Writer& out, Function function) {
  using R = std::decay_t<decltype(function())>;
  const auto undisturbed = [&]() -> decltype(auto) {
    const DuringExchange none(nullptr);
    return function();
  };
  if constexpr (std::is_void_v<R>) {
    undisturbed();
  } else {
    const R result = undisturbed();
    write_result(out, result);
  }
}

template <class Arguments>
Arguments read_arguments(Reader& in) {
  try {
    return in.read<Arguments>();
  } catch (const DecodeError& error) {
    throw Refusal{"DecodeError", error.what()};
  }
}

// What the program knows of a method, or maker, that it mentions anywhere.
template <class Which>
class Known {
 public:
  static MethodId id() {
    static const MethodId id = (static_cast<void>(&is_known), id_of(Which::key()));
    return id;
  }
  static std::string_view name() {
    static const std::string& name = *new auto(Which::describe());
    return name;
  }

 private:
  static inline const bool is_known = add_method(
      {.key = Which::key(), .name = Which::describe(), .type = Which::type(), .run = &Which::run});
};

// A method of T's, or of a base of T's.
template <class T, auto M>
struct MethodOf : Known<MethodOf<T, M>> {
  using Signature = managed::Signature<decltype(M)>;
  using Arguments = typename Signature::Arguments;
  using Result = typename Signature::Result;

  static void run(Object* object, Reader& in, Writer& out) {
    auto arguments = read_arguments<Arguments>(in);
    return_to(out, [&] {
      std::unique_lock turn(object->turn, std::defer_lock);
      if (!object->is_thread_safe) turn.lock();
      T& it = *static_cast<T*>(object->it.get());
      // Not (it.*M)(): of a base's method GCC 12 says, when it optimises, that it breaks the rules of aliasing.
      return std::apply(
          [&](auto&... each) -> Result { return std::invoke(M, it, std::move(each)...); },
          arguments);
    });
  }
  static std::string key() { return Signature::template key<T>(name_of<M>()); }
  static std::string describe() { return readable_name(typeid(T)) + "::" + name_of<M>(); }
  static const std::type_info* type() { return &typeid(T); }
};

template <class Made, class... P>
struct MakerOf : Known<MakerOf<Made, P...>> {
  static void run(Object*, Reader& in, Writer& out) {
    auto arguments = read_arguments<std::tuple<P...>>(in);
    return_to(out, [&] {
      return std::apply([](auto&... each) { return std::make_shared<Made>(std::move(each)...); },
                        arguments);
    });
  }
  static std::string key() { return method_key<Made, void, P...>("create"); }
  static std::string describe() { return readable_name(typeid(Made)); }
  static const std::type_info* type() { return nullptr; }
};

// A function that returns an object.
template <auto F>
struct FactoryOf : Known<FactoryOf<F>> {
  using Signature = managed::Signature<decltype(F)>;
  using Arguments = typename Signature::Arguments;
  using Result = typename Signature::Result;

  static void run(Object*, Reader& in, Writer& out) {
    auto arguments = read_arguments<Arguments>(in);
    return_to(out, [&] {
      return std::apply([](auto&... each) { return F(std::move(each)...); }, arguments);
    });
  }
  static std::string key() { return Signature::template key<decltype(F)>(name_of<F>()); }
  static std::string describe() { return name_of<F>(); }
  static const std::type_info* type() { return nullptr; }
};

}  // namespace managed

template <class T>
class Proxy : public BaseProxy {
 public:
  using BaseProxy::BaseProxy;

  // Raises: what the method does; RemoteError if its result can't be sent, or the object is none of a T;
  // EOFError, OSError if the server is gone.
  template <auto M, class... A>
  auto call(A&&... arguments) const {
    using Method = managed::MethodOf<T, M>;
    return managed::call_with<typename Method::Result>(
        reference()->shared_link(), reference()->object(), Method::id(), Method::name(),
        std::type_identity<typename Method::Arguments>(), std::forward<A>(arguments)...);
  }

  // By the method's name, for who does not know the class: R and the types of the arguments are exactly the
  // method's, without references. Raises: as call(); RemoteError if the server has no such method of the object's.
  template <class R, class... A>
  auto callmethod(std::string_view name, const A&... arguments) const {
    return managed::call_with<R>(reference()->shared_link(), reference()->object(),
                                 managed::id_of(managed::method_key<T, R, Kept<A>...>(name)), name,
                                 std::type_identity<std::tuple<Kept<A>...>>(), arguments...);
  }
};

// For the server's program, at namespace scope: what others may make, T with such arguments, ...
//
//   const bool kTills = mp::register_type<Till>() && mp::register_methods<Till, &Till::add, &Till::total>();
template <class T, class... Args>
bool register_type() {
  return managed::MakerOf<T, Args...>::id(), true;
}
// ... and call, of a T.
template <class T, auto... M>
bool register_methods() {
  return (static_cast<void>(managed::MethodOf<T, M>::id()), ...), true;
}
// ... and functions that return a std::shared_ptr of an object: of a new one, or of one that is there for all.
template <auto... F>
bool register_functions() {
  return (static_cast<void>(managed::FactoryOf<F>::id()), ...), true;
}

namespace managed {

template <class U>
Proxy<U> proxy_of(std::shared_ptr<U> object) {
  Leased* leased = nullptr;
  if constexpr (std::is_base_of_v<Leased, U>) leased = object.get();
  const ObjectId id = publish(std::move(object), typeid(U), leased, kIsThreadSafe<U>);
  return Proxy<U>(current_exchange()->own_link->adopt(id));
}

// How a proxy goes into a message of this thread's, and comes out of one.
void write_proxy(Writer& out, const Reference& reference);
ReferencePointer read_proxy(Reader& in);

}  // namespace managed

template <std::derived_from<BaseProxy> P>
struct Codec<P> {
  static void write(Writer& out, const P& proxy) { managed::write_proxy(out, *proxy.reference()); }
  static P read(Reader& in) { return P(managed::read_proxy(in)); }
};

}  // namespace mp

#endif  // MP_MANAGER_PROXY_H_
