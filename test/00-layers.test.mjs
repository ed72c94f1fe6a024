// The check of the source tree is itself checked: what it must catch, it catches.
import assert from "node:assert/strict";
import { test } from "node:test";

import { checkHeader, checkIncludes, checkTestsExist, checkText, checkTree } from "./lib/layers.mjs";

const root = new URL("..", import.meta.url).pathname;

test("the source tree keeps its arrows and sizes", () => {
  const { files, faults } = checkTree(root);
  assert.ok(files > 20);
  assert.deepEqual(faults, []);
});

const forbidden = [
  ["src/base/text.c", "store/store.h"],
  ["src/store/sqlite.c", "ledger/ledger.h"],
  ["src/http/server.c", "store/store.h"],
  ["src/gate/line.c", "measure/access.h"],
  ["src/ledger/ledger.c", "campaign/campaign.h"],
  ["src/measure/count.c", "forecast/model.h"],
  ["src/identity/oidc.c", "http/server.h"],
  ["src/campaign/journey.c", "site/site.h"],
  ["src/report/report.c", "site/site.h"],
  ["src/main.c", "ledger/ledger.h"],
  ["src/base/text.c", "text.h"],
  ["src/base/text.c", "../base/text.h"],
];
for (const [path, header] of forbidden) {
  test(`${path} may not include "${header}"`, () => {
    const faults = checkIncludes({ path, text: `#include <stdio.h>\n#include "${header}"\n` });
    assert.equal(faults.length, 1);
    assert.match(faults[0], new RegExp(`^${path}:2: `));
  });
}

const permitted = [
  ["src/store/sqlite.c", "base/error.h"],
  ["src/campaign/journey.c", "ledger/ledger.h"],
  ["src/campaign/journey.c", "measure/count.h"],
  ["src/gate/line.c", "measure/count.h"],
  ["src/identity/oidc.c", "http/client.h"],
  ["src/forecast/model.c", "measure/access.h"],
  ["src/site/site.c", "campaign/journey.h"],
  ["src/command/serve.c", "site/site.h"],
  ["src/main.c", "command/command.h"],
];
for (const [path, header] of permitted) {
  test(`${path} may include "${header}"`, () => {
    assert.deepEqual(checkIncludes({ path, text: `#include "${header}"\n` }), []);
  });
}

test("a folder nobody knows is a fault", () => {
  assert.equal(checkIncludes({ path: "src/misc/a.c", text: "" }).length, 1);
});

test("a long line, a long file, a blank at the end and unfinished work are faults", () => {
  const path = "src/base/a.c";
  assert.equal(checkText({ path, text: `${"a".repeat(111)}\n` }).length, 1);
  assert.equal(checkText({ path, text: `${"順".repeat(110)}\n` }).length, 0);
  assert.equal(checkText({ path, text: "int a;\n".repeat(501) }).length, 1);
  assert.equal(checkText({ path, text: "int a; \n" }).length, 1);
  assert.equal(checkText({ path, text: `// ${"TO" + "DO"}: later\n` }).length, 1);
  assert.equal(checkText({ path, text: `f("/${"home"}/somebody/x");\n` }).length, 1);
});

test("a header says its purpose in its first line", () => {
  assert.equal(checkHeader({ path: "src/base/a.h", text: "#pragma once\n" }).length, 1);
  assert.equal(checkHeader({ path: "src/base/a.h", text: "// a.h - letters.\n" }).length, 1);
  assert.deepEqual(checkHeader({ path: "src/base/a.h", text: "// a.h - letters.\n#pragma once\n" }), []);
});

test("a module without a test is a fault, a command is not", () => {
  const paths = ["src/base/a.c", "src/base/b.c", "src/base/b_test.c", "src/main.c", "src/command/serve.c"];
  const files = paths.map((path) => ({ path, text: "" }));
  assert.deepEqual(checkTestsExist(files), ["src/base/a.c: has no a_test.c beside it"]);
});

test("a test may cover parts of its folder, and no other folder's", () => {
  const files = [
    { path: "src/http/loop.c", text: "" },
    { path: "src/base/loop.c", text: "" },
    { path: "src/http/server_test.c", text: "// covers: loop.c request.c\n" },
  ];
  assert.deepEqual(checkTestsExist(files), ["src/base/loop.c: has no loop_test.c beside it"]);
});

test("a generated header is for those who wire the program", () => {
  const text = '#include "version.h"\n';
  assert.deepEqual(checkIncludes({ path: "src/command/version.c", text }), []);
  assert.equal(checkIncludes({ path: "src/base/text.c", text }).length, 1);
});
