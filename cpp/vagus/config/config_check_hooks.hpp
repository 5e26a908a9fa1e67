#pragma once

#include "vagus/config/config.hpp"

namespace vagus {

/// The part of `check_config` about webhooks: a path that is not the root, a body limit within
/// `kMaxHookBytes`, mappings (see `check_hook_mappings`) and rules of admission that fit together
/// (see `AdmissionPolicy`), so that a default key that no hook could have is refused when the
/// configuration is read. Errors: `invalid_config` below `hooks`.
MaybeError check_hooks(const Config& config);

}  // namespace vagus
