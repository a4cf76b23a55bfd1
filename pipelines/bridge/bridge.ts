/** The way in, whatever the protocol: an authenticated message goes to the log, and the promise says when it is durable. */
import { readSchema } from '#schemas/avro/readSchema.js';
import { valueSubject } from '#schemas/topics.js';
import type { EventLog } from '#pipelines/log/eventLog.js';
import type { SchemaRegistry } from '#pipelines/registry/schemaRegistry.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import { AppendQueue } from './appendQueue.js';
import { bridgeErrorHeader, toRecord } from './ingest.js';
import { type EdgeIdentity, type EdgeKind, edgeKinds } from './mqttTopic.js';

export interface BridgeOptions {
  readonly log: EventLog;
  readonly registry: SchemaRegistry;
  /** Put before the topics' names in the registry: what stands before them in Kafka. */
  readonly subjectPrefix: string;
  /** Messages taken and not yet durable. */
  readonly inFlightMax: number;
  readonly lines: WorkerLog;
}

export interface BridgeCounts {
  /** Messages durable in the log. */
  readonly taken: number;
  /** Of them, those passed on as they came because they made no sense. */
  readonly senseless: number;
}

export interface Bridge {
  /** Resolves when the log holds the message durably. Throws LIMIT_REACHED when too many wait. */
  take(identity: EdgeIdentity, kind: EdgeKind, payload: Uint8Array, contentType?: string): Promise<void>;
  counts(): BridgeCounts;
  close(): Promise<void>;
}

const batchRecordsMax = 500;
const retryMs = 200;
const retryMaxMs = 5_000;

export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { log, registry, subjectPrefix, inFlightMax, lines } = options;
  const kinds = Object.keys(edgeKinds) as EdgeKind[];
  const ids = new Map<EdgeKind, number>();
  for (const kind of kinds) {
    const topic = edgeKinds[kind];
    ids.set(kind, await registry.register(valueSubject(subjectPrefix + topic), readSchema(topic)));
  }
  const schemaIds = Object.fromEntries(ids) as Record<EdgeKind, number>;
  const producer = await log.producer();
  const queue = new AppendQueue(producer, {
    recordsMax: inFlightMax,
    batchRecordsMax,
    retryMs,
    retryMaxMs,
    failed: (err, waitMs) =>
      lines.warn({ err, waitMs }, `the log did not take a batch; again in ${waitMs} ms`),
  });
  let taken = 0;
  let senseless = 0;
  return {
    async take(identity, kind, payload, contentType) {
      const record = toRecord(schemaIds, identity, kind, payload, contentType);
      await queue.append(record);
      taken++;
      if (record.headers?.[bridgeErrorHeader] !== undefined) {
        senseless++;
        lines.warn(
          { ...identity, kind, reason: Buffer.from(record.headers[bridgeErrorHeader]).toString('utf8') },
          'a message made no sense and goes to the dead letters',
        );
      }
    },
    counts: () => ({ taken, senseless }),
    async close() {
      await queue.close();
      await producer.close();
    },
  };
}
