/** What goes out to the topics of the cell, as Avro in the wire format. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { Alert } from '#schemas/records/alert.js';
import type { DeadLetter } from '#schemas/records/deadLetter.js';
import type { Score } from '#schemas/records/score.js';
import { siteKey, type TopicOut, valueSubject } from '#schemas/topics.js';
import { alertLines } from '#pipelines/alert/alertText.js';
import type { OutboxMessage } from '#pipelines/commit/taskCommit.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import type { SchemaRegistry } from '#pipelines/registry/schemaRegistry.js';

/** Above it a dead letter's bytes stay in the table alone: a message must fit a broker's default limit of 1 MiB. */
const valueBytesMax = 512 * 1024;
/** A key that is longer is no site's (`tenant/site` has at most some dozens), and may be garbage of any length. */
const keyBytesMax = 512;

export interface MessageEncoder {
  deadLetter(letter: DeadLetter): OutboxMessage;
  score(score: Score): OutboxMessage;
  alert(alert: Alert): OutboxMessage;
}

/** Our words as Avro spells the symbols of an enum. */
function symbolOf(word: string): string {
  return word.toUpperCase().replaceAll('-', '_');
}

/** Registers the schemas, once a thread. Throws REGISTRY_UNAVAILABLE, INCOMPATIBLE. */
export async function createMessageEncoder(
  registry: SchemaRegistry,
  subjectPrefix: string,
): Promise<MessageEncoder> {
  const encoderOf = async (topic: TopicOut): Promise<(value: unknown) => Uint8Array> => {
    const schema = readSchema(topic);
    const schemaId = await registry.register(valueSubject(subjectPrefix + topic), schema);
    const type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
    return (value) => encodeWire(schemaId, type.toBuffer(value));
  };
  const encodeDeadLetter = await encoderOf('balancin.dead-letter.v1');
  const encodeAlert = await encoderOf('balancin.alerts.v1');
  const encodeScore = await encoderOf('balancin.scores.v1');
  const asBuffer = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

  return {
    deadLetter(letter) {
      const { topic, partition, offset } = letter;
      const whole = letter.value === null || letter.value.length <= valueBytesMax;
      const key = letter.key === null || letter.key.length > keyBytesMax ? null : Buffer.from(letter.key);
      return {
        messageId: `${topic}/${partition}/${offset}`,
        topic: 'balancin.dead-letter.v1',
        // Without a usable key, letters of a topic stay in order among themselves.
        key: key === null ? topic : key.toString('utf8'),
        value: encodeDeadLetter({
          ...letter,
          detail: whole
            ? letter.detail
            : `${letter.detail} (its ${letter.value?.length} bytes are in the table alone)`,
          key,
          value: whole ? asBuffer(letter.value) : null,
        }),
      };
    },
    alert({ well, ...alert }) {
      const { tenant, site } = { tenant: well.tenant.slug, site: well.site };
      const said = {
        ...alert,
        site,
        well: well.well,
        startAt: new Date(alert.startMs),
        endAt: alert.endMs === null ? null : new Date(alert.endMs),
        detail: alert,
      };
      return {
        messageId: `${alert.alertId}/${alert.revision}`,
        topic: 'balancin.alerts.v1',
        key: siteKey(tenant, site),
        value: encodeAlert({
          ...alert,
          signals: alert.signals.map((signal) => ({ contributions: [], ...signal })),
          tenant,
          site,
          well: well.well,
          kind: symbolOf(alert.kind),
          state: symbolOf(alert.state),
          priority: symbolOf(alert.priority),
          severity: symbolOf(alert.severity),
          texts: { es: alertLines(said, 'es'), en: alertLines(said, 'en') },
        }),
      };
    },
    score({ well, lane, ...score }) {
      const { tenant, site } = { tenant: well.tenant.slug, site: well.site };
      return {
        messageId: `${tenant}/${well.wellId}/${score.model}/${score.version}/${lane}/${score.atMs}`,
        topic: 'balancin.scores.v1',
        key: siteKey(tenant, site),
        value: encodeScore({ ...score, tenant, site, well: well.well, historical: lane === 'backfill' }),
      };
    },
  };
}
