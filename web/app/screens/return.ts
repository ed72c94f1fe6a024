// return.ts - where the provider's return lands in a browser that did not begin the journey.
import type { TemplateResult } from 'lit/html.js';

import { html } from '../markup.js';
import { model } from '../model.js';
import { heading, message } from '../parts.js';
import { word } from '../words.js';

// Three digits and three: easier to carry over.
function spaced(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

// A result waits for this code. Whoever was sent here by somebody else must not pass it on.
function withCode(code: string): TemplateResult {
  return html`${heading(word('return.code.title'))}
    <p class="lead">${word('return.code.lead')}</p>
    <p class="big-code"><span class="hidden">${word('return.code.name')}</span><span class="number">${spaced(code)}</span></p>
    <ol class="numbered">
      <li>${word('return.two')}</li>
      <li>${word('return.code.enter')}</li>
    </ol>
    ${message('warn', word('return.code.keep'), html`<p>${word('return.code.keepBody')}</p>`)}`;
}

function withoutCode(): TemplateResult {
  return html`${heading(word('return.title'))}
    <p class="lead">${word('return.lead')}</p>
    <ol class="numbered">
      <li>${word('return.one')}</li>
      <li>${word('return.two')}</li>
      <li>${word('return.three')}</li>
    </ol>
    ${message('info', word('return.why'), html`<p>${word('return.after')}</p>`)}`;
}

export function returnScreen(): TemplateResult {
  return html`<div class="sheet alone">${model.returnCode === '' ? withoutCode() : withCode(model.returnCode)}</div>`;
}
