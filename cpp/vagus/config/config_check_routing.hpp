#pragma once

#include "vagus/config/config.hpp"

namespace vagus {

/// The part of `check_config` about bindings and identity links. Linear, up to sorting, in the size
/// of the configuration. Errors: `invalid_config`.
MaybeError check_routing(const Config& config);

}  // namespace vagus
