// An operator publishes the report at the console, and anybody reads it with its style and without complaint.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openBrowser, PHONE, Visitor } from "../lib/browser.mjs";
import { ROOT, start } from "../lib/juncho.mjs";
import { operator } from "../lib/operator.mjs";
import { Resident } from "../lib/resident.mjs";

const messages = JSON.parse(readFileSync(join(ROOT, "web/messages/console.ja.json"), "utf8"));
const word = (key) => messages[key];

let server, browser, desk;
before(async () => {
  [server, browser] = await Promise.all([start(), openBrowser()]);
  const session = await operator(server, "operator");
  desk = await Visitor.open(browser, server.url, { size: { width: 1280, height: 900 } });
  const [name, value] = [...session.cookies].find(([cookie]) => cookie === "juncho-console");
  await desk.context.addCookies([{ name, value, url: server.url, sameSite: "Strict" }]);
});
after(async () => {
  await desk?.close();
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

test("a report is given its words, published, and read by anybody", async () => {
  const { page } = desk;
  await new Resident(server.url).walkTo("consented");
  await desk.go("/console/report");
  await page.getByText(word("report.none")).waitFor();
  await page.getByLabel(word("report.words.label")).fill("混雑は予約で分けます。\n窓口を増やします。");
  await page.getByRole("button", { name: word("report.words.save") }).click();
  await page.getByText(word("report.words.saved")).waitFor();
  await page.getByRole("button", { name: word("report.publish") }).click();
  await page.getByText(word("report.published")).waitFor();
  await page.getByText("第1版を公開しています").waitFor();
  await desk.looksAt("console-report");
  const resident = await Visitor.open(browser, server.url, { size: PHONE });
  await resident.go("/report");
  await resident.page.getByText("窓口を増やします。").waitFor();
  const background = await resident.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(background, "rgb(241, 241, 244)"); // its own style was let through
  await resident.page.screenshot({ path: join(ROOT, "build/screenshots/report-phone.png") });
  await resident.close(); // complains of anything that a policy refused
});
