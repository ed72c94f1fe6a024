// answers.ts - questions and answers: which are read, which help, what nobody finds, and writing them.
//
// A change is a version; the ones before it stay and can be taken up again.
import { html, nothing } from 'lit/html.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';

import type { Answer, Answers, AnswerVersion } from '../api.js';
import { previewOf, read, Refusal, writeAnswer } from '../api.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import { dateTimeText, shareText, word, words } from '../words.js';

interface Draft {
  slug: string;
  isNew: boolean;
  fields: { category: string; question: string; keywords: string; answer: string };
  versions: AnswerVersion[];
  preview: string;
  message: string;
}

interface Hands {
  mayWrite: boolean;
  draw: () => void;
  again: () => void; // asks the server anew
}

let draft: Draft | null = null;

async function open(answer: Answer, { draw }: Hands): Promise<void> {
  const { slug, category, question, keywords, answer: text } = answer;
  draft = { slug, isNew: false, fields: { category, question, keywords, answer: text }, versions: [], preview: '', message: '' };
  draw();
  document.getElementById('draft-title')?.focus();
  try {
    const { versions } = await read<{ versions: AnswerVersion[] }>(`faq/${slug}/history`, { language: 'ja' });
    if (draft?.slug === slug) draft = { ...draft, versions };
    draw();
  } catch {
    if (draft?.slug === slug) draft = { ...draft, message: word('trouble.failed') };
    draw();
  }
}

function begin({ draw }: Hands): void {
  draft = { slug: '', isNew: true, fields: { category: '', question: '', keywords: '', answer: '' }, versions: [], preview: '', message: '' };
  draw();
  document.getElementById('draft-title')?.focus();
}

function fieldsOf(form: HTMLFormElement): Draft['fields'] {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? '').trim();
  return { category: text('category'), question: text('question'), keywords: text('keywords'), answer: text('answer') };
}

async function show(form: HTMLFormElement, { draw }: Hands): Promise<void> {
  if (draft === null) return;
  const fields = fieldsOf(form);
  try {
    draft = { ...draft, fields, preview: await previewOf(fields.answer), message: '' };
  } catch {
    draft = { ...draft, fields, message: word('trouble.failed') };
  }
  draw();
}

async function send(form: HTMLFormElement, hidden: boolean, hands: Hands): Promise<void> {
  if (draft === null) return;
  const sent = draft;
  const data = new FormData(form);
  const slug = draft.isNew ? String(data.get('slug') ?? '').trim() : draft.slug;
  const body = { ...fieldsOf(form), language: 'ja', hidden, base_version: draft.versions[0]?.version ?? 0, reason: String(data.get('reason') ?? '').trim() };
  try {
    await writeAnswer(slug, body);
    draft = null;
    hands.again();
  } catch (error) {
    const changed = error instanceof Refusal && error.status === 409;
    draft = { ...sent, fields: fieldsOf(form), message: word(changed ? 'answers.changed' : 'answers.failed') };
  }
  hands.draw();
}

function history({ versions }: Draft, hands: Hands): Content {
  if (versions.length === 0) return nothing;
  const take = ({ category, question, keywords, answer }: AnswerVersion): void => {
    if (draft) draft = { ...draft, fields: { category, question, keywords, answer }, preview: '' };
    hands.draw();
  };
  return html`<h3>${word('answers.history')}</h3>
    <ol class="versions">
      ${versions.map(
        (one) => html`<li>
          ${word('answers.version', { version: one.version, at: dateTimeText(one.at), author: one.author, reason: one.reason })}
          ${one.hidden ? word('answers.wasHidden') : nothing}
          <button type="button" class="quiet" @click=${() => take(one)}>${word('answers.take')}</button>
        </li>`,
      )}
    </ol>`;
}

function line(name: keyof Draft['fields'], value: string, limit: number, required = true): Content {
  return html`<label for=${name}>${word(`answers.${name}`)}</label>
    <input id=${name} name=${name} maxlength=${limit} ?required=${required} autocomplete="off" .value=${value} />`;
}

function editor(now: Draft, hands: Hands): Content {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const hides = (event.submitter as HTMLButtonElement | null)?.value === 'hide';
    void send(event.target as HTMLFormElement, hides, hands);
  };
  const form = (event: Event): HTMLFormElement => (event.target as HTMLButtonElement).form as HTMLFormElement;
  const close = (): void => {
    draft = null;
    hands.draw();
  };
  return html`<section class="sheet">
    <h2 id="draft-title" tabindex="-1">${now.isNew ? word('answers.new') : now.fields.question}</h2>
    <form class="write" @submit=${submit}>
      <p role="alert" class=${now.message ? 'message' : ''}>${now.message || nothing}</p>
      ${now.isNew ? html`<label for="slug">${word('answers.slug')}</label><input id="slug" name="slug" pattern="[a-z0-9\\-]+" maxlength="48" required autocomplete="off" />` : nothing}
      ${line('category', now.fields.category, 40)} ${line('question', now.fields.question, 100)} ${line('keywords', now.fields.keywords, 200, false)}
      <label for="answer">${word('answers.answer')}</label>
      <textarea id="answer" name="answer" rows="9" maxlength="2600" required .value=${now.fields.answer}></textarea>
      <label for="reason">${word('gate.order.why')}</label>
      <input id="reason" name="reason" maxlength="100" required autocomplete="off" />
      <div class="buttons">
        <button class="primary">${word('answers.save')}</button>
        <button type="button" class="quiet" @click=${(event: Event) => void show(form(event), hands)}>${word('answers.preview')}</button>
        ${now.isNew ? nothing : html`<button class="quiet" value="hide">${word('answers.hide')}</button>`}
        <button type="button" class="quiet" @click=${close}>${word('gate.order.leave')}</button>
      </div>
    </form>
    ${now.preview === '' ? nothing : html`<h3>${word('answers.previewTitle')}</h3><div class="preview">${unsafeHTML(now.preview)}</div>`}
    ${history(now, hands)}
  </section>`;
}

// Which question to write at, most read first.
function chooser(rows: Answer[], hands: Hands): Content {
  const choose = (event: SubmitEvent): void => {
    event.preventDefault();
    const slug = new FormData(event.target as HTMLFormElement).get('which');
    const answer = rows.find((one) => one.slug === slug);
    if (answer) void open(answer, hands);
  };
  return html`<form class="control pick" @submit=${choose}>
    <label for="which">${word('answers.which')}</label>
    <select id="which" name="which">${rows.map((one) => html`<option value=${one.slug}>${one.question}</option>`)}</select>
    <button class="quiet">${word('answers.edit')}</button>
    <button type="button" class="quiet" @click=${() => begin(hands)}>${word('answers.new')}</button>
  </form>`;
}

function list({ entries }: Answers, hands: Hands): Content {
  const rows = [...entries].sort((a, b) => b.read - a.read);
  return section(
    word('answers.list'),
    hands.mayWrite ? chooser(rows, hands) : nothing,
    table({
      name: word('answers.title'),
      head: words('answers.question', 'answers.category', 'answers.read', 'answers.helped', 'answers.didNotHelp', 'answers.share'),
      rows: rows.map((one) => [one.question, one.category, one.read, one.helped, one.did_not_help, shareText(one.helped, one.helped + one.did_not_help)]),
      note: word('answers.note'),
      open: true,
    }),
  );
}

export function viewAnswers(answers: Answers, hands: Hands): Content {
  const reads = answers.entries.reduce((sum, { read: count }) => sum + count, 0);
  const misses = answers.unfound.reduce((sum, { count }) => sum + count, 0);
  return html`<h1>${word('answers.title')}</h1>
    <p class="lead">${word('answers.sentence', { entries: answers.entries.length, reads, misses })}</p>
    ${draft === null ? nothing : editor(draft, hands)} ${list(answers, hands)}
    ${section(
      word('answers.unfound'),
      table({
        name: word('answers.unfound'),
        head: words('answers.words', 'answers.count'),
        rows: answers.unfound.map((one) => [one.words, one.count]),
        note: word('answers.unfound.note'),
        open: true,
      }),
    )}`;
}
