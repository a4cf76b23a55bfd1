/** A series of an ESP driven through the stream's operators, minute by minute, for tests: cycles and moves where a test wants them. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { EspRisk } from '#schemas/records/espRisk.js';
import type { Lane } from '#schemas/records/reading.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { Operator } from '#pipelines/operator.js';
import { type MinuteRow, wellForTest, windowBatchOf } from '#pipelines/features/minuteSeries.js';
import { signalNames } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import { createEspFeatureOperator, type EspDue, type EspFeatureInput } from './espFeatureOperator.js';
import { wireFactor } from './espFrames.js';
import { createEspMinutesOperator, type EspMinute } from './espMinutes.js';
import type { EspModels } from './espModels.js';
import { createEspRuleOperator, type EspRuleLimits } from './espRuleOperator.js';
import { createEspScoreOperator, type EspOutcome } from './espScoreOperator.js';

export const espForTest: WellRef = wellForTest(7);

export interface EspStream {
  readonly risks: EspRisk[];
  readonly findings: Anomaly[];
  /** Rows of the series in (from, to], a cycle each `rowsPerCycle`. */
  play(series: WellSeries, options?: PlayOptions): void;
  record(
    kind: SiteRecord['kind'],
    body: Readonly<Record<string, unknown>>,
    version?: { readonly recordId?: string; readonly hlc?: number },
  ): void;
  /** As if the task went to another worker. */
  move(): void;
  /** Bytes of state that the last cycle would have written. */
  changedBytes(): number;
}

export interface PlayOptions {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly lane?: Lane;
  readonly rowsPerCycle?: number;
  readonly moveEveryRows?: number;
  readonly well?: WellRef;
}

export function espStream(models: EspModels, limits: EspRuleLimits = {}): EspStream {
  const directory = { find: () => espForTest };
  const make = () => ({
    features: createEspFeatureOperator({ directory }),
    score: createEspScoreOperator(models),
    rules: createEspRuleOperator({ directory, rules: [{ well: espForTest.well, limits }] }),
  });
  const minutes = createEspMinutesOperator({ tagName: (_, id) => signalNames[id - 1] ?? '' });
  let { features, score, rules } = make();
  const risks: EspRisk[] = [];
  const findings: Anomaly[] = [];

  const onOutcome = ({ risk, finding }: EspOutcome): void => {
    if (risk !== null) risks.push(risk);
    if (finding !== null) findings.push(finding);
  };
  const onDue = (due: EspDue): void => score.process(due, onOutcome);
  const both = (input: EspFeatureInput): void => {
    rules.process(input, (finding) => findings.push(finding));
    features.process(input, onDue);
  };
  const onMinute = (value: EspMinute): void => both({ from: 'espMinutes', value });
  const cycle = (): void => {
    minutes.endCycle?.({ nowMs: 0 }, onMinute);
    score.endCycle?.({ nowMs: 0 }, onOutcome);
  };

  return {
    risks,
    findings,
    play(series, options = {}) {
      const { lane = 'live', rowsPerCycle = 1, moveEveryRows, well = espForTest } = options;
      const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
      let rows = 0;
      for (const [r, timeMs] of series.timesMs.entries()) {
        if (timeMs <= fromMs || timeMs > toMs) continue;
        const batch: MinuteRow[] = [];
        for (const [i, name] of signalNames.entries()) {
          const value = series.columns.get(name)?.[r] ?? Number.NaN;
          if (Number.isNaN(value)) continue;
          const values = [value * wireFactor(name)];
          batch.push({ well, lane, tagId: i + 1, minute: Math.floor(timeMs / 60_000), values });
        }
        minutes.process(windowBatchOf(batch), onMinute);
        rows++;
        if (rows % rowsPerCycle === 0) cycle();
        if (moveEveryRows !== undefined && rows % moveEveryRows === 0) this.move();
      }
      cycle();
    },
    record(kind, body, { recordId = kind, hlc = 1 } = {}) {
      const { tenant, site, wellId, well } = espForTest;
      const whole = { equipment: 'ESP', well, ...body };
      const about = { recordId, hlc, tombstone: false };
      both({ from: 'records', value: { ...about, tenant, site, wellId, kind, body: whole } });
    },
    move() {
      // What is stored is stored with the end of a cycle.
      cycle();
      const next = make();
      const copy = (from: Operator<never, never>, to: Operator<never, never>): void =>
        from.state?.drainAll({
          put: (key, value) => to.state?.restore(key, value.slice()),
          remove: () => {},
        });
      for (const name of ['features', 'score', 'rules'] as const)
        copy({ features, score, rules }[name] as never, next[name] as never);
      ({ features, score, rules } = next);
    },
    changedBytes() {
      let bytes = 0;
      const out = { put: (_: number, value: Uint8Array) => void (bytes += value.length), remove: () => {} };
      for (const { state } of [features, score, rules]) state?.drainChanges(out);
      return bytes;
    },
  };
}
