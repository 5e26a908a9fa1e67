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
      size_ = kIsLong;
      return;
    }
    std::memcpy(short_, text.data(), text.size());
    size_ = static_cast<std::uint8_t>(text.size());
  }

  std::string_view view() const {
    return size_ == kIsLong ? std::string_view(*long_) : std::string_view(short_, size_);
  }

  bool operator==(const InlineText& other) const { return view() == other.view(); }
  auto operator<=>(const InlineText& other) const { return view() <=> other.view(); }

 private:
  static constexpr std::uint8_t kIsLong = 0xFF;

  // The size and the usual text share a cache line, which is all that a comparison looks at.
  std::uint8_t size_ = 0;
  char short_[kCapacity] = {};
  std::shared_ptr<const std::string> long_;  ///< the text when `size_` is `kIsLong`
};

}  // namespace vagus
