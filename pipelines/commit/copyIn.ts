/** One COPY of encoded rows: many chunks into few messages, done when the server has counted the rows. */
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BalancinError } from '#schemas/errors.js';
import { copyHeader, copyTrailer } from './copyFormat.js';
import type { CopyRows } from './taskCommit.js';

/** Each message costs two writes to the socket: smaller chunks are joined up to this size, larger ones go as they are. */
const messageBytes = 64 * 1024;

/** All parts are rows of one table. The bytes must stay as they are until this settles. */
export async function copyIn(client: Client, parts: readonly CopyRows[]): Promise<void> {
  const [first] = parts;
  if (first === undefined) return;
  const columns = first.table.columns.map((c) => `"${c.name}"`).join(', ');
  const target = `${client.escapeIdentifier(first.schema)}."${first.table.name}"`;
  const stream = copyFrom(`COPY ${target} (${columns}) FROM STDIN (FORMAT binary)`);
  await new Promise<void>((resolve, reject) => {
    let failed = false;
    // After an error nothing may be written any more: pg-copy-streams has let go of its connection by then.
    stream.once('error', (error) => {
      failed = true;
      reject(error);
    });
    // Not 'end' or 'close': only 'finish' says that the server has taken the rows.
    stream.once('finish', resolve);
    const pump = async (): Promise<void> => {
      for (const message of messages(parts)) {
        if (failed) return;
        await new Promise<void>((written) => stream.write(message, () => written()));
      }
      if (!failed) stream.end();
    };
    client.query(stream);
    pump().catch(reject);
  });
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (stream.rowCount !== rows) {
    throw new BalancinError(
      'BUG',
      `${target}: ${rows} rows were encoded, the server found ${stream.rowCount}`,
    );
  }
}

/** Header, all chunks, trailer: in messages of at least `messageBytes`, but the last. */
export function* messages(parts: readonly CopyRows[]): Generator<Uint8Array> {
  let held: Uint8Array[] = [copyHeader];
  let heldBytes = copyHeader.length;
  for (const part of parts) {
    for (const chunk of part.chunks) {
      if (chunk.length >= messageBytes && held.length === 0) {
        yield chunk;
        continue;
      }
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < messageBytes) continue;
      yield Buffer.concat(held, heldBytes);
      held = [];
      heldBytes = 0;
    }
  }
  held.push(copyTrailer);
  yield Buffer.concat(held, heldBytes + copyTrailer.length);
}
