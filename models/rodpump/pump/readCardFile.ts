/** Reads one card from a file: JSON, CSV of two columns, or a line of the shared TSV. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';
import type { RawCard } from './cardRepair.js';

const bytesMax = 64 * 1024 * 1024;

/** Units by the end of a column's or key's name. */
const toMetres = {
  position_m: 1,
  position_cm: 0.01,
  position_mm: 0.001,
  position_in: 0.0254,
  position_ft: 0.3048,
} as const;
const toKilonewtons = { load_kn: 1, load_n: 0.001, load_lbf: 0.00444822, load_klbf: 4.44822 } as const;

/**
 * JSON: `{"position_m": […], "load_kn": […]}`. CSV: a header that names both columns (separated by comma, semicolon or tab) and a
 * point a line. TSV as shared: `class, position (m), load (kN)`, of which the first card is read. Other units by other names:
 * `position_in`, `load_lbf` and so on. Throws NOT_FOUND or DATA_INVALID; whether the numbers make a card is not asked here.
 */
export async function readCardFile(path: string): Promise<RawCard> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `the card ${path} cannot be read`, { cause });
  }
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: bytesMax });
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `the card ${path} is no whole gzip file`, { cause });
  }
  return parseCard(bytes.toString('utf8'), path);
}

export function parseCard(text: string, path: string): RawCard {
  const body = text.replace(/^\uFEFF/u, '').trim();
  if (body === '') throw invalid(path, 'it is empty');
  return body.startsWith('{') ? fromJson(body, path) : fromTable(body, path);
}

function fromJson(body: string, path: string): RawCard {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `the card ${path} is not JSON`, { cause });
  }
  const object = json as Record<string, unknown>;
  const column = (units: Readonly<Record<string, number>>): number[] => {
    const key = Object.keys(object).find((name) => units[name.toLowerCase()] !== undefined);
    const values = key === undefined ? undefined : object[key];
    if (key === undefined || !Array.isArray(values))
      throw invalid(path, `it needs a list under one of ${Object.keys(units).join(', ')}`);
    const scale = units[key.toLowerCase()] ?? 1;
    return values.map((value: unknown) => (typeof value === 'number' ? value * scale : Number.NaN));
  };
  return { positionM: column(toMetres), loadKn: column(toKilonewtons) };
}

function fromTable(body: string, path: string): RawCard {
  const lines = body.split(/\r?\n/);
  const head = lines[0] ?? '';
  const separator = [',', ';', '\t'].find((each) => head.includes(each)) ?? ',';
  const names = head.split(separator).map((name) => name.trim().toLowerCase());
  const find = (units: Readonly<Record<string, number>>) =>
    names.findIndex((name) => units[name] !== undefined);
  const [x, f] = [find(toMetres), find(toKilonewtons)];
  if (x < 0 || f < 0)
    throw invalid(
      path,
      `its header must name a position (${Object.keys(toMetres).join(', ')}) and a load (${Object.keys(toKilonewtons).join(', ')})`,
    );
  const scaleX = (toMetres as Record<string, number>)[names[x] ?? ''] ?? 1;
  const scaleF = (toKilonewtons as Record<string, number>)[names[f] ?? ''] ?? 1;
  const rows = lines.slice(1).map((line) => line.split(separator));
  const cells = (rows[0] ?? []).map((cell) => cell.split(','));
  // The shared form has a whole card a line, its points separated by commas.
  const isWhole = separator === '\t' && (cells[x]?.length ?? 0) > 1;
  const numbers = (values: readonly (string | undefined)[], scale: number) =>
    values.map((value) => (value === undefined || value.trim() === '' ? Number.NaN : Number(value) * scale));
  return isWhole
    ? { positionM: numbers(cells[x] ?? [], scaleX), loadKn: numbers(cells[f] ?? [], scaleF) }
    : {
        positionM: numbers(
          rows.map((row) => row[x]),
          scaleX,
        ),
        loadKn: numbers(
          rows.map((row) => row[f]),
          scaleF,
        ),
      };
}

function invalid(path: string, what: string): BalancinError {
  return new BalancinError('DATA_INVALID', `the card ${path}: ${what}`);
}
