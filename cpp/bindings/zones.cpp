#include "zones.hpp"

#include <utility>

#include "vagus/text/unicode.hpp"

namespace vagus::bindings {

std::optional<std::vector<ZoneOffset>> host_offsets(const std::string& name) {
  std::vector<ZoneOffset> offsets;
  try {
    for (const py::handle entry : py::module_::import("vagus._zones").attr("offsets")(name)) {
      const auto [at, seconds] = entry.cast<std::pair<Millis, std::int64_t>>();
      offsets.push_back({at, seconds});
    }
  } catch (const py::error_already_set& failure) {
    if (!failure.matches(PyExc_ValueError)) throw;
    return std::nullopt;
  }
  return offsets;
}

std::optional<Zone> host_zone(const std::string& name) {
  auto offsets = host_offsets(name);
  if (!offsets) return std::nullopt;
  return Zone::create(name, *std::move(offsets)).value_or_throw();
}

Zone zone_argument(py::handle value, const std::string& field) {
  const std::string name(trim(text_view(value, field)));
  if (name == "UTC") return Zone();  // known without zone files
  std::optional<Zone> zone = host_zone(name);
  if (!zone) refuse(field, value, "unknown time zone");
  return *std::move(zone);
}

}  // namespace vagus::bindings
