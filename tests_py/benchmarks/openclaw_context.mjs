// Runs the check before a prompt of an installed `openclaw` package, for peers_context.py.
//
// Commands come as lines of JSON on standard input and are answered by one line each:
//   {"about": true} -> {"version", "asks_for", "node", "functions"}
//   {"check": MESSAGES, "times": N, "text": TEXT, "system": TEXT, "window": TOKENS, "reserve": TOKENS}
//     -> {"check": ns each, "tokens": what it estimates, "route": what is to be done}

import path from "node:path";
import process from "node:process";

import { about, findFunctions, serve } from "./openclaw_package.mjs";

const dist = path.resolve(process.argv[2]);

const functions = await findFunctions(dist, {
  shouldPreemptivelyCompactBeforePrompt: /^(preemptive-compaction|settled-turn-finalization-result)-/,
});
const decide = functions.shouldPreemptivelyCompactBeforePrompt.call;

// The messages of peers_context.py, in the package's own form.
function message(index, text) {
  const said = { type: "text", text: `${index} ${text}` };
  const id = `call_${index - (index % 4)}`;
  switch (index % 4) {
    case 0:
      return { role: "user", content: [said] };
    case 1:
      return {
        role: "assistant",
        content: [said, { type: "toolCall", id, name: "exec", arguments: { command: "make" } }],
      };
    case 2:
      return { role: "toolResult", toolCallId: id, toolName: "exec", content: [said], isError: false };
    default:
      return { role: "assistant", content: [said] };
  }
}

const transcripts = new Map();

function transcript(count, text) {
  if (!transcripts.has(count)) {
    transcripts.set(count, Array.from({ length: count }, (_, index) => message(index, text)));
  }
  return transcripts.get(count);
}

function check({ check: count, times, text, system, window, reserve }) {
  const request = {
    messages: transcript(count, text),
    systemPrompt: system,
    prompt: "And now?",
    contextTokenBudget: window,
    reserveTokens: reserve,
  };
  let decided = decide(request);
  globalThis.gc?.();
  const began = process.hrtime.bigint();
  for (let again = 0; again < times; again += 1) decided = decide(request);
  const spent = Number(process.hrtime.bigint() - began);
  return { check: spent / times, tokens: decided.estimatedPromptTokens, route: decided.route };
}

await serve((command) => (command.about ? about(dist, functions) : check(command)));
process.exit(0);
