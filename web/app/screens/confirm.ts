// confirm.ts - the check came back in another browser; here its code makes the result count.
import type { TemplateResult } from 'lit/html.js';

import { confirmCode, identify } from '../actions.js';
import type { Confirmation } from '../api.js';
import { html } from '../markup.js';
import { heading, journeyScreen, mainButton, say } from '../parts.js';
import { clockText, word } from '../words.js';

const FIELD = 'confirm-code';

function send(event: Event): void {
  event.preventDefault();
  const field = document.getElementById(FIELD) as HTMLInputElement;
  void confirmCode(field.value);
}

export function confirmScreen(waiting: Confirmation): TemplateResult {
  return journeyScreen(
    'identity',
    html`${heading(word('confirm.title'))}
      <p class="lead">${word('confirm.lead')}</p>
      <form class="code-form" novalidate @submit=${send}>
        <label for=${FIELD}>${word('confirm.label')}</label>
        <input
          id=${FIELD}
          name="code"
          type="text"
          inputmode="numeric"
          autocomplete="one-time-code"
          aria-describedby="${FIELD}-help"
          required
        />
        <p id="${FIELD}-help" class="soft">
          ${word('confirm.help', { time: clockText(waiting.until), tries: waiting.tries_left })}
        </p>
        ${mainButton(word('confirm.action'), 'confirm', () => {}, word('confirm.sending'), 'submit')}
      </form>
      <details>
        <summary>${word('confirm.lost')}</summary>
        <p>${say('confirm.lostBody')}</p>
        <button class="button second" type="button" @click=${() => void identify()}>${say('identity.action')}</button>
      </details>`,
  );
}
