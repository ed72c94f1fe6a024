// An operator writes an answer and an announcement at the console, and a resident reads both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { openBrowser, PHONE, Visitor } from "../lib/browser.mjs";
import { ROOT, start } from "../lib/juncho.mjs";
import { figure } from "../lib/listen.mjs";
import { operator } from "../lib/operator.mjs";
import { until } from "../lib/until.mjs";

const messages = JSON.parse(readFileSync(join(ROOT, "web/messages/console.ja.json"), "utf8"));
const word = (key) => messages[key];
const DESK = { width: 1280, height: 900 };

describe("the console's guidance in a browser", () => {
  let server, browser, desk;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
    const session = await operator(server, "operator");
    desk = await Visitor.open(browser, server.url, { size: DESK });
    const [name, value] = [...session.cookies].find(([cookie]) => cookie === "juncho-console");
    await desk.context.addCookies([{ name, value, url: server.url, sameSite: "Strict" }]);
  });
  after(async () => {
    await desk.close();
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("an answer is changed with a preview, read by a resident, and its version is there to go back to", async () => {
    const { page } = desk;
    await desk.go("/console/answers");
    await page.getByLabel(word("answers.which")).selectOption("pin-forgotten");
    await page.getByRole("button", { name: word("answers.edit") }).click();
    await page.getByLabel(word("answers.answer")).fill("**市役所の1階**へお越しください。");
    await page.getByRole("button", { name: word("answers.preview") }).click();
    await page.locator(".preview strong", { hasText: "市役所の1階" }).waitFor();
    await page.getByLabel(word("gate.order.why")).fill("窓口が変わった");
    await desk.looksAt("console-answers-write");
    await page.getByRole("button", { name: word("answers.save") }).click();
    await page.locator("form.write").waitFor({ state: "detached" });
    await page.getByRole("button", { name: word("answers.edit") }).click();
    await page.locator(".versions li", { hasText: "窓口が変わった" }).waitFor();
    const resident = await Visitor.open(browser, server.url, { size: PHONE });
    await resident.go("/faq#pin-forgotten");
    for (let looks = 0; looks < 50 && (await resident.page.locator("#pin-forgotten strong").count()) === 0; looks++)
      await resident.page.reload();
    await resident.page.locator("#pin-forgotten strong", { hasText: "市役所の1階" }).waitFor();
    await resident.close();
  });

  test("an announcement comes onto every page that is open, and goes when it is taken back", async () => {
    const { page } = desk;
    // Each page is there, and listens, before anything is said.
    const paths = ["/", "/journey", "/waiting", "/faq", "/calendar"];
    const options = { size: PHONE, serviceWorkers: "allow" };
    const visitors = await Promise.all(paths.map(() => Visitor.open(browser, server.url, options)));
    await Promise.all(visitors.map((visitor, at) => visitor.go(paths[at])));
    await until(async () => (await figure(server, "juncho_listeners")) === paths.length, "five listeners");
    await desk.go("/console/news");
    const local = (ms) => new Date(Date.now() + 9 * 3_600_000 + ms).toISOString().slice(0, 16);
    await page.getByLabel(word("news.level"), { exact: true }).selectOption("urgent");
    await page.getByLabel(word("news.starts"), { exact: true }).fill(local(-120_000));
    await page.getByLabel(word("news.ends"), { exact: true }).fill(local(3_600_000));
    await page.getByLabel(word("news.title.ja")).fill("本人確認が混んでいます");
    await page.getByLabel(word("gate.order.why")).fill("窓口が遅い");
    await page.getByRole("button", { name: word("news.publish") }).click();
    const said = { hasText: "本人確認が混んでいます" };
    for (const visitor of visitors) {
      await visitor.page.locator(".news .warn", said).waitFor();
      await visitor.page.locator("[role=status], [aria-live=polite]", said).waitFor({ state: "attached" });
    }
    await page.getByRole("button", { name: word("news.withdraw") }).waitFor();
    await desk.looksAt("console-news");
    for (const [at, name, themes] of [[0, "61-announcement"], [2, "waiting-announcement"], [3, "answers-announcement", ["light"]], [4, "calendar-announcement", ["light"]]])
      await visitors[at].looksAt(name, themes);
    // Without script the page comes with it.
    const plain = await Visitor.open(browser, server.url, { size: PHONE, script: false });
    await plain.go("/waiting");
    await plain.page.locator(".news .warn", said).waitFor();
    await plain.close();
    await page.locator("form.control input[name=why]").fill("終わった");
    await page.getByRole("button", { name: word("news.withdraw") }).click();
    await page.getByRole("button", { name: word("news.withdraw") }).waitFor({ state: "detached" });
    for (const visitor of visitors) {
      await visitor.page.locator(".news .warn", said).waitFor({ state: "detached" });
      await visitor.close();
    }
  });
});
