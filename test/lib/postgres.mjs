// postgres.mjs - a private PostgreSQL for tests: its own directory, socket and port, gone afterwards.
//
// PostgreSQL refuses to run as root, so root starts it as the user `postgres` (or `nobody`). When
// JUNCHO_POSTGRES_URL is set (script/with-postgres does that), its server is used and none is started.
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const START_TRIES = 5;
const START_WAIT_MS = 30_000;
const DEBIAN_ROOT = "/usr/lib/postgresql";

// The newest PostgreSQL that Debian has on this machine.
export function binDirectory() {
  if (process.env.JUNCHO_POSTGRES_BIN) return process.env.JUNCHO_POSTGRES_BIN;
  const versions = existsSync(DEBIAN_ROOT) ? readdirSync(DEBIAN_ROOT) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_ROOT, version, "bin"))
    .find((directory) => existsSync(join(directory, "initdb")));
  if (!found) throw new Error(`no PostgreSQL under ${DEBIAN_ROOT}; script/setup installs it`);
  return found;
}

// Whom the server runs as: an unprivileged user where the tests run as root.
function owner() {
  if (process.getuid() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      continue;
    }
  }
  throw new Error("neither postgres nor nobody is a user of this machine");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Resolves when the server says that it is ready; rejects with its words when it ends before.
function untilReady(child) {
  return new Promise((resolve, reject) => {
    let words = "";
    const late = setTimeout(() => reject(new Error(`PostgreSQL did not start: ${words}`)), START_WAIT_MS);
    child.stderr.on("data", (chunk) => {
      words = (words + chunk).slice(-4000);
      if (!words.includes("ready to accept connections")) return;
      clearTimeout(late);
      resolve();
    });
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`PostgreSQL ended with ${code}: ${words}`));
    });
  });
}

async function startServer(bin, directory, user, port) {
  const settings = { listen_addresses: "127.0.0.1", port, fsync: "on", max_connections: 300 };
  const args = ["-D", join(directory, "data"), "-k", directory];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const options = { ...user, cwd: directory, stdio: ["ignore", "ignore", "pipe"] };
  const child = spawn(join(bin, "postgres"), args, options);
  await untilReady(child);
  return child;
}

// Starts a server with an empty cluster; returns {url, pid, halt, resume, stop}.
export async function startPostgres() {
  const bin = binDirectory();
  const user = owner();
  const directory = mkdtempSync(join(tmpdir(), "juncho-postgres-"));
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid);
  const initdb = ["-D", join(directory, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"];
  await run(join(bin, "initdb"), [...initdb, "--no-sync"], { ...user, cwd: directory });
  let port;
  let child;
  for (let tries = 1; !child; tries++) {
    try {
      port = await freePort();
      child = await startServer(bin, directory, user, port);
    } catch (error) {
      // Somebody else may have taken the port between the look and the start.
      if (tries === START_TRIES || !/could not bind|in use/.test(error.message)) throw error;
    }
  }
  const killAtExit = () => child.kill("SIGQUIT");
  process.once("exit", killAtExit);
  // Stops the server and keeps its files: connections are cut off.
  const halt = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGINT");
    await gone;
  };
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    pid: child.pid,
    halt,
    // Starts it again on the same port with what it kept.
    async resume() {
      child = await startServer(bin, directory, user, port);
    },
    async stop() {
      process.off("exit", killAtExit);
      await halt();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

// Runs SQL and returns the rows as lines, columns parted by "|".
export async function psql(url, sql) {
  const args = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql];
  const { stdout } = await run(join(binDirectory(), "psql"), args);
  return stdout.split("\n").filter((line) => line !== "");
}

let shared = null;
let databases = 0;

// The server of this test process: the one that is given, or one of its own, started when first asked for.
async function sharedServer() {
  const given = process.env.JUNCHO_POSTGRES_URL;
  if (given) return { url: given, stop: async () => {} };
  shared ??= startPostgres();
  return shared;
}

// A fresh, empty database; returns its URL.
export async function freshDatabase() {
  const { url } = await sharedServer();
  const name = `juncho_${process.pid}_${++databases}`;
  await psql(url, `CREATE DATABASE ${name}`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

// Stops the server of this process, if it started one.
export async function stopSharedPostgres() {
  const server = shared && (await shared);
  shared = null;
  await server?.stop();
}
