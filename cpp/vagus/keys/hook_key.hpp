#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/keys/admission_code.hpp"

/// Which text a webhook's session key is, before it becomes a key (spec: keys, section 3). `admit`
/// decides by these rules and some more; on their own they serve other systems' configurations.
namespace vagus {

/// Where the session key of a webhook was written.
enum class HookSource { request, mapping_static, mapping_templated };
constexpr std::array<std::string_view, 3> enum_names(HookSource) {
  return {"request", "mapping-static", "mapping-templated"};
}

/// What hooks may name.
struct HookKeyRules {
  bool allow_request_session_key = false;
  std::vector<std::string> allowed_session_key_prefixes;
  std::optional<std::string> default_session_key;
};

/// A hook's key, or why there is none.
struct HookKey {
  AdmissionCode code = AdmissionCode::admitted;
  std::optional<std::string> key;

  static constexpr std::string_view kName = "HookKey";
  static constexpr auto fields() {
    return field_list(required("code", &HookKey::code, "admitted, or why there is no key"),
                      field("key", &HookKey::key, "trimmed, its case kept"));
  }
};

/// True when no prefix is configured, or `key`, trimmed and in lower case, starts with one of them.
/// Prefixes are read the same way, and blank ones do not count: a list of blanks admits all.
bool has_hook_prefix(const std::vector<std::string>& prefixes, std::string_view key);

/// The key of a hook: the one supplied, else the default, else `hook:<new_id>`. A supplied key is
/// refused (`request-key-disabled`) unless it is written in a static mapping or requests may name
/// keys; a supplied or generated key without an allowed prefix is `prefix-not-allowed`.
HookKey hook_session_key(HookSource source, std::string_view supplied, const HookKeyRules& rules,
                         std::string_view new_id);

/// `key` as a session of `agent`: an agent key changes its owner, other text stays. Blank `agent`:
/// trimmed `key`. The agent id is sanitised by the reference's rule. Total over any text.
std::string rescope(std::string_view key, std::string_view agent);

}  // namespace vagus
