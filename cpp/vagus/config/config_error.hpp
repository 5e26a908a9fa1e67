#pragma once

#include <string_view>

#include "vagus/base/error.hpp"

namespace vagus {

/// What is wrong with the `value` at `path` of a configuration.
inline Error wrong(std::string_view path, std::string_view value, std::string_view message) {
  return make_error(ErrorCode::invalid_config, path, value, message);
}

}  // namespace vagus
