// booking.ts - instead of waiting: a quarter of an hour to come back at.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { book, bookingCancel } from '../actions.js';
import type { Booking, Bookings } from '../api.js';
import { bookingEnter } from '../booking.js';
import { html, withoutReadings } from '../markup.js';
import { model } from '../model.js';
import type { Piece } from '../parts.js';
import { message } from '../parts.js';
import { icons } from '../pictures.js';
import { clockText, dateTimeText, dayText, word } from '../words.js';
import { isQuietKnown, nextQuiet } from './later.js';

const NEAR_MIN = 10;
const FILE = '/api/v1/bookings/mine.ics';

function isoDay(start: string): string {
  return start.slice(0, 10);
}

function timeText(booking: Booking): string {
  return word('booking.time', { from: dateTimeText(booking.start), until: clockText(booking.until) });
}

const lateText = (booking: Booking): string => word('booking.late', { until: clockText(booking.front_until) });

const isDue = (booking: Booking): boolean => booking.standing !== 'early';

// The time that was booked has come: the one thing to do, before all that is said of the line.
export function duePart(): Piece {
  const booking = model.bookings?.mine ?? null;
  if (booking === null || !isDue(booking)) return nothing;
  return html`<div class="due">
    ${message('good', word('booking.due'), html`<p>${timeText(booking)}</p><p>${lateText(booking)}</p>`)}
    <button class="button main" type="button" @click=${() => void bookingEnter()}>${word('booking.enter')}</button>
  </div>`;
}

function mine(booking: Booking): Piece {
  if (isDue(booking)) return nothing;
  return html`${message(
      'good',
      word('booking.kept'),
      html`<p><strong>${timeText(booking)}</strong></p>
        <p>${lateText(booking)}</p>
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

// The first window of the next quiet time, else the first after the turn in line would come.
function suggested(free: Bookings['windows']): string | undefined {
  const quiet = model.quiet?.quiet?.[0];
  const [from = 0, until = 0] = quiet === undefined ? [] : quiet.band.split('-').map(Number);
  const hourOf = (start: string): number => Number(start.slice(11, 13));
  const isQuiet = ({ start }: { start: string }): boolean =>
    quiet !== undefined && isoDay(start) === quiet.date && hourOf(start) >= from && (until < from || hourOf(start) < until);
  const turnMs = (model.line?.shown.turnAtS ?? 0) * 1000;
  return (free.find(isQuiet) ?? free.find(({ start }) => Date.parse(start) > turnMs) ?? free[0])?.start;
}

function choice({ mine: booked, windows }: Bookings): TemplateResult {
  const free = windows.filter((one) => one.free > 0 && one.start !== booked?.start);
  const first = suggested(free);
  const days = [...new Set(free.map(({ start }) => isoDay(start)))];
  return html`<form class="booking-choice" @submit=${pressed}>
    <label for="booking-start">${word(booked === null ? 'booking.choose' : 'booking.move')}</label>
    <select id="booking-start" name="start">
      ${days.map(
        (day) => html`<optgroup label=${dayText(day)}>
          ${free
            .filter(({ start }) => isoDay(start) === day)
            .map(({ start }) => html`<option value=${start} ?selected=${start === first}>${withoutReadings(word('quiet.on', { day: dayText(day), time: clockText(start) }))}</option>`)}
        </optgroup>`,
      )}
    </select>
    <button class="button second" type="submit" aria-disabled=${model.task === 'book' ? 'true' : 'false'}>
      ${word(booked === null ? 'booking.make' : 'booking.moveTo')}
    </button>
  </form>`;
}

// Who is nearly there has no use for another time.
export function isNear(): boolean {
  const { line } = model;
  return line?.shown.phase === 'closed' || (line?.shown.phase === 'waiting' && line.shown.span.high <= NEAR_MIN && line.shown.span.kind !== 'unknown');
}

function offer(): TemplateResult {
  return html`${model.cancelled ? message('info', word('booking.cancelled'), html`<p>${word('quiet.kept')}</p>`) : nothing}
    ${isQuietKnown() ? nextQuiet() : nothing}
    <p>${word('booking.body')}</p>`;
}

export function bookingPart(): Piece {
  const { bookings } = model;
  if (bookings?.mine === null && isNear() && !model.cancelled) return nothing;
  if (bookings === null || (bookings.mine === null && !bookings.windows.some(({ free }) => free > 0))) return nothing;
  return html`<section class="card booking" aria-labelledby="booking-title">
    <h2 id="booking-title">${word('booking.title')}</h2>
    ${bookings.mine === null ? offer() : mine(bookings.mine)} ${choice(bookings)}
  </section>`;
}
