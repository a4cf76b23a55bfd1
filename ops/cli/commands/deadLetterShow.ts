/** `balancin dead-letter show`: one record that could not be used, with its original bytes. */
import { BalancinError } from '#schemas/errors.js';
import type { Command } from '../command.js';

const select = `
  SELECT dead_letter_id AS id, arrived_at AS "arrivedAt", topic, partition, record_offset AS "offset", tenant, reason, detail,
    key, value
  FROM balancin.dead_letter
  WHERE dead_letter_id = $1`;

interface Row {
  readonly id: number;
  readonly arrivedAt: Date;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly tenant: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const bytesShownMax = 512;

/** Offset, sixteen bytes in hex, and the same as text. */
function hexDump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, bytesShownMax); at += 16) {
    const row = bytes.subarray(at, Math.min(at + 16, bytesShownMax));
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = [...row]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  if (bytes.length > bytesShownMax)
    lines.push(`… ${bytes.length - bytesShownMax} bytes more; --json holds them all`);
  return lines;
}

export const deadLetterShow: Command = {
  name: 'dead-letter show <id>',
  summary: 'show one record that could not be used, with its original bytes',
  example: 'balancin dead-letter show 17',
  options: [],
  async run(context, _options, args) {
    const [id = ''] = args;
    if (!/^\d{1,15}$/.test(id)) throw new BalancinError('USAGE', `'${id}' is not the id of a dead letter`);
    const { withCell } = await import('../withCell.js');
    await withCell(context, async ({ pool }) => {
      const { rows } = await pool.query<Row>(select, [id]);
      const [row] = rows;
      if (row === undefined) throw new BalancinError('NOT_FOUND', `there is no dead letter ${id}`);
      const { key, value, ...rest } = row;
      const json = {
        ...rest,
        keyBase64: key?.toString('base64') ?? null,
        valueBase64: value?.toString('base64') ?? null,
      };
      context.terminal.result(json, () => [
        `dead letter ${row.id}`,
        `  source   ${row.topic}, partition ${row.partition}, offset ${row.offset}`,
        `  arrived  ${row.arrivedAt.toISOString()}`,
        `  tenant   ${row.tenant ?? 'not known'}`,
        `  key      ${key?.toString('utf8') ?? 'none'}`,
        `  reason   ${row.reason}: ${row.detail}`,
        `  value    ${value === null ? 'none' : `${value.length} bytes`}`,
        ...hexDump(value ?? new Uint8Array(0)).map((line) => `    ${line}`),
      ]);
    });
  },
};
