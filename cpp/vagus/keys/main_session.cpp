#include "vagus/keys/main_session.hpp"

#include <string>
#include <string_view>

namespace vagus {
namespace {

constexpr std::string_view kMain = "main";
constexpr std::string_view kThreadOfMain = "main:thread:";

// A channel may be called `main`, so what follows the name decides.
bool names_main(std::string_view rest) {
  return without_heartbeats(rest) == kMain || rest.starts_with(kThreadOfMain);
}

}  // namespace

SessionKey with_main_key(const SessionKey& key, const MainKey& main_key) {
  if (main_key == MainKey() || !names_main(key.rest())) return key;
  const std::string tail(key.rest().substr(kMain.size()));
  const auto named = SessionKey::parse("agent:" + key.agent().str() + ":" + main_key.str() + tail);
  return named ? *named : key;
}

}  // namespace vagus
