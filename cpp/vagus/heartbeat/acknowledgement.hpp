#pragma once

#include <string>
#include <string_view>

#include "vagus/text/acknowledgement.hpp"

namespace vagus {

/// A reply with its acknowledgement taken off.
struct Reply {
  bool acknowledged = false;  ///< nothing is left to deliver
  std::string text;           ///< what is left, trimmed; empty when acknowledged
};

/// Reads the reply to a person: only silence is an acknowledgement.
Reply read_user_reply(std::string_view text);

}  // namespace vagus
