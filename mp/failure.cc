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

// By the name of the type, and of one that is carried: which type it is, and how it travels.
struct Known {
  const std::type_info* type;
  ErrorTraveller how;
};
using Travellers = std::map<std::string, Known>;

void add(Travellers& all, const std::type_info& type, const std::type_info& carried,
         ErrorTraveller how) {
  all[type.name()] = {&type, how};
  all[carried.name()] = {&type, std::move(how)};
}

// Made of its message again.
template <class E>
void add(Travellers& all) {
  add(all, typeid(E), typeid(Carried<E>),
      {.write = [](Writer&, const std::exception&) {},
       .rebuild = [](const Failure& failure,
                     const RemoteError& cause) { return with_cause(E(failure.message), cause); }});
}
// Of which each says the same.
template <class E>
void add_plain(Travellers& all) {
  add(all, typeid(E), typeid(Carried<E>),
      {.write = [](Writer&, const std::exception&) {},
       .rebuild = [](const Failure&, const RemoteError& cause) { return with_cause(E(), cause); }});
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
  add_plain<StopIteration>(all);
  add(all, typeid(BufferTooShort), typeid(Carried<BufferTooShort>),
      {
          .write =
              [](Writer& out, const std::exception& error) {
                out.write(dynamic_cast<const BufferTooShort&>(error).message);
              },
          .rebuild =
              [](const Failure& failure, const RemoteError& cause) {
                return with_cause(BufferTooShort(decode<std::string>(failure.value)), cause);
              },
      });
  add(all, typeid(KeyError), typeid(Carried<KeyError>),
      {
          .write =
              [](Writer& out, const std::exception& error) {
                out.write(dynamic_cast<const KeyError&>(error).key);
              },
          .rebuild =
              [](const Failure& failure, const RemoteError& cause) {
                Reader in(failure.value);
                return with_cause(KeyError(failure.message, in.read<std::string>()), cause);
              },
      });
  add(all, typeid(OSError), typeid(Carried<OSError>),
      {
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
      });
  return all;
}

Travellers& travellers() {
  static Travellers& all = *new Travellers(known());
  return all;
}

// Where it was thrown first.
std::string place_of(const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (const RemoteError& cause) {
    return cause.place();
  } catch (...) {
  }
  return this_place();
}

}  // namespace

bool let_error_travel(const std::type_info& type, const std::type_info& carried,
                      ErrorTraveller how) {
  add(travellers(), type, carried, std::move(how));
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
  } catch (const RemoteError& error) {
    failure.name = error.type();
    failure.message = error.message();
    failure.place = error.place();
  } catch (const std::exception& error) {
    failure.message = error.what();
    failure.place = place_of(error);
    if (const auto found = travellers().find(failure.type); found != travellers().end()) {
      failure.type = found->second.type->name();
      failure.name = class_name(*found->second.type);
      try {
        Writer out(&failure.value);
        found->second.how.write(out, error);
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
      return found->second.how.rebuild(failure, cause);
    } catch (...) {  // its name and message must do
    }
  }
  return std::make_exception_ptr(cause);
}

}  // namespace mp
