/** How values of the database become values here: int8 as a number that cannot lose digits unseen, all else as pg does. */
import { type CustomTypesConfig, types as pgTypes } from 'pg';
import { BalancinError } from '#schemas/errors.js';

const int8Oid = 20;
const int8ArrayOid = 1016;

function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new BalancinError('BUG', `the database sent the integer ${text}, which a number cannot hold`);
}

/** Of one dimension: `{1,NULL,3}`. */
function parseInt8Array(text: string): (number | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : parseInt8(item)));
}

export const typeParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === int8Oid) return parseInt8;
    if (format !== 'binary' && oid === int8ArrayOid) return parseInt8Array;
    return pgTypes.getTypeParser(oid, format);
  },
};
