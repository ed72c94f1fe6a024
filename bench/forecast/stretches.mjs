// Scores the forecast on the four stretches of run.sh and on many others: earlier and later weeks of the same
// series, another election, kinds of calls, R's half-hourly `taylor` where R has its package forecast, and made-up
// campaigns. Prints a table; what the intervals hold is the point of it.
// usage: node bench/forecast/stretches.mjs DATA_FOLDER [JUNCHO] [NAME_CONTAINS]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const data = process.argv[2]
const juncho = process.argv[3] ?? join(here, '../../build/src/juncho')
const only = process.argv[4] ?? ''
if (!data) {
  console.error('usage: node bench/forecast/stretches.mjs DATA_FOLDER [JUNCHO] [NAME_CONTAINS]')
  process.exit(2)
}
const work = mkdtempSync(join(tmpdir(), 'juncho-stretches-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

const day = (text) => Date.parse(`${text}T00:00Z`) / 864e5
const iso = (days) => new Date(Math.round(days * 1440) * 60000).toISOString().slice(0, 16)

// Rows as [days since 1970, count].
const table = (path, start, count) => {
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  const names = header.split(',').map((name) => name.replaceAll('"', ''))
  const at = names.indexOf(start)
  const value = names.indexOf(count)
  return lines.map((line) => {
    const fields = line.split(',')
    return [Date.parse(`${fields[at].replace(' ', fields[at].includes('-') ? 'T' : ' ')}${fields[at].includes(':') ? 'Z' : ' UTC'}`) / 864e5, fields[value]]
  })
}

const calls = (kind) => {
  const found = new Map()
  const lines = gunzipSync(readFileSync(join(data, 'calls/anonymous-bank-january-1999.txt.gz'))).toString('latin1').split('\n')
  for (const line of lines.slice(1)) {
    const [, , , , type, date, time] = line.split('\t')
    const [hour, minute] = (time ?? '').split(':').map(Number)
    if (type !== kind || !/^99\d{4}$/.test(date) || !(hour < 24)) continue
    const slot = day(`1999-${date.slice(2, 4)}-${date.slice(4)}`) + (hour * 2 + (minute >= 30)) / 48
    found.set(slot, (found.get(slot) ?? 0) + 1)
  }
  return [...found]
}

// Seeded numbers (mulberry32), a normal and a gamma-Poisson count from them.
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}
const normal = (unit) => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit())
const poisson = (unit, mean) => {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(unit)))
  let count = 0
  for (let product = unit(), limit = Math.exp(-mean); product > limit; product *= unit()) count++
  return count
}

// A campaign of `days` days from 2026-02-02: a rush that fades by a power, an evening peak, fuller days off, a level
// that wanders back to its mean, single days that stand out, and A / (d + 1 + c) in front of its deadline. It is not
// the model's own form on purpose.
const campaign = ({ seed, days, perDay, rush, hurry, wander, growth = 0 }) => {
  const unit = random(seed)
  const rows = []
  let level = 0
  for (let at = 0; at < days; at++) {
    level = 0.93 * level + wander * normal(unit)
    const off = (at + 1) % 7 >= 6 ? 1.3 : 1
    const shock = Math.exp(0.08 * normal(unit)) * (unit() < 0.03 ? 1.5 : 1)
    const left = days - 1 - at
    const expected = perDay * (1 + rush / (at + 1) ** 0.9 + hurry / (left + 1 + 0.8)) * Math.exp(level + growth * at)
    for (let hour = 0; hour < 24; hour++) {
      const shape = 0.12 + Math.exp(-(((hour - 20.5) / 2.6) ** 2)) + 0.7 * Math.exp(-(((hour - 12) / 3.5) ** 2))
      const noise = Math.exp(0.1 * normal(unit))
      rows.push([day('2026-02-02') + at + hour / 24, poisson(unit, ((expected * shape) / 10.9) * off * shock * noise)])
    }
  }
  return rows
}
const opened = '[campaign]\nlaunch = 2026-02-02\n'
const closing = (days) => `${opened}deadline = ${iso(day('2026-02-02') + days - 1).slice(0, 10)}\n`

const taylor = () => {
  try {
    const text = execFileSync('Rscript', ['-e', 'suppressMessages(library(forecast)); cat(as.numeric(taylor))'], { stdio: ['ignore', 'pipe', 'ignore'] })
    return text.toString().trim().split(' ').map((count, i) => [day('2000-06-05') + i / 48, count])
  } catch {
    return null
  }
}

const uk = (years) => join(data, `arrivals/uk-register-to-vote/Register_To_Vote_applications_breakdown_${years}.csv`)
const election2019 = '[campaign]\nannouncement = 2019-10-29\ndeadline = 2019-11-26\n'
const known = (name) => readFileSync(join(here, name), 'utf8')
const series = {
  worldcup: { rows: table(join(data, 'arrivals/worldcup98-hourly.csv'), 'hour_utc', 'requests'), occasions: known('worldcup.ini') },
  nasa: { rows: table(join(data, 'arrivals/nasa-1995-hourly.csv'), 'hour_local_minus0400', 'requests') },
  uk2024: { rows: table(uk('01_04_2024_to_18_06_2024'), 'Date', 'Online'), occasions: known('uk.ini'), daily: true },
  uk2019: { rows: table(uk('04_09_2019_to_12_12_2019'), 'Date', 'Online'), occasions: election2019, daily: true },
  calls: { rows: table(join(data, 'calls/anonymous-bank-january-1999-30min.csv'), 'start_local', 'offered'), flags: ['--gaps-are-zero'] },
  'calls PS': { rows: calls('PS'), flags: ['--gaps-are-zero'] },
  'calls NW': { rows: calls('NW'), flags: ['--gaps-are-zero'] },
  'calls NE': { rows: calls('NE'), flags: ['--gaps-are-zero'] },
  taylor: { rows: taylor() },
  'campaign 70 days': { rows: campaign({ seed: 1, days: 70, perDay: 20000, rush: 6, hurry: 5, wander: 0.08 }), occasions: closing(70) },
  'campaign 40 days': { rows: campaign({ seed: 2, days: 40, perDay: 50000, rush: 12, hurry: 2, wander: 0.15 }), occasions: closing(40) },
  'campaign, small': { rows: campaign({ seed: 3, days: 84, perDay: 120, rush: 4, hurry: 3, wander: 0.1 }), occasions: closing(84) },
  'campaign, growing': { rows: campaign({ seed: 4, days: 56, perDay: 3000, rush: 0, hurry: 0, wander: 0.1, growth: 0.02 }), occasions: '' },
  'campaign, calm': { rows: campaign({ seed: 5, days: 120, perDay: 8000, rush: 5, hurry: 0, wander: 0.03 }), occasions: opened },
}

// name, first day after the stretch, days held out, days ahead; `issue`: one of the four of run.sh.
const campaignDay = (days) => iso(day('2026-02-02') + days).slice(0, 10)
const stretches = [
  ['worldcup', '1998-06-29', 14, 7, 'issue'],
  ['nasa', '1995-09-01', 14, 7, 'issue'],
  ['uk2024', '2024-06-19', 14, 14, 'issue'],
  ['calls', '1999-02-01', 7, 7, 'issue'],
  ['worldcup', '1998-06-01', 14, 7],
  ['worldcup', '1998-06-15', 14, 7],
  ['worldcup', '1998-07-13', 14, 7],
  ['worldcup', '1998-07-27', 14, 7],
  ['nasa', '1995-08-01', 14, 7],
  ['nasa', '1995-08-18', 14, 7],
  ['uk2024', '2024-05-15', 14, 14],
  ['uk2024', '2024-05-29', 14, 14],
  ['uk2024', '2024-06-05', 14, 14],
  ['uk2019', '2019-10-16', 14, 14],
  ['uk2019', '2019-10-29', 14, 14],
  ['uk2019', '2019-11-13', 14, 14],
  ['uk2019', '2019-11-27', 14, 14],
  ['uk2019', '2019-12-13', 14, 14],
  ['calls', '1999-01-25', 7, 7],
  ['calls PS', '1999-02-01', 7, 7],
  ['calls NW', '1999-02-01', 7, 7],
  ['calls NE', '1999-02-01', 7, 7],
  ['taylor', '2000-07-24', 14, 7],
  ['taylor', '2000-08-28', 14, 7],
  ['campaign 70 days', campaignDay(28), 14, 7],
  ['campaign 70 days', campaignDay(70), 14, 7],
  ['campaign 40 days', campaignDay(40), 14, 7],
  ['campaign, small', campaignDay(56), 14, 7],
  ['campaign, small', campaignDay(84), 14, 7],
  ['campaign, growing', campaignDay(56), 14, 7],
  ['campaign, calm', campaignDay(120), 28, 7],
]

const score = (name, until, held, ahead) => {
  const { rows, occasions, flags = [], daily } = series[name]
  const csv = join(work, 'counts.csv')
  const known = join(work, 'known.ini')
  const before = rows.filter(([at]) => at < day(until) - 1e-6)
  const text = before.map(([at, count]) => `${iso(at).slice(0, daily ? 10 : 16)},${count}\n`)
  writeFileSync(csv, `start,count\n${text.join('')}`)
  writeFileSync(known, occasions ?? '')
  const options = ['--csv', csv, '--zone', 'UTC', '--holidays', 'none', '--test-days', held, '--horizon-days', ahead, ...flags]
  if (occasions) options.push('--occasions', known)
  return JSON.parse(execFileSync(juncho, ['forecast', '--backtest', '--json', ...options.map(String)], { encoding: 'utf8' }))
}

const sums = { issue: [], other: [] }
console.log('| stretch, days held out up to | WAPE | seasonal naive | pinball loss | in the 80 % interval |\n| --- | --- | --- | --- | --- |')
for (const [name, until, held, ahead, issue] of stretches) {
  if (!series[name].rows || !`${name} ${until}`.includes(only)) continue
  const { scores } = score(name, until, held, ahead)
  const { wape, pinball, coverage80 } = scores.juncho
  const last = iso(day(until) - 1).slice(0, 10)
  console.log(`| ${name}, ${held} to ${last}${issue ? ' *' : ''} | ${wape.toFixed(3)} | ${scores.seasonal_naive.wape.toFixed(3)} | ${pinball.toPrecision(4)} | ${(100 * coverage80).toFixed(1)} % |`)
  sums[issue ?? 'other'].push({ coverage80, relative: wape / scores.seasonal_naive.wape, pinball: Math.log(pinball / scores.seasonal_naive.pinball) })
}
for (const [which, found] of Object.entries(sums)) {
  const mean = (of) => found.reduce((sum, one) => sum + of(one), 0) / found.length
  const held = found.map((one) => 100 * one.coverage80)
  if (found.length > 0)
    console.log(
      `${which}: ${found.length} stretches, in the interval ${mean((one) => 100 * one.coverage80).toFixed(1)} % on average, ` +
        `${Math.min(...held).toFixed(0)} to ${Math.max(...held).toFixed(0)} %, ${held.filter((share) => share >= 70 && share <= 90).length} of them in 70-90; ` +
        `WAPE ${mean((one) => one.relative).toFixed(3)} and pinball loss ${Math.exp(mean((one) => one.pinball)).toFixed(3)} of the seasonal naive's`,
    )
}
