#include "mp/failure.h"

#include <cxxabi.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <new>
#include <stdexcept>

#include "mp/process.h"
#include "mp/type_name.h"

namespace mp {
namespace {

using Travellers = std::map<std::string, ErrorTraveller>;

// Made of its message again.
template <class E>
void add(Travellers& all) {
  all[typeid(E).name()] = {
      .write = [](Writer&, const std::exception&) {},
      .rebuild = [](const Failure& failure,
                    const RemoteError& cause) { return with_cause(E(failure.message), cause); },
  };
}
// Of which each says the same.
template <class E>
void add_plain(Travellers& all) {
  all[typeid(E).name()] = {
      .write = [](Writer&, const std::exception&) {},
      .rebuild = [](const Failure&, const RemoteError& cause) { return with_cause(E(), cause); },
  };
}

Travellers known() {
  Travellers all;
  add<std::runtime_error>(all);
  add<std::logic_error>(all);
  add<std::domain_error>(all);
  add<std::invalid_argument>(all);
  add<std::length_error>(all);
  add<std::out_of_range>(all);
  add<std::range_error>(all);
  add<std::overflow_error>(all);
  add<std::underflow_error>(all);
  add_plain<std::bad_alloc>(all);
  add<Error>(all);
  add<RuntimeError>(all);
  add<DecodeError>(all);
  add<ValueError>(all);
  add<IndexError>(all);
  add<AttributeError>(all);
  add<TypeError>(all);
  add<AssertionError>(all);
  add<TimeoutError>(all);
  add<ProcessError>(all);
  add<AuthenticationError>(all);
  add<WorkerLost>(all);
  add<MaybeEncodingError>(all);
  add_plain<Empty>(all);
  add_plain<Full>(all);
  add_plain<EOFError>(all);
  add_plain<BrokenBarrierError>(all);
  all[typeid(KeyError).name()] = {
      .write =
          [](Writer& out, const std::exception& error) {
            out.write(dynamic_cast<const KeyError&>(error).key);
          },
      .rebuild =
          [](const Failure& failure, const RemoteError& cause) {
            Reader in(failure.value);
            return with_cause(KeyError(failure.message, in.read<std::string>()), cause);
          },
  };
  all[typeid(OSError).name()] = {
      .write =
          [](Writer& out, const std::exception& error) {
            const auto& its = dynamic_cast<const OSError&>(error);
            out.write(its.code());
            out.write(std::string(its.step()));
          },
      .rebuild =
          [](const Failure& failure, const RemoteError& cause) {
            Reader in(failure.value);
            const int code = in.read<int>();
            return with_cause(OSError(code, in.read<std::string>()), cause);
          },
  };
  return all;
}

Travellers& travellers() {
  static Travellers& all = *new Travellers(known());
  return all;
}

}  // namespace

bool let_error_travel(const std::type_info& type, ErrorTraveller how) {
  travellers()[type.name()] = std::move(how);
  return true;
}

std::string this_place() {
  return current_process().name() + " (process " + std::to_string(::getpid()) + ")";
}

Failure current_failure() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  Failure failure = {.type = type != nullptr ? type->name() : "",
                     .name = type != nullptr ? class_name(*type) : "an exception",
                     .place = this_place()};
  try {
    throw;
  } catch (const std::exception& error) {
    failure.message = error.what();
    if (const auto found = travellers().find(failure.type); found != travellers().end()) {
      try {
        Writer out(&failure.value);
        found->second.write(out, error);
      } catch (const std::exception& reason) {
        failure.message = "what was raised can't be sent: " + failure.name + ": " + error.what() +
                          " (" + reason.what() + ")";
        failure.type = typeid(MaybeEncodingError).name();
        failure.name = "MaybeEncodingError";
        failure.value.clear();
      }
    }
  } catch (...) {
  }
  return failure;
}

std::exception_ptr exception_of(const Failure& failure) {
  const RemoteError cause(failure.name, failure.message, failure.place);
  if (const auto found = travellers().find(failure.type); found != travellers().end()) {
    try {
      return found->second.rebuild(failure, cause);
    } catch (...) {  // its name and message must do
    }
  }
  return std::make_exception_ptr(cause);
}

}  // namespace mp
