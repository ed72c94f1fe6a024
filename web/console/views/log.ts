// log.ts - what operators changed.
import { html, nothing } from 'lit/html.js';

import type { Log } from '../api.js';
import type { Content } from '../parts.js';
import { doerText, table } from '../parts.js';
import { dateTimeText, word, wordOr, words } from '../words.js';

export function viewLog({ total, entries }: Log, first: boolean): Content {
  const oldest = entries.at(-1)?.sequence ?? 1;
  return html`<h1>${word('log.title')}</h1><p class="lead">${word('log.sentence', { total })}</p>
    <section class="sheet">
      ${table({
        name: word('log.title'),
        head: words('log.at', 'log.operator', 'log.action', 'log.subject', 'log.before', 'log.after', 'log.reason'),
        rows: entries.map((entry) => [
          dateTimeText(entry.at), doerText(entry.operator), wordOr(`action.${entry.action}`, entry.action), entry.subject, entry.before, entry.after, entry.reason,
        ]),
        open: true,
      })}
      <p class="pages">
        ${first ? nothing : html`<a href="/console/log">${word('log.newest')}</a>`}
        ${oldest > 1 ? html`<a href=${`/console/log?before=${oldest}`}>${word('log.older')}</a>` : nothing}
      </p>
    </section>`;
}
