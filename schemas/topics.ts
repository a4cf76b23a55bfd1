/** The topics of a cell: names, what they carry and which are co-partitioned. */

export const topicsIn = [
  'edge.telemetry.v1',
  'edge.backfill.v1',
  'edge.cards.v1',
  'edge.records.v1',
  'edge.status.v1',
] as const;
export const topicsOut = ['balancin.alerts.v1', 'balancin.scores.v1', 'balancin.dead-letter.v1'] as const;

export type TopicIn = (typeof topicsIn)[number];
export type TopicOut = (typeof topicsOut)[number];
export type Topic = TopicIn | TopicOut;

/** File under `schemas/avro/` that holds the value schema of a topic: backfill carries the same frames as telemetry. */
export const schemaFileOf: Readonly<Record<Topic, string>> = {
  'edge.telemetry.v1': 'edge.telemetry.v1.avsc',
  'edge.backfill.v1': 'edge.telemetry.v1.avsc',
  'edge.cards.v1': 'edge.cards.v1.avsc',
  'edge.records.v1': 'edge.records.v1.avsc',
  'edge.status.v1': 'edge.status.v1.avsc',
  'balancin.alerts.v1': 'balancin.alerts.v1.avsc',
  'balancin.scores.v1': 'balancin.scores.v1.avsc',
  'balancin.dead-letter.v1': 'balancin.dead-letter.v1.avsc',
};

/** Partitions of every topic in of a cell: fixed when the cell is created (a power of two, at most 128). */
export const partitionCountDefault = 32;
export const partitionCountMax = 128;

/** Key of every record a site sends, so that all of it meets in one partition. */
export function siteKey(tenant: string, site: string): string {
  return `${tenant}/${site}`;
}

/** Subject of a topic's value schema in the registry (Confluent's TopicNameStrategy). */
export function valueSubject(topic: string): string {
  return `${topic}-value`;
}
