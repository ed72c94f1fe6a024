// quiet.ts - how busy it is now and when it will be quiet next, from the published calendar.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { spanOf } from '../../shared/shown.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import type { Piece } from '../parts.js';
import { sayWhole } from '../parts.js';
import { icons } from '../pictures.js';
import { word } from '../words.js';
import { nextQuiet } from './later.js';
import { spanText } from './waiting.js';

const LINE_S_MIN = 60;

// A line that is there now says more than any forecast; null when whoever comes now goes in within a minute.
function lineNow(): TemplateResult | null {
  const last = model.gate?.state === 'queueing' ? model.gate.wait.at(-1) : undefined;
  if (last === undefined || last[2] < LINE_S_MIN) return null;
  return sayWhole('quiet.line', { span: spanText(spanOf({ p50S: last[1], p90S: last[2] })) });
}

// Nothing at all while no calendar is published or it cannot be read: it is advice, not a step.
export function quietPart(): Piece {
  const { quiet: calendar } = model;
  // Its place is kept while it is asked for, so that nothing below it jumps.
  if (calendar === undefined) return html`<div class="bones card quiet" role="img" aria-label=${word('page.loading')}><i></i></div>`;
  const level = calendar?.now?.level ?? 'unknown';
  if (level === 'unknown') return nothing;
  const line = lineNow();
  return html`<section class="card quiet" aria-labelledby="quiet-title">
    <h2 id="quiet-title">${word('quiet.now')}</h2>
    <p class="level ${line !== null ? 'line' : level === 'very busy' ? 'full' : level}">
      ${line === null
        ? html`<span class="shape" aria-hidden="true">${calendar?.now?.symbol}</span><strong>${word(`quiet.level.${level === 'very busy' ? 'full' : level}`)}</strong>`
        : html`${icons.clock}<strong>${line}</strong>`}
    </p>
    ${nextQuiet()}
  </section>`;
}
