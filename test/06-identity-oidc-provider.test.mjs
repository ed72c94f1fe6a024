// Interoperation with oidc-provider: what a certified provider says is understood, what a lying one says is
// refused.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { freshDirectory, juncho, start } from "./lib/juncho.mjs";
import { keyFile, keyPair, readToken, signToken } from "./lib/keys.mjs";
import { CLIENT, IdentityProvider, STAFF } from "./lib/oidc-provider.mjs";
import { addOperator, Operator } from "./lib/operator.mjs";
import { Resident } from "./lib/resident.mjs";

const REDIRECTS_MAX = 10;
const DISCOVERY_WAIT_MS = 20_000;

// A server and a provider that know one another. `key` is what Juncho signs with, `registered` what the
// provider was told.
async function pair({ algorithm = "ES256", idTokenAlgorithm = "ES256", registered, set = {} } = {}) {
  const provider = await IdentityProvider.start();
  const key = keyPair(algorithm);
  const server = await start({
    sandbox: false,
    set: {
      "identity.provider": "oidc",
      "identity.issuer": provider.issuer,
      "identity.client_id": CLIENT,
      "identity.key_file": keyFile(key),
      "identity.algorithm": algorithm,
      "identity.discovery": "yes",
      "identity.timeout_ms": "2000",
      ...set,
    },
  });
  provider.configure({
    redirectUri: `${server.url}/identity/callback`,
    clientKey: registered ?? key.publicJwk,
    assertionAlgorithm: algorithm,
    idTokenAlgorithm,
  });
  return { provider, server, key };
}

async function end({ provider, server }) {
  assert.equal(await server.stop(), 0);
  await provider.stop();
}

// Somebody who is about to leave for the provider; waits until its endpoints are discovered.
async function leave(server) {
  const resident = await new Resident(server.url).walkTo("intended");
  const until = Date.now() + DISCOVERY_WAIT_MS;
  for (;;) {
    const answer = await resident.post("/api/v1/me/identity");
    if (answer.status === 200) return { resident, location: answer.json.location };
    assert.equal(answer.status, 503);
    assert.ok(Date.now() < until, "the endpoints were never discovered");
  }
}

// The browser at the provider: follows it until it sends back to the server; returns that address.
async function visit(provider, server, location) {
  const browser = new Resident(provider.issuer);
  let address = new URL(location);
  for (let i = 0; i < REDIRECTS_MAX; i++) {
    const answer = await browser.get(address.href);
    assert.ok(answer.status === 302 || answer.status === 303, `provider: ${answer.status} ${answer.text}`);
    address = new URL(answer.headers.location, address);
    if (address.origin === server.url) return address;
  }
  throw new Error("the provider sends in circles");
}

// The whole hop of a new resident as this person; where the callback leads, and who it was.
async function hop({ provider, server }, person) {
  provider.person = person;
  const { resident, location } = await leave(server);
  const back = await visit(provider, server, location);
  const answer = await resident.comeBack(back);
  assert.equal(answer.status, 303, answer.text);
  return { page: answer.headers.location, resident, back };
}

for (const [algorithm, idTokenAlgorithm] of [
  ["ES256", "ES256"],
  ["RS256", "RS256"],
]) {
  describe(`oidc-provider with ${algorithm} assertions and ${idTokenAlgorithm} tokens`, () => {
    let both;
    before(async () => (both = await pair({ algorithm, idTokenAlgorithm })));
    after(() => end(both));

    for (const [person, outcome, state] of [
      [`resident-${algorithm}`, "verified", "verified"],
      ["minor-1", "age", "refused"],
      ["outside-1", "outside", "refused"],
      [null, "cancelled", "authenticating"],
    ]) {
      test(`${person ?? "somebody who cancels"} comes back as ${outcome}`, async () => {
        const { page, resident } = await hop(both, person);
        assert.equal(page, `/?returned=${outcome}`, both.provider.faults.join());
        assert.equal((await resident.me()).state, state);
      });
    }

    test("the same person on a second account is found", async () => {
      assert.equal((await hop(both, "twice")).page, "/?returned=verified");
      assert.equal((await hop(both, "twice")).page, "/?returned=linked_elsewhere");
    });

    test("the same way back twice asks the provider once", async () => {
      const { resident, back } = await hop(both, "back-twice");
      assert.equal((await resident.comeBack(back)).headers.location, "/?returned=verified");
    });
  });
}

describe("a provider that lies", () => {
  let both;
  let number = 0;
  const stolen = {};
  before(async () => {
    both = await pair();
    // One honest visit: the keys are known from here on, and a token is there to be replayed.
    both.provider.tamper = (path, body) => {
      if (path === "/token") Object.assign(stolen, JSON.parse(body));
    };
    assert.equal((await hop(both, "honest")).page, "/?returned=verified");
  });
  after(() => end(both));

  // Changes the token endpoint's answer.
  const tokens = (change) => (path, body) => {
    if (path !== "/token" || !body?.includes("id_token")) return undefined;
    const answer = JSON.parse(body);
    return JSON.stringify({ ...answer, ...change(answer) });
  };
  // Signs the claims anew with the provider's own key.
  const claims = (change) =>
    tokens(({ id_token }) => {
      const all = readToken(id_token);
      return { id_token: signToken({ ...all, ...change(all) }, both.provider.keys[0].privateJwk) };
    });
  const userinfo = (change) => (path, body) =>
    path === "/me" ? JSON.stringify({ ...JSON.parse(body), ...change }) : undefined;
  const stranger = keyPair("ES256", "op-es256").privateJwk;
  const now = () => Math.floor(Date.now() / 1000);

  test("a token signed anew with nothing changed is believed: the others fail for what they change", async () => {
    both.provider.tamper = claims(() => ({}));
    assert.equal((await hop(both, "control")).page, "/?returned=verified");
  });

  for (const [what, tamper, outcome = "other"] of [
    ["a token of an earlier visit", tokens(() => ({ id_token: stolen.id_token }))],
    ["an access token of an earlier visit", tokens(() => ({ access_token: stolen.access_token }))],
    ["a token without a signature", tokens(({ id_token }) => ({ id_token: id_token.replace(/[^.]*$/, "") }))],
    ["alg none", tokens(({ id_token }) => ({ id_token: signToken(readToken(id_token), undefined, { alg: "none" }) }))],
    ["a signature of somebody else", tokens(({ id_token }) => ({ id_token: signToken(readToken(id_token), stranger) }))],
    ["a key that is not published", tokens(({ id_token }) => ({
      id_token: signToken(readToken(id_token), stranger, { alg: "ES256", kid: "new" }),
    })), "busy"],
    ["claims changed under the signature", tokens(({ id_token }) => {
      const [header, , signature] = id_token.split(".");
      const body = Buffer.from(JSON.stringify({ ...readToken(id_token), sub: "admin" })).toString("base64url");
      return { id_token: `${header}.${body}.${signature}` };
    })],
    ["another issuer", claims(() => ({ iss: "https://elsewhere.example" }))],
    ["the issuer with a slash", claims(({ iss }) => ({ iss: `${iss}/` }))],
    ["another audience", claims(() => ({ aud: "RP00000002" }))],
    ["two audiences and no azp", claims(() => ({ aud: [CLIENT, "RP00000002"] }))],
    ["another azp", claims(() => ({ azp: "RP00000002" }))],
    ["another nonce", claims(() => ({ nonce: "another" }))],
    ["no nonce", claims(() => ({ nonce: undefined }))],
    ["a token that has expired", claims(() => ({ exp: now() - 120 }))],
    ["a token from tomorrow", claims(() => ({ iat: now() + 86400 }))],
    ["a token from yesterday", claims(() => ({ iat: now() - 86400 }))],
    ["another at_hash", claims(() => ({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }))],
    ["userinfo of somebody else", userinfo({ sub: "somebody-else" })],
    ["no birth date", userinfo({ birthdate: undefined })],
    ["a birth date in another calendar", userinfo({ birthdate: "昭和60年3月15日" })],
    ["an address that is a number", userinfo({ address: 7 })],
    ["a userinfo answer that is no JSON", (path) => (path === "/me" ? "<html>" : undefined)],
    ["a provider that is down", (path, body, response) => {
      if (path !== "/token") return undefined;
      response.statusCode = 503;
      return "down";
    }, "busy"],
  ]) {
    test(`${what} verifies nobody`, async () => {
      both.provider.tamper = tamper;
      const { page, resident } = await hop(both, `victim-${number++}`);
      assert.equal(page, `/?returned=${outcome}`, both.server.stderr.slice(-400));
      assert.equal((await resident.me()).state, "authenticating");
      assert.equal((await resident.me()).points.balance, 0);
      both.provider.tamper = undefined;
    });
  }

  test("and nothing of what it said stands in the log", () => {
    assert.doesNotMatch(both.server.stderr, /昭和|東京都|victim-|eyJ|1990-05-05/);
  });
});

describe("partners that do not fit", () => {
  test("a key that the provider does not know is refused by it", async () => {
    const both = await pair({ registered: keyPair("ES256").publicJwk });
    assert.equal((await hop(both, "resident-1")).page, "/?returned=other");
    assert.match(both.server.stderr, /invalid_client/);
    await end(both);
  });

  test("a provider that signs with another algorithm is not believed", async () => {
    const both = await pair({ idTokenAlgorithm: "PS256" });
    assert.equal((await hop(both, "resident-1")).page, "/?returned=other");
    await end(both);
  });

  test("endpoints that are configured need no discovery", async () => {
    const both = await pair({ set: { "identity.discovery": "no" } });
    const { location } = await leave(both.server);
    assert.equal(new URL(location).pathname, "/protocol/openid-connect/auth"); // as the Japanese service has it
    await end(both);
  });
});

// Operators enter by the accounts of their own organisation, residents by another provider (here the sandbox's).
describe("operators of an organisation with oidc-provider", () => {
  const SECRET = "only for tests, and long enough";
  let provider, server;
  before(async () => {
    provider = await IdentityProvider.start();
    const directory = freshDirectory();
    const file = join(directory, "operators.secret");
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
    const operators = { issuer: provider.issuer, client_id: CLIENT, secret_file: file, domain: "city.example", viewer: "staff", operator: "desk", admin: "benefit" };
    server = await start({ directory, set: Object.fromEntries(Object.entries(operators).map(([name, value]) => [`operators.${name}`, value])) });
    provider.configure({ redirectUri: `${server.url}/console/callback`, secret: SECRET });
    STAFF.sato = { email: "sato@city.example", email_verified: true, roles: ["staff", "desk"] };
  });
  after(() => end({ provider, server }));

  // Goes to the provider as `person` and comes back; where the console then leads.
  async function enter(person, who = new Operator(server.url)) {
    provider.person = person;
    const until = Date.now() + DISCOVERY_WAIT_MS;
    let jump = await who.get("/console/jump");
    while (jump.headers.location.startsWith("/console?signin=organisation-busy") && Date.now() < until) jump = await who.get("/console/jump");
    const back = await visit(provider, server, jump.headers.location);
    const answer = await who.get(`${back.pathname}${back.search}`);
    assert.equal(answer.status, 303, answer.text);
    return { who, back, page: answer.headers.location };
  }
  const session = async (who) => (await who.get("/api/v1/console/session")).json;

  test("the role is what the claims say, each time, and the log says who it was", async () => {
    assert.equal((await new Operator(server.url).get("/console/ways")).json.organisation, "組織のアカウント");
    const { who, page } = await enter("sato");
    assert.equal(page, "/console");
    assert.deepEqual(await session(who), { name: "sato@city.example", role: "operator", password: false });
    STAFF.sato.roles = ["benefit"];
    const again = await enter("sato");
    assert.equal((await session(again.who)).role, "admin");
    assert.equal((await session(who)).role, "admin"); // one person
    const { entries } = (await again.who.get("/api/v1/console/audit?count=9")).json;
    const told = entries.filter(({ operator }) => operator === "sato@city.example").map(({ action, before, after }) => [action, before, after]);
    assert.deepEqual(told, [["session.begin", "", ""], ["operator.role", "operator", "admin"], ["session.begin", "", ""], ["operator.add", "", "operator"]]);
    const { operators } = (await again.who.get("/api/v1/console/operators")).json;
    assert.equal(operators.find(({ name }) => name === "sato@city.example").by_organisation, true);
    assert.equal((await again.who.leave()).status, 204);
    assert.equal((await juncho(["verify", "--store", server.store])).code, 0);
  });

  test("whoever is not meant is sent back with the reason", async () => {
    STAFF.guest = { email: "guest@city.example", email_verified: true, roles: ["parks"] };
    STAFF.far = { email: "far@elsewhere.example", roles: ["benefit"] };
    STAFF.unsure = { email: "unsure@city.example", email_verified: false, roles: ["benefit"] };
    STAFF.silent = { email: "silent@city.example", roles: ["benefit"] };
    for (const [person, code] of [["guest", "role"], ["far", "domain"], ["unsure", "domain"], ["silent", "failed"], ["resident-9", "failed"]]) {
      const { who, page } = await enter(person);
      assert.equal(page, `/console?signin=organisation-${code}`);
      assert.equal((await who.get("/api/v1/console/session")).status, 401);
    }
    provider.person = null; // cancelled there
    const { page } = await enter(null);
    assert.equal(page, "/console?signin=organisation-failed");
  });

  test("a callback counts once and in its own browser only", async () => {
    const { back, who } = await enter("sato");
    const stranger = new Operator(server.url);
    for (const [someone, code] of [[stranger, "again"], [who, "again"]]) {
      const answer = await someone.get(`${back.pathname}${back.search}`);
      assert.equal(answer.headers.location, `/console?signin=organisation-${code}`);
    }
    assert.equal((await stranger.get("/api/v1/console/session")).status, 401);
    await stranger.get("/console/jump");
    const answer = await stranger.get(`${back.pathname}${back.search}`);
    assert.equal(answer.headers.location, "/console?signin=organisation-again");
  });

  test("a name with a password is not taken over, and a disabled one stays out", async () => {
    await addOperator(server, "tanaka@city.example", "viewer");
    STAFF.tanaka = { email: "tanaka@city.example", email_verified: true, roles: ["benefit"] };
    assert.equal((await enter("tanaka")).page, "/console?signin=organisation-refused");
    STAFF.ito = { email: "ito@city.example", email_verified: true, roles: ["staff"] };
    const { who } = await enter("ito");
    assert.equal((await addOperator(server, "ito@city.example", null, { verb: "reset" })).code, 1); // no password for them
    assert.equal((await addOperator(server, "ito@city.example", null, { verb: "disable" })).code, 0);
    assert.equal((await who.get("/api/v1/console/session")).status, 401);
    assert.equal((await enter("ito")).page, "/console?signin=organisation-refused");
  });
});
