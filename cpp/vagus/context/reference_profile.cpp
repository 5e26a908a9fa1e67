#include "vagus/context/reference_profile.hpp"

#include <string>
#include <string_view>

#include "vagus/context/estimate.hpp"

namespace vagus {
namespace {

void add_part(Assembly& assembly, std::vector<LedgerPart>& parts, std::string_view name,
              const std::vector<Message>& messages) {
  LedgerPart part;
  part.name = name;
  part.messages = static_cast<std::int64_t>(messages.size());
  for (const Message& message : messages) {
    part.tokens += estimate_tokens(message, Profile::reference);
  }
  parts.push_back(std::move(part));
  assembly.messages.insert(assembly.messages.end(), messages.begin(), messages.end());
}

std::vector<Message> system_messages(const std::string& system) {
  if (system.empty()) return {};
  return {text_message(Role::system, system)};
}

}  // namespace

Assembly reference_assemble(const Context& memory, const AssemblyRequest& request) {
  Assembly assembly;
  std::vector<LedgerPart> parts;
  add_part(assembly, parts, "system", system_messages(request.system));
  add_part(assembly, parts, "history", memory.messages());
  add_part(assembly, parts, "replay", request.replay);
  add_part(assembly, parts, "prompt", request.turn);
  assembly.turn = request.turn;
  assembly.ledger = make_ledger(request.budget, std::move(parts), 0);
  return assembly;
}

std::int64_t reference_compact(Context&) {
  return 0;
}

}  // namespace vagus
