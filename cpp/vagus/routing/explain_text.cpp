#include <algorithm>
#include <cstdio>

#include "vagus/base/json.hpp"
#include "vagus/routing/explain.hpp"

namespace vagus {
namespace {

constexpr std::string_view kTiers = "Tiers";
constexpr std::string_view kBindings = "Bindings of this channel";
constexpr std::string_view kSteps = "From the agent to the session";

/// An explanation as sections of rows, which text and HTML are written from.
struct Section {
  std::string_view title;
  std::vector<std::vector<std::string>> rows;
  std::string note;
};

// Keys may hold control characters (U+0000-1F, U+007F-9F), which a terminal would obey.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte >= 0x20 && byte != 0x7F && !c1) {
      out += text[i];
      continue;
    }
    char escape[8];
    const auto code = c1 ? static_cast<unsigned char>(text[++i]) : byte;
    std::snprintf(escape, sizeof escape, "\\x%02x", code);
    out += escape;
  }
  return out;
}

std::string place_of(const RouteQuery& query) {
  std::string place = query.channel.empty() ? "no channel" : quote_clipped(query.channel);
  const auto add = [&place](std::string_view name, const std::string& text) {
    place += ", " + std::string(name) + " " + text;
  };
  if (query.account) add("account", *query.account);
  if (query.peer) add(name_of(query.peer->kind), quote_clipped(query.peer->id));
  if (query.guild) add("guild", quote_clipped(*query.guild));
  if (query.team) add("team", quote_clipped(*query.team));
  if (!query.roles.empty()) add("roles", std::to_string(query.roles.size()));
  if (query.thread) add("thread", quote_clipped(*query.thread));
  return place;
}

std::string outcome_of(const RouteExplanation& told) {
  if (told.failure) {
    return "No route: " + told.failure->field + ": " + told.failure->message + " (" +
           told.failure->code + ")";
  }
  if (!told.route) return "No route";
  const Route& route = *told.route;
  return "Agent " + route.agent_id.str() + ", session " + printable(route.session_key.str()) +
         ", by " + std::string(name_of(route.matched_by));
}

std::string path_of(std::int64_t binding) {
  return join_path("bindings", static_cast<std::size_t>(binding));
}

Section tiers_of(const RouteExplanation& told) {
  Section section{kTiers, {}, ""};
  for (const TierExplanation& tier : told.tiers) {
    std::string what = tier.tried ? tier.compared : "not tried";
    if (tier.binding) what += " -> " + path_of(*tier.binding);
    if (!tier.reason.empty()) what += (what.empty() ? "" : ": ") + tier.reason;
    section.rows.push_back({std::string(name_of(tier.tier)), what});
  }
  return section;
}

Section bindings_of(const RouteExplanation& told) {
  Section section{kBindings, {}, ""};
  for (const BindingExplanation& each : told.bindings) {
    section.rows.push_back({path_of(each.index), each.agent.str(), std::string(name_of(each.tier)),
                            std::string(name_of(each.outcome)), each.reason});
  }
  section.note = std::to_string(told.more_bindings) + " more, " +
                 std::to_string(told.other_channels) + " of other channels";
  return section;
}

Section steps_of(const RouteExplanation& told) {
  Section section{kSteps, {}, ""};
  for (const RouteStep& step : told.steps)
    section.rows.push_back({step.name, printable(step.what)});
  return section;
}

std::vector<Section> sections_of(const RouteExplanation& told) {
  std::vector<Section> sections;
  if (!told.tiers.empty()) sections = {tiers_of(told), bindings_of(told)};
  if (!told.steps.empty()) sections.push_back(steps_of(told));
  return sections;
}

// The rows in columns; the last one is as long as it is.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += " " + row[i] + std::string(widths[i] - row[i].size(), ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string element(std::string_view name, std::string_view text) {
  return "<" + std::string(name) + ">" + escaped(text) + "</" + std::string(name) + ">";
}

std::string html_of(const Section& section) {
  std::string html = element("h4", section.title) + "<table>";
  for (const auto& row : section.rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += element("td", cell);
    html += "</tr>";
  }
  html += "</table>";
  return section.note.empty() ? html : html + element("p", section.note);
}

}  // namespace

std::string to_text(const RouteExplanation& told) {
  std::string text = outcome_of(told);
  if (!told.tiers.empty()) text = place_of(told.query) + "\n" + text;
  for (const Section& section : sections_of(told)) {
    text += "\n" + std::string(section.title) + "\n" + aligned(section.rows);
    text += section.note.empty() ? "" : "  " + section.note + "\n";
    text.pop_back();
  }
  return text;
}

std::string to_html(const RouteExplanation& told) {
  std::string html = "<div class=\"vagus-route\">";
  if (!told.tiers.empty()) html += element("p", place_of(told.query));
  html += "<p>" + element("strong", outcome_of(told)) + "</p>";
  for (const Section& section : sections_of(told)) html += html_of(section);
  return html + "</div>";
}

}  // namespace vagus
