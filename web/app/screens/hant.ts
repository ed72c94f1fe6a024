// hant.ts - says to readers of Traditional Chinese that what they see is Simplified, and where the other languages are.
import { nothing } from 'lit/html.js';

import { languageRemember } from '../language.js';
import { html } from '../markup.js';
import { change, model } from '../model.js';
import type { Piece } from '../parts.js';
import { message } from '../parts.js';
import { languageNow, word } from '../words.js';
import { settingsOpen } from './settings.js';

function stay(): void {
  languageRemember(languageNow());
  change({ hant: false });
}

export function hantPart(): Piece {
  if (!model.hant) return nothing;
  const body = html`<p>${word('look.hant.body')}</p>
    <p>
      <button class="plain" type="button" @click=${stay}>${word('look.hant.stay')}</button>
      <button class="plain" type="button" @click=${() => void settingsOpen()}>${word('look.hant.others')}</button>
    </p>`;
  return html`<section class="news" lang="zh-Hant" aria-label=${word('look.language')}>${message('info', word('look.hant.title'), body)}</section>`;
}
