#include "tools/adapters/mp/managers.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tools/adapters/mp/features.h"
#include "tools/adapters/mp/functions.h"
#include "tools/adapters/mp/managed_types.h"
#include "tools/adapters/mp/remotes.h"
#include "tools/adapters/mp/shared_values.h"

namespace adapter {
namespace {

using Items = std::vector<Item>;

ManagerState& state(Call& c) { return *c.on_a<Manager>().it; }
mp::SyncManager& manager(Call& c) { return state(c).manager; }

bool is_given(Call& c, const char* name) {
  return c.find(name) != nullptr && !c.find(name)->is_null();
}

// ---------------------------------------------------------------- items

// A list by itself counts as its content: mp has lists as values.
Item plain(Item item) {
  if (item.object == nullptr) return item;
  if (const auto* list = std::get_if<List>(&item.object->it))
    return {.value = Value::list(*list->it)};
  return item;
}
Item item(Call& c, const char* name = "item") { return plain(c.item(name)); }
Items items(Call& c, const char* name = "items") {
  Items all;
  for (Item& each : c.items(name)) all.push_back(plain(std::move(each)));
  return all;
}

Value value_of(const Item& item) {
  return item.object == nullptr ? item.value : Value(Value::Form(Value::Other{"a proxy"}));
}
Value::List values_of(const Items& items) {
  Value::List values;
  for (const Item& each : items) values.push_back(value_of(each));
  return values;
}
// By value, and as a list to be named.
Answer answer_with(const Items& items) { return arrived({.value = Value::list(values_of(items))}); }

Key key(Call& c) {
  const Value* value = c.find("key");
  if (value == nullptr) refuse_type("a key is needed");
  if (value->get_if<Value::List>() != nullptr || value->get_if<Value::Items>() != nullptr)
    refuse_type("unhashable type");
  return {*value};
}

DictProxy::Items pairs(const Value* value) {
  DictProxy::Items all;
  if (value == nullptr || value->is_null()) return all;
  const auto* given = value->get_if<Value::Items>();
  if (given == nullptr) refuse_type("a dictionary is needed");
  for (const auto& [key, each] : given->pairs) all.push_back({{key}, {.value = each}});
  return all;
}
Value dict_of(const DictProxy::Items& items) {
  Value::Dict all;
  for (const auto& [key, each] : items) all.push_back({key.value, value_of(each)});
  return Value::dict(std::move(all));
}

// ---------------------------------------------------------------- managers

mp::ManagerOptions options(Call& c) {
  mp::ManagerOptions all{.start_method = start_method()};
  if (is_given(c, "address")) all.address = address_of(*c.find("address"));
  if (is_given(c, "authkey")) all.authkey = c.bytes("authkey");
  return all;
}

Answer made_manager(mp::ManagerOptions options) {
  return made(Manager{std::make_shared<ManagerState>(std::move(options))});
}

Answer new_manager(Call& c) {
  if (c.find("surplus") != nullptr) throw Unsupported{"a surplus argument does not compile"};
  Answer answer = made_manager(options(c));
  ManagerState& state = *std::get<Manager>(answer.made[0]->it).it;
  state.is_plain = state.has_begun = true;
  state.manager.start();
  return answer;
}

void initialize(std::string function, std::vector<Item> args) {
  run_task({.function = std::move(function), .args = std::move(args)});
}

Answer start(Call& c) {
  mp::Initializer initializer;
  if (is_given(c, "initializer")) {
    const auto* function = c.find("initializer")->get_if<Value::Function>();
    if (function == nullptr) refuse_type("an initializer is a function");
    initializer = mp::Initializer(initialize, function->name, c.items("initargs"));
  }
  manager(c).start(std::move(initializer));
  state(c).has_begun = true;
  return {};
}

// The scope of a manager in C++ begins with its making, and may start it.
Answer enter(Call& c) {
  if (!std::exchange(state(c).has_begun, true) || state(c).has_ended) manager(c).start();
  return itself(c);
}

Answer shutdown(Call& c) {
  state(c).has_ended = true;
  manager(c).shutdown();
  return {};
}

Answer get_server(Call& c) {
  return made(ManagerServer{std::make_shared<mp::ManagerServer>(manager(c).get_server())});
}

Answer new_namespace(Call& c) {
  const mp::NamespaceProxy made_one = manager(c).Namespace();
  if (is_given(c, "attributes")) {
    for (const auto& [name, value] : c.find("attributes")->get_if<Value::Items>()->pairs)
      made_one.set<Item>(*name.get_if<std::string>(), {.value = value});
  }
  return made(made_one);
}

Answer create(Call& c) {
  if (state(c).is_plain) throw Unsupported{"every manager of C++'s makes objects of every class"};
  const std::string type = c.text("type");
  const Items args = items(c, "args");
  if (type == "Counter") return made(manager(c).create<Counter>(args));
  if (type == "Reader") return made(manager(c).create<Reader>(args));
  if (type == "Box") return made(manager(c).create<Box>(args));
  if (type == "the_counter") return made(manager(c).create<the_counter>());
  if (type == "Witness") return made(manager(c).create<Witness>(args));
  // So Python calls what the compiler refuses.
  throw PythonError("AttributeError", "no type " + type + " is registered");
}

// ---------------------------------------------------------------- proxies of registered types

// What one is called with: its name, and the list of its arguments.
struct Method {
  std::string name;
  Items args;

  int64_t whole(size_t i, int64_t otherwise) const {
    if (i >= args.size()) return otherwise;
    if (const auto* number = args[i].value.get_if<int64_t>()) return *number;
    refuse_type("the method takes an integer");
  }
  std::string text(size_t i) const {
    const auto* text = i < args.size() ? args[i].value.get_if<std::string>() : nullptr;
    if (text == nullptr) refuse_type("the method takes a string");
    return *text;
  }
};

[[noreturn]] void refuse(const Method& method) {
  throw PythonError("AttributeError", "the proxy has no method " + method.name);
}

Answer call(const mp::Proxy<Counter>& counter, const Method& method) {
  if (method.name == "increment")
    return Value(counter.call<&Counter::increment>(method.whole(0, 1)));
  if (method.name == "value") return Value(counter.call<&Counter::value>());
  if (method.name == "pid") return Value(counter.call<&Counter::pid>());
  if (method.name == "global_value") return counter.call<&Counter::global_value>(method.text(0));
  if (method.name == "unserialisable") return counter.call<&Counter::unserialisable>();
  if (method.name != "fail") refuse(method);
  counter.call<&Counter::fail>(method.text(0), method.text(1));
  return {};
}
Answer call(const mp::Proxy<Reader>& reader, const Method& method) {
  if (method.name != "value") refuse(method);
  return Value(reader.call<&Reader::value>());
}
Answer call(const mp::Proxy<Box>& box, const Method& method) {
  if (method.name == "counter") return made(box.call<&Box::counter>());
  if (method.name == "items") return answer_with(box.call<&Box::items>());
  if (method.name != "append") refuse(method);
  box.call<&Box::append>(method.args.at(0));
  return {};
}
Answer call(const mp::Proxy<Witness>& witness, const Method& method) {
  if (method.name == "itself") return made(witness.call<&Witness::itself>());
  if (method.name != "is_here") refuse(method);
  return Value(witness.call<&Witness::is_here>());
}

Method method(Call& c) { return {.name = c.text("method"), .args = items(c, "args")}; }

Answer proxy_call(Call& c) {
  return on_any<mp::Proxy<Counter>, mp::Proxy<Reader>, mp::Proxy<Box>, mp::Proxy<Witness>>(
      c, [&](const auto& proxy) { return call(proxy, method(c)); });
}

// By name, so that it is the server who refuses.
Answer proxy_callmethod(Call& c) {
  return on_any<mp::Proxy<Counter>, mp::Proxy<Reader>>(c, [&](const auto& proxy) {
    const Method by_name = method(c);
    if (by_name.name == "increment")
      return Value(proxy.template callmethod<int64_t>("increment", by_name.whole(0, 1)));
    return Value(proxy.template callmethod<int64_t>(by_name.name));
  });
}

// ---------------------------------------------------------------- proxies of all kinds

// Null: it is none.
const mp::BaseProxy* proxy_in(const Object& object) {
  return std::visit(
      [](const auto& it) -> const mp::BaseProxy* {
        using T = std::decay_t<decltype(it)>;
        if constexpr (std::is_base_of_v<mp::BaseProxy, T>) {
          return &it;
        } else if constexpr (std::is_same_v<T, AnyValueProxy> || std::is_same_v<T, AnyArrayProxy>) {
          return std::visit([](const auto& each) -> const mp::BaseProxy* { return &each; }, it);
        } else {
          return nullptr;
        }
      },
      object.it);
}

const mp::BaseProxy& proxy(Call& c) {
  if (const mp::BaseProxy* it = proxy_in(c.on())) return *it;
  throw Unsupported{"this is no proxy"};
}

// A copy of what stands behind it.
Answer getvalue(Call& c) {
  if (auto* list = std::get_if<ListProxy>(&c.on().it)) return answer_with(list->getvalue());
  if (auto* dict = std::get_if<DictProxy>(&c.on().it)) return dict_of(dict->copy());
  if (std::holds_alternative<AnyValueProxy>(c.on().it)) return get_shared(c.on());
  if (std::holds_alternative<AnyArrayProxy>(c.on().it)) return get_slice(c.on(), nullptr, nullptr);
  throw Unsupported{"C++ has no copy of this kind"};
}

// C++ prints nothing by itself: this is what a program would print.
Answer str(Call& c) { return Value(getvalue(c).value.text()); }

Answer repr(Call& c) {
  return Value("<proxy of object " + std::to_string(proxy(c).reference()->object()) + ">");
}

Answer equals(Call& c) {
  const Item other = c.item("other");
  const mp::BaseProxy* theirs = other.object != nullptr ? proxy_in(*other.object) : nullptr;
  return Value(theirs != nullptr && *theirs == proxy(c));
}

// ---------------------------------------------------------------- lists

const ListProxy& list(Call& c) { return c.on_a<ListProxy>(); }

Answer list_append(Call& c) {
  if (auto* here = std::get_if<List>(&c.on().it)) {
    if (c.item("item").object != nullptr) throw Unsupported{"a list of values holds no object"};
    here->it->push_back(*c.find("item"));
  } else {
    list(c).append(item(c));
  }
  return {};
}

Answer list_get(Call& c) {
  if (auto* here = std::get_if<List>(&c.on().it)) return Value::list(*here->it);
  if (!is_given(c, "index")) return answer_with(list(c).getvalue());
  return arrived(list(c).at(c.whole("index", 0)));
}

Answer list_extend(Call& c) {
  const Value* more = c.find("items");
  if (more != nullptr && more->get_if<Value::Object>() != nullptr)
    throw Unsupported{"extend() takes values, and no other shared list"};
  list(c).extend(items(c));
  return Value(nullptr);
}

Answer list_add(Call& c) {
  Items all = list(c).getvalue();
  for (Item& each : items(c)) all.push_back(std::move(each));
  return answer_with(all);
}

Answer list_mul(Call& c) {
  const Items once = list(c).getvalue();
  Items all;
  for (int64_t times = c.whole("times", 0); times > 0; --times)
    all.insert(all.end(), once.begin(), once.end());
  return answer_with(all);
}

// ---------------------------------------------------------------- dicts and namespaces

const DictProxy& dict(Call& c) { return c.on_a<DictProxy>(); }

Item otherwise(Call& c) { return c.find("default") != nullptr ? item(c, "default") : Item{}; }

Answer dict_get(Call& c) {
  std::optional<Item> found = dict(c).get(key(c));
  return arrived(found ? *std::move(found) : otherwise(c));
}

Answer dict_pop(Call& c) {
  if (c.find("default") == nullptr) return arrived(dict(c).pop(key(c)));
  std::optional<Item> found = dict(c).try_pop(key(c));
  return arrived(found ? *std::move(found) : otherwise(c));
}

Answer dict_popitem(Call& c) {
  const auto [key, value] = dict(c).popitem();
  return Value::tuple({key.value, value_of(value)});
}

Answer dict_keys(Call& c) {
  Value::List all;
  for (const Key& each : dict(c).keys()) all.push_back(each.value);
  return arrived({.value = Value::list(std::move(all))});
}

Answer dict_items(Call& c) {
  Value::List all;
  for (const auto& [key, value] : dict(c).items())
    all.push_back(Value::tuple({key.value, value_of(value)}));
  return arrived({.value = Value::list(std::move(all))});
}

std::string attribute(Call& c) {
  std::string name = c.text("name");
  if (name.starts_with('_')) throw Unsupported{"a proxy has no attributes of its own in C++"};
  return name;
}

Answer new_barrier_proxy(Call& c) {
  if (c.find("action") != nullptr) throw Unsupported{"mp's managed barriers run nothing"};
  return made(manager(c).Barrier(static_cast<int>(c.whole("parties", 0)), c.timeout()));
}

const mp::NamespaceProxy& space(Call& c) { return c.on_a<mp::NamespaceProxy>(); }

// ---------------------------------------------------------------- the table

#define DO(...)           \
  [](Call& c) -> Answer { \
    __VA_ARGS__;          \
    return {};            \
  }
#define GIVE(...) [](Call& c) -> Answer { return Value(__VA_ARGS__); }
#define MAKE(...) [](Call& c) -> Answer { return made(__VA_ARGS__); }

const std::map<std::string, Operation>& table() {
  static const auto& it = *new std::map<std::string, Operation>{
      {"manager.new", new_manager},
      {"custom_manager.new", [](Call& c) { return made_manager(options(c)); }},
      {"manager.start", start},
      {"manager.connect", DO(manager(c).connect(); state(c).has_begun = true)},
      {"manager.shutdown", shutdown},
      {"manager.join", DO(manager(c).join(c.timeout()))},
      {"manager.enter", enter},
      {"manager.exit", shutdown},
      {"manager.address", GIVE(told(manager(c).address()))},
      {"manager.pid",
       [](Call& c) -> Answer {
         const auto pid = manager(c).pid();
         return pid ? Value(int64_t{*pid}) : Value();
       }},
      {"manager.get_server", get_server},
      {"manager_server.serve_forever", DO(c.on_a<ManagerServer>().it->serve_forever())},
      {"manager_server.address", GIVE(told(c.on_a<ManagerServer>().it->address()))},

      {"manager.list", MAKE(manager(c).list<Item>(items(c)))},
      {"manager.dict", MAKE(manager(c).dict<Key, Item>(pairs(c.find("items"))))},
      {"manager.namespace", new_namespace},
      {"manager.value", [](Call& c) { return new_value_proxy(c, manager(c)); }},
      {"manager.array", [](Call& c) { return new_array_proxy(c, manager(c)); }},
      {"manager.queue", MAKE(manager(c).Queue<Item>(static_cast<int>(c.whole("maxsize", 0))))},
      {"manager.joinable_queue",
       MAKE(manager(c).JoinableQueue<Item>(static_cast<int>(c.whole("maxsize", 0))))},
      {"manager.lock", MAKE(manager(c).Lock())},
      {"manager.rlock", MAKE(manager(c).RLock())},
      {"manager.semaphore", MAKE(manager(c).Semaphore(static_cast<int>(c.whole("value", 1))))},
      {"manager.bounded_semaphore",
       MAKE(manager(c).BoundedSemaphore(static_cast<int>(c.whole("value", 1))))},
      {"manager.condition", MAKE(manager(c).Condition())},
      {"manager.event", MAKE(manager(c).Event())},
      {"manager.barrier", new_barrier_proxy},
      {"manager.pool", MAKE(manager(c).Pool(static_cast<int>(c.whole("processes", 1))))},
      {"manager.create", create},

      {"proxy.call", proxy_call},
      {"proxy.callmethod", proxy_callmethod},
      {"proxy.getvalue", getvalue},
      {"proxy.deepcopy", getvalue},
      {"proxy.str", str},
      {"proxy.repr", repr},
      {"proxy.equals", equals},

      {"list.append", list_append},
      {"list.get", list_get},
      {"list.extend", list_extend},
      {"list.insert", DO(list(c).insert(c.whole("index", 0), item(c)))},
      {"list.pop", [](Call& c) { return arrived(list(c).pop(c.whole("index", -1))); }},
      {"list.remove", DO(list(c).remove(item(c)))},
      {"list.index", GIVE(list(c).index(item(c), bound(c.find("start")), bound(c.find("stop"))))},
      {"list.count", GIVE(list(c).count(item(c)))},
      {"list.sort", DO(list(c).sort(c.flag("reverse", false)))},
      {"list.reverse", DO(list(c).reverse())},
      {"list.len", GIVE(static_cast<int64_t>(list(c).size()))},
      {"list.contains", GIVE(list(c).contains(item(c)))},
      {"list.set", DO(list(c).set(c.whole("index", 0), item(c)))},
      {"list.delete", DO(list(c).erase(c.whole("index", 0)))},
      {"list.slice",
       [](Call& c) {
         return answer_with(list(c).slice(bound(c.find("start")), bound(c.find("stop"))));
       }},
      {"list.set_slice",
       DO(list(c).set_slice(bound(c.find("start")), bound(c.find("stop")), items(c)))},
      {"list.iterate", [](Call& c) { return answer_with(list(c).getvalue()); }},
      {"list.add", list_add},
      {"list.mul", list_mul},
      {"list.iadd", list_extend},
      {"list.imul", DO(auto changed = list(c); changed *= c.whole("times", 0))},

      {"dict.getitem", [](Call& c) { return arrived(dict(c).at(key(c))); }},
      {"dict.set", DO(dict(c).set(key(c), item(c, "value")))},
      {"dict.delete", DO(dict(c).erase(key(c)))},
      {"dict.get", dict_get},
      {"dict.setdefault",
       [](Call& c) { return arrived(dict(c).setdefault(key(c), otherwise(c))); }},
      {"dict.pop", dict_pop},
      {"dict.popitem", dict_popitem},
      {"dict.update", DO(dict(c).update(pairs(c.find("items"))))},
      {"dict.clear", DO(dict(c).clear())},
      {"dict.copy", GIVE(dict_of(dict(c).copy()))},
      {"dict.keys", dict_keys},
      {"dict.values", [](Call& c) { return answer_with(dict(c).values()); }},
      {"dict.items", dict_items},
      {"dict.len", GIVE(static_cast<int64_t>(dict(c).size()))},
      {"dict.contains", GIVE(dict(c).contains(key(c)))},
      {"dict.iterate", dict_keys},

      {"namespace.get", [](Call& c) { return arrived(space(c).get<Item>(attribute(c))); }},
      {"namespace.set", DO(space(c).set<Item>(attribute(c), item(c, "value")))},
      {"namespace.delete", DO(space(c).erase(attribute(c)))},
  };
  return it;
}
#undef DO
#undef GIVE
#undef MAKE

}  // namespace

bool operator==(const Item& a, const Item& b) {
  return a.object == nullptr && b.object == nullptr && a.value == b.value;
}

// The first elements that differ decide.
static bool is_less(const Value::List& a, const Value::List& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] != b[i]) return Item{a[i]} < Item{b[i]};
  }
  return a.size() < b.size();
}

// Exactly, of whichever kind: a long double holds every whole number of 64 bits.
static std::optional<long double> number_in(const Item& item) {
  if (const auto* flag = item.value.get_if<bool>()) return *flag;
  if (const auto* whole = item.value.get_if<int64_t>()) return *whole;
  if (const auto* real = item.value.get_if<double>()) return *real;
  return std::nullopt;
}

bool operator<(const Item& a, const Item& b) {
  const std::optional<long double> x = number_in(a), y = number_in(b);
  if (x && y) return *x < *y;
  const auto* s = a.value.get_if<std::string>();
  const auto* t = b.value.get_if<std::string>();
  if (s != nullptr && t != nullptr) return *s < *t;
  const auto* p = a.value.get_if<Value::Tuple>();
  const auto* q = b.value.get_if<Value::Tuple>();
  if (p != nullptr && q != nullptr) return is_less(p->items, q->items);
  refuse_type("these items have no order");
}

void forget_proxy(Object& object) {
  if (proxy_in(object) != nullptr) object.it = List{};
}

Operation managed_operation(const std::string& op) {
  const auto found = table().find(op);
  return found != table().end() ? found->second : nullptr;
}

}  // namespace adapter
