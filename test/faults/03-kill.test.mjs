// kill -9 under load at random moments: what was answered is there once, nothing is there twice.
//
// JUNCHO_KILLS sets how often (10 in the tests, 200 before a release); JUNCHO_SEED repeats a run.
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { test } from "node:test";

import { dice } from "../lib/dice.mjs";
import { eachStore, freshDirectory, juncho, start } from "../lib/juncho.mjs";
import { Resident } from "../lib/resident.mjs";

const KILLS = Number(process.env.JUNCHO_KILLS ?? 10);
const SEED = Number(process.env.JUNCHO_SEED ?? randomInt(2 ** 31));
const PEOPLE = 24;
const ANSWERS_BEFORE_KILL_MAX = 160;

const OFFLINE = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ECONNABORTED"]);

// One person who goes on where the last answer left off, until the server is gone.
class Person {
  constructor() {
    this.key = randomUUID();
    this.resident = null;
    this.receipt = null;
    this.number = null;
  }

  async walk(server, agent, answered) {
    this.resident ??= new Resident(server.url, { agent });
    this.resident.base = server.url;
    this.resident.agent = agent;
    const post = async (path, body, headers) => {
      const answer = await this.resident.post(path, body, headers);
      answered();
      return answer;
    };
    if (!this.number) {
      const answer = await post("/api/v1/residents", { terms: true, language: "ja" });
      if (answer.status >= 300) return;
      this.number = answer.json.resident;
    }
    const { state, campaign } = await this.resident.me();
    if (["registered", "consented", "informed"].includes(state))
      for (const step of ["begin", "consent", "procedure", "intent"]) await post(`/api/v1/me/journey/${step}`);
    if (!["verified", "granted"].includes(state)) {
      const begun = await post("/api/v1/me/identity");
      if (begun.status !== 200) return;
      await this.resident.comeBack(await this.resident.show(new URL(begun.json.location), "eligible"));
      answered();
    }
    const headers = { "idempotency-key": this.key };
    const applied = await post("/api/v1/me/application", { campaign: campaign.id }, headers);
    if (applied.status > 201) return;
    if (this.receipt) assert.equal(applied.json.receipt, this.receipt);
    this.receipt = applied.json.receipt;
  }
}

async function crowd(server, people, moment) {
  const agent = new Agent({ keepAlive: true, maxSockets: PEOPLE });
  let answers = 0;
  let killed = null;
  const answered = () => {
    if (++answers >= moment) killed ??= server.kill();
  };
  await Promise.all(
    Array.from({ length: PEOPLE }, async (_, at) => {
      for (let next = at; !killed; next += PEOPLE) {
        const person = (people[next] ??= new Person());
        if (person.receipt) continue;
        try {
          await person.walk(server, agent, answered);
        } catch (error) {
          if (!OFFLINE.has(error.code)) throw error;
          return;
        }
      }
    }),
  );
  await (killed ?? server.kill());
  agent.destroy();
}

eachStore("kill -9", (store) => {
  test(`${KILLS} times under load: every answered application is there once (seed ${SEED})`, async () => {
    const random = dice(SEED);
    const options = { store: await store.fresh(), directory: freshDirectory() };
    const people = [];
    for (let round = 0; round < KILLS; round++) {
      const server = await start(options);
      await crowd(server, people, 1 + Math.floor(random() * ANSWERS_BEFORE_KILL_MAX));
    }
    const server = await start(options);
    const receipts = new Set();
    for (const person of people.filter((one) => one?.receipt)) {
      person.resident.base = server.url;
      person.resident.agent = undefined;
      const me = await person.resident.me();
      assert.equal(me.resident, person.number);
      assert.equal(me.state, "granted");
      assert.equal(me.application.receipt, person.receipt);
      assert.equal(me.points.balance, 11000);
      assert.ok(!receipts.has(person.receipt), "a receipt was given twice");
      receipts.add(person.receipt);
    }
    assert.ok(receipts.size > 0, "nobody got through at all");
    assert.equal(await server.stop(), 0);
    const verify = await juncho(["verify", "--json", "--store", options.store]);
    assert.equal(verify.code, 0, verify.stdout + verify.stderr);
  });
});
