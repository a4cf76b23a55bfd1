/** Quality of one sample: the byte that travels with it. Below `badFrom` the value may be used in sums. */

export const quality = {
  good: 0,
  uncertain: 1,
  bad: 2,
  badNotANumber: 3,
  badOutOfRange: 4,
  badSentinel: 5,
  badFrozen: 6,
  badDead: 7,
  badClockFault: 8,
  badSensor: 9,
  badComms: 10,
} as const;

/** First quality code whose value must not enter a sum. */
export const badFrom = quality.bad;

/** Codes are below 31, so that a window can hold the set of those it saw in one int32 (bit = code). */
export const qualityCodeMax = 30;
