// openapi.mjs - docs/openapi.yaml, and whether an answer of the server is what it promises.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";

import { ROOT } from "./juncho.mjs";

export const document = parse(readFileSync(join(ROOT, "docs/openapi.yaml"), "utf8"), { merge: true });

const METHODS = ["get", "post", "put", "delete"];
const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false,
  allowUnionTypes: true, formats: { uri: (text) => URL.canParse(text) } });

// A reference within the document, followed.
export function follow(part) {
  if (typeof part?.$ref !== "string") return part;
  return part.$ref.slice(2).split("/").reduce((at, name) => at?.[name], document);
}

// The document's schemas know each other as "#/components/schemas/X"; for ajv each is a schema of that name.
const renamed = (schema) =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "$ref" ? value.replace("#/components/schemas/", "https://juncho.invalid/") : value);
for (const [name, schema] of Object.entries(document.components.schemas))
  ajv.addSchema({ $id: `https://juncho.invalid/${name}`, ...renamed(schema) });

const compiled = new Map();

// What is wrong with a value under a schema of the document; "" when nothing is.
export function faults(schema, value) {
  if (!compiled.has(schema)) compiled.set(schema, ajv.compile(renamed(schema)));
  const check = compiled.get(schema);
  if (check(value)) return "";
  return check.errors.map(({ instancePath, message }) => `${instancePath || "the whole"} ${message}`).join("; ");
}

// Every operation: {method, path, operation}; method "ANY" where a path answers all of them alike.
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => method in item).map((method) => ({
    method: item["x-any-method"] === true ? "ANY" : method.toUpperCase(),
    path,
    operation: item[method],
    shape: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]*\}/g, "[^/]+")}$`),
  })),
);

function operationOf(method, path) {
  const matching = operations.filter((one) => [method, "ANY"].includes(one.method) && one.shape.test(path));
  return matching.find((one) => one.path === path) ?? matching[0];
}

// Throws when the answer to a documented request is not documented, and says what to add. Routes that the
// document lacks are another test's business, and so are answers that a proxy made.
export function checkAnswer(method, path, { status, headers, json }) {
  const found = operationOf(method, path);
  const type = (headers["content-type"] ?? "").split(";")[0];
  if (found === undefined || type === "text/html") return;
  const where = `docs/openapi.yaml: paths: ${found.path}: ${method.toLowerCase()}: responses`;
  const response = follow(found.operation.responses[status] ?? (status >= 400 ? found.operation.responses.default : undefined));
  if (response === undefined) throw new Error(`${where}: add '${status}'; the server answers with it`);
  if (type === "") {
    if (response.content) throw new Error(`${where}: '${status}': the server sends no body`);
    return;
  }
  const content = response.content?.[type];
  if (content === undefined) throw new Error(`${where}: '${status}': add content ${type}; the server sends it`);
  const wrong = json === undefined ? "" : faults(content.schema, json);
  if (wrong !== "") throw new Error(`${where}: '${status}': ${wrong}: ${JSON.stringify(json)}`);
}
