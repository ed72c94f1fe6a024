// signin.ts - name, password and a number; one form, one message.
import { html, nothing } from 'lit/html.js';

import type { Person } from '../api.js';
import { Refusal, enter, readWays } from '../api.js';
import type { Content } from '../parts.js';
import type { Key } from '../words.js';
import { word, wordOr } from '../words.js';

let working = false;
let message = '';
let organisation: string | null | undefined; // undefined: not asked yet

const KNOWN: Record<string, Key> = {
  'operator-sign-in': 'signin.operator-sign-in',
  'operator-code-used': 'signin.operator-code-used',
  'operator-wait': 'signin.operator-wait',
  'operator-link': 'signin.operator-link',
};

async function tryTo(proof: Parameters<typeof enter>[0], entered: (person: Person) => void, draw: () => void): Promise<void> {
  working = true;
  message = '';
  draw();
  try {
    entered(await enter(proof));
  } catch (error) {
    message = word(KNOWN[error instanceof Refusal ? error.code : ''] ?? 'signin.trouble');
  }
  working = false;
  draw();
}

// A sandbox's address carries its word behind the #, where no server and no log sees it.
export function enterByLink(entered: (person: Person) => void, draw: () => void): boolean {
  const link = /^#enter=([\w-]+)$/.exec(location.hash)?.[1];
  if (link === undefined) return false;
  history.replaceState(null, '', location.pathname);
  void tryTo({ link }, entered, draw);
  return true;
}

// A jump to the organisation that led nowhere says why in the address, once.
function takeReason(): void {
  const reason = new URLSearchParams(location.search).get('signin');
  if (reason === null) return;
  message = wordOr(`signin.${reason}`, word('signin.organisation-failed'));
  history.replaceState(null, '', location.pathname);
}

async function askWays(draw: () => void): Promise<void> {
  organisation = null;
  try {
    organisation = await readWays();
    if (organisation !== null) draw();
  } catch {
    // The form stays.
  }
}

export function signIn(ended: boolean, entered: (person: Person) => void, draw: () => void): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? '');
    const code = text('code').normalize('NFKC').replace(/\s/g, '');
    void tryTo({ name: text('name').trim(), password: text('password'), code }, entered, draw);
  };
  takeReason();
  if (organisation === undefined) void askWays(draw);
  const words = message || (ended ? word('session.ended') : '');
  return html`<main id="main" class="sign-in" tabindex="-1">
    <img src="/icon.svg" alt="" width="48" height="48" />
    <h1>${word('signin.title')}</h1>
    <p role="alert" class=${words ? 'message' : ''}>${words || nothing}</p>
    ${organisation
      ? html`<p><a class="primary" href="/console/jump" data-away>${word('signin.organisation', { label: organisation })}</a></p>
          <p class="note">${word('signin.organisation.note')}</p>`
      : nothing}
    <form @submit=${send}>
      <label for="name">${word('signin.name')}</label>
      <input id="name" name="name" required maxlength="60" autocomplete="username" autocapitalize="none" spellcheck="false" />
      <label for="password">${word('signin.password')}</label>
      <input id="password" name="password" type="password" required maxlength="256" autocomplete="current-password" />
      <label for="code">${word('signin.code')}</label>
      <input id="code" name="code" required inputmode="numeric" maxlength="12" autocomplete="one-time-code" />
      <button class="primary" ?disabled=${working}>${word(working ? 'signin.working' : 'signin.action')}</button>
    </form>
    <p class="note">${word('signin.help')}</p>
  </main>`;
}
