/** `balancin alert act`: acknowledges, shelves, takes out of service, or says whether an alert was right. */
import { randomUUID } from 'node:crypto';
import { BalancinError } from '#schemas/errors.js';
import { siteKey, valueSubject } from '#schemas/topics.js';
import { type Command, optionalText, text } from '../command.js';

const actions: Readonly<Record<string, string>> = {
  acknowledge: 'ACKNOWLEDGE',
  shelve: 'SHELVE',
  unshelve: 'UNSHELVE',
  'out-of-service': 'OUT_OF_SERVICE',
  'return-to-service': 'RETURN_TO_SERVICE',
  feedback: 'FEEDBACK',
};
const feedbacks = ['true', 'false', 'known'];
const hlcPerMs = 1024;
const hourMs = 3_600_000;

export const alertAct: Command = {
  name: 'alert act <action>',
  summary: `answer alerts of a well: ${Object.keys(actions).join(', ')}`,
  example:
    'balancin alert act shelve --tenant acme --site norte --well W-1 --hours 8 --by ana --reason "acid job"',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--site <site>', description: 'site', required: true },
    { flags: '--well <well>', description: 'well', required: true },
    { flags: '--by <name>', description: 'who decides it', required: true },
    { flags: '--id <alert>', description: 'the alert it is about; what is open at the well by default' },
    { flags: '--tag <tag>', description: 'signal to shelve; the whole well by default' },
    { flags: '--hours <n>', description: 'how long a shelf lasts, at most 720' },
    { flags: '--reason <text>', description: 'why; a shelf and out-of-service need one' },
    { flags: '--feedback <answer>', description: 'true, false or known' },
  ],
  async run(context, options, [name = '']) {
    const action = actions[name];
    if (action === undefined)
      throw new BalancinError('USAGE', `alert act takes ${Object.keys(actions).join(', ')}, not '${name}'`);
    const reason = optionalText(options, 'reason') ?? '';
    if ((name === 'shelve' || name === 'out-of-service') && reason === '')
      throw new BalancinError('USAGE', `${name} needs --reason: who comes after wants to know`);
    const hours = Number(optionalText(options, 'hours') ?? Number.NaN);
    if (name === 'shelve' && !(hours > 0 && hours <= 720))
      throw new BalancinError('USAGE', 'shelve needs --hours, above 0 and at most 720');
    const feedback = optionalText(options, 'feedback') ?? null;
    if (name === 'feedback' && !feedbacks.includes(feedback ?? ''))
      throw new BalancinError('USAGE', '--feedback takes true, false or known');
    const { withCell } = await import('../withCell.js');
    const { readSchema } = await import('#schemas/avro/readSchema.js');
    const { encodeSiteRecord } = await import('#pipelines/records/encodeSiteRecord.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const [tenant, site, well] = [text(options, 'tenant'), text(options, 'site'), text(options, 'well')];
    await withCell(context, async (cell) => {
      const { rows } = await asTenant(cell.pool, tenant, (client) =>
        client.query('SELECT 1 FROM well JOIN site s USING (site_id) WHERE s.name = $1 AND well.name = $2', [
          site,
          well,
        ]),
      );
      if (rows.length === 0) throw new BalancinError('NOT_FOUND', `${tenant}/${site} has no well ${well}`);
      const topic = 'edge.records.v1';
      const registry = await cell.registry();
      const topicName = cell.config.cell.topicPrefix + topic;
      const schemaId = await registry.register(valueSubject(topicName), readSchema(topic));
      const nowMs = Date.now();
      const value = encodeSiteRecord(
        {
          tenant,
          site,
          recordId: randomUUID(),
          hlc: nowMs * hlcPerMs,
          tombstone: false,
          kind: 'AlertAction',
          body: {
            well,
            action,
            alertId: optionalText(options, 'id') ?? null,
            tag: optionalText(options, 'tag') ?? null,
            untilMs: name === 'shelve' ? nowMs + hours * hourMs : null,
            reason,
            by: text(options, 'by'),
            feedback: feedback?.toUpperCase() ?? null,
          },
        },
        schemaId,
      );
      const producer = await (await cell.log()).producer();
      try {
        await producer.append([{ topic, key: Buffer.from(siteKey(tenant, site)), value }]);
      } finally {
        await producer.close();
      }
      context.terminal.result({ action: name, tenant, site, well }, () => [
        `${name} for ${tenant}/${site}/${well} is in the log; the workers act on it within a cycle`,
      ]);
    });
  },
};
