// end.ts - signing this device out, with what it means said before.
import type { TemplateResult } from 'lit/html.js';

import { signOut } from '../actions.js';
import type { Me } from '../api.js';
import { html } from '../markup.js';
import { mainButton } from '../parts.js';
import { word } from '../words.js';
import { dialogClose, dialogOpen } from './dialogs.js';

const ID = 'end-dialog';

// Once the card was confirmed, the card brings everything back on any device.
function isSafe(me: Me): boolean {
  return me.application !== null || me.state === 'verified' || me.state === 'refused';
}

async function end(): Promise<void> {
  await signOut();
  dialogClose(ID);
}

export function signOutPart(me: Me): TemplateResult {
  return html`<p class="end">
      <button class="plain" type="button" @click=${() => dialogOpen(ID)}>${word('end.action')}</button>
    </p>
    <dialog id=${ID} aria-labelledby="end-title" aria-describedby="end-body">
      <h2 id="end-title">${word('end.title')}</h2>
      <p id="end-body">${word(isSafe(me) ? 'end.body' : 'end.bodyEarly')}</p>
      <div class="choices">
        <button class="button second" type="button" @click=${() => dialogClose(ID)}>${word('end.no')}</button>
        ${mainButton(word('end.yes'), 'end', () => void end())}
      </div>
    </dialog>`;
}
