// now.ts - the front page: a sentence, four figures, the day by the hour, what changed.
import { html, nothing, svg } from 'lit/html.js';

import type { Entry, Gate, Now, Sum } from '../api.js';
import type { Content } from '../parts.js';
import { boundsOf, boundsText, doerText, figure, levelOf, section, table } from '../parts.js';
import type { Key } from '../words.js';
import { clockText, numberText, secondsText, shareText, word, wordOr, words } from '../words.js';
import { gateLine, gateSentence } from './gate.js';

const CHANGE_LEAST = 20; // counts below this say nothing when they double
const QUICK_US = 10_000;

export interface Front {
  now: Now;
  gate: Gate | null;
}

type State = 'smooth' | 'errors' | 'slow' | 'store' | 'before' | 'closed' | 'paused' | 'queueing';

function stateOf(now: Now, gate: Gate | null): State {
  if (!now.store.available) return 'store';
  if (now.hour.requests > 0 && (now.hour.errors / now.hour.requests) * 1000 >= (now.settings['console.error_permille'] ?? 10)) return 'errors';
  if (now.application && now.application.p99_us > (now.settings['console.slow_ms'] ?? 1000) * 1000) return 'slow';
  if (now.campaign.state !== 'open') return now.campaign.state;
  if (gate?.orders.paused) return 'paused';
  return gate && gate.waiting > 0 ? 'queueing' : 'smooth';
}

// The calendar's signs, so that the state is seen from the door; the words beside them say the same.
const SIGNS = {
  smooth: svg`<circle class="ring" cx="12" cy="12" r="8" />`,
  busy: svg`<path d="M12 2.5l10.5 19h-21z" />`,
  full: svg`<circle cx="12" cy="12" r="10" />`,
};
const LEVELS: Partial<Record<State, keyof typeof SIGNS>> = { smooth: 'smooth', queueing: 'busy', paused: 'busy', slow: 'busy', errors: 'full', store: 'full' };

function sign(state: State): Content {
  const level = LEVELS[state];
  return level ? html`<svg class="sign ${level}" viewBox="0 0 24 24" aria-hidden="true">${SIGNS[level]}</svg>` : nothing;
}

const hourOf = (now: Now): number => now.hours.at(-1)?.hour ?? 0;

// Nobody feels less than a hundredth of a second, so nobody is told a smaller figure.
function latencySentence(median_us: number): string {
  if (median_us < QUICK_US) return word('now.sentence.quick', { limit: secondsText(QUICK_US) });
  return word('now.sentence.latency', { median: secondsText(median_us) });
}

function headline(now: Now, gate: Gate | null, state: State): Content {
  const sentence = word('now.sentence.hour', { hour: hourOf(now), accesses: now.hour.accesses, granted: now.hour.granted });
  const latency = now.application ? latencySentence(now.application.median_us) : '';
  return html`<h1 class="headline ${state}">
    ${sign(state)}${word(`now.headline.${state}`, { time: clockText(now.at) })}<span>${gate ? gateSentence(gate) : ''}${sentence}${latency}</span>
  </h1>`;
}

function alert(now: Now, state: State): Content {
  const values = {
    hour: hourOf(now),
    requests: now.hour.requests,
    errors: now.hour.errors,
    count: now.application?.count ?? 0,
    p99: secondsText(now.application?.p99_us ?? 0),
    waiting: now.store.waiting,
  };
  if (state !== 'errors' && state !== 'slow' && state !== 'store') return nothing;
  return html`<p class="message">${word(`now.alert.${state}`, values)}</p>`;
}

// A reader hears that the state is another one, once: the sentences themselves have figures that change all the time.
let told: { state: State; words: string } | null = null;
function spoken(now: Now, state: State): Content {
  if (told?.state !== state) told = { state, words: told ? word(`now.headline.${state}`, { time: clockText(now.at) }) : '' };
  return html`<p class="hidden" role="status">${told.words}</p>`;
}

function figures(now: Now): Content {
  const since = clockText(now.since);
  const cumulative = (name: keyof Sum): number[] => {
    let sum = 0;
    return now.hours.map((hour) => (sum += hour[name]));
  };
  const yesterday = (name: keyof Sum, unit: Key): string => {
    const value = now.yesterday.slice(0, now.hours.length - 1).reduce((sum, hour) => sum + hour[name], 0);
    return word('now.yesterday', { value, unit: word(unit) });
  };
  const { accesses, verified, users, granted, errors, requests } = now.today;
  return html`<section class="figures" aria-label=${word('now.figures')}>
    <h2 class="hidden">${word('now.figures')}</h2>
    ${figure({
      title: word('now.accesses'), value: accesses, unit: word('unit.times'), line: cumulative('accesses'),
      note: word('now.accesses.note', { since }), compare: yesterday('accesses', 'unit.times'),
    })}
    ${figure({
      title: word('now.verified'), value: verified, unit: word('unit.people'), line: cumulative('verified'),
      note: word('now.verified.note', { since, users }), compare: yesterday('verified', 'unit.people'),
    })}
    ${figure({
      title: word('now.granted'), value: granted, unit: word('unit.people'), line: cumulative('granted'),
      note: word('now.granted.note', { since, points: now.campaign.points }), compare: yesterday('granted', 'unit.people'),
    })}
    ${figure({
      title: word('now.errors'), value: errors, unit: word('unit.requests'), line: cumulative('errors'), bad: errors > 0,
      note: word('now.errors.note', { since, requests, share: shareText(errors, requests) }),
    })}
  </section>`;
}

// The day as a newspaper would print it: a number, a mark and a word an hour; the night, the day and the evening.
function day(now: Now): Content {
  const bounds = boundsOf(Math.max(...now.hours.concat(now.yesterday).map(({ accesses }) => accesses)), now.settings);
  const cells = Array.from({ length: 24 }, (_, hour) => {
    const found = now.hours.find((one) => one.hour === hour);
    const level = found ? levelOf(found.accesses, bounds) : 0;
    const running = found !== undefined && hour === hourOf(now);
    return html`<li class="cell level-${level} ${found ? '' : 'ahead'} ${running ? 'running' : ''}" aria-hidden=${found ? nothing : 'true'}>
      <span class="hour" aria-hidden="true">${word('hour', { hour })}</span>
      <span class="count" aria-hidden="true">${found ? numberText(found.accesses) : '—'}</span>
      <span class="mark" aria-hidden="true"></span>
      <span class="hidden">${found ? word('now.day.cell', { hour, count: found.accesses, level: word(`level.${level}` as Key) }) : ''}</span>
    </li>`;
  });
  const rows = now.hours.map((hour) => [word('hour', { hour: hour.hour }), hour.accesses, hour.users, hour.verified, hour.granted, hour.requests, hour.errors]);
  return section(
    word('now.day'),
    html`<ol class="day">${cells}</ol>`,
    table({
      name: word('now.day'),
      head: words('heat.day', 'now.accesses', 'people.users', 'now.verified', 'now.granted', 'unit.requests', 'now.errors'),
      rows,
      note: word('now.day.note', { since: clockText(now.since), bounds: boundsText(bounds) }),
    }),
  );
}

function moved(now: Now): Content[] {
  const watched: [keyof Sum, Key][] = [['accesses', 'now.accesses'], ['verified', 'now.verified'], ['granted', 'now.granted'], ['errors', 'now.errors']];
  return watched.flatMap(([name, key]) => {
    const [before, after] = [now.hour_before[name], now.hour[name]];
    if (Math.max(before, after) < CHANGE_LEAST) return [];
    return [html`<li>${word('now.change.more', { what: word(key), share: shareText(after, before), before, now: after, hour: hourOf(now) })}</li>`];
  });
}

const entryText = (entry: Entry): Content => {
  const what = wordOr(`action.${entry.action}`, entry.action);
  const detail = [entry.subject, entry.before && entry.after ? `${entry.before} → ${entry.after}` : entry.after, entry.reason].filter(Boolean);
  const said = word('now.change.entry', { time: clockText(entry.at), operator: doerText(entry.operator), action: what });
  return html`<li>${said}${detail.length > 0 ? `: ${detail.join(word('list.and'))}` : nothing}</li>`;
};

export function viewNow({ now, gate }: Front): Content {
  const state = stateOf(now, gate);
  const changes = now.changes.map(entryText);
  return html`
    ${spoken(now, state)} ${headline(now, gate, state)} ${alert(now, state)} ${gate ? gateLine(gate) : nothing} ${figures(now)}
    <div class="columns">
      ${day(now)}
      ${section(
        word('now.changes'),
        html`<ul class="changes">${moved(now)}${changes.length > 0 ? changes : html`<li>${word('now.change.none')}</li>`}</ul>`,
      )}
    </div>
  `;
}
