#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vagus {

/// SHA-256 (FIPS 180-4). Used where the reference derives a stable number from a name.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace vagus
