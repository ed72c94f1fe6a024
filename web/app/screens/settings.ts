// settings.ts - language, text size and colours; a choice takes effect at once and stays in this browser.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { lookApply, lookKeep, TEXT_SIZES, THEMES } from '../../shared/look.js';
import type { Look } from '../../shared/look.js';
import { html } from '../markup.js';
import { announce } from '../live.js';
import { change, model } from '../model.js';
import { newsAnew } from '../news.js';
import type { Piece } from '../parts.js';
import { icons } from '../pictures.js';
import type { Language } from '../words.js';
import { languageChoose, languagesRead, tagOf, word } from '../words.js';
import { dialogClose, dialogOpen } from './dialogs.js';

const ID = 'look-dialog';
const LANGUAGES_WAIT_MS = 700;

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

function chooseLanguage(code: string): void {
  languageChoose(code)
    .then(() => {
      change({ language: code, hant: false });
      newsAnew();
    })
    .catch(() => announce(word('look.languageFailed'), true));
}

// The names stand in their own language, so that everybody finds theirs.
function languageOption({ code, name }: Language): TemplateResult {
  return html`<label class="option" lang=${tagOf(code)}>
    <input type="radio" name="language" .checked=${code === model.language} @change=${() => chooseLanguage(code)} />
    <span>${name}</span>
  </label>`;
}

function languagePart(): Piece {
  if (model.languages.length === 0) return nothing;
  return html`<fieldset>
    <legend>${word('look.language')}</legend>
    <div class="options">${model.languages.map(languageOption)}</div>
  </fieldset>`;
}

// The dialog takes the reader to its first choice as it opens, so the languages have to be there; a slow line is not
// waited for.
export async function settingsOpen(): Promise<void> {
  if (model.languages.length === 0) {
    const late = new Promise((resolve) => setTimeout(resolve, LANGUAGES_WAIT_MS));
    await Promise.race([languagesRead().then((languages) => change({ languages }), () => {}), late]);
  }
  dialogOpen(ID);
}

export function settingsButton(): TemplateResult {
  return html`<button class="plain look" type="button" @click=${() => void settingsOpen()}>
    ${icons.look}<span>${word('look.open')}</span><span class="hidden">${word('look.openLong')}</span>
  </button>`;
}

export function settingsDialog(): TemplateResult {
  const { text, theme } = model.look;
  return html`<dialog id=${ID} aria-labelledby="look-title">
    <h2 id="look-title">${word('look.title')}</h2>
    ${languagePart()}
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
