// draw.ts - anybody checks the draw: the secret against what was published before it, a receipt against its rank.
//
// The server gives the two published texts; everything else is computed here.
import { commitmentOf, pseudonymOf, rankOf } from '../shared/lottery.js';
import { newsListen } from '../shared/news.js';

interface Draw {
  draws: boolean;
  campaign: string;
  commitment: string;
  secret: string | null;
}

const RANKS = 2 ** 32;
const HEX = 16;
const RANK_DIGITS = 8;

const main = document.getElementById('main') as HTMLElement;
const input = document.getElementById('number') as HTMLInputElement;
let draw: Draw | null = null;

function part(name: string): HTMLElement {
  return document.querySelector(`[data-is='${name}']`) as HTMLElement;
}

async function read(): Promise<void> {
  try {
    const answer = await fetch('/api/v1/gate/draw');
    if (!answer.ok) throw new Error(String(answer.status));
    draw = (await answer.json()) as Draw;
  } catch {
    main.dataset['draw'] = 'lost';
    return;
  }
  for (const name of ['campaign', 'commitment', 'secret'] as const) part(name).textContent = draw[name] || '–';
  if (!draw.draws) main.dataset['draw'] = 'none';
  else if (draw.secret === null) main.dataset['draw'] = 'sealed';
  else main.dataset['draw'] = (await commitmentOf(draw.secret)) === draw.commitment ? 'open' : 'broken';
}

async function check(): Promise<void> {
  if (draw === null || draw.secret === null) return;
  const pseudonym = pseudonymOf(input.value);
  part('wrong').hidden = pseudonym !== null;
  input.setAttribute('aria-invalid', String(pseudonym === null));
  if (pseudonym === null) {
    part('result').hidden = true;
    part('command').textContent = '';
    input.focus();
    return;
  }
  const rank = await rankOf(draw.secret, draw.campaign, pseudonym);
  const percent = ((rank / RANKS) * 100).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const share = part('share');
  input.value = pseudonym;
  share.textContent = (share.dataset['text'] ?? '').replace('{percent}', percent);
  part('rank').textContent = `${rank.toLocaleString(document.documentElement.lang)} (${rank.toString(HEX).padStart(RANK_DIGITS, '0')})`;
  part('command').textContent =
    `printf '%s\\n%s' '${draw.campaign}' '${pseudonym}' |\n  openssl dgst -sha256 -mac HMAC -macopt hexkey:${draw.secret}`;
  part('result').hidden = false;
}

document.querySelector('form')?.addEventListener('submit', (event) => {
  event.preventDefault();
  void check();
});
void read();
newsListen();
