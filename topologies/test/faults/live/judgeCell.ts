/** Compares what a cell holds and has said with the truth of its topics. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRecord, Truth } from '../truth/truth.js';
import { compareSentLetters, compareStored } from '../truth/compareStored.js';
import { judgeRecords } from '../truth/judgeRecords.js';
import { readStored } from '../truth/readStored.js';
import { closingTag } from '../truth/traffic.js';
import { judgeAlerts, readAlerts } from './judgeAlerts.js';
import { type LiveCell, liveWells, siteSilentMs, tenant } from './liveCell.js';
import { type ReadRecord, readTopics } from './readTopic.js';

const topology = 'wells';
const deadLetterTopic = 'balancin.dead-letter.v1';
const alertTopic = 'balancin.alerts.v1';
const lookEveryMs = 200;
const openTags = new Set([closingTag]);

/** Asked once all traffic is there; straight from the brokers. */
export async function truthOf(cell: LiveCell, brokers: readonly string[]): Promise<Truth> {
  const records = await readTopics(brokers, cell.prefix, ['edge.telemetry.v1', 'edge.backfill.v1']);
  return judgeRecords(records, { schemas: cell.schemas, wells: liveWells });
}

/** Until the database holds the truth and the outbox is empty; what differs still when the time is up. */
export async function untilTrue(cell: LiveCell, truth: Truth, deadlineMs: number): Promise<string[]> {
  for (;;) {
    // A database that was just restarted is asked again.
    const differences = await differencesOf(cell, truth).catch((error: unknown) => [String(error)]);
    if (differences.length === 0 || performance.now() > deadlineMs) return differences;
    await sleep(lookEveryMs);
  }
}

/** Likewise, and until sites that fell silent with the end of the traffic were told of. */
export async function untilSettled(cell: LiveCell, truth: Truth, deadlineMs: number): Promise<string[]> {
  const differences = await untilTrue(cell, truth, deadlineMs);
  if (differences.length > 0) return differences;
  await sleep(3 * siteSilentMs);
  return await untilTrue(cell, truth, deadlineMs);
}

async function differencesOf(cell: LiveCell, truth: Truth): Promise<string[]> {
  const { rows } = await cell.pool.query<{ waiting: number }>(
    'SELECT count(*)::int AS waiting FROM balancin.outbox',
  );
  const waiting = rows[0]?.waiting ?? 0;
  const stored = await readStored(cell.pool, topology, [tenant]);
  const differences = compareStored(truth, stored, { openTags });
  return waiting === 0 ? differences : [...differences, `outbox: ${waiting} messages were not sent`];
}

/** What was said to the outside: every dead letter and every alert at least once, in the order of its key. */
export async function judgeMessages(
  cell: LiveCell,
  truth: Truth,
  brokers: readonly string[],
): Promise<{ differences: string[]; sentAgain: number; alerts: number }> {
  const letters = await readTopics(brokers, cell.prefix, [deadLetterTopic]);
  const said = await readTopics(brokers, cell.prefix, [alertTopic]);
  const letterIds = letters.map(messageId);
  const alertIds = said.map(messageId);
  const alerts = await readAlerts(cell.pool, tenant);
  return {
    differences: [
      ...compareSentLetters(truth, letterIds),
      ...outOfOrder(letters),
      ...judgeAlerts(alerts, alertIds),
    ],
    sentAgain: letterIds.length - new Set(letterIds).size + alertIds.length - new Set(alertIds).size,
    alerts: new Set(alerts.map(({ alertId }) => alertId)).size,
  };
}

const messageId = (record: ReadRecord): string => record.headers['message-id'] ?? '(none)';

/** A relay that repeats itself goes back; what it says for the first time never comes before an earlier one. */
function outOfOrder(messages: readonly ReadRecord[]): string[] {
  const differences: string[] = [];
  const said = new Set<string>();
  const latest = new Map<string, number>();
  for (const message of messages) {
    const id = messageId(message);
    if (said.has(id)) continue;
    said.add(id);
    const [topic = '', partition = '', offset = ''] = id.split('/');
    const order = `${keyOf(message)} of ${topic}/${partition}`;
    const before = latest.get(order) ?? -1;
    if (Number(offset) < before)
      differences.push(`outbox: ${id} was first sent after offset ${before}, key ${order}`);
    latest.set(order, Math.max(before, Number(offset)));
  }
  return differences;
}

const keyOf = ({ key }: LoggedRecord): string => (key === null ? '' : Buffer.from(key).toString('utf8'));
