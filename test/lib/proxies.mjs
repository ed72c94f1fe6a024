// proxies.mjs - the shipped configurations of nginx and HAProxy, run as they are but for addresses and certificates.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createPlainServer } from "node:net";
import { join } from "node:path";

import { freshDirectory, ROOT } from "./juncho.mjs";

const READY_MS_MAX = 10_000;

const running = new Set();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export async function freePort() {
  const server = createPlainServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// The site behind the gate: tells what reached it.
export async function startSite() {
  const reached = [];
  const server = createServer((request, response) => {
    reached.push({ method: request.method, url: request.url, headers: request.headers });
    response.writeHead(200, { "content-type": "text/plain", "set-cookie": "of-the-site=1" });
    response.end(`the site: ${request.method} ${request.url}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { reached, stop, port: server.address().port };
}

// The shipped file with every pair of `changes` made; a change that finds nothing is a fault of the test.
function shipped(path, changes) {
  let text = readFileSync(join(ROOT, "deploy", path), "utf8");
  for (const [from, to] of changes) {
    assert.ok(from instanceof RegExp ? from.test(text) : text.includes(from), `${path} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

async function proxy(command, args, port, env) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  running.add(child);
  const gone = once(child, "exit").then(() => running.delete(child));
  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + READY_MS_MAX; ; ) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${command} does not answer: ${said}`);
    const answer = await fetch(`${url}/icon.svg`).catch(() => null);
    if (answer !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
  };
  return { url, stop, said: () => said };
}

// `juncho` and `site` are ports.
export async function startNginx({ juncho, site, port }) {
  const directory = freshDirectory();
  chmodSync(directory, 0o755);
  const gate = shipped("nginx/gate.conf", [
    ["server 127.0.0.1:8080;", `server 127.0.0.1:${juncho};`],
    ["server 127.0.0.1:9000;", `server 127.0.0.1:${site};`],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${port} backlog=4096;`],
    ["listen [::]:443 ssl http2;", ""],
    [/^\s*ssl_.*;$/gm, ""],
    ["/var/cache/nginx/juncho", join(directory, "cache")],
  ]);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${directory}/${name};`);
  const main = `daemon off; master_process off; pid ${directory}/pid; error_log stderr warn;
    events { worker_connections 8192; }
    http { access_log off; ${paths.join(" ")} ${gate} }`;
  writeFileSync(join(directory, "nginx.conf"), main);
  return proxy("nginx", ["-p", directory, "-e", "stderr", "-c", join(directory, "nginx.conf")], port);
}

export async function startHaproxy({ juncho, site, port }) {
  const directory = freshDirectory();
  const lua = join(ROOT, "deploy/haproxy/juncho.lua");
  const config = shipped("haproxy/gate.cfg", [
    ["/etc/haproxy/juncho.lua", lua],
    ["http://127.0.0.1:8080/", `http://127.0.0.1:${juncho}/`],
    ["server juncho 127.0.0.1:8080", `server juncho 127.0.0.1:${juncho}`],
    ["server site 127.0.0.1:9000", `server site 127.0.0.1:${site}`],
    ["bind :443 ssl crt /etc/haproxy/www.city.example.pem alpn h2,http/1.1", `bind 127.0.0.1:${port}`],
  ]);
  writeFileSync(join(directory, "haproxy.cfg"), config);
  return proxy("haproxy", ["-db", "-f", join(directory, "haproxy.cfg")], port);
}
