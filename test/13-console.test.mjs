// Operators: who gets in, what a role may do, how sessions end, and what the log keeps.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { eachStore, freshDirectory, juncho, start } from "./lib/juncho.mjs";
import { Operator, PASSWORD, addOperator, operator, totp } from "./lib/operator.mjs";
import { Resident, exchange } from "./lib/resident.mjs";

const ROLES = ["viewer", "operator", "admin"];

// The routes of the console as the server has them: {method, path, role, changes}.
async function consoleRoutes() {
  const { stdout } = await juncho(["serve", "--routes"]);
  const rows = stdout.split("\n").map((line) => line.split(" "));
  return rows.filter(([, path]) => path?.startsWith("/api/v1/console/")).map(([method, path, ...flags]) => ({
    method,
    path: path.replace(/\{[^}]+\}/g, "1"),
    role: ROLES.find((role) => flags.includes(role)),
    changes: flags.includes("changes"),
  }));
}

const ask = (who, route) =>
  route.method === "GET" ? who.get(route.path) : who.post(route.path, {}, {}, route.method);

eachStore("operators", (store) => {
  let server, nobody;
  before(async () => {
    server = await start({ store: await store.fresh() });
    nobody = new Operator(server.url);
  });
  after(() => server.stop());

  test("a fresh store lets nobody in, whatever the password", async () => {
    for (const name of ["admin", "sandbox", "root"]) {
      const answer = await nobody.post("/api/v1/console/session", { name, password: PASSWORD, code: "000000" });
      assert.equal(answer.status, 401, answer.text);
      assert.equal(answer.json.type, "urn:juncho:problem:operator-sign-in");
    }
  });

  test("every route of the console refuses a stranger and a resident", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    const routes = (await consoleRoutes()).filter(({ method, path }) => `${method} ${path}` !== "POST /api/v1/console/session");
    assert.ok(routes.length >= 4);
    for (const route of routes) {
      assert.ok(route.role, `${route.method} ${route.path} has no role`);
      for (const who of [nobody, resident]) {
        const answer = await ask(who, route);
        assert.equal(answer.status, 401, `${route.method} ${route.path}: ${answer.text}`);
        assert.equal(answer.json.title, "サインインが必要です");
      }
    }
  });

  test("whoever waits as a visitor and signs in at the console keeps their place", async () => {
    const visitor = new Operator(server.url);
    const place = (await visitor.expect(201, visitor.post("/api/v1/gate/tickets", {}))).json;
    await visitor.expect(201, visitor.enterByLink(server));
    const again = (await visitor.expect(200, visitor.post("/api/v1/gate/tickets", { ticket: place.ticket }))).json;
    assert.equal(again.ticket, place.ticket);
    await visitor.expect(200, visitor.get("/api/v1/console/session"));
  });

  test("every route refuses a smaller role than its own, and takes a sufficient one", async () => {
    const people = [];
    for (const role of ROLES) people.push(await operator(server, role));
    for (const route of (await consoleRoutes()).filter(({ role, method }) => role && method !== "DELETE")) {
      const least = ROLES.indexOf(route.role);
      for (const [index, who] of people.entries()) {
        const answer = await ask(who, route);
        const told = `${ROLES[index]} ${route.method} ${route.path}: ${answer.status} ${answer.text.slice(0, 200)}`;
        if (index < least) assert.equal(answer.json?.type, "urn:juncho:problem:operator-role", told);
        else assert.ok(![401, 403].includes(answer.status) && answer.status < 500, told);
      }
    }
  });

  test("changes need this very site's origin", async () => {
    const who = await operator(server, "admin");
    for (const route of (await consoleRoutes()).filter(({ changes }) => changes)) {
      const answer = await who.post(route.path, {}, { origin: "https://elsewhere.example" }, route.method);
      assert.equal(answer.status, 403, route.path);
      assert.equal(answer.json.type, "urn:juncho:problem:foreign-origin");
    }
  });

  test("a code counts once, and an older one no more", async () => {
    const { secret } = await addOperator(server, "abe", "viewer");
    const who = new Operator(server.url);
    const now = Date.now() / 1000;
    assert.equal((await who.signIn("abe", secret, { now })).status, 201);
    const again = await new Operator(server.url).signIn("abe", secret, { now });
    assert.equal(again.status, 401);
    assert.equal(again.json.type, "urn:juncho:problem:operator-code-used");
    assert.equal((await new Operator(server.url).signIn("abe", secret, { at: -1, now })).status, 401);
    assert.equal((await new Operator(server.url).signIn("abe", secret, { at: 1, now })).status, 201);
  });

  test("after leaving, the old cookie is nobody's", async () => {
    const who = await operator(server, "viewer");
    const kept = who.clone();
    assert.equal((await kept.get("/api/v1/console/session")).json.role, "viewer");
    assert.equal((await who.leave()).status, 204);
    assert.equal(who.cookies.has("juncho-console"), false);
    assert.equal((await kept.get("/api/v1/console/session")).status, 401);
  });

  test("who is disabled is out at once, and back after a reset with new secrets", async () => {
    const who = await operator(server, "operator");
    await addOperator(server, "another-admin", "admin");
    const gone = await addOperator(server, who.name, null, { verb: "disable" });
    assert.equal(gone.code, 0, gone.stderr);
    assert.equal((await who.get("/api/v1/console/session")).status, 401);
    assert.equal((await who.signIn(who.name, who.secret, { at: 1 })).status, 401);
    const back = await addOperator(server, who.name, null, { verb: "reset", password: "a new one, and longer" });
    assert.equal((await who.signIn(who.name, back.secret, { password: "a new one, and longer" })).status, 201);
  });

  test("an admin adds, moves, disables and resets from the console; secrets are told once, each with an entry", async () => {
    const admin = await operator(server, "admin");
    const name = "窓口-1";
    const put = (body) => admin.post(`/api/v1/console/operators/${encodeURIComponent(name)}`, body, {}, "PUT");
    const secretOf = ({ json }) => /secret=([A-Z2-7]{32})&issuer=Juncho$/.exec(json.otpauth)[1];
    const added = await admin.post("/api/v1/console/operators", { name, role: "viewer", reason: "窓口が増えた" });
    assert.equal(added.status, 201, added.text);
    assert.match(added.json.qr_svg, /<svg /);
    const who = Object.assign(new Operator(server.url), { name });
    const enter = (from, at = 0) => who.signIn(name, secretOf(from), { password: from.json.password, at });
    assert.equal((await enter(added)).status, 201);
    assert.equal((await admin.post("/api/v1/console/operators", { name, role: "admin", reason: "二度目" })).status, 409);
    assert.equal((await who.post("/api/v1/console/gate", {})).json.type, "urn:juncho:problem:operator-role");
    const moved = await put({ change: "role", role: "operator", reason: "入場も見る" });
    assert.deepEqual([moved.status, moved.json], [200, { name, change: "role" }]);
    assert.equal((await who.get("/api/v1/console/session")).json.role, "operator"); // at once
    assert.equal((await put({ change: "disable", reason: "異動" })).status, 200);
    assert.equal((await who.get("/api/v1/console/session")).status, 401);
    assert.equal((await put({ change: "disable", reason: "異動" })).status, 409);
    const back = await put({ change: "reset", reason: "戻った" });
    assert.notEqual(back.json.password, added.json.password);
    assert.equal((await enter(added, 1)).status, 401);
    assert.equal((await enter(back, 1)).status, 201);
    const { entries } = (await admin.get("/api/v1/console/audit?count=500&action=operator.")).json;
    const told = entries.filter(({ subject, operator: by }) => subject === name && by === admin.name).map(({ action, before, after, reason }) => [action, before, after, reason]);
    assert.deepEqual(told, [["operator.reset", "", "", "戻った"], ["operator.disable", "", "", "異動"],
      ["operator.role", "viewer", "operator", "入場も見る"], ["operator.add", "", "viewer", "窓口が増えた"]]);
  });

  test("what is wrong about an operator names the field, and changes nothing", async () => {
    const admin = await operator(server, "admin");
    const before = (await admin.get("/api/v1/console/operators")).json;
    const good = { name: "sato", role: "viewer", reason: "x" };
    const cases = [
      ["POST", "", { ...good, name: "a b" }, 400, "name"], ["POST", "", { ...good, role: "root" }, 400, "role"],
      ["POST", "", { ...good, reason: "" }, 400, "reason"], ["POST", "", { ...good, password: "mine" }, 400, "password"],
      ["PUT", "/nobody", { change: "disable", reason: "x" }, 404, "name"], ["PUT", "/nobody", { change: "reset", reason: "x" }, 404, "name"],
      ["PUT", `/${admin.name}`, { change: "add", reason: "x" }, 400, "change"], ["PUT", `/${admin.name}`, { change: "role", reason: "x" }, 400, "role"],
    ];
    for (const [method, path, body, status, field] of cases) {
      const answer = await admin.post(`/api/v1/console/operators${path}`, body, {}, method);
      assert.deepEqual([answer.status, answer.json.field], [status, field], `${method} ${path} ${JSON.stringify(body)}`);
    }
    const known = ({ operators }) => operators.map(({ name, role, disabled }) => [name, role, disabled]);
    assert.deepEqual(known((await admin.get("/api/v1/console/operators")).json), known(before));
  });

  test("the last admin stays, whatever the console asks", async () => {
    const alone = await start({ store: await store.fresh() });
    const admin = await operator(alone, "admin", "yamada");
    const put = (name, body) => admin.post(`/api/v1/console/operators/${name}`, { ...body, reason: "x" }, {}, "PUT");
    assert.equal((await put("yamada", { change: "disable" })).status, 409);
    assert.equal((await put("yamada", { change: "role", role: "viewer" })).status, 409);
    assert.equal((await admin.get("/api/v1/console/session")).json.role, "admin");
    assert.equal((await admin.post("/api/v1/console/operators", { name: "sato", role: "admin", reason: "x" })).status, 201);
    assert.equal((await put("yamada", { change: "role", role: "viewer" })).status, 200);
    assert.equal((await admin.get("/api/v1/console/operators")).json.type, "urn:juncho:problem:operator-role");
    assert.equal(await alone.stop(), 0);
  });

  test("an operator changes their own password with the present one and a code; sessions elsewhere end", async () => {
    const name = "nishi", next = "four doors in the evening";
    const { secret } = await addOperator(server, name, "viewer");
    const who = new Operator(server.url), elsewhere = new Operator(server.url);
    // The code before this one, so that two are left; again when the half minute has just ended.
    if ((await elsewhere.signIn(name, secret, { at: -1 })).status !== 201) await elsewhere.expect(201, elsewhere.signIn(name, secret, { at: -1 }));
    await who.expect(201, who.signIn(name, secret));
    const put = (current, at, password) =>
      who.post("/api/v1/console/session/password", { current, code: totp(secret, Date.now() / 1000 + at * 30), password }, {}, "PUT");
    assert.equal((await put("not mine at all", 1, next)).json.type, "urn:juncho:problem:operator-sign-in");
    assert.equal((await put(PASSWORD, 1, "short")).json.field, "password");
    assert.equal((await put(PASSWORD, -1, next)).json.type, "urn:juncho:problem:operator-code-used");
    assert.equal((await elsewhere.get("/api/v1/console/session")).status, 200);
    assert.equal((await put(PASSWORD, 1, next)).status, 204);
    assert.equal((await who.get("/api/v1/console/session")).json.password, true);
    assert.equal((await elsewhere.get("/api/v1/console/session")).status, 401);
    assert.equal((await who.signIn(name, secret, { at: 2 })).status, 401);
    const { entries } = (await (await operator(server, "admin")).get("/api/v1/console/audit?action=operator.password")).json;
    assert.deepEqual(entries.map(({ operator: by, subject }) => [by, subject]), [[name, name]]);
  });

  test("guessing waits longer and longer, and does not keep the owner's browser out", async () => {
    const owner = await operator(server, "viewer");
    const guesser = new Operator(server.url);
    const guess = () => guesser.post("/api/v1/console/session", { name: owner.name, password: "no", code: "111111" });
    for (let tries = 0; tries < 5; tries++) assert.equal((await guess()).status, 401);
    const waits = await guess();
    assert.equal(waits.status, 429);
    assert.match(waits.json.detail, /in 1 seconds/);
    assert.equal((await owner.signIn(owner.name, owner.secret, { at: 1 })).status, 201);
  });

  test("a setting changes with a reason, is undone, and two who change it at once are told", async () => {
    const admin = await operator(server, "admin");
    const put = (name, body) => admin.post(`/api/v1/console/settings/${name}`, body, {}, "PUT");
    const reason = "開始日は早めに知りたい";
    const changed = await put("console.slow_ms", { before: 1000, value: 500, reason });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.json.settings.find(({ name }) => name === "console.slow_ms").value, 500);
    assert.equal((await admin.get("/api/v1/console/now")).json.settings["console.slow_ms"], 500);
    const { json } = await admin.get("/api/v1/console/audit?count=1&action=setting.");
    const { subject, before, after, operator: who } = json.entries[0];
    assert.deepEqual([subject, before, after, json.entries[0].reason, who], ["console.slow_ms", "1000", "500", reason, admin.name]);
    assert.equal((await put("console.slow_ms", { before: 1000, value: 700, reason })).status, 409);
    assert.equal((await put("console.slow_ms", { before: 500, value: 5, reason })).json.field, "value");
    assert.equal((await put("console.slow_ms", { before: 500, value: 700, reason: "" })).json.field, "reason");
    assert.equal((await put("console.nothing", { before: 0, value: 1, reason })).status, 404);
    assert.equal((await put("console.slow_ms", { before: 500, value: 1000, reason: "もとに戻す" })).status, 200);
    assert.equal((await admin.get("/api/v1/console/audit?count=9&action=setting.")).json.entries.length, 2);
  });

  test("a campaign's settings change while it runs: effect first, money kept, history, undo, and the console wins at the next start", async (t) => {
    const at = { store: await store.fresh() };
    let city = await start(at);
    t.after(() => city.stop());
    const admin = await operator(city, "admin");
    const all = async () => (await admin.get("/api/v1/console/settings")).json.keys;
    const key = async (name) => (await all()).find((one) => one.name === name);
    const put = async (name, value, before) =>
      admin.post(`/api/v1/console/settings/${name}`, { before: before ?? (await key(name)).value, value, reason: "確認" }, {}, "PUT");
    const effect = (name, value) => admin.get(`/api/v1/console/settings/${name}/effect?value=${encodeURIComponent(value)}`);
    const granted = await new Resident(city.url).walkTo("granted");
    const verified = await new Resident(city.url).walkTo("verified");

    const meant = (await effect("campaign.points", 12000)).json;
    assert.deepEqual([meant.people.granted, meant.people.verified, meant.points.reserved], [1, 1, 11000]);
    assert.equal((await put("campaign.points", 12000)).status, 200);
    assert.equal((await granted.get("/api/v1/me/points")).json.balance, 11000);
    assert.equal((await verified.get("/api/v1/me/points")).json.pending, 11000); // what was promised
    const later = await new Resident(city.url).walkTo("granted");
    assert.equal((await later.get("/api/v1/me/points")).json.balance, 12000);

    const low = await put("campaign.budget_points", 33999);
    assert.deepEqual([low.status, low.json.field, low.json.type], [400, "campaign.budget_points", "urn:juncho:problem:budget-taken"]);
    assert.equal((await put("campaign.budget_points", 34000)).status, 200);
    assert.equal((await put("campaign.budget_points", 40000)).status, 200);
    const closes = (await key("campaign.closes")).value;
    assert.equal((await put("campaign.closes", "2031-04-01T00:00:00+09:00")).status, 200);
    assert.equal((await granted.get("/api/v1/campaign")).json.closes, "2031-04-01T00:00:00+09:00");
    const refused = [["campaign.closes", "2026-03-01T00:00:00+09:00", "not-in-the-future"], ["campaign.opens", "2031-01-01T00:00:00+09:00", "campaign-has-opened"],
      ["campaign.points", 12000, "same-value"], ["campaign.age_min", 121, "invalid"], ["calendar.very_busy_percent", 60, "invalid"], ["campaign.name", "", "invalid"]];
    for (const [name, value, code] of refused) {
      const answer = await put(name, value);
      assert.deepEqual([answer.status, answer.json.field, answer.json.type], [400, name, `urn:juncho:problem:${code}`], answer.text);
    }
    const fixed = await put("identity.issuer", "https://elsewhere.example");
    assert.deepEqual([fixed.status, fixed.json.type], [409, "urn:juncho:problem:setting-fixed"]);
    assert.equal((await put("campaign.points", 13000, 11000)).status, 409); // somebody was faster
    assert.ok((await all()).filter(({ changeable }) => !changeable).every(({ why }) => why));

    const history = (await admin.get("/api/v1/console/audit?action=setting.&subject=campaign.budget_points")).json.entries;
    assert.deepEqual(history.map(({ before, after }) => [before, after]), [["34000", "40000"], ["110000000000", "34000"]]);
    assert.equal(await city.stop(), 0);
    assert.equal((await juncho(["verify", "--store", at.store])).code, 0);

    city = await start({ ...at, directory: city.directory });
    assert.match(city.stderr, /set in the console, which wins over the file.* setting=campaign\.points before=11000 value=12000/);
    admin.base = city.url;
    assert.deepEqual([(await key("campaign.points")).value, (await key("campaign.points")).file], [12000, 11000]);
    assert.equal((await put("campaign.points", null)).status, 200); // as the file says
    assert.equal((await put("campaign.closes", closes)).status, 200);
    assert.equal((await key("campaign.points")).set_at, undefined);
    assert.equal(await city.stop(), 0);
    assert.equal((await juncho(["verify", "--store", at.store])).code, 0);
  });

  test("the log keeps every sign-in, and verify reads the whole of it", async () => {
    const admin = await operator(server, "admin");
    const { json } = await admin.get("/api/v1/console/audit?count=3&action=session.");
    assert.equal(json.entries[0].operator, admin.name);
    assert.equal(json.entries[0].action, "session.begin");
    assert.equal((await admin.get("/api/v1/console/audit?count=0")).json.field, "count");
    const older = await admin.get(`/api/v1/console/audit?before=${json.entries[2].sequence}&count=500`);
    assert.ok(older.json.entries.every(({ sequence }) => sequence < json.entries[2].sequence));
    assert.ok(older.json.entries.some(({ action, subject }) => action === "operator.add" && subject === "abe"));
    const whole = await juncho(["verify", "--json", "--store", server.store]);
    assert.equal(whole.code, 0, whole.stdout);
    assert.equal(JSON.parse(whole.stdout).log.entries, json.total);
  });
});

test("a sandbox's address lets one in once, and nobody where there is no sandbox", async () => {
  const server = await start();
  const first = new Operator(server.url);
  assert.equal((await first.enterByLink(server)).status, 201);
  assert.deepEqual((await first.get("/api/v1/console/session")).json, { name: "sandbox", role: "admin", password: false });
  const word = /console#enter=([\w-]+)/.exec(server.stderr)[1];
  const late = await exchange(`${server.url}/api/v1/console/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.url },
    body: JSON.stringify({ link: word }),
  });
  assert.equal(late.status, 401);
  assert.equal((await new Operator(server.url).enterByLink(server)).status, 201); // the next one is in the log
  await server.stop();
});

test("the command refuses what it must and keeps the key private", async () => {
  const directory = freshDirectory();
  const store = `sqlite:${join(directory, "juncho.db")}`;
  const at = { store, directory };
  assert.equal((await addOperator(at, "abe", "viewer")).code, 1); // there is no store yet
  await juncho(["migrate", "--store", store]);
  assert.equal((await addOperator(at, "abe", "boss")).code, 2);
  // The first command brings the key file, and says where: a service with another one would not start.
  const short = await addOperator(at, "abe", "viewer", { password: "short" });
  assert.match(short.stderr, /made the key file .*juncho\.key[^]*12 characters/);
  const elsewhere = await addOperator({ ...at, directory: freshDirectory() }, "abe", "viewer");
  assert.deepEqual([elsewhere.code, elsewhere.stdout], [1, ""]);
  assert.match(elsewhere.stderr, /key file .* is not there.* name it/);
  const made = await addOperator(at, "abe", "viewer");
  assert.equal(made.code, 0, made.stderr);
  assert.doesNotMatch(made.stderr, /key file/);
  assert.match(made.stdout, /^otpauth:\/\/totp\/Juncho:abe\?secret=[A-Z2-7]{32}&issuer=Juncho\n$/);
  assert.match((await addOperator(at, "abe", "admin")).stderr, /already/);
  const listed = await juncho(["operator", "list", "--store", store]);
  assert.equal(listed.stdout, "abe\tviewer\tactive\tnever\n");
});
