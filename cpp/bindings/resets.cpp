#include "records.hpp"

#include "module.hpp"
#include "vagus/runs/reset_policy.hpp"
#include "vagus/text/unicode.hpp"
#include "zones.hpp"

// When sessions are stale. Python sees all this as the module `vagus.resets`.
namespace vagus::bindings {
namespace {}  // namespace

void bind_resets(py::module_& module) {
  bind_record<ResetSetting>(module, "When sessions are stale; None is what is said elsewhere.");
  bind_record<ResetRules>(module, "What an installation says about resets.");
  bind_record<ResetPolicy>(module, "What holds for one session.");
  module.def(
      "reset_kind",
      [](py::handle key, py::handle thread, py::handle group) {
        return to_python(reset_kind(key_text(key, "session_key"),
                                    argument<bool>(thread, "is_thread"),
                                    argument<bool>(group, "is_group")));
      },
      py::arg("session_key"), py::kw_only(), py::arg("is_thread") = false,
      py::arg("is_group") = false,
      "``thread`` when the key or the message names one, else ``group`` when either says so, else "
      "``direct``. Total over any text.");
  module.def(
      "reset_policy",
      [](py::handle rules, py::handle kind, py::handle channel) {
        return reset_policy(argument<ResetRules>(rules, "rules"), argument<ResetKind>(kind, "kind"),
                            text_from_python(channel, "channel"));
      },
      py::arg("rules"), py::arg("kind"), py::kw_only(), py::arg("channel") = "",
      "The policy of sessions of a kind: that of the channel if it has one, else that of the kind "
      "over the general one.");
  module.def(
      "is_fresh",
      [](py::handle policy, py::handle started, py::handle last, py::handle now,
         py::handle timezone) {
        return is_fresh(argument<ResetPolicy>(policy, "policy"),
                        time_argument(started, "started_ms"), time_argument(last, "last_active_ms"),
                        time_argument(now, "now_ms"), zone_argument(timezone, "timezone"));
      },
      py::arg("policy"), py::kw_only(), py::arg("started_ms"), py::arg("last_active_ms"),
      py::arg("now_ms"), py::arg("timezone") = "UTC",
      "False for a session that is stale: its next message begins a new transcript. The daily "
      "hour looks at when it began, the idle minutes at when somebody last spoke. Raises "
      "InvalidInput for a bad time or zone.");
}

}  // namespace vagus::bindings
