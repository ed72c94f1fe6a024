// assisted.ts - for those whom the call centre or a counter gave a place in line: the code that it goes by.
import type { TemplateResult } from 'lit/html.js';

import { takeAssisted } from '../actions.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import { word } from '../words.js';

const FIELD = 'assisted-code';

function send(event: Event): void {
  event.preventDefault();
  void takeAssisted((document.getElementById(FIELD) as HTMLInputElement).value);
}

export function assistedPart(): TemplateResult {
  const busy = model.task === 'assisted';
  return html`<details>
    <summary>${word('assisted.title')}</summary>
    <form class="code-form" novalidate @submit=${send}>
      <label for=${FIELD}>${word('assisted.label')}</label>
      <input id=${FIELD} name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" aria-describedby="${FIELD}-help" required />
      <p id="${FIELD}-help" class="soft">${word('assisted.help')}</p>
      <button class="button second" type="submit" aria-disabled=${busy ? 'true' : 'false'}>${word('assisted.action')}</button>
    </form>
  </details>`;
}
