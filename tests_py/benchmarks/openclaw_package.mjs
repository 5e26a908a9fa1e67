// Finds functions in an installed `openclaw` package.

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

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

/** Functions by name. `homes` says what the files that export them are called: files carry hashes
 * in their names, and plugins carry small look-alikes. */
export async function findFunctions(dist, homes) {
  const found = {};
  for (const file of fs.readdirSync(dist).sort()) {
    const wanted = Object.keys(homes).filter((name) => homes[name].test(file));
    if (wanted.length === 0 || !/\.m?js$/.test(file)) continue;
    const text = fs.readFileSync(path.join(dist, file), "utf8");
    for (const [inside, outside] of exportsOf(text)) {
      if (!wanted.includes(inside) || !text.includes(`function ${inside}(`)) continue;
      const module = await import(pathToFileURL(path.join(dist, file)).href);
      found[inside] = { file, call: module[outside] };
    }
  }
  const missing = Object.keys(homes).filter((name) => !found[name]);
  if (missing.length > 0) throw new Error(`not exported: ${missing.join(", ")}`);
  return found;
}

/** What a report says of the package. */
export function about(dist, functions) {
  const text = fs.readFileSync(path.join(dist, "..", "package.json"), "utf8");
  const { version, engines } = JSON.parse(text);
  const names = Object.entries(functions).map(([name, { file: home }]) => `${name} (${home})`);
  return { version, asks_for: engines?.node, node: process.version, functions: names };
}

/** Answers each line of JSON on standard input with a line. */
export async function serve(obey) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await obey(JSON.parse(line)))}\n`);
  }
}
