#include "vagus/runs/lanes.hpp"

#include "module.hpp"
#include "records.hpp"
#include "vagus/runs/followup_queues.hpp"
#include "vagus/runs/queue_action.hpp"
#include "vagus/runs/queue_directive.hpp"

// Lanes and the messages that wait for them. Python sees all this as the module `vagus.runs`.
namespace vagus::bindings {
namespace {

std::string lane_argument(py::handle value) {
  return lane_name(text_view(value, "lane"));
}

// ---- lanes

Lanes make_lanes(py::handle running, py::handle per_group) {
  const auto count = [](py::handle value, const char* field) {
    const auto given = argument<std::int64_t>(value, field);
    if (given < 1 || given > kMaxCount) refuse(field, value, "must be at least 1");
    return given;
  };
  return Lanes(count(running, "running"), count(per_group, "running_per_group"), Limits{}.sessions);
}

void enqueue_work(Lanes& lanes, py::handle id, py::handle lane, py::handle group,
                  py::handle priority, py::handle asked_by, py::handle due) {
  LaneWork work;
  work.id = text_from_python(id, "id");
  work.lane = lane_argument(lane);
  work.group = text_from_python(group, "group");
  from_python(priority, "priority", work.priority);
  from_python(asked_by, "asked_by", work.asked_by);
  from_python(due, "due_ms", work.due);
  if (auto failed = lanes.enqueue(std::move(work))) throw Exception(*failed);
}

void bind_running(py::class_<Lanes>& type) {
  type.def(
      "start",
      [](Lanes& lanes, py::handle now) { return to_python(lanes.start(time_argument(now))); },
      py::arg("now_ms") = 0, "Take the next work that may start; None when none may.");
  type.def(
      "finish",
      [](Lanes& lanes, py::handle id, py::handle now) {
        return lanes.finish(text_from_python(id, "id"), time_argument(now));
      },
      py::arg("id"), py::arg("now_ms") = 0,
      "The work is over and its place free. False for what does not run, or not any more.");
  type.def(
      "cancel",
      [](Lanes& lanes, py::handle id) { return lanes.cancel(text_from_python(id, "id")); },
      py::arg("id"), "Take out work that waits. False for what does not wait.");
  type.def(
      "clear",
      [](Lanes& lanes, py::handle lane) { return to_python(lanes.clear(lane_argument(lane))); },
      py::arg("lane"), "Take out all that waits for a lane.");
  type.def(
      "reset", [](Lanes& lanes, py::handle now) { lanes.reset(time_argument(now)); },
      py::arg("now_ms") = 0,
      "Forget what runs, as after a restart: its ends come too late. What waits may start.");
  type.def("close", &Lanes::close, "Refuse work from now on, until a reset.");
}

void bind_lane_figures(py::class_<Lanes>& type) {
  type.def(
      "set_width",
      [](Lanes& lanes, py::handle lane, py::handle width) {
        lanes.set_width(lane_argument(lane), argument<std::int64_t>(width, "width"));
      },
      py::arg("lane"), py::arg("width"), "How much work of a lane runs at once; less than 1 is 1.");
  type.def(
      "running",
      [](const Lanes& lanes, py::handle lane) {
        return lane.is_none() ? lanes.running() : lanes.running(lane_argument(lane));
      },
      py::arg("lane") = py::none(), "How much work runs, on a lane or on all.");
  type.def(
      "waiting",
      [](const Lanes& lanes, py::handle lane) { return lanes.waiting(lane_argument(lane)); },
      py::arg("lane"), "How much work waits for a lane.");
  type.def(
      "holds",
      [](const Lanes& lanes, py::handle lane, py::handle by) {
        return lanes.holds(lane_argument(lane), text_from_python(by, "by"));
      },
      py::arg("lane"), py::arg("by"),
      "Whether the running work ``by``, or what asked for it, and so on, holds a lane.");
  type.def(
      "next_due_ms", [](const Lanes& lanes) { return to_python(lanes.next_due()); },
      "When ``start`` next has something to give, if nothing else is called.");
}

void bind_lane_class(py::module_& module) {
  bind_record<LaneWork>(module, "A piece of work that needs a lane to itself.");
  py::class_<Lanes> type(
      module, "Lanes",
      "Who runs where: one piece of work at a time on a lane, so many at once of a group and of "
      "all.\n\n"
      "A blank lane is ``main``. An idle lane never keeps work: ``start`` gives it, or "
      "``next_due_ms`` says when it will.");
  type.def(py::init(&make_lanes), py::kw_only(), py::arg("running") = 256,
           py::arg("running_per_group") = 64, "Lanes without work. Raises InvalidInput.");
  type.def("enqueue", &enqueue_work, py::arg("id"), py::arg("lane") = "main", py::kw_only(),
           py::arg("group") = "", py::arg("priority") = "normal", py::arg("asked_by") = py::none(),
           py::arg("due_ms") = 0,
           "Let work wait for its lane. Raises InvalidInput for an id that waits or runs, for a "
           "lane that its asker holds (both would wait for ever), and once closed.");
  bind_running(type);
  bind_lane_figures(type);
  type.def("__repr__", [](const Lanes& lanes) {
    return "Lanes(running=" + std::to_string(lanes.running()) + ")";
  });
  module.def(
      "session_lane", [](py::handle key) { return session_lane(text_view(key, "session_key")); },
      py::arg("session_key"), "The lane of a session in systems that name their lanes.");
  module.def(
      "inner_lane", [](py::handle lane) { return inner_lane(text_view(lane, "lane")); },
      py::arg("lane"),
      "The lane for work that work on ``lane`` asks for: ``nested`` for ``cron``, else the same.");
}

// ---- messages that wait

FollowupQueues make_queues(py::handle limits) {
  if (limits.is_none()) return FollowupQueues(Limits{});
  py::dict config;
  config["limits"] = limits;
  return FollowupQueues(read_config(config_text(config)).value_or_throw().limits);
}

TurnReceipt push(FollowupQueues& queues, py::handle lane, py::handle text, py::handle now,
                 py::handle settings, py::handle route, py::handle message_id,
                 py::handle summary_line, py::handle asked_by, py::handle at_once) {
  UserTurn turn;
  turn.text = text_from_python(text, "text");
  from_python(route, "route", turn.route);
  from_python(message_id, "message_id", turn.message_id);
  from_python(summary_line, "summary_line", turn.summary_line);
  from_python(asked_by, "asked_by", turn.asked_by);
  const auto in_force = argument<std::optional<QueueSettings>>(settings, "settings");
  return queues
      .push(lane_argument(lane), std::move(turn), in_force.value_or(QueueSettings{}),
            time_argument(now), argument<bool>(at_once, "at_once"))
      .value_or_throw();
}

void bind_batches(py::class_<FollowupQueues>& type) {
  type.def(
      "take",
      [](FollowupQueues& queues, py::handle lane, py::handle now) {
        return to_python(queues.take(lane_argument(lane), time_argument(now)));
      },
      py::arg("lane"), py::arg("now_ms"),
      "What the next run is to answer; None before ``due_ms`` and while a batch is out.");
  type.def(
      "commit",
      [](FollowupQueues& queues, py::handle lane, py::handle run_id, py::handle now) {
        return to_python(queues.commit(lane_argument(lane), text_from_python(run_id, "run_id"),
                                       time_argument(now)));
      },
      py::arg("lane"), py::arg("run_id"), py::arg("now_ms"),
      "The batch that is out was answered by a run: how each of its messages ended.");
  type.def(
      "give_back",
      [](FollowupQueues& queues, py::handle lane, py::handle now) {
        queues.give_back(lane_argument(lane), time_argument(now));
      },
      py::arg("lane"), py::arg("now_ms"),
      "The batch that is out was not answered: it waits again, in its old place.");
  type.def(
      "merge",
      [](FollowupQueues& queues, py::handle message, py::handle run_id, py::handle now) {
        return to_python(queues.merge(argument<std::int64_t>(message, "message"),
                                      text_from_python(run_id, "run_id"), time_argument(now)));
      },
      py::arg("message"), py::arg("run_id"), py::arg("now_ms"),
      "A waiting message was told to a run in flight. Returns it; None when it does not wait.");
  type.def(
      "clear",
      [](FollowupQueues& queues, py::handle lane, py::handle reason, py::handle now) {
        return to_python(queues.clear(lane_argument(lane), text_from_python(reason, "reason"),
                                      time_argument(now)));
      },
      py::arg("lane"), py::arg("reason"), py::arg("now_ms"),
      "Cancel all that waits for a lane: how each of those messages ended.");
}

void bind_queue_figures(py::class_<FollowupQueues>& type) {
  type.def(
      "fate",
      [](const FollowupQueues& queues, py::handle message) {
        return to_python(queues.fate(argument<std::int64_t>(message, "message")).value_or_throw());
      },
      py::arg("message"),
      "Where an accepted message stands. Raises InvalidInput for one that was never accepted or is "
      "forgotten (``limits.ended_turns``).");
  type.def(
      "due_ms",
      [](const FollowupQueues& queues, py::handle lane) {
        return to_python(queues.due(lane_argument(lane)));
      },
      py::arg("lane"), "When a lane next has something to ``take``; None when it has nothing.");
  type.def(
      "depth",
      [](const FollowupQueues& queues, py::handle lane) {
        return queues.depth(lane_argument(lane));
      },
      py::arg("lane"), "How many messages wait for a lane; a batch that is out does not count.");
  type.def(
      "dropped",
      [](const FollowupQueues& queues, py::handle lane) {
        const FollowupQueue* queue = queues.find(lane_argument(lane));
        return queue == nullptr ? 0 : queue->dropped();
      },
      py::arg("lane"), "How many messages the summaries that wait for a lane are about.");
  type.def(
      "waiting", [](const FollowupQueues& queues) { return to_python(queues.waiting()); },
      "How many messages wait, by lane.");
  type.def("__len__", &FollowupQueues::open);
  type.def("__repr__", [](const FollowupQueues& queues) {
    return "FollowupQueues(open=" + std::to_string(queues.open()) + ")";
  });
}

void bind_queue_class(py::module_& module) {
  bind_record<UserTurn>(module, "A person's message on its way to a run.");
  bind_record<TurnBatch>(module, "What one run is to answer.");
  bind_record<TurnEnd>(module, "How an accepted message ended.");
  bind_record<TurnFate>(module, "Where an accepted message stands.");
  bind_record<TurnReceipt>(module, "What became of handing a message over.");
  py::class_<FollowupQueues> type(
      module, "FollowupQueues",
      "The messages that wait, by lane, and what became of every one that was accepted.\n\n"
      "A host takes a batch when the lane is free and it is due, runs it, and commits it or gives "
      "it back. ``len()`` counts the accepted messages that have not ended.");
  type.def(py::init(&make_queues), py::kw_only(), py::arg("limits") = py::none(),
           "Empty queues; ``limits`` as in a configuration. Raises InvalidConfig.");
  type.def("push", &push, py::arg("lane"), py::arg("text"), py::kw_only(), py::arg("now_ms"),
           py::arg("settings") = py::none(), py::arg("route") = py::none(),
           py::arg("message_id") = py::none(), py::arg("summary_line") = py::none(),
           py::arg("asked_by") = py::none(), py::arg("at_once") = false,
           "Take a message in, by QueueSettings (the defaults without). ``at_once`` goes alone and "
           "before others. Raises InvalidInput for settings out of range and texts too long.");
  bind_batches(type);
  bind_queue_figures(type);
  module.def(
      "batch_text", [](py::handle batch) { return text_of(argument<TurnBatch>(batch, "batch")); },
      py::arg("batch"), "The text of a TurnBatch that a model is shown.");
}

// ---- settings

void bind_settings(py::module_& module) {
  bind_record<QueueSettings>(module, "What becomes of a message whose session is busy.");
  bind_record<QueueDirective>(module, "What a message says about its session's queue.");
  module.def(
      "parse_queue_directive",
      [](py::handle text) { return parse_queue_directive(text_view(text, "text")); },
      py::arg("text"), "Read ``/queue`` and its words out of a message.");
  module.def(
      "queue_mode",
      [](py::handle word) { return to_python(queue_mode_of(text_view(word, "word"))); },
      py::arg("word"), "The queue mode that a word means; None for another word.");
  module.def(
      "queue_word",
      [](py::handle word) -> py::object {
        const auto usual = queue_word_of(text_view(word, "word"));
        return usual ? py::object(py::str(std::string(*usual))) : py::none();
      },
      py::arg("word"),
      "The usual spelling of a word for a queue mode, ``steer-backlog`` among them; None for "
      "another word.");
  module.def(
      "drop_policy",
      [](py::handle word) { return to_python(drop_policy_of(text_view(word, "word"))); },
      py::arg("word"), "The drop policy that a word means; None for another word.");
  module.def(
      "queue_action",
      [](py::handle mode, py::handle busy, py::handle heartbeat) {
        return to_python(queue_action(argument<QueueMode>(mode, "mode"),
                                      argument<bool>(busy, "busy"),
                                      argument<bool>(heartbeat, "heartbeat")));
      },
      py::arg("mode"), py::kw_only(), py::arg("busy"), py::arg("heartbeat") = false,
      "What to do with what asks for a lane.");
}

}  // namespace

void bind_lanes(py::module_& module) {
  bind_settings(module);
  bind_lane_class(module);
  bind_queue_class(module);
}

}  // namespace vagus::bindings
