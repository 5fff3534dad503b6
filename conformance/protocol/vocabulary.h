// The words that PROTOCOL.md defines. vocabulary_test.cc holds this list against that text.
#ifndef CONFORMANCE_PROTOCOL_VOCABULARY_H_
#define CONFORMANCE_PROTOCOL_VOCABULARY_H_

#include <string_view>
#include <vector>

namespace conformance {

// Every feature that an adapter may list, areas included, sorted.
const std::vector<std::string_view>& known_features();
bool is_known_feature(std::string_view name);
// The known one that is most like `name`; empty if none is.
std::string_view feature_like(std::string_view name);

}  // namespace conformance

#endif  // CONFORMANCE_PROTOCOL_VOCABULARY_H_
