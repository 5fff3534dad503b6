// What a process runs before it does what it is there for: a pool's worker, a manager's server.
//
//   Initializer first(connect_to_database, std::string("localhost"));
#ifndef MP_INITIALIZER_H_
#define MP_INITIALIZER_H_

#include <memory>
#include <utility>

#include "mp/target.h"
#include "mp/wire/codec.h"

namespace mp {

class Initializer : public wire::Handle {
 public:
  Initializer() = default;
  // A function, or a lambda that captures nothing, and its arguments.
  template <class F, class... Args>
  requires(!std::is_same_v<F, Initializer>) explicit Initializer(F function, Args... arguments)
      : target_(make_target(function, std::move(arguments)...)) {}

  explicit operator bool() const { return target_ != nullptr; }
  void run() const { target_->run(); }

  void pack(Writer& out) const {
    out.write(target_ != nullptr);
    if (target_ != nullptr) target_->pack(out);
  }
  static Initializer unpack(Reader& in) {
    Initializer initializer;
    if (in.read<bool>()) initializer.target_ = unpack_target(in);
    return initializer;
  }

 private:
  std::shared_ptr<Target> target_;
};

}  // namespace mp

#endif  // MP_INITIALIZER_H_
