#include "tools/adapters/mp/functions.h"

#include <openssl/sha.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

#include "mp/failure.h"
#include "tools/adapters/mp/operations.h"
#include "tools/adapters/mp/puppet.h"
#include "tools/adapters/mp/shared_values.h"

namespace mp {

template <>
struct Codec<adapter::PythonError> {
  static void write(Writer& out, const adapter::PythonError& error) {
    out.write(error.type());
    out.write(error.args());
  }
  static adapter::PythonError read(Reader& in) {
    auto type = in.read<std::string>();
    return adapter::PythonError(std::move(type), in.read<conformance::Value::List>());
  }
};

template <>
struct Codec<adapter::Unbuildable> {
  static void write(Writer& out, const adapter::Unbuildable& error) {
    out.write(std::string(error.what()));
  }
  static adapter::Unbuildable read(Reader&) {
    throw std::logic_error("an Unbuildable can't be made of what was sent");
  }
};

}  // namespace mp

namespace adapter {
namespace {

const bool kErrorsTravel =
    mp::let_error_travel<PythonError>() && mp::let_error_travel<Unbuildable>();

using Args = std::vector<Item>;

// A list that was made by itself counts as its content.
Value value_of(const Item& item) {
  if (item.object == nullptr) return item.value;
  if (const auto* list = std::get_if<List>(&item.object->it)) return Value::list(*list->it);
  throw Unsupported{"an object as a function's value"};
}

Value::List values_of(const Args& args) {
  Value::List values;
  for (const Item& each : args) values.push_back(value_of(each));
  return values;
}

const Item& only(const Args& args) {
  if (args.size() != 1) refuse_type("the function takes one argument");
  return args[0];
}

int64_t number(const Item& item) {
  if (const auto* whole = item.value.get_if<int64_t>()) return *whole;
  refuse_type("the function takes a number");
}

std::string text(const Item& item) {
  if (const auto* said = item.value.get_if<std::string>()) return *said;
  refuse_type("the function takes a text");
}

Value square(const Args& args) {
  const int64_t n = number(only(args));
  return Value(n * n);
}

Value fail(const Args& args) { throw PythonError("ValueError", {value_of(only(args))}); }

Value fail_as_the_system(const Args& args) {
  const bool is_about_a_file = args.size() == 2;
  const int error = static_cast<int>(number(is_about_a_file ? args[0] : only(args)));
  throw mp::OSError(error, is_about_a_file ? text(args[1]) : "a task says so");
}

Value fail_for_lack_of_room(const Args& args) {
  const Value message = value_of(only(args));
  const auto* bytes = message.get_if<Value::Bytes>();
  if (bytes == nullptr) refuse_type("the function takes bytes");
  throw mp::BufferTooShort(bytes->data);
}

Value remember(const Args& args) {
  std::scoped_lock hold(here().mutex);
  Value& remembered = here().globals["remembered"];
  Value::List all;
  if (const auto* before = remembered.get_if<Value::List>()) all = *before;
  all.push_back(Value::list(values_of(args)));
  remembered = Value::list(std::move(all));
  return {};
}

Value positive(const Args& args) {
  if (number(only(args)) < 0) throw PythonError("ValueError", {only(args).value});
  return only(args).value;
}

Value appended(const Args& args) {
  Value value = value_of(only(args));
  const auto* items = value.get_if<Value::List>();
  if (items == nullptr) refuse_type("the function takes a list");
  Value::List all = *items;
  all.push_back(0);
  return Value::list(std::move(all));
}

Value add(const Args& args) {
  if (args.size() != 2 || args[0].object == nullptr)
    refuse_type("the function takes a shared value and a number");
  Object& shared = *args[0].object;
  const mp::AnyLock lock = lock_of(shared);
  mp::HeldLock hold(lock);
  add_to_shared(shared, args[1].value);
  return {};
}

Value append(const Args& args) {
  const auto* list = args.size() == 2 && args[0].object != nullptr
                         ? std::get_if<ListProxy>(&args[0].object->it)
                         : nullptr;
  if (list == nullptr) throw Unsupported{"a list by itself is a value of C++'s"};
  list->append(args[1]);
  return {};
}

Value put(const Args& args) {
  Object* object = args.size() == 2 ? args[0].object.get() : nullptr;
  if (object == nullptr) refuse_type("the function takes a queue and an item");
  if (auto* queue = std::get_if<Queue>(&object->it)) {
    queue->put(args[1]);
  } else if (auto* proxy = std::get_if<QueueProxy>(&object->it)) {
    proxy->put(args[1]);
  } else {
    refuse_type("the function takes a queue and an item");
  }
  return {};
}

Value sha512(const Args& args) {
  const Value path = value_of(only(args));
  if (path.get_if<std::string>() == nullptr) refuse_type("the function takes a path");
  std::ifstream file(*path.get_if<std::string>(), std::ios::binary);
  if (!file) return {};
  const std::string content(std::istreambuf_iterator<char>(file), {});
  std::string digest(SHA512_DIGEST_LENGTH, '\0');
  ::SHA512(reinterpret_cast<const unsigned char*>(content.data()), content.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
  return Value::tuple({path, Value::bytes(std::move(digest))});
}

Value add_and_fail(const Args& args) {
  add(args);
  throw PythonError("ValueError", {Value("after adding")});
}

Value add_and_fail_when_odd(const Args& args) {
  add(args);
  const Value sum = get_shared(*args[0].object);
  const auto* whole = sum.get_if<int64_t>();
  if (whole != nullptr && *whole % 2 != 0) throw PythonError("ValueError", {sum});
  return {};
}

const std::map<std::string, Value (*)(const Args&)>& functions() {
  static const auto& it = *new std::map<std::string, Value (*)(const Args&)>{
      {"identity", [](const Args& args) { return value_of(only(args)); }},
      {"square", square},
      {"fail", fail},
      {"fail_as_the_system", fail_as_the_system},
      {"fail_for_lack_of_room", fail_for_lack_of_room},
      {"nothing", [](const Args&) { return Value(); }},
      {"arguments", [](const Args& args) { return Value::list(values_of(args)); }},
      {"remember", remember},
      {"pid", [](const Args&) { return Value(int64_t{::getpid()}); }},
      {"positive", positive},
      {"appended", appended},
      {"add", add},
      {"append", append},
      {"put", put},
      {"add_and_fail", add_and_fail},
      {"add_and_fail_when_odd", add_and_fail_when_odd},
      {"sha512", sha512},
      {"fail_unbuildable",
       [](const Args& args) -> Value {
         throw Unbuildable(*value_of(only(args)).get_if<std::string>());
       }},
  };
  return it;
}

}  // namespace

void check_function(const std::string& name) {
  if (name == "nameless" || name == "findable")
    throw Unsupported{"what another process can't find does not compile as a task"};
  if (name != "puppet" && functions().count(name) == 0) throw Unsupported{"no function " + name};
}

Value call_function(const std::string& name, const Args& args) {
  return functions().at(name)(args);
}

Value run_task(PoolTask task) {
  if (task.function != "puppet") return call_function(task.function, task.args);
  const Value::List values = values_of(task.args);
  if (values.empty() || values[0].get_if<std::string>() == nullptr)
    refuse_type("a puppet has a name");
  return Puppet(*values[0].get_if<std::string>(), {{values.begin() + 1, values.end()}, {}}).obey();
}

}  // namespace adapter
