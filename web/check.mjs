// check.mjs - what a compiler does not see: words, and where they stand.
//
//     node web/check.mjs
//
// Every language has the same keys and the same `{names}` as Japanese; every key is used; the words of
// docs/words.md stand in the messages; what the handbook quotes is what a screen says; やさしい日本語 has a reading for every kanji; no Japanese stands in the code; no element carries a style or a script
// of its own. Then TypeScript checks types.
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { cutReadings, withoutReadings } from './shared/readings.js';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
// Keys that the server reads out of the files.
const READ_BY_SERVER = ['language.name', 'booking.event'];
// The calendar is written by the server, which names its keys in this file.
const CALENDAR_WORDS = '../src/forecast/calendar_words.c';
const ONE_WORD = '../docs/words.md';
const HANDBOOK = '../docs/handbook.ja.md';
// Keys of the console that are made of what the server answers.
const CONSOLE_READS_FROM_SERVER = ['action.', 'band.', 'gate.reason.', 'gate.stage.', 'setting.', 'signin.organisation-', 'account.refused.'];
// Where an entry of the log of changes gets its action.
const ACTIONS = ['site', 'operator', 'command'];
// Screens draw by the app's own html; markup.ts makes it, pictures.ts has no words, main.ts draws nothing itself.
const OWN_HTML = /^app\/(?!markup|pictures|main)/;
const LIT_HTML = /import \{[^}]*\bhtml\b[^}]*\} from 'lit\/html.js'/;
const INLINE = /\s(?:style|on[a-z]+)=["'$]/;

const faults = [];

async function filesBelow(folder, endings) {
  const entries = await readdir(path.join(WEB, folder), { recursive: true });
  const wanted = entries.filter((name) => endings.some((ending) => name.endsWith(ending)));
  return Promise.all(
    wanted.sort().map(async (name) => ({
      name: path.join(folder, name),
      text: await readFile(path.join(WEB, folder, name), 'utf8'),
    })),
  );
}

function placeholders(text) {
  return [...text.matchAll(/\{(\w+)(?:\|[^{}]*)?\}/g)].map(([, name]) => name).sort().join(' ');
}

function compareLanguages(languages) {
  const [{ messages: japanese }] = languages.filter(({ name }) => name.endsWith('ja.json'));
  for (const { name, messages } of languages) {
    for (const key of Object.keys(japanese)) {
      if (!(key in messages)) faults.push(`${name}: ${key} is missing`);
      else if (messages[key] === '') faults.push(`${name}: ${key} is empty`);
      else if (placeholders(messages[key]) !== placeholders(japanese[key])) {
        faults.push(`${name}: ${key} has other {names} than Japanese`);
      }
    }
    for (const key of Object.keys(messages)) {
      if (!(key in japanese)) faults.push(`${name}: ${key} is not in ja.json`);
    }
  }
  return Object.keys(japanese);
}

// A key is used when the code has it whole, or as a template whose fixed parts it fits.
function findUnused(keys, code, elsewhere = READ_BY_SERVER) {
  const templates = [...code.matchAll(/`([\w-]+\.(?:[^`$\s]|\$\{[^}]*\})*)`/g)].map(([, text]) => {
    const pattern = text.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.\\]/g, '\\$&'));
    return new RegExp(`^${pattern.join('[\\w-]+')}$`);
  });
  for (const key of keys) {
    const whole = code.includes(`'${key}'`) || code.includes(`{{${key}}}`);
    if (!whole && !elsewhere.some((one) => key.startsWith(one)) && !templates.some((template) => template.test(key))) faults.push(`ja.json: ${key} is not used`);
  }
}

// docs/words.md: a row of the first table has a word a language, one of the second what a language does not say.
function compareWords(table, languages) {
  const said = new Map(languages.map(({ name, messages }) => [path.basename(name, '.json'), Object.values(messages).join('\n').replace(/《[^》]*》/g, '').toLowerCase()]));
  const rows = table.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const [, ...codes] = rows[0];
  const has = (code, word) => said.get(code).includes(word.toLowerCase());
  for (const [what, ...words] of rows.slice(2)) {
    if (words.length === codes.length) codes.filter((code, index) => !has(code, words[index])).forEach((code) => faults.push(`docs/words.md: ${code} does not say its word for: ${what}`));
    else if (said.has(what)) words[0].split(', ').filter((word) => has(what, word)).forEach((word) => faults.push(`messages/${what}.json says "${word}", docs/words.md another word`));
  }
}

// Whether a message, a sentence of it, or what stands before its brackets reads so; whatever stands for its {names}.
function isSaid(quoted, messages) {
  const sentences = messages.flatMap((text) => [text, ...text.split(/(?<=。)|^\{time\} 現在 |\(/)]).map((text) => text.trim());
  const plain = quoted.replace(/。$/, '');
  const filled = (text) => {
    const fixed = text.split(/\{[^}]*\}/);
    return fixed.length > 1 && fixed.join('').length > 3 && new RegExp(`^${fixed.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`).test(quoted);
  };
  return sentences.some((text) => text.replace(/。$/, '') === plain || filled(text));
}

// What the handbook quotes stands so on a screen, is a chapter of its own, or belongs to a notice that operators write;
// what it explains as a figure is called so in the console.
function readHandbook(handbook, { console, app }) {
  const chapters = [...handbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title);
  for (const [, before, quoted] of handbook.matchAll(/(.{0,4})「([^」]*)」/g)) {
    const own = /(見出し|本文)$/.test(before) || chapters.includes(quoted);
    if (!own && !isSaid(quoted, [...console, ...app])) faults.push(`docs/handbook.ja.md: no screen says 「${quoted}」`);
  }
  const [, figures] = handbook.split('## 画面の数字の意味');
  for (const [, cell] of figures.split('\n## ')[0].matchAll(/^\| (?!数字|---)(.+?) \|/gm)) {
    const [, view, names] = /^(?:\*\*(.+)\*\* )?(.+)$/.exec(cell);
    for (const name of [view, ...names.replace(/\([^)]*\)/g, '').split('、')]) {
      if (name !== undefined && !isSaid(name, console) && !console.some((text) => text.includes(name))) faults.push(`docs/handbook.ja.md: the console has no figure ${name}`);
    }
  }
}

// What is read by its number (the {day}) or stands in every language as it is has none.
const READ_WITHOUT = /\{day\}日|^やさしい日本語$/g;

function findUnread(name, text) {
  const words = cutReadings(text).words.map(({ before }) => before);
  const rest = [...words, cutReadings(text).rest].join('').replace(READ_WITHOUT, '');
  if (/\p{Script=Han}/u.test(rest)) faults.push(`${name}: a kanji has no reading: ${withoutReadings(text)}`);
}

async function readEasy(languages) {
  const { name, messages } = languages.find((file) => path.basename(file.name) === 'ja-easy.json');
  const answers = await readFile(path.join(WEB, '../guidance/faq.ja-easy.md'), 'utf8');
  const { questions } = JSON.parse(await readFile(path.join(WEB, '../survey/questions.json'), 'utf8'));
  for (const [key, text] of Object.entries(messages)) {
    if (key !== 'campaign.places') findUnread(`${name} ${key}`, text);
  }
  answers.split('\n').filter((line) => !line.startsWith('words:')).forEach((line) => findUnread('faq.ja-easy.md', line));
  for (const { text, choices } of questions) [text, ...choices.map((choice) => choice.text)].forEach((one) => findUnread('survey/questions.json', one['ja-easy']));
}

// A key that stands twice is read as its last; the server refuses such a file.
function findTwice({ name, lines }) {
  const keys = lines.flatMap((line) => /^\s*"([^"]+)":/.exec(line)?.[1] ?? []);
  for (const key of keys.filter((key, index) => keys.indexOf(key) !== index)) faults.push(`${name}: ${key} stands twice`);
}

// Whatever the log of changes may say has words.
async function findActionsWithoutWords(messages) {
  for (const folder of ACTIONS) {
    for (const { name, text } of await filesBelow(`../src/${folder}`, ['.c'])) {
      if (name.endsWith('_test.c')) continue;
      for (const [, action] of text.matchAll(/\.action = "([a-z.]+)"/g)) {
        if (!(`action.${action}` in messages)) faults.push(`${name}: no words for action.${action}`);
      }
    }
  }
}

function readLines({ name, text }) {
  text.split('\n').forEach((line, index) => {
    const code = line.replace(/^\s*\/\/.*/, '');
    if (OWN_HTML.test(name) && LIT_HTML.test(code)) faults.push(`${name}:${index + 1}: html comes from markup.js, which draws readings`);
    if (JAPANESE.test(code)) faults.push(`${name}:${index + 1}: words belong into messages/`);
    if (INLINE.test(code)) faults.push(`${name}:${index + 1}: the content policy forbids inline styles and scripts`);
  });
}

const FOLDERS = ['app', 'public', 'shared'];
const sources = (await Promise.all(FOLDERS.map((folder) => filesBelow(folder, ['.ts', '.html', '.webmanifest'])))).flat();
const ofConsole = await filesBelow('console', ['.ts', '.html']);
const every = (await filesBelow('messages', ['.json'])).map(({ name, text }) => ({ name, messages: JSON.parse(text), lines: text.split('\n') }));
const isOfConsole = ({ name }) => path.basename(name).startsWith('console.');
const together = (files) => files.map(({ text }) => text).join('\n');
const ofCalendar = [...(await readFile(path.join(WEB, CALENDAR_WORDS), 'utf8')).matchAll(/"(calendar\.[\w.-]+)"/g)].map(([, key]) => key);
const build = await readFile(path.join(WEB, 'build.mjs'), 'utf8'); // names the keys of the status pages
findUnused(compareLanguages(every.filter((file) => !isOfConsole(file))), `${together(sources)}${build}`, [...READ_BY_SERVER, ...ofCalendar]);
findUnused(compareLanguages(every.filter(isOfConsole)), together(ofConsole), CONSOLE_READS_FROM_SERVER);
compareWords(await readFile(path.join(WEB, ONE_WORD), 'utf8'), every.filter((file) => !isOfConsole(file)));
const saidBy = (files) => files.filter(({ name }) => name.endsWith('ja.json')).flatMap(({ messages }) => Object.values(messages));
readHandbook(await readFile(path.join(WEB, HANDBOOK), 'utf8'), { console: saidBy(every.filter(isOfConsole)), app: saidBy(every.filter((file) => !isOfConsole(file))) });
await readEasy(every);
await findActionsWithoutWords(every.find(({ name }) => name.endsWith('console.ja.json')).messages);
every.forEach(findTwice);
[...sources, ...ofConsole].forEach(readLines);

for (const fault of faults) console.error(fault);
const tsc = path.join(WEB, '../node_modules/.bin/tsc');
// A worker knows other things of its surroundings than a page.
const typed = ['tsconfig.json', 'worker/tsconfig.json'].map(
  (project) => spawnSync(tsc, ['-p', path.join(WEB, project)], { stdio: 'inherit' }).status === 0,
);
process.exit(faults.length === 0 && typed.every(Boolean) ? 0 : 1);
