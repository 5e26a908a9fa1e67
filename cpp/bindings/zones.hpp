#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convert.hpp"
#include "vagus/heartbeat/active_hours.hpp"

namespace vagus::bindings {

/// The offsets of the IANA zone `name`, from Python's zoneinfo: the core reads no zone database.
/// Nothing when it is unknown.
std::optional<std::vector<ZoneOffset>> host_offsets(const std::string& name);

/// The zone itself.
std::optional<Zone> host_zone(const std::string& name);

/// The zone that an argument names; refuses what is none.
Zone zone_argument(py::handle value, const std::string& field);

}  // namespace vagus::bindings
