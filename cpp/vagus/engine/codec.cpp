#include "vagus/base/json_codec.hpp"
#include "vagus/engine/command.hpp"
#include "vagus/engine/effect.hpp"

namespace vagus {

Result<Command> command_from_json(std::string_view text) {
  Result<Json> json = parse_json(text, ErrorCode::invalid_input);
  if (!json) return json.error();
  Command command;
  if (auto failed = JsonReader(ErrorCode::invalid_input).read(*json, "", command)) return *failed;
  return command;
}

std::string command_to_json(const Command& command) {
  return dump_json(to_json(command));
}

std::string effect_to_json(const Effect& effect) {
  return dump_json(to_json(effect));
}

}  // namespace vagus
