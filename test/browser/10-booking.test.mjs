// Instead of waiting: a booking made, moved and used while the line is full.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { APP, openBrowser, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";
import { operator } from "../lib/operator.mjs";
import { Resident } from "../lib/resident.mjs";

const IN_LINE = 200;
// A minute into a quarter of an hour, long before midnight: the window that runs is the same in the whole test. The clock
// of the browser is wrong by months.
const MORNING = "2026-06-10T10:01:00+09:00";

let server, browser;
before(async () => {
  server = await start({ set: { "gate.pace_per_min_max": 15 }, args: ["--clock", MORNING] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

async function crowd() {
  for (let i = 0; i < IN_LINE; i += 20)
    await Promise.all(Array.from({ length: 20 }, () => new Resident(server.url).post("/api/v1/gate/tickets")));
}

test("a booking is made, moved and used in the browser while the line is full", async () => {
  const visitor = await Visitor.open(browser, server.url);
  const { page } = visitor;
  await visitor.walkToJump();
  await crowd();
  await visitor.press("identity.action", APP);
  await visitor.sees("line.title");
  const part = page.getByRole("region", { name: word("booking.title") });
  await part.getByText(/時〜/).waitFor(); // what the calendar says of it
  const choice = part.getByRole("combobox");
  await choice.waitFor();
  const starts = await choice.locator("option").evaluateAll((options) => options.map(({ value }) => value));
  await choice.selectOption(starts[40]);
  await visitor.press("booking.make");
  await part.getByText(word("booking.kept")).waitFor();
  await visitor.looksAt("waiting-booked");
  await visitor.press("booking.cancel");
  await part.getByText(word("booking.cancelled")).waitFor(); // seen, not only read aloud
  assert.equal(await part.getByText(word("booking.kept")).count(), 0);
  await choice.selectOption(starts[48]);
  await visitor.press("booking.make");
  await part.getByText(word("booking.kept")).waitFor();
  await choice.selectOption(starts[0]); // the quarter of an hour that runs
  await visitor.press("booking.moveTo");
  await visitor.seesText(word("booking.due"));
  await visitor.press("booking.enter");
  await visitor.sees("line.turn.title");
  await visitor.verifies();
  await visitor.close();
});

test("a booking whose time is over says so, and asks no more", async () => {
  const visitor = await Visitor.open(browser, server.url);
  const { page } = visitor;
  await visitor.walkToJump();
  await crowd();
  const { windows } = await page.evaluate(async () => (await fetch("/api/v1/bookings")).json());
  const [{ start }, { start: until }] = windows;
  const mine = { start, until, front_until: until, standing: "front" };
  let over = false;
  await page.route("**/api/v1/bookings", (route) => route.fulfill({ json: { mine: over ? null : mine, windows } }));
  await visitor.press("identity.action", APP);
  await visitor.sees("line.title");
  await visitor.seesText(word("booking.late", { until: until.slice(11, 16).replace(/^0/, "") }));
  const refusal = { status: 409, contentType: "application/problem+json", json: { title: "x", status: 409 } };
  await page.route("**/api/v1/gate/passes", (route) => route.fulfill(refusal));
  over = true;
  await visitor.press("booking.enter");
  await visitor.seesText(word("booking.over"));
  await visitor.button("booking.make").waitFor();
  await visitor.close();
});

test("a place that a counter took for somebody is theirs by its code, however it is typed", async () => {
  const counter = await operator(server, "operator");
  const { json: kept } = await counter.post("/api/v1/console/gate/assisted");
  const visitor = await Visitor.open(browser, server.url);
  const { page } = visitor;
  await visitor.walkToJump();
  await page.getByText(word("assisted.title")).click();
  await page.getByLabel(word("assisted.label")).fill("ZZZZ-ZZZZ");
  await visitor.press("assisted.action");
  await visitor.seesText(word("assisted.wrong.title"));
  await visitor.looksAt("assisted-wrong");
  await page.getByLabel(word("assisted.label")).fill(kept.code.toLowerCase().replace("-", " "));
  await visitor.press("assisted.action");
  await visitor.sees("line.title");
  const { place } = await page.evaluate(async () => (await fetch("/api/v1/me")).json());
  assert.deepEqual([place.second, place.rank], [kept.second, kept.rank]);
  await visitor.close();
});
