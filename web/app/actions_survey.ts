// actions_survey.ts - the survey: asked for, marked, sent. Marks stay in this browser until they are sent.
import * as api from './api.js';
import type { Marks, Question } from './api.js';
import { run, trying } from './actions.js';
import { forget, keep, kept } from './keep.js';
import { change, model } from './model.js';
import { persist } from './persist.js';

const KEPT = 'survey';

interface Draft {
  resident: string;
  draft: Marks;
}

function draftKept(): Marks | null {
  const found = kept<Partial<Draft>>(KEPT);
  return found?.draft && found.resident === model.me?.resident ? found.draft : null;
}

let opening = false;

// The questions and what this resident said before; what was begun here and not sent goes before it.
export async function surveyOpen(): Promise<void> {
  if (opening || !model.me?.application || model.survey.questions !== null) return;
  opening = true;
  await trying(async () => {
    const [questions, said] = await persist('reading', () => Promise.all([api.readQuestions(), api.readMySurvey()]));
    change({ survey: { questions, draft: draftKept() ?? said ?? {}, sent: said !== null, thanks: false } });
  });
  opening = false;
}

export function surveyMark(question: Question, number: number, on: boolean): void {
  const before = model.survey.draft[question.name] ?? [];
  const others = question.kind === 'many' ? before.filter((one) => one !== number) : [];
  const draft: Marks = { ...model.survey.draft, [question.name]: on ? [...others, number] : others };
  keep(KEPT, { resident: model.me?.resident ?? '', draft } satisfies Draft);
  change({ survey: { ...model.survey, draft } });
}

export function surveySend(): Promise<void> {
  const { draft, questions } = model.survey;
  if (!Object.values(draft).some((numbers) => numbers.length > 0)) {
    change({ notice: { title: 'survey.empty', body: 'survey.empty.body' } });
    return Promise.resolve();
  }
  return run('survey', async () => {
    await persist('sending', () => api.sendSurvey(questions ?? [], draft));
    forget(KEPT);
    change({ survey: { ...model.survey, sent: true, thanks: true } });
  });
}

export function surveyAgain(): void {
  change({ survey: { ...model.survey, thanks: false } });
}
