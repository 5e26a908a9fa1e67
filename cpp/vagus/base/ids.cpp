#include "vagus/base/ids.hpp"

#include <cstdio>

#include "vagus/base/mix.hpp"

namespace vagus {

std::string IdSource::next() {
  const std::uint64_t stream = mix(seed_);
  const std::uint64_t high = mix(stream ^ mix(count_ * 2));
  const std::uint64_t low = mix(stream ^ mix(count_ * 2 + 1));
  ++count_;
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx",
                static_cast<unsigned>(high >> 32), static_cast<unsigned>((high >> 16) & 0xFFFF),
                static_cast<unsigned>(high & 0xFFF),
                static_cast<unsigned>(0x8000 | ((low >> 48) & 0x3FFF)),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
  return text;
}

}  // namespace vagus
