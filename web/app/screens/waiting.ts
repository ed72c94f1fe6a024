// waiting.ts - the place in line: when the turn will come, who is ahead, and that the page may be closed.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import type { Shown, Span } from '../../shared/shown.js';
import { bellPress } from '../line.js';
import { html } from '../markup.js';
import type { Line } from '../model.js';
import { model } from '../model.js';
import type { Piece } from '../parts.js';
import { facts, heading, journeyScreen, link, message } from '../parts.js';
import { icons } from '../pictures.js';
import { clockText, dateTimeText, word } from '../words.js';
import { assistedPart } from './assisted.js';
import { bookingPart, duePart, isNear } from './booking.js';
import { laterPart } from './later.js';

const PERCENT = 100;
const HOUR_MIN = 60;
const DAY_S = 86_400;

function durationText(minutes: number): string {
  const hours = Math.floor(minutes / HOUR_MIN);
  const rest = minutes % HOUR_MIN;
  if (hours === 0) return word('line.minutes', { minutes });
  return rest === 0 ? word('line.hours', { hours }) : word('line.hoursMinutes', { hours, minutes: rest });
}

export function spanText({ kind, low, high }: Span): string {
  if (kind === 'hours') return word('line.span.hours', { low: durationText(low), high: durationText(high) });
  return word(`line.span.${kind}`, { low, high });
}

// 19:40, or with the day when that is not today's.
function turnText(turnAtS: number, nowMs: number): string {
  const far = turnAtS * 1000 - nowMs > (DAY_S / 2) * 1000;
  return far ? dateTimeText(turnAtS * 1000) : clockText(turnAtS * 1000);
}

// The same in one sentence, for the ear and for the home screen.
export function lineWords({ phase, span, ahead, reason }: Shown): string {
  if (phase !== 'waiting') return word(`line.${phase}.title`);
  const sentence = word('line.sentence', { span: spanText(span), ahead });
  return reason === null ? sentence : `${word(`line.reason.${reason}`)} ${sentence}`;
}

// For the eye alone: a screen reader says every change of a progress bar, and is told the place in words at milestones.
function progress({ progress: share }: Shown): TemplateResult {
  return html`<progress class="way" max=${PERCENT} value=${Math.floor(share * PERCENT)} aria-hidden="true"></progress>`;
}

function numbers({ shown, seenAt }: Line): TemplateResult {
  const { ahead, span, turnAtS } = shown;
  return html`<div class="line-numbers">
    <p class="until">${word('line.until')}</p>
    <p class="span">${spanText(span)}</p>
    ${progress(shown)}
    <dl>
      <div>
        <dt>${word('line.turnAt')}</dt>
        <dd>${turnAtS === 0 ? word('line.turnUnknown') : word('line.turnAbout', { time: turnText(turnAtS, seenAt) })}</dd>
      </div>
      <div>
        <dt>${word('line.ahead')}</dt>
        <dd>${word('line.people', { ahead })}</dd>
      </div>
    </dl>
  </div>`;
}

function troubles({ shown, message: said, doubt, seenAt }: Line): Piece[] {
  const { phase, reason } = shown;
  return [
    said === '' ? nothing : message('info', word('line.message'), html`<p lang="ja">${said}</p>`),
    reason === null || phase !== 'waiting'
      ? nothing
      : message('warn', word(`line.reason.${reason}`), html`<p>${word(reason === 'anew' ? 'line.anew.kept' : 'line.reasonKept')}</p>`),
    doubt ? message('warn', word('line.doubt.title'), html`<p>${word('line.doubt.body', { time: clockText(seenAt) })}</p>`) : nothing,
  ];
}

function bell(): TemplateResult {
  return html`<div class="bell">
      <button class="button second" type="button" aria-pressed=${model.bell ? 'true' : 'false'} @click=${() => void bellPress()}>
        ${icons.bell}${word('line.bell')}
      </button>
      <p class="soft" role="status">${model.bell ? word('line.bellOn') : nothing}</p>
    </div>`;
}

// When it begins, and what anybody needs to check the draw afterwards.
function drawPart(): Piece {
  const number = model.me?.place?.pseudonym;
  const opens = model.campaign?.opens;
  return facts([
    ...(opens === undefined ? [] : [[word('line.draw.opens'), dateTimeText(opens)] as [string, unknown]]),
    ...(number === undefined
      ? []
      : [[word('draw.number'), html`<span class="number">${number}</span> <a href="/draw">${word('draw.title')}</a>`] as [string, unknown]]),
  ]);
}

function body(line: Line): TemplateResult {
  const { shown } = line;
  if (shown.phase === 'waiting') {
    return html`${heading(word('line.title'))} ${duePart()} ${numbers(line)} ${troubles(line)}
      <p class="lead closable">${word('line.closable')}</p>
      ${bell()}`;
  }
  return html`${heading(word(`line.${shown.phase}.title`))} ${duePart()}
    <p class="lead">${word(`line.${shown.phase}.body`, { ahead: shown.ahead })}</p>
    ${shown.phase === 'draw' ? drawPart() : nothing} ${troubles(line)}
    ${shown.phase === 'closed' ? nothing : html`<p class="lead closable">${word('line.closable')}</p>${bell()}`}`;
}

// Another time to come: with a booking where there is one to be had, else in words alone.
function elsewhen(): Piece {
  const booking = bookingPart();
  return booking !== nothing || isNear() ? booking : laterPart();
}

export function waitingScreen(): TemplateResult {
  const { line } = model;
  return journeyScreen(
    'identity',
    html`<div class="line">
      ${line === null
        ? html`${heading(word('line.title'))}
            ${model.lineLost
              ? message('warn', word('line.doubt.title'), html`<p>${word('line.lost.body')}</p>`)
              : html`<div class="bones" role="img" aria-label=${word('page.loading')}><i></i></div>`}
            <p class="lead closable">${word('line.closable')}</p>`
        : body(line)}
      ${elsewhen()} ${assistedPart()}
      <p class="aside">${link('/', word('page.toHome'))}</p>
    </div>`,
  );
}
