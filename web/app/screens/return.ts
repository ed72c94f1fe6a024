// return.ts - where the provider's return lands in a browser that did not begin the journey.
import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { model } from '../model.js';
import { heading, message } from '../parts.js';
import { word } from '../words.js';

export function returnScreen(): TemplateResult {
  return html`<div class="sheet alone">
    ${heading(word('return.title'))}
    <p class="lead">${word('return.lead')}</p>
    <ol class="numbered">
      <li>${word('return.one')}</li>
      <li>${word('return.two')}</li>
      <li>${word('return.three')}</li>
    </ol>
    ${message('info', word('return.why'), html`<p>${word('return.after')}</p>`)}
    ${model.returnCode === ''
      ? nothing
      : html`<p class="soft">${word('return.code')} <span class="number">${model.returnCode}</span></p>`}
  </div>`;
}
