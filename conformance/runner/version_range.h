// Which versions of an implementation something is true of.
//
//   >=3.7,<3.12     from 3.7.0 up to the last 3.11
//   ==3.6           every 3.6
//   !=3.9.18        all but that one
//
// Versions are dotted numbers, and compared as far as the range names them: 3.8.18 is <=3.8. What stands behind the
// numbers (rc1, +dfsg) does not count. All comparisons must hold; a range without any contains everything.
#ifndef CONFORMANCE_RUNNER_VERSION_RANGE_H_
#define CONFORMANCE_RUNNER_VERSION_RANGE_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace conformance {

// {3, 11, 2} of "3.11.2"; empty if it begins with no number.
std::vector<int> version_numbers(std::string_view version);

class VersionRange {
 public:
  VersionRange() = default;
  // The range, or a sentence that says what is wrong with it.
  static std::variant<VersionRange, std::string> parse(std::string_view text);

  bool is_everything() const { return comparisons_.empty(); }
  // A version that is not known is only in a range that contains everything.
  bool contains(std::string_view version) const;

 private:
  struct Comparison {
    std::string sign;
    std::vector<int> than;
  };
  std::vector<Comparison> comparisons_;
};

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_VERSION_RANGE_H_
