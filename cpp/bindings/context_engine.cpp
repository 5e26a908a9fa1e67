#include "vagus/context/engine_contract.hpp"

#include "module.hpp"
#include "records.hpp"

namespace vagus::bindings {

void bind_context_engine(py::module_& module) {
  bind_record<ContextRouting>(module, "Whom a call of a context engine is about: no identity.");
  bind_record<ContextBootstrap>(module, "Request: a context key is used for the first time.");
  bind_record<ContextIngest>(module, "Request: take the messages of a finished turn.");
  bind_record<ContextAssemble>(module, "Request: make the prompt of a run.");
  bind_record<ContextCompact>(module, "Request: what was assembled is beyond the budget.");
  bind_record<ContextCommitTurn>(module, "Request: a turn was accepted, under a key of its own.");
  bind_record<ContextAfterTurn>(module, "Request: a turn was accepted.");
  bind_record<ContextMaintain>(module, "Request: a good moment to tidy up.");
  bind_record<ContextDispose>(module, "Request: a context key is over.");
  bind_record<ContextPrepareSubagent>(module, "Request: a subagent is about to be started.");
  bind_record<ContextSubagentEnded>(module, "Request: a subagent has ended.");
  bind_record<ContextBootstrapped>(module, "Answer to ContextBootstrap.");
  bind_record<ContextIngested>(module, "Answer to ContextIngest.");
  bind_record<ContextAssembled>(module, "Answer to ContextAssemble.");
  bind_record<ContextCompacted>(module, "Answer to ContextCompact.");
  bind_record<ContextCommitted>(module, "Answer to ContextCommitTurn.");
  bind_record<ContextMaintained>(module, "Answer to ContextMaintain.");
  bind_record<ContextDone>(module, "Answer to requests that ask for nothing.");
}

}  // namespace vagus::bindings
