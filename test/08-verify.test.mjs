// juncho verify: clean where nothing was touched, and exit 1 naming the fault where somebody did.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { before, test } from "node:test";

import { eachStore, juncho, start } from "./lib/juncho.mjs";
import { psql } from "./lib/postgres.mjs";
import { Resident } from "./lib/resident.mjs";

const GRANTED = 5;

// Changes the file or the database behind the back of the program.
async function tamper(store, sql) {
  if (store.startsWith("sqlite:")) execFileSync("sqlite3", [store.slice("sqlite:".length), sql]);
  else await psql(store, sql);
}

const tamperings = [
  ["a balance that does not equal its transfers",
    "UPDATE account SET credits_posted = credits_posted + 1 WHERE kind = (SELECT MAX(kind) FROM account)"],
  ["a transfer that is gone",
    "DELETE FROM transfer WHERE id = (SELECT id FROM transfer WHERE resident_id <> 0 ORDER BY id DESC LIMIT 1)"],
  ["points of a transfer that were changed",
    "UPDATE transfer SET points = points + 1 WHERE id = (SELECT id FROM transfer WHERE resident_id <> 0 ORDER BY id DESC LIMIT 1)"],
  ["an application that is gone",
    "DELETE FROM application WHERE resident_id = (SELECT MIN(resident_id) FROM application)"],
  ["a count of grants that was changed", "UPDATE step_count SET count = count + 1 WHERE step = (SELECT MAX(step) FROM step_count)"],
];

eachStore("verify", (store) => {
  let url;
  before(async () => {
    url = await store.fresh();
    const server = await start({ store: url });
    for (let i = 0; i < GRANTED; i++) await new Resident(server.url).walkTo("granted");
    await new Resident(server.url).walkTo("verified");
    assert.equal(await server.stop(), 0);
  });

  test("an honest store has no fault", async () => {
    const { code, stdout } = await juncho(["verify", "--json", "--store", url]);
    assert.equal(code, 0, stdout);
    const result = JSON.parse(stdout);
    assert.equal(result.ok, true);
    assert.equal(result.residents, GRANTED + 1);
    assert.ok(result.transfers >= GRANTED);
  });

  for (const [what, sql] of tamperings) {
    test(`${what} is found and named`, async () => {
      const copy = await store.fresh();
      const server = await start({ store: copy });
      for (let i = 0; i < 2; i++) await new Resident(server.url).walkTo("granted");
      assert.equal(await server.stop(), 0);
      assert.equal((await juncho(["verify", "--store", copy])).code, 0);
      await tamper(copy, sql);
      const { code, stdout, stderr } = await juncho(["verify", "--json", "--store", copy]);
      assert.equal(code, 1, stdout + stderr);
      const result = JSON.parse(stdout);
      assert.equal(result.ok, false);
      assert.ok(result.faults.length >= 1);
    });
  }

  test("a store that is not there is an error, and none is made", async () => {
    const { code, stderr } = await juncho(["verify", "--store", "sqlite:/nowhere/at/all.db"]);
    assert.notEqual(code, 0);
    assert.match(stderr, /nowhere/);
  });
});
