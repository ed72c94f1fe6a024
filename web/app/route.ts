// route.ts - the address bar, and which screen stands for what the server says.
//
// `/journey` has one address for all its screens: the server knows which one comes next, so a
// reload or a bookmark always lands at the right place. Going back within a visit shows an
// earlier screen again, remembered in the history entry.
import type { Me, Outcome, State } from './api.js';
import type { Model, Path, Screen } from './model.js';
import { change, meKnown, model, serverNowMs } from './model.js';

export const SCREENS: readonly Screen[] = ['consent', 'procedure', 'intent', 'identity'];
const PATHS: readonly Path[] = ['/', '/journey', '/points', '/survey', '/return'];
const OUTCOMES: readonly (Outcome | 'unknown')[] = [
  'verified',
  'age',
  'outside',
  'review',
  'cancelled',
  'card_trouble',
  'certificate',
  'busy',
  'linked_elsewhere',
  'other',
  'unknown',
];

const SCREEN_OF: Partial<Record<State, Screen>> = {
  registered: 'consent',
  consented: 'procedure',
  informed: 'intent',
  intended: 'identity',
  authenticating: 'identity',
};

export type View =
  | Screen
  | 'home'
  | 'loading'
  | 'register'
  | 'notopen'
  | 'waiting'
  | 'verified'
  | 'refused'
  | 'receipt'
  | 'points'
  | 'survey'
  | 'return';

export function screenOf(state: State): Screen | null {
  return SCREEN_OF[state] ?? null;
}

// Stands in line for the identity check, and it is not yet the turn.
export function isInLine({ me, campaign }: Model): boolean {
  if (!me?.place || me.confirmation || campaign?.state === 'closed') return false;
  return screenOf(me.state) === 'identity' && me.place.ahead !== 0 && !hasPass(me);
}

function hasPass(me: Me): boolean {
  return me.pass != null && Date.parse(me.pass.until) > serverNowMs();
}

// Has waited in line and has not begun: the turn has come, with or without a pass already.
export function isCalled(me: Me): boolean {
  return me.place !== null && me.state === 'intended' && (me.place.ahead === 0 || hasPass(me));
}

function journeyView({ me, campaign, lookBack }: Model): View {
  if (!campaign || me === undefined) return 'loading';
  if (me?.application) return 'receipt';
  if (me?.state === 'refused') return 'refused';
  if (campaign.state !== 'open') return 'notopen';
  if (me === null) return 'register';
  return lookBack ?? (isInLine(model) ? 'waiting' : (screenOf(me.state) ?? 'verified'));
}

export function viewNow(): View {
  if (model.path === '/return') return 'return';
  if (!meKnown()) return 'loading';
  if (model.path === '/journey') return journeyView(model);
  if (model.path === '/survey') return 'survey';
  return model.path === '/points' ? 'points' : 'home';
}

function pathOf(pathname: string): Path {
  return PATHS.find((path) => path === pathname) ?? '/';
}

// Goes to a page, or within the journey to the screen that now stands for the resident's state.
export function goTo(path: Path): void {
  const screen = path === '/journey' && model.me ? screenOf(model.me.state) : null;
  const here = location.pathname === path && (history.state as { screen?: string } | null)?.screen === screen;
  if (!here) history.pushState({ screen }, '', path);
  change({ path, lookBack: null, notice: null });
}

// Shows an earlier screen of the journey again.
export function goBackTo(screen: Screen): void {
  history.pushState({ screen }, '', '/journey');
  change({ path: '/journey', lookBack: screen, notice: null });
}

function lookBackOf(screen: Screen | undefined): Screen | null {
  const now = model.me ? screenOf(model.me.state) : null;
  if (now === null || screen === undefined) return null;
  return SCREENS.indexOf(screen) < SCREENS.indexOf(now) ? screen : null;
}

function travelled(event: PopStateEvent): void {
  const screen = (event.state as { screen?: Screen } | null)?.screen;
  change({ path: pathOf(location.pathname), lookBack: lookBackOf(screen), notice: null });
}

// Reads the address once, and leaves a clean one: a result in it would be shown again at a reload.
export function routeStart(): void {
  const { searchParams, pathname, hash } = new URL(location.href);
  const said = searchParams.get('returned');
  const returned = said === null ? null : (OUTCOMES.find((outcome) => outcome === said) ?? 'unknown');
  const path = returned === null ? pathOf(pathname) : '/journey';
  change({ path, returned, returnCode: /^#code=(\d{6})$/.exec(hash)?.[1] ?? '' });
  if (returned !== null || path !== pathname) history.replaceState(null, '', path);
  addEventListener('popstate', travelled);
}
