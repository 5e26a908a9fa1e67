#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vagus/runs/chat_run.hpp"

namespace vagus {

/// Clients that follow messages which wait for a run.
///
/// Invariant: a client run follows one message; its name is known as long as that one waits.
class Followers {
 public:
  /// REQUIRES: none of the names is known.
  void add(std::int64_t message, std::vector<ChatClient> clients) {
    if (clients.empty()) return;
    for (const ChatClient& client : clients) names_.insert(client.client_run_id);
    by_message_.emplace(message, std::move(clients));
  }

  /// The message waits no more: who followed it.
  std::vector<ChatClient> take(std::int64_t message) {
    auto found = by_message_.extract(message);
    if (found.empty()) return {};
    for (const ChatClient& client : found.mapped()) names_.erase(client.client_run_id);
    return std::move(found.mapped());
  }

  bool knows(const std::string& client_run_id) const { return names_.count(client_run_id) > 0; }

  /// The subscriber is gone: it is told of no message that waits.
  void leave(const std::string& subscriber) {
    for (auto& [message, clients] : by_message_) {
      for (ChatClient& client : clients) std::erase(client.subscribers, subscriber);
    }
  }

 private:
  std::map<std::int64_t, std::vector<ChatClient>> by_message_;
  std::set<std::string> names_;
};

}  // namespace vagus
