// help.ts - answers to what people ask most, and what usually helps at the jump to the other app.
import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { say } from '../parts.js';
import { word } from '../words.js';

const QUESTIONS = ['pin', 'locked', 'lost', 'phone'] as const;
const REMEDIES = ['app', 'browser', 'card', 'pin'] as const;

export function helpList(): TemplateResult {
  return html`<section class="card help" aria-labelledby="help-title">
    <h2 id="help-title">${word('home.help')}</h2>
    ${QUESTIONS.map(
      (name) => html`<details>
        <summary>${word(`help.${name}.q`)}</summary>
        <p>${word(`help.${name}.a`)}</p>
      </details>`,
    )}
  </section>`;
}

export function troubleshooting(): TemplateResult {
  return html`<ul class="remedies">
    ${REMEDIES.map((name) => html`<li>${say(`identity.help.${name}`)}</li>`)}
  </ul>`;
}
