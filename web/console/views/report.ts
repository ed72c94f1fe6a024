// report.ts - the verification report: an operator's words for its tenth section, and publishing it.
import { html, nothing } from 'lit/html.js';

import type { Publication, ReportNote } from '../api.js';
import { publishReport, Refusal, writeReportNote } from '../api.js';
import type { Content } from '../parts.js';
import { section } from '../parts.js';
import type { Key } from '../words.js';
import { dateTimeText, word } from '../words.js';

const PARAGRAPHS_MAX = 12;

export interface Report {
  note: ReportNote;
  publication: Publication;
}
interface Hands {
  mayWrite: boolean;
  draw: () => void;
  again: () => void;
}

let message: { key: Key; bad: boolean } | null = null;
let busy = false;

async function attempt(work: () => Promise<void>, done: Key, hands: Hands): Promise<void> {
  busy = true;
  message = { key: 'report.busy', bad: false };
  hands.draw();
  try {
    await work();
    message = { key: done, bad: false };
    hands.again();
  } catch (error) {
    message = { key: error instanceof Refusal && error.status === 409 ? 'report.refused' : 'report.failed', bad: true };
  }
  busy = false;
  hands.draw();
}

function wordsForm({ paragraphs, set_by, set_at }: ReportNote, hands: Hands): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get('words') ?? '');
    const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    if (lines.length > PARAGRAPHS_MAX) {
      message = { key: 'report.words.many', bad: true };
      hands.draw();
    } else void attempt(() => writeReportNote(lines), 'report.words.saved', hands);
  };
  return html`<form class="write" @submit=${send}>
    <label for="words">${word('report.words.label')}</label>
    <textarea id="words" name="words" rows="8" ?disabled=${!hands.mayWrite} .value=${paragraphs.join('\n')}></textarea>
    <p class="note">${word('report.words.note')}</p>
    ${set_at ? html`<p class="note">${word('report.words.by', { time: dateTimeText(set_at), operator: set_by ?? '' })}</p>` : nothing}
    ${hands.mayWrite ? html`<div class="buttons"><button class="quiet" ?disabled=${busy}>${word('report.words.save')}</button></div>` : nothing}
  </form>`;
}

function publishing(there: boolean, hands: Hands): Content {
  const publish = (): void => void attempt(publishReport, 'report.published', hands);
  return html`<p>${word('report.note')}</p>
    ${there ? html`<p><a href="/report" target="_blank" rel="noopener">${word('report.open')}</a></p>` : nothing}
    ${hands.mayWrite
      ? html`<div class="buttons"><button type="button" class="primary" ?disabled=${busy} @click=${publish}>${word('report.publish')}</button></div>`
      : nothing}`;
}

export function viewReport({ note, publication }: Report, hands: Hands): Content {
  const { number, published_at, published_by } = publication;
  const state = published_at
    ? word('report.sentence', { number, time: dateTimeText(published_at), operator: published_by ?? '' })
    : word('report.none');
  return html`<h1>${word('report.heading')}</h1><p class="lead">${state}</p>
    <p role="status" class=${message?.bad ? 'message' : message ? 'done' : ''}>${message ? word(message.key) : nothing}</p>
    ${section(word('report.publishing'), publishing(number > 0, hands))}
    ${section(word('report.words'), wordsForm(note, hands))}`;
}
