// faq.ts - what a script adds to the page of answers: results while one types, and whether an answer helped.
//
// Without it the page works as a form. Answers come from the server as HTML that it made harmless.
import { newsListen } from '../shared/news.js';

interface Entry {
  slug: string;
  question_html: string;
  answer_html: string;
}

const PAUSE_MS = 150;
const SETTLED_MS = 1500; // a question that stands so long is one
const HEADERS = { 'Content-Type': 'application/json' };

const input = document.getElementById('q') as HTMLInputElement;
const results = document.getElementById('results') as HTMLElement;
const none = document.getElementById('none') as HTMLElement;
const said = document.getElementById('said') as HTMLElement;
const opinionPart = document.getElementById('opinion') as HTMLTemplateElement;
const all = input.value === '' ? [...results.children] : null;
const read = new Set<string>();
let waiting = 0;
let settling = 0;
let asked = input.value.trim();
let counted = asked; // what came with the address was counted when it was answered

// The server chose the language of this page by its address, a cookie or the browser, and does so again.
function asPage(sign: string): string {
  const code = new URLSearchParams(location.search).get('language');
  return code === null ? '' : `${sign}language=${encodeURIComponent(code)}`;
}

function send(slug: string, opinion: string): void {
  fetch(`/api/v1/faq/${slug}/opinion${asPage('?')}`, { method: 'POST', headers: HEADERS, body: JSON.stringify({ opinion }) }).catch(() => {});
}

// The question whether it helped stands under an answer once that was opened.
function opened(details: HTMLDetailsElement): void {
  const slug = details.id;
  if (!details.open || details.querySelector('.opinion') !== null) return;
  details.append(opinionPart.content.cloneNode(true));
  if (!read.has(slug)) send(slug, 'read');
  read.add(slug);
}

function answered(button: HTMLButtonElement): void {
  const details = button.closest('details') as HTMLDetailsElement;
  const thanks = details.querySelector<HTMLElement>("[data-is='thanks']") as HTMLElement;
  send(details.id, button.dataset['opinion'] ?? '');
  thanks.textContent = thanks.dataset['text'] ?? '';
  details.querySelectorAll('.opinion button').forEach((one) => one.remove());
}

// The best answer is open already.
function entryElement(entry: Entry, index: number): HTMLDetailsElement {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  const answer = document.createElement('div');
  details.id = entry.slug;
  details.open = index === 0;
  summary.innerHTML = `<span>${entry.question_html}</span>`;
  answer.className = 'answer';
  answer.innerHTML = entry.answer_html;
  details.append(summary, answer);
  return details;
}

function show(children: Element[], found: boolean): void {
  results.replaceChildren(...children);
  none.hidden = found;
  const text = found ? (said.dataset['found'] ?? '') : (said.dataset['none'] ?? '');
  said.textContent = text.replace('{count}', String(results.querySelectorAll('details').length));
}

// The server counts what was asked once it is no longer being typed.
function count(): void {
  const question = input.value.trim();
  if (question === counted || question === '') return;
  counted = question;
  fetch(`/api/v1/faq?q=${encodeURIComponent(question)}${asPage('&')}`).catch(() => {});
}

async function ask(): Promise<void> {
  const question = input.value.trim();
  if (question === asked) return;
  asked = question;
  if (question === '' && all !== null) {
    show(all, true);
    return;
  }
  try {
    const answer = await fetch(`/api/v1/faq?typing=yes&q=${encodeURIComponent(question)}${asPage('&')}`);
    const { entries } = (await answer.json()) as { entries: Entry[] };
    if (answer.ok && question === asked) show(entries.map(entryElement), entries.length > 0);
  } catch {
    asked = ''; // the form still works, and the next key tries again
  }
}

input.addEventListener('input', () => {
  clearTimeout(waiting);
  clearTimeout(settling);
  waiting = window.setTimeout(() => void ask(), PAUSE_MS);
  settling = window.setTimeout(count, SETTLED_MS);
});
input.form?.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
  count();
});
results.addEventListener('toggle', (event) => opened(event.target as HTMLDetailsElement), true);
results.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>('[data-opinion]');
  if (button !== null) answered(button);
});

// A topic leads into the whole list, whatever was found meanwhile.
document.querySelector('.topics')?.addEventListener('click', () => {
  input.value = '';
  void ask();
});

newsListen();

// What the server opened stood open before anybody listened.
results.querySelectorAll<HTMLDetailsElement>('details[open]').forEach(opened);

// A link to one answer opens it.
const wanted = location.hash === '' ? null : document.getElementById(location.hash.slice(1));
if (wanted instanceof HTMLDetailsElement) wanted.open = true;
