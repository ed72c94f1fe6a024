// order.ts - asks before something happens: what it means for people, and why it is done.
import { html, nothing } from 'lit/html.js';

import type { Content } from './parts.js';
import { word } from './words.js';

export interface Asked {
  effect: string;
  give: (why: string) => Promise<unknown>;
  title?: string;
  action?: string;
  failed?: (error: unknown) => string;
}

let asked: Asked | null = null;
let message = '';

const shownDialog = (): HTMLDialogElement | null => document.querySelector('dialog.order');

export function confirm(question: Asked, draw: () => void): void {
  asked = question;
  message = '';
  draw();
  shownDialog()?.showModal();
}

// Stands once in a view that orders.
export function dialog(draw: () => void): Content {
  const close = (): void => {
    shownDialog()?.close();
    asked = null;
    draw();
  };
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!asked) return;
    const why = String(new FormData(event.target as HTMLFormElement).get('why') ?? '').trim();
    try {
      await asked.give(why);
      (event.target as HTMLFormElement).reset();
      close();
    } catch (error) {
      message = asked.failed?.(error) ?? word('gate.order.failed');
      draw();
    }
  };
  return html`<dialog class="order" aria-labelledby="order-title" aria-describedby="order-effect" @cancel=${close}>
    <form @submit=${(event: SubmitEvent) => void send(event)}>
      <h2 id="order-title">${asked?.title ?? word('gate.order.title')}</h2>
      <p class="effect" id="order-effect">${asked?.effect ?? ''}</p>
      <p role="alert" class=${message ? 'message' : ''}>${message || nothing}</p>
      <label for="why">${word('gate.order.why')}</label>
      <input id="why" name="why" required maxlength="200" autocomplete="off" />
      <div class="buttons">
        <button class="primary">${asked?.action ?? word('gate.order.do')}</button>
        <button type="button" class="quiet" @click=${close}>${word('gate.order.leave')}</button>
      </div>
    </form>
  </dialog>`;
}
