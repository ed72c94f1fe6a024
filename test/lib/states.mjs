// states.mjs - every state that a resident can see, as the server would tell it, and where it is looked at.
//
// A state gives answers for some addresses (the rest comes from the running server), an address to open, and what to do
// or wait for before somebody looks. `at` is the service's time.
const RECEIPT = "J-7K2M-Q4XD-ABCD";
const PATHS = {
  me: "**/api/v1/me",
  campaign: "**/api/v1/campaign",
  points: "**/api/v1/me/points",
  gate: "**/api/v1/gate",
  bookings: "**/api/v1/bookings",
  calendar: "**/api/v1/calendar/app?view=now",
  announcements: "**/api/v1/announcements**",
  videos: "**/api/v1/videos**",
};
const UNAVAILABLE = {
  status: 503,
  headers: { "content-type": "application/problem+json", "retry-after": "60" },
  body: JSON.stringify({ type: "urn:juncho:problem:unavailable", title: "", status: 503 }),
};
const NOBODY = { status: 401, headers: { "content-type": "application/problem+json" }, body: '{"type":"urn:juncho:problem:not-signed-in"}' };

const REGISTERED = {
  resident: "r", state: "registered", began: false, points: { balance: 0, pending: 0 }, place: null, pass: null, identity: null, confirmation: null, application: null,
};

function someone(at) {
  const later = (minutes) => new Date(Date.parse(at) + (minutes + 9 * 60) * 60_000).toISOString().replace("Z", "+09:00");
  const failed = (outcome, more = {}) => ({ ...REGISTERED, state: "authenticating", began: true, identity: { outcome, at, may_move: false, ...more } });
  const refused = (outcome) => ({ ...REGISTERED, state: "refused", began: true, identity: { outcome, at, may_move: false } });
  const application = { receipt: RECEIPT, at, points: 11000 };
  const granted = { ...REGISTERED, state: "granted", began: true, application, points: { balance: 11000, pending: 0 } };
  const verified = { ...REGISTERED, state: "verified", began: true, points: { balance: 0, pending: 11000 } };
  const second = Math.floor(Date.parse(at) / 1000);
  const inLine = { ...REGISTERED, state: "intended", began: true, place: { second: second - 60, rank: 0, epoch: 1, ahead: 4120 } };
  return { later, failed, refused, application, granted, verified, second, inLine };
}

function gateOf(second, changes = {}) {
  return {
    state: "queueing", now: second, watermark: { second: second - 1500, rank: 0 }, passed: 8000, waiting: 4400, nodes: 1, epoch: 1, news: 0, pace_per_min: 150,
    arrivals: [[second - 1500, 8000], [second - 60, 12120], [second, 12400]], wait: [[0, 0, 0], [4400, 1500, 2100]], look_again_s: [[0, 60]], reason: "fill", message: "", ...changes,
  };
}

// Name, where, what is told, and what is done before looking; `see` is a selector that stands then.
export function residentStates(at) {
  const { later, failed, refused, application, granted, verified, second, inLine } = someone(at);
  const gate = gateOf(second);
  const draw = { ...inLine, place: { second: 0, rank: 7, epoch: 1, pseudonym: "R-4K7Q-9M2X" } };
  const windows = [15, 30, 45, 600, 900].map((minutes) => ({ start: later(minutes), free: 20 }));
  const booking = { start: later(60), until: later(75), front_until: later(135), standing: "early" };
  const transfer = { id: "1", at, points: 11000, kind: "grant", state: "posted" };
  const news = ["urgent", "warning", "info"].map((level, id) => ({
    id, version: 1, level, language: "ja", title: "システムの点検", body_html: "<p>今夜1時から3時まで、本人確認を止めます。済んだ手続きはなくなりません。</p>",
  }));
  const home = (me, more = {}) => ({ path: "/", tell: { me, ...more }, see: ".banner" });
  const journey = (me, see, more = {}) => ({ path: "/journey", tell: { me, ...more }, see });
  const film = [{ name: "card", step: "identity", title: "カードのあて方", src: "/videos/card.mp4", poster: "/icon.svg", captions: [], transcript: "カードをあてます。\n待ちます。", transcript_language: "ja" }];
  return {
    "home-verify": home(NOBODY),
    "home-registered": home(REGISTERED),
    "home-continue": home(failed("cancelled")),
    "home-confirm": home({ ...failed("other"), confirmation: { until: later(8), tries_left: 4 } }),
    "home-apply": home(verified),
    "home-applied": home({ ...granted, state: "applied", points: { balance: 0, pending: 11000 } }),
    "home-granted": home(granted),
    "home-refused": home(refused("age")),
    "home-before": home(NOBODY, { campaign: { state: "before" } }),
    "home-closed": home(NOBODY, { campaign: { state: "closed" } }),
    "home-line": home(inLine, { gate }),
    "home-turn": home({ ...inLine, place: { ...inLine.place, ahead: 0 }, pass: { until: later(20) } }, { gate }),
    "home-news": home(NOBODY, { announcements: { language: "ja", announcements: news } }),
    "home-no-calendar": home(NOBODY, { calendar: {} }),
    "home-busy": { ...home(UNAVAILABLE, { campaign: UNAVAILABLE }), see: ".trouble" },
    "home-loading": { path: "/", tell: { me: null, campaign: null }, see: ".bones" },
    settings: { ...home(REGISTERED), act: (page) => page.locator(".look").click(), see: "dialog[open]" },
    "sign-out": { ...home(granted), act: (page) => page.locator(".end .plain").click(), see: "dialog[open]" },
    register: journey(NOBODY, ".view-register"),
    consent: journey(REGISTERED, ".view-consent"),
    procedure: journey({ ...REGISTERED, state: "consented", began: true }, ".view-procedure"),
    intent: journey({ ...REGISTERED, state: "informed", began: true }, ".view-intent"),
    identity: journey({ ...REGISTERED, state: "intended", began: true }, ".view-identity"),
    "identity-film": {
      ...journey({ ...REGISTERED, state: "intended", began: true }, "details.film[open]", { videos: { language: "ja", videos: film } }),
      act: (page) => page.locator("details.film > summary").first().click(),
    },
    ...Object.fromEntries(["cancelled", "card_trouble", "certificate", "busy", "other"].map((outcome) => [`result-${outcome}`, journey(failed(outcome), ".result")])),
    "result-unfinished": journey({ ...failed("other"), identity: null }, ".result"),
    "result-unknown": { ...journey({ ...failed("other"), identity: null }, ".result"), path: "/journey?returned=unknown" },
    "result-linked": journey(failed("linked_elsewhere", { may_move: true }), ".view-identity h1"),
    "result-linked-late": journey(failed("linked_elsewhere"), ".view-identity h1"),
    confirm: journey({ ...failed("other"), confirmation: { until: later(8), tries_left: 4 } }, ".code-form"),
    return: { path: "/return", tell: { me: NOBODY }, see: ".view-return h1" },
    "return-code": { path: "/return#code=482913", tell: { me: NOBODY }, see: ".big-code" },
    waiting: journey(inLine, ".line-numbers", { gate, bookings: { mine: null, windows } }),
    "waiting-slower": journey(inLine, ".line-numbers", { gate: { ...gate, message: "本人確認の窓口が混み合っています。" } }),
    "waiting-paused": journey(inLine, ".line h1", { gate: { ...gate, state: "paused" } }),
    "waiting-draw": journey(draw, ".line h1", { gate: { ...gate, state: "closed" } }),
    "waiting-booked": journey(inLine, ".booking .message", { gate, bookings: { mine: booking, windows } }),
    "waiting-due": journey(inLine, ".due .message", { gate, bookings: { mine: { ...booking, standing: "due" }, windows } }),
    "waiting-loading": journey(inLine, ".line .bones", { gate: null }),
    turn: journey({ ...inLine, place: { ...inLine.place, ahead: 0 }, pass: { until: later(20) } }, ".result", { gate }),
    verified: journey(verified, ".view-verified"),
    "verified-busy": { ...journey(verified, ".trouble", { application: UNAVAILABLE }), act: (page) => page.locator(".sheet .button.main").click() },
    "verified-offline": { ...journey(verified, ".trouble"), act: async (page) => (await page.context().setOffline(true), page.locator(".sheet .button.main").click()) },
    ...Object.fromEntries(["age", "outside", "review"].map((outcome) => [`refused-${outcome}`, journey(refused(outcome), ".view-refused")])),
    "not-open-before": journey(NOBODY, ".view-notopen", { campaign: { state: "before" } }),
    "not-open-closed": journey(NOBODY, ".view-notopen", { campaign: { state: "closed" } }),
    receipt: journey(granted, ".slip"),
    "receipt-applied": journey({ ...granted, state: "applied" }, ".slip"),
    points: { path: "/points", tell: { me: granted, points: { balance: 11000, pending: 0, transfers: [transfer] } }, see: ".history" },
    "points-reserved": { path: "/points", tell: { me: verified, points: { balance: 0, pending: 11000, transfers: [{ ...transfer, state: "pending" }] } }, see: ".history" },
    "points-empty": { path: "/points", tell: { me: REGISTERED, points: { balance: 0, pending: 0, transfers: [] } }, see: ".empty" },
    "points-nobody": { path: "/points", tell: { me: NOBODY }, see: ".empty" },
    "points-loading": { path: "/points", tell: { me: granted, points: null }, see: ".bones" },
    survey: { path: "/survey", tell: { me: { ...granted, application }, survey: { answers: null } }, see: ".survey" },
    "survey-early": { path: "/survey", tell: { me: REGISTERED, survey: { answers: null } }, see: ".view-survey h1" },
    answers: { path: "/faq", see: "#results details" },
    "answer-open": { path: "/faq", act: (page) => page.locator("#results summary").nth(1).click(), see: "details[open] .opinion" },
    "answers-found": { path: "/faq?q=PIN", see: "#results details" },
    "answers-none": { path: "/faq?q=zzzzzz", see: "#none:not([hidden])" },
    accessibility: { path: "/accessibility", see: "h1" },
    missing: { path: "/no-such-page", see: "h1" },
    "no-report": { path: "/report", see: "h1" },
    unavailable: { path: "/unavailable.html", see: "h1" },
    draw: { path: "/draw", see: "h1" },
    calendar: { path: "/calendar", see: "h1" },
    "calendar-year": { path: "/calendar?view=year", see: "h1" },
    "waiting-elsewhere": { path: "/waiting", see: "h1:visible" },
  };
}

// What a browser without script gets of the same.
export const PLAIN_STATES = { "plain-app": "/", "plain-answers": "/faq?q=PIN", "plain-waiting": "/waiting", "plain-calendar": "/calendar" };

// Answers for the server on this page. null: no answer ever comes.
export async function tell(page, told = {}) {
  const paths = { ...PATHS, application: "**/api/v1/me/application", survey: "**/api/v1/me/survey" };
  for (const [name, answer] of Object.entries(told)) {
    await page.route(paths[name], async (route) => {
      if (answer === null) return;
      if (typeof answer.status === "number") return route.fulfill(answer);
      // Of the campaign a state says only what is different.
      const rest = name === "campaign" ? await (await route.fetch()).json() : {};
      await route.fulfill({ json: { ...rest, ...answer } });
    });
  }
}
