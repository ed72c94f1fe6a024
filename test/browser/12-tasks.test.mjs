// What a new user on a phone wants done, and how many taps it takes; docs/tasks.md has the table that this prints.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { openBrowser, POINTS, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";


describe("tasks of a new user on a phone", () => {
  let server, browser;
  const table = [];
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
    for (const line of table) console.log(line);
  });

  // Somebody whose taps on Juncho's own pages are counted; what they do at the provider is not Juncho's.
  async function newUser() {
    const visitor = await Visitor.open(browser, server.url);
    visitor.taps = 0;
    await visitor.page.exposeFunction("tapped", () => (visitor.taps += 1));
    await visitor.page.addInitScript(() => {
      if (!location.pathname.includes("/api/realms/")) addEventListener("click", (event) => event.isTrusted && globalThis.tapped(), true);
    });
    await visitor.go("/");
    await visitor.page.locator(".banner").waitFor();
    return visitor;
  }

  // Counts from where the last one ended; `seen` is what the task was about, and stands on the screen as it is.
  async function done(visitor, name, most, seen) {
    await seen.waitFor();
    const { y, height } = await seen.boundingBox();
    const scroll = y + height > visitor.sizes[0].height ? "after scrolling" : "without scrolling";
    table.push(`| ${name} | ${visitor.taps} | ${scroll} |`);
    assert.ok(visitor.taps <= most, `${name}: ${visitor.taps} taps`);
    visitor.taps = 0;
  }

  const banner = (visitor, key, values) => visitor.page.getByRole("link", { name: new RegExp(word(key, values)) });

  test("find when it is quiet, and look at the weeks to come", async () => {
    const visitor = await newUser();
    await done(visitor, "find when it is quiet next", 0, visitor.page.getByText(word("quiet.next")));
    await visitor.page.getByRole("link", { name: word("quiet.calendar") }).click();
    await done(visitor, "see the weeks to come", 1, visitor.page.locator(".best").first());
    await visitor.close();
  });

  test("apply; find out whether the points came", async () => {
    const visitor = await newUser();
    await banner(visitor, "banner.verify.title").click();
    await visitor.press("register.action");
    await visitor.press("consent.action");
    await visitor.press("procedure.action");
    await visitor.press("intent.action");
    await visitor.identify("eligible");
    await visitor.press("verified.action", POINTS);
    await done(visitor, "apply, from the first visit to the receipt", 7, visitor.page.locator(".slip .number"));
    await visitor.go("/");
    await done(visitor, "find out whether the points came", 0, visitor.page.getByText(word("banner.granted.title", POINTS)).first());
    await visitor.page.getByRole("link", { name: word("card.points.more") }).click();
    await done(visitor, "see the entry in the history", 1, visitor.page.locator(".history li").first());
    await visitor.close();
  });

  test("recover after a cancelled identity check, at once and another day", async () => {
    const visitor = await newUser();
    await visitor.walkToJump();
    await visitor.identify("cancel");
    await visitor.sees("result.cancelled.title");
    visitor.taps = 0;
    await visitor.identify("eligible");
    await done(visitor, "recover after a cancelled identity check", 1, visitor.button("verified.action", POINTS));
    await visitor.close();
    const later = await newUser();
    await later.walkToJump();
    await later.identify("cancel");
    await later.sees("result.cancelled.title");
    await later.go("/");
    later.taps = 0;
    await banner(later, "banner.continue.title").click();
    await later.identify("eligible");
    await done(later, "the same, when coming back another day", 2, later.button("verified.action", POINTS));
    await later.close();
  });

  test("find help about a forgotten PIN; read everything in English", async () => {
    const visitor = await newUser();
    await visitor.page.locator("summary", { hasText: word("help.pin.q") }).click();
    await done(visitor, "find help about a forgotten PIN", 1, visitor.page.getByText(word("help.pin.a")));
    await visitor.page.locator(".look").click();
    await visitor.page.getByLabel("English").click();
    await visitor.page.getByRole("button", { name: "Close" }).click();
    await done(visitor, "read everything in English", 3, visitor.page.getByText("Start the identity check"));
    await visitor.close();
  });
});
