/** Where an alert opens and closes: the limits that find most failures for as many false alarms as are allowed. */
import type { DayScore } from '../dayScore.js';
import { judgeEvents, type WellRecord } from '../judge/judgedWell.js';
import type { WellFailure } from '../wellSeries.js';
import { AlertLatch, type AlertLimits } from './alertLatch.js';

/** A well that trained nothing, with its risk a day. */
export interface RiskHistory {
  readonly timesMs: Float64Array;
  readonly risk7: Float64Array;
  readonly failure: WellFailure | null;
}

export interface ChosenAlert {
  readonly alert: AlertLimits;
  readonly falseAlarmsPerWellMonth: number;
  readonly eventRecall: number;
}

/** The target; another fleet may be worse or better. */
const falseAlarmsMost = 0.05;
const closeShares = [0.3, 0.5, 0.7] as const;
const dayMs = 86_400_000;

export function chooseAlert(histories: readonly RiskHistory[]): ChosenAlert {
  const records = histories.filter(({ risk7 }) => risk7.length > 0).map(recordOf);
  let chosen: ChosenAlert = {
    alert: { open: 0.9, close: 0.9 * closeShares[0] },
    falseAlarmsPerWellMonth: 0,
    eventRecall: 0,
  };
  for (const closeShare of closeShares)
    for (let open = 0.9; open > 0.004; open *= 0.95) {
      const tried = judged(records, { open, close: open * closeShare });
      if (tried.falseAlarmsPerWellMonth > falseAlarmsMost) break;
      if (tried.eventRecall > chosen.eventRecall) chosen = tried;
    }
  return chosen;
}

function judged(records: readonly WellRecord[], alert: AlertLimits): ChosenAlert {
  let [hits, graded, falseAlarms, months] = [0, 0, 0, 0];
  for (const record of records) {
    const latch = new AlertLatch(alert);
    const on = new Set(record.scores.filter(({ risk7 }) => latch.push(risk7)).map(({ timeMs }) => timeMs));
    const events = judgeEvents(record, ({ timeMs }) => on.has(timeMs));
    if (events.graded) graded++;
    if (events.graded && events.hit) hits++;
    falseAlarms += events.falseAlerts;
    months += events.wellMonths;
  }
  return {
    alert,
    falseAlarmsPerWellMonth: falseAlarms / Math.max(months, 1e-9),
    eventRecall: hits / Math.max(graded, 1),
  };
}

function recordOf({ timesMs, risk7, failure }: RiskHistory): WellRecord {
  const fromMs = timesMs[0] as number;
  const lastMs = (timesMs.at(-1) as number) + dayMs;
  const ended = failure !== null && failure.failureMs <= lastMs + 7 * dayMs;
  return {
    well: '',
    scores: Array.from(risk7, (risk, i) => scoreOf(timesMs[i] as number, risk)),
    down: Array.from(risk7, () => false),
    truth: {
      failures: ended ? [failure] : [],
      beyond: ended ? null : failure,
      events: [],
      observedToMs: null,
    },
    fromMs,
    toMs: lastMs,
  };
}

function scoreOf(timeMs: number, risk7: number): DayScore {
  return {
    timeMs,
    risk7,
    risk7Low: risk7,
    risk7High: risk7,
    risk30: risk7,
    risk30Low: risk7,
    risk30High: risk7,
    mode: null,
    modeProbability: 0,
    alert: false,
    missing: [],
  };
}
