// load.mjs - how many the gate serves: the public document, tickets, and places of residents that survive a crash.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { freshDirectory, ROOT } from "../../test/lib/juncho.mjs";
import { exchange } from "../../test/lib/resident.mjs";
import { ask, junchoSide, median, nginxSide, redisSide, wrk } from "./sides.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SERVER_CORE = 0;
const LOAD_CORE = 1;
const TURNS = 12; // of each side in a round of the document
const TURN_MS = 250;
const RESIDENTS = 150_000;
const JOIN_SECONDS = 3;
const JOIN_ROUNDS = 3;
const SPEED = 60;
// People who come from many addresses, as behind a proxy that tells them apart.
const MANY = { "server.trusted_proxies": "127.0.0.1", "gate.anonymous_per_address_per_min": 1_000_000 };
const SLOW = { "gate.pace_per_min_max": 60 };

// Every round asks all sides, every other one in turned order; what is told in the end are the medians of the ratios of
// a round, since what else the machine does is much the same within one.
async function rounds(sides, title, paths, options) {
  const rates = new Map(sides.map((one) => [one, []]));
  const times = new Map(sides.map((one) => [one, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    const said = new Map();
    for (const one of round % 2 === 1 ? sides : [...sides].reverse()) {
      const result = await wrk(one, paths.get(one) ?? paths.get("*"), options.get(one) ?? options.get("*"));
      if (result.bad > 0) throw new Error(`${one.name}: ${result.bad} answers were refusals`);
      rates.get(one).push(result.rate);
      times.get(one).push(result.us);
      said.set(one, `${one.name} ${Math.round(result.rate)}/s ${result.us.toFixed(1)} us p99 ${result.p99}`);
    }
    console.log(`${title} round ${round}: ${sides.map((one) => said.get(one)).join("; ")}`);
  }
  tellRatios(sides, title, rates, times);
}

function tellRatios([own, ...others], title, rates, times) {
  for (const other of others) {
    const rate = median(rates.get(own).map((value, i) => value / rates.get(other)[i]));
    const time = median(times.get(other).map((value, i) => value / times.get(own)[i]));
    console.log(
      `${title}: ${own.name} / ${other.name}: answers ${rate.toFixed(2)}, by processor time ${time.toFixed(2)} (medians)`,
    );
  }
}

// Short turns, so that a machine which is faster now and slower then is so for all sides alike; a round adds up its turns.
async function turns(sides, title, path) {
  const rates = new Map(sides.map((one) => [one, []]));
  const times = new Map(sides.map((one) => [one, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    const sums = new Map(sides.map((one) => [one, { answers: 0, seconds: 0, usedUs: 0 }]));
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const one of turn % 2 === 0 ? sides : [...sides].reverse()) {
        const result = await ask(one, path, { core: LOAD_CORE, ms: TURN_MS });
        const sum = sums.get(one);
        for (const key of Object.keys(sum)) sum[key] += result[key];
      }
    }
    const said = sides.map((one) => {
      const { answers, seconds, usedUs } = sums.get(one);
      rates.get(one).push(answers / seconds);
      times.get(one).push(usedUs / answers);
      return `${one.name} ${Math.round(answers / seconds)}/s ${(usedUs / answers).toFixed(2)} us`;
    });
    console.log(`${title} round ${round}: ${said.join("; ")}`);
  }
  tellRatios(sides, title, rates, times);
}

// A store in which people have come for minutes, now more and now fewer: a document with many points.
async function longLine(set) {
  const began = new Date(Date.now() - 3_600_000).toISOString();
  const early = await junchoSide({ set, args: ["--clock", `${began}*${SPEED}`] });
  for (const connections of [2, 8, 1, 16, 4]) {
    await wrk(early, "/api/v1/gate/tickets", { connections, seconds: 1, script: "tickets.lua" });
  }
  await early.stop();
  return { store: early.server.store, directory: early.server.directory };
}

// The fields of an answer that a server writes by itself, or that belong to one of them only.
const OWN_FIELDS = new Set(["date", "server", "connection", "keep-alive", "content-type", "content-length"]);

// The document of a line in which people wait, against the same body from nginx, and against the same body with the
// fields that Juncho's answer has for caches and browsers.
export async function documentPart() {
  const set = { ...MANY, "gate.pace_per_min_max": 1, "server.loops": 1 };
  const juncho = await junchoSide({ core: SERVER_CORE, set, ...(await longLine(set)) });
  const { text, headers } = await exchange(`${juncho.url}/api/v1/gate`);
  const header = Object.entries(headers).filter(([name]) => !OWN_FIELDS.has(name));
  const bare = await nginxSide(text, SERVER_CORE);
  const whole = await nginxSide(text, SERVER_CORE, { name: "nginx return 200 with the same fields", header });
  const waiting = JSON.parse(text).waiting;
  console.log(`document: ${text.length} bytes, ${waiting} people wait; fields: ${header.map(([name]) => name).join(", ")}`);
  const sides = [juncho, bare, whole];
  await turns(sides, "document", "/api/v1/gate");
  await Promise.all(sides.map((one) => one.stop()));
}

// Signed places for people whom nobody knows, against a bare answer of nginx and a counter in Redis.
export async function ticketsPart() {
  const juncho = await junchoSide({ core: SERVER_CORE, set: { ...MANY, ...SLOW, "server.loops": 1 } });
  const nginx = await nginxSide('{"ticket":"................................","second":1770000000,"rank":12}', SERVER_CORE);
  const redis = [await redisSide("everysec", SERVER_CORE), await redisSide("always", SERVER_CORE)].filter(Boolean);
  const posted = { core: LOAD_CORE, script: "tickets.lua" };
  const options = new Map([["*", posted], ...redis.map((one) => [one, { core: LOAD_CORE }])]);
  const paths = new Map([["*", "/api/v1/gate/tickets"], ...redis.map((one) => [one, "/INCR/ticket"])]);
  await rounds([juncho, nginx, ...redis], "tickets", paths, options);
  await Promise.all([juncho, nginx, ...redis].map((one) => one.stop()));
}

function seeded(server) {
  const file = join(freshDirectory(), "cookies");
  const seed = join(ROOT, "build/bench/seed");
  const args = [server.store, join(server.directory, "juncho.key"), String(RESIDENTS), "registered"];
  writeFileSync(file, execFileSync(seed, args, { maxBuffer: 1 << 30 }));
  return file;
}

// Places of residents, in the store before they are answered, with the load on the same two cores.
export async function joinPart() {
  const first = await junchoSide();
  await first.stop();
  const cookies = seeded(first.server);
  const { store, directory } = first.server;
  const juncho = await junchoSide({ store, directory, set: SLOW });
  const redis = [await redisSide("everysec"), await redisSide("always")].filter(Boolean);
  const load = { seconds: JOIN_SECONDS, connections: 512, threads: 2 };
  const rates = [];
  for (let round = 0; round < JOIN_ROUNDS; round += 1) {
    const own = { ...load, script: "join.lua", args: [cookies, "2", String(round), String(JOIN_ROUNDS)] };
    const results = [await wrk(juncho, "/", own)];
    for (const one of redis) results.push(await wrk(one, "/INCR/ticket", load));
    const said = [juncho, ...redis].map(({ name }, i) => {
      const { rate, us, p99, bad } = results[i];
      return `${name} ${Math.round(rate)}/s ${us.toFixed(1)} us p99 ${p99}${bad > 0 ? ` ${bad} refused` : ""}`;
    });
    rates.push(results[0].rate);
    console.log(`join round ${round + 1}: ${said.join("; ")}`);
  }
  const { json } = await exchange(`${juncho.url}/api/v1/gate`);
  console.log(`join: ${Math.round(median(rates))}/s (median); the gate counts ${json.waiting + json.passed} places, each in the store`);
  await Promise.all([juncho, ...redis].map((one) => one.stop()));
}
