// Runs one function of an installed `openclaw` package at a time, for peers.py.
//
// Commands come as lines of JSON on standard input and are answered by one line each:
//   {"file": PATH}, which holds the workloads -> {"version", "asks_for", "node", "functions"}
//   {"answers": NAME, "from": I, "to": J}   -> what the function gives for those inputs
//   {"time": NAME, "from": I, "to": J, "times": N} -> nanoseconds for each of (J - I) * N calls

import fs from "node:fs";
import path from "node:path";
import process from "node:process";

import { about, findFunctions, serve } from "./openclaw_package.mjs";

const dist = path.resolve(process.argv[2]);

const HOMES = {
  parseAgentSessionKey: /^session-key/,
  normalizeAgentId: /^(agent-id|session-key)/,
  resolveAgentRoute: /^resolve-route/,
};

const functions = await findFunctions(dist, HOMES);

// What a workload's inputs go to, and what is compared of its results.
const CALLS = {
  parse: { of: "parseAgentSessionKey", answer: (key) => [key.agentId, `agent:${key.agentId}:${key.rest}`] },
  route: { of: "resolveAgentRoute", answer: (route) => [route.agentId, route.sessionKey] },
  agent_id: { of: "normalizeAgentId", answer: (id) => id },
};

const workloads = new Map();

function readWorkloads(file) {
  for (const { name, call, config, inputs } of JSON.parse(fs.readFileSync(file, "utf8"))) {
    // The package remembers what it knows of a configuration by the object's identity.
    if (config) for (const input of inputs) input.cfg = config;
    workloads.set(name, { run: functions[CALLS[call].of].call, answer: CALLS[call].answer, inputs });
  }
  return about(dist, functions);
}

let kept = 0; // so that no call can be left out

function time(name, from, to, times) {
  const { run, inputs } = workloads.get(name);
  globalThis.gc?.();
  const began = process.hrtime.bigint();
  for (let again = 0; again < times; again += 1) {
    for (let index = from; index < to; index += 1) kept += run(inputs[index]) ? 1 : 0;
  }
  return Number(process.hrtime.bigint() - began) / ((to - from) * times);
}

function obey(command) {
  if (command.file) return readWorkloads(command.file);
  if (command.time) return time(command.time, command.from, command.to, command.times);
  const { run, answer, inputs } = workloads.get(command.answers);
  return inputs.slice(command.from, command.to).map((input) => answer(run(input)));
}

await serve(obey);
if (kept < 0) process.exit(1);
