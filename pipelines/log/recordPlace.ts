/** A record's place in the log as text, `topic/partition@offset`: in lists, in commands, in the header of a replay. */

export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Header of a record that was put back on its topic: the place of the dead letter that it repeats. */
export const deadLetterHeader = 'balancin-dead-letter';

const pattern = /^([A-Za-z0-9._-]{1,249})\/(\d{1,9})@(\d{1,15})$/;

export function sayPlace({ topic, partition, offset }: RecordPlace): string {
  return `${topic}/${partition}@${offset}`;
}

export function parsePlace(text: string): RecordPlace | null {
  const [, topic, partition, offset] = pattern.exec(text) ?? [];
  return topic === undefined ? null : { topic, partition: Number(partition), offset: Number(offset) };
}

/** Which dead letter a record repeats; null for all others. */
export function replayOf(headers: Readonly<Record<string, Uint8Array>> | null): RecordPlace | null {
  const bytes = headers?.[deadLetterHeader];
  return bytes === undefined ? null : parsePlace(Buffer.from(bytes).toString('utf8'));
}
