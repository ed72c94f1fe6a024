// sides.mjs - the programs that are measured, each on a free port, and wrk that asks them.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { freshDirectory, ROOT, start } from "../../test/lib/juncho.mjs";

const READY_MS_MAX = 10_000;

const children = [];
process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function answers(url) {
  for (const end = Date.now() + READY_MS_MAX; Date.now() < end; ) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no answer from ${url}`);
}

function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "ignore"], ...options });
  children.push(child);
  return child;
}

// A program or several, all their processes and threads on one core (or on all, without `core`).
function side(name, url, pids, stop, core) {
  for (const pid of core === undefined ? [] : pids) {
    execFileSync("taskset", ["-a", "-p", "-c", String(core), String(pid)], { stdio: "ignore" });
  }
  return { name, url, pids, stop };
}

async function ended(child) {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

export async function junchoSide({ core, ...options } = {}) {
  const server = await start(options);
  return { ...side("juncho", server.url, [server.pid], () => server.stop(), core), server };
}

// nginx with one worker that answers the same bytes to everything; `header` are [name, value] that it adds.
export async function nginxSide(body, core, { name = "nginx return 200", header = [] } = {}) {
  const directory = freshDirectory();
  chmodSync(directory, 0o711);
  const port = await freePort();
  const quote = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const added = header.map(([field, value]) => `add_header ${field} ${quote(value)};`).join(" ");
  writeFileSync(
    join(directory, "nginx.conf"),
    `worker_processes 1; daemon off; master_process off; pid ${directory}/nginx.pid; error_log ${directory}/error.log;
     events { worker_connections 4096; }
     http { access_log off; keepalive_requests 1000000000;
       server { listen 127.0.0.1:${port} backlog=4096; location / { default_type application/json; ${added} return 200 ${quote(body)}; } } }`,
  );
  const child = run("nginx", ["-p", directory, "-c", join(directory, "nginx.conf")]);
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return side(name, url, [child.pid], () => ended(child), core);
}

const missing = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0;

// A counter in Redis behind webdis, the HTTP front that Debian has for it: `GET /INCR/ticket`. Null without them.
export async function redisSide(fsync, core) {
  if (missing("redis-server") || missing("webdis")) {
    console.log("redis: left out; apt-get install redis-server webdis");
    return null;
  }
  const directory = freshDirectory();
  const [redisPort, port] = [await freePort(), await freePort()];
  const redis = run("redis-server", [
    ...["--port", String(redisPort), "--bind", "127.0.0.1", "--dir", directory, "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", fsync, "--daemonize", "no"],
  ]);
  const config = join(directory, "webdis.json");
  const options = {
    ...{ redis_host: "127.0.0.1", redis_port: redisPort, http_host: "127.0.0.1", http_port: port, threads: 1 },
    ...{ pool_size: 20, daemonize: false, websockets: false, database: 0, verbosity: 0, http_max_request_size: 4096 },
    ...{ acl: [{ enabled: ["INCR", "PING"] }], logfile: join(directory, "webdis.log") },
  };
  writeFileSync(config, JSON.stringify(options));
  const webdis = run("webdis", [config]);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/INCR/ticket`);
  const stop = () => Promise.all([ended(webdis), ended(redis)]);
  return side(`redis INCR (${fsync})`, url, [redis.pid, webdis.pid], stop, core);
}

// Processor time that all threads of the processes have used, in microseconds.
export function usedUs(pids) {
  const threads = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}/schedstat`));
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, "utf8").split(" ")[0]), 0) / 1000;
}

export function residentMib(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

export function threadsOf(pid) {
  return readdirSync(`/proc/${pid}/task`).length;
}

// One run of wrk: answers a second, and the side's processor time for one of them.
export async function wrk(one, path, { core, connections = 64, seconds = 3, script, args = [], threads = 1 } = {}) {
  const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
  const command = [
    ...[...pin, "wrk", "--latency", "-t", String(threads), "-c", String(connections), "-d", `${seconds}s`],
    ...(script === undefined ? [] : ["-s", join(ROOT, "bench/gate", script)]),
    ...[one.url + path, ...(args.length > 0 ? ["--", ...args] : [])],
  ];
  const before = usedUs(one.pids);
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await once(child, "close");
  const requests = Number(/(\d+) requests in/.exec(text)[1]);
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const lost = /Socket errors: .*/.exec(text)?.[0];
  if (lost !== undefined) console.log(`  ${one.name}: ${lost}`);
  return {
    ...{ rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), us: (usedUs(one.pids) - before) / requests, requests },
    ...{ bad, p99: /^\s+99%\s+(\S+)/m.exec(text)?.[1] ?? "-" },
  };
}

// The same with bench/gate/ask.c, which only counts: it costs less than the servers do, so theirs is the core that is
// full. `wrk` reads every field of an answer and is as busy as the server is: a longer header costs it more.
export async function ask(one, path, { core, connections = 64, ms }) {
  const { port } = new URL(one.url);
  const before = usedUs(one.pids);
  const command = ["-c", String(core), join(ROOT, "build/bench/ask"), port, path, String(connections), String(ms)];
  const child = spawn("taskset", command, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await once(child, "close");
  const [, answers, duration] = /^(\d+) answers in ([\d.]+) s/.exec(text);
  return { answers: Number(answers), seconds: Number(duration), usedUs: usedUs(one.pids) - before };
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}
