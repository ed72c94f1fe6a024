// booking.ts - instead of waiting: a quarter of an hour to come back at.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { book, bookingCancel } from '../actions.js';
import type { Booking, Bookings } from '../api.js';
import { bookingEnter } from '../booking.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import type { Piece } from '../parts.js';
import { message } from '../parts.js';
import { icons } from '../pictures.js';
import { clockText, dateTimeText, dayText, word } from '../words.js';

const FILE = '/api/v1/bookings/mine.ics';

function isoDay(start: string): string {
  return start.slice(0, 10);
}

function mine(booking: Booking): TemplateResult {
  const time = word('booking.time', { from: dateTimeText(booking.start), until: clockText(booking.until) });
  if (booking.standing !== 'early') {
    return html`${message('good', word('booking.due'), html`<p>${time}</p>`)}
      <p>
        <button class="button main" type="button" @click=${() => void bookingEnter()}>${word('booking.enter')}</button>
      </p>`;
  }
  return html`${message(
      'good',
      word('booking.kept'),
      html`<p><strong>${time}</strong></p>
        <p>${word('booking.late', { until: clockText(booking.front_until) })}</p>
        <p><a href=${FILE}>${icons.calendar}${word('booking.file')}</a></p>`,
    )}
    <p>
      <button class="plain" type="button" @click=${() => void bookingCancel()}>${word('booking.cancel')}</button>
    </p>`;
}

function pressed(event: SubmitEvent): void {
  event.preventDefault();
  const start = new FormData(event.target as HTMLFormElement).get('start');
  if (typeof start === 'string' && start !== '') void book(start);
}

function choice({ mine: booked, windows }: Bookings): TemplateResult {
  const free = windows.filter((one) => one.free > 0 && one.start !== booked?.start);
  const days = [...new Set(free.map(({ start }) => isoDay(start)))];
  return html`<form class="booking-choice" @submit=${pressed}>
    <label for="booking-start">${word(booked === null ? 'booking.choose' : 'booking.move')}</label>
    <select id="booking-start" name="start">
      ${days.map(
        (day) => html`<optgroup label=${dayText(day)}>
          ${free
            .filter(({ start }) => isoDay(start) === day)
            .map(({ start }) => html`<option value=${start}>${dayText(day)} ${clockText(start)}</option>`)}
        </optgroup>`,
      )}
    </select>
    <button class="button second" type="submit" aria-disabled=${model.task === 'book' ? 'true' : 'false'}>
      ${word('booking.make')}
    </button>
  </form>`;
}

export function bookingPart(): Piece {
  const { bookings } = model;
  if (bookings === null || (bookings.mine === null && !bookings.windows.some(({ free }) => free > 0))) return nothing;
  return html`<section class="card booking" aria-labelledby="booking-title">
    <h2 id="booking-title">${word('booking.title')}</h2>
    ${bookings.mine === null ? html`<p>${word('booking.body')}</p>` : mine(bookings.mine)} ${choice(bookings)}
  </section>`;
}
