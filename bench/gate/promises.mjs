// promises.mjs - what the gate promises about places: memory, order, pace, and how fast the document follows.
import { Agent } from "node:http";

import { freshDatabase } from "../../test/lib/postgres.mjs";
import { Resident } from "../../test/lib/resident.mjs";
import { freshDirectory } from "../../test/lib/juncho.mjs";
import { junchoSide, residentMib, wrk } from "./sides.mjs";

const MANY = { "server.trusted_proxies": "127.0.0.1", "gate.anonymous_per_address_per_min": 1_000_000 };
const WAITING = 1_000_000;
const ORDER_JOINS = 3_000;
const PACE_PER_MIN = 3_000;
const PACE_SECONDS = 12;
const PROBES = 4;

const document = async (side) => (await fetch(`${side.url}/api/v1/gate`)).json();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The process before and after a million people have joined, the same connections open both times.
export async function memoryPart() {
  const juncho = await junchoSide({ set: { ...MANY, "gate.pace_per_min_max": 60 } });
  const load = { seconds: 5, script: "tickets.lua", connections: 64 };
  await wrk(juncho, "/api/v1/gate/tickets", { ...load, seconds: 1 });
  const before = residentMib(juncho.server.pid);
  const few = (await document(juncho)).waiting;
  let waiting = few;
  while (waiting < WAITING) {
    await wrk(juncho, "/api/v1/gate/tickets", load);
    waiting = (await document(juncho)).waiting;
  }
  const after = residentMib(juncho.server.pid);
  console.log(
    `memory: ${few} wait: ${before.toFixed(1)} MiB; ${waiting} wait: ${after.toFixed(1)} MiB; ` +
      `${(((after - before) * WAITING) / (waiting - few)).toFixed(2)} MiB for a million`,
  );
  await juncho.stop();
}

function behind(a, b) {
  return a.second !== b.second ? a.second > b.second : a.rank > b.rank;
}

// How long before a later arrival somebody had arrived who stands behind them, at most.
function inversion(arrivals) {
  let worst = 0;
  let count = 0;
  arrivals.forEach((early, index) => {
    for (let later = arrivals.length - 1; later > index; later -= 1) {
      const apart = arrivals[later].beganMs - early.endedMs;
      if (apart <= 0) continue;
      if (!behind(early, arrivals[later])) continue;
      count += 1;
      worst = Math.max(worst, apart);
    }
  });
  return { worst, count };
}

async function arrive(sides) {
  const agent = new Agent({ keepAlive: true });
  const arrivals = [];
  for (let i = 0; i < ORDER_JOINS; i += 1) {
    const visitor = new Resident(sides[i % sides.length].url, { agent });
    const beganMs = performance.now();
    const { status, json } = await visitor.post("/api/v1/gate/tickets", {}, { "x-forwarded-for": `10.1.${i >> 8}.${i & 255}` });
    if (status !== 201) throw new Error(`join: ${status}`);
    arrivals.push({ ...json, beganMs, endedMs: performance.now() });
  }
  agent.destroy();
  return arrivals;
}

export async function orderPart() {
  const store = await freshDatabase();
  const directory = freshDirectory();
  const set = { ...MANY, "gate.pace_per_min_max": 60 };
  const one = await junchoSide({ store, directory, set });
  const alone = inversion(await arrive([one]));
  console.log(`order: one node, ${ORDER_JOINS} joins one after the other: ${alone.count} inversions`);
  const two = await junchoSide({ store, directory, set });
  await sleep(2500);
  const arrivals = await arrive([one, two]);
  const { worst, count } = inversion(arrivals);
  const took = (arrivals.at(-1).endedMs - arrivals[0].beganMs) / 1000;
  console.log(
    `order: two nodes in turns, ${ORDER_JOINS} joins in ${took.toFixed(1)} s: ${count} inverted pairs, ` +
      `the widest by ${worst.toFixed(0)} ms`,
  );
  await Promise.all([one.stop(), two.stop()]);
}

// Everybody waits and asks for the pass from the front on, as fast as it goes; each admission's time is kept.
async function admit(juncho, visitors, untilMs) {
  const admitted = [];
  while (Date.now() < untilMs && visitors.length > 0) {
    const answers = await Promise.all(visitors.slice(0, PROBES).map((one) => one.post("/api/v1/gate/passes", { ticket: one.ticket })));
    const inside = answers.filter(({ status }) => status === 201).length;
    const now = performance.now();
    for (const { place } of visitors.splice(0, inside)) admitted.push({ at: now, place });
  }
  return admitted;
}

// When the document first showed that a place is in.
async function watchDocument(juncho, seen, stop) {
  while (!stop.now) {
    const { watermark } = await document(juncho);
    const last = seen.at(-1);
    if (last === undefined || behind(watermark, last.watermark)) seen.push({ at: performance.now(), watermark });
    await sleep(5);
  }
}

export async function pacePart() {
  const juncho = await junchoSide({ set: { ...MANY, "gate.pace_per_min_max": PACE_PER_MIN, "gate.identity_per_min": 600_000 } });
  const agent = new Agent({ keepAlive: true });
  const visitors = [];
  const wanted = ((PACE_SECONDS + 30) * PACE_PER_MIN) / 60;
  for (let i = 0; i < wanted; i += 1) {
    const visitor = new Resident(juncho.url, { agent });
    const { json } = await visitor.post("/api/v1/gate/tickets", {}, { "x-forwarded-for": `10.1.${i >> 8}.${i & 255}` });
    visitors.push(Object.assign(visitor, { ticket: json.ticket, place: json }));
  }
  const seen = [];
  const stop = { now: false };
  const watching = watchDocument(juncho, seen, stop);
  await admit(juncho, visitors, Date.now() + 3000); // those whose turn came while the others joined
  const admitted = await admit(juncho, visitors, Date.now() + PACE_SECONDS * 1000);
  stop.now = true;
  await watching;
  const perSecond = PACE_PER_MIN / 60;
  let most = 0;
  for (let from = 0, to = 0; to < admitted.length; to += 1) {
    while (admitted[to].at - admitted[from].at >= 1000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  const took = (admitted.at(-1).at - admitted[0].at) / 1000;
  console.log(
    `pace: ${perSecond} a second ordered; ${admitted.length} let in in ${took.toFixed(1)} s ` +
      `(${(admitted.length / took).toFixed(1)} a second); most within any one second ${most}, ` +
      `${most - perSecond} beyond the pace`,
  );
  const delays = admitted.flatMap(({ at, place }) => {
    const shown = seen.find(({ watermark }) => behind(watermark, place));
    return shown === undefined ? [] : [shown.at - at];
  });
  console.log(
    `pace: the document showed a turn at most ${Math.max(...delays).toFixed(0)} ms after the first pass of it ` +
      `(${delays.length} people; negative: before), earliest ${Math.min(...delays).toFixed(0)} ms`,
  );
  agent.destroy();
  await juncho.stop();
}
