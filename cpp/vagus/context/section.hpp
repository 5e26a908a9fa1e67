#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vagus/context/ledger.hpp"
#include "vagus/context/message.hpp"
#include "vagus/context/transcript.hpp"

namespace vagus {

/// A stretch of a prompt and what had to be left out of it.
struct Section {
  std::vector<Message> messages;
  std::int64_t tokens = 0;  ///< without margin
  std::size_t dropped = 0;

  LedgerPart ledger_part(std::string_view name) const {
    return {std::string(name), static_cast<std::int64_t>(messages.size()), tokens};
  }
};

inline Section section_from(const Transcript& transcript, std::size_t start) {
  return {transcript.messages_from(start), transcript.tokens_from(start), start};
}

}  // namespace vagus
