/** A record that could not be used: what, where and why, with its bytes kept. */

export const rejectReasons = [
  'wire-format',
  'unknown-schema',
  'undecodable',
  'key-mismatch',
  'unknown-tenant',
  'unknown-well',
  'tag-limit',
  'stream-limit',
  'empty-frame',
  'frame-too-large',
  'length-mismatch',
  'time-impossible',
  'reused-sequence',
  'past-retention',
  'not-allowed-by-plan',
  'operator-threw',
  'worker-died',
  'unreadable-batch',
  'past-log-retention',
] as const;

export type RejectReason = (typeof rejectReasons)[number];

export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The broker's clock, ms. */
  readonly arrivalMs: number;
  readonly key: Uint8Array | null;
  /** The original bytes. */
  readonly value: Uint8Array | null;
  readonly reason: RejectReason;
  /** One sentence for a person: which field, which value, what was expected. */
  readonly detail: string;
  /** Known only where the record could be read so far. */
  readonly tenant: string | null;
}
