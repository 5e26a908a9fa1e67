#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace vagus {

/// Immutable text. Up to `kCapacity` bytes live inside the object, so that making, copying and
/// comparing the usual text allocates nothing; longer text is on the heap, shared by all copies.
class InlineText {
 public:
  static constexpr std::size_t kCapacity = 79;

  InlineText() = default;
  explicit InlineText(std::string_view text) {
    if (text.size() > kCapacity) {
      long_ = std::make_shared<const std::string>(text);
      return;
    }
    std::memcpy(short_, text.data(), text.size());
    size_ = static_cast<std::uint8_t>(text.size());
  }

  std::string_view view() const {
    return long_ ? std::string_view(*long_) : std::string_view(short_, size_);
  }

  bool operator==(const InlineText& other) const { return view() == other.view(); }
  auto operator<=>(const InlineText& other) const { return view() <=> other.view(); }

 private:
  std::shared_ptr<const std::string> long_;  ///< null when the text is in `short_`
  std::uint8_t size_ = 0;
  char short_[kCapacity] = {};
};

}  // namespace vagus
