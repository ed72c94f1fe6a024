// A full disk: 503 with Retry-After, nothing half done, and work goes on when there is room again.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { freshDirectory, juncho, start } from "../lib/juncho.mjs";
import { Resident } from "../lib/resident.mjs";

const DISK_BYTES = 4 << 20;
const CLEARS_MS_MAX = 30_000;
const TRIES_MAX = 20_000;

// A small disk of its own; null where the machine does not let us mount one.
function smallDisk() {
  const directory = freshDirectory();
  try {
    const size = ["-o", `size=${DISK_BYTES}`];
    execFileSync("mount", ["-t", "tmpfs", ...size, "tmpfs", directory], { stdio: "ignore" });
  } catch {
    return null;
  }
  process.once("exit", () => {
    try {
      execFileSync("umount", [directory], { stdio: "ignore" });
    } catch {
      // it was unmounted already
    }
  });
  return directory;
}

test("a full disk: refused for now, then everything goes on", async (t) => {
  const directory = smallDisk();
  if (!directory) return t.skip("mounting a small disk is not allowed here");
  const server = await start({ directory });
  const resident = await new Resident(server.url).walkTo("verified");
  const campaign = (await resident.me()).campaign.id;
  const ballast = join(directory, "ballast");
  const blocks = Buffer.alloc(DISK_BYTES);
  try {
    writeFileSync(ballast, blocks);
  } catch (error) {
    assert.equal(error.code, "ENOSPC");
  }
  // What fits into pages that exist already may still be written; then the answer is "not now".
  let refused = null;
  const registered = [];
  for (let tries = 0; tries < TRIES_MAX && !refused; tries++) {
    const browser = new Resident(server.url);
    const answer = await browser.register();
    if (answer.status === 201) registered.push([browser, answer.json.resident]);
    else refused = answer;
  }
  assert.ok(refused, "the disk never filled");
  assert.equal(refused.status, 503, refused.text);
  assert.equal(refused.json.type, "urn:juncho:problem:unavailable");
  assert.match(refused.headers["retry-after"], /^\d+$/);
  assert.equal((await resident.get("/healthz")).status, 200);
  rmSync(ballast);
  const limit = Date.now() + CLEARS_MS_MAX;
  let applied;
  do {
    applied = await resident.apply(campaign, "one");
    assert.ok(Date.now() < limit, `still ${applied.status} after there was room`);
  } while (applied.status === 503);
  assert.equal(applied.status, 201, applied.text);
  for (const [browser, number] of registered) assert.equal((await browser.me()).resident, number);
  assert.equal(await server.stop(), 0);
  const verify = await juncho(["verify", "--store", server.store]);
  assert.equal(verify.code, 0, verify.stderr);
  execFileSync("umount", [directory]);
});
