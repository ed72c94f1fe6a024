// gate.ts - the waiting room: how many wait, why the pace is what it is, and the few things to order.
//
// Every order is first shown as what it means for the people who wait, and carries a reason into the log.
import { html, nothing } from 'lit/html.js';

import type { AssistedPlace, Gate, Order, Role } from '../api.js';
import { joinAssisted } from '../api.js';
import { confirm, dialog } from '../order.js';
import type { Content } from '../parts.js';
import { figure, section, table } from '../parts.js';
import type { Key } from '../words.js';
import { numberText, word, wordOr, words } from '../words.js';

const minutes = (seconds: number): number => Math.max(1, Math.round(seconds / 60));
// What those who wait now will wait at this pace; null: for ever.
const waitMinutes = (waiting: number, pace: number): number | null => (pace > 0 ? minutes((waiting / pace) * 60) : null);

export const gateReason = (gate: Gate): string => wordOr(`gate.reason.${gate.reason.replaceAll(' ', '_')}`, gate.reason);

export function gateSentence(gate: Gate): string {
  if (gate.orders.paused) return word('gate.sentence.paused', { waiting: gate.waiting });
  if (gate.waiting === 0) return word('gate.sentence.empty');
  return word('gate.sentence.waiting', { waiting: gate.waiting, p50: minutes(gate.wait_s.p50), p90: minutes(gate.wait_s.p90) });
}

function paceAfter(gate: Gate, order: Order): number {
  const next = { ...gate.orders, ...order };
  if (next.paused) return 0;
  const own = next.by_hand ? next.hand_per_min : Math.max(gate.steady_pace_per_min, next.floor_per_min);
  return next.ceiling_per_min > 0 ? Math.min(own, next.ceiling_per_min) : own;
}

// "いま待っている 4,120人の待ち時間が約 12分から約 30分になります"
function effectOf(gate: Gate, order: Order): string {
  const values = { waiting: gate.waiting };
  if (order.message !== undefined) return word(order.message === '' ? 'gate.effect.unsaid' : 'gate.effect.message', { ...values, message: order.message });
  if (order.paused === false) return word('gate.effect.resumes', values);
  const [before, after] = [waitMinutes(gate.waiting, gate.pace_per_min), waitMinutes(gate.waiting, paceAfter(gate, order))];
  if (after === null) return word('gate.effect.stops', values);
  const pace = paceAfter(gate, order);
  const risk = order.by_hand || (order.floor_per_min ?? 0) > gate.orders.floor_per_min ? word('gate.effect.risk') : '';
  if (gate.waiting === 0) return word('gate.effect.nobody', { pace }) + risk;
  if (before === null) return word('gate.effect.starts', { ...values, after }) + risk;
  return word('gate.effect.changes', { ...values, before, after }) + risk;
}

interface Hands {
  order: (order: Order & { why: string }) => Promise<Gate>;
  reset: (epoch: number, why: string) => Promise<void>;
  draw: () => void;
}

function ask(gate: Gate, order: Order, hands: Hands): void {
  confirm({ effect: effectOf(gate, order), give: (why) => hands.order({ ...order, why }) }, hands.draw);
}

function askReset({ epoch, waiting }: Gate, { reset, draw }: Hands): void {
  confirm({ effect: word('gate.effect.reset', { waiting }), give: (why) => reset(epoch, why) }, draw);
}

// One number and one button.
function number(gate: Gate, hands: Hands, name: 'ceiling_per_min' | 'floor_per_min' | 'hand_per_min'): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const value = Number(new FormData(event.target as HTMLFormElement).get(name));
    ask(gate, name === 'hand_per_min' ? { by_hand: value > 0, hand_per_min: value } : { [name]: value }, hands);
  };
  return html`<form class="control" @submit=${send}>
    <label for=${name}>${word(`gate.${name}`)}</label>
    <input id=${name} name=${name} type="number" min="0" max="10000000" step="1" required .value=${String(gate.orders[name])} />
    <button class="quiet">${word('gate.control.change')}</button>
    <p class="note">${word(`gate.${name}.note` as Key)}</p>
  </form>`;
}

function controls(gate: Gate, mayReset: boolean, hands: Hands): Content {
  const say = (event: SubmitEvent): void => {
    event.preventDefault();
    ask(gate, { message: String(new FormData(event.target as HTMLFormElement).get('message') ?? '').trim() }, hands);
  };
  const paused = gate.orders.paused;
  return section(
    word('gate.controls'),
    html`<div class="controls">
      <div class="control">
        <p>${word(paused ? 'gate.paused' : 'gate.running')}</p>
        <button type="button" class="quiet" @click=${() => ask(gate, { paused: !paused }, hands)}>${word(paused ? 'gate.resume' : 'gate.pause')}</button>
      </div>
      ${number(gate, hands, 'ceiling_per_min')} ${number(gate, hands, 'floor_per_min')} ${number(gate, hands, 'hand_per_min')}
      <form class="control" @submit=${say}>
        <label for="message">${word('gate.message')}</label>
        <input id="message" name="message" maxlength="80" .value=${gate.orders.message} />
        <button class="quiet">${word('gate.control.change')}</button>
        <p class="note">${word('gate.message.note')}</p>
      </form>
      ${
        mayReset
          ? html`<div class="control">
              <p>${word('gate.reset.note')}</p>
              <button type="button" class="quiet" @click=${() => askReset(gate, hands)}>${word('gate.reset')}</button>
            </div>`
          : nothing
      }
    </div>`,
    dialog(hands.draw),
  );
}

// The code is the operator's to tell until the next one is drawn; it is kept nowhere but on this page.
let kept: AssistedPlace | 'failed' | null = null;

export function forgetAssisted(): void {
  kept = null;
}

function assisted(draw: () => void): Content {
  const join = async (): Promise<void> => {
    try {
      kept = await joinAssisted();
    } catch {
      kept = 'failed';
    }
    draw();
  };
  return section(
    word('gate.assisted'),
    html`<p>${word('gate.assisted.note')}</p>
      <button type="button" class="quiet" @click=${() => void join()}>${word('gate.assisted.join')}</button>
      <div role="status">
        ${kept === 'failed' ? html`<p class="message">${word('gate.assisted.failed')}</p>` : nothing}
        ${kept !== null && kept !== 'failed'
          ? html`<p class="assisted"><span>${word('gate.assisted.code')}</span> <b>${kept.code}</b></p>
              <p>${word('gate.assisted.tell', { ahead: kept.ahead })}</p>`
          : nothing}
      </div>`,
  );
}

export function viewGate(gate: Gate, role: Role, hands: Hands): Content {
  return html`<h1>${word('gate.title')}</h1><p class="lead">${gateSentence(gate)}</p>
    ${gate.frozen ? html`<p class="message" role="alert">${word('gate.frozen')}</p>` : nothing}
    <section class="figures" aria-label=${word('gate.figures')}>
      <h2 class="hidden">${word('gate.figures')}</h2>
      ${figure({ title: word('gate.waiting'), value: gate.waiting, unit: word('unit.people'), note: word('gate.waiting.note', { joined: gate.joined, passed: gate.passed }) })}
      ${figure({ title: word('gate.inside'), value: gate.inside, unit: word('unit.people'), note: word('gate.inside.note', { provider: gate.at_provider }) })}
      ${figure({ title: word('gate.pace'), value: gate.pace_per_min, unit: word('unit.people'), note: word('gate.pace.note', { reason: gateReason(gate) }) })}
      ${figure({ title: word('gate.wait'), value: gate.waiting > 0 ? minutes(gate.wait_s.p50) : 0, unit: word('unit.minutes'), note: word('gate.wait.note', { p90: gate.waiting > 0 ? minutes(gate.wait_s.p90) : 0 }) })}
    </section>
    ${role === 'viewer' ? nothing : [controls(gate, role === 'admin', hands), assisted(hands.draw)]}
    ${section(
      word('gate.stages'),
      table({
        name: word('gate.stages'),
        head: words('gate.stage', 'gate.capacity', 'gate.share', 'gate.on_the_way', 'gate.backlog', 'gate.state'),
        rows: gate.stages.map((stage) => [
          wordOr(`gate.stage.${stage.name.replaceAll(' ', '_')}`, stage.name), Math.round(stage.capacity_per_s * 60), `${Math.round(stage.share * 100)}%`,
          stage.on_the_way, stage.backlog, word(stage.silent ? 'gate.stage_silent' : stage.busy ? 'gate.stage_busy' : 'gate.stage_free'),
        ]),
        note: word('gate.stages.note'),
        open: true,
      }),
    )}
    ${section(
      word('gate.promises'),
      table({
        name: word('gate.promises'),
        head: words('gate.span', 'gate.promised', 'gate.held_p50', 'gate.held_p90'),
        rows: gate.promises.map(({ promised, held_p50, held_p90 }, span) => [word(`gate.span.${span}` as Key), promised, held_p50, held_p90]),
        note: word('gate.promises.note'),
        open: true,
      }),
    )}`;
}

// The line on the front page.
export const gateLine = (gate: Gate): Content => html`<p class="gate-line">
  ${word('gate.line', { inside: gate.inside, pace: numberText(gate.pace_per_min), reason: gateReason(gate) })}
  <a href="/console/gate">${word('gate.title')}</a>
</p>`;
