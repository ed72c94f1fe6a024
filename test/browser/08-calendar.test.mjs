// The calendar page and the advice on the home screen: on a telephone, a desktop and paper, in every look.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, openBrowser, PHONE, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";

const WEDNESDAY = "2026-06-10T10:00:00+09:00"; // no midnight comes while it is looked at

let server, browser;
before(async () => {
  server = await start({ args: ["--clock", WEDNESDAY] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

async function openCalendar(size, path = "/calendar") {
  const visitor = await Visitor.open(browser, server.url, { size });
  await visitor.go(path);
  await visitor.page.getByRole("heading", { level: 1, name: /カレンダー/ }).waitFor();
  return visitor;
}

for (const size of [PHONE, DESKTOP]) {
  test(`the calendar is whole and can be read aloud at ${size.width} px`, async () => {
    const visitor = await openCalendar(size);
    const { page } = visitor;
    const tables = page.locator("table:visible");
    assert.equal(await tables.count(), size === PHONE ? 1 : 2);
    const cells = await tables.locator("td").allInnerTexts();
    const over = size === PHONE ? 2 : 0; // a phone begins with today
    assert.equal(cells.length, (28 - over) * 4);
    for (const cell of cells) assert.match(cell, /順調|混雑|未定|終了|開始前/); // a word in every cell, not only a shape
    assert.equal(await page.locator("th.today:visible").count(), 1);
    assert.equal(await page.locator("tbody th[scope=row]:visible").count(), size === PHONE ? 28 - over : 8);
    await visitor.looksAt("calendar", ["light", "dark", "contrast"]);
    await visitor.close();
  });
}

test("another language is chosen on the page, without script, and stays on the way through it", async () => {
  const visitor = await Visitor.open(browser, server.url, { script: false });
  const { page } = visitor;
  await visitor.go("/calendar");
  await page.getByText("Language").click();
  await page.getByRole("link", { name: "English" }).click();
  await page.getByRole("heading", { level: 1, name: "Calendar of busy times: app" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.getByRole("link", { name: "App 1 year" }).click();
  await page.getByRole("columnheader", { name: "Period" }).waitFor();
  const japanese = (await page.locator("main").innerText()).match(/[\u3040-\u30ff]/g);
  assert.equal(japanese, null, await page.locator("main").innerText());
  assert.match(await page.locator("a[href^=webcal]").getAttribute("href"), /^webcal:\/\/127\.0\.0\.1:\d+\/api\/v1\/calendar\/app\.ics\?view=year&language=en$/);
  await visitor.close();
});

test("four weeks and a year print on one sheet each", async () => {
  for (const path of ["/calendar", "/calendar?view=year", "/calendar?language=ja-easy"]) {
    const visitor = await openCalendar(DESKTOP, path);
    const paper = await visitor.page.pdf({ preferCSSPageSize: true });
    assert.equal(paper.toString("latin1").match(/\/Type\s*\/Page\b/g).length, 1, path);
    if (path.includes("year")) await visitor.looksAt("calendar-year");
    await visitor.close();
  }
});

test("the home screen says how busy it is and leads to the calendar", async () => {
  const visitor = await Visitor.open(browser, server.url);
  await visitor.go("/");
  const part = visitor.page.getByRole("region", { name: word("quiet.now") });
  await part.waitFor();
  assert.match(await part.innerText(), /順調|混雑/);
  await visitor.looksAt("home-quiet");
  await part.getByRole("link", { name: word("quiet.calendar") }).click();
  await visitor.page.getByRole("heading", { level: 1, name: /混雑カレンダー/ }).waitFor();
  await visitor.close();
});
