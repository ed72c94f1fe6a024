// build.mjs - builds the resident app into a directory that a server serves as it is.
//
//     node web/build.mjs --out DIR
//
// A file's place in DIR is its address: `/icon.svg` is DIR/icon.svg. DIR/index.html is the app and
// answers `/`, `/journey`, `/points` and `/return` alike. Files under assets/ carry a hash of their
// content in their name and may be cached for ever; every other file is to be asked for again by its
// ETag. Beside each file stand FILE.br and FILE.gz. Words come from messages/, never from the code.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import esbuild from 'esbuild';

const WEB = path.dirname(fileURLToPath(import.meta.url));
// What a first visit loads: the page, the style sheet, the two scripts and the icon.
const FIRST_LOAD_BYTES_MAX = 100 * 1024;
// The oldest phones that the identity app itself runs on: iOS 16, Android 11 with a current Chrome.
const TARGETS = ['es2022', 'safari16', 'chrome109', 'firefox115'];

function outDirectory() {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  if (!values.out) {
    console.error('usage: node web/build.mjs --out DIR');
    process.exit(2);
  }
  return path.resolve(values.out);
}

// Bundles the entries; answers their addresses by the name that the page gives them.
async function bundle(out) {
  const entries = { 'main.js': 'app/main.ts', 'early.js': 'app/early.ts', 'app.css': 'app/app.css' };
  const options = {
    absWorkingDir: WEB,
    bundle: true,
    minify: true,
    metafile: true,
    charset: 'utf8',
    legalComments: 'none',
    entryNames: 'assets/[name]-[hash]',
    target: TARGETS,
    outdir: out,
    logLevel: 'warning',
  };
  const results = await Promise.all([
    esbuild.build({ ...options, entryPoints: [entries['main.js'], entries['app.css']], format: 'esm' }),
    esbuild.build({ ...options, entryPoints: [entries['early.js']], format: 'iife' }),
  ]);
  const outputs = results.flatMap(({ metafile }) => Object.entries(metafile.outputs));
  const address = (entry) => {
    const [file] = outputs.find(([, output]) => output.entryPoint === entry);
    return `/${path.relative(out, path.resolve(WEB, file)).split(path.sep).join('/')}`;
  };
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, address(entry)]));
}

// Fills `{{name}}` in the page and the manifest; a name that nobody knows is a fault.
function filled(text, values) {
  return text.replace(/\{\{([\w.]+)\}\}/g, (whole, name) => {
    if (!(name in values)) throw new Error(`nothing to put for ${whole}`);
    return values[name];
  });
}

async function compress(file) {
  const content = await readFile(file);
  const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  const brotli = brotliCompressSync(content, { params: parameters });
  await writeFile(`${file}.br`, brotli);
  await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }));
  return { bytes: content.length, compressed: brotli.length };
}

async function filesBelow(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name));
  return files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

async function build() {
  const out = outDirectory();
  await rm(path.join(out, 'assets'), { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const messages = JSON.parse(await readFile(path.join(WEB, 'messages/ja.json'), 'utf8'));
  const values = { ...messages, ...(await bundle(out)) };
  for (const name of ['index.html', 'manifest.webmanifest', 'icon.svg']) {
    const text = await readFile(path.join(WEB, 'app', name), 'utf8');
    await writeFile(path.join(out, name), filled(text, values));
  }
  let firstLoad = 0;
  for (const file of (await filesBelow(out)).sort()) {
    const { bytes, compressed } = await compress(file);
    firstLoad += compressed;
    console.log(`${path.relative(out, file).padEnd(28)} ${String(bytes).padStart(7)} ${String(compressed).padStart(7)} br`);
  }
  console.log(`first load: ${firstLoad} bytes compressed (at most ${FIRST_LOAD_BYTES_MAX})`);
  if (firstLoad > FIRST_LOAD_BYTES_MAX) throw new Error('the first load is too large');
}

await build();
