/** `balancin model rollback`: lets the version before speak again, or ends a shadow. */
import { type Command, optionalText } from '../command.js';

export const modelRollback: Command = {
  name: 'model rollback <model>',
  summary: 'let the version before speak again; with --shadow, end that version’s watch',
  example: 'balancin model rollback esp-risk --tenant acme',
  options: [
    { flags: '--tenant <slug>', description: 'for this tenant alone; for all by default' },
    { flags: '--shadow <version>', description: 'stop scoring this version beside the active one' },
  ],
  async run(context, options, [model = '']) {
    const tenant = optionalText(options, 'tenant') ?? null;
    const shadow = optionalText(options, 'shadow');
    const { withCell } = await import('../withCell.js');
    const { requireChoosable } = await import('#ops/models/listModels.js');
    const { chooseModel, rollBackModel } = await import('#pipelines/modelchoice/chooseModel.js');
    requireChoosable(model);
    await withCell(context, async ({ pool }) => {
      if (shadow !== undefined) {
        await chooseModel(pool, { model, tenant }, { version: shadow, role: 'ended' });
        context.terminal.result({ model, tenant, ended: shadow }, () => [
          `${model} ${shadow} is no longer scored beside the active version.`,
        ]);
        return;
      }
      const { version, by } = await rollBackModel(pool, { model, tenant });
      const follows = tenant !== null && by !== 'tenant' ? ', as for all tenants' : '';
      context.terminal.result({ model, version, tenant, by }, () => [
        `${model} ${version ?? 'of the program'} speaks again for ${tenant ?? 'all tenants without a decision of their own'}${follows}, within 15 s.`,
      ]);
    });
  },
};
