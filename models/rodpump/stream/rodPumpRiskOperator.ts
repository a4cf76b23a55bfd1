/** Diagnosed cards and records in; at each 06:00 UTC the failure risk of a rod pump, and findings that open and close, out. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { RodPumpRisk } from '#schemas/records/rodPumpRisk.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import { drainPacked } from '#pipelines/drainPacked.js';
import type { Emit, KeyedState, Operator } from '#pipelines/operator.js';
import { PackedReader } from '#pipelines/packedBytes.js';
import { dayMs, FigureHistory } from '../risk/figureHistory.js';
import { cardFigures, riskFigures } from '../risk/riskFigures.js';
import { rodPumpEventOf } from '../risk/rodPumpEquipment.js';
import { type TrendRisk, trendRisk } from '../risk/trendRisk.js';
import type { DiagnosedCard } from './pumpCardOperator.js';

export type RodPumpRiskInput =
  | { readonly from: 'pumpCards'; readonly value: DiagnosedCard }
  | { readonly from: 'records'; readonly value: SiteRecord };

export type RodPumpOutcome =
  | { readonly kind: 'risk'; readonly risk: RodPumpRisk }
  | { readonly kind: 'finding'; readonly finding: Anomaly };

const model = 'rodpump-trend';
const version = '1';
/** An alert opens at the first and closes below the second [M]; a usual well is at .044. */
const openRisk = 0.3;
const closeRisk = 0.15;
const dueHourMs = 6 * 3_600_000;
const contributionsMost = 5;
const wellsMax = 65_536;

interface Watched {
  readonly history: FigureHistory;
  /** '' where no record told. */
  equipmentJson: string;
  pulledMs: number;
  /** Day whose 06:00 was judged last, −1 before the first. */
  judgedDay: number;
  /** Open alert: its mode ('' for none) and when it opened. */
  openMode: string;
  openMs: number;
}

/**
 * Live cards only. Cards of the day that a score is due on do not count for it: it sees whole days before. A record of
 * another pump, or of one pulled, begins the history anew. State: one entry a well, about 4 KB, written when its card comes.
 */
export function createRodPumpRiskOperator(options: {
  /** Finds the wells that records speak of. */
  readonly directory: Pick<WellDirectory, 'find'>;
}): Operator<RodPumpRiskInput, RodPumpOutcome> {
  const wells = new Map<number, Watched>();
  const changed = new Set<number>();

  const watchedOf = (wellId: number): Watched | null => {
    const known = wells.get(wellId);
    if (known !== undefined) return known;
    if (wells.size >= wellsMax) return null;
    const made: Watched = {
      history: new FigureHistory(),
      equipmentJson: '',
      pulledMs: 0,
      judgedDay: -1,
      openMode: '',
      openMs: 0,
    };
    wells.set(wellId, made);
    return made;
  };

  const takeRecord = (record: SiteRecord): void => {
    const event = rodPumpEventOf(record);
    const name = record.body['well'];
    if (event === null || typeof name !== 'string') return;
    const well = options.directory.find(record.tenant.slug, record.site, name);
    if (typeof well === 'string') return;
    // Days of production come of every well: they are kept of those alone whose cards or pump are known.
    if (event.kind === 'rate' && !wells.has(well.wellId)) return;
    const watched = watchedOf(well.wellId);
    if (watched === null) return;
    changed.add(well.wellId);
    if (event.kind === 'rate') watched.history.add(event.atMs, { rateM3D: event.rateM3D });
    else if (event.kind === 'pulled') {
      if (event.atMs <= watched.pulledMs) return;
      watched.pulledMs = event.atMs;
      watched.history.clear();
    } else if (event.json !== watched.equipmentJson) {
      if (watched.equipmentJson !== '') watched.history.clear();
      watched.equipmentJson = event.json;
    }
  };

  const takeCard = ({ card, surface, diagnosis }: DiagnosedCard, emit: Emit<RodPumpOutcome>): void => {
    if (card.lane !== 'live' || diagnosis === null) return;
    const watched = watchedOf(card.well.wellId);
    if (watched === null || card.takenAtMs < watched.pulledMs) return;
    const figures = cardFigures(card, surface?.opinion ?? null, diagnosis);
    changed.add(card.well.wellId);
    const day = Math.floor((card.takenAtMs - dueHourMs) / dayMs);
    if (day > watched.judgedDay) {
      const first = watched.judgedDay < 0;
      watched.judgedDay = day;
      if (!first) judge(card.well, watched, day, emit);
    }
    watched.history.add(card.takenAtMs, figures);
  };

  return {
    name: 'rod-pump-risk',
    state: stateOf(wells, changed, watchedOf),
    process(input, emit) {
      if (input.from === 'records') takeRecord(input.value);
      else takeCard(input.value, emit);
    },
  };
}

/** Of outcomes those that open or close an alert. */
export function createRodPumpRiskFindingsOperator(): Operator<RodPumpOutcome, Anomaly> {
  return {
    name: 'rod-pump-risk-findings',
    process(outcome, emit) {
      if (outcome.kind === 'finding') emit(outcome.finding);
    },
  };
}

function judge(well: WellRef, watched: Watched, day: number, emit: Emit<RodPumpOutcome>): void {
  const trends = watched.history.trends(day);
  const said = trendRisk(trends);
  if (said === null) return;
  const atMs = day * dayMs + dueHourMs;
  const open = said.risk >= (watched.openMode === '' ? openRisk : closeRisk);
  if (open && watched.openMode === '') {
    watched.openMode = said.mode;
    watched.openMs = atMs;
    emit({ kind: 'finding', finding: finding(well, watched, said.risk, null) });
  } else if (!open && watched.openMode !== '') {
    emit({ kind: 'finding', finding: finding(well, watched, said.risk, atMs) });
    watched.openMode = '';
  }
  emit({ kind: 'risk', risk: riskOf(well, atMs, said, { alert: open, trends }) });
}

function riskOf(
  well: WellRef,
  atMs: number,
  said: TrendRisk,
  { alert, trends }: { readonly alert: boolean; readonly trends: ReturnType<FigureHistory['trends']> },
): RodPumpRisk {
  const sum = said.evidence.reduce((all, { logOdds }) => all + logOdds, 0);
  const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  return {
    well,
    lane: 'live',
    atMs,
    model,
    version,
    risk: said.risk,
    threshold: openRisk,
    alert,
    mode: said.mode,
    modes: said.modes,
    contributions: said.evidence.slice(0, contributionsMost).map(({ figure, mode, logOdds }) => ({
      figure,
      mode,
      share: logOdds / sum,
      recent: trends[figure]?.recent ?? 0,
      usual: known(trends[figure]?.usual),
      change: known(trends[figure]?.change),
    })),
    missing: said.missing,
    coverage: 1 - said.missing.length / riskFigures.length,
  };
}

function finding(well: WellRef, { openMode, openMs }: Watched, risk: number, endMs: number | null): Anomaly {
  return {
    anomalyId: [well.tenant.slug, well.wellId, '', 'pump-risk', 'live', openMs].join('/'),
    well,
    lane: 'live',
    tag: null,
    detector: 'pump-risk',
    kind: 'process',
    severity: 'warning',
    startMs: openMs,
    endMs,
    score: risk,
    expected: null,
    actual: null,
    unit: null,
    textKey: openMode,
  };
}

function stateOf(
  wells: Map<number, Watched>,
  changed: Set<number>,
  watchedOf: (wellId: number) => Watched | null,
): KeyedState {
  return {
    version: 1,
    ...drainPacked(wells, changed, (packed, watched) => {
      packed.text(watched.equipmentJson);
      packed.text(watched.openMode);
      for (const n of [watched.pulledMs, watched.judgedDay, watched.openMs]) packed.integer(n);
      watched.history.write(packed);
    }),
    restore(key, value) {
      const watched = watchedOf(key);
      if (watched === null) return;
      const from = new PackedReader(value);
      watched.equipmentJson = from.text();
      watched.openMode = from.text();
      [watched.pulledMs, watched.judgedDay, watched.openMs] = [
        from.integer(),
        from.integer(),
        from.integer(),
      ];
      watched.history.restore(from);
    },
  };
}
