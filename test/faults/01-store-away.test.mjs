// The store cannot write for a while: 503 with Retry-After, nothing half done, and work goes on when it clears.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

import { freshDirectory, juncho, start } from "../lib/juncho.mjs";
import { startPostgres } from "../lib/postgres.mjs";
import { Resident } from "../lib/resident.mjs";

const CLEARS_MS_MAX = 30_000;

// Asks again and again until the answer is no 503; the time is bounded, there is no pause but the answer's.
async function until(status, ask) {
  const limit = Date.now() + CLEARS_MS_MAX;
  for (;;) {
    const answer = await ask();
    if (answer.status === status) return answer;
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Date.now() < limit, `still ${answer.status} after ${CLEARS_MS_MAX} ms`);
  }
}

function refusedForNow(answer) {
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.json.type, "urn:juncho:problem:unavailable");
  assert.match(answer.headers["retry-after"], /^\d+$/);
}

// Holds the write lock of an SQLite file until `release` is called.
async function lock(file) {
  const child = spawn("sqlite3", [file], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
  await once(child.stdout, "data");
  return async () => {
    const gone = once(child, "exit");
    child.stdin.end("ROLLBACK;\n");
    await gone;
  };
}

test("a locked SQLite file: refused for now, then everything goes on", async () => {
  const directory = freshDirectory();
  const file = join(directory, "juncho.db");
  const server = await start({ directory, store: `sqlite:${file}` });
  const resident = await new Resident(server.url).walkTo("verified");
  const campaign = (await resident.me()).campaign.id;
  const release = await lock(file);
  refusedForNow(await resident.apply(campaign, "one"));
  refusedForNow(await new Resident(server.url).register());
  assert.equal((await resident.me()).state, "verified");
  assert.equal((await resident.get("/healthz")).status, 200);
  await release();
  const applied = await until(201, () => resident.apply(campaign, "one"));
  assert.equal(applied.json.points, 11000);
  assert.equal(await server.stop(), 0);
  assert.equal((await juncho(["verify", "--store", server.store])).code, 0);
});

test("PostgreSQL stops and starts again: refused for now, then everything goes on", async () => {
  const postgres = await startPostgres();
  try {
    const server = await start({ store: postgres.url });
    const resident = await new Resident(server.url).walkTo("verified");
    const campaign = (await resident.me()).campaign.id;
    await postgres.halt();
    refusedForNow(await resident.apply(campaign, "one"));
    assert.equal((await resident.get("/healthz")).status, 200);
    assert.equal((await resident.get("/readyz")).status, 503);
    await postgres.resume();
    const applied = await until(201, () => resident.apply(campaign, "one"));
    assert.equal(applied.json.points, 11000);
    assert.equal((await resident.me()).points.balance, 11000);
    assert.equal(await server.stop(), 0);
    assert.equal((await juncho(["verify", "--store", server.store])).code, 0);
  } finally {
    await postgres.stop();
  }
});
