#include "vagus/base/time.hpp"

#include <string>

namespace vagus {

MaybeError check_time(std::string_view field, Millis at) {
  if (at >= 0 && at <= kMaxMillis) return std::nullopt;
  return Error{ErrorCode::invalid_input, std::string(field), std::to_string(at),
               "milliseconds must be between 0 and 9007199254740991"};
}

Millis add_saturated(Millis at, Millis span) {
  return at > kMaxMillis - span ? kMaxMillis : at + span;
}

}  // namespace vagus
