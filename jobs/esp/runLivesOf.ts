/** From what sites recorded to run lives of a fleet: when each pump came under observation, how long it ran, how it ended. */
import type { RunLife } from '#models/esp/output/runLives.js';
import type { EspOutcomeRecord } from './readOutcomes.js';

const dayMs = 86_400_000;

/**
 * A pump that ran already when it was first told of is met half-way (left-truncated); one whose whole life lay before is left
 * out, for of those the long-lived are missing. Ended by a failure or not (pulled for another reason, another pump in its
 * place, still running at `nowMs`: censored).
 */
export function runLivesOf(records: readonly EspOutcomeRecord[], nowMs: number): RunLife[] {
  const lives: RunLife[] = [];
  const running = new Map<number, { readonly atMs: number; readonly toldMs: number }>();
  const end = (wellId: number, endMs: number, failed: boolean): void => {
    const life = running.get(wellId);
    running.delete(wellId);
    if (life === undefined) return;
    const fromDays = Math.max(life.toldMs - life.atMs, 0) / dayMs;
    const toDays = (Math.min(endMs, nowMs) - life.atMs) / dayMs;
    if (toDays > fromDays) lives.push({ fromDays, toDays, failed: failed && endMs <= nowMs });
  };
  for (const record of records) {
    if (record.kind === 'inspected') continue;
    if (record.kind === 'installed') {
      end(record.wellId, record.atMs, false);
      running.set(record.wellId, record);
    } else end(record.wellId, record.failedMs ?? record.atMs, record.failedMs !== null);
  }
  for (const wellId of running.keys()) end(wellId, nowMs, false);
  return lives;
}

/** Wells whose pump is out: pulled, and none put in since. */
export function pulledWells(records: readonly EspOutcomeRecord[]): ReadonlySet<number> {
  const pulled = new Set<number>();
  for (const { kind, wellId } of records)
    if (kind === 'pulled') pulled.add(wellId);
    else if (kind === 'installed') pulled.delete(wellId);
  return pulled;
}
