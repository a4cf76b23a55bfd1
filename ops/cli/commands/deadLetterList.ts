/** `balancin dead-letter list`: what could not be used, newest first. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

const select = `
  SELECT dead_letter_id AS id, arrived_at AS "arrivedAt", topic, partition, record_offset AS "offset", tenant, reason, detail
  FROM balancin.dead_letter
  WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR reason = $2)
  ORDER BY dead_letter_id DESC
  LIMIT $3`;

interface Row {
  readonly id: number;
  readonly arrivedAt: Date;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly tenant: string | null;
  readonly reason: string;
  readonly detail: string;
}

export const deadLetterList: Command = {
  name: 'dead-letter list',
  summary: 'list records that could not be used, newest first',
  example: 'balancin dead-letter list --reason unknown-well --limit 20',
  options: [
    { flags: '--tenant <slug>', description: 'only of this tenant' },
    { flags: '--reason <reason>', description: 'only for this reason' },
    { flags: '--limit <n>', description: 'how many', default: '50' },
  ],
  async run(context, options) {
    const limit = Number(text(options, 'limit'));
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
      throw new BalancinError('USAGE', '--limit takes a whole number from 1 to 10000');
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    await withCell(context, async ({ pool }) => {
      const { rows } = await pool.query<Row>(select, [
        optionalText(options, 'tenant') ?? null,
        optionalText(options, 'reason') ?? null,
        limit,
      ]);
      context.terminal.result({ deadLetters: rows }, () =>
        rows.length === 0
          ? ['no dead letters']
          : table(
              ['id', 'arrived', 'source', 'tenant', 'reason', 'detail'],
              rows.map((row) => [
                String(row.id),
                row.arrivedAt.toISOString(),
                `${row.topic}/${row.partition}@${row.offset}`,
                row.tenant ?? '-',
                row.reason,
                row.detail,
              ]),
            ),
      );
    });
  },
};
