// settings.ts - what may be changed while the service runs, each with its reason and a way back.
import { html, nothing } from 'lit/html.js';

import type { Settings } from '../api.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import type { Key } from '../words.js';
import { dateTimeText, numberText, word, words } from '../words.js';

export interface Change {
  name: string;
  before: number;
  value: number;
  reason: string;
}

let last: Change | null = null; // what this page changed: can be undone
let message = '';

type Setting = Settings['settings'][number];
const label = (name: string): string => word(`setting.${name}` as Key);
const valueText = ({ name, value }: { name: string; value: number }): string =>
  value === 0 && name.startsWith('console.heat') ? word('setting.auto') : numberText(value);

interface Hands {
  change: (change: Change) => Promise<void>;
  draw: () => void;
}

async function tryTo(change: Change, { change: send, draw }: Hands): Promise<boolean> {
  try {
    await send(change);
    last = change;
    message = '';
  } catch {
    message = word('setting.failed');
  }
  draw();
  return message === '';
}

function row(setting: Setting, hands: Hands): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const change = { name: setting.name, before: setting.value, value: Number(data.get('value')), reason: String(data.get('reason') ?? '').trim() };
    void tryTo(change, hands).then((done) => done && form.reset());
  };
  const id = setting.name.replace('.', '-');
  return html`<form class="control" @submit=${send}>
    <label for=${id}>${label(setting.name)}</label>
    <input id=${id} name="value" type="number" required min=${setting.min} max=${setting.max} step="1" .value=${String(setting.value)} />
    <input name="reason" required maxlength="200" autocomplete="off" placeholder=${word('setting.reason')} aria-label=${word('setting.reason.of', { name: label(setting.name) })} />
    <button class="quiet" aria-label=${word('setting.change.of', { name: label(setting.name) })}>${word('setting.change')}</button>
    <p class="note">${word('setting.note', { now: valueText(setting), usual: valueText({ name: setting.name, value: setting.default }) })}</p>
  </form>`;
}

function undo(hands: Hands): Content {
  if (!last) return nothing;
  const { name, before, value } = last;
  const back = (): void => void tryTo({ name, before: value, value: before, reason: word('setting.undo.reason') }, hands);
  const said = word('setting.done', { name: label(name), before: valueText({ name, value: before }), value: valueText({ name, value }) });
  return html`<p class="done" role="status">${said} <button type="button" class="quiet" @click=${back}>${word('setting.undo')}</button></p>`;
}

export function viewSettings({ campaign, settings }: Settings, mayChange: boolean, hands: Hands): Content {
  const fixed = [
    [word('setting.campaign'), `${campaign.name}(${campaign.id})`], [word('setting.points'), word('setting.value.points', { value: campaign.points })],
    [word('setting.budget'), word('setting.value.points', { value: campaign.budget_points })], [word('setting.opens'), dateTimeText(campaign.opens)],
    [word('setting.closes'), dateTimeText(campaign.closes)], [word('setting.age_min'), word('setting.value.age', { value: campaign.age_min })],
    [word('setting.prefecture'), campaign.prefecture],
  ];
  const shown = settings.map((one) => [label(one.name), valueText(one), valueText({ name: one.name, value: one.default })]);
  return html`<h1 tabindex="-1">${word('setting.title')}</h1><p class="lead">${word('setting.sentence')}</p>
    <p role="alert" class=${message ? 'message' : ''}>${message || nothing}</p>
    ${undo(hands)}
    ${section(
      word('setting.running'),
      mayChange
        ? html`<div class="controls">${settings.map((one) => row(one, hands))}</div>`
        : table({ name: word('setting.running'), head: words('setting.name', 'setting.now', 'setting.default'), rows: shown, open: true }),
    )}
    ${section(
      word('setting.fixed'),
      table({ name: word('setting.fixed'), head: words('setting.name', 'setting.now'), rows: fixed, note: word('setting.fixed.note'), open: true }),
    )}`;
}
