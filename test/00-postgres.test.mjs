// The private PostgreSQL of the tests: fresh databases, durable settings, nothing left behind.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { freshDatabase, psql, startPostgres, stopSharedPostgres } from "./lib/postgres.mjs";

after(stopSharedPostgres);

test("every test gets an empty database of its own", async () => {
  const [first, second] = [await freshDatabase(), await freshDatabase()];
  assert.notEqual(first, second);
  await psql(first, "CREATE TABLE seen (n INTEGER)");
  assert.deepEqual(await psql(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'seen'"), ["0"]);
});

test("the server keeps what it answered: fsync and synchronous_commit are on", async () => {
  const url = await freshDatabase();
  assert.deepEqual(await psql(url, "SHOW fsync"), ["on"]);
  assert.deepEqual(await psql(url, "SHOW synchronous_commit"), ["on"]);
});

test("a server that is stopped is gone", async () => {
  const server = await startPostgres();
  assert.deepEqual(await psql(server.url, "SELECT 1"), ["1"]);
  await server.stop();
  assert.throws(() => process.kill(server.pid, 0), { code: "ESRCH" });
  await assert.rejects(psql(server.url, "SELECT 1"));
});
