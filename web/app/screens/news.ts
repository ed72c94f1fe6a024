// news.ts - announcements above every screen: urgent ones stay, others can be put away.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';

import type { Announcement } from '../../shared/listen.js';
import { html } from '../markup.js';
import { newsPutAway, newsShown } from '../news.js';
import type { Piece } from '../parts.js';
import { icons } from '../pictures.js';
import { tagOf, word, wordParts } from '../words.js';

const LOOK = { urgent: 'warn', warning: 'warn', info: 'info' } as const;

function announcement(one: Announcement): TemplateResult {
  const closable = one.level === 'info';
  const tag = tagOf(one.language);
  const [before = '', title = '', after = ''] = wordParts(`news.${one.level}`, { title: one.title });
  return html`<article class="message ${LOOK[one.level]} ${one.level}">
    ${LOOK[one.level] === 'warn' ? icons.warn : icons.info}
    <div>
      <p class="title">${before}<span lang=${tag}>${title}</span>${after}</p>
      <div class="body" lang=${tag}>${unsafeHTML(one.body_html)}</div>
      ${closable
        ? html`<button class="plain" type="button" @click=${() => newsPutAway(one)}>${word('news.close')}</button>`
        : nothing}
    </div>
  </article>`;
}

export function news(): Piece {
  const shown = newsShown();
  if (shown.length === 0) return nothing;
  return html`<section class="news" aria-label=${word('news.label')}>${shown.map(announcement)}</section>`;
}
