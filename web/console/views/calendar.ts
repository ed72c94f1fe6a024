// calendar.ts - when it will be quiet as residents read it, how well that was said, and setting a level by hand.
import { html, nothing } from 'lit/html.js';

import type { CalendarDay, CalendarPhase, CalendarPlan, CalendarSeries, CalendarWeek, Calendars } from '../api.js';
import { publishCalendar, setCalendarLevel } from '../api.js';
import type { Cell, Content } from '../parts.js';
import { section, table } from '../parts.js';
import { dateTimeText, dayText, shareText, word, words } from '../words.js';

const BANDS = ['7-12', '12-20', '20-1', '1-7'] as const;
const LEVELS = ['smooth', 'busy', 'very busy', 'forecast'] as const;
const SERIES: readonly CalendarSeries[] = ['app', 'calls'];
const PUBLISHING_MS = [2_000, 5_000, 12_000] as const; // a version follows an order after a moment, later on a busy machine

let message: { text: string; failed: boolean } | null = null;

interface Hands {
  mayWrite: boolean;
  draw: () => void;
  again: () => void;
}

const bandText = (band: string): string => word(`calendar.band.${BANDS.find((one) => one === band) ?? '7-12'}`);
const levelKey = (level: (typeof LEVELS)[number]) => word(`calendar.level.${level === 'very busy' ? 'full' : level}`);
const levelText = (level: string): string => levelKey(LEVELS.find((one) => one === level) ?? 'forecast');
const dateText = (date: string): string => dayText(`${date}T12:00:00+09:00`);

async function attempt(order: () => Promise<void>, hands: Hands): Promise<void> {
  try {
    await order();
    message = { text: word('calendar.taken'), failed: false };
    for (const wait of PUBLISHING_MS) setTimeout(hands.again, wait);
  } catch {
    message = { text: word('calendar.failed'), failed: true };
  }
  hands.draw();
}

// Newest first, so the sum reads as "of late".
function sumOf(weeks: CalendarWeek[]): CalendarWeek | null {
  const [first] = weeks;
  if (!first) return null;
  const sum = (of: (week: CalendarWeek) => number): number => weeks.reduce((total, week) => total + of(week), 0);
  const cells = [0, 1, 2].map((said) => [0, 1, 2].map((came) => sum((week) => week.cells[said]?.[came] ?? 0)));
  return {
    ...first, cells, compared: sum(({ compared }) => compared), exact: sum(({ exact }) => exact),
    within_one: sum(({ within_one }) => within_one), false_smooth: sum(({ false_smooth }) => false_smooth),
  };
}

function sentence({ series, said, kept }: Calendars): string {
  const name = word(`calendar.series.${series}`);
  if (kept.version === 0 || kept.made === null) return word('calendar.none', { series: name });
  const version = word('calendar.sentence', { series: name, version: kept.version, made: dateTimeText(kept.made), reason: kept.reason ?? '' });
  const all = sumOf(kept.weeks);
  if (!all || all.compared === 0) return `${version}${word('calendar.unscored')}`;
  return `${version}${word('calendar.scored', {
    weeks: kept.weeks.length, compared: all.compared, exact: all.exact, share: shareText(all.exact, all.compared), wrong: all.false_smooth,
  })}${said.version === kept.version ? '' : word('calendar.behind')}`;
}

// What the forecast stands on: the campaign's own counts, whose profile beside them, and what was expected.
function basis({ looked, days, profile, expected_per_day: expected }: CalendarPlan): Content {
  if (looked === null) return nothing;
  const parts = [
    days > 0 ? word('calendar.basis.days', { days }) : word('calendar.basis.none'),
    profile === null ? '' : word(`calendar.basis.${profile}`),
    days === 0 && expected > 0 ? word('calendar.basis.expected', { count: Math.round(expected) }) : '',
    days === 0 ? word('calendar.basis.wide') : '',
  ];
  return html`<p class="note">${parts.join('')}${word('calendar.basis.looked', { time: dateTimeText(looked) })}</p>`;
}

const trouble = ({ trouble: cause, trouble_since: since }: CalendarPlan): Content =>
  since === null ? nothing : html`<p class="message" role="alert">${word('calendar.trouble', { since: dateTimeText(since), cause: cause ?? '' })}</p>`;

const dayName = ({ date, holiday }: CalendarDay): string => (holiday ? word('calendar.holiday', { day: dateText(date) }) : dateText(date));

function weeksPart(days: CalendarDay[], today: string, series: CalendarSeries): Content {
  const named = (day: CalendarDay): string => (day.date === today ? word('calendar.today', { day: dayName(day) }) : dayName(day));
  const rows = (some: CalendarDay[]): Cell[][] =>
    some.map((day) => [named(day), ...BANDS.map((band) => {
      const found = day.bands.find((one) => one.band === band);
      if (!found) return null;
      return found.reason ? word('calendar.by_hand', { level: `${found.symbol} ${found.word}` }) : `${found.symbol} ${found.word}`;
    })]);
  const head = [word('calendar.day'), ...BANDS.map(bandText)];
  const half = Math.ceil(days.length / 2);
  const nameOf = (some: CalendarDay[]): string =>
    word('calendar.weeks.name', { series: word(`calendar.series.${series}`), from: dateText(some[0]?.date ?? ''), to: dateText(some.at(-1)?.date ?? '') });
  const halves = [days.slice(0, half), days.slice(half)].filter((some) => some.length > 0);
  return section(
    word('calendar.weeks'),
    html`<p class="note">${word('calendar.weeks.note')}</p><div class="pair">${halves.map((some) => table({ name: nameOf(some), head, rows: rows(some), open: true }))}</div>`,
  );
}

const phasesPart = (phases: CalendarPhase[]): Content =>
  section(
    word('calendar.phases'),
    table({
      name: word('calendar.phases'),
      head: [word('calendar.phase'), word('span.from'), word('span.to'), ...BANDS.map(bandText)],
      rows: phases.map(({ phase, from, until, bands }) => [
        phase, dateText(from), dateText(until), ...BANDS.map((band) => bands.find((one) => one.band === band)?.word ?? null),
      ]),
      note: word('calendar.phases.note'),
      open: true,
    }),
  );

function scores(weeks: CalendarWeek[]): Content {
  const all = sumOf(weeks);
  if (!all || all.compared === 0) return section(word('calendar.scores'), html`<p>${word('calendar.scores.none')}</p>`);
  const row = (name: string, week: CalendarWeek, version: Cell): Cell[] => [
    name, version, week.compared, week.exact, shareText(week.exact, week.compared), week.within_one, shareText(week.within_one, week.compared), week.false_smooth,
  ];
  const rows = weeks.map((week) => row(word('calendar.week', { day: dateText(week.monday) }), week, week.version));
  const levels = (['smooth', 'busy', 'very busy'] as const).map(levelKey);
  return section(
    word('calendar.scores'),
    table({
      name: word('calendar.scores'),
      head: words('calendar.weekly', 'calendar.version', 'calendar.compared', 'calendar.exact', 'calendar.exact.share', 'calendar.within_one', 'calendar.within_one.share', 'calendar.false_smooth'),
      rows: [...rows, row(word('table.total'), all, null)],
      note: word('calendar.scores.note'),
      open: true,
    }),
    html`<h3>${word('calendar.cells')}</h3>`,
    table({
      name: word('calendar.cells'),
      head: [word('calendar.said'), ...levels.map((level) => word('calendar.came', { level }))],
      rows: all.cells.map((cells, said) => [word('calendar.saidSo', { level: levels[said] ?? '' }), ...cells]),
      note: word('calendar.cells.note', { compared: all.compared, wrong: all.false_smooth }),
      open: true,
    }),
  );
}

function steering({ series, said }: Calendars, hands: Hands): Content {
  const set = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = (name: string): string => String(new FormData(form).get(name) ?? '').trim();
    const cell = { series, date: text('date'), band: text('band'), level: text('level'), reason: text('reason') };
    void attempt(() => setCalendarLevel(cell), hands).then(() => message?.failed || form.reset());
  };
  const publish = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const reason = String(new FormData(form).get('why') ?? '').trim();
    void attempt(() => publishCalendar(series, reason), hands).then(() => message?.failed || form.reset());
  };
  const { today = '', days = [] } = said;
  return section(
    word('calendar.steer'),
    html`<div class="pair">
      <form class="write" @submit=${set}>
        <h3>${word('calendar.override')}</h3>
        <label for="date">${word('calendar.day')}</label>
        <select id="date" name="date" required>${days.filter(({ date }) => date >= today).map((day) => html`<option value=${day.date}>${dayName(day)}</option>`)}</select>
        <label for="band">${word('calendar.band')}</label>
        <select id="band" name="band" required>${BANDS.map((band) => html`<option value=${band}>${bandText(band)}</option>`)}</select>
        <label for="level">${word('calendar.level')}</label>
        <select id="level" name="level" required>${LEVELS.map((level) => html`<option value=${level}>${levelKey(level)}</option>`)}</select>
        <label for="reason">${word('calendar.reason')}</label>
        <input id="reason" name="reason" required maxlength="80" autocomplete="off" />
        <div class="buttons"><button class="primary">${word('calendar.override.do')}</button></div>
      </form>
      <form class="write" @submit=${publish}>
        <h3>${word('calendar.publish')}</h3>
        <p class="note">${word('calendar.publish.note')}</p>
        <label for="publish-why">${word('calendar.reason')}</label>
        <input id="publish-why" name="why" required maxlength="80" autocomplete="off" />
        <div class="buttons"><button class="quiet">${word('calendar.publish.do')}</button></div>
      </form>
    </div>`,
  );
}

export function viewCalendar(calendars: Calendars, hands: Hands): Content {
  const { series, said, year, kept } = calendars;
  const days = said.days ?? [];
  return html`<h1>${word('calendar.title')}</h1><p class="lead">${sentence(calendars)}</p>${trouble(kept.plan)}${basis(kept.plan)}
    <nav class="tabs" aria-label=${word('calendar.which')}><ul>${SERIES.map(
      (one) => html`<li><a href=${`/console/calendar?series=${one}`} aria-current=${one === series ? 'true' : nothing}>${word(`calendar.series.${one}`)}</a></li>`,
    )}</ul></nav>
    <p role="status" class=${message ? (message.failed ? 'message' : 'done') : ''}>${message?.text ?? nothing}</p>
    ${days.length > 0 ? weeksPart(days, said.today ?? '', series) : nothing}
    ${hands.mayWrite && days.length > 0 ? steering(calendars, hands) : nothing}
    ${kept.overrides.length > 0
      ? section(
          word('calendar.overrides'),
          table({
            name: word('calendar.overrides'),
            head: words('calendar.day', 'calendar.band', 'calendar.level', 'calendar.reason'),
            rows: kept.overrides.map(({ date, band, level, reason }) => [dateText(date), bandText(band), levelText(level), reason]),
            open: true,
          }),
        )
      : nothing}
    ${scores(kept.weeks)}
    ${(year.phases ?? []).length > 0 ? phasesPart(year.phases ?? []) : nothing}`;
}
