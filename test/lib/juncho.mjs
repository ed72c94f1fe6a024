// juncho.mjs - a real server on a port of the system's choice, in a directory that is gone afterwards.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe } from "node:test";

import { freshDatabase, stopSharedPostgres } from "./postgres.mjs";

export const ROOT = new URL("../..", import.meta.url).pathname;
export const BINARY = process.env.JUNCHO_BINARY ?? join(ROOT, "build/src/juncho");

const START_WAIT_MS = 60_000;
const WORDS_KEPT = 64_000;

const directories = [];
process.once("exit", () => directories.forEach((one) => rmSync(one, { recursive: true, force: true })));

// A new directory that is removed when the test process ends.
export function freshDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "juncho-test-"));
  directories.push(directory);
  return directory;
}

// Runs a command to its end: {code, stdout, stderr}, whatever the code is.
export function juncho(args, { cwd = ROOT, env = {}, input } = {}) {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 << 20 };
    const child = execFile(BINARY, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
    child.stdin.end(input);
  });
}

class Server {
  constructor(child, options) {
    this.child = child;
    this.options = options;
    this.pid = child.pid;
    this.stdout = "";
    this.stderr = "";
    this.gone = once(child, "exit");
    child.stdout.on("data", (chunk) => (this.stdout = (this.stdout + chunk).slice(-WORDS_KEPT)));
    child.stderr.on("data", (chunk) => (this.stderr = (this.stderr + chunk).slice(-WORDS_KEPT)));
  }

  // Resolves when `this.stdout` has its first line, which is the address.
  async ready() {
    let late;
    const line = new Promise((resolve, reject) => {
      const look = () => {
        const match = /^listening on (http:\/\/\S+)$/m.exec(this.stdout);
        if (match) resolve(match[1]);
      };
      this.child.stdout.on("data", look);
      late = setTimeout(() => reject(new Error(`no "listening on" line: ${this.stderr}`)), START_WAIT_MS);
      this.gone.then(([code]) => reject(new Error(`juncho ended with ${code}: ${this.stderr}`)));
    });
    try {
      this.url = await line;
    } finally {
      clearTimeout(late);
    }
    return this;
  }

  // Asks it to stop, waits, and returns the exit code.
  async stop(signal = "SIGTERM") {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    const [code] = await this.gone;
    return code;
  }

  // As a power cut would: no warning.
  async kill() {
    this.child.kill("SIGKILL");
    await this.gone;
  }
}

const running = new Set();
process.once("exit", () => running.forEach((server) => server.child.kill("SIGKILL")));

// The command line of a server in `directory`; `set` is {"section.key": value}.
export function serveArguments({ store, directory, args = [], set = {}, sandbox = true }) {
  const all = { "server.key_file": join(directory, "juncho.key"), ...set };
  return [
    "serve",
    ...(sandbox ? ["--sandbox"] : []),
    ...["--listen", "127.0.0.1:0", "--store", store],
    ...Object.entries(all).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
    ...args,
  ];
}

// Starts a server and waits until it answers. Options: store, directory, args, set, sandbox, env.
export async function start(options = {}) {
  const directory = options.directory ?? freshDirectory();
  const store = options.store ?? `sqlite:${join(directory, "juncho.db")}`;
  const child = spawn(BINARY, serveArguments({ ...options, store, directory }), {
    cwd: directory,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const server = new Server(child, options);
  server.store = store;
  server.directory = directory;
  running.add(server);
  server.gone.then(() => running.delete(server));
  return server.ready();
}

// The databases that every suite runs on; each call of `fresh` gives the URL of an empty one.
const STORES = [
  { name: "sqlite", fresh: async () => `sqlite:${join(freshDirectory(), "juncho.db")}` },
  { name: "postgresql", fresh: freshDatabase },
];

// Runs `suite(store)` once a database; `store.fresh()` is the URL of an empty one. JUNCHO_STORES picks.
export function eachStore(title, suite) {
  const picked = (process.env.JUNCHO_STORES ?? "sqlite,postgresql").split(",");
  for (const store of STORES.filter(({ name }) => picked.includes(name))) {
    describe(`${title}, on ${store.name}`, () => {
      suite(store);
      after(stopSharedPostgres); // hooks run in the order in which they stand: the servers of the suite stop first
    });
  }
}
