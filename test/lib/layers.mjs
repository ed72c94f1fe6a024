// layers.mjs - the rules of the source tree that no compiler checks: include arrows and sizes.
//
// The tree is the architecture. Every folder of src/ says here what it may include; ARCHITECTURE.md
// says why. All checks are pure functions of {path, text}, so that a test can feed them forbidden code.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const LINE_WIDTH_MAX = 110;
export const FILE_LINES_MAX = 500;

const FOUNDATION = ["base", "store", "http"];
const DOMAINS = ["gate", "identity", "ledger", "campaign", "measure", "forecast", "guidance", "operator"];
const OUTER = ["site", "report", "rehearse"];

// Folder -> what it may include besides itself: a whole folder, or one header of it.
export const MAY_INCLUDE = {
  base: [],
  store: ["base"],
  http: ["base"],
  gate: ["base", "store", "measure/count.h"],
  identity: ["base", "store", "http/client.h"],
  ledger: ["base", "store"],
  campaign: ["base", "store", "ledger", "measure/count.h"],
  measure: ["base", "store"],
  forecast: ["base", "store", "measure"],
  guidance: ["base", "store"],
  operator: ["base", "store"],
  site: [...FOUNDATION, ...DOMAINS, "report/publication.h"],
  report: [...FOUNDATION, ...DOMAINS],
  rehearse: [...FOUNDATION, ...DOMAINS],
  command: [...FOUNDATION, ...DOMAINS, ...OUTER],
  "main.c": ["base", "command"],
};

// What only the tests of a folder may include: the provider that the relying party is tested against is a server.
export const TESTS_MAY_INCLUDE = { identity: ["http/server.h"] };

// Headers that the build writes, and the folders that they are for; tests may use them too.
export const GENERATED = {
  "version.h": ["command", "site"],
  "migrations_list.h": ["command", "site"],
  "guidance_texts.h": ["guidance"],
  "survey_texts.h": ["measure"],
  "message_texts.h": ["forecast", "guidance"],
  "report_texts.h": ["report"],
};

const isSource = (path) => /^(src|fuzz)\/.*\.[ch]$/.test(path);

// The folder under src/ that a file belongs to; main.c stands for itself.
export function folderOf(path) {
  const [top, folder] = path.split("/");
  return top === "src" ? folder : null;
}

export function checkIncludes({ path, text }) {
  const folder = folderOf(path);
  if (folder === null || !isSource(path)) return [];
  const allowed = MAY_INCLUDE[folder];
  if (!allowed) return [`${path}: the folder ${folder} has no line in test/lib/layers.mjs`];
  const faults = [];
  text.split("\n").forEach((line, index) => {
    const match = /^\s*#\s*include\s*"([^"]+)"/.exec(line);
    if (!match) return;
    const header = match[1];
    const target = header.split("/")[0];
    const isTest = path.endsWith("_test.c") || /\/testbed\w*\.c$/.test(path);
    if (isTest && TESTS_MAY_INCLUDE[folder]?.includes(header)) return;
    if (header in GENERATED && (isTest || GENERATED[header].includes(folder))) return;
    if (!header.includes("/") || header.startsWith(".")) {
      faults.push(`${path}:${index + 1}: "${header}" is not named from the root of src/`);
    } else if (target !== folder && !allowed.includes(target) && !allowed.includes(header)) {
      faults.push(`${path}:${index + 1}: ${folder} may not include "${header}"`);
    }
  });
  return faults;
}

// Words are split so that this file passes its own check.
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`);
const WORKPLACE = new RegExp(`(^|[\\s"'\`(=])(/${"work"}/|/${"home"}/[a-z]|/${"tmp"}/[A-Z])`);

export function checkText({ path, text }) {
  const faults = [];
  const lines = text.split("\n");
  const code = isSource(path) || /\.(mjs|ts|sql|sh)$/.test(path) || /^(script|\.ci)\//.test(path);
  lines.forEach((line, index) => {
    const at = `${path}:${index + 1}`;
    if (UNFINISHED.test(line)) faults.push(`${at}: unfinished work is an issue, not a comment`);
    if (WORKPLACE.test(line)) faults.push(`${at}: names a path of somebody's machine`);
    if (isSource(path) && [...line].length > LINE_WIDTH_MAX)
      faults.push(`${at}: is longer than ${LINE_WIDTH_MAX} columns`);
    if (code && /[ \t]+$/.test(line)) faults.push(`${at}: ends in blanks`);
  });
  if (isSource(path) && lines.length - 1 > FILE_LINES_MAX)
    faults.push(`${path}: has ${lines.length - 1} lines, ${FILE_LINES_MAX} are allowed`);
  return faults;
}

export function checkHeader({ path, text }) {
  if (!path.startsWith("src/") || !path.endsWith(".h")) return [];
  const faults = [];
  const name = path.split("/").pop();
  const first = text.split("\n")[0];
  if (!first.startsWith(`// ${name} - `)) faults.push(`${path}:1: does not open with "// ${name} - "`);
  if (!/^#pragma once$/m.test(text)) faults.push(`${path}: has no "#pragma once"`);
  return faults;
}

// Every module has a test beside it, or one in its folder that says "// covers: loop.c request.c" of the
// parts that can only be tested together. main.c, the commands and the handlers of the site are tested from
// outside, over HTTP and the command line; testbeds are tested by their use.
export function checkTestsExist(files) {
  const there = new Set(files.map(({ path }) => path));
  for (const { path, text } of files.filter((file) => file.path.endsWith("_test.c"))) {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    for (const [, names] of text.matchAll(/^\/\/ covers: (.+)$/gm))
      for (const name of names.split(" ")) there.add(folder + name.replace(/\.c$/, "_test.c"));
  }
  const outside = /^src\/(main\.c$|command\/|site\/)|\/(testbed\w*|stand_in)\.c$/;
  return files
    .map(({ path }) => path)
    .filter((path) => path.startsWith("src/") && path.endsWith(".c") && !path.endsWith("_test.c"))
    .filter((path) => !outside.test(path))
    .filter((path) => !there.has(path.replace(/\.c$/, "_test.c")))
    .map((path) => `${path}: has no ${path.split("/").pop().replace(/\.c$/, "_test.c")} beside it`);
}

const TEXT = /\.(c|h|mjs|ts|css|html|sql|md|sh|build|txt|ini|json|yaml|yml|service|conf)$/;
const isText = (path) => (TEXT.test(path) || /^(script|\.ci)\//.test(path)) && path !== "package-lock.json";

// The text of a file, or null when it is listed and no longer there.
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

export function checkTree(root) {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root });
  const files = listed
    .toString()
    .split("\0")
    .filter(isText)
    .map((path) => ({ path, text: readIfThere(join(root, path)) }))
    .filter(({ text }) => text !== null);
  const faults = checkTestsExist(files);
  for (const file of files) faults.push(...checkIncludes(file), ...checkText(file), ...checkHeader(file));
  return { files: files.length, faults };
}
