/** Walks bytes by any Avro schema without keeping them: whether they are whole, before avsc (which trusts counts) sees them. */
import avro, { type Type } from 'avsc';
import type { AvroCursor } from './avroCursor.js';

const depthMax = 64;
/** Items that take no bytes (null, empty records) are not bounded by the record's length. */
const emptyItemsMax = 1_000_000;

/** After it `cursor.problem` says whether the bytes up to `cursor.position` are one value of `type`. */
export function checkBounds(cursor: AvroCursor, type: Type, depth = 0): void {
  if (cursor.problem !== null) return;
  if (depth > depthMax) return cursor.fail('values nested too deeply');
  if (avro.Type.isType(type, 'null')) return;
  if (avro.Type.isType(type, 'boolean')) {
    cursor.boolean();
  } else if (avro.Type.isType(type, 'int', 'long')) {
    cursor.long();
  } else if (avro.Type.isType(type, 'float')) {
    skip(cursor, 4);
  } else if (avro.Type.isType(type, 'double')) {
    skip(cursor, 8);
  } else if (avro.Type.isType(type, 'string', 'bytes')) {
    skip(cursor, cursor.length());
  } else if (avro.Type.isType(type, 'fixed')) {
    skip(cursor, (type as avro.types.FixedType).size);
  } else if (avro.Type.isType(type, 'enum')) {
    const symbol = cursor.long();
    const { symbols } = type as avro.types.EnumType;
    if (symbol < 0 || symbol >= symbols.length) cursor.fail(`an enum has no symbol ${symbol}`);
  } else if (avro.Type.isType(type, 'record', 'error')) {
    for (const field of (type as avro.types.RecordType).fields) checkBounds(cursor, field.type, depth + 1);
  } else if (avro.Type.isType(type, 'array')) {
    checkBlocks(cursor, [(type as avro.types.ArrayType).itemsType], depth);
  } else if (avro.Type.isType(type, 'map')) {
    checkBlocks(cursor, [text, (type as avro.types.MapType).valuesType], depth);
  } else if (avro.Type.isType(type, 'union:wrapped', 'union:unwrapped')) {
    const branch = cursor.long();
    const chosen = (type as avro.types.WrappedUnionType).types[branch];
    if (chosen === undefined) return cursor.fail(`a union has no branch ${branch}`);
    checkBounds(cursor, chosen, depth + 1);
  } else {
    cursor.fail(`a type ${type.typeName} that this version does not know`);
  }
}

const text = avro.Type.forSchema('string');

function checkBlocks(cursor: AvroCursor, parts: readonly Type[], depth: number): void {
  let items = 0;
  for (let n = cursor.blockCount(0); n > 0; n = cursor.blockCount(0)) {
    items += n;
    if (items > cursor.end - cursor.position + emptyItemsMax) {
      return cursor.fail(`a block of ${n} items goes beyond the record`);
    }
    for (; n > 0 && cursor.problem === null; n--)
      for (const part of parts) checkBounds(cursor, part, depth + 1);
  }
}

function skip(cursor: AvroCursor, bytes: number): void {
  if (cursor.problem !== null) return;
  if (bytes > cursor.end - cursor.position) return cursor.fail('the record ends inside a value');
  cursor.position += bytes;
}
