// settings.ts - what may be changed while the campaign runs: what it means for people first, then why, and a way back.
import { html, nothing } from 'lit/html.js';

import type { Log, Scalar, SettingChange, SettingEffect, SettingKey, Settings } from '../api.js';
import { Refusal, read } from '../api.js';
import { confirm, dialog } from '../order.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import type { Key, Values } from '../words.js';
import { dateTimeText, localCode, numberText, word, wordOr, words } from '../words.js';

const SECTIONS = ['campaign', 'calls', 'calendar', 'console'] as const;
const ZONE_OFFSET = '+09:00';
const HISTORY_MAX = 100;
// The same in a further language: folded, for most campaigns leave them empty.
const IN_LANGUAGE = /^(campaign\.name|calls\.hours)\./;

// One form for both: the keys of the file, and the console's own numbers.
interface Item extends Omit<SettingKey, 'changeable' | 'why'> {
  own: boolean; // of the console: `file` is what it was made with
}

let last: (SettingChange & { wasFile: boolean }) | null = null; // what this page changed: can be undone
let message = '';
let history: string[][] | null = null; // null: not asked for, or older than the last change

interface Hands {
  change: (change: SettingChange) => Promise<void>;
  draw: () => void;
}

const sectionOf = (name: string): string => (name.startsWith('booking.') ? 'calendar' : (name.split('.')[0] ?? ''));
const label = (name: string): string => wordOr(`setting.${name}`, name);

function valueText(name: string, value: Scalar): string {
  if (name === 'campaign.points' || name === 'campaign.budget_points') return word('setting.value.points', { value: Number(value) });
  if (name === 'campaign.age_min') return word('setting.value.age', { value: Number(value) });
  if (name === 'campaign.opens' || name === 'campaign.closes') return dateTimeText(String(value));
  if (name.startsWith('console.heat') && Number(value) === 0) return word('setting.auto');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === '') return word('setting.empty');
  return typeof value === 'number' || /^\d{1,15}$/.test(value) ? numberText(Number(value)) : value;
}

function spanText(from: string, to: string): string {
  const minutes = Math.abs(Date.parse(to) - Date.parse(from)) / 60_000;
  if (minutes % 1440 === 0) return word('setting.span.days', { days: minutes / 1440 });
  return minutes % 60 === 0 ? word('setting.span.hours', { hours: minutes / 60 }) : word('setting.span.minutes', { minutes: Math.round(minutes) });
}

// "締切を3日のばします。申請がまだの人は 1,234人です。"
function effectText({ name, before, value, people, points, bookings }: SettingEffect): string {
  const values: Values = {
    before: valueText(name, before), value: valueText(name, value), ...people, open: people.users - people.granted,
    left_before: points.people_left_before, left_after: points.people_left_after, bookings: bookings.all, outside: bookings.outside,
  };
  const outside = bookings.outside > 0 ? word('setting.effect.outside', values) : '';
  if (name === 'campaign.closes') {
    const key = Date.parse(value) > Date.parse(before) ? 'setting.effect.closes.later' : 'setting.effect.closes.earlier';
    return word(key, { ...values, span: spanText(before, value) }) + outside;
  }
  if (name === 'campaign.opens') return word('setting.effect.opens', values) + outside;
  const own: Record<string, Key> = { 'campaign.points': 'setting.effect.points', 'campaign.budget_points': 'setting.effect.budget_points', 'campaign.age_min': 'setting.effect.age_min' };
  const key = own[name];
  if (key) return word(key, values);
  const shown = /^(campaign\.name|calls\.phone|calls\.hours)/.test(name);
  const why: Key = shown ? 'setting.effect.shown' : name.startsWith('booking.') ? 'setting.effect.booking' : name.startsWith('calls.') ? 'setting.effect.calls' : 'setting.effect.calendar';
  return word('setting.effect', values) + word(why, values);
}

function refusalText(item: Item, error: unknown): string {
  const values = { name: label(item.name) };
  const code = error instanceof Refusal ? error.code : '';
  if (code === 'invalid') {
    const limits = item.min === undefined ? word('setting.refused.form') : word('setting.refused.limits', { min: item.min, max: item.max ?? 0 });
    return word('setting.refused.invalid', { ...values, limits });
  }
  const key = `setting.refused.${code}` as Key;
  const found = wordOr(key, '');
  return found ? word(key, values) : word('setting.failed');
}

async function change(item: Item, value: Scalar | null, reason: string, hands: Hands): Promise<void> {
  const wanted = { name: item.name, before: item.value, value, reason };
  await hands.change(wanted);
  last = { ...wanted, wasFile: !item.own && item.set_at === undefined };
  message = '';
  history = null;
}

// Asks what it would mean, shows it, and only then changes it.
async function ask(item: Item, value: Scalar | null, hands: Hands): Promise<void> {
  message = '';
  try {
    const query: Record<string, string> = value === null ? {} : { value: String(value) };
    const effect = item.own
      ? word('setting.effect', { before: valueText(item.name, item.value), value: valueText(item.name, value ?? item.file) })
      : effectText(await read<SettingEffect>(`settings/${item.name}/effect`, query));
    const give = (why: string): Promise<void> => change(item, value, why, hands);
    confirm({ effect, give, title: word('setting.ask', { name: label(item.name) }), action: word('setting.change'), failed: (error) => refusalText(item, error) }, hands.draw);
  } catch (error) {
    message = refusalText(item, error);
    hands.draw();
  }
}

async function showHistory(draw: () => void): Promise<void> {
  try {
    const { entries } = await read<Log>('audit', { action: 'setting.', count: String(HISTORY_MAX) });
    history = entries.map(({ at, operator, subject, before, after, reason }) => [dateTimeText(at), label(subject), valueText(subject, before), valueText(subject, after), operator, reason]);
  } catch {
    message = word('setting.failed');
  }
  draw();
}

function noteOf({ own, name, value, file, set_at }: Item): string {
  const now = valueText(name, value);
  if (own) return word('setting.note', { now, usual: valueText(name, file) });
  return set_at === undefined ? word('setting.note.file', { now }) : word('setting.note.set', { now, at: dateTimeText(set_at), file: valueText(name, file) });
}

function input(item: Item, id: string): Content {
  if (item.kind === 'number') return html`<input id=${id} name="value" type="number" required min=${item.min ?? 0} max=${item.max ?? 0} step="1" .value=${String(item.value)} />`;
  if (item.kind === 'time') return html`<input id=${id} name="value" type="datetime-local" required .value=${localCode(String(item.value))} />`;
  return html`<input id=${id} name="value" maxlength="120" autocomplete="off" .value=${String(item.value)} />`;
}

function row(item: Item, hands: Hands): Content {
  const name = label(item.name);
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get('value') ?? '').trim();
    void ask(item, item.kind === 'number' ? Number(text) : item.kind === 'time' ? `${text}:00${ZONE_OFFSET}` : text, hands);
  };
  const id = item.name.replace('.', '-');
  return html`<form class="control" @submit=${send}>
    <label for=${id}>${name}</label>
    ${input(item, id)}
    <button class="quiet" aria-label=${word('setting.change.of', { name })}>${word('setting.change')}</button>
    <p class="note">${noteOf(item)}</p>
    ${item.set_at === undefined
      ? nothing
      : html`<button type="button" class="quiet" aria-label=${word('setting.back.of', { name })} @click=${() => void ask(item, null, hands)}>${word('setting.back')}</button>`}
  </form>`;
}

function undo(items: Item[], hands: Hands): Content {
  const item = items.find(({ name }) => name === last?.name);
  if (!last || !item) return nothing;
  const { before, wasFile } = last;
  const back = async (): Promise<void> => {
    try {
      await change(item, wasFile ? null : before, word('setting.undo.reason'), hands);
    } catch (error) {
      message = refusalText(item, error);
    }
    hands.draw();
  };
  const said = word('setting.done', { name: label(item.name), before: valueText(item.name, before), value: valueText(item.name, item.value) });
  return html`<p class="done" role="status">${said} <button type="button" class="quiet" @click=${() => void back()}>${word('setting.undo')}</button></p>`;
}

function plain(items: Item[], name: string): Content {
  const by = ({ set_at }: Item): string => (set_at === undefined ? word('setting.by.file') : word('setting.by.console', { at: dateTimeText(set_at) }));
  const rows = items.map((item) => [label(item.name), valueText(item.name, item.value), item.own ? valueText(item.name, item.file) : by(item)]);
  return table({ name, head: words('setting.name', 'setting.now', items[0]?.own ? 'setting.default' : 'setting.by'), rows, open: true });
}

function changes(draw: () => void): Content {
  const head = words('setting.history.when', 'setting.name', 'setting.history.from', 'setting.history.to', 'setting.history.who', 'setting.history.reason');
  return section(
    word('setting.history'),
    !history
      ? html`<button type="button" class="quiet" @click=${() => void showHistory(draw)}>${word('setting.history.show')}</button>`
      : history.length === 0
        ? html`<p>${word('setting.history.none')}</p>`
        : table({ name: word('setting.history'), head, rows: history, open: true }),
  );
}

function fixed(keys: SettingKey[]): Content {
  const rows = keys.map(({ name, value, why }) => [name, valueText(name, value), wordOr(`setting.why.${why ?? ''}`, '')]);
  return section(
    word('setting.fixed'),
    table({ name: word('setting.fixed'), head: words('setting.name', 'setting.now', 'setting.why'), rows, note: word('setting.fixed.note') }),
  );
}

export function viewSettings({ settings, keys }: Settings, mayChange: boolean, hands: Hands): Content {
  const own = settings.map((one): Item => ({ name: one.name, kind: 'number', value: one.value, file: one.default, own: true, min: one.min, max: one.max }));
  const items = [...keys.filter(({ changeable }) => changeable).map((one): Item => ({ ...one, own: false })), ...own];
  const set = keys.filter(({ set_at }) => set_at !== undefined).length;
  const rows = (some: Item[]): Content => html`<div class="controls settings">${some.map((item) => row(item, hands))}</div>`;
  const part = (name: (typeof SECTIONS)[number]): Content => {
    const title = word(`setting.section.${name}`);
    const here = items.filter((item) => sectionOf(item.name) === name);
    if (!mayChange) return section(title, plain(here, title));
    const further = here.filter((item) => IN_LANGUAGE.test(item.name));
    const folded = further.length === 0 ? nothing : html`<details class="languages"><summary>${word('news.languages')}</summary>${rows(further)}</details>`;
    return section(title, rows(here.filter((item) => !further.includes(item))), folded);
  };
  return html`<h1>${word('setting.title')}</h1>
    <p class="lead">${word('setting.sentence')}${set > 0 ? word('setting.sentence.set', { count: set }) : ''}</p>
    <p role="alert" class=${message ? 'message' : ''}>${message || nothing}</p>
    ${undo(items, hands)} ${SECTIONS.map(part)} ${changes(hands.draw)} ${fixed(keys.filter(({ changeable }) => !changeable))} ${dialog(hands.draw)}`;
}
