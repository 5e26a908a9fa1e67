#include "vagus/routing/link_index.hpp"

#include <algorithm>
#include <array>

#include "vagus/text/ascii.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

// `<channel>:<id>` in lower case. Ids are short and plain as a rule, and then nothing is allocated.
class ScopedId {
 public:
  ScopedId(std::string_view channel, std::string_view id) {
    const std::size_t size = channel.size() + 1 + id.size();
    if (size > buffer_.size() || !all_of_class(id, AsciiClass::visible_lower)) {
      long_scoped_ = token(std::string(channel) + ":" + std::string(id));
      long_bare_ = token(id);
      scoped_ = long_scoped_;
      bare_ = long_bare_;
      return;
    }
    char* end = std::copy(channel.begin(), channel.end(), buffer_.data());
    *end++ = ':';
    std::copy(id.begin(), id.end(), end);
    scoped_ = std::string_view(buffer_.data(), size);
    bare_ = scoped_.substr(channel.size() + 1);
  }
  ScopedId(const ScopedId&) = delete;
  ScopedId& operator=(const ScopedId&) = delete;

  std::string_view scoped() const { return scoped_; }
  std::string_view bare() const { return bare_; }

 private:
  std::array<char, 128> buffer_;
  std::string long_scoped_;
  std::string long_bare_;
  std::string_view scoped_;
  std::string_view bare_;
};

}  // namespace

LinkIndex::LinkIndex(const IdentityLinks& links) {
  for (const auto& [name, ids] : links) {
    for (const std::string& id : ids) {
      const Symbol symbol = ids_.add(token(id));
      if (symbol > owners_.size()) owners_.push_back(static_cast<std::uint32_t>(names_.size()));
    }
    names_.push_back(name);
  }
}

const std::string* LinkIndex::find(std::string_view channel, std::string_view peer_id) const {
  const std::string_view id = trim(peer_id);
  if (ids_.size() == 0 || id.empty()) return nullptr;
  const ScopedId written(channel, id);
  const std::string* scoped = channel.empty() ? nullptr : owner(written.scoped());
  return scoped ? scoped : owner(written.bare());
}

const std::string* LinkIndex::owner(std::string_view id) const {
  const Symbol symbol = ids_.find(id);
  return symbol == 0 ? nullptr : &names_[owners_[symbol - 1]];
}

}  // namespace vagus
