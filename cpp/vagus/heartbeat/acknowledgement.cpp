#include "vagus/heartbeat/acknowledgement.hpp"

#include "vagus/text/unicode.hpp"

namespace vagus {

Reply read_user_reply(std::string_view text) {
  if (is_silence(text)) return {true, ""};
  return {false, std::string(trim(text))};
}

}  // namespace vagus
