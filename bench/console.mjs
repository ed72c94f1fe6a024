#!/usr/bin/env node
// console - what ten operators cost who watch the console's front page, beside the server that nobody watches.
//
//     node bench/console.mjs [OPERATORS [SECONDS]]
//
// The store holds twelve simulated days of 56,000 residents. Each operator asks every five seconds, as the page does.
import { readdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";

import { freshDirectory, juncho, start } from "../test/lib/juncho.mjs";
import { Operator } from "../test/lib/operator.mjs";

const [operators, seconds] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 20)];
const ASK_EVERY_MS = 5_000; // LOOK_AGAIN_MS of web/console/main.ts
const ROUNDS = 3; // watched and alone in turn, since other programs come and go

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Processor time of the process's threads, in seconds.
function spent(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e9, 0);
}

async function measured(pid, work) {
  const before = spent(pid);
  const began = performance.now();
  await work();
  return (spent(pid) - before) / ((performance.now() - began) / 1000);
}

const directory = freshDirectory();
const store = `sqlite:${join(directory, "juncho.db")}`;
await juncho(["simulate", "plans/tokyo-2025.ini", "--scale", "0.05", "--store", store]);
const set = { "campaign.id": "tokyo-2025", "campaign.points": 500, "campaign.closes": "2025-12-26T18:00:00+09:00" };
set["campaign.opens"] = "2025-12-15T13:00:00+09:00";
const server = await start({ directory, store, set, args: ["--clock", "2025-12-25T20:40:00+09:00"] });
const latencies = [];

async function watch(somebody, until) {
  for (const part of ["now", "gate"]) {
    const began = performance.now();
    const { status } = await somebody.get(`/api/v1/console/${part}?quiet=1`);
    if (part === "now" && status !== 200) throw new Error(`now: ${status}`);
    if (part === "now") latencies.push(performance.now() - began);
  }
  if (performance.now() + ASK_EVERY_MS > until) return;
  await pause(ASK_EVERY_MS);
  await watch(somebody, until);
}

const people = [];
for (let count = 0; count < operators; count++) {
  const somebody = new Operator(server.url);
  await somebody.expect(201, somebody.enterByLink(server));
  people.push(somebody);
}
function everybody() {
  const until = performance.now() + seconds * 1000;
  const each = people.map(async (one, index) => {
    await pause((index * ASK_EVERY_MS) / people.length);
    await watch(one, until);
  });
  return Promise.all([...each, pause(seconds * 1000)]);
}
const rounds = { alone: [], watched: [] };
for (let round = 0; round < ROUNDS; round++) {
  rounds.alone.push(await measured(server.pid, () => pause(seconds * 1000)));
  rounds.watched.push(await measured(server.pid, everybody));
}
// The smallest: what the server does by itself now and then must not fall on one side.
const [alone, watched] = [Math.min(...rounds.alone), Math.min(...rounds.watched)];
latencies.sort((one, other) => one - other);
const percent = (share) => `${(share * 100).toFixed(2)} %`;
console.log(`load average ${loadavg().map((one) => one.toFixed(2)).join(" ")}`);
console.log(`nobody watches: ${percent(alone)} of a core`);
console.log(`${operators} operators: ${percent(watched)} of a core, ${percent(watched - alone)} of it for them; ` +
  `${latencies.length} looks, median ${latencies[latencies.length >> 1].toFixed(1)} ms`);
await server.stop();
