// The console as an operator uses it, at a desk and on a tablet, over twelve simulated days.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { openBrowser, Visitor } from "../lib/browser.mjs";
import { freshDirectory, juncho, ROOT, start } from "../lib/juncho.mjs";
import { addOperator, Operator, PASSWORD, totp } from "../lib/operator.mjs";
import { until } from "../lib/until.mjs";

const DESK = { width: 1280, height: 900 };
const TABLET = { width: 820, height: 1180 };
const VIEWS = ["now", "gate", "heat", "funnel", "participants", "calls", "survey", "calendar", "staff", "settings", "log", "operators", "account"];
const messages = JSON.parse(readFileSync(join(ROOT, "web/messages/console.ja.json"), "utf8"));
const word = (key, values = {}) => messages[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const addressOf = (view) => (view === "now" ? "/console" : `/console/${view}`);
const sees = (visitor, title) => visitor.page.getByRole("heading", { level: 1, name: title }).waitFor();
// Charts are drawn, and the server has answered.
const settled = (visitor) => visitor.page.locator("main[aria-busy=false] h1 + *").first().waitFor();

describe("the console in a browser", () => {
  let server, browser, secret;
  before(async () => {
    const directory = freshDirectory();
    const store = `sqlite:${join(directory, "juncho.db")}`;
    const simulated = await juncho(["simulate", "plans/tokyo-2025.ini", "--scale", "0.02", "--store", store]);
    assert.equal(simulated.code, 0, simulated.stderr);
    const campaign = { id: "tokyo-2025", name: "都民参加型の最終検証", points: 500 };
    campaign.opens = "2025-12-15T13:00:00+09:00";
    campaign.closes = "2025-12-26T18:00:00+09:00";
    const set = Object.fromEntries(Object.entries(campaign).map(([name, value]) => [`campaign.${name}`, value]));
    const at = (clock) => start({ directory, store, set, args: ["--clock", clock] });
    // What was published before the first day is compared with the weeks that came.
    const early = await at("2025-12-14T09:00:00+09:00");
    await until(async () => (await (await fetch(`${early.url}/api/v1/calendar/app`)).json()).version > 0);
    assert.equal(await early.stop(), 0);
    [server, browser] = await Promise.all([at("2025-12-25T20:05:00+09:00"), openBrowser()]);
    secret = (await addOperator(server, "yamada", "admin")).secret;
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  async function signedIn(size, session) {
    const visitor = await Visitor.open(browser, server.url, { size });
    const [name, value] = [...session.cookies].find(([name]) => name === "juncho-console");
    await visitor.context.addCookies([{ name, value, url: server.url, sameSite: "Strict" }]);
    return visitor;
  }

  test("signs in by name, password and number, refuses in words, and out again", async () => {
    const visitor = await Visitor.open(browser, server.url, { size: DESK });
    await visitor.go("/console/funnel");
    await sees(visitor, word("signin.title"));
    await visitor.looksAt("console-sign-in");
    const fill = async (password) => {
      await visitor.page.getByLabel(word("signin.name")).fill("yamada");
      await visitor.page.getByLabel(word("signin.password")).fill(password);
      await visitor.page.getByLabel(word("signin.code")).fill(totp(secret));
      await visitor.page.getByRole("button", { name: word("signin.action") }).click();
    };
    await fill("not the password");
    await visitor.seesText(word("signin.operator-sign-in"));
    await fill(PASSWORD);
    await sees(visitor, word("funnel.title")); // where the address led
    await visitor.page.getByRole("button", { name: word("session.leave") }).click();
    await sees(visitor, word("signin.title"));
    await visitor.go("/console");
    await sees(visitor, word("signin.title"));
    await visitor.close();
  });

  for (const size of [DESK, TABLET]) {
    // At the desk in both themes; on a tablet in turn, since only the width differs.
    test(`shows every view at ${size.width} px without findings`, async () => {
      const session = new Operator(server.url);
      assert.equal((await session.enterByLink(server)).status, 201);
      const visitor = await signedIn(size, session);
      for (const [index, view] of VIEWS.entries()) {
        await visitor.go(addressOf(view));
        await settled(visitor);
        if (view === "staff") await visitor.page.locator("table").waitFor(); // after as many answers as half-hours
        await visitor.looksAt(`console-${view}`, size === DESK ? ["light", "dark"] : [["light", "dark"][index % 2]]);
      }
      await visitor.close();
    });
  }

  test("says first how it goes, and every figure with since when and of what", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    await visitor.go("/console");
    await sees(visitor, /^20:\d\d 現在 順調。/);
    const { today } = (await session.get("/api/v1/console/now")).json;
    assert.ok(today.granted > 100);
    const figure = visitor.page.locator(".figure", { hasText: word("now.granted") });
    assert.match(await figure.textContent(), new RegExp(`${today.granted.toLocaleString("ja")}人`));
    assert.match(await figure.textContent(), /0:00 から。1人 500ポイント/);
    // A reader hears an hour as a sentence, and no hour that has not come.
    const hours = await visitor.page.locator("ol.day").ariaSnapshot();
    assert.match(hours, /19時台 [\d,]+回 (少ない|やや多い|多い|非常に多い)/);
    assert.equal(hours.match(/listitem/g).length, 21);
    await visitor.page.getByRole("link", { name: word("nav.funnel") }).click();
    await sees(visitor, word("funnel.title"));
    assert.equal(new URL(visitor.page.url()).pathname, "/console/funnel");
    await visitor.page.route("**/api/v1/console/now", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), store: { available: false, waiting: 7 } } });
    });
    await visitor.page.goBack();
    await sees(visitor, /保存できません。/);
    await visitor.page.getByRole("status").getByText(/^20:\d\d 現在 保存できません。$/).waitFor(); // said, once
    await visitor.seesText(word("now.alert.store", { waiting: 7 }));
    await visitor.close();
  });

  test("keeps the span in the address, and the table can be taken along", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    await visitor.go("/console/heat?from=2025-12-15&to=2025-12-17");
    const table = visitor.page.locator("table");
    await visitor.page.getByText(word("table.show")).click();
    assert.equal(await table.locator("tbody tr").count(), 2);
    await visitor.page.getByLabel(word("span.to")).fill("2025-12-17");
    await visitor.page.getByRole("button", { name: word("span.action") }).click();
    await visitor.page.waitForURL(/to=2025-12-18/);
    await table.locator("tbody tr").nth(2).waitFor({ state: "attached" });
    const [download] = await Promise.all([
      visitor.page.waitForEvent("download"),
      visitor.page.getByRole("button", { name: /CSV/ }).click(),
    ]);
    const text = readFileSync(await download.path(), "utf8");
    assert.equal(text.charCodeAt(0), 0xfeff);
    assert.equal(text.split("\r\n")[0].split(",").length, 26);
    const heat = (await session.get("/api/v1/console/heat?from=2025-12-15&to=2025-12-18")).json;
    const total = heat.days[0].accesses.reduce((sum, count) => sum + count, 0);
    assert.ok(total > 0 && text.split("\r\n")[1].endsWith(`,${total}`));
    await visitor.close();
  });

  test("an order at the gate says first what it means for people, and takes its reason into the log", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    const { page } = visitor;
    const order = async (button, effect, why) => {
      await page.getByRole("button", { name: word(button), exact: true }).click();
      await page.locator("dialog[open]").waitFor();
      assert.match(await page.locator("dialog .effect").textContent(), effect);
      if (button === "gate.pause") await visitor.looksAt("console-gate-order");
      await page.getByLabel(word("gate.order.why")).fill(why);
      await page.getByRole("button", { name: word("gate.order.do") }).click();
    };
    await visitor.go("/console/gate");
    await order("gate.pause", /いま待っている \d+人は、再開するまで入れません。/, "提供者の障害");
    await visitor.seesText(word("gate.paused"));
    await visitor.go("/console");
    await sees(visitor, /入場を止めています。/);
    await visitor.go("/console/gate");
    await order("gate.resume", /入場を再開します。/, "障害が終わった");
    await visitor.seesText(word("gate.running"));
    const { entries } = (await session.get("/api/v1/console/audit?count=2&action=gate.")).json;
    assert.deepEqual(entries.map(({ reason }) => reason), ["障害が終わった", "提供者の障害"]);
    await page.getByRole("button", { name: word("gate.assisted.join") }).click();
    await page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).waitFor(); // the code of a place for whoever cannot queue
    await visitor.close();
  });

  test("a setting is changed with a reason and undone with one press", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    await visitor.go("/console/settings");
    const name = word("setting.console.slow_ms");
    const { page } = visitor;
    const change = async (what, value, effect) => {
      await page.getByLabel(what, { exact: true }).fill(value);
      await page.getByRole("button", { name: word("setting.change.of", { name: what }) }).click();
      await page.getByText(effect).waitFor();
      await page.getByLabel(word("gate.order.why")).fill("開始日");
      await page.getByRole("dialog").getByRole("button", { name: word("setting.change"), exact: true }).click();
    };
    await change(name, "500", word("setting.effect", { before: "1,000", value: "500" }));
    await visitor.seesText(word("setting.done", { name, before: "1,000", value: "500" }));
    await visitor.page.getByRole("button", { name: word("setting.undo"), exact: true }).click();
    await visitor.seesText(word("setting.done", { name, before: "500", value: "1,000" }));
    const closes = word("setting.campaign.closes");
    await page.getByLabel(closes, { exact: true }).fill("2020-01-01T00:00");
    await page.getByRole("button", { name: word("setting.change.of", { name: closes }) }).click();
    await page.getByRole("alert").getByText(closes).first().waitFor();
    await change(closes, "2025-12-29T18:00", /締切を3日のばします.*申込がまだの人は [\d,]+人/);
    await visitor.seesText(word("setting.undo"));
    await visitor.looksAt("console-settings-changed");
    await page.getByRole("button", { name: word("setting.history.show") }).click();
    await page.getByRole("row").filter({ hasText: closes }).filter({ hasText: "sandbox" }).getByRole("cell", { name: "開始日" }).waitFor();
    await page.getByRole("button", { name: word("setting.undo"), exact: true }).click();
    await page.getByText(/設定ファイルでは/).waitFor({ state: "detached" });
    await page.getByRole("link", { name: word("nav.log") }).click();
    await page.getByRole("cell", { name: word("action.setting.change") }).first().waitFor();
    await visitor.close();
  });

  test("a level set by hand with its reason is on the calendar that residents read", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    const { page } = visitor;
    await visitor.go("/console/calendar");
    await page.getByText(/終わった 1週の \d+枠のうち \d+枠\([\d.]+%\)が予報どおり/).waitFor();
    const marked = page.getByRole("cell", { name: word("calendar.by_hand", { level: "● 大変混雑" }) });
    await page.getByLabel(word("calendar.band"), { exact: true }).selectOption("20-1"); // the first morning is before the opening
    await page.getByLabel(word("calendar.level"), { exact: true }).selectOption("very busy");
    await page.getByLabel(word("calendar.reason")).first().fill("近くで催しがあるため");
    await page.getByRole("button", { name: word("calendar.override.do") }).click();
    await visitor.seesText(word("calendar.taken"));
    await marked.first().waitFor();
    await page.getByRole("cell", { name: "近くで催しがあるため" }).waitFor();
    await page.locator(".tabs").getByRole("link", { name: word("calendar.series.calls") }).click();
    await page.waitForURL(/series=calls/);
    await visitor.close();
  });

  test("sliders say how many must answer the telephone, or how it goes with so many", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    const { page } = visitor;
    await visitor.go("/console/staff?from=2025-12-15&to=2025-12-20");
    await page.getByText(/応答率 90% には、/).waitFor();
    const needed = async () => Math.max(...(await page.locator("tbody tr td:nth-child(3)").allTextContents()).map(Number));
    const before = await needed();
    await page.getByLabel(word("staff.answer_rate"), { exact: true }).fill("60");
    await page.getByText(/応答率 60% には、/).waitFor();
    assert.ok((await needed()) < before);
    await page.getByLabel(word("staff.agents"), { exact: true }).fill("1");
    await page.getByText(/どの30分も 1人で出ると、/).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /CSV/ }).click()]);
    const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
    assert.equal(lines.length, 1 + (await page.locator("tbody tr").count()));
    assert.equal(lines[1].split(",")[2], "1");
    await visitor.close();
  });

  test("an admin lets somebody in, hands the secrets over once, and disables them", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn(DESK, session);
    const { page } = visitor;
    await visitor.go("/console/operators");
    await page.getByLabel(word("operators.name"), { exact: true }).first().fill("suzuki");
    await page.getByLabel(word("gate.order.why")).first().fill("窓口が増えたため");
    await page.getByRole("button", { name: word("operators.add.do") }).click();
    await visitor.seesText(word("operators.told", { name: "suzuki" }));
    await page.getByAltText(word("operators.qr", { name: "suzuki" })).waitFor();
    await page.getByRole("cell", { name: word("operators.active") }).first().waitFor();
    const [password, otpauth] = await page.locator(".secrets code").allTextContents();
    const who = new Operator(server.url);
    assert.equal((await who.signIn("suzuki", /secret=([A-Z2-7]+)/.exec(otpauth)[1], { password })).status, 201);
    await visitor.looksAt("console-operators-told");
    await page.getByRole("button", { name: word("operators.put") }).click();
    assert.equal(await page.getByText(password).count(), 0);
    await page.locator("#who").selectOption("suzuki");
    await page.locator("#what").selectOption("disable");
    await page.getByLabel(word("gate.order.why")).last().fill("異動のため");
    await page.getByRole("button", { name: word("operators.change.do") }).click();
    await visitor.seesText(word("operators.done", { name: "suzuki" }));
    assert.equal((await who.get("/api/v1/console/session")).status, 401);
    await visitor.close();
  });

  test("on a wall views take turns, and a tab that nobody sees rests", async () => {
    const session = new Operator(server.url);
    await session.enterByLink(server);
    const visitor = await signedIn({ width: 1920, height: 1080 }, session);
    const { page } = visitor;
    await page.clock.install();
    let asked = 0;
    page.on("request", (request) => (asked += request.url().includes("/api/v1/console/now") ? 1 : 0));
    await visitor.go("/console?wall=now,heat,gate&every=30");
    await sees(visitor, /現在/);
    await page.clock.runFor(31_000);
    await sees(visitor, word("heat.title"));
    await page.clock.runFor(31_000);
    await sees(visitor, word("gate.title"));
    await page.clock.runFor(31_000);
    await sees(visitor, /現在/);
    const hide = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await hide(true);
    const before = asked;
    await page.clock.runFor(120_000);
    assert.equal(asked, before);
    const again = page.waitForRequest(/console\/now/);
    await hide(false);
    await again;
    await page.keyboard.press("Escape");
    await page.getByRole("navigation").waitFor();
    await visitor.close();
  });

  test("a viewer sees no list of operators, and digits switch views only when wanted", async () => {
    const made = await addOperator(server, "abe", "viewer");
    const session = new Operator(server.url);
    await session.expect(201, session.signIn("abe", made.secret));
    const visitor = await signedIn(DESK, session);
    await visitor.go("/console");
    await settled(visitor);
    assert.equal(await visitor.page.getByRole("link", { name: word("nav.operators") }).count(), 0);
    const third = await visitor.page.locator("nav a").nth(2).getAttribute("href");
    await visitor.page.keyboard.press("3");
    assert.equal(new URL(visitor.page.url()).pathname, "/console");
    await visitor.page.getByLabel(word("keys.use")).check();
    await visitor.page.locator("main").focus();
    await visitor.page.keyboard.press("3");
    await visitor.page.waitForURL((url) => url.pathname === third);
    await visitor.close();
  });
});
