/** Puts the schedule in the place of the timers and the stopwatch of engine code: it, not a clock, says who wakes when. */
import timers from 'node:timers/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { Gates } from './gates.js';

const realSleep = timers.setTimeout;

/** Every `setTimeout` of 'node:timers/promises' waits at a gate from here on, until called with null. */
export function sleepAtGates(gates: Gates | null): void {
  timers.setTimeout = gates === null ? realSleep : (virtualSleep(gates) as typeof timers.setTimeout);
  syncBuiltinESMExports();
}

function virtualSleep(gates: Gates) {
  return async <T>(
    _delayMs?: number,
    value?: T,
    options?: { signal?: AbortSignal },
  ): Promise<T | undefined> => {
    const { signal } = options ?? {};
    let refuse = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      refuse = () => reject(new Error('the sleep was cut short'));
    });
    if (signal?.aborted) refuse();
    signal?.addEventListener('abort', refuse, { once: true });
    try {
      await Promise.race([gates.pass(null, 'sleep'), aborted]);
    } finally {
      signal?.removeEventListener('abort', refuse);
    }
    return value;
  };
}

const realNow = performance.now.bind(performance);

/** What `performance.now()` says from here on, ms; until called with null. */
export function measureBy(now: (() => number) | null): void {
  performance.now = now ?? realNow;
}
