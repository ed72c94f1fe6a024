// build.mjs - builds the pages into a directory that a server serves as it is.
//
//     node web/build.mjs --out DIR
//
// A file's place in DIR is its address: `/icon.svg` is DIR/icon.svg. DIR/index.html is the app and
// answers `/`, `/journey`, `/points` and `/return` alike; the other pages have one address each. Files under
// assets/ carry a hash of their content in their name and may be cached for ever; every other file is to
// be asked for again by its ETag. Beside each file stand FILE.br and FILE.gz. Words come from messages/,
// never from the code.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import esbuild from 'esbuild';

import { cutReadings, withoutReadings } from './shared/readings.js';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const KIB = 1024;
const MANIFEST = 'app/manifest.webmanifest';
// Each page with what it loads at a first visit: scripts that run before the first paint (`early`), scripts,
// style sheets and other files. `{{main.js}}` in its HTML becomes the address of app/main.ts's bundle.
const EARLY = { 'early.js': 'app/early.ts' };
const PAGES = [
  {
    html: 'app/index.html',
    early: { 'ahead.js': 'app/ahead.ts' },
    modules: { 'main.js': 'app/main.ts' },
    styles: { 'app.css': 'app/app.css' },
    files: [MANIFEST, 'app/icon.svg'],
    bytesMax: 100 * KIB,
  },
  {
    html: 'public/waiting.html',
    early: EARLY,
    modules: { 'waiting.js': 'public/waiting.ts' },
    styles: { 'waiting.css': 'public/waiting.css' },
    files: [],
    bytesMax: 16 * KIB,
  },
  {
    html: 'public/draw.html',
    early: EARLY,
    modules: { 'draw.js': 'public/draw.ts' },
    styles: { 'draw.css': 'public/draw.css' },
    files: [],
    bytesMax: 16 * KIB,
  },
  {
    html: 'public/faq.html',
    early: EARLY,
    modules: { 'faq.js': 'public/faq.ts' },
    styles: { 'faq.css': 'public/faq.css' },
    files: [],
    bytesMax: 16 * KIB,
  },
];
// Pages that are only read. The last three stand where a browser asked for something that is not there: one frame
// with words of their own, and one thing to do.
const STATUS = 'public/status.html';
const READ = [
  { html: 'public/accessibility.html' },
  { html: STATUS, name: 'missing', status: { title: 'missing.title', body: 'missing.body', action: 'page.toHome', href: '/' } },
  { html: STATUS, name: 'no-report', status: { title: 'noreport.title', body: 'noreport.body', action: 'page.toHome', href: '/' } },
  { html: STATUS, name: 'unavailable', status: { title: 'unavailable.title', body: 'unavailable.body', action: 'unavailable.again', href: '' } },
];
for (const page of READ) {
  PAGES.push({
    ...page,
    early: EARLY,
    modules: { 'news.js': 'public/news.ts' },
    styles: { 'accessibility.css': 'public/accessibility.css' },
    files: [],
    bytesMax: 16 * KIB,
  });
}
// The console is for desks; only it draws charts. Its words are its own.
PAGES.push({
  words: 'console.ja.json',
  html: 'console/console.html',
  early: EARLY,
  modules: { 'console.js': 'console/main.ts' },
  styles: { 'console.css': 'console/console.css' },
  files: [],
  bytesMax: 250 * KIB,
});
const LANGUAGES = ['ja', 'ja-easy', 'en', 'zh', 'ko'];
// Words that stand on pages only are not sent with the app.
const PAGE_ONLY = ['statement.', 'missing.', 'unavailable.', 'noreport.'];
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

const together = (part) => Object.assign({}, ...PAGES.map((page) => page[part]));

const forApp = (messages) =>
  Object.fromEntries(Object.entries(messages).filter(([key]) => !PAGE_ONLY.some((start) => key.startsWith(start))));

const appWords = {
  name: 'app-words',
  setup({ onLoad }) {
    onLoad({ filter: /messages\/ja\.json$/ }, async ({ path: file }) => ({
      contents: JSON.stringify(forApp(JSON.parse(await readFile(file, 'utf8')))),
      loader: 'json',
    }));
  },
};

// Bundles the entries; answers their addresses by the name that the pages give them.
async function bundle(out) {
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
    plugins: [appWords],
    logLevel: 'warning',
  };
  const whole = Object.values({ ...together('modules'), ...together('styles') });
  const results = await Promise.all([
    esbuild.build({ ...options, entryPoints: whole, format: 'esm' }),
    esbuild.build({ ...options, entryPoints: Object.values(together('early')), format: 'iife' }),
  ]);
  // Pages that the server writes: their style sheet, and the scripts for the look and for announcements, have fixed addresses.
  const fixed = { ...options, metafile: false, entryNames: '[name]' };
  await Promise.all([
    esbuild.build({ ...fixed, entryPoints: ['public/calendar.css'] }),
    esbuild.build({ ...fixed, entryPoints: Object.values(EARLY), format: 'iife' }),
    esbuild.build({ ...fixed, entryPoints: ['public/news.ts'], format: 'esm' }),
  ]);
  const outputs = results.flatMap(({ metafile }) => Object.entries(metafile.outputs));
  const address = (entry) => {
    const [file] = outputs.find(([, output]) => output.entryPoint === entry);
    return `/${path.relative(out, path.resolve(WEB, file)).split(path.sep).join('/')}`;
  };
  const entries = { ...together('early'), ...together('modules'), ...together('styles') };
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, address(entry)]));
}

// The worker that keeps the app's own files; it knows them by name, and its version is theirs.
async function bundleWorker(out, addresses) {
  const [app] = PAGES;
  const names = [app.early, app.modules, app.styles].flatMap(Object.keys).map((name) => addresses[name]);
  const files = [...names, '/icon.svg'];
  const version = createHash('sha256').update(files.join(' ')).digest('hex').slice(0, 16);
  await esbuild.build({
    absWorkingDir: WEB,
    entryPoints: ['worker/worker.ts'],
    outfile: path.join(out, 'worker.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: TARGETS,
    define: { VERSION: JSON.stringify(version), FILES: JSON.stringify(files) },
    logLevel: 'warning',
  });
}

// Readings stand above words in the content of a page, and nowhere else (app/markup.ts does so in the app).
function withReadings(value, before) {
  const inTag = before.lastIndexOf('<') > before.lastIndexOf('>');
  const inTitle = before.lastIndexOf('<title>') > before.lastIndexOf('</title>');
  if (inTag || inTitle) return withoutReadings(value);
  const { words, rest } = cutReadings(value);
  const drawn = words.map(({ before, breaks, word, reading }) => `${before}${breaks ? '<wbr>' : ''}<ruby>${word}<rp>(</rp><rt>${reading}</rt><rp>)</rp></ruby>`);
  return drawn.join('') + rest;
}

// What several pages share stands in public/parts/; the languages are those that there are words for.
async function partsOf() {
  const folder = path.join(WEB, 'public/parts');
  const parts = {};
  for (const name of await readdir(folder)) {
    parts[path.basename(name, '.html')] = (await readFile(path.join(folder, name), 'utf8')).trim();
  }
  const links = [];
  const noscript = [];
  for (const name of await languageFiles()) {
    const own = await messagesOf(name);
    const tag = own['language.tag'];
    const code = path.basename(name, '.json');
    links.push(`<li><a href="?language=${code}" hreflang="${tag}" lang="${tag}" data-language="${code}">${own['language.name']}</a></li>`);
    const elsewhere = [['faq', 'faq.title'], ['calendar', 'page.calendar']];
    const ways = elsewhere.map(([page, key]) => `<a href="/${page}?language=${code}">${withReadings(own[key], '')}</a>`);
    noscript.push(`<p class="noscript" lang="${tag}">${withReadings(own['page.noscript'], '')}<br />${ways.join(' ')}</p>`);
  }
  return { ...parts, languages: links.join('\n            '), noscript: noscript.join('\n          ') };
}

const withParts = (text, parts) => text.replace(/\{\{> (\w+)\}\}/g, (_, name) => withParts(parts[name], parts));

// Fills `{{name}}` in the page and the manifest; a name that nobody knows is a fault. `{{> name}}` is a part.
function filled(page, values, parts) {
  const text = withParts(page, parts);
  return text.replace(/\{\{([\w.]+)\}\}/g, (whole, name, at) => {
    if (!(name in values)) throw new Error(`nothing to put for ${whole}`);
    return withReadings(values[name], text.slice(0, at));
  });
}

async function messagesOf(name) {
  return JSON.parse(await readFile(path.join(WEB, 'messages', name), 'utf8'));
}

// In the order in which the app offers them (guidance/languages.c), others after them by code; the console's words are
// no language of its own.
async function languageFiles() {
  const place = (name) => (LANGUAGES.indexOf(path.basename(name, '.json')) + 1 || LANGUAGES.length + 1);
  const names = (await readdir(path.join(WEB, 'messages'))).filter((name) => !name.startsWith('console.'));
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

// What a page is called where it is served from, without its language and ending.
const nameOf = ({ name, html }) => name ?? path.basename(html, '.html');

// The words for a page; `{{status.title}}` is what a status page says there, `{{here.faq}}` marks the answers among the
// links of the head where the page is theirs.
function wordsFor({ html, status = {} }, words) {
  const own = Object.entries(status).map(([name, key]) => [`status.${name}`, words[key] ?? key]);
  const here = html === 'public/faq.html' ? ' class="here" aria-current="page"' : '';
  return { ...words, ...Object.fromEntries(own), 'here.faq': here };
}

// The words of every other language for the app, and each page of public/ in it, and the manifest: draw.html,
// draw.en.html, ... What the city calls its campaign the server fills in (<!--juncho:campaign-->).
async function translate(out, values, parts) {
  await mkdir(path.join(out, 'words'), { recursive: true });
  const pages = PAGES.filter(({ html }) => html.startsWith('public/'));
  for (const name of await languageFiles()) {
    if (name === 'ja.json') continue;
    const own = await messagesOf(name);
    await writeFile(path.join(out, 'words', name), JSON.stringify(forApp(own)));
    const words = { ...values, ...own };
    for (const page of pages) {
      const text = await readFile(path.join(WEB, page.html), 'utf8');
      const file = `${nameOf(page)}.${name.replace('.json', '.html')}`;
      await writeFile(path.join(out, file), filled(text, wordsFor(page, words), parts));
    }
    const plain = Object.fromEntries(Object.entries(words).map(([key, text]) => [key, withoutReadings(text)]));
    const manifest = await readFile(path.join(WEB, MANIFEST), 'utf8');
    await writeFile(path.join(out, path.basename(MANIFEST).replace('.', `.${name.replace('.json', '')}.`)), filled(manifest, plain, parts));
  }
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

// What a first visit of the page loads, compressed.
function firstLoad(page, addresses, sizes) {
  const { early, modules, styles, files, bytesMax } = page;
  const names = [early, modules, styles].flatMap(Object.keys).map((name) => addresses[name].slice(1));
  const html = `${nameOf(page)}.html`;
  const bytes = [...names, html, ...files.map((file) => path.basename(file))].reduce((sum, name) => sum + sizes[name], 0);
  console.log(`first load of ${html}: ${bytes} bytes compressed (at most ${bytesMax})`);
  if (bytes > bytesMax) throw new Error(`the first load of ${html} is too large`);
}

async function build() {
  const out = outDirectory();
  await rm(path.join(out, 'assets'), { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const japanese = await messagesOf('ja.json');
  const addresses = await bundle(out);
  const parts = await partsOf();
  await bundleWorker(out, addresses);
  for (const page of PAGES) {
    const values = wordsFor(page, { ...(page.words ? await messagesOf(page.words) : japanese), ...addresses });
    const named = [[page.html, `${nameOf(page)}.html`], ...page.files.map((file) => [file, path.basename(file)])];
    for (const [file, target] of named) {
      const text = await readFile(path.join(WEB, file), 'utf8');
      await writeFile(path.join(out, target), filled(text, values, parts));
    }
  }
  await translate(out, { ...japanese, ...addresses }, parts);
  const sizes = {};
  for (const file of (await filesBelow(out)).sort()) {
    const { bytes, compressed } = await compress(file);
    const name = path.relative(out, file);
    sizes[name] = compressed;
    console.log(`${name.padEnd(28)} ${String(bytes).padStart(7)} ${String(compressed).padStart(7)} br`);
  }
  for (const page of PAGES) firstLoad(page, addresses, sizes);
}

await build();
