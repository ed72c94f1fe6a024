// operators.ts - who may sign in, letting somebody in, and what may change about them.
import { html, nothing } from 'lit/html.js';

import type { Operators, Role, Told } from '../api.js';
import { Refusal, addOperator, changeOperator } from '../api.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import { dateTimeText, word, words } from '../words.js';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];
const CHANGES = ['viewer', 'operator', 'admin', 'reset', 'disable'] as const;

let told: Told | null = null; // what is shown this once
let message = '';

// Secrets are not there any more when one comes back to the view.
export function forgetTold(): void {
  told = null;
  message = '';
}

interface Hands {
  draw: () => void;
  again: () => void;
}

async function attempt(order: () => Promise<Told>, form: HTMLFormElement, { draw, again }: Hands): Promise<void> {
  try {
    told = await order();
    message = '';
    form.reset();
    again();
  } catch (error) {
    told = null;
    message = word(error instanceof Refusal && error.status === 409 ? 'operators.refused' : 'operators.failed');
  }
  draw();
  document.querySelector<HTMLElement>('.told')?.focus();
}

const textOf = (form: HTMLFormElement, name: string): string => String(new FormData(form).get(name) ?? '').trim();

function outcome({ draw }: Hands): Content {
  if (!told) return nothing;
  const { name, password, otpauth, qr_svg } = told;
  if (!password || !otpauth || !qr_svg) return html`<p class="done told" role="status" tabindex="-1">${word('operators.done', { name })}</p>`;
  const put = (): void => {
    told = null;
    draw();
  };
  return html`<section class="sheet told" tabindex="-1" aria-label=${word('operators.told', { name })}>
    <h2>${word('operators.told', { name })}</h2>
    <p class="lead">${word('operators.told.note')}</p>
    <div class="secrets">
      <img src=${`data:image/svg+xml,${encodeURIComponent(qr_svg)}`} alt=${word('operators.qr', { name })} />
      <dl>
        <dt>${word('signin.password')}</dt><dd><code>${password}</code></dd>
        <dt>${word('operators.otpauth')}</dt><dd><code>${otpauth}</code></dd>
      </dl>
    </div>
    <button type="button" class="quiet" @click=${put}>${word('operators.put')}</button>
  </section>`;
}

function addForm(hands: Hands): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    void attempt(() => addOperator({ name: textOf(form, 'name'), role: textOf(form, 'role'), reason: textOf(form, 'reason') }), form, hands);
  };
  return html`<form class="write" @submit=${send}>
    <h3>${word('operators.add')}</h3>
    <label for="new-name">${word('operators.name')}</label>
    <input id="new-name" name="name" required maxlength="20" autocomplete="off" pattern="[^\\s]+" title=${word('operators.name.note')} />
    <label for="new-role">${word('operators.role')}</label>
    <select id="new-role" name="role" required>${ROLES.map((role) => html`<option value=${role}>${word(`operators.may.${role}`)}</option>`)}</select>
    <label for="new-reason">${word('gate.order.why')}</label>
    <input id="new-reason" name="reason" required maxlength="100" autocomplete="off" />
    <div class="buttons"><button class="primary">${word('operators.add.do')}</button></div>
  </form>`;
}

function changeForm(names: string[], hands: Hands): Content {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const what = textOf(form, 'change');
    const change = what === 'reset' || what === 'disable' ? { change: what } : { change: 'role', role: what };
    void attempt(() => changeOperator(textOf(form, 'name'), { ...change, reason: textOf(form, 'reason') }), form, hands);
  };
  return html`<form class="write" @submit=${send}>
    <h3>${word('operators.change')}</h3>
    <label for="who">${word('operators.name')}</label>
    <select id="who" name="name" required>${names.map((name) => html`<option value=${name}>${name}</option>`)}</select>
    <label for="what">${word('operators.what')}</label>
    <select id="what" name="change" required>${CHANGES.map((change) => html`<option value=${change}>${word(`operators.what.${change}`)}</option>`)}</select>
    <label for="change-reason">${word('gate.order.why')}</label>
    <input id="change-reason" name="reason" required maxlength="100" autocomplete="off" />
    <p class="note">${word('operators.change.note')}</p>
    <div class="buttons"><button class="quiet">${word('operators.change.do')}</button></div>
  </form>`;
}

export function viewOperators({ operators }: Operators, hands: Hands): Content {
  const state = (one: Operators['operators'][number]): string =>
    word(one.disabled ? 'operators.disabled' : one.by_link ? 'operators.by_link' : one.by_organisation ? 'operators.by_organisation' : 'operators.active');
  const usable = operators.filter(({ disabled }) => !disabled).length;
  const names = operators.filter(({ by_link }) => !by_link).map(({ name }) => name);
  return html`<h1>${word('operators.title')}</h1>
    <p class="lead">${word('operators.sentence', { count: operators.length, usable })}</p>
    <p role="alert" class=${message ? 'message' : ''}>${message || nothing}</p>
    ${outcome(hands)}
    <section class="sheet">
      ${table({
        name: word('operators.title'),
        head: words('operators.name', 'operators.role', 'operators.state', 'operators.created', 'operators.seen'),
        rows: operators.map((one) => [
          one.name, word(`role.${one.role}`), state(one), dateTimeText(one.created), one.last_seen ? dateTimeText(one.last_seen) : word('operators.never'),
        ]),
        open: true,
      })}
    </section>
    ${section(word('operators.steer'), html`<div class="pair">${addForm(hands)} ${names.length > 0 ? changeForm(names, hands) : nothing}</div>`)}`;
}
