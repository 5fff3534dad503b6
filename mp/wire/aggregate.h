// The members of a struct that has no constructor, as a tuple of references.
//
//   struct Point { int x, y; };
//   members_of(point);        // std::tie(point.x, point.y)
//   kMemberCount<Point>;      // 2
//
// Up to twelve members, none of which is a C array; no base classes.
#ifndef MP_WIRE_AGGREGATE_H_
#define MP_WIRE_AGGREGATE_H_

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mp::wire {

inline constexpr size_t kMostMembers = 12;

// Becomes whatever a member wants to be made of.
template <class Whole>
struct AnyMember {
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Whole>) operator T() const {
    __builtin_unreachable();  // never called
  }
};

template <class T, size_t... I>
constexpr bool takes_members(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyMember<T>())...}; };
}

// The greatest number of members that T can be made of.
template <class T, size_t N = kMostMembers + 1>
constexpr size_t member_count() {
  if constexpr (takes_members<T>(std::make_index_sequence<N>())) {
    return N;
  } else if constexpr (N == 0) {
    return 0;
  } else {
    return member_count<T, N - 1>();
  }
}

template <class T>
inline constexpr size_t kMemberCount = member_count<T>();

template <class T>
concept Aggregate = std::is_aggregate_v<T> && !std::is_array_v<T> && !std::is_union_v<T>;

template <class T>
auto members_of(T& whole) {
  constexpr size_t n = kMemberCount<std::remove_const_t<T>>;
  static_assert(n <= kMostMembers,
                "a struct of more than twelve members needs an mp::Codec of its own");
  if constexpr (n == 0) {
    return std::tie();
  } else if constexpr (n == 1) {
    auto& [a] = whole;
    return std::tie(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = whole;
    return std::tie(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = whole;
    return std::tie(a, b, c);
  } else if constexpr (n == 4) {
    auto& [a, b, c, d] = whole;
    return std::tie(a, b, c, d);
  } else if constexpr (n == 5) {
    auto& [a, b, c, d, e] = whole;
    return std::tie(a, b, c, d, e);
  } else if constexpr (n == 6) {
    auto& [a, b, c, d, e, f] = whole;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (n == 7) {
    auto& [a, b, c, d, e, f, g] = whole;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (n == 8) {
    auto& [a, b, c, d, e, f, g, h] = whole;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (n == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (n == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (n == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  }
}

}  // namespace mp::wire

#endif  // MP_WIRE_AGGREGATE_H_
