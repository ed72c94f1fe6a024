// words.ts - every word that a resident reads, by key, in the language of the page.
//
// The words themselves live in ../messages/LANGUAGE.json. A key that the Japanese file lacks is a
// type error here; the check script compares the other languages with it.
import ja from '../messages/ja.json';

export type Key = keyof typeof ja;
export type Values = Record<string, string | number>;

type Messages = Record<Key, string>;

const ZONE = 'Asia/Tokyo';
const languages: Record<string, Messages> = { ja };

let language = 'ja';
let messages: Messages = ja;

export function languageNow(): string {
  return language;
}

// Takes the first language that there are words for; Japanese otherwise.
export function languageChoose(wanted: readonly string[]): void {
  const found = wanted.find((code) => code in languages) ?? 'ja';
  language = found;
  messages = languages[found] ?? ja;
}

// Fills `{name}` from `values`; numbers are written the way the language writes them.
export function word(key: Key, values: Values = {}): string {
  return messages[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numberText(value) : value;
  });
}

export function numberText(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

function dateParts(at: string | number): Values {
  const format = new Intl.DateTimeFormat(language, {
    timeZone: ZONE,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts: Values = {};
  for (const part of format.formatToParts(new Date(at))) parts[part.type] = part.value;
  return parts;
}

// 2026年2月2日(月) 13:00
export function dateTimeText(at: string | number): string {
  return word('date.full', dateParts(at));
}

// 13:00
export function clockText(at: string | number): string {
  return word('date.clock', dateParts(at));
}
