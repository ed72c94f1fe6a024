// Waiting: the place survives everything, the page is calm and honest, and the turn is not missed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { APP, DESKTOP, openBrowser, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";
import { Operator } from "../lib/operator.mjs";
import { exchange, Resident } from "../lib/resident.mjs";
import { until } from "../lib/until.mjs";

const SLOW = { "gate.pace_per_min_max": 240, "gate.anonymous_per_address_per_min": 100_000 };

// Anonymous people who stand in line before whoever comes next.
async function crowd(server, people) {
  for (let i = 0; i < people; i += 1) {
    const { status, text } = await new Resident(server.url).post("/api/v1/gate/tickets", {});
    assert.equal(status, 201, text);
  }
}

async function joinedInAll(server) {
  const { passed, waiting } = await gateOf(server);
  return passed + waiting;
}

const gateOf = async (server) => (await exchange(`${server.url}/api/v1/gate`)).json;

// Gives the gate orders, as its operator does; `anew` begins the line anew.
async function steer(server) {
  const operator = new Operator(server.url);
  await operator.enterByLink(server);
  const post = async (path, body) => {
    const { status, text } = await operator.post(path, { why: "test", ...body });
    assert.equal(status, 200, text);
  };
  const order = (body) => post("/api/v1/console/gate", body);
  order.anew = async () => {
    const { epoch } = await gateOf(server);
    await post("/api/v1/console/gate/reset", { epoch });
    await until(async () => (await gateOf(server)).epoch === epoch + 1);
  };
  return order;
}

const FASTER = 20;
const HARDLY = { by_hand: true, hand_per_min: 1 };
const AGAIN = { by_hand: false };

// The line is begun anew, and others are in it before an open page can hear of that.
async function begunAnew(page, server, order) {
  let full;
  const crowded = new Promise((resolve) => (full = resolve));
  await page.route("**/api/v1/gate", (route) => crowded.then(() => route.continue()));
  await order.anew();
  await crowd(server, 8);
  full();
  await page.unroute("**/api/v1/gate");
}

const me = (page) => page.evaluate(async () => (await fetch("/api/v1/me")).json());

async function numbers(page) {
  const ahead = await page.locator(".line-numbers dd").nth(1).textContent();
  return { ahead: Number(ahead.replace(/[^0-9]/g, "")), span: (await page.locator(".line-numbers .span").textContent()).trim() };
}

// Walks to the jump, and is asked to wait behind so many people.
async function joined(browser, server, people, options) {
  const visitor = await Visitor.open(browser, server.url, options);
  await visitor.walkToJump();
  await crowd(server, people);
  await visitor.press("identity.action", APP);
  await visitor.sees("line.title");
  await visitor.page.locator(".line-numbers").waitFor();
  return visitor;
}

describe("a place that survives", () => {
  test("join, close the tab, come back, a restart, the turn, the provider, another browser, and done", async (t) => {
    const browser = await openBrowser();
    t.after(() => browser.close());
    // The service's time runs so fast that a minute is soon over.
    const clock = (ms) => ["--clock", `${new Date(ms).toISOString()}*${FASTER}`];
    let server = await start({ set: { ...SLOW, "gate.pace_per_min_max": 1 }, args: clock(Date.now()) });
    const visitor = await joined(browser, server, 40, { record: "place-that-survives" });
    const { place } = await me(visitor.page);
    const first = await numbers(visitor.page);
    assert.ok(first.ahead > 5 && first.ahead <= 41, `${first.ahead} ahead`); // the document may be half a person off
    await visitor.seesText(word("line.closable"));
    await visitor.looksAt("61-waiting");
    await visitor.page.close();
    const left = (await gateOf(server)).now;
    await until(async () => (await gateOf(server)).now >= left + 60);
    visitor.page = await visitor.newPage();
    await visitor.go("/");
    await visitor.seesText(word("line.homeState"));
    await visitor.looksAt("62-home-waiting");
    await visitor.page.getByRole("link", { name: new RegExp(word("line.homeState")) }).click();
    await visitor.sees("line.title");
    const again = (await me(visitor.page)).place;
    assert.deepEqual([again.second, again.rank], [place.second, place.rank]);
    await visitor.page.locator(".line-numbers").waitFor();
    assert.ok((await numbers(visitor.page)).ahead <= first.ahead);
    await visitor.page.close();

    // While nobody looks the server is started again, with a faster pace. Cookies do not mind the new port.
    const { store, directory } = server;
    const { now } = await gateOf(server);
    assert.equal(await server.stop(), 0);
    server = await start({ store, directory, set: SLOW, args: clock(now * 1000) });
    visitor.page = await visitor.newPage();
    await visitor.go(`${server.url}/journey`);
    await visitor.seesAtLast("line.turn.title");
    const after = (await me(visitor.page)).place;
    assert.deepEqual([after.second, after.rank], [place.second, place.rank]);
    await visitor.looksAt("63-turn");
    await visitor.go(`${server.url}/`);
    await visitor.seesText(word("line.turn.title"));
    await visitor.looksAt("64-home-turn", ["light"]);

    await visitor.go(`${server.url}/journey`);
    const stranger = await visitor.returnsElsewhere(browser, { record: "place-that-survives-second-browser" });
    await stranger.sees("return.code.title");
    const code = await stranger.codeShown();
    await visitor.seesAtLast("confirm.title");
    await visitor.page.getByLabel(word("confirm.label")).fill(code);
    await visitor.press("confirm.action");
    await visitor.sees("result.verified.title");
    await visitor.applies();
    await Promise.all([visitor.close(), stranger.close()]);
    assert.equal(await server.stop(), 0);
  });
});

describe("waiting in the app", () => {
  let server, browser, order;
  before(async () => {
    [server, browser] = await Promise.all([start({ set: SLOW }), openBrowser()]);
    order = await steer(server);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("numbers only shrink, a screen reader hears of milestones only, and only the public document is asked for", async () => {
    const visitor = await joined(browser, server, 24);
    const asked = [];
    const began = Date.now();
    visitor.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await visitor.page.evaluate(() => {
      globalThis.seen = { ahead: [], said: [] };
      const watch = () => {
        const ahead = document.querySelectorAll(".line-numbers dd")[1]?.textContent;
        const said = document.querySelector("[aria-live]")?.textContent.trim();
        if (ahead && globalThis.seen.ahead.at(-1) !== ahead) globalThis.seen.ahead.push(ahead);
        if (said && globalThis.seen.said.at(-1) !== said) globalThis.seen.said.push(said);
      };
      new MutationObserver(watch).observe(document.body, { subtree: true, childList: true, characterData: true });
      watch();
    });
    await visitor.sees("line.turn.title");
    const seen = await visitor.page.evaluate(() => globalThis.seen);
    const ahead = seen.ahead.map((text) => Number(text.replace(/[^0-9]/g, "")));
    assert.deepEqual(ahead, [...ahead].sort((a, b) => b - a));
    assert.ok(seen.said.length <= 3, JSON.stringify(seen.said));
    const others = asked.filter((path) => path.startsWith("/api/") && path !== "/api/v1/gate");
    assert.deepEqual([...new Set(others)].sort(), ["/api/v1/gate/passes"]);
    const asks = asked.length / ((Date.now() - began) / 1000);
    assert.ok(asks < 2, `${asks} requests a second`);
    await visitor.close();
  });

  test("two tabs show one place, without a line the last one, and by keyboard alone the bell", async () => {
    await order(HARDLY);
    const visitor = await joined(browser, server, 8, { size: DESKTOP });
    const people = await joinedInAll(server);
    const other = await visitor.secondTab();
    await other.go("/journey");
    await other.sees("line.title");
    await other.page.locator(".line-numbers").waitFor();
    const places = await Promise.all([visitor, other].map(async ({ page }) => (await me(page)).place));
    assert.deepEqual([places[0].second, places[0].rank], [places[1].second, places[1].rank]);
    assert.equal(await joinedInAll(server), people, "a second tab took a second place");
    await other.page.close();

    const { page } = visitor;
    await page.bringToFront();
    const bell = visitor.button("line.bell");
    for (let i = 0; i < 20 && !(await bell.evaluate((one) => one === document.activeElement)); i += 1) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Space");
    await visitor.seesText(word("line.bellOn"));
    assert.equal(await bell.getAttribute("aria-pressed"), "true");
    await visitor.looksAt("65-waiting");

    await visitor.context.setOffline(true);
    await visitor.seesText(word("line.doubt.title"));
    assert.equal(await page.locator(".line-numbers .span").count(), 1);
    await visitor.looksAt("66-waiting-offline", ["light"]);
    await visitor.context.setOffline(false);
    await page.getByText(word("line.doubt.title")).waitFor({ state: "detached" });
    await visitor.close();
  });

  test("a pause and an operator's words are shown without losing the place", async () => {
    const visitor = await joined(browser, server, 8);
    const { place } = await me(visitor.page);
    const said = "本人確認のシステムを点検しています。";
    await order({ paused: true, message: said });
    await visitor.seesAtLast("line.still.title");
    await visitor.seesText(said);
    await visitor.seesText(word("line.closable"));
    await visitor.looksAt("73-paused");
    await order({ paused: false, message: "", by_hand: true, hand_per_min: 600 });
    await visitor.page.close();
    visitor.page = await visitor.newPage();
    await visitor.go("/journey");
    const after = await until(async () => {
      const { place: now } = await me(visitor.page);
      return now.ahead === 0 && now;
    });
    assert.deepEqual([after.second, after.rank], [place.second, place.rank]);
    await visitor.close();
  });
});

describe("a line that the operator begins anew", () => {
  let server, browser, order;
  before(async () => {
    [server, browser] = await Promise.all([start({ set: SLOW }), openBrowser()]);
    order = await steer(server);
    await order(HARDLY);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("an open page takes the new place by itself and says so; who comes back has one button", async () => {
    const visitor = await joined(browser, server, 8, { look: { theme: "light", text: "200" } });
    const { place } = await me(visitor.page);
    await begunAnew(visitor.page, server, order);
    await until(async () => {
      await visitor.page.evaluate(() => void dispatchEvent(new Event("pageshow"))); // looks at the line now
      return (await visitor.page.getByText(word("line.anew.kept")).count()) > 0;
    });
    const anew = (await me(visitor.page)).place;
    assert.equal(anew.epoch, place.epoch + 1);
    await visitor.looksAt("74-anew");

    await visitor.page.close();
    await order.anew();
    await crowd(server, 8);
    visitor.page = await visitor.newPage();
    await visitor.go("/journey");
    await visitor.sees("identity.title", APP);
    await visitor.seesText(word("line.anew.body"));
    await visitor.looksAt("75-anew-return");
    assert.equal(await visitor.page.locator(".sheet .button.main").count(), 1);
    await visitor.tabTo(word("identity.action", APP));
    await visitor.sees("line.title");
    assert.equal((await me(visitor.page)).place.epoch, place.epoch + 2);
    await visitor.close();
  });

  test("the page of another site does the same, with and without script", async () => {
    await crowd(server, 8);
    const visitor = await Visitor.open(browser, server.url);
    const plain = await Visitor.open(browser, server.url, { script: false });
    for (const each of [visitor, plain]) await each.go("/waiting?return=/faq");
    await visitor.sees("line.title");
    await plain.press("line.join.action");
    await plain.sees("line.title");
    await begunAnew(visitor.page, server, order);
    await visitor.page.reload(); // what was shown before is remembered
    await visitor.page.locator("[data-is='reason-body']", { hasText: word("line.anew.kept") }).waitFor();
    await visitor.looksAt("76-visitor-anew");
    await plain.press("line.again");
    await plain.sees("line.title");
    await plain.seesText(word("line.anew.kept"));
    await order.anew();
    await crowd(server, 8);
    await plain.go("/waiting?return=/faq");
    await plain.sees("line.join.title");
    await plain.seesText(word("line.anew.join"));
    await plain.keepsPicture("77-no-script-anew");
    await plain.page.keyboard.press("Tab");
    await plain.page.keyboard.press("Enter");
    await plain.sees("line.title");
    await Promise.all([visitor.close(), plain.close()]);
  });
});

describe("the waiting page of a site behind the gate", () => {
  let server, browser, order;
  before(async () => {
    [server, browser] = await Promise.all([start({ set: SLOW }), openBrowser()]);
    order = await steer(server);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("takes a place by itself, tells the turn, and leads back; a copied ticket gets no pass", async () => {
    await order(HARDLY);
    await crowd(server, 8);
    const visitor = await Visitor.open(browser, server.url);
    await visitor.go("/waiting?return=/faq%3Fq=1");
    await visitor.sees("line.title");
    await visitor.looksAt("67-visitor-waiting");
    const ticket = await visitor.page.evaluate(() => localStorage.getItem("juncho.ticket"));
    const copy = await Visitor.open(browser, server.url, { size: DESKTOP });
    await copy.context.addInitScript((text) => localStorage.getItem("juncho.ticket") ?? localStorage.setItem("juncho.ticket", text), ticket);
    const refusals = [];
    copy.page.on("response", (one) => one.url().endsWith("/passes") && refusals.push(one.status()));
    await copy.go("/waiting");
    await order(AGAIN);
    await visitor.seesAtLast("line.turn.title");
    await visitor.looksAt("68-visitor-turn");
    await visitor.press("line.turn.action");
    await visitor.page.waitForURL(/\/faq\?q=1$/);
    assert.ok((await visitor.context.cookies()).some(({ name }) => name === "juncho-pass"));
    await until(async () => {
      await copy.turnsBack();
      return refusals.length !== 0;
    });
    assert.equal(refusals[0], 403); // with a place of its own it may get one
    await copy.page.waitForFunction((text) => localStorage.getItem("juncho.ticket") !== text, ticket);
    await Promise.all([visitor.close(), copy.close()]);
  });

  test("works without script: a button takes the place, looks again, and goes on", async () => {
    const visitor = await Visitor.open(browser, server.url, { script: false });
    await visitor.go("/waiting?return=//evil.example/");
    assert.equal(await visitor.page.locator("form").getAttribute("action"), "/waiting");
    await visitor.go("/waiting?return=/faq");
    await visitor.sees("line.join.title");
    await visitor.keepsPicture("69-no-script-join");
    await order(HARDLY);
    await crowd(server, 8);
    await visitor.press("line.join.action");
    await visitor.sees("line.title");
    await visitor.keepsPicture("70-no-script-waiting");
    await visitor.press("line.again");
    await visitor.sees("line.title");
    await order(AGAIN);
    while ((await visitor.button("line.turn.action").count()) === 0) await visitor.go("/waiting?return=/faq");
    await visitor.keepsPicture("71-no-script-turn");
    // When many come in at once the gate asks one to press again in a second.
    while (!visitor.page.url().endsWith("/faq")) {
      await Promise.all([visitor.page.waitForEvent("framenavigated"), visitor.press("line.turn.action")]);
    }
    await visitor.close();
  });
});

describe("a press that comes a moment too early", () => {
  test("is told so without script, and the next one goes on", async (t) => {
    const browser = await openBrowser();
    t.after(() => browser.close());
    const server = await start({ set: SLOW, args: ["--clock", `${new Date().toISOString()}*${FASTER * 5}`] });
    const order = await steer(server);
    const visitor = await Visitor.open(browser, server.url, { script: false });
    await visitor.go("/waiting?return=/faq");
    await visitor.press("line.join.action");
    await visitor.sees("line.turn.title");
    // Who comes so late is let in before the line, at the pace that there is now: none.
    await order({ paused: true });
    const { now } = await gateOf(server);
    await until(async () => (await gateOf(server)).now > now + 200);
    await visitor.press("line.turn.action");
    await visitor.seesText(word("line.held"));
    await visitor.keepsPicture("78-no-script-held");
    await order({ paused: false });
    await until(async () => {
      await visitor.press("line.turn.action");
      return visitor.page.url().endsWith("/faq");
    });
    await visitor.close();
    assert.equal(await server.stop(), 0);
  });
});

describe("the check of the draw", () => {
  test("says what is published, and computes a rank that the server has given", async (t) => {
    const opening = (fromNowMs) => ({ ...SLOW, "campaign.opens": new Date(Date.now() + fromNowMs).toISOString() });
    let server = await start({ set: opening(3_600_000) });
    const browser = await openBrowser();
    t.after(() => browser.close());
    const resident = new Resident(server.url);
    await resident.register();
    const { json: place } = await resident.post("/api/v1/gate/tickets", {});
    assert.equal(place.second, 0);
    const visitor = await Visitor.open(browser, server.url);
    await visitor.go("/draw");
    await visitor.seesText(word("draw.sealed"));
    assert.equal(await visitor.button("draw.action").isVisible(), false);
    const { store, directory } = server;
    assert.equal(await server.stop(), 0);
    server = await start({ store, directory, set: opening(-60_000) });
    await visitor.go(`${server.url}/draw`);
    await visitor.seesText(word("draw.open"));
    const field = visitor.page.getByLabel(word("draw.number"));
    for (const nonsense of ["<b>", "R-7K3M", "R-UUUU-UUUU-UUUU"]) {
      await field.fill(nonsense);
      await visitor.press("draw.action");
      await visitor.seesText(word("draw.wrong"));
      assert.equal(await visitor.page.locator("[data-is='result']").isVisible(), false);
    }
    await visitor.looksAt("71-draw-wrong");
    await field.fill(place.pseudonym.toLowerCase().replaceAll("-", ""));
    await visitor.page.keyboard.press("Enter");
    await visitor.seesText(place.rank.toString(16).padStart(8, "0"));
    await visitor.looksAt("72-draw");
    await visitor.close();
    assert.equal(await server.stop(), 0);
  });
});
