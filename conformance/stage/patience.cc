#include "conformance/stage/patience.h"

namespace conformance::patience {
namespace {

double g_scale = 1;

std::chrono::nanoseconds scaled(std::chrono::milliseconds unscaled) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(unscaled * g_scale);
}

}  // namespace

void set_scale(double scale) { g_scale = scale; }

std::chrono::nanoseconds must_happen() { return scaled(std::chrono::seconds(20)); }
std::chrono::nanoseconds quiet() { return scaled(std::chrono::milliseconds(1500)); }
std::chrono::nanoseconds slack() { return scaled(std::chrono::seconds(10)); }

}  // namespace conformance::patience
