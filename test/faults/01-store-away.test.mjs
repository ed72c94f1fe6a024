// The store cannot write for a while: 503 with Retry-After, nothing half done, and work goes on when it clears.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";

import { eachStore, freshDirectory, juncho, start } from "../lib/juncho.mjs";
import { lossyRoad } from "../lib/lossy.mjs";
import { freshDatabase, psql, startPostgres, stopSharedPostgres } from "../lib/postgres.mjs";
import { exchange, Resident } from "../lib/resident.mjs";

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

// Holds the write lock of an SQLite file, or of a table in PostgreSQL, until `release` is called.
async function lock(store) {
  const isFile = store.startsWith("sqlite:");
  const [command, words] = isFile
    ? [["sqlite3", store.slice("sqlite:".length)], "BEGIN IMMEDIATE;\nSELECT 'locked';\n"]
    : [["psql", "-qAtX", store], "BEGIN;\nLOCK TABLE resident;\nSELECT 'locked';\n"];
  const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.write(words);
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
  const release = await lock(server.store);
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

// A queue of a hundred is all that a slow store is trusted with: the others are held until it goes on.
eachStore("a store that stands still for a moment", (store) => {
  test("refuses nobody", async () => {
    const server = await start({ store: await store.fresh(), set: { "store.queue_max": 100 } });
    const release = await lock(server.store);
    const answers = Array.from({ length: 140 }, () => new Resident(server.url).register());
    await until(200, async () => {
      const { text } = await exchange(`${server.url}/metrics`);
      return { status: Number(/^juncho_store_held (\d+)$/m.exec(text)[1]) > 0 ? 200 : 503, text };
    });
    await release();
    for (const answer of await Promise.all(answers)) assert.equal(answer.status, 201, answer.text);
    assert.equal(await server.stop(), 0);
  });
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

// Every answer of a commit is lost once on the way of one resident.
async function goThere(database, road) {
  const server = await start({ store: road.url });
  const whileLost = async (ask) => {
    const before = road.lost;
    road.loses = true;
    const answer = await ask();
    road.loses = false;
    assert.ok(road.lost > before, "no commit was lost");
    return answer;
  };

  // A place in line and the jump: the pass is in the store, and the resident goes on.
  const resident = await new Resident(server.url).walkTo("intended");
  refusedForNow(await whileLost(() => resident.post("/api/v1/me/identity")));
  const address = await resident.show((await until(200, () => resident.post("/api/v1/me/identity"))).json.location, "eligible");
  // The return: what the provider said may be lost, never the way on.
  const back = await whileLost(() => resident.comeBack(address));
  assert.ok([303, 503].includes(back.status), back.text);
  await until(200, () => resident.get("/readyz"));
  await until(200, () => resident.get("/api/v1/me"));
  if ((await resident.me()).state !== "verified") await resident.identify("eligible");
  assert.equal((await resident.me()).state, "verified");

  // The application: it is there once, and the same key gets the receipt of it.
  const campaign = (await resident.me()).campaign.id;
  refusedForNow(await whileLost(() => resident.apply(campaign, "one")));
  const again = await until(200, () => resident.apply(campaign, "one"));
  assert.equal(again.json.points, 11000);
  assert.equal((await resident.me()).points.balance, 11000);
  assert.deepEqual(await psql(database, "SELECT count(*) FROM application"), ["1"]);

  assert.equal(await server.stop(), 0);
}

test("PostgreSQL commits and its answer is lost: refused for now, and asking again finds what was done", async () => {
  const database = await freshDatabase();
  const road = await lossyRoad(database);
  try {
    await goThere(database, road);
  } finally {
    road.close();
  }
  const { code, stdout } = await juncho(["verify", "--store", database]);
  assert.equal(code, 0, stdout);
});

after(stopSharedPostgres);
