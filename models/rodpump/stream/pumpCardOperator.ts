/** Judged cards and records of equipment in; each card with what happens at the pump below it out. */
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { Lane } from '#schemas/records/reading.js';
import type { Score } from '#schemas/records/score.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import type { CycleClock, Emit, KeyedState, Operator } from '#pipelines/operator.js';
import { PackedReader } from '#pipelines/packedBytes.js';
import { drainPacked } from '#pipelines/drainPacked.js';
import type { ChosenModels } from '../../serving/chosenModels.js';
import { downholeCardOf } from '../downhole/downholeCardOf.js';
import { liftedDespiteParting } from '../downhole/partedRods.js';
import type { DownholeCard } from '../downhole/downholeInput.js';
import { isPumpFault } from '../downhole/downholeModes.js';
import type { PumpClassifier } from '../downhole/openPumpClassifier.js';
import { type CardDiagnosis, diagnoseCard } from '../pump/diagnoseCard.js';
import { type PumpedWell, readWell } from '../pump/wellFile.js';
import { rodPumpEventOf } from '../risk/rodPumpEquipment.js';
import { PumpCardSolver } from '../wave/pumpCard.js';
import { type CardSayings, sayingsOf } from './cardModels.js';
import { type JudgedCard, scoresOf } from './cardScoreOperator.js';

export type PumpCardInput =
  | { readonly from: 'judgedCards'; readonly value: JudgedCard }
  | { readonly from: 'records'; readonly value: SiteRecord };

export interface DiagnosedCard extends JudgedCard {
  /** Of a surface card; null where it is none. */
  readonly diagnosis: CardDiagnosis | null;
  /** What is said of the card at the pump, computed or sent; null where there is none to judge. */
  readonly pump: CardSayings | null;
  /** Mode at the pump that is sure enough to be said and no sound pump; '' for none. */
  readonly pumpSays: string;
}

const batchCards = 64;
const wellsMax = 65_536;
const lanes: readonly Lane[] = ['live', 'backfill'];
/** A controller's card at the pump is seen on the scale of the surface card of its stroke; beyond it, of none [M]. */
const sameStrokeMs = 3_600_000;
/** So long after the last one that was computed here, a controller's card at the pump counts again. */
const computedHoldsMs = 24 * 3_600_000;

interface SurfaceScale {
  takenAtMs: number;
  strokeM: number;
  rangeKn: number;
  /** When a card at the pump was computed last. */
  computedMs: number;
}

interface Pumped {
  /** '' where no record told. */
  equipmentJson: string;
  equipment: PumpedWell;
  /** A lane each. */
  readonly scales: readonly SurfaceScale[];
}

/**
 * Where the rods are known, the card at the pump is computed from the surface card; else the one that the controller sends is
 * judged. One a stroke: theirs is computed too, by rods we do not see. Cards stay in their order. State, a well: its
 * equipment, and the size of its newest surface card.
 */
export function createPumpCardOperator(options: {
  readonly models: Pick<ChosenModels<PumpClassifier>, 'active' | 'shadows'>;
  /** Finds the wells that records speak of. */
  readonly directory: Pick<WellDirectory, 'find'>;
}): Operator<PumpCardInput, DiagnosedCard> {
  const wells = new Map<number, Pumped>();
  const changed = new Set<number>();
  const solver = new PumpCardSolver();
  const waiting: {
    readonly judged: JudgedCard;
    readonly diagnosis: CardDiagnosis | null;
    readonly card: DownholeCard | null;
    readonly anchored: boolean;
  }[] = [];

  const pumpedOf = (wellId: number): Pumped => {
    const known = wells.get(wellId);
    if (known !== undefined) return known;
    const made: Pumped = {
      equipmentJson: '',
      equipment: readWell({}),
      scales: lanes.map(() => ({ takenAtMs: -Infinity, strokeM: 0, rangeKn: 0, computedMs: -Infinity })),
    };
    if (wells.size < wellsMax) wells.set(wellId, made);
    return made;
  };

  const takeRecord = (record: SiteRecord): void => {
    const event = rodPumpEventOf(record);
    const name = record.body['well'];
    if (event?.kind !== 'installed' || typeof name !== 'string') return;
    const well = options.directory.find(record.tenant.slug, record.site, name);
    if (typeof well === 'string') return;
    const pumped = pumpedOf(well.wellId);
    pumped.equipmentJson = event.json;
    pumped.equipment = readWell(JSON.parse(event.json));
    changed.add(well.wellId);
  };

  const takeCard = (judged: JudgedCard): void => {
    const { card } = judged;
    const { wellId, tenant } = card.well;
    const { equipment, scales } = pumpedOf(wellId);
    const scale = scales[lanes.indexOf(card.lane)] as SurfaceScale;
    changed.add(wellId);
    let diagnosis: CardDiagnosis | null = null;
    let downhole: DownholeCard | null;
    if (card.place === 'surface') {
      const spm = card.strokesPerMinute > 0 ? card.strokesPerMinute : null;
      const said = diagnoseCard(card, { ...equipment, spm }, solver);
      diagnosis = said.ok ? said : null;
      downhole = said.ok ? downholeCardOf(said, equipment) : null;
      if (said.ok) noteScale(scale, card, said);
    } else downhole = sentCard(card, scale);
    waiting.push({
      judged,
      diagnosis,
      card: tenant.machineLearning ? downhole : null,
      anchored: equipment.tubingAnchored ?? true,
    });
  };

  const flush = (emit: Emit<DiagnosedCard>): void => {
    const asked = waiting.flatMap(({ judged, card }) =>
      card === null ? [] : [{ tenant: judged.card.well.tenant, card }],
    );
    const sayings = sayingsOf(options.models, asked);
    let next = 0;
    for (const { judged, diagnosis, card, anchored } of waiting) {
      const pump = card === null ? null : (sayings[next++] ?? null);
      emit({ ...judged, diagnosis, pump, pumpSays: saysOf(pump, anchored, diagnosis) });
    }
    waiting.length = 0;
  };

  return {
    name: 'pump-cards',
    state: stateOf(wells, changed, pumpedOf),
    process(input, emit) {
      if (input.from === 'records') takeRecord(input.value);
      else takeCard(input.value);
      if (waiting.length === batchCards) flush(emit);
    },
    endCycle(_clock: CycleClock, emit) {
      flush(emit);
    },
  };
}

function noteScale(
  scale: SurfaceScale,
  card: PumpCard,
  { surfaceFigures: s, downhole }: CardDiagnosis,
): void {
  scale.takenAtMs = card.takenAtMs;
  scale.strokeM = s.strokeM;
  scale.rangeKn = s.peakLoadKn - s.leastLoadKn;
  if (downhole !== null) scale.computedMs = card.takenAtMs;
}

/** Controllers differ in where they draw the zero of the load, so its level is not believed. */
function sentCard({ takenAtMs, positionM, loadKn }: PumpCard, scale: SurfaceScale): DownholeCard | null {
  if (takenAtMs - scale.computedMs < computedHoldsMs) return null;
  if (Math.abs(takenAtMs - scale.takenAtMs) > sameStrokeMs) return null;
  const { strokeM: surfaceStrokeM, rangeKn: surfaceRangeKn } = scale;
  return { positionM, loadKn, surfaceStrokeM, surfaceRangeKn, rodWeightKn: null };
}

function saysOf(pump: CardSayings | null, anchored: boolean, diagnosis: CardDiagnosis | null): string {
  const [first] = pump?.opinion.top ?? [];
  if (pump === null || first === undefined || !pump.opinion.known || !isPumpFault(first.name)) return '';
  if (first.name === 'rod_part' && diagnosis !== null && liftedDespiteParting(diagnosis) !== null) return '';
  // Where it was run without an anchor, its stretch is no news.
  return first.name === 'unanchored_tubing' && !anchored ? '' : first.name;
}

/** Of cards at the pump, by the version that speaks and by those watched beside it. */
export function pumpCardScores({ card, pump }: DiagnosedCard): Score[] {
  return scoresOf(card, pump, isPumpFault);
}

function stateOf(
  wells: ReadonlyMap<number, Pumped>,
  changed: Set<number>,
  pumpedOf: (wellId: number) => Pumped,
): KeyedState {
  return {
    version: 1,
    ...drainPacked(wells, changed, (packed, { equipmentJson, scales }) => {
      packed.text(equipmentJson);
      for (const { takenAtMs, strokeM, rangeKn, computedMs } of scales)
        for (const x of [takenAtMs, strokeM, rangeKn, computedMs]) packed.float64(x);
    }),
    restore(key, value) {
      const pumped = pumpedOf(key);
      const from = new PackedReader(value);
      pumped.equipmentJson = from.text();
      if (pumped.equipmentJson !== '') pumped.equipment = readWell(JSON.parse(pumped.equipmentJson));
      for (const scale of pumped.scales) {
        scale.takenAtMs = from.float64();
        scale.strokeM = from.float64();
        scale.rangeKn = from.float64();
        scale.computedMs = from.float64();
      }
    },
  };
}
