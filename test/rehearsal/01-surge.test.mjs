// A short surge over real HTTP: what virtual residents saw, what the server counted and the ledger agree.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { eachStore, freshDirectory, juncho } from "../lib/juncho.mjs";

// Two hours in a few seconds, about 360 residents; everybody is quick, some leave.
const PLAN = `[arrivals]
start = 2026-02-02T13:00:00+09:00
speed = 720
seed = 20260202

[stages]
stage = 60 0 300
stage = 60 300 60

[behaviour]
leave_consent = 0.07
leave_procedure = 0.03
leave_intent = 0.01
leave_authenticate = 0.21
leave_verified = 0.01

[thresholds]
lost_max = 0
refused_max = 0
`;

eachStore("a rehearsal", (store) => {
  test("loses nobody, and the server counted the same", async () => {
    const directory = freshDirectory();
    const plan = join(directory, "plan.ini");
    writeFileSync(plan, PLAN);
    const url = await store.fresh();
    const rehearsal = await juncho(["rehearse", plan, "--store", url, "--json"], { cwd: directory });
    assert.equal(rehearsal.code, 0, rehearsal.stdout + rehearsal.stderr);
    const result = JSON.parse(rehearsal.stdout);
    assert.equal(result.server_agrees, true);
    assert.equal(result.lost, 0);
    assert.equal(result.refused, 0);
    assert.ok(result.started > 100, `${result.started} started`);
    assert.ok(result.finished > 0 && result.left > 0 && result.finished + result.left <= result.started);
    const verify = await juncho(["verify", "--json", "--store", url]);
    assert.equal(verify.code, 0, verify.stdout + verify.stderr);
    assert.equal(JSON.parse(verify.stdout).residents, result.started);
  });
});
