/** Diagnosed cards in, findings out: a condition that several cards in a row say, and a pump that does not fill. */
import type { Anomaly, Severity } from '#schemas/records/anomaly.js';
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { pumpTextKey } from '#pipelines/cards/pumpConditionTexts.js';
import { drainPacked } from '#pipelines/drainPacked.js';
import type { Emit, KeyedState, Operator } from '#pipelines/operator.js';
import { PackedReader } from '#pipelines/packedBytes.js';
import { isFault } from '../cards/cardClasses.js';
import { type PumpOffLimits, pumpOffDefaults, stepPumpOff } from '../pump/pumpOff.js';
import type { CardSaying } from './cardModels.js';
import type { DiagnosedCard } from './pumpCardOperator.js';

export interface CardFindingLimits {
  /** Cards in a row that must say a condition before it is believed, and not say it before it is over [M]. */
  readonly cardsInRow: number;
  readonly pumpOff: PumpOffLimits;
}

const cardFindingDefaults: CardFindingLimits = { cardsInRow: 3, pumpOff: pumpOffDefaults };

/** Parted rods, a stuck or hitting pump do damage with every stroke (domain notes B4); the rest waits for daylight. */
const critical: ReadonlySet<string> = new Set([
  'ROD_BROKEN',
  'PUMP_DOWN_BANG',
  'PUMP_UP_BANG',
  ...['rod_part', 'stuck_plunger', 'tagging_bottom', 'tagging_top'].map(pumpTextKey),
]);
const gasConditions: ReadonlySet<string> = new Set(['GAS_EFFECTIVE', 'gas_interference', 'gas_lock']);
/** As many as the other operators of a task watch. */
const wellsMax = 65_536;

/** What cards of one place say, one after the other. */
interface Row {
  /** Said last, how often in a row, and when first; '' for nothing. */
  said: string;
  row: number;
  firstMs: number;
  /** Finding that is open; '' where none is. */
  open: string;
  openMs: number;
  /** Cards in a row that do not say it. */
  quiet: number;
}

interface Watched {
  readonly surface: Row;
  readonly pump: Row;
  lowStrokes: number;
  lowMs: number;
  pumpedOffMs: number;
  pumpedOffKey: string;
}

const freshRow = (): Row => ({ said: '', row: 0, firstMs: 0, open: '', openMs: 0, quiet: 0 });
const fresh = (): Watched => ({
  surface: freshRow(),
  pump: freshRow(),
  lowStrokes: 0,
  lowMs: 0,
  pumpedOffMs: 0,
  pumpedOffKey: '',
});

/** Historical cards make scores and no findings: their strokes lie among others that were judged long ago. */
export function createCardFindingsOperator(
  limits: CardFindingLimits = cardFindingDefaults,
): Operator<DiagnosedCard, Anomaly> {
  const wells = new Map<number, Watched>();
  const changed = new Set<number>();

  return {
    name: 'card-findings',
    state: stateOf(wells, changed),
    process(diagnosed, emit) {
      const { card, surface, pump, pumpSays } = diagnosed;
      if (card.lane !== 'live') return;
      const { wellId } = card.well;
      let watched = wells.get(wellId);
      if (watched === undefined) {
        if (wells.size >= wellsMax) return;
        watched = fresh();
        wells.set(wellId, watched);
      }
      changed.add(wellId);
      const { cardsInRow } = limits;
      const said = surface?.opinion.known === true ? (surface.opinion.top[0]?.name ?? '') : '';
      const says = said !== '' && isFault(said) ? said : '';
      stepCondition(
        watched.surface,
        card,
        { saying: surface, says, cardsInRow, detector: 'pump-card' },
        emit,
      );
      const key = pumpSays === '' ? '' : pumpTextKey(pumpSays);
      stepCondition(
        watched.pump,
        card,
        { saying: pump, says: key, cardsInRow, detector: 'downhole-card' },
        emit,
      );
      stepFillage(watched, diagnosed, limits, emit);
    },
  };
}

type CardDetector = 'pump-card' | 'downhole-card';

function stepCondition(
  row: Row,
  card: PumpCard,
  of: {
    readonly saying: CardSaying | null;
    /** '' where it is nothing to be told. */
    readonly says: string;
    readonly cardsInRow: number;
    readonly detector: CardDetector;
  },
  emit: Emit<Anomaly>,
): void {
  const { saying, says, cardsInRow, detector } = of;
  const first = saying?.opinion.top[0];
  // What shows no stroke says nothing: it neither counts nor ends a row.
  if (saying === null || first === undefined) return;
  if (says === row.said) row.row++;
  else {
    row.said = says;
    row.row = 1;
    row.firstMs = card.takenAtMs;
  }
  const score = first.p / saying.opinion.threshold;
  if (row.open !== '') {
    row.quiet = says === row.open ? 0 : row.quiet + 1;
    if (row.quiet >= cardsInRow) {
      const { open: key, openMs: startMs } = row;
      emit(finding(card.well, detector, { key, startMs, endMs: card.takenAtMs, score: 0 }));
      row.open = '';
    }
  }
  if (row.open === '' && says !== '' && row.row >= cardsInRow) {
    row.open = says;
    row.openMs = row.firstMs;
    row.quiet = 0;
    emit(finding(card.well, detector, { key: says, startMs: row.openMs, endMs: null, score }));
  }
}

/** Advice by the controller's fillage, else by that of the computed card at the pump: each card stands for its stroke. */
function stepFillage(
  watched: Watched,
  { card, surface, pump, diagnosis }: DiagnosedCard,
  limits: CardFindingLimits,
  emit: Emit<Anomaly>,
): void {
  // Both cards of a stroke carry its fillage: it counts once.
  const fillage = card.fillage ?? diagnosis?.pump?.fillage ?? null;
  if (fillage === null || card.place !== 'surface') return;
  const gas =
    [surface, pump].some((saying) => gasConditions.has(saying?.opinion.top[0]?.name ?? '')) ||
    diagnosis?.pumpOff?.gas === true;
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
  detector: CardDetector | 'pump-off',
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
  const severity: Severity = critical.has(key) ? 'critical' : 'warning';
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
  return {
    version: 2,
    ...drainPacked(wells, changed, (packed, w) => {
      packed.text(w.pumpedOffKey);
      for (const n of [w.lowStrokes, w.lowMs, w.pumpedOffMs]) packed.count(n);
      for (const { said, row, firstMs, open, openMs, quiet } of [w.surface, w.pump]) {
        for (const text of [said, open]) packed.text(text);
        for (const n of [row, firstMs, openMs, quiet]) packed.count(n);
      }
    }),
    restore(key, value) {
      const from = new PackedReader(value);
      const pumpedOffKey = from.text();
      const [lowStrokes, lowMs, pumpedOffMs] = [from.count(), from.count(), from.count()];
      const row = (): Row => {
        const [said, open] = [from.text(), from.text()];
        return {
          said,
          open,
          row: from.count(),
          firstMs: from.count(),
          openMs: from.count(),
          quiet: from.count(),
        };
      };
      wells.set(key, { surface: row(), pump: row(), lowStrokes, lowMs, pumpedOffMs, pumpedOffKey });
    },
  };
}
