#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/checker.hpp"
#include "vagus/engine/engine.hpp"

namespace vagus::simulator {

/// What a host has yet to do for its engine.
struct Work {
  std::optional<Millis> alarm;
  std::map<std::string, ReadFiles> files;     ///< by run
  std::map<std::string, CallModel> calls;     ///< by run
  std::map<std::string, Deliver> deliveries;  ///< by run
};

/// A host that writes each command down before it applies it, keeps a checkpoint, and can die at
/// any moment: what it knows then is the checkpoint and the journal behind it.
class CrashingHost {
 public:
  /// Changes what the checker sees, so that a test can show what it finds. None changes nothing.
  using Tamper = std::function<void(std::vector<Effect>&)>;

  CrashingHost(Engine engine, Checker& checker, Tamper tamper = {});

  /// Writes `command` down and applies it. An error of the engine is returned, and the command is
  /// not kept.
  Result<std::vector<Effect>> apply(const Command& command, Millis now);

  /// Writes `command` down and dies: it is applied when the host is back.
  void write_down(const Command& command, Millis now);

  /// Comes back from the checkpoint and the journal, read from its text. What was applied before
  /// must come out again as it was; what was only written down is news. Returns what went wrong.
  std::optional<std::string> restart();

  /// Forgets the journal, because the state of now is kept.
  void checkpoint();

  const Engine& engine() const { return engine_; }
  const Work& work() const { return work_; }
  std::size_t journalled() const { return journal_.size(); }

 private:
  struct Entry {
    Millis now;
    Command command;
    std::optional<std::uint64_t> digest;  ///< of its effects, once it was applied
  };

  std::optional<std::string> replay(Entry& entry);
  void take(const Command& command, std::vector<Effect> effects, Millis now);
  void note(const Command& command, const std::vector<Effect>& effects);
  void note(const Effect& effect);

  Engine engine_;
  Engine kept_engine_;
  Work work_;
  Work kept_work_;
  std::vector<Entry> journal_;
  Checker& checker_;
  Tamper tamper_;
};

}  // namespace vagus::simulator
