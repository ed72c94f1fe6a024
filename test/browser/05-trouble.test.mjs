// When the line, the server or the campaign says no: words, patience, and nothing done twice or undone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { APP, DESKTOP, openBrowser, POINTS, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";
import { until } from "../lib/until.mjs";

function problem(status, code, headers = {}) {
  const body = JSON.stringify({ type: `urn:juncho:problem:${code}`, title: code, status });
  return { status, headers: { "content-type": "application/problem+json", ...headers }, body };
}

describe("trouble", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  async function verified(options) {
    const visitor = await Visitor.open(browser, server.url, options);
    await visitor.walkToJump();
    await visitor.verifies();
    return visitor;
  }

  test("a busy server is asked again after the time it named, without a press", async () => {
    const visitor = await verified();
    const asked = [];
    await visitor.page.route("**/api/v1/me/application", async (route) => {
      asked.push({ at: Date.now(), key: route.request().headers()["idempotency-key"] });
      if (asked.length === 1) await route.fulfill(problem(503, "unavailable", { "retry-after": "3" }));
      else await route.continue();
    });
    await visitor.press("verified.action", POINTS);
    await visitor.seesText(word("waiting.busy.title"));
    await visitor.looksAt("51-busy");
    await visitor.sees("receipt.title");
    assert.equal(asked.length, 2);
    assert.equal(asked[0].key, asked[1].key);
    assert.ok(asked[1].at - asked[0].at >= 3000, `asked again after ${asked[1].at - asked[0].at} ms`);
    await visitor.close();
  });

  test("an answer that is lost on the way does not cost or double the application", async () => {
    const visitor = await verified();
    const keys = [];
    await visitor.page.route("**/api/v1/me/application", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      if (keys.length > 1) return route.continue();
      const answer = await route.fetch();
      assert.equal(answer.status(), 201);
      return route.abort("connectionreset");
    });
    await visitor.press("verified.action", POINTS);
    await visitor.seesText(word("waiting.unreachable.title"));
    await visitor.sees("receipt.title");
    assert.equal(new Set(keys).size, 1);
    await visitor.go("/points");
    await visitor.seesText(word("points.state.posted"));
    assert.equal(await visitor.page.locator(".history li").count(), 1);
    await visitor.close();
  });

  test("without a line the page says so and goes on by itself when the line is back", async () => {
    const visitor = await verified();
    await visitor.context.setOffline(true);
    await visitor.press("verified.action", POINTS);
    await visitor.seesText(word("waiting.offline.title"));
    await visitor.looksAt("52-offline");
    await visitor.context.setOffline(false);
    await visitor.sees("receipt.title");
    await visitor.close();
  });

  test("what is done stays shown as done while the server cannot be asked", async () => {
    const visitor = await verified({ size: DESKTOP });
    await visitor.applies();
    const { page } = visitor;
    await page.route("**/api/v1/**", (route) => route.fulfill(problem(503, "unavailable", { "retry-after": "60" })));
    await page.goto("/");
    await visitor.seesText(word("waiting.busy.title"));
    await visitor.seesText(word("banner.granted.title", POINTS));
    await visitor.looksAt("53-home-granted-busy");
    await visitor.close();
  });

  test("a slow answer is explained, and a second press changes nothing", async () => {
    const visitor = await verified();
    let asked = 0;
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    await visitor.page.route("**/api/v1/me/application", async (route) => {
      asked += 1;
      await held;
      await route.continue();
    });
    await visitor.press("verified.action", POINTS);
    await visitor.seesText(word("waiting.slow.title"));
    await visitor.looksAt("54-slow");
    await visitor.page.locator(".sheet .button.main").dispatchEvent("click");
    answer();
    await visitor.sees("receipt.title");
    assert.equal(asked, 1);
    await visitor.close();
  });

  test("each refusal of the application has its own words", async () => {
    const visitor = await verified();
    for (const code of ["budget-exhausted", "campaign-closed", "idempotency-mismatch", "something-new"]) {
      await visitor.page.route("**/api/v1/me/application", (route) => route.fulfill(problem(409, code)), { times: 1 });
      await visitor.press("verified.action", POINTS);
      await visitor.seesText(word(`problem.${code === "something-new" ? "general" : code}.title`));
      await visitor.looksAt(`55-${code}`, ["light"]);
    }
    await visitor.applies();
    await visitor.close();
  });

  test("a press that is on its way hits nothing when an announcement pushes the page down", async () => {
    const visitor = await Visitor.open(browser, server.url);
    const { page } = visitor;
    const asked = []; // for what is said after that
    await page.route("**/api/v1/announcements?*", async (route) => {
      if (new URL(route.request().url()).searchParams.has("after")) asked.push(route);
      else await route.fulfill({ json: { language: "ja", number: 0, edition: 1, announcements: [] } });
    });
    const say = async (number) => {
      await until(() => asked.length === number);
      const one = (id) => ({ id, version: 1, level: "urgent", language: "ja", title: `お知らせ${id}`, body_html: "<p>点検です。</p>" });
      await asked[number - 1].fulfill({ json: { language: "ja", number, edition: 1, announcements: Array.from({ length: number }, (_, at) => one(at + 1)) } });
      await visitor.seesText(`お知らせ${number}`);
    };
    await page.clock.install();
    await visitor.go("/");
    const link = page.getByRole("link", { name: new RegExp(word("banner.verify.title")) });
    await link.waitFor();
    await until(() => asked.length === 1);
    await page.clock.pauseAt(Date.now() + 10_000);
    const press = async () => {
      const { x, y, width, height } = await link.boundingBox();
      await page.mouse.click(x + width / 2, y + height / 2);
      return page.evaluate(() => location.pathname);
    };
    await say(1);
    assert.equal(await press(), "/");
    await page.clock.runFor(500);
    await say(2);
    await page.clock.runFor(500);
    assert.equal(await press(), "/"); // the second one moved it again
    await page.clock.runFor(200);
    assert.equal(await press(), "/journey");
    await visitor.close();
  });

  for (const [state, sets] of [
    ["before", { "campaign.opens": "2090-02-02T13:00:00+09:00", "campaign.closes": "2091-04-01T00:00:00+09:00" }],
    ["closed", { "campaign.opens": "2020-02-02T13:00:00+09:00", "campaign.closes": "2021-04-01T00:00:00+09:00" }],
  ]) {
    test(`a campaign that is ${state === "before" ? "not yet open" : "closed"} says when`, async () => {
      const other = await start({ set: sets });
      const visitor = await Visitor.open(browser, other.url);
      const values = { opens: "2090年2月2日(木) 13:00", closes: "2021年4月1日(木) 0:00" };
      await visitor.go("/");
      await visitor.seesText(word(`banner.${state}.title`, values));
      await visitor.looksAt(`56-home-${state}`);
      await visitor.go("/journey");
      await visitor.sees(`notopen.${state}.title`);
      await visitor.looksAt(`57-${state}`);
      await visitor.close();
      await other.stop();
    });
  }

  test("a server that is killed and comes back is waited for, and the journey goes on", async () => {
    const mine = await start();
    const visitor = await Visitor.open(browser, mine.url);
    await visitor.walkToJump();
    const address = new URL(mine.url);
    await mine.kill();
    await visitor.page.reload().catch(() => {});
    const again = await start({ store: mine.store, directory: mine.directory, args: ["--listen", address.host] });
    await visitor.go("/journey");
    await visitor.sees("identity.title", APP);
    await visitor.verifies();
    await visitor.close();
    assert.equal(await again.stop(), 0);
  });
});
