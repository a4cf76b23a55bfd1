/** The baseline as a source of findings: a sensor 4 standard deviations from its last hour is one until ten minutes after. */
import type { Operator } from '#pipelines/operator.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { createMovingZScore, type MovingZScore, zScoreThreshold } from '../flow-autoencoder/movingZScore.js';

const quietMinutes = 10;

interface Watched {
  readonly score: MovingZScore;
  openMs: number | null;
  quiet: number;
}

/** For one well. */
export function createMovingZScoreFindings(
  tags: readonly string[],
  tagName: (tenant: TenantRef, id: number) => string,
): Operator<WindowBatch, Anomaly> {
  const watched = new Map<string, Watched>(
    tags.map((tag) => [tag, { score: createMovingZScore([tag]), openMs: null, quiet: 0 }]),
  );
  return {
    name: 'moving-z-score',
    process(batch, emit) {
      if (batch.length === 0) return;
      const well = batch.wells[0] as WellRef;
      const startMs = batch.startMs[0] as number;
      const endMs = startMs + 60_000;
      for (const [tag, one] of watched) {
        one.score.add(batch, (id) => tagName(well.tenant, id));
        const score = one.score.worst(startMs, endMs);
        const away = score > zScoreThreshold;
        one.quiet = away ? 0 : one.quiet + 1;
        const ends = one.openMs !== null && one.quiet >= quietMinutes;
        if (one.openMs === null && !away) continue;
        if (one.openMs !== null && !ends) continue;
        one.openMs ??= startMs;
        emit({
          anomalyId: [well.wellId, tag, 'moving-z-score', one.openMs].join('/'),
          well,
          lane: 'live',
          tag,
          detector: 'moving-z-score',
          kind: 'process',
          severity: 'warning',
          startMs: one.openMs,
          endMs: ends ? endMs : null,
          score,
          expected: null,
          actual: null,
          unit: null,
          textKey: 'away',
        });
        if (ends) one.openMs = null;
      }
    },
  };
}
