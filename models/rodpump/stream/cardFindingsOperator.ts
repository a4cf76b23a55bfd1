/** Judged cards in, findings out: a condition that several cards in a row say, and a pump that does not fill. */
import type { Anomaly, Severity } from '#schemas/records/anomaly.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { isFault } from '../cards/cardClasses.js';
import { type PumpOffLimits, pumpOffDefaults, stepPumpOff } from '../pump/pumpOff.js';
import type { JudgedCard } from './cardScoreOperator.js';

export interface CardFindingLimits {
  /** Cards in a row that must say a condition before it is believed, and not say it before it is over [M]. */
  readonly cardsInRow: number;
  readonly pumpOff: PumpOffLimits;
}

const cardFindingDefaults: CardFindingLimits = { cardsInRow: 3, pumpOff: pumpOffDefaults };

/** Parted rods and a pump that hits do damage with every stroke (domain notes B4); the rest waits for daylight. */
const critical: ReadonlySet<string> = new Set(['ROD_BROKEN', 'PUMP_DOWN_BANG', 'PUMP_UP_BANG']);
const gasCondition = 'GAS_EFFECTIVE';
/** As many as the other operators of a task watch. */
const wellsMax = 65_536;

interface Watched {
  /** Said last, how often in a row, and when first; '' for nothing. */
  said: string;
  row: number;
  firstMs: number;
  /** Finding that is open; '' where none is. */
  open: string;
  openMs: number;
  /** Cards in a row that do not say it. */
  quiet: number;
  lowStrokes: number;
  lowMs: number;
  pumpedOffMs: number;
  pumpedOffKey: string;
}

const fresh = (): Watched => ({
  said: '',
  row: 0,
  firstMs: 0,
  open: '',
  openMs: 0,
  quiet: 0,
  lowStrokes: 0,
  lowMs: 0,
  pumpedOffMs: 0,
  pumpedOffKey: '',
});

/** Historical cards make scores and no findings: their strokes lie among others that were judged long ago. */
export function createCardFindingsOperator(
  limits: CardFindingLimits = cardFindingDefaults,
): Operator<JudgedCard, Anomaly> {
  const wells = new Map<number, Watched>();
  const changed = new Set<number>();

  return {
    name: 'card-findings',
    state: stateOf(wells, changed),
    process(judged, emit) {
      const { card } = judged;
      if (card.lane !== 'live') return;
      const { wellId } = card.well;
      let watched = wells.get(wellId);
      if (watched === undefined) {
        if (wells.size >= wellsMax) return;
        watched = fresh();
        wells.set(wellId, watched);
      }
      changed.add(wellId);
      if (judged.opinion !== null) stepCondition(watched, judged, limits, emit);
      stepFillage(watched, judged, limits, emit);
    },
  };
}

function stepCondition(
  watched: Watched,
  { card, opinion }: JudgedCard,
  { cardsInRow }: CardFindingLimits,
  emit: Emit<Anomaly>,
): void {
  const first = opinion?.top[0];
  // What shows no stroke says nothing: it neither counts nor ends a row.
  if (opinion === null || first === undefined) return;
  const says = opinion.known && isFault(first.name) ? first.name : '';
  if (says === watched.said) watched.row++;
  else {
    watched.said = says;
    watched.row = 1;
    watched.firstMs = card.takenAtMs;
  }
  const score = first.p / opinion.threshold;
  if (watched.open !== '') {
    watched.quiet = says === watched.open ? 0 : watched.quiet + 1;
    if (watched.quiet >= cardsInRow) {
      const { open: key, openMs: startMs } = watched;
      emit(finding(card.well, 'pump-card', { key, startMs, endMs: card.takenAtMs, score: 0 }));
      watched.open = '';
    }
  }
  if (watched.open === '' && says !== '' && watched.row >= cardsInRow) {
    watched.open = says;
    watched.openMs = watched.firstMs;
    watched.quiet = 0;
    emit(finding(card.well, 'pump-card', { key: says, startMs: watched.openMs, endMs: null, score }));
  }
}

/** Advice by the controller's fillage: each card stands for its stroke. */
function stepFillage(
  watched: Watched,
  { card, opinion }: JudgedCard,
  limits: CardFindingLimits,
  emit: Emit<Anomaly>,
): void {
  // Both cards of a stroke carry its fillage: it counts once.
  if (card.fillage === null || card.place !== 'surface') return;
  const gas = opinion?.top[0]?.name === gasCondition;
  const { fillage } = card;
  const { state, advice } = stepPumpOff({ lowStrokes: watched.lowStrokes }, { fillage, gas }, limits.pumpOff);
  if (watched.lowStrokes === 0) watched.lowMs = card.takenAtMs;
  watched.lowStrokes = state.lowStrokes;
  const said = (key: string, startMs: number, endMs: number | null) =>
    emit({
      ...finding(card.well, 'pump-off', { key, startMs, endMs, score: state.lowStrokes }),
      expected: limits.pumpOff.fillageMin,
      actual: fillage,
    });
  if (advice === 'stop' && watched.pumpedOffKey === '') {
    watched.pumpedOffKey = gas ? 'gas' : 'pumpedOff';
    watched.pumpedOffMs = watched.lowMs;
    said(watched.pumpedOffKey, watched.pumpedOffMs, null);
  } else if (advice === 'run' && watched.pumpedOffKey !== '') {
    said(watched.pumpedOffKey, watched.pumpedOffMs, card.takenAtMs);
    watched.pumpedOffKey = '';
  }
}

function finding(
  well: WellRef,
  detector: 'pump-card' | 'pump-off',
  {
    key,
    startMs,
    endMs,
    score,
  }: {
    readonly key: string;
    readonly startMs: number;
    readonly endMs: number | null;
    readonly score: number;
  },
): Anomaly {
  const severity: Severity = detector === 'pump-card' && critical.has(key) ? 'critical' : 'warning';
  return {
    anomalyId: [well.tenant.slug, well.wellId, '', detector, 'live', startMs].join('/'),
    well,
    lane: 'live',
    tag: null,
    detector,
    kind: 'process',
    severity,
    startMs,
    endMs,
    score,
    expected: null,
    actual: null,
    unit: null,
    textKey: key,
  };
}

function stateOf(wells: Map<number, Watched>, changed: Set<number>): KeyedState {
  const packed = new PackedWriter();
  const drain = (out: StateWriter, wellIds: Iterable<number>): void => {
    for (const wellId of wellIds) {
      const w = wells.get(wellId);
      if (w === undefined) continue;
      packed.clear();
      for (const text of [w.said, w.open, w.pumpedOffKey]) packed.text(text);
      for (const n of [w.row, w.firstMs, w.openMs, w.quiet, w.lowStrokes, w.lowMs, w.pumpedOffMs])
        packed.count(n);
      out.put(wellId, packed.bytes());
    }
    changed.clear();
  };
  return {
    version: 1,
    drainChanges: (out) => drain(out, changed),
    drainAll: (out) => drain(out, wells.keys()),
    restore(key, value) {
      const from = new PackedReader(value);
      const [said, open, pumpedOffKey] = [from.text(), from.text(), from.text()];
      const [row, firstMs, openMs, quiet] = [from.count(), from.count(), from.count(), from.count()];
      const [lowStrokes, lowMs, pumpedOffMs] = [from.count(), from.count(), from.count()];
      wells.set(key, {
        said,
        row,
        firstMs,
        open,
        openMs,
        quiet,
        lowStrokes,
        lowMs,
        pumpedOffMs,
        pumpedOffKey,
      });
    },
  };
}
