#include "tools/adapters/mp/errors.h"

#include <cerrno>
#include <map>
#include <vector>

#include "conformance/protocol/value.h"
#include "mp/connection.h"
#include "mp/errors.h"
#include "mp/failure.h"
#include "tools/adapters/mp/objects.h"

namespace adapter {
namespace {

using conformance::Json;
using conformance::Value;

// Each type and the one that it is derived from.
const std::map<std::string, std::string>& parents() {
  static const auto& it =
      *new std::map<std::string, std::string>{{"AssertionError", "Exception"},
                                              {"AttributeError", "Exception"},
                                              {"AuthenticationError", "ProcessError"},
                                              {"BaseException", ""},
                                              {"BlockingIOError", "OSError"},
                                              {"BrokenBarrierError", "RuntimeError"},
                                              {"BrokenPipeError", "ConnectionError"},
                                              {"BufferTooShort", "ProcessError"},
                                              {"ConnectionError", "OSError"},
                                              {"ConnectionRefusedError", "ConnectionError"},
                                              {"ConnectionResetError", "ConnectionError"},
                                              {"EOFError", "Exception"},
                                              {"Empty", "Exception"},
                                              {"Exception", "BaseException"},
                                              {"FileExistsError", "OSError"},
                                              {"FileNotFoundError", "OSError"},
                                              {"Full", "Exception"},
                                              {"GeneratorExit", "BaseException"},
                                              {"IndexError", "LookupError"},
                                              {"KeyError", "LookupError"},
                                              {"KeyboardInterrupt", "BaseException"},
                                              {"LookupError", "Exception"},
                                              {"MaybeEncodingError", "Exception"},
                                              {"MemoryError", "Exception"},
                                              {"OSError", "Exception"},
                                              {"ProcessError", "Exception"},
                                              {"RuntimeError", "Exception"},
                                              {"RemoteError", "Exception"},
                                              {"StopIteration", "Exception"},
                                              {"SystemExit", "BaseException"},
                                              {"TimeoutError", "OSError"},
                                              {"TypeError", "Exception"},
                                              {"UnpicklingError", "Exception"},
                                              {"ValueError", "Exception"},
                                              {"WorkerLost", "ProcessError"},
                                              {"ZeroDivisionError", "Exception"}};
  return it;
}

Json described(const std::string& type, const std::string& message, const Value::List& args = {}) {
  Json bases = Json::array();
  for (std::string each = type; !each.empty(); each = parents().at(each)) bases.push_back(each);
  bases.push_back("object");
  return {
      {"type", type}, {"bases", bases}, {"message", message}, {"args", to_json(Value::list(args))}};
}

// Python has classes for some of the kernel's reasons.
std::string type_of(int error) {
  switch (error) {
    case EPIPE:
      return "BrokenPipeError";
    case ECONNREFUSED:
      return "ConnectionRefusedError";
    case ECONNRESET:
      return "ConnectionResetError";
    case EEXIST:
      return "FileExistsError";
    case ENOENT:
      return "FileNotFoundError";
    default:
      return "OSError";
  }
}

}  // namespace

PythonError::PythonError(std::string type, Value::List args)
    : type_(std::move(type)), args_(std::move(args)) {
  if (!args_.empty()) {
    const auto* text = args_[0].get_if<std::string>();
    message_ = text != nullptr ? *text : args_[0].text();
  }
  text_ = type_ + ": " + message_;
}

bool is_builtin_exception(const std::string& name) { return parents().count(name) != 0; }

Json describe(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const PythonError& e) {
    return described(e.type(), e.message(), e.args());
  } catch (const mp::Empty& e) {
    return described("Empty", e.what());
  } catch (const mp::Full& e) {
    return described("Full", e.what());
  } catch (const mp::ValueError& e) {
    return described("ValueError", e.what(), {e.what()});
  } catch (const mp::AssertionError& e) {
    return described("AssertionError", e.what());
  } catch (const mp::BrokenBarrierError& e) {
    return described("BrokenBarrierError", e.what());
  } catch (const mp::RuntimeError& e) {
    return described("RuntimeError", e.what());
  } catch (const mp::IndexError& e) {
    return described("IndexError", e.what());
  } catch (const mp::EOFError& e) {
    return described("EOFError", e.what());
  } catch (const mp::TimeoutError& e) {
    // Not Python's builtin one, but multiprocessing's.
    Json raised = described("TimeoutError", e.what());
    raised["bases"] = {"TimeoutError", "ProcessError", "Exception", "BaseException", "object"};
    return raised;
  } catch (const mp::StopIteration& e) {
    return described("StopIteration", e.what());
  } catch (const mp::MaybeEncodingError& e) {
    return described("MaybeEncodingError", e.what());
  } catch (const mp::WorkerLost& e) {
    return described("WorkerLost", e.what(), {e.what()});
  } catch (const mp::RemoteError& e) {
    // Where Python's has the other process's traceback.
    const std::string text = e.what() + ("\nTraceback: in " + e.place());
    return described("RemoteError", text, {text});
  } catch (const mp::KeyError& e) {
    return described("KeyError", e.what(), {e.key.empty() ? e.what() : mp::decode<Value>(e.key)});
  } catch (const mp::AttributeError& e) {
    return described("AttributeError", e.what());
  } catch (const mp::TypeError& e) {
    return described("TypeError", e.what());
  } catch (const mp::BufferTooShort& e) {
    return described("BufferTooShort", e.what(), {Value::bytes(e.message).as_received()});
  } catch (const mp::AuthenticationError& e) {
    return described("AuthenticationError", e.what(), {e.what()});
  } catch (const mp::ProcessError& e) {
    return described("ProcessError", e.what(), {e.what()});
  } catch (const mp::DecodeError& e) {
    return described("UnpicklingError", e.what());
  } catch (const mp::OSError& e) {
    return described(type_of(e.code()), e.what(), {e.code(), e.what()});
  } catch (const std::exception& e) {
    return described("Exception", e.what());
  }
}

}  // namespace adapter
