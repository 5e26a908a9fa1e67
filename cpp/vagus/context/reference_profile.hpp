#pragma once

#include <cstdint>
#include <vector>

#include "vagus/context/context.hpp"

/// The reference system's context handling, kept in one place so that its failure can be replayed
/// next to vagus's own (spec: context, section 0). Nothing else may depend on it.
namespace vagus {

/// Compactions that the reference tries after a failed precheck before it restarts the session
/// (spec: context, section 4.1). Each is followed by one more precheck.
inline constexpr int kReferenceCompactions = 3;

/// Everything the reference would send: system message, the whole history found under the routing
/// key, the newest turn. The ledger shows an overflow; nothing is cut.
Assembly reference_assemble(const Context& memory, const AssemblyRequest& request);

/// The reference's recovery compaction of an isolated run. It works on the transcript of the fresh
/// session id, which is empty, and aims at the whole window, so it reports success and removes
/// nothing (spec: context, section 0, faults a and b). Returns the messages that it removed: none.
std::int64_t reference_compact(Context& memory);

}  // namespace vagus
