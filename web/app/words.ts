// words.ts - every word that a resident reads, by key, in the language of the page.
//
// The words themselves live in ../messages/LANGUAGE.json. Japanese is part of the app; another language comes
// from the server when it is chosen, so a city can add one. A key that the Japanese file lacks is a type
// error here; the check script compares the other languages with it, and what is missing is Japanese.
//
// In a text stand `{name}` for a value, `{count|# person|# people}` for a number and its forms as the language
// counts (one, other), and 漢字《かんじ》 for a reading above it (markup.ts draws it).
import ja from '../messages/ja.json';
import { kept } from './keep.js';
import { languageRemember } from './language.js';

export type Key = keyof typeof ja;
export type Values = Record<string, string | number>;

type Messages = Record<Key, string>;

export interface Language {
  code: string;
  name: string;
}

const ZONE = 'Asia/Tokyo';
const READ_MS_MAX = 5_000;
const VALUE = /\{(\w+)(?:\|([^{}]*))?\}/g;

let language = 'ja';
let messages: Messages = ja;

// The code that the server knows: "ja", "ja-easy", "en".
export function languageNow(): string {
  return language;
}

// The tag of a language that a browser knows: やさしい日本語 is Japanese.
export function tagOf(code: string): string {
  return code === 'ja-easy' ? 'ja' : code;
}

// The tag of the page.
export function languageTag(): string {
  return word('language.tag');
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path, { signal: AbortSignal.timeout(READ_MS_MAX) });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as T;
}

export async function languagesRead(): Promise<Language[]> {
  return (await read<{ languages: Language[] }>('/api/v1/languages')).languages;
}

async function take(code: string): Promise<void> {
  messages = code === 'ja' ? ja : { ...ja, ...(await read<Partial<Messages>>(`/api/v1/languages/${code}`)) };
  language = code;
  document.documentElement.lang = languageTag();
  // What is installed has the name that is read here.
  document.querySelector("link[rel='manifest']")?.setAttribute('href', `/manifest.webmanifest?language=${code}`);
}

export async function languageChoose(code: string): Promise<void> {
  await take(code);
  languageRemember(code);
}

// What was chosen here before is asked for at once; a language that is gone is answered by 404.
async function taken(code: string): Promise<boolean> {
  return take(code).then(() => true, () => false);
}

const TRADITIONAL = /^zh-(hant|tw|hk|mo)/i;

// Whether a browser that reads Traditional Chinese was given Simplified, for there is nothing nearer.
export function languageIsGuess(): boolean {
  return language === 'zh' && kept<string>('language') === null && TRADITIONAL.test(navigator.languages[0] ?? '');
}

// The language that was chosen here before, else the first of the browser's that there are words for. Without
// an answer the page is Japanese rather than empty.
export async function languageStart(): Promise<void> {
  const wanted = kept<string>('language');
  const first = navigator.languages.map((code) => code.slice(0, 2).toLowerCase());
  if (wanted === 'ja' || (wanted === null && first[0] === 'ja')) return;
  if (wanted !== null && (await taken(wanted))) return;
  try {
    const known = (await languagesRead()).map(({ code }) => code);
    const code = first.find((one) => known.includes(one));
    if (code) await take(code);
  } catch {
    // Japanese it is.
  }
}

// The words of the language that was chosen, asked for again when they did not come: true when they are there now.
export async function languageLate(): Promise<boolean> {
  const wanted = kept<string>('language');
  return wanted !== null && wanted !== language && taken(wanted);
}

function formOf(value: number, forms: string): string {
  const list = forms.split('|');
  const form = new Intl.PluralRules(languageTag()).select(value) === 'one' ? list[0] : list.at(-1);
  return (form ?? '').replace('#', numberText(value));
}

function filled(whole: string, value: string | number | undefined, forms?: string): string {
  if (value === undefined) return whole;
  if (typeof value !== 'number') return value;
  return forms === undefined ? numberText(value) : formOf(value, forms);
}

// Fills in `values`; numbers are written the way the language writes them. Readings are still in the text.
export function word(key: Key, values: Values = {}): string {
  return messages[key].replace(VALUE, (whole, name: string, forms?: string) => filled(whole, values[name], forms));
}

// The same in parts: text, value, text, value, ..., text.
export function wordParts(key: Key, values: Values): string[] {
  const text = messages[key];
  const parts: string[] = [];
  let at = 0;
  for (const { 0: whole, 1: name = '', 2: forms, index } of text.matchAll(VALUE)) {
    parts.push(text.slice(at, index), filled(whole, values[name], forms));
    at = index + whole.length;
  }
  return [...parts, text.slice(at)];
}

export function numberText(value: number): string {
  return new Intl.NumberFormat(languageTag()).format(value);
}

const PARTS = new Intl.DateTimeFormat('en', {
  timeZone: ZONE,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  hourCycle: 'h23',
});

// The name of a month, a day of the month or of the week is one of a list, as in the calendar.
const named = (key: Key, index: number): string => word(key).split('|')[index] ?? '';

function dateParts(at: string | number): Values {
  const parts: Record<string, string> = {};
  for (const part of PARTS.formatToParts(new Date(at))) parts[part.type] = part.value;
  const [year, month, day] = ['year', 'month', 'day'].map((type) => Number(parts[type])) as [number, number, number];
  return {
    year: String(year),
    month: named('calendar.months', month - 1),
    day: named('date.days', day - 1),
    weekday: named('calendar.weekdays', new Date(Date.UTC(year, month - 1, day)).getUTCDay()),
    hour: String(Number(parts['hour'])),
    minute: parts['minute'] ?? '',
  };
}

// 2026年2月2日(月) 13:00
export function dateTimeText(at: string | number): string {
  return word('date.full', dateParts(at));
}

// 2月2日(月), of a date alone: "2026-02-02".
export function dayText(date: string): string {
  return word('date.day', dateParts(`${date}T12:00:00+09:00`));
}

// 令和8年2月2日: the same day by the era, for those who count so; Reiwa 8, as it is asked for on forms, where Han characters
// are not read.
export function eraDateText(at: string | number): string {
  const tag = { ja: 'ja', 'zh-Hans': 'ja', ko: 'ko' }[languageTag()];
  const form = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(`${locale}-u-ca-japanese`, { timeZone: ZONE, ...options });
  if (tag !== undefined) return form(tag, { dateStyle: 'long' }).format(new Date(at));
  const parts = form('en', { era: 'long', year: 'numeric' }).formatToParts(new Date(at));
  return ['era', 'year'].map((wanted) => parts.find(({ type }) => type === wanted)?.value ?? '').join(' ');
}

// 13:00
export function clockText(at: string | number): string {
  return word('date.clock', dateParts(at));
}
