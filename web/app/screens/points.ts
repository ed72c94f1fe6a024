// points.ts - the balance, and every movement behind it.
import type { TemplateResult } from 'lit/html.js';

import type { Transfer } from '../api.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import { campaignValues, heading, link, pendingPart } from '../parts.js';
import { icons } from '../pictures.js';
import { dateTimeText, numberText, word } from '../words.js';

function row(transfer: Transfer): TemplateResult {
  const what = word(transfer.kind === 'grant' ? 'points.kind.grant' : 'points.kind.other', campaignValues());
  const reserved = transfer.state === 'pending' && model.me?.state === 'verified';
  return html`<li>
    <span class="when">${dateTimeText(transfer.at)}</span>
    <span class="what">${what}</span>
    <span class="tag ${transfer.state}">${word(`points.state.${reserved ? 'reserved' : transfer.state}`)}</span>
    <span class="amount"><b>${numberText(transfer.points)}</b> ${word('card.points.unit', { points: transfer.points })}</span>
  </li>`;
}

function history(transfers: Transfer[]): TemplateResult {
  if (transfers.length === 0) return html`<p class="empty">${word('points.empty')}</p>`;
  return html`<ul class="history">
    ${transfers.map(row)}
  </ul>`;
}

function balance(): TemplateResult {
  const { balance, pending } = model.points ?? model.me?.points ?? { balance: 0, pending: 0 };
  return html`<section class="card points">
    <h2>${word('points.balance')}</h2>
    <p class="big"><strong>${numberText(balance)}</strong> ${word('card.points.unit', { points: balance })}</p>
    ${pendingPart(pending)}
  </section>`;
}

function skeleton(): TemplateResult {
  return html`<div class="bones" role="img" aria-label=${word('page.loading')}><i></i><i></i></div>`;
}

export function pointsScreen(): TemplateResult {
  const back = html`<p class="back">${link('/', html`${icons.back}${word('page.toHome')}`)}</p>`;
  if (!model.me) {
    return html`<div class="wide">${heading(word('points.title'))}<p class="empty">${word('points.signedOut')}</p>${back}</div>`;
  }
  return html`<div class="wide">
    ${heading(word('points.title'))} ${balance()}
    <section>
      <h2>${word('points.history')}</h2>
      ${model.points === null ? skeleton() : history(model.points.transfers)}
    </section>
    ${back}
  </div>`;
}
