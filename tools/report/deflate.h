// Text made small enough for a page: zlib's raw deflate, then base64. A browser takes it apart with
// DecompressionStream("deflate-raw").
#ifndef TOOLS_REPORT_DEFLATE_H_
#define TOOLS_REPORT_DEFLATE_H_

#include <string>
#include <string_view>

namespace mpcheck {

std::string deflated_base64(std::string_view text);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_DEFLATE_H_
