#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/config/config.hpp"

namespace vagus {

/// Who reads what a heartbeat says about events, and what there is to tell them.
enum class Audience {
  people,              ///< those who wait for it
  people_only_status,  ///< the same, about commands of which only the way they ended is known
  nobody,              ///< the agent is alone with it
};

/// The built-in instruction of one kind, a template like those that replace it.
std::string_view built_in_prompt(PromptKind kind, Audience audience);

/// Values of the fields `audience` and `acknowledge`.
std::string_view audience_sentence(Audience audience);
std::string_view acknowledge_command(bool respond_tool);

/// What the messages begin with that ask for a heartbeat: the built-in instruction and the
/// configured one, as far as it is no template, and the reference's, which imported histories have.
std::vector<std::string> openings_of(const Heartbeat& heartbeat);

}  // namespace vagus
