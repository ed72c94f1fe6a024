// checklist.ts - what to have at hand before starting; kept in this browser.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { keep } from '../keep.js';
import { announce } from '../live.js';
import { html } from '../markup.js';
import { change, model } from '../model.js';
import { outsideLink, say } from '../parts.js';
import type { Piece } from '../parts.js';
import { word } from '../words.js';

const ITEMS = ['app', 'card', 'pin', 'lock', 'browser'] as const;
type Item = (typeof ITEMS)[number];

function toggle(item: Item, on: boolean): void {
  const others = model.checklist.filter((name) => name !== item);
  const checklist = on ? [...others, item] : others;
  keep('checklist', checklist);
  change({ checklist });
  announce(countText());
}

function countText(): string {
  const done = ITEMS.filter((item) => model.checklist.includes(item)).length;
  if (done === 0) return word('checklist.none');
  return done === ITEMS.length ? word('checklist.all') : word('checklist.count', { done });
}

function stores(item: Item): Piece {
  const app = model.campaign?.identity_app;
  if (item !== 'app' || !app) return nothing;
  return html`<p class="stores">
    ${app.ios ? outsideLink(app.ios, word('checklist.app.ios')) : nothing}
    ${app.android ? outsideLink(app.android, word('checklist.app.android')) : nothing}
  </p>`;
}

function row(item: Item): TemplateResult {
  const help = `check-${item}`;
  return html`<li>
    <label class="check">
      <input
        type="checkbox"
        aria-describedby=${help}
        .checked=${model.checklist.includes(item)}
        @change=${(event: Event) => toggle(item, (event.target as HTMLInputElement).checked)}
      />
      <span>${say(`checklist.${item}`)}</span>
    </label>
    <p class="soft" id=${help}>${say(`checklist.${item}.help`)}</p>
    ${stores(item)}
  </li>`;
}

export function checklist(): TemplateResult {
  const done = ITEMS.filter((item) => model.checklist.includes(item)).length;
  return html`<section class="card checklist">
    <h2>${word('checklist.title')}</h2>
    <div class="count">
      <progress max=${ITEMS.length} value=${done} aria-hidden="true"></progress>
      <p>${countText()}</p>
    </div>
    <ul>
      ${ITEMS.map(row)}
    </ul>
  </section>`;
}
