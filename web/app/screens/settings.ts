// settings.ts - text size and colours; a choice takes effect at once and stays in this browser.
import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { lookApply, lookKeep, TEXT_SIZES, THEMES } from '../../shared/look.js';
import type { Look } from '../../shared/look.js';
import { change, model } from '../model.js';
import { icons } from '../pictures.js';
import { word } from '../words.js';
import { dialogClose, dialogOpen } from './dialogs.js';

const ID = 'look-dialog';

function choose(part: Partial<Look>): void {
  const look = { ...model.look, ...part };
  lookKeep(look);
  lookApply(look);
  change({ look });
}

function option(name: string, text: string, checked: boolean, chosen: () => void): TemplateResult {
  return html`<label class="option">
    <input type="radio" name=${name} .checked=${checked} @change=${chosen} />
    <span>${text}</span>
  </label>`;
}

export function settingsButton(): TemplateResult {
  return html`<button class="plain look" type="button" @click=${() => dialogOpen(ID)}>
    ${icons.look}<span>${word('look.open')}</span><span class="hidden">${word('look.openLong')}</span>
  </button>`;
}

export function settingsDialog(): TemplateResult {
  const { text, theme } = model.look;
  return html`<dialog id=${ID} aria-labelledby="look-title">
    <h2 id="look-title">${word('look.title')}</h2>
    <fieldset>
      <legend>${word('look.text')}</legend>
      <div class="options sizes">
        ${TEXT_SIZES.map((size) => option('text', word(`look.text.${size}`), size === text, () => choose({ text: size })))}
      </div>
    </fieldset>
    <fieldset>
      <legend>${word('look.theme')}</legend>
      <div class="options">
        ${THEMES.map((name) => option('theme', word(`look.theme.${name}`), name === theme, () => choose({ theme: name })))}
      </div>
    </fieldset>
    <p class="soft">${word('look.kept')}</p>
    <div class="choices">
      <button class="button main" type="button" @click=${() => dialogClose(ID)}>${word('look.close')}</button>
    </div>
  </dialog>`;
}
