// The gate when things are taken away: kill -9 in the middle of an opening, a store that is away, a leader that
// dies. Nobody loses a place, nobody inside is asked to wait again, the watermark never goes back.
//
// JUNCHO_KILLS sets how often (5 in the tests, 200 before a release); JUNCHO_SEED repeats a run.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { Agent } from "node:http";
import { describe, test } from "node:test";

import { dice } from "../lib/dice.mjs";
import { eachStore, freshDirectory, start } from "../lib/juncho.mjs";
import { freshDatabase, startPostgres, stopSharedPostgres } from "../lib/postgres.mjs";
import { operator } from "../lib/operator.mjs";
import { exchange, Resident } from "../lib/resident.mjs";
import { until } from "../lib/until.mjs";

const KILLS = Number(process.env.JUNCHO_KILLS ?? 5);
const SEED = Number(process.env.JUNCHO_SEED ?? randomInt(2 ** 31));
const PEOPLE = 16;
const ANSWERS_BEFORE_KILL_MAX = 120;

const OFFLINE = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ECONNABORTED"]);
const isBefore = (a, b) => a.second < b.second || (a.second === b.second && a.rank < b.rank);
const page = async (server, agent) => (await exchange(`${server.url}/api/v1/gate`, { agent })).json;

// Joins, looks, enters; remembers everything that was answered and holds the server to it.
class Person {
  constructor() {
    this.resident = null;
    this.place = null;
    this.entered = false;
  }

  async step(server, agent) {
    this.resident ??= new Resident(server.url, { agent });
    Object.assign(this.resident, { base: server.url, agent });
    if (!this.registered) {
      const answer = await this.resident.register();
      this.registered = answer.status < 300;
      return;
    }
    const joined = await this.resident.post("/api/v1/gate/tickets");
    if (joined.status >= 500) return;
    const { second, rank, ticket } = joined.json;
    if (this.place) assert.deepEqual([second, rank], [this.place.second, this.place.rank], "a place was lost");
    this.place = { second, rank };
    const entered = await this.resident.post("/api/v1/gate/passes", { ticket });
    if (entered.status >= 500) return;
    // One who was in may be told to ask again in a moment, but has nobody before them.
    if (this.entered && entered.status === 409) assert.equal(entered.json.ahead, 0, "somebody inside waits again");
    this.entered ||= entered.status === 201;
  }
}

async function crowd(server, people, moment, told) {
  const agent = new Agent({ keepAlive: true, maxSockets: PEOPLE + 1 });
  let answers = 0, killed = null;
  const guarded = async (act) => {
    try {
      await act();
    } catch (error) {
      if (!OFFLINE.has(error.code)) throw error;
    }
    if (++answers >= moment) killed ??= server.kill();
  };
  const look = async () => {
    while (!killed)
      await guarded(async () => {
        const { watermark } = await page(server, agent);
        assert.ok(!isBefore(watermark, told.watermark), "the watermark went back");
        told.watermark = watermark;
      });
  };
  await Promise.all([look(), ...Array.from({ length: PEOPLE }, async (_, at) => {
    for (let next = at; !killed; next += PEOPLE)
      await guarded(() => (people[next % (4 * PEOPLE)] ??= new Person()).step(server, agent));
  })]);
  await killed;
  agent.destroy();
}

eachStore(`the gate, killed ${KILLS} times (JUNCHO_SEED=${SEED})`, (store) => {
  test("loses no place, lets nobody in twice and never goes back", async () => {
    const roll = dice(SEED);
    const options = { store: await store.fresh(), directory: freshDirectory(), set: { "gate.pace_per_min_max": 600 } };
    const people = [], told = { watermark: { second: 0, rank: 0 } };
    for (let round = 0; round < KILLS; round++)
      await crowd(await start(options), people, 1 + Math.floor(roll() * ANSWERS_BEFORE_KILL_MAX), told);
    const server = await start(options);
    await until(async () => {
      for (const person of people.filter((one) => one && !one.entered)) await person.step(server);
      return people.every((one) => !one || one.entered);
    }, "everybody is in");
    const inside = (await exchange(`${server.url}/metrics`)).text.match(/^juncho_gate_inside\{at="site"\} (\d+)$/m)[1];
    assert.equal(Number(inside), people.filter(Boolean).length);
    assert.equal(await server.stop(), 0);
  });
});

// At two a second so many still wait when the store goes away, however slow the machine: a line in which nobody
// waits has nothing to write, and does not notice.
const QUEUE = 24;

describe("the gate while its file is locked", () => {
  test("stands still, says so, and loses nobody", async () => {
    const server = await start({ set: { "gate.pace_per_min_max": 120 } });
    const people = Array.from({ length: QUEUE }, () => new Person());
    for (const person of people) await person.step(server), await person.step(server);
    const file = server.store.replace("sqlite:", "");
    const lock = spawn("sqlite3", [file], { stdio: ["pipe", "pipe", "inherit"] });
    lock.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
    await once(lock.stdout, "data");
    const frozen = await until(async () => {
      const now = await page(server);
      return now.reason === "store" && now;
    }, "the page says so");
    assert.equal(frozen.state, "paused");
    const later = await until(async () => {
      const now = await page(server);
      return now.now > frozen.now && now;
    }, "another second");
    assert.deepEqual(later.watermark, frozen.watermark);
    lock.stdin.end("ROLLBACK;\n");
    await once(lock, "exit");
    await until(async () => {
      for (const person of people.filter(({ entered }) => !entered)) await person.step(server);
      return people.every(({ entered }) => entered);
    }, "everybody is in");
    assert.notEqual((await page(server)).reason, "store");
    assert.equal(await server.stop(), 0);
  });
});

describe("the gate while its PostgreSQL is away", () => {
  test("stands still, says so, loses nobody, and goes on by itself when it is back", async () => {
    const postgres = await startPostgres();
    try {
      const server = await start({ store: postgres.url, set: { "gate.pace_per_min_max": 120 } });
      const people = Array.from({ length: QUEUE }, () => new Person());
      for (const person of people) await person.step(server), await person.step(server);
      await postgres.halt();
      const late = new Person();
      await late.step(server); // cannot register: nothing was half done
      assert.ok(!late.registered);
      for (const person of people.filter(({ entered }) => !entered)) await person.step(server);
      const frozen = await until(async () => {
        const now = await page(server);
        return now.reason === "store" && now;
      }, "the page says so");
      assert.equal(frozen.state, "paused");
      assert.ok(frozen.look_again_s.every(([, seconds]) => seconds <= 20));
      await postgres.resume();
      await until(async () => {
        const now = await page(server);
        assert.ok(!isBefore(now.watermark, frozen.watermark), "the watermark went back");
        return now.reason !== "store";
      }, "the page goes on");
      people.push(late);
      await until(async () => {
        for (const person of people.filter(({ entered }) => !entered)) await person.step(server);
        return people.every(({ entered }) => entered);
      }, "everybody is in");
      assert.equal(await server.stop(), 0);
    } finally {
      await postgres.stop();
    }
  });
});

describe("the gate when the clock steps", () => {
  test("by an hour, back or forth, across a restart, keeps the order in which people came", async () => {
    const options = { directory: freshDirectory(), set: { "gate.pace_per_min_max": 60 } };
    options.store = `sqlite:${options.directory}/juncho.db`;
    const people = [];
    for (const time of ["14:00", "13:00", "15:00", "14:00"]) {
      const server = await start({ ...options, args: ["--clock", `2026-02-03T${time}:00+09:00*1`] });
      for (let i = 0; i < 6; i++) {
        const person = new Person();
        await person.step(server);
        await person.step(server);
        people.push(person);
      }
      for (const person of people) await person.step(server); // each still has the same place
      await server.kill();
    }
    for (let i = 1; i < people.length; i++)
      assert.ok(isBefore(people[i - 1].place, people[i].place), `number ${i} came later`);
  });
});

const END_LOCKS = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

describe("two nodes of a gate", () => {
  test("go on by themselves when one was stopped and its lane went to the other", async () => {
    const options = { store: await freshDatabase(), directory: freshDirectory(), set: { "gate.pace_per_min_max": 600 } };
    const stopped = await start(options);
    const people = Array.from({ length: 24 }, () => new Person());
    for (const person of people.slice(0, 12)) for (let i = 0; i < 2; i++) await person.step(stopped);
    process.kill(stopped.pid, "SIGSTOP");
    execFileSync("psql", ["-qAtX", options.store, "-c", END_LOCKS]);
    const thief = await start(options);
    for (const person of people.slice(12)) for (let i = 0; i < 2; i++) await person.step(thief);
    process.kill(stopped.pid, "SIGCONT");
    const nodes = [stopped, thief];
    for (const node of nodes)
      await until(async () => {
        const { passed, waiting, reason } = await page(node);
        return reason !== "store" && passed + waiting === people.length;
      }, "both nodes count everybody");
    await until(async () => {
      for (const [at, person] of people.entries()) if (!person.entered) await person.step(nodes[at % 2]);
      return people.every(({ entered }) => entered);
    }, "everybody is in, wherever they ask");
    for (const node of nodes) assert.equal(await node.stop(), 0);
  });

  test("begin the line anew together", async () => {
    const options = { store: await freshDatabase(), directory: freshDirectory(), set: { "gate.pace_per_min_max": 600 } };
    const nodes = [await start(options), await start(options)];
    const people = Array.from({ length: 4 }, () => new Person());
    for (const [at, person] of people.entries()) for (let i = 0; i < 2; i++) await person.step(nodes[at % 2]);
    const admin = await operator(nodes[1], "admin"); // on a node that does not lead
    const { status } = await admin.post("/api/v1/console/gate/reset", { epoch: 1, why: "the rehearsal is over" });
    assert.equal(status, 200);
    for (const node of nodes)
      await until(async () => {
        const { epoch, reason } = await page(node);
        return epoch === 2 && reason !== "store";
      }, "the new line");
    for (const person of people) Object.assign(person, { place: null, entered: false });
    await until(async () => {
      for (const [at, person] of people.entries()) if (!person.entered) await person.step(nodes[at % 2]);
      return people.every(({ entered }) => entered);
    }, "everybody is in");
    for (const node of nodes) assert.equal(await node.stop(), 0);
  });

  test("honour each other's places, and go on when the one that leads is killed", async () => {
    const options = { store: await freshDatabase(), directory: freshDirectory(), set: { "gate.pace_per_min_max": 600 } };
    const nodes = [await start(options), await start(options)];
    const people = Array.from({ length: 60 }, () => new Person());
    const places = [];
    await Promise.all(people.map(async (person, at) => {
      await person.step(nodes[at % 2]);
      const began = Date.now() / 1000;
      await person.step(nodes[at % 2]);
      places.push({ person, began, ended: Date.now() / 1000 });
    }));
    // Who had joined a second before another began stands before them.
    for (const a of places)
      for (const b of places)
        if (a.ended + 1 < b.began) assert.ok(isBefore(a.person.place, b.person.place), "an inversion");
    for (const node of nodes)
      await until(async () => {
        const { passed, waiting } = await page(node);
        return passed + waiting === people.length;
      }, "everybody is counted on each node");
    const before = await page(nodes[1]);
    await nodes[0].kill();
    await until(async () => {
      for (const person of people.filter(({ entered }) => !entered)) await person.step(nodes[1]);
      return people.every(({ entered }) => entered);
    }, "everybody is in");
    assert.ok(!isBefore((await page(nodes[1])).watermark, before.watermark));
    const third = await start(options);
    for (const person of people.slice(0, 6)) await person.step(third);
    assert.equal(await third.stop(), 0);
    assert.equal(await nodes[1].stop(), 0);
    await stopSharedPostgres();
  });
});
