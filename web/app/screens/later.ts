// later.ts - when it will be quiet next, for those who could come another time.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import type { Quiet } from '../api.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import type { Piece } from '../parts.js';
import { icons } from '../pictures.js';
import { dayText, word } from '../words.js';

function quietText({ date, band, today }: Quiet): string {
  const time = word(`quiet.band.${band}`);
  return today ? word('quiet.today', { time }) : word('quiet.on', { day: dayText(date), time });
}

export function nextQuiet(): TemplateResult {
  const next = model.quiet?.quiet?.[0];
  const least = model.quiet?.least_busy?.[0];
  const otherwise = (): string => (least === undefined ? word('quiet.none') : word('quiet.least', { time: quietText(least) }));
  return html`<div class="next"><p><b>${word('quiet.next')}</b></p><p>${next === undefined ? otherwise() : quietText(next)}</p></div>
    <p><a class="more" href="/calendar">${icons.calendar}${word('quiet.calendar')}</a></p>`;
}

export function isQuietKnown(): boolean {
  return [...(model.quiet?.quiet ?? []), ...(model.quiet?.least_busy ?? [])].length > 0;
}

// For those who stand in line: when it would be better to come. Nothing when the calendar has nothing better.
export function laterPart(): Piece {
  if (!isQuietKnown()) return nothing;
  return html`<section class="card quiet" aria-labelledby="later-title">
    <h2 id="later-title">${word('quiet.later')}</h2>
    ${nextQuiet()}
  </section>`;
}
