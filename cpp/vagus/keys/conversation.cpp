#include "vagus/keys/conversation.hpp"

#include <algorithm>

#include "vagus/keys/case_policy.hpp"
#include "vagus/keys/escape.hpp"
#include "vagus/keys/key_shape.hpp"
#include "vagus/keys/key_text.hpp"
#include "vagus/keys/segments.hpp"
#include "vagus/keys/session_key.hpp"
#include "vagus/text/unicode.hpp"

namespace vagus {
namespace {

std::optional<std::string> unless_blank(std::string_view text) {
  if (is_blank(text)) return std::nullopt;
  return std::string(text);
}

bool all_present(std::initializer_list<std::string_view> segments) {
  return std::none_of(segments.begin(), segments.end(), is_blank);
}

// True when vagus could have written the key, so that escapes in it are vagus's own.
bool written_here(std::string_view key) {
  const auto parsed = SessionKey::parse(key);
  return parsed && parsed->str() == key;
}

std::string given_id(std::string_view id, bool ours) {
  return ours ? unescape_id(id) : std::string(id);
}

std::optional<ChatType> chat_kind(std::string_view word) {
  const auto named = enum_from_name<PeerWord>(word);
  if (!named) return std::nullopt;
  return *named == PeerWord::dm ? ChatType::direct : enum_from_name<ChatType>(word);
}

bool is_direct(std::string_view word) {
  return chat_kind(word) == ChatType::direct;
}

// ---- topics

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string without_leading_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return std::string(first == std::string_view::npos ? "0" : digits.substr(first));
}

// What a channel's room id says beyond the room itself.
struct Topic {
  std::string id;  // the room, without what hangs below it
  std::optional<std::string> thread_id;
  std::vector<std::string> parents;
};

std::optional<Topic> telegram_room(std::string_view raw_id) {
  const auto topic = telegram_topic(raw_id);
  if (!topic) return std::nullopt;
  return Topic{topic->chat, topic->thread_id, {topic->chat}};
}

// One sender in a topic hangs below the topic, and both below the chat.
std::optional<Topic> feishu_room(std::string_view raw_id) {
  const auto room = feishu_conversation(raw_id);
  if (!room || (!room->topic && !room->sender)) return std::nullopt;
  Topic topic{room->chat, room->topic, {}};
  if (room->topic && room->sender) topic.parents.push_back(room->chat + ":topic:" + *room->topic);
  topic.parents.push_back(room->chat);
  return topic;
}

struct TopicReader {
  std::string_view channel;
  std::optional<Topic> (*read)(std::string_view raw_id);
};

constexpr TopicReader kTopicReaders[] = {{"telegram", telegram_room}, {"feishu", feishu_room}};

std::optional<Topic> topic_of(std::string_view channel, std::string_view raw_id) {
  for (const TopicReader& reader : kTopicReaders) {
    if (reader.channel == channel) return reader.read(raw_id);
  }
  return std::nullopt;
}

// ---- chat types

// Shapes that older releases wrote; they decide where a body can be read in two ways.
std::optional<ChatType> legacy_chat_type(std::string_view body) {
  const std::string_view first = segment(body, 0);
  const std::string_view second = segment(body, 1);
  if ((first == "group" || first == "channel") && !is_blank(second)) return chat_kind(first);
  const std::string_view whatsapp = first == "whatsapp" ? after_segments(body, 1) : body;
  constexpr std::string_view kGroupServer = "@g.us";
  if (whatsapp.ends_with(kGroupServer) && whatsapp.size() > kGroupServer.size() &&
      whatsapp.find(':') == std::string_view::npos) {
    return ChatType::group;
  }
  if (first != "discord") return std::nullopt;
  const bool bare = second.starts_with("guild-");
  const std::string_view guild = bare ? second : segment(body, 2);
  const std::string_view room = after_segments(body, bare ? 2 : 3);
  const bool named = guild.starts_with("guild-") && guild.size() > 6 &&
                     room.starts_with("channel-") && room.size() > 8;
  if (!named || room.find(':') != std::string_view::npos) return std::nullopt;
  return ChatType::channel;
}

// ---- routes

std::optional<KeyRoute> route_of_body(std::string_view body) {
  const std::string_view channel = trim(segment(body, 0));
  if (channel.empty() || channel == "agent") return std::nullopt;
  const std::string_view account = trim(segment(body, 1));
  const bool with_account = is_direct(segment(body, 2)) && all_present({account, segment(body, 3)});
  const std::size_t kind_at = with_account ? 2 : 1;
  const auto kind = enum_from_name<PeerWord>(segment(body, kind_at));
  const std::string_view peer = after_segments(body, kind_at + 1);
  if (!kind || is_blank(segment(peer, 0))) return std::nullopt;
  KeyRoute route;
  route.channel = channel;
  if (with_account) route.account = account;
  route.peer_kind = *kind;
  route.peer_id = trim(peer);
  return route;
}

}  // namespace

ThreadSuffix thread_suffix(std::string_view key) {
  const std::string_view trimmed = trim(key);
  const std::size_t marker = find_last_marker(trimmed, kThreadMarker);
  if (marker == std::string_view::npos) return {unless_blank(trimmed), std::nullopt};
  return {unless_blank(trimmed.substr(0, marker)),
          unless_blank(trim(trimmed.substr(marker + kThreadMarker.size())))};
}

CronRunSuffix cron_run_suffix(std::string_view key) {
  const std::string_view trimmed = trim(key);
  const bool run = is_cron_run_key(trimmed) &&
                   after_segments(key_body(trimmed), 3).find(':') == std::string_view::npos;
  if (!run) return {unless_blank(trimmed), std::nullopt};
  const std::size_t marker = find_last_marker(trimmed, kRunMarker);
  return {std::string(trimmed.substr(0, marker)),
          std::string(trimmed.substr(marker + kRunMarker.size()))};
}

ThreadKeys thread_keys(std::string_view base, std::string_view thread_id,
                       const ThreadKeyOptions& options) {
  std::string key(base);
  if (is_blank(thread_id)) return {std::move(key), std::nullopt};
  if (options.use_suffix) {
    const std::string id = options.keep_case ? std::string(trim(thread_id)) : token(thread_id);
    key.append(kThreadMarker).append(escape_id(id));
  }
  return {std::move(key), options.parent};
}

std::optional<RawConversation> raw_conversation(std::string_view key) {
  const std::string_view trimmed = trim(key);
  std::string_view body = trimmed;
  if (token(segment(body, 0)) == "agent") {
    if (is_blank(segment(body, 1))) return std::nullopt;
    body = after_segments(body, 2);
    if (token(segment(body, 0)) == "agent") return std::nullopt;
  }
  const std::string channel = token(segment(body, 0));
  const auto kind = enum_from_name<PeerKind>(token(segment(body, 1)));
  const std::string_view raw_id = after_segments(body, 2);
  if (channel.empty() || !kind || *kind == PeerKind::direct) return std::nullopt;
  if (is_blank(segment(raw_id, 0))) return std::nullopt;
  const std::string_view prefix = trimmed.substr(0, trimmed.size() - raw_id.size() - 1);
  return RawConversation{channel, *kind, std::string(raw_id), std::string(prefix)};
}

std::optional<Conversation> conversation(std::string_view key, bool topics) {
  const auto raw = raw_conversation(key);
  if (!raw) return std::nullopt;
  const bool ours = written_here(trim(key));
  const ThreadSuffix suffix = thread_suffix(raw->raw_id);
  const std::string written = suffix.base.value_or("");
  Conversation out;
  out.channel = raw->channel;
  out.kind = raw->kind;
  out.raw_id = raw->raw_id;
  out.id = given_id(written, ours);
  out.base_key = raw->prefix + ":" + written;
  out.base_id = out.id;
  if (suffix.thread_id) {
    out.thread_id = given_id(*suffix.thread_id, ours);
    out.parents = {out.id};
  }
  if (!topics) return out;
  if (auto topic = topic_of(out.channel, out.id)) {
    if (!out.thread_id) out.thread_id = std::move(topic->thread_id);
    out.parents.insert(out.parents.end(), topic->parents.begin(), topic->parents.end());
    out.base_id = std::move(topic->id);
  }
  return out;
}

std::optional<TelegramTopic> telegram_topic(std::string_view raw_id) {
  const std::string lowered = token(raw_id);
  const std::string_view text = lowered;
  const std::string_view chat = trim(segment(text, 0));
  const std::string_view number = text.substr(text.rfind(':') + 1);
  if (!is_number(chat) || !is_number(number) || number.starts_with('-')) return std::nullopt;
  const std::string_view between = after_segments(text, 1);
  const std::string_view marker = between.substr(0, between.size() - number.size());
  if (text.find(':') == std::string_view::npos) return std::nullopt;
  const std::string thread = without_leading_zeros(number);
  if (marker.empty() || marker == "topic:") return TelegramTopic{std::string(chat), thread};
  if (marker != "direct-topic:" || thread == "0") return std::nullopt;
  return TelegramTopic{std::string(chat), std::string(marker) + thread};
}

std::optional<FeishuConversation> feishu_conversation(std::string_view raw_id) {
  const std::string_view text = trim(raw_id);
  FeishuConversation out{std::string(segment(text, 0)), std::nullopt, std::nullopt};
  std::string_view rest = after_segments(text, 1);
  if (token(segment(rest, 0)) == "topic") {
    out.topic = segment(rest, 1);
    rest = after_segments(rest, 2);
  }
  if (token(segment(rest, 0)) == "sender") {
    out.sender = segment(rest, 1);
    rest = after_segments(rest, 2);
  }
  const bool whole = rest.empty() && !text.ends_with(':');
  if (!whole || !all_present({out.chat, out.topic.value_or("-"), out.sender.value_or("-")})) {
    return std::nullopt;
  }
  return out;
}

ChatType chat_type(std::string_view key) {
  if (key_shape(key) == TextShape::malformed_agent) return ChatType::unknown;
  const std::string body = key_body(key);
  const std::string_view first = segment(body, 0);
  const std::string_view second = segment(body, 1);
  const std::string_view third = segment(body, 2);
  if (trim(first) == "agent") return ChatType::unknown;

  std::optional<ChatType> found;
  int readings = 0;
  const auto reading = [&](std::optional<ChatType> kind) {
    if (!kind) return;
    found = kind;
    ++readings;
  };
  if (is_direct(first) && !is_blank(second)) reading(ChatType::direct);
  if (all_present({first, third})) reading(chat_kind(second));
  if (all_present({first, second, segment(body, 3)})) reading(chat_kind(third));
  const auto legacy = legacy_chat_type(body);
  reading(legacy);
  if (readings == 1) return *found;
  return legacy.value_or(ChatType::unknown);
}

std::optional<KeyRoute> delivery_route(std::string_view key) {
  const std::string_view whole = without_heartbeats(trim(key));
  const ThreadSuffix suffix = thread_suffix(whole);
  const auto parts = split_key(suffix.base.value_or(""));
  if (!parts) return std::nullopt;
  auto route = route_of_body(parts->rest);
  if (!route) return std::nullopt;
  const bool ours = written_here(whole);
  route->channel = given_id(route->channel, ours);
  route->peer_id = given_id(route->peer_id, ours);
  if (suffix.thread_id) route->thread_id = given_id(*suffix.thread_id, ours);
  return route;
}

}  // namespace vagus
