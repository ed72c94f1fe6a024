// help.ts - answers to what people ask most, and what usually helps at the jump to the other app.
import type { TemplateResult } from 'lit/html.js';

import { html } from '../markup.js';
import { say } from '../parts.js';
import { icons } from '../pictures.js';
import { word } from '../words.js';

const QUESTIONS = ['pin', 'locked', 'lost', 'phone'] as const;
const REMEDIES = ['app', 'browser', 'card', 'pin'] as const;

export function helpList(): TemplateResult {
  return html`<section class="card help">
    <h2>${word('home.help')}</h2>
    ${QUESTIONS.map(
      (name) => html`<details>
        <summary>${word(`help.${name}.q`)}</summary>
        <p>${word(`help.${name}.a`)}</p>
      </details>`,
    )}
    <p><a class="more" href="/faq">${word('help.all')}${icons.go}</a></p>
  </section>`;
}

// On a large screen: the same page on a telephone. The picture holds the address and nothing of this resident.
export function onPhone(): TemplateResult {
  return html`<section class="card on-phone">
    <h2>${word('phone.title')}</h2>
    <p>${word('phone.body')}</p>
    <img src="/qr.svg" alt=${word('phone.picture')} width="185" height="185" loading="lazy" />
    <p class="soft">${word('phone.safe')}</p>
  </section>`;
}

export function troubleshooting(): TemplateResult {
  return html`<ul class="remedies">
    ${REMEDIES.map((name) => html`<li>${say(`identity.help.${name}`)}</li>`)}
  </ul>`;
}
