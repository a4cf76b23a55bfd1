/** ESPs whose score is due in; risks, and the findings that alerts are made of, out: in batches of the size the net is fastest at. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { EspContribution, EspRisk } from '#schemas/records/espRisk.js';
import type { Score } from '#schemas/records/score.js';
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { CycleClock, Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { channels } from '../features/channels.js';
import { DueRows, type MomentScore } from '../model/dueRows.js';
import type { LoadedRiskModel } from '../model/riskArtifact.js';
import { failureModes } from '../modes.js';
import { type ChannelShares, channelShares, contributionsOf } from '../output/contributions.js';
import { healthOf, type Wear, wearOf } from '../output/health.js';
import { signalNames } from '../signals.js';
import type { EspDue } from './espFeatureOperator.js';
import { espFinding } from './espFinding.js';
import type { EspModels } from './espModels.js';
import { readRiskMemory, RiskMemory, writeRiskMemory } from './riskMemory.js';

/** A score, a finding that opened or closed, or both. */
export interface EspOutcome {
  readonly risk: EspRisk | null;
  readonly finding: Anomaly | null;
}

const batchRows = 64;
const stateVersion = 1;

/** What is known of a due well beside its rows. */
interface Waiting {
  readonly well: WellRef;
  readonly lane: Lane;
  readonly atMs: number;
  readonly wear: Wear;
  readonly levels: Readonly<Record<string, number>>;
  readonly runLifeDays: number;
  readonly maturity: number;
  readonly downHours: number;
  readonly unscoredDays: number;
  readonly producing: boolean;
  readonly rate: { readonly m3PerDay: number; readonly of: 'oil' | 'liquid' } | null;
}

/**
 * A full batch is scored at once, the rest at the end of the cycle. State, a well: what was said before (to say what is new)
 * and whether its alert is open. Wells of history are scored and raise none.
 */
export function createEspScoreOperator(models: EspModels): Operator<EspDue, EspOutcome> {
  return new EspScoreOperator(models);
}

class EspScoreOperator implements Operator<EspDue, EspOutcome> {
  readonly name = 'score:esp-risk';
  readonly state: KeyedState;
  readonly #models: EspModels;
  #rows = new DueRows();
  readonly #waiting: Waiting[] = [];
  readonly #memories = new Map<number, { readonly live: RiskMemory; readonly past: RiskMemory }>();
  readonly #changed = new Set<number>();

  constructor(models: EspModels) {
    this.#models = models;
    this.state = {
      version: stateVersion,
      drainChanges: (out) => this.#drain(out, this.#changed),
      drainAll: (out) => this.#drain(out, this.#memories.keys()),
      restore: (key, value) => {
        const from = new PackedReader(value);
        this.#memories.set(key, { live: readRiskMemory(from), past: readRiskMemory(from) });
      },
    };
  }

  process(due: EspDue, emit: Emit<EspOutcome>): void {
    if (due.kind === 'anew') {
      // What waits was seen before the pump went.
      this.#flush(emit);
      const { live } = this.#memoriesOf(due.well.wellId);
      const openedMs = live.takeOpened();
      // It may have gone in before the alert opened, told late.
      if (openedMs !== null) {
        const endMs = Math.max(openedMs, due.atMs);
        emit({ risk: null, finding: espFinding(due.well, live, { openedMs, endMs }) });
      }
      live.forget();
      return;
    }
    const { well, lane, atMs, esp } = due;
    const { features } = esp;
    this.#rows.add(features, atMs);
    this.#waiting.push({
      well,
      lane,
      atMs,
      wear: wearOf(features),
      levels: levelsOf(due),
      runLifeDays: features.runLifeDays(atMs),
      maturity: features.baseline.maturity,
      downHours: features.downHours,
      unscoredDays: due.unscoredDays,
      producing: esp.producing,
      rate: esp.usualRate,
    });
    if (this.#waiting.length === batchRows) this.#flush(emit);
  }

  endCycle(_clock: CycleClock, emit: Emit<EspOutcome>): void {
    this.#flush(emit);
  }

  #flush(emit: Emit<EspOutcome>): void {
    if (this.#waiting.length === 0) return;
    const scored = new Map<LoadedRiskModel, MomentScore[]>();
    const scoreOf = (model: LoadedRiskModel, row: number): MomentScore => {
      const scores = scored.get(model) ?? this.#rows.score(this.#models.backend, model);
      scored.set(model, scores);
      return scores[row] as MomentScore;
    };
    for (const [row, waiting] of this.#waiting.entries()) {
      const { tenant } = waiting.well;
      const active = this.#models.active(tenant);
      this.#say(row, waiting, active, scoreOf(active, row), emit);
      for (const shadow of this.#models.shadows(tenant))
        emit({
          risk: this.#riskOf(row, waiting, shadow, scoreOf(shadow, row), null),
          finding: null,
        });
    }
    this.#waiting.length = 0;
    this.#rows = new DueRows();
  }

  #say(
    row: number,
    waiting: Waiting,
    model: LoadedRiskModel,
    said: MomentScore,
    emit: Emit<EspOutcome>,
  ): void {
    const { well, lane, atMs } = waiting;
    const memories = this.#memoriesOf(well.wellId);
    const memory = lane === 'live' ? memories.live : memories.past;
    const risk = this.#riskOf(row, waiting, model, said, memory);
    emit({ risk, finding: null });
    const { openedMs, closedMs } = memory.note(risk, this.#sharesOf(row, model), model.alert);
    if (lane !== 'live') return;
    if (closedMs !== null)
      emit({ risk: null, finding: espFinding(well, memory, { openedMs: closedMs, endMs: atMs }) });
    if (openedMs !== null) emit({ risk: null, finding: espFinding(well, memory, { openedMs, endMs: null }) });
  }

  #sharesOf(row: number, { model }: LoadedRiskModel): ChannelShares {
    return channelShares(model.trees7, this.#rows.summaryOf(row));
  }

  /** `memory` is null for a shadow: it has no yesterday, and its alert is the bare threshold. */
  #riskOf(
    row: number,
    waiting: Waiting,
    loaded: LoadedRiskModel,
    said: MomentScore,
    memory: RiskMemory | null,
  ): EspRisk {
    const { well, lane, atMs, rate } = waiting;
    const { manifest, alert } = loaded;
    const { risk7, risk7Low, risk7High, risk30, risk30Low, risk30High, mode, modes, missing } = said;
    const { health, penalties } = healthOf(waiting.wear, risk30);
    return {
      well,
      lane,
      atMs,
      model: manifest.model,
      version: manifest.version,
      shadow: memory === null,
      risk7,
      risk7Low,
      risk7High,
      risk30,
      risk30Low,
      risk30High,
      known: modes !== null,
      mode,
      modeProbability: said.modeProbability,
      modes: Object.fromEntries(
        failureModes.flatMap((name, m) => (modes === null ? [] : [[name, rounded(modes[m] as number)]])),
      ),
      alert: modes !== null && (memory === null ? risk7 >= alert.open : memory.wouldAlert(risk7, alert)),
      threshold: alert.open,
      missing,
      coverage: 1 - missing.length / signalNames.length,
      health,
      penalties,
      contributions: modes === null ? [] : this.#contributions(row, loaded, memory),
      yesterday: memory?.last ?? null,
      runLifeDays: waiting.runLifeDays,
      maturity: waiting.maturity,
      producing: waiting.producing,
      downHours: waiting.downHours,
      unscoredDays: waiting.unscoredDays,
      deferredM3PerDay: rate?.m3PerDay ?? null,
      deferredOf: rate?.of ?? null,
      levels: waiting.levels,
    };
  }

  #contributions(row: number, loaded: LoadedRiskModel, memory: RiskMemory | null): EspContribution[] {
    const shares = this.#sharesOf(row, loaded);
    return contributionsOf(shares, memory?.shares ?? null, this.#rows.summaryOf(row)).map((c) => ({
      ...c,
      share: rounded(c.share),
      shareYesterday: c.shareYesterday === null ? null : rounded(c.shareYesterday),
      day: finite(c.day),
      week: finite(c.week),
      change7: finite(c.change7),
    }));
  }

  #memoriesOf(wellId: number): { readonly live: RiskMemory; readonly past: RiskMemory } {
    let memories = this.#memories.get(wellId);
    if (memories === undefined) {
      memories = { live: new RiskMemory(), past: new RiskMemory() };
      this.#memories.set(wellId, memories);
    }
    this.#changed.add(wellId);
    return memories;
  }

  readonly #packed = new PackedWriter();

  #drain(out: StateWriter, wellIds: Iterable<number>): void {
    for (const wellId of wellIds) {
      const memories = this.#memories.get(wellId);
      if (memories === undefined) continue;
      this.#packed.clear();
      writeRiskMemory(this.#packed, memories.live);
      writeRiskMemory(this.#packed, memories.past);
      out.put(wellId, this.#packed.bytes());
    }
    this.#changed.clear();
  }
}

/** For the topic of scores: `value` is the risk of a failure within 7 days. */
export function espScore(risk: EspRisk): Score {
  const { well, lane, model, version, shadow, atMs, risk7: value, threshold, coverage, contributions } = risk;
  const sum = contributions.reduce((all, { share }) => all + share, 0);
  return {
    well,
    lane,
    model,
    version,
    shadow,
    atMs,
    value,
    threshold,
    coverage,
    contributions: contributions.map(({ channel, share }) => ({ tag: channel, share: share / sum })),
  };
}

function levelsOf({ esp }: Extract<EspDue, { kind: 'due' }>): Record<string, number> {
  const levels: Record<string, number> = {};
  for (const [c, { name }] of channels.entries()) {
    const x = esp.features.days.at(0, c);
    if (!Number.isNaN(x)) levels[name] = rounded(x);
  }
  return levels;
}

/** Four digits: what a chart or a mean over a fleet needs. */
function rounded(x: number): number {
  return Number(x.toPrecision(4));
}

function finite(x: number): number | null {
  return Number.isFinite(x) ? rounded(x) : null;
}
