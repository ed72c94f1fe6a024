// news.ts - announcements: what is told to everybody now, saying something, and taking it back.
import { html, nothing } from 'lit/html.js';

import type { Announced, Level, News, Saying } from '../api.js';
import { announce, changeAnnouncement, Refusal } from '../api.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import { dateTimeText, word, words } from '../words.js';

const LEVELS: readonly Level[] = ['info', 'warning', 'urgent'];
// The languages that residents are spoken to in; an empty title leaves the Japanese one.
const LANGUAGES = ['ja', 'ja-easy', 'en', 'zh', 'ko'] as const;

interface Hands {
  mayWrite: boolean;
  draw: () => void;
  again: () => void;
}

let message = '';

// The value of <input type=datetime-local> in Japan's time as RFC 3339.
const timeOf = (local: string): string => `${local}:00+09:00`;

function textsOf(data: FormData): Saying['texts'] {
  const text = (name: string): string => String(data.get(name) ?? '').trim();
  const said = LANGUAGES.filter((code) => text(`title-${code}`) !== '');
  return Object.fromEntries(said.map((code) => [code, { title: text(`title-${code}`), body: text(`body-${code}`) }]));
}

async function attempt(work: () => Promise<void>, hands: Hands): Promise<boolean> {
  try {
    await work();
    message = '';
    hands.again();
    return true;
  } catch (error) {
    message = word(error instanceof Refusal && error.status === 409 ? 'answers.changed' : 'news.failed');
    hands.draw();
    return false;
  }
}

function form(hands: Hands): Content {
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const target = event.target as HTMLFormElement;
    const data = new FormData(target);
    const saying: Saying = {
      level: data.get('level') as Level,
      starts: timeOf(String(data.get('starts'))),
      ends: timeOf(String(data.get('ends'))),
      texts: textsOf(data),
      reason: String(data.get('reason') ?? '').trim(),
    };
    if (await attempt(() => announce(saying), hands)) target.reset();
  };
  const textPart = (code: (typeof LANGUAGES)[number]): Content => html`<label for="title-${code}">${word(`news.title.${code}`)}</label>
    <input id="title-${code}" name="title-${code}" maxlength="60" ?required=${code === 'ja'} autocomplete="off" />
    <label for="body-${code}">${word(`news.body.${code}`)}</label>
    <textarea id="body-${code}" name="body-${code}" rows="3" maxlength="1000"></textarea>`;
  return html`<form class="write" @submit=${(event: SubmitEvent) => void send(event)}>
    <p role="alert" class=${message ? 'message' : ''}>${message || nothing}</p>
    <label for="level">${word('news.level')}</label>
    <select id="level" name="level">${LEVELS.map((level) => html`<option value=${level}>${word(`news.level.${level}`)}</option>`)}</select>
    <label for="starts">${word('news.starts')}</label> <input id="starts" name="starts" type="datetime-local" required />
    <label for="ends">${word('news.ends')}</label> <input id="ends" name="ends" type="datetime-local" required />
    ${textPart('ja')}
    <details><summary>${word('news.languages')}</summary><div class="write">${LANGUAGES.slice(1).map(textPart)}</div></details>
    <label for="reason">${word('gate.order.why')}</label>
    <input id="reason" name="reason" maxlength="100" required autocomplete="off" />
    <p class="note">${word('news.note')}</p>
    <div class="buttons"><button class="primary">${word('news.publish')}</button></div>
  </form>`;
}

function current(one: Announced, hands: Hands): Content {
  const withdraw = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get('why') ?? '').trim();
    void attempt(() => changeAnnouncement(one, true, reason), hands);
  };
  const text = one.texts['ja'];
  return html`<li>
    <p><strong>${word(`news.level.${one.level}`)}: ${text?.title ?? ''}</strong></p>
    <p class="note">${word('news.span', { from: dateTimeText(one.starts), to: dateTimeText(one.ends), author: one.author })}</p>
    ${hands.mayWrite
      ? html`<form class="control" @submit=${withdraw}>
          <label for="why-${one.id}">${word('gate.order.why')}</label>
          <input id="why-${one.id}" name="why" maxlength="100" required autocomplete="off" />
          <button class="quiet">${word('news.withdraw')}</button>
        </form>`
      : nothing}
  </li>`;
}

function stateOf(one: Announced): string {
  if (one.withdrawn) return word('news.state.withdrawn');
  if (one.current) return word('news.state.current');
  return word(Date.parse(one.starts) > Date.now() ? 'news.state.coming' : 'news.state.over');
}

function history(announcements: Announced[]): Content {
  return table({
    name: word('news.heading'),
    head: words('news.title', 'news.level', 'news.starts', 'news.ends', 'news.state', 'news.author', 'log.reason'),
    rows: announcements.map((one) => [one.texts['ja']?.title ?? '', word(`news.level.${one.level}`), dateTimeText(one.starts), dateTimeText(one.ends), stateOf(one), one.author, one.reason]),
    open: true,
  });
}

export function viewNews({ announcements }: News, hands: Hands): Content {
  const alive = announcements.filter((one) => !one.withdrawn && (one.current || Date.parse(one.starts) > Date.now()));
  const shown = announcements.filter(({ current: isCurrent }) => isCurrent).length;
  return html`<h1>${word('news.heading')}</h1>
    <p class="lead">${shown === 0 ? word('news.none') : word('news.sentence', { shown })}</p>
    ${alive.length === 0 ? nothing : section(word('news.now'), html`<ul class="versions">${alive.map((one) => current(one, hands))}</ul>`)}
    ${hands.mayWrite ? section(word('news.write'), form(hands)) : nothing}
    ${announcements.length === 0 ? nothing : section(word('news.all'), history(announcements))}`;
}
