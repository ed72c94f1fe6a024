// staff.ts - how many must answer the telephone, by half-hour: four sliders over what was counted.
import { html, nothing } from 'lit/html.js';

import type { Calls, Plan } from '../api.js';
import { read } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour, legend } from '../chart.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import type { Key } from '../words.js';
import { clockText, dayCode, dayText, numberText, shareText, word, words } from '../words.js';

const SETTLE_MS = 150; // a slider that moves asks once it rests
const HALF_HOUR_MIN = 30;
const WITHIN_S = 20;

interface Half {
  at: string; // "10:30", or empty where nothing was counted
  calls: number;
}
type Wish = 'answer_rate' | 'agents' | 'handle_s' | 'redial';

// As sliders show them: percent, people, seconds, percent. 0 agents: as many as are needed.
const wishes: Record<Wish, number> = { answer_rate: 90, agents: 0, handle_s: 0, redial: 50 };
const SLIDERS: readonly { name: Wish; min: number; max: number; step: number }[] = [
  { name: 'answer_rate', min: 50, max: 99, step: 1 },
  { name: 'agents', min: 0, max: 200, step: 1 },
  { name: 'handle_s', min: 60, max: 1200, step: 10 },
  { name: 'redial', min: 0, max: 95, step: 5 },
];
let guess = 100; // calls in half an hour where nothing was counted
// With what was wished for, so that words and figures belong together while a slider moves.
let planned: { key: string; plans: Plan[]; wished: Record<Wish, number> } | null = null;
let asking = '';
let failed = false;
let timer = 0;

// What an average day of the span had, by half-hour; half-hours without a call are left out.
function dayOf({ half_hours, days }: Calls): { halves: Half[]; count: number } {
  const sums = new Map<string, number>();
  for (const { start, offered } of half_hours) sums.set(clockText(start), (sums.get(clockText(start)) ?? 0) + offered);
  const seen = new Set(half_hours.filter(({ offered }) => offered > 0).map(({ start }) => dayCode(start)));
  const count = seen.size || days.length;
  if (seen.size === 0) return { halves: [{ at: '', calls: guess }], count: 0 };
  const minutes = (at: string): number => Number(at.split(':')[0]) * 60 + Number(at.split(':')[1]);
  const halves = [...sums].filter(([, sum]) => sum > 0).map(([at, sum]) => ({ at, calls: Math.round((sum / count) * 10) / 10 }));
  return { halves: halves.sort((a, b) => minutes(a.at) - minutes(b.at)), count };
}

// The whole day in one request.
function queryOf(halves: Half[]): Record<string, string> {
  const { answer_rate, agents, handle_s, redial } = wishes;
  return {
    day: halves.map(({ calls }) => calls).join(','), minutes: String(HALF_HOUR_MIN), within_s: String(WITHIN_S), redial: String(redial / 100),
    ...(agents > 0 ? { agents: String(agents) } : { answer_rate: String(answer_rate / 100) }),
    ...(handle_s > 0 && { handle_s: String(handle_s) }),
  };
}

async function ask(key: string, halves: Half[], draw: () => void): Promise<void> {
  try {
    const { plans } = await read<{ plans: Plan[] }>('staff', queryOf(halves));
    if (key !== asking) return;
    if (wishes.handle_s === 0) wishes.handle_s = plans[0]?.handle_s ?? 0; // what the settings say
    planned = { key: keyOf(halves), plans, wished: { ...wishes } };
    failed = false;
  } catch {
    failed = true;
  }
  draw();
}

const keyOf = (halves: Half[]): string => JSON.stringify([wishes, halves]);

function keepUp(halves: Half[], draw: () => void): void {
  const key = keyOf(halves);
  if (planned?.key === key || asking === key) return;
  asking = key;
  clearTimeout(timer);
  timer = window.setTimeout(() => void ask(key, halves, draw), planned ? SETTLE_MS : 0);
}

function valueText(name: Wish): string {
  if (name === 'agents' && wishes.agents === 0) return word('staff.agents.needed');
  return word(`staff.${name}.value`, { value: wishes[name] });
}

function slider({ name, min, max, step }: (typeof SLIDERS)[number], draw: () => void): Content {
  const move = (event: Event): void => {
    wishes[name] = Number((event.target as HTMLInputElement).value);
    draw();
  };
  return html`<div class="control slide">
    <label for="wish-${name}">${word(`staff.${name}`)}</label>
    <input id="wish-${name}" type="range" min=${min} max=${max} step=${step} .value=${String(wishes[name])} aria-valuetext=${valueText(name)} @input=${move} />
    <output for="wish-${name}">${valueText(name)}</output>
    <p class="note">${word(`staff.${name}.note` as Key)}</p>
  </div>`;
}

function drawn(halves: Half[], plans: Plan[]): Option {
  return {
    ...base(),
    legend: legend(),
    grid: { left: 8, right: 16, top: 44, bottom: 8, containLabel: true },
    tooltip: { ...(base()['tooltip'] as object), trigger: 'axis' },
    xAxis: { type: 'category', data: halves.map(({ at }) => at), ...axis() },
    yAxis: { type: 'value', minInterval: 1, ...axis() },
    series: [
      { type: 'bar', name: word('staff.scheduled'), data: plans.map(({ scheduled }) => scheduled), color: colour('edge'), barGap: '-100%' },
      { type: 'bar', name: word('staff.needed'), data: plans.map(({ agents }) => agents), color: colour('action') },
    ],
  };
}

function sentence(halves: Half[], plans: Plan[], count: number, { from, to }: Calls): string {
  const { wished } = planned ?? { wished: wishes };
  const most = plans.reduce((best, { agents }, index) => (agents > (plans[best]?.agents ?? 0) ? index : best), 0);
  const worst = plans.reduce((least, { answer_rate }, index) => (answer_rate < (plans[least]?.answer_rate ?? 1) ? index : least), 0);
  const basis = count > 0
    ? word('staff.basis', { from: dayText(from), to: dayText(Date.parse(to) - 1), count, calls: Math.round(halves.reduce((sum, { calls }) => sum + calls, 0)) })
    : word('staff.basis.guess', { calls: guess });
  if (wished.agents > 0) {
    const plan = plans[worst];
    return basis + word('staff.sentence.with', { agents: wished.agents, at: halves[worst]?.at || word('staff.half'), rate: shareText(plan?.answer_rate ?? 0, 1) });
  }
  const plan = plans[most];
  return basis + word('staff.sentence', { rate: wished.answer_rate, at: halves[most]?.at || word('staff.half'), agents: plan?.agents ?? 0, scheduled: plan?.scheduled ?? 0 });
}

function rows(halves: Half[], plans: Plan[]): (string | number)[][] {
  return halves.map(({ at, calls }, index) => {
    const plan = plans[index] as Plan;
    return [at || word('staff.half'), calls, plan.agents, plan.scheduled, shareText(plan.answer_rate, 1), shareText(plan.service_level, 1), Math.round(plan.wait_s), shareText(plan.occupancy, 1)];
  });
}

function guessForm(draw: () => void): Content {
  const take = (event: Event): void => {
    guess = Math.max(1, Number((event.target as HTMLInputElement).value) || 1);
    draw();
  };
  return html`<div class="control">
    <label for="guess">${word('staff.guess')}</label>
    <input id="guess" type="number" min="1" max="100000" step="1" .value=${String(guess)} @change=${take} />
    <p class="note">${word('staff.guess.note')}</p>
  </div>`;
}

export function viewStaff(calls: Calls, draw: () => void): Content {
  const { halves, count } = dayOf(calls);
  keepUp(halves, draw);
  const plans = planned?.plans.length === halves.length ? planned.plans : null;
  const lead = plans ? sentence(halves, plans, count, calls) : word('page.loading');
  return html`<h1>${word('staff.title')}</h1><p class="lead" aria-live="polite">${lead}</p>
    ${failed ? html`<p class="message" role="alert">${word('staff.failed')}</p>` : nothing}
    ${section(word('staff.wishes'), html`<div class="controls">${count === 0 ? guessForm(draw) : nothing}${SLIDERS.map((one) => slider(one, draw))}</div>`)}
    ${plans
      ? section(
          word('staff.plan'),
          count > 0 ? chart(drawn(halves, plans), lead, 'low') : nothing,
          table({
            name: word('staff.plan'),
            head: [...words('staff.at', 'staff.calls', 'staff.needed', 'staff.scheduled', 'calls.rate'), word('staff.in_time', { within: WITHIN_S }), ...words('staff.wait', 'staff.occupancy')],
            rows: rows(halves, plans),
            note: word('staff.note', { within: numberText(WITHIN_S) }),
            open: true,
          }),
        )
      : nothing}`;
}
