#!/usr/bin/env node
// listeners - how soon open pages say what an operator announced, on one node and on two, and what ten thousand cost.
//
//     script/with-postgres node bench/listeners.mjs [LISTENERS [ROUNDS]]
//
// Times are from the press (the request to the console) or from the scheduled second to the text in a page that Chromium
// shows, and to the answer that each of many listeners gets. Everything runs on this machine, the listeners as well.
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { loadavg } from "node:os";

import { openBrowser, Visitor } from "../test/lib/browser.mjs";
import { freshDirectory, start } from "../test/lib/juncho.mjs";
import { figure, listen, saying } from "../test/lib/listen.mjs";
import { operator } from "../test/lib/operator.mjs";
import { freshDatabase, stopSharedPostgres } from "../test/lib/postgres.mjs";
import { exchange, Resident } from "../test/lib/resident.mjs";
import { until } from "../test/lib/until.mjs";

const [many, rounds] = [Number(process.argv[2] ?? 9_000), Number(process.argv[3] ?? 20)];
const PAGES = ["/", "/waiting", "/faq", "/calendar"];
const ADDRESSES = 250;
const REST_MS = 5_000;
const PING_MS = 5;
const MIB = 1024;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sorted = (times) => [...times].sort((one, other) => one - other);
function spread(times) {
  const all = sorted(times);
  const at = (share) => all[Math.min(Math.floor(all.length * share), all.length - 1)].toFixed(0).padStart(5);
  return `median ${at(0.5)}  P90 ${at(0.9)}  P99 ${at(0.99)}  longest ${at(1)} ms`;
}

// Processor time of the process's threads, in milliseconds; memory in MiB.
function spent(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6, 0);
}
const memory = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / MIB;

async function announce(writer, startsMs) {
  const answer = await writer.post("/api/v1/console/announcements", saying(startsMs));
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json;
}

async function withdraw(writer, { id, version }) {
  await writer.post(`/api/v1/console/announcements/${id}`, { ...saying(), version, withdrawn: true }, {}, "PUT");
}

const isSaid = () => document.querySelector(".news .message") !== null;

// Milliseconds from `sinceMs` until each of the pages says it; then nothing is said again.
async function seen(pages, writer, act, sinceMs) {
  const shown = pages.map(async (page) => (await page.evaluate(() => new Promise((resolve) => {
    const look = () => document.querySelector(".news .message") === null || resolve(Date.now());
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  }))));
  await pause(Math.random() * 500); // at any moment of the looks that go on by themselves
  const began = sinceMs ?? Date.now();
  const made = await act();
  const times = (await Promise.all(shown)).map((time) => time - began);
  await withdraw(writer, made);
  await Promise.all(pages.map((page) => until(async () => !(await page.evaluate(isSaid)))));
  return times;
}

async function measureDelays(browser, nodes) {
  const writer = await operator(nodes[0], "operator");
  for (const node of nodes) {
    const visitors = await Promise.all(PAGES.map(() => Visitor.open(browser, node.url)));
    await Promise.all(visitors.map((visitor, index) => visitor.go(PAGES[index])));
    const pages = visitors.map(({ page }) => page);
    await until(async () => (await figure(node, "juncho_listeners")) === PAGES.length);
    const pressed = [], scheduled = [];
    for (let round = 0; round < rounds; round += 1) {
      pressed.push(...(await seen(pages, writer, () => announce(writer))));
      const startsMs = Math.ceil(Date.now() / 1000 + 1) * 1000;
      scheduled.push(...(await seen(pages, writer, () => announce(writer, startsMs), startsMs)));
    }
    const where = node === nodes[0] ? "the node of the press " : "the other node        ";
    console.log(`${where} ${rounds} x ${PAGES.length} pages, pressed:   ${spread(pressed)}`);
    console.log(`${where} ${rounds} x ${PAGES.length} pages, scheduled: ${spread(scheduled)}`);
    for (const visitor of visitors) await visitor.close();
  }
}

// One listener of many: a bare socket behind an address of its own. Resolves when its answer is there.
function listener(port, address, known) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const one = { socket, told: new Promise((tell) => socket.once("data", () => tell(performance.now()))) };
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.write(`GET /api/v1/announcements?after=${known.number}&edition=${known.edition} HTTP/1.1\r\n` +
        `Host: x\r\nX-Forwarded-For: 10.0.${address >> 8}.${address & 255}\r\n\r\n`);
      resolve(one);
    });
  });
}

async function pinged(server, over) {
  const times = [];
  while (!over.yes) {
    const began = performance.now();
    await exchange(`${server.url}/healthz`);
    times.push(performance.now() - began);
    await pause(PING_MS);
  }
  return times;
}

async function resting(pid) {
  const before = spent(pid);
  await pause(REST_MS);
  return ((spent(pid) - before) / REST_MS) * 100;
}

async function measureMany() {
  const server = await start({ set: { "server.trusted_proxies": "127.0.0.1", "guidance.listen_s": 120 } });
  const writer = await operator(server, "operator");
  const known = (await listen(new Resident(server.url))).json;
  const before = memory(server.pid);
  const alone = await resting(server.pid);
  const all = [];
  for (let count = 0; count < many; count += 1) all.push(await listener(Number(new URL(server.url).port), count % ADDRESSES, known));
  await until(async () => (await figure(server, "juncho_listeners")) === many);
  const each = ((memory(server.pid) - before) * MIB) / many;
  const rest = await resting(server.pid);
  const over = { yes: false };
  const pings = pinged(server, over);
  await pause(REST_MS / 5);
  const [began, cost] = [performance.now(), spent(server.pid)];
  await announce(writer);
  const times = (await Promise.all(all.map(({ told }) => told))).map((time) => time - began);
  const told = spent(server.pid) - cost;
  over.yes = true;
  const others = await pings;
  console.log(`${many} listeners     held: ${each.toFixed(1)} KiB each, ${rest.toFixed(2)} % of a core, ${alone.toFixed(2)} % without them`);
  console.log(`${many} listeners     told: ${spread(times)}; ${told.toFixed(0)} ms of processor time, ${((told * 1000) / many).toFixed(1)} us each`);
  console.log(`others meanwhile    /healthz: ${spread(others)}`);
  for (const { socket } of all) socket.destroy();
  await server.stop();
}

console.log(`load average ${loadavg().map((one) => one.toFixed(2)).join(" ")}`);
const browser = await openBrowser();
const options = { store: await freshDatabase(), directory: freshDirectory() };
const nodes = [await start(options), await start(options)];
await measureDelays(browser, nodes);
for (const node of nodes) await node.stop();
await stopSharedPostgres();
await browser.close();
await measureMany();
