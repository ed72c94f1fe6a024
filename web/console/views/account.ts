// account.ts - who is signed in, and their own password.
import { html, nothing } from 'lit/html.js';

import type { Person } from '../api.js';
import { Refusal, changePassword } from '../api.js';
import type { Content } from '../parts.js';
import { section } from '../parts.js';
import { word, wordOr } from '../words.js';

const SHORTEST = 12;

let message = '';
let done = false;

async function change(form: HTMLFormElement, draw: () => void): Promise<void> {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? '');
  message = '';
  done = false;
  if (text('password') !== text('again')) message = word('account.differs');
  else {
    try {
      await changePassword({ current: text('current'), code: text('code').normalize('NFKC').replace(/\s/g, ''), password: text('password') });
      done = true;
      form.reset();
    } catch (error) {
      message = wordOr(`account.refused.${error instanceof Refusal ? error.code : ''}`, word('account.failed'));
    }
  }
  draw();
}

export function viewAccount({ name, role, password }: Person, draw: () => void): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    void change(event.target as HTMLFormElement, draw);
  };
  const secret = (id: string, label: string, complete: string): Content =>
    html`<label for=${id}>${label}</label><input id=${id} name=${id} type="password" required minlength=${id === 'current' ? nothing : SHORTEST} maxlength="256" autocomplete=${complete} />`;
  const form = html`<form class="write" @submit=${send}>
    <input class="hidden" type="text" name="username" autocomplete="username" readonly tabindex="-1" aria-hidden="true" .value=${name} />
    ${secret('current', word('account.current'), 'current-password')}
    <label for="code">${word('signin.code')}</label>
    <input id="code" name="code" required inputmode="numeric" maxlength="12" autocomplete="one-time-code" />
    ${secret('password', word('account.password', { least: SHORTEST }), 'new-password')} ${secret('again', word('account.again'), 'new-password')}
    <p class="note">${word('account.note')}</p>
    <div class="buttons"><button class="primary">${word('account.do')}</button></div>
  </form>`;
  return html`<h1>${word('account.title')}</h1>
    <p class="lead">${word('account.sentence', { name, role: word(`role.${role}`) })}</p>
    <p role="alert" class=${message ? 'message' : ''}>${message || nothing}</p>
    ${done ? html`<p class="done" role="status">${word('account.done')}</p>` : nothing}
    ${section(word('account.section'), password === false ? html`<p>${word('account.elsewhere')}</p>` : form)}`;
}
