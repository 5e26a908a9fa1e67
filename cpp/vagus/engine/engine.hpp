#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vagus/base/ids.hpp"
#include "vagus/base/json.hpp"
#include "vagus/config/config.hpp"
#include "vagus/context/provider_budgets.hpp"
#include "vagus/engine/active_run.hpp"
#include "vagus/engine/asked_summaries.hpp"
#include "vagus/engine/command.hpp"
#include "vagus/engine/context_calls.hpp"
#include "vagus/engine/effect.hpp"
#include "vagus/engine/sessions.hpp"
#include "vagus/events/node_events.hpp"
#include "vagus/heartbeat/acknowledgement.hpp"
#include "vagus/heartbeat/cadences.hpp"
#include "vagus/hooks/replays.hpp"
#include "vagus/keys/admission.hpp"
#include "vagus/routing/router.hpp"
#include "vagus/runs/chat_stream.hpp"
#include "vagus/runs/followers.hpp"
#include "vagus/runs/followup_queues.hpp"
#include "vagus/runs/lanes.hpp"
#include "vagus/runs/outbox.hpp"
#include "vagus/runs/queue_directive.hpp"
#include "vagus/runs/run_table.hpp"

namespace vagus {

/// How long a person's turn may take.
inline constexpr Millis kUserTurnTimeout = 10 * kMinute;

/// The state machine that joins the folders below: commands in, effects out.
///
/// Deterministic: the same configuration, seed and commands at the same times give the same
/// effects, byte for byte. It reads no clock and does no I/O; the host carries the effects out, in
/// order, and reports back with further commands.
///
/// Not thread-safe: one owner applies one command at a time.
///
/// Invariants (design names): one_run_per_lane, no_lost_wake, no_cross_talk, pairs_intact,
/// budget_respected, one_terminal_per_run, one_fate_per_message, deterministic.
class Engine {
 public:
  /// `zones` must hold every zone of `zones_needed(config)`. Engines whose run ids must not collide
  /// get different `id_seed`s; replaying a journal takes the one it was written with. Errors: as
  /// `Router::create`; `invalid_config` for a zone that is missing and for a heartbeat's session
  /// that is not its agent's.
  static Result<Engine> create(Config config, const Zones& zones, std::uint64_t id_seed);

  // A copy is a checkpoint. Out of line, or every file that holds an engine would compile these.
  Engine(const Engine& other);
  Engine(Engine&& other) noexcept;
  Engine& operator=(const Engine& other);
  Engine& operator=(Engine&& other) noexcept;
  ~Engine();

  /// Applies `command` at `now`, then runs everything that is due.
  /// A time before the last one is a clock that was set back: `ClockStepped` says so, and what
  /// waited for a span of time still waits for as long.
  /// Errors leave the engine as it was: `invalid_input` for a malformed command and a time that is
  /// negative or beyond `kMaxMillis`; `invalid_config`; `invalid_key`; `unknown_agent`;
  /// `ambiguous_agent`; `unknown_run` for a run id that this engine never handed out, or has
  /// forgotten (`limits.ended_runs`). An answer for a run that has ended, or files for one that has
  /// them, is no error and has no effect.
  Result<std::vector<Effect>> apply(const Command& command, Millis now);

  /// What waits, what runs and what is kept, in figures: for people, and to see whether two engines
  /// have come to the same state. No engine can be restored from it.
  Json snapshot() const;

  /// What became of a request, by the id that `WakeQueued` gave it. Errors: `invalid_input` for an
  /// id that was never given, or is forgotten (`limits.ended_wakes`).
  Result<WakeFate> wake_fate(std::int64_t request) const { return wakes_.fate(request); }

  /// Where a message that was accepted stands, by the number that `TurnQueued` or `TurnSettled`
  /// gave it. Errors: `invalid_input` for a number that was never given, or is forgotten
  /// (`limits.ended_turns`).
  Result<TurnFate> turn_fate(std::int64_t message) const { return turns_.fate(message); }

  /// Why the wake of a session has not run yet. Errors: as for commands that name a session.
  Result<WakeExplanation> explain_wake(const SessionKey& session) const;

  /// Every wake that waits, by session.
  std::vector<Wake> waiting_wakes() const { return wakes_.waiting(); }

  const Config& config() const { return config_; }
  std::uint64_t id_seed() const { return ids_.seed(); }

 private:
  struct Agent {
    AgentConfig config;
    Heartbeat heartbeat;
    ActiveHours hours;
  };

  /// What came of making a prompt: it ends the run, asks for a summary, or is the run's draft.
  struct Drafted {
    std::optional<RunEnded> ended;
    std::optional<SummaryTask> task;

    bool refused() const { return ended && ended->outcome == RunOutcome::refused; }
  };

  /// News for one session, and whether it wakes: one key for both.
  struct Tidings {
    SessionKey session;
    std::string text;
    std::optional<std::string> tag;
    std::optional<DeliveryRoute> route;  ///< else where the session's replies go
    std::optional<WakeKind> wake;
    std::string reason;
    Millis coalesce = kCoalesceMillis;
    std::optional<std::string> caused_by;
  };

  /// Where news arrived: the session that was named may not be the one that runs.
  struct Told {
    SessionKey session;
    EventReceipt receipt;
  };

  Engine(Config config, Router router, const Zones& zones, std::uint64_t id_seed);
  MaybeError check_zones() const;
  MaybeError check_heartbeat_sessions() const;
  static std::map<AgentId, Agent> agents_of(const Config& config, const Zones& zones);
  void set_cadences();
  MaybeError check_fixed(const Config& config) const;
  void retire_unknown_agents();

  // Commands. Each checks everything before it changes anything.
  MaybeError handle(const Inbound& inbound);
  MaybeError handle(const Steered& steered);
  MaybeError handle(const RequestWake& request);
  MaybeError handle(const PostEvent& post);
  MaybeError handle(const Tick& tick);
  MaybeError handle(const FilesRead& read);
  MaybeError handle(const ModelReplied& reply);
  MaybeError handle(const ModelFailed& failure);
  MaybeError handle(const ResetSession& reset);
  MaybeError handle(const ForgetSession& forget);
  MaybeError handle(const ImportTranscript& transcript);
  MaybeError handle(const Delivered& delivered);
  MaybeError handle(const DeliveryFailed& failure);
  MaybeError handle(const SetHeartbeats& set);
  MaybeError handle(const Reconfigure& change);
  MaybeError handle(const Summarized& summary);
  MaybeError handle(const SummaryFailed& failure);
  MaybeError handle(const ContextAnswered& answered);
  MaybeError handle(const ContextFailed& failure);
  MaybeError handle(const RegisterContextEngine& registered);
  MaybeError handle(const PrepareSubagent& prepare);
  MaybeError handle(const SubagentEnded& ended);
  MaybeError handle(const StreamModel& piece);
  MaybeError handle(const AbortRun& abort);
  MaybeError handle(const Subscribe& subscribe);
  MaybeError handle(const Unsubscribe& unsubscribe);
  MaybeError handle(const ExecReport& report);
  MaybeError handle(const NodeEvent& event);
  MaybeError handle(const WebhookReceived& hook);
  MaybeError handle(const CronFired& fired);
  MaybeError handle(const SubagentReported& ended);

  // What time brings.
  void shift(Millis delta);
  void advance();
  void deliver_again();
  void end_late_runs();
  void end_late_calls();
  void end_late_summaries();
  void beat_cadences();
  void start_due_runs();
  void set_alarm();

  // What people say, until it is part of a run (turns.cpp).
  QueueOverrides read_directive(const SessionKey& lane, const QueueDirective& directive,
                                const Inbound& inbound, const std::optional<DeliveryRoute>& route);
  bool take_in(const SessionKey& lane, UserTurn turn, const QueueSettings& settings,
               std::vector<ChatClient> clients);
  void offer(const SessionKey& lane, const UserTurn& turn);
  void interrupt(const SessionKey& lane);
  void schedule_turns(const SessionKey& lane);
  void start_turns(const LaneWork& work);
  void settle_turns(const SessionKey& lane, const std::vector<TurnEnd>& ends);
  void cancel_turns(const SessionKey& lane, const std::string& reason);
  const ActiveRun* run_on(const SessionKey& lane) const;
  bool waits_for(const SessionKey& lane, const std::string& run_id) const;
  bool is_asked_by(const SessionKey& lane, const std::string& run_id) const;

  // The life of a run, in order (run_flow.cpp).
  void start_heartbeat(Wake wake);
  ActiveRun& begin(ActiveRun run, Millis timeout);
  void ask_for_files(ActiveRun& run);
  void lease_events(ActiveRun& run);
  void call_model(ActiveRun& run);
  Drafted draft(ActiveRun& run, bool may_cut_turn);
  bool ask_with_less(ActiveRun& run, const std::string& error);
  Budget budget_of(const ActiveRun& run) const;
  void send_prompt(ActiveRun& run, Assembly assembly, std::optional<std::string> made_by = {});
  std::optional<SkipReason> early_skip(const Wake& wake, const Agent& owner) const;
  std::optional<SkipReason> write_prompt(ActiveRun& run);
  AssemblyRequest request_of(const ActiveRun& run, bool may_cut_turn) const;
  HeartbeatInputs inputs_of(const ActiveRun& run, const FilesRead& read,
                            const std::string& events) const;
  std::variant<Assembly, SummaryTask, Overflow> assemble(const ActiveRun& run,
                                                         AssemblyRequest request);
  std::variant<Assembly, SummaryTask, Overflow> assemble_like_reference(
      const ActiveRun& run, const AssemblyRequest& request);
  void end(const std::string& run_id, RunEnded ended);
  void wake_for_other_events(const ActiveRun& run);
  std::optional<Millis> settle(const ActiveRun& run, const RunEnded& ended);

  // Summaries that a run waits for, and what providers report (summaries.cpp).
  bool may_summarise(const ActiveRun& run) const;
  void ask_for_summary(ActiveRun& run, SummaryTask task);
  Result<AskedSummary*> asked_summary(std::int64_t id);
  void settle_summary(const AskedSummary& asked, SummaryReview review,
                      std::optional<std::string> error = {});
  MaybeError check_usage(const ActiveRun& run, const ModelReplied& reply) const;
  void take_usage(const ActiveRun& run, const ModelReplied& reply);

  // Context engines of the host: the calls that a run waits for (context_flow.cpp).
  std::optional<OutsideContext> outside_for(const AgentId& id) const;
  void assemble_outside(ActiveRun& run);
  void ask_to_assemble(ActiveRun& run);
  void ask_to_compact(ActiveRun& run, std::int64_t tokens);
  void take_assembled(ActiveRun& run, const ContextCall& call, const ContextAssembled& answer);
  void take_compacted(ActiveRun& run, const ContextCompacted& answer);
  std::vector<Message> shown_to_engine(const ActiveRun& run);
  void fall_back(ActiveRun& run, const std::string& reason);
  ActiveRun* waiting_for(const ContextCalls::Pending& pending);

  // All other calls of them (context_memory.cpp).
  void tell_turn(const ActiveRun& run, std::vector<Message> turn);
  void close_outside(const ActiveRun& run);
  void open_context(const ContextConfig& config, const ContextKey& key, ContextRouting routing,
                    bool is_heartbeat);
  void dispose_transcript(const SessionKey& lane, DisposeReason reason);
  void dispose_context(const ContextKey& key, const SessionKey& lane, DisposeReason reason);
  void call_context(ContextCalls::Pending pending);
  void make_next_call(const ContextKey& key);
  void quarantine(const ContextCall& call, const std::string& reason);
  void forgive_context_engines();

  // What a run says (answers.cpp).
  void answer(const ActiveRun& run, const ModelReplied& reply);
  RunEnded answer_person(const ActiveRun& run, const ModelReplied& reply);
  RunEnded report(const ActiveRun& run, const ModelReplied& reply);
  Delivery delivery_of_report(const ActiveRun& run, bool says, const std::string& text) const;
  void send(const ActiveRun& run, const DeliveryRoute& route, const std::string& text, bool silent);
  void remember(const ActiveRun& run, const ModelReplied& reply);
  DeliveryInputs inputs_of(const ActiveRun& run) const;
  std::optional<Indicator> indicator_of(const ActiveRun& run, const RunEnded& ended) const;

  // What those who follow a run are told (chat.cpp).
  MaybeError check_client(const Inbound& inbound) const;
  void open_chat(const ActiveRun& run);
  void close_chat(const ActiveRun& run, const RunEnded& ended);
  bool is_followed(const std::string& run_id) const;
  void begin_again(const ActiveRun& run);
  void follow(const std::string& run_id, const SessionKey& lane, const ChatClient& client);
  void tell_clients();
  void tell_followers(const SessionKey& lane, const TurnEnd& ended);
  void tell_ending(const SessionKey& lane, const std::vector<ChatClient>& clients,
                   ChatInput ending);
  void tell_unanswered(const SessionKey& lane, const std::vector<ChatClient>& clients,
                       const std::string& reason);
  // News of producers (producers.cpp) and what they ask to be done (errands.cpp, webhooks.cpp).
  Result<Told> tell(const Tidings& tidings);
  MaybeError tell_of(Producer producer, std::string id, const Tidings& tidings);
  void hear(Producer producer, std::string id, Hearing hearing, std::string reason);
  MaybeError hear_node(const NodeEvent& event, const NodeReport& report);
  MaybeError take_node_turn(const NodeEvent& event, const NodeTurn& turn, const SessionKey& lane,
                            ProducerHeard heard);
  MaybeError check_room(const SessionKey& lane) const;
  MaybeError check_place(const std::optional<DeliveryRoute>& route) const;
  void take_errand(const SessionKey& lane, UserTurn turn, Effect told);
  MaybeError do_cron_job(const CronFired& fired, const AgentId& agent);
  RunEnded answer_errand(const ActiveRun& run, const ModelReplied& reply);
  void report_errand(const ActiveRun& run, const RunEnded& ended);
  MaybeError accept(const WebhookReceived& received, const WakeHook& hook);
  MaybeError accept(const WebhookReceived& received, const AgentHook& hook);
  void turn_away(const Admission& refused);
  void turn_away(const Error& error);
  Admission admit_wake(const WakeHook& hook) const;
  std::optional<DeliveryRoute> route_of(const AgentHook& hook, const SessionKey& session) const;
  SessionKey listener(const SessionKey& session) const;
  std::optional<DeliveryRoute> route_of(const Tidings& tidings, const SessionKey& session) const;
  std::optional<DeliveryRoute> reply_route(const SessionKey& session) const;
  Result<AgentId> agent_of(const std::optional<AgentId>& given) const;

  // Lookups.
  Result<SessionKey> known_session(std::string_view field, const SessionKey& key) const;
  FilesRead readable(FilesRead read) const;
  std::int64_t depth_after(const std::optional<std::string>& run_id) const;
  MaybeError check_known_run(const std::string& run_id) const;
  MaybeError check_made(std::int64_t call_id) const;
  Result<ActiveRun*> active(std::string_view run_id, RunStage stage);
  Result<SessionKey> wake_target(const RequestWake& request) const;
  SessionKey home_of(const SessionKey& key) const;
  SessionKey in_scope(const SessionKey& key) const;
  std::vector<SessionKey> lanes_of(const SessionKey& session) const;
  SessionKey heartbeat_home(const AgentId& id) const;
  const Agent& agent(const AgentId& id) const;
  const Zone& zone(const std::string& name) const;
  std::string model_of_run(const ActiveRun& run) const;
  bool offers_respond_tool(const ActiveRun& run) const;
  std::optional<DeliveryRoute> route_of(const ActiveRun& run) const;
  Reply read_reply(const ActiveRun& run, const ModelReplied& reply) const;

  void emit(Effect effect) { effects_.push_back(std::move(effect)); }

  Config config_;
  Router router_;
  IdSource ids_;
  Zones zones_;
  std::map<AgentId, Agent> agents_;
  bool beats_on_ = true;
  Cadences cadences_;  ///< switched on by the first command, which tells the time

  Millis now_ = 0;
  Sessions sessions_;
  EventQueue events_;
  WakeQueue wakes_;
  Lanes lanes_;
  FollowupQueues turns_;
  Followers followers_;                     ///< of messages that wait
  std::map<std::int64_t, Errand> errands_;  ///< of producers, that wait, by message
  /// The run that starts for what waits on a lane.
  struct NextRun {
    std::string id;
    bool errand = false;
  };
  std::map<SessionKey, NextRun> next_runs_;  ///< of lanes with messages that wait
  RunTable runs_;
  ChatStream chat_;  ///< its runs are those in flight, whose deadlines `runs_` has
  Outbox outbox_;
  AdmissionPolicy admission_;
  HookReplays replays_;
  HeardVoices voices_;
  std::map<std::string, ActiveRun> active_;  ///< the runs in flight, by id
  AskedSummaries summaries_;
  std::map<std::string, ChannelHistory> histories_;  ///< turns that sessions send, by channel
  ContextCalls calls_;
  std::map<ContextKey, std::string> contexts_;      ///< what outside engines serve
  std::map<std::string, std::string> quarantined_;  ///< outside engines, with the reason
  ProviderBudgets learned_budgets_;                 ///< of models that turned out to have less
  /// Calls of an outside engine, by its methods: one may answer what another does not.
  std::map<std::pair<std::string, ContextMethod>, std::int64_t> late_in_a_row_;
  /// As last told to the host; unset before the first, and when its timer has run.
  std::optional<std::optional<Millis>> alarm_;

  std::vector<Effect> effects_;  ///< of the command being applied
};

/// The IANA zones, UTC aside, that `config` names.
std::set<std::string> zones_needed(const Config& config);

}  // namespace vagus
