/** `balancin model promote`: lets a version of a model speak, or be watched beside the one that does. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

export const modelPromote: Command = {
  name: 'model promote <model>',
  summary: 'let a version speak for a tenant or for all; running workers follow within 15 s',
  example: 'balancin model promote esp-risk --version 2.1f0c --tenant acme --shadow',
  options: [
    { flags: '--version <version>', description: 'as model list shows it', required: true },
    { flags: '--tenant <slug>', description: 'for this tenant alone; for all by default' },
    { flags: '--shadow', description: 'score it beside the active version, without alerts' },
  ],
  async run(context, options, [model = '']) {
    const version = text(options, 'version');
    const tenant = optionalText(options, 'tenant') ?? null;
    const { withCell } = await import('../withCell.js');
    const { requireVersion } = await import('#ops/models/listModels.js');
    const { chooseModel } = await import('#pipelines/modelchoice/chooseModel.js');
    await withCell(context, async ({ pool }) => {
      const { usable } = await requireVersion(model, version, context.config.models.folder);
      if (!usable)
        throw new BalancinError(
          'INCOMPATIBLE',
          `${model} ${version} was trained on other features: train it again`,
        );
      const role = options['shadow'] === true ? 'shadow' : 'active';
      await chooseModel(pool, { model, tenant }, { version, role });
      context.terminal.result({ model, version, tenant, role }, () => [
        `${model} ${version} is ${role} for ${tenant ?? 'all tenants without a decision of their own'}.`,
        'Workers that had it at their start follow within 15 s; others with their next start.',
      ]);
    });
  },
};
