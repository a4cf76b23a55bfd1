/** Encoded rows as the binary COPY of a table, and as PostgreSQL's copy messages of several tables, ready for the socket. */
import { copyHeader, copyTrailer } from './copyFormat.js';
import type { CopyRows } from './taskCommit.js';

/** Each message costs two writes to the socket: smaller chunks are joined up to this size, larger ones go as they are. */
const messageBytes = 64 * 1024;
const copyData = 0x64;
const lengthBytes = 4;
const copyDone: Uint8Array = Buffer.from([0x63, 0, 0, 0, lengthBytes]);

/** Header, all chunks, trailer of one table: in pieces of at least `messageBytes`, but the last. */
export function* copyPayloads(parts: readonly CopyRows[]): Generator<Uint8Array> {
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

/** Every table as CopyData messages and a CopyDone, one after the other; what is small is joined over the tables. */
export function* copyMessages(tables: readonly (readonly CopyRows[])[]): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for (const parts of tables) {
    for (const payload of copyPayloads(parts)) {
      held.push(copyDataHeader(payload.length));
      heldBytes += 1 + lengthBytes;
      if (payload.length >= messageBytes) {
        yield Buffer.concat(held, heldBytes);
        yield payload;
        held = [];
        heldBytes = 0;
        continue;
      }
      held.push(payload);
      heldBytes += payload.length;
    }
    held.push(copyDone);
    heldBytes += copyDone.length;
    if (heldBytes < messageBytes) continue;
    yield Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}

function copyDataHeader(payloadBytes: number): Uint8Array {
  const header = Buffer.alloc(1 + lengthBytes);
  header[0] = copyData;
  header.writeUInt32BE(payloadBytes + lengthBytes, 1);
  return header;
}
