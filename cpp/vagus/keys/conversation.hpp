#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vagus/base/record.hpp"
#include "vagus/keys/peer.hpp"

/// Which conversation the text of a key names: threads, rooms, where a reply goes (spec: keys,
/// section 1.10). Total over any bytes, in linear time. Ids are given back as they were before
/// vagus escaped them, when the key is one that vagus could have written.
namespace vagus {

/// A key without its last `:thread:` and what follows.
struct ThreadSuffix {
  std::optional<std::string> base;
  std::optional<std::string> thread_id;

  static constexpr std::string_view kName = "ThreadSuffix";
  static constexpr auto fields() {
    return field_list(
        field("base", &ThreadSuffix::base, "the key in front, as it is written; None when blank"),
        field("thread_id", &ThreadSuffix::thread_id, "the id behind, case kept"));
  }
};

/// A key without the `:run:` of one run of a cron job.
struct CronRunSuffix {
  std::optional<std::string> base;
  std::optional<std::string> run_id;

  static constexpr std::string_view kName = "CronRunSuffix";
  static constexpr auto fields() {
    return field_list(
        field("base", &CronRunSuffix::base, "the job's key, as it is written; None when blank"),
        field("run_id", &CronRunSuffix::run_id, "the id of the run, case kept"));
  }
};

/// The keys of a thread and of what it hangs below.
struct ThreadKeys {
  std::string key;
  std::optional<std::string> parent;

  static constexpr std::string_view kName = "ThreadKeys";
  static constexpr auto fields() {
    return field_list(required("key", &ThreadKeys::key, "the thread's own key"),
                      field("parent", &ThreadKeys::parent, "the parent's key, as it was given"));
  }
};

/// How the keys of a thread are made.
struct ThreadKeyOptions {
  std::optional<std::string> parent;
  bool use_suffix = true;  ///< false: the channel gives threads the base's own key
  bool keep_case = false;  ///< true: the channel's thread ids differ by case
};

/// The room that a key names, not taken apart further.
struct RawConversation {
  std::string channel;
  PeerKind kind = PeerKind::group;
  std::string raw_id;
  std::string prefix;

  static constexpr std::string_view kName = "RawConversation";
  static constexpr auto fields() {
    return field_list(
        required("channel", &RawConversation::channel, "the channel's name, in lower case"),
        required("kind", &RawConversation::kind, "group or channel"),
        required("raw_id", &RawConversation::raw_id, "everything behind, as it is written"),
        required("prefix", &RawConversation::prefix, "everything in front, as it is written"));
  }
};

/// The room that a key names, and the thread in it.
struct Conversation {
  std::string channel;
  PeerKind kind = PeerKind::group;
  std::string raw_id;
  std::string id;
  std::optional<std::string> thread_id;
  std::string base_key;
  std::string base_id;
  std::vector<std::string> parents;

  static constexpr std::string_view kName = "Conversation";
  static constexpr auto fields() {
    return field_list(
        required("channel", &Conversation::channel, "the channel's name, in lower case"),
        required("kind", &Conversation::kind, "group or channel"),
        required("raw_id", &Conversation::raw_id, "room and thread, as the key writes them"),
        required("id", &Conversation::id, "the room's id"),
        field("thread_id", &Conversation::thread_id, "the thread's id"),
        required("base_key", &Conversation::base_key, "the room's own key"),
        required("base_id", &Conversation::base_id, "the widest room that this one belongs to"),
        field("parents", &Conversation::parents, "rooms that a thread hangs below, nearest first"));
  }
};

/// A topic of a Telegram forum, or of a channel's direct messages.
struct TelegramTopic {
  std::string chat;
  std::string thread_id;

  static constexpr std::string_view kName = "TelegramTopic";
  static constexpr auto fields() {
    return field_list(
        required("chat", &TelegramTopic::chat, "the chat's number"),
        required("thread_id", &TelegramTopic::thread_id,
                 "the topic's number without leading zeros, after direct-topic: in a channel"));
  }
};

/// A Feishu conversation: a chat, a topic in it, one sender in it, or both.
struct FeishuConversation {
  std::string chat;
  std::optional<std::string> topic;
  std::optional<std::string> sender;

  static constexpr std::string_view kName = "FeishuConversation";
  static constexpr auto fields() {
    return field_list(required("chat", &FeishuConversation::chat, "the chat's id"),
                      field("topic", &FeishuConversation::topic, "the topic's id"),
                      field("sender", &FeishuConversation::sender, "the sender's open id"));
  }
};

/// What kind of chat a key names.
enum class ChatType { direct, group, channel, unknown };
constexpr std::array<std::string_view, 4> enum_names(ChatType) {
  return {"direct", "group", "channel", "unknown"};
}

/// The word by which a key names the kind of its peer.
enum class PeerWord { direct, dm, group, channel };
constexpr std::array<std::string_view, 4> enum_names(PeerWord) {
  return {"direct", "dm", "group", "channel"};
}

/// Where a reply to a session goes, read off its key alone.
struct KeyRoute {
  std::string channel;
  std::optional<std::string> account;
  PeerWord peer_kind = PeerWord::direct;
  std::string peer_id;
  std::optional<std::string> thread_id;

  static constexpr std::string_view kName = "KeyRoute";
  static constexpr auto fields() {
    return field_list(
        required("channel", &KeyRoute::channel, "the channel's name"),
        field("account", &KeyRoute::account, "the account, where the key names one"),
        required("peer_kind", &KeyRoute::peer_kind, "direct, dm, group or channel, as written"),
        required("peer_id", &KeyRoute::peer_id, "the peer's id"),
        field("thread_id", &KeyRoute::thread_id, "the thread's id"));
  }
};

/// Splits a key at its last `:thread:`, in any case. A blank id is none.
ThreadSuffix thread_suffix(std::string_view key);

/// Splits `agent:<id>:cron:<job>:run:<run>`; any other key is all base.
CronRunSuffix cron_run_suffix(std::string_view key);

/// `<base>:thread:<id>`, the id in lower case unless told otherwise and escaped where it would be
/// read as structure; `base` itself and no parent when the id is blank.
ThreadKeys thread_keys(std::string_view base, std::string_view thread_id,
                       const ThreadKeyOptions& options = {});

/// Nothing unless the key is `[agent:<id>:]<channel>:<group|channel>:<id>` with none of them blank.
std::optional<RawConversation> raw_conversation(std::string_view key);

/// The room and thread of a key; nothing where `raw_conversation` gives nothing. With `topics`, the
/// topics of Telegram and Feishu, which are part of the room's id, are taken apart as well.
std::optional<Conversation> conversation(std::string_view key, bool topics = true);

/// `<chat>:topic:<n>`, `<chat>:direct-topic:<n>` or `<chat>:<n>`, the marker in any case; nothing
/// for anything else, such as a chat that is not a number.
std::optional<TelegramTopic> telegram_topic(std::string_view raw_id);

/// `<chat>[:topic:<topic>][:sender:<open id>]`, the markers in any case; nothing for anything else.
std::optional<FeishuConversation> feishu_conversation(std::string_view raw_id);

/// The kind of chat by where the key names it. A key that can be read in two ways is `unknown`,
/// unless it has one of the reference's legacy shapes.
ChatType chat_type(std::string_view key);

/// Where a reply goes, or nothing when the key does not say so. An isolated heartbeat session
/// replies where its base does.
std::optional<KeyRoute> delivery_route(std::string_view key);

}  // namespace vagus
