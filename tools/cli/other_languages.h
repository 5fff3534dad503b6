// Implementations in other languages than Python, through adapters of their own.
//
//   boost-interprocess   Boost.Interprocess, once its adapter is built: tools/mpcheck does, where Boost's headers are
//   perl-mce-1.884       Perl's MCE, where perl finds it and Cpanel::JSON::XS
//
// None is usual: they are judged when they are named, or with --all.
#ifndef TOOLS_CLI_OTHER_LANGUAGES_H_
#define TOOLS_CLI_OTHER_LANGUAGES_H_

#include <string>
#include <vector>

#include "tools/cli/discovery.h"

namespace mpcheck {

// Those of the checkout `root` that can be judged on this machine.
std::vector<Implementation> other_languages_here(const std::string& root);

// What `perl` says of itself: its MCE's version and the folder that it is in; absent parts are empty.
struct PerlMce {
  std::string perl, version, folder;
};
PerlMce find_perl_mce(const std::string& perl);

}  // namespace mpcheck

#endif  // TOOLS_CLI_OTHER_LANGUAGES_H_
