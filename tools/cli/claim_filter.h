// Which claims a --filter means. The runner hands it to GoogleTest, and so it is read here: patterns in which * and ?
// stand for anything, with : between them, and behind a - those to leave out.
#ifndef TOOLS_CLI_CLAIM_FILTER_H_
#define TOOLS_CLI_CLAIM_FILTER_H_

#include <cstddef>
#include <string>

namespace mpcheck {

size_t number_of_claims(const std::string& filter);

// What is wrong with a filter that no claim passes, and what was probably meant. Empty: nothing.
std::string wrong_filter(const std::string& filter);

}  // namespace mpcheck

#endif  // TOOLS_CLI_CLAIM_FILTER_H_
