// Does anything get through at all: the command line, the first answer, the end.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { eachStore, freshDirectory, juncho, serveArguments, start } from "./lib/juncho.mjs";
import { Resident, exchange } from "./lib/resident.mjs";
import { until } from "./lib/until.mjs";

test("without a command the program says which there are, and that this was wrong use", async () => {
  const { code, stderr } = await juncho([]);
  assert.equal(code, 2);
  for (const name of ["serve", "verify", "version"]) assert.match(stderr, new RegExp(`\\b${name}\\b`));
});

test("an unknown command and an unknown option are wrong use and are named", async () => {
  const command = await juncho(["open-sesame"]);
  assert.equal(command.code, 2);
  assert.match(command.stderr, /open-sesame/);
  assert.match((await juncho(["reprot"])).stderr, /did you mean "report"/);
  const option = await juncho(["serve", "--fast"]);
  assert.equal(option.code, 2);
  assert.match(option.stderr, /--fast/);
});

test("version prints a name and a number", async () => {
  const { code, stdout } = await juncho(["version"]);
  assert.equal(code, 0);
  assert.match(stdout, /^juncho \d+\.\d+\.\d+/);
});

for (const command of ["serve", "verify"]) {
  test(`${command} --help shows an example`, async () => {
    const { code, stdout } = await juncho([command, "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`juncho ${command}`));
  });
}

test("serve --check reads the configuration and serves nothing", async () => {
  const directory = freshDirectory();
  const config = join(directory, "juncho.ini");
  writeFileSync(config, "[campaign]\nname = 暮らし応援\npoints = 7000\n\n[identity]\nprovider = sandbox\n");
  const { code, stdout, stderr } = await juncho(["serve", "--config", config, "--check"], { cwd: directory });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /listening/);
  assert.equal(existsSync(join(directory, "juncho.db")), false);
});

const badConfigurations = [
  ["an unknown key", "[campaign]\nname = a\npionts = 7000\n", /juncho\.ini.*line 3.*pionts/],
  ["an unknown section", "[campain]\nname = a\n", /juncho\.ini.*line 2.*campain/],
  ["a key that is set twice", "[campaign]\npoints = 1\npoints = 2\n", /juncho\.ini.*line 3.*points/],
  ["a number that is none", "[campaign]\npoints = many\n", /juncho\.ini.*line 2.*points/],
  ["a line that is no assignment", "[campaign]\nname = a\nhello\n", /juncho\.ini.*line 3/],
  ["dates in the wrong order", "[campaign]\nopens = 2030-01-01T00:00:00+09:00\ncloses = 2029-01-01T00:00:00+09:00\n",
    /closes/],
];
for (const [what, text, words] of badConfigurations) {
  test(`${what} in the configuration is an error that names the place`, async () => {
    const directory = freshDirectory();
    const config = join(directory, "juncho.ini");
    writeFileSync(config, text);
    const { code, stderr } = await juncho(["serve", "--sandbox", "--config", config, "--check"], { cwd: directory });
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  });
}

test("--set with an unknown key is wrong use, names it, and says what was perhaps meant", async () => {
  const { code, stderr } = await juncho(["serve", "--sandbox", "--check", "--set", "campaign.colour=red"]);
  assert.equal(code, 2);
  assert.match(stderr, /colour/);
  const near = await juncho(["serve", "--sandbox", "--check", "--set", "campaign.pionts=1"]);
  assert.match(near.stderr, /pionts.*perhaps campaign\.points/);
});

test("a configuration that is not there is an error that names it", async () => {
  const { code, stderr } = await juncho(["serve", "--check", "--config", "/nowhere/juncho.ini"]);
  assert.equal(code, 2);
  assert.match(stderr, /\/nowhere\/juncho\.ini/);
});

test("a port that is taken is an error that names the address", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const directory = freshDirectory();
  const listen = `127.0.0.1:${server.address().port}`;
  const { code, stderr } = await juncho(["serve", "--sandbox", "--listen", listen], { cwd: directory });
  server.close();
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(listen));
});

test("a store that cannot be had is an error that names it, and nothing listens", async () => {
  const { code, stdout, stderr } = await juncho(["serve", "--sandbox", "--store", "sqlite:/nowhere/at/all.db"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /\/nowhere\/at\/all\.db/);
});

test("a store URL of an unknown kind is wrong use", async () => {
  const { code, stderr } = await juncho(["serve", "--sandbox", "--store", "mysql://localhost/x"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /sqlite:/);
});

test("a demonstration is for a sandbox on this machine alone", async () => {
  const words = [["--demo"], ["--demo", "--sandbox", "--listen", "0.0.0.0:0"]];
  for (const args of [...words, ["--demo", "--sandbox", "--clock", "2026-02-02T13:00:00+09:00"]]) {
    const { code, stderr } = await juncho(["serve", "--set", "identity.issuer=https://a.example", ...args]);
    assert.equal(code, 2, args.join(" "));
    assert.notEqual(stderr, "");
  }
});

test("a demonstration has a past, a report of it and people who come, and stays what it is", async () => {
  const directory = freshDirectory();
  const began = await start({ directory, args: ["--demo"] });
  const counts = async () => (await exchange(`${began.url}/api/v1/sandbox/counts`)).json;
  const { residents } = await counts();
  assert.ok(residents > 10_000, `${residents} residents`);
  await until(async () => (await counts()).residents > residents);
  assert.match((await exchange(`${began.url}/report`)).text, /ポイントを受け取りました/);
  const { opens } = await new Resident(began.url).campaign();
  assert.equal(await began.stop(), 0);
  const again = await start({ directory, args: ["--demo"] });
  assert.equal((await new Resident(again.url).campaign()).opens, opens);
  assert.equal(await again.stop(), 0);
  assert.equal((await juncho(["verify", "--store", again.store])).code, 0);
});

eachStore("serve", (store) => {
  test("prints its address first, answers, and ends with 0 when told to", async () => {
    const server = await start({ store: await store.fresh() });
    assert.match(server.stdout, /^listening on http:\/\/127\.0\.0\.1:\d+\n/);
    for (const path of ["/healthz", "/readyz"]) {
      const answer = await exchange(server.url + path);
      assert.equal(answer.status, 200, path);
    }
    assert.equal(await server.stop(), 0);
    await assert.rejects(exchange(`${server.url}/healthz`), { code: "ECONNREFUSED" });
  });

  test("with another key file it does not start: nobody would be known any more", async () => {
    const server = await start({ store: await store.fresh() });
    assert.equal(await server.stop(), 0);
    const other = serveArguments({ store: server.store, directory: freshDirectory() });
    const { code, stdout, stderr } = await juncho(other);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /key file/);
  });

  test("an interrupt ends it as well", async () => {
    const server = await start({ store: await store.fresh() });
    assert.equal(await server.stop("SIGINT"), 0);
  });

  test("offers the sample campaign", async () => {
    const server = await start({ store: await store.fresh() });
    const campaign = await new Resident(server.url).campaign();
    assert.equal(campaign.name, "生活応援ポイント(見本)");
    assert.equal(campaign.points, 11000);
    assert.equal(campaign.age_min, 15);
    assert.equal(campaign.prefecture, "東京都");
    assert.equal(campaign.state, "open");
    assert.equal(campaign.sandbox, true);
    assert.match(campaign.opens, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00$/);
    assert.equal(await server.stop(), 0);
  });

  test("--set overrides a key of the configuration", async () => {
    const directory = freshDirectory();
    const config = join(directory, "juncho.ini");
    writeFileSync(config, "[campaign]\nid = spring\nname = 春の応援\npoints = 7000\n");
    const args = ["--config", config];
    const set = { "campaign.points": 500, "campaign.name.en": "Spring support" };
    const server = await start({ store: await store.fresh(), directory, args, set });
    const campaign = await new Resident(server.url).campaign();
    assert.equal(campaign.id, "spring");
    assert.equal(campaign.name, "春の応援");
    assert.deepEqual(campaign.names, { en: "Spring support" });
    assert.equal(campaign.points, 500);
    assert.equal(await server.stop(), 0);
  });

  test("serves the pages of another directory when it is told to, with the same headers", async () => {
    const directory = freshDirectory();
    const pages = join(directory, "pages");
    mkdirSync(join(pages, "assets"), { recursive: true });
    writeFileSync(join(pages, "index.html"), "<!doctype html><title>another</title>");
    writeFileSync(join(pages, "assets/words.js"), "export {};");
    const server = await start({ store: await store.fresh(), directory, set: { "server.web_dir": pages } });
    for (const path of ["/", "/journey"]) {
      const { status, text, headers } = await exchange(`${server.url}${path}`);
      assert.equal(status, 200);
      assert.match(text, /another/);
      assert.match(headers["content-security-policy"], /default-src 'none'/);
    }
    const script = await exchange(`${server.url}/assets/words.js`);
    assert.equal(script.text, "export {};");
    assert.match(script.headers["content-type"], /javascript/);
    for (const path of ["/assets", "/nothing.js"])
      assert.equal((await exchange(`${server.url}${path}`)).status < 400, false, path);
    assert.equal((await new Resident(server.url).register()).status, 201);
    assert.equal(await server.stop(), 0);
  });

  test("does not start on a directory without pages, and names the key", async () => {
    const empty = freshDirectory();
    for (const [directory, why] of [[empty, /index\.html/], [join(empty, "nothing"), /cannot be read/]]) {
      const { code, stderr } = await juncho(["serve", "--sandbox", "--listen", "127.0.0.1:0", "--store",
        `sqlite:${join(freshDirectory(), "juncho.db")}`, "--set", `server.web_dir=${directory}`]);
      assert.equal(code, 1);
      assert.match(stderr, why);
    }
  });

  test("remembers a resident over a restart", async () => {
    const options = { store: await store.fresh(), directory: freshDirectory() };
    const first = await start(options);
    const resident = new Resident(first.url);
    const { json } = await resident.register();
    assert.equal(await first.stop(), 0);
    const second = await start(options);
    resident.base = second.url;
    assert.equal((await resident.me()).resident, json.resident);
    assert.equal(await second.stop(), 0);
  });

  test("the metrics are Prometheus text and count what was answered", async () => {
    const server = await start({ store: await store.fresh() });
    for (let i = 0; i < 3; i++) await exchange(`${server.url}/api/v1/campaign`);
    const answer = await exchange(`${server.url}/metrics`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers["content-type"], /^text\/plain; version=0\.0\.4/);
    for (const line of answer.text.split("\n").filter((text) => text !== ""))
      assert.match(line, /^(# (HELP|TYPE) juncho_\w+ .+|juncho_\w+(\{[^}]*\})? [-+0-9.eE]+)$/);
    assert.match(answer.text, /^juncho_/m);
    assert.equal(await server.stop(), 0);
  });
});
