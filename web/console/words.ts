// words.ts - every word of the console, by key; numbers, shares and times as Japanese readers write them.
import ja from '../messages/console.ja.json';

export type Key = keyof typeof ja;
export type Values = Record<string, string | number>;

const ZONE = 'Asia/Tokyo';
const numbers = new Intl.NumberFormat('ja');
const shares = new Intl.NumberFormat('ja', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dates = new Intl.DateTimeFormat('ja', {
  timeZone: ZONE,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: 'numeric',
  minute: '2-digit',
  hourCycle: 'h23',
});

// Fills `{name}`; numbers get their separators.
export function word(key: Key, values: Values = {}): string {
  return ja[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

export const words = (...keys: Key[]): string[] => keys.map((key) => word(key));

// The words of a key that the server named, or the name itself where there are none.
export function wordOr(key: string, otherwise: string): string {
  return key in ja ? ja[key as Key] : otherwise;
}

export const numberText = (value: number): string => numbers.format(value);

// "12.3%"; a dash where there is nothing to divide by.
export const shareText = (part: number, whole: number): string => (whole > 0 ? shares.format(part / whole) : '—');

// "0.02": seconds from microseconds, two digits that count.
export const secondsText = (us: number): string => String(Number((us / 1e6).toPrecision(2)));

function parts(at: string | number): Values {
  const found: Values = {};
  for (const part of dates.formatToParts(new Date(at))) found[part.type] = part.value;
  return found;
}

export const dayText = (at: string | number): string => word('date.day', parts(at));
export const clockText = (at: string | number): string => word('date.clock', parts(at));
export const dateTimeText = (at: string | number): string => word('date.full', parts(at));

// "2026-02-02", as the server and <input type=date> want it.
export function dayCode(at: string | number): string {
  const { year, month, day } = parts(at);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

// "2026-02-02T13:00", as <input type=datetime-local> wants it.
export function localCode(at: string): string {
  const { hour, minute } = parts(at);
  return `${dayCode(at)}T${String(hour).padStart(2, '0')}:${minute}`;
}
