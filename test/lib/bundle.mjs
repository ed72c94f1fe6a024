// bundle.mjs - the pure modules of the web pages, as a test imports them.
import { join } from "node:path";

import { build } from "esbuild";

import { ROOT } from "./juncho.mjs";

// What a module below web/ exports.
export async function webModule(path) {
  const options = { entryPoints: [join(ROOT, "web", path)], bundle: true, format: "esm", write: false };
  const { outputFiles } = await build(options);
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
