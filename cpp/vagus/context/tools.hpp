#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vagus/context/dialect.hpp"
#include "vagus/context/message.hpp"

namespace vagus {

/// A tool as a model is told of it. It is part of every prompt, and costs like one.
struct ToolSchema {
  std::string name;
  std::string description;
  std::string parameters;  ///< JSON text of the schema, an object; empty for none
  std::optional<std::string> extra{};

  static constexpr std::string_view kName = "ToolSchema";
  static constexpr auto fields() {
    return field_list(
        required("name", &ToolSchema::name, "how the model calls it"),
        field("description", &ToolSchema::description, "what it does"),
        field("parameters", &ToolSchema::parameters, "JSON text of the schema of its arguments"),
        field("extra", &ToolSchema::extra, "JSON object: what only a dialect knows"));
  }
};

/// All that is sent to a model.
struct Prompt {
  std::string system;
  std::vector<ToolSchema> tools;
  std::vector<Message> messages;

  static constexpr std::string_view kName = "Prompt";
  static constexpr auto fields() {
    return field_list(field("system", &Prompt::system, "the system prompt; may be empty"),
                      field("tools", &Prompt::tools, "the tools that it may call"),
                      field("messages", &Prompt::messages, "the conversation, oldest first"));
  }
};

/// Estimated tokens of a prompt, by what they are for.
struct PromptPrice {
  std::int64_t system = 0;
  std::int64_t tools = 0;
  std::int64_t messages = 0;  ///< without their images
  std::int64_t images = 0;
  std::int64_t total = 0;

  static constexpr std::string_view kName = "PromptPrice";
  static constexpr auto fields() {
    return field_list(required("system", &PromptPrice::system, "the system prompt"),
                      required("tools", &PromptPrice::tools, "tool schemas"),
                      required("messages", &PromptPrice::messages, "messages without images"),
                      required("images", &PromptPrice::images, "images in messages"),
                      required("total", &PromptPrice::total, "their sum"));
  }
};

/// What a tool costs besides its texts.
inline constexpr std::int64_t kToolTokens = 12;

/// Estimated tokens of a tool: its texts and `kToolTokens` for what is around them.
std::int64_t estimate_tool(const ToolSchema& tool);

/// Estimated tokens of all of a prompt, without margin. An empty system prompt costs nothing.
PromptPrice price_prompt(const Prompt& prompt);

/// As `read_messages` and `write_messages`. What a provider runs itself, and is no function, is
/// carried along: it is written in its own dialect only.
Result<std::vector<ToolSchema>> read_tools(Dialect dialect, const Json& list);
Result<Json> write_tools(Dialect dialect, const std::vector<ToolSchema>& tools);

}  // namespace vagus
