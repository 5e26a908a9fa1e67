// Runs the queues of an installed `openclaw` package, for peers_queues.py.
//
// Commands come as lines of JSON on standard input and are answered by one line each:
//   {"about": true} -> {"version", "asks_for", "node", "functions"}
//   {"wakes": REQUESTS, "sessions": N, "limit_ms": MS}
//     -> {"request": ns each, "drain": ns for each session} or, past the limit, {"request", "drained"}
//   {"events": COUNT, "sessions": N, "tagged": BOOL} -> {"post": ns each}
//   {"taken": COUNT, "sessions": N} -> {"post": ns for each event of twenty, posted and drained}
//   {"replies": [TEXT], "times": N} -> {"reply": ns each, "skipped": [BOOL]}

import path from "node:path";
import process from "node:process";

import { about, findFunctions, serve } from "./openclaw_package.mjs";

const dist = path.resolve(process.argv[2]);

const functions = await findFunctions(dist, {
  requestSessionEventWake: /^heartbeat-wake-/,
  setHeartbeatWakeHandler: /^heartbeat-wake-/,
  enqueueSystemEvent: /^system-events-/,
  drainSystemEvents: /^system-events-/,
  stripHeartbeatToken: /^heartbeat-/,
});
const request = functions.requestSessionEventWake.call;
const listen = functions.setHeartbeatWakeHandler.call;
const enqueue = functions.enqueueSystemEvent.call;
const drain = functions.drainSystemEvents.call;
const strip = functions.stripHeartbeatToken.call;

const keysOf = (sessions) =>
  Array.from({ length: sessions }, (_, index) => `agent:main:slack:channel:c${index}`);

const since = (began) => Number(process.hrtime.bigint() - began);

async function wakes(count, sessions, limit) {
  const keys = keysOf(sessions);
  let ran = 0;
  let finish;
  const done = new Promise((resolve) => (finish = resolve));
  const stop = listen(async () => {
    ran += 1;
    if (ran === sessions) finish(true);
    return { status: "ran", durationMs: 0 };
  });
  globalThis.gc?.();
  const began = process.hrtime.bigint();
  for (let index = 0; index < count; index += 1) {
    const sessionKey = keys[index % sessions];
    request({ source: "hook", intent: "event", reason: "hook", agentId: "main", sessionKey, coalesceMs: 0 });
  }
  const asked = since(began) / count;
  const draining = process.hrtime.bigint();
  const timer = setTimeout(() => finish(false), limit);
  const finished = await done;
  clearTimeout(timer);
  const drained = since(draining) / sessions;
  stop?.();
  return finished ? { request: asked, drain: drained } : { request: asked, drained: ran };
}

const text = (index) => `Exec completed (9f2c${index % 4000}, code 0)`;

function events(count, sessions, tagged) {
  const keys = keysOf(sessions);
  globalThis.gc?.();
  const began = process.hrtime.bigint();
  for (let index = 0; index < count; index += 1) {
    const options = { sessionKey: keys[index % sessions] };
    if (tagged) options.contextKey = `exec:${index % 64}`;
    enqueue(text(index), options);
  }
  const post = since(began) / count;
  for (const key of keys) drain(key);
  return { post };
}

function taken(count, sessions) {
  const keys = keysOf(sessions);
  globalThis.gc?.();
  const began = process.hrtime.bigint();
  for (let index = 0; index < count; index += 20) {
    const sessionKey = keys[(index / 20) % sessions];
    for (let each = 0; each < 20; each += 1) enqueue(text(index + each), { sessionKey });
    drain(sessionKey);
  }
  return { post: since(began) / count };
}

function replies(texts, times) {
  let skipped = [];
  const began = process.hrtime.bigint();
  for (let again = 0; again < times; again += 1) {
    skipped = texts.map((reply) => strip(reply, { mode: "heartbeat" }).shouldSkip);
  }
  return { reply: since(began) / (texts.length * times), skipped };
}

await serve((command) => {
  if (command.about) return about(dist, functions);
  if (command.wakes) return wakes(command.wakes, command.sessions, command.limit_ms);
  if (command.events) return events(command.events, command.sessions, command.tagged);
  if (command.taken) return taken(command.taken, command.sessions);
  return replies(command.replies, command.times);
});
process.exit(0);
