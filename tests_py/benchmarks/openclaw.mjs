// Runs one function of an installed `openclaw` package at a time, for peers.py.
//
// Commands come as lines of JSON on standard input and are answered by one line each:
//   {"file": PATH}, which holds the workloads -> {"version", "asks_for", "node", "functions"}
//   {"answers": NAME, "from": I, "to": J}   -> what the function gives for those inputs
//   {"time": NAME, "from": I, "to": J, "times": N} -> nanoseconds for each of (J - I) * N calls

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const dist = path.resolve(process.argv[2]);

// Files carry hashes in their names; plugins carry small look-alikes of some functions.
const HOMES = {
  parseAgentSessionKey: /^session-key/,
  normalizeAgentId: /^(agent-id|session-key)/,
  resolveAgentRoute: /^resolve-route/,
};

/** The names that a module exports, as [name inside, name outside]. */
function exportsOf(text) {
  const at = text.lastIndexOf("\nexport {");
  if (at === -1) return [];
  const names = text.slice(text.indexOf("{", at) + 1, text.indexOf("}", at)).split(",");
  return names.map((name) => {
    const [inside, outside] = name.trim().split(/\s+as\s+/);
    return [inside, outside ?? inside];
  });
}

async function findFunctions() {
  const found = {};
  for (const file of fs.readdirSync(dist).sort()) {
    const wanted = Object.keys(HOMES).filter((name) => HOMES[name].test(file));
    if (wanted.length === 0 || !/\.m?js$/.test(file)) continue;
    const text = fs.readFileSync(path.join(dist, file), "utf8");
    for (const [inside, outside] of exportsOf(text)) {
      if (!wanted.includes(inside) || !text.includes(`function ${inside}(`)) continue;
      const module = await import(pathToFileURL(path.join(dist, file)).href);
      found[inside] = { file, call: module[outside] };
    }
  }
  const missing = Object.keys(HOMES).filter((name) => !found[name]);
  if (missing.length > 0) throw new Error(`not exported: ${missing.join(", ")}`);
  return found;
}

const functions = await findFunctions();

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
  const about = fs.readFileSync(path.join(dist, "..", "package.json"), "utf8");
  const { version, engines } = JSON.parse(about);
  const names = Object.entries(functions).map(([name, { file: home }]) => `${name} (${home})`);
  return { version, asks_for: engines?.node, node: process.version, functions: names };
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

for await (const line of readline.createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(obey(JSON.parse(line)))}\n`);
}
if (kept < 0) process.exit(1);
