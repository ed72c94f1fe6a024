// Does docs/openapi.yaml describe the server that is there? Every route, every answer, every example.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { juncho, start } from "./lib/juncho.mjs";
import { checkAnswer, document, faults, follow, operations } from "./lib/openapi.mjs";
import { exchange, Resident } from "./lib/resident.mjs";

const ROLES = ["viewer", "operator", "admin"];
const ref = (name) => `{$ref: '#/components/responses/${name}'}`;

// {method, path, flags} for each line of `juncho serve --routes`.
async function routes() {
  const { code, stdout, stderr } = await juncho(["serve", "--routes"]);
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => {
    const [method, path, ...flags] = line.split(" ");
    return { method, path: path.replace(/\{(\w+)\.\.\.\}/, "{$1}"), flags };
  });
}

// What the document must say of a route with these flags: [status, response] by which it refuses.
function refusals(flags) {
  const role = ROLES.find((one) => flags.includes(one));
  return [
    ...(flags.includes("signed-in") ? [["401", "NotSignedIn"]] : []),
    ...(role ? [["401", "OperatorNotSignedIn"]] : []),
    ...(role && role !== "viewer" && !flags.includes("changes") ? [["403", "OperatorRole"]] : []),
    ...(flags.includes("changes") ? [["403", "ForeignOrigin"], ["415", "UnsupportedMediaType"]] : []),
  ];
}

function stub({ method, path, flags }) {
  const lines = [`  ${path}:`, `    ${method.toLowerCase()}:`, "      operationId: ...", "      tags: [...]", "      summary: ..."];
  if (flags.includes("signed-in")) lines.push("      security: [{session: []}]");
  if (ROLES.some((role) => flags.includes(role))) lines.push("      security: [{operator: []}]");
  if (flags.includes("changes")) lines.push(`      requestBody: {$ref: '#/components/requestBodies/Empty'}`);
  lines.push("      responses:", "        '200':", "          description: ...", "          content:",
    "            application/json:", "              schema: {type: object}", "              example: {}");
  for (const [status, name] of refusals(flags)) lines.push(`        '${status}': ${ref(name)}`);
  lines.push(`        default: ${ref("Problem")}`);
  return lines.join("\n");
}

describe("the document", () => {
  test("has every route of the server", async () => {
    const missing = (await routes()).filter(({ method, path }) =>
      !operations.some((one) => one.method === method && one.path === path));
    assert.equal(missing.length, 0, `add to "paths" of docs/openapi.yaml (and fill the dots):\n\n${missing.map(stub).join("\n\n")}\n`);
  });

  test("has no route that the server lacks", async () => {
    const known = await routes();
    const extra = operations.filter(({ method, path }) =>
      !known.some((route) => route.method === method && route.path === path));
    assert.deepEqual(extra.map(({ method, path }) => `${method} ${path}`), [],
      "take these from docs/openapi.yaml, or add them to the table in src/site/routes.c");
  });

  test("says of every route how it refuses", async () => {
    const problems = [];
    for (const route of await routes()) {
      const found = operations.find((one) => one.method === route.method && one.path === route.path);
      if (found === undefined) continue;
      const where = `${route.method} ${route.path}`;
      const signed = route.flags.includes("signed-in");
      if (signed !== (found.operation.security !== undefined) && !ROLES.some((role) => route.flags.includes(role)))
        problems.push(`${where}: ${signed ? "add" : "take away"} security: [{session: []}]`);
      for (const [status, name] of refusals(route.flags))
        if (!(status in found.operation.responses)) problems.push(`${where}: responses: add '${status}': ${ref(name)}`);
      if (route.path.startsWith("/api/") && !("default" in found.operation.responses))
        problems.push(`${where}: responses: add default: ${ref("Problem")}`);
    }
    assert.deepEqual(problems, []);
  });

  test("names each operation once and tells what it does", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    assert.deepEqual(names.filter((name, at) => name === undefined || names.indexOf(name) !== at), []);
    const tags = document.tags.map(({ name }) => name);
    for (const { method, path, operation } of operations) {
      assert.ok(operation.summary?.length > 5, `${method} ${path}: add a summary`);
      assert.ok(operation.tags?.every((tag) => tags.includes(tag)), `${method} ${path}: its tags must stand in "tags"`);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const given = (operation.parameters ?? []).map(follow).filter((one) => one.in === "path").map((one) => one.name);
      assert.deepEqual(given, named, `${method} ${path}: its path parameters`);
    }
  });

  test("gives every body a schema and an example that fits it", () => {
    for (const { method, path, operation } of operations) {
      const bodies = [["requestBody", follow(operation.requestBody)],
        ...Object.entries(operation.responses).map(([status, response]) => [status, follow(response)])];
      for (const [name, body] of bodies) {
        const where = `${method} ${path}: ${name}`;
        if (name !== "requestBody") assert.ok(body?.description, `${where}: add a description, or mend its $ref`);
        for (const [type, { schema, example, examples }] of Object.entries(body?.content ?? {})) {
          const all = examples ? Object.values(examples).map(({ value }) => value) : [example];
          for (const one of all) {
            assert.notEqual(one, undefined, `${where}: ${type}: add an example`);
            assert.equal(faults(schema, one), "", `${where}: ${type}: the example`);
          }
        }
      }
    }
  });

  test("uses every component that it has", () => {
    const text = JSON.stringify(document);
    for (const kind of ["schemas", "responses", "requestBodies", "headers"])
      for (const name of Object.keys(document.components[kind]))
        assert.ok(text.includes(`"#/components/${kind}/${name}"`), `nothing refers to ${kind}/${name}`);
  });
});

// Real answers, good and bad. Resident.send holds each against the document.
describe("the server's answers", () => {
  let server;
  before(async () => {
    server = await start();
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
  });

  test("of a whole journey are as documented", async () => {
    const resident = new Resident(server.url);
    for (const path of ["/healthz", "/readyz", "/metrics", "/api/v1/campaign", "/api/v1/sandbox/counts"])
      assert.equal((await resident.get(path)).status, 200);
    assert.equal((await resident.post("/api/v1/accesses")).status, 204);
    await resident.walkTo("intended");
    assert.equal((await resident.register()).status, 200);
    const code = await resident.identifyElsewhere();
    assert.notEqual((await resident.me()).confirmation, null);
    assert.equal((await resident.confirm(code)).status, 200);
    const key = "one-key";
    assert.equal((await resident.apply((await resident.me()).campaign.id, key)).status, 201);
    assert.equal((await resident.apply((await resident.me()).campaign.id, key)).status, 200);
    assert.equal((await resident.get("/api/v1/me/points")).json.transfers.length > 0, true);
    assert.equal((await resident.post("/api/v1/session/end")).status, 204);
  });

  test("to every route that needs a session, without one, are 401 as documented", async () => {
    const nobody = new Resident(server.url);
    for (const { method, path } of (await routes()).filter(({ flags }) => flags.includes("signed-in"))) {
      const { status } = method === "GET" ? await nobody.get(path) : await nobody.post(path, {}, {}, method);
      assert.equal(status, 401, `${method} ${path}`);
    }
  });

  test("to every changing route with a wrong type, a foreign origin or no JSON are as documented", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    const changing = (await routes()).filter(({ flags, path }) =>
      flags.includes("changes") && !ROLES.some((role) => flags.includes(role)) && !path.includes("{"));
    for (const { method, path } of changing) {
      assert.equal((await resident.post(path, "{}", { "content-type": "text/plain" }, method)).status, 415, path);
      assert.equal((await resident.post(path, "{}", { origin: "https://evil.example" }, method)).status, 403, path);
      await resident.post(path, "no JSON", {}, method);
      await resident.post(path, { nothing_of_this_name: 1 }, {}, method);
    }
  });

  test("to what is out of order, wrong or unknown are as documented", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    for (const [status, send] of [
      [409, () => resident.step("intent")],
      [409, () => resident.post("/api/v1/me/identity")],
      [409, () => resident.confirm("123456")],
      [400, () => resident.confirm("1")],
      [409, () => resident.post("/api/v1/me/identity/move")],
      [400, () => resident.post("/api/v1/me/application", { campaign: "sample" })],
      [404, () => resident.apply("no-such-campaign")],
      [303, () => resident.get("/identity/callback?state=x&code=y")],
      [405, () => resident.post("/api/v1/campaign")],
    ])
      assert.equal((await send()).status, status);
  });

  test("are told from others: the check itself finds what is wrong", async () => {
    const answer = await exchange(`${server.url}/api/v1/campaign`);
    checkAnswer("GET", "/api/v1/campaign", answer);
    const { points, ...less } = answer.json;
    assert.equal(points, 11_000);
    assert.throws(() => checkAnswer("GET", "/api/v1/campaign", { ...answer, json: less }), /points/);
    assert.throws(() => checkAnswer("GET", "/api/v1/campaign", { ...answer, status: 202 }), /add '202'/);
    assert.throws(() => checkAnswer("POST", "/api/v1/accesses", { ...answer, status: 204 }), /application\/json/);
  });
});
