/** Puts dead letters back on the topics they came in by, with their original bytes. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import type { LogProducer } from '#pipelines/log/eventLog.js';
import { deadLetterHeader, sayPlace } from '#pipelines/log/recordPlace.js';
import { decide } from './decide.js';
import type { Letter } from './letter.js';
import { readBytes } from './selectLetters.js';

/**
 * One after the other, in the order given:
 * 1. append the bytes, under the same key, with a header that names the letter; wait until they are durable
 * 2. write down that it was replayed
 * Stopped between the two it is replayed again by the next call, which is harmless: the workers admit a frame once by its
 * identity (a rejected frame's number stays open for its replay), and a site record is the same version of itself.
 * Throws DATA_INVALID for a record without a key: no worker would take it.
 */
export async function replayLetters(
  pool: Pool,
  producer: LogProducer,
  letters: readonly Letter[],
  actor: string,
): Promise<void> {
  for (const letter of letters) {
    const { key, value } = await readBytes(pool, letter.id);
    if (key === null)
      throw new BalancinError(
        'DATA_INVALID',
        `dead letter ${letter.id} has no key, by which its partition is found: skip it instead`,
      );
    const headers = { [deadLetterHeader]: Buffer.from(sayPlace(letter), 'utf8') };
    await producer.append([{ topic: letter.topic, key, value, headers }]);
    await inPoolTransaction(pool, (client) =>
      decide(client, letter, { decision: 'replayed', actor, why: null }),
    );
  }
}
