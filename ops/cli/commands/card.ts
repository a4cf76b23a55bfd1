/** `balancin card`: what one dynamometer card says of its well. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';
import { readyOutFile } from '../outPath.js';
import { shownPath } from '../shownPath.js';

export const card: Command = {
  name: 'card',
  summary: 'read a dynamometer card: condition, pump card, fillage, loads, torque',
  example: 'balancin card --card card.csv --well well.json --out card.svg',
  options: [
    {
      flags: '--card <file>',
      description: 'CSV or TSV (position_m, load_kn a line), JSON of the same, or a shared TSV',
      required: true,
    },
    {
      flags: '--well <file>',
      description: 'JSON: spm, rods, pump, tubing, fluid, unit; what is missing drops what needs it',
    },
    { flags: '--out <file>', description: 'draw the cards: .svg or .png' },
  ],
  async run({ terminal }, options) {
    const out = optionalText(options, 'out');
    if (out !== undefined && !/\.(svg|png)$/iu.test(out))
      throw new BalancinError('USAGE', `--out ${out} must end in .svg or .png`);
    if (out !== undefined) readyOutFile(resolve(out));
    const { readCardFile } = await import('#models/rodpump/pump/readCardFile.js');
    const { readWell } = await import('#models/rodpump/pump/wellFile.js');
    const { diagnoseCard } = await import('#models/rodpump/pump/diagnoseCard.js');
    const { cardFacts, cardLines } = await import('#models/rodpump/pump/cardLines.js');
    const { openCardClassifier } = await import('#models/rodpump/cards/openCardClassifier.js');
    const { opinionFacts } = await import('#models/rodpump/cards/cardOpinionLines.js');
    const { downholeCardOf } = await import('#models/rodpump/downhole/downholeCardOf.js');
    const { openPumpClassifier } = await import('#models/rodpump/downhole/openPumpClassifier.js');
    const { liftedDespiteParting } = await import('#models/rodpump/downhole/partedRods.js');
    const { pumpOpinionFacts } = await import('#models/rodpump/downhole/pumpOpinionLines.js');
    const raw = await readCardFile(resolve(text(options, 'card')));
    const well = readWell(await readJson(optionalText(options, 'well')));
    const diagnosis = diagnoseCard(raw, well);
    if (!diagnosis.ok) throw new BalancinError('DATA_INVALID', `this is no card: ${diagnosis.reason}`);
    const classifier = await openCardClassifier();
    const { positionM, loadKn } = diagnosis.surface;
    const curve = { positionM: Float64Array.from(positionM), loadKn: Float64Array.from(loadKn) };
    const [opinion] = diagnosis.shapeProblem === null ? classifier.classify([curve]) : [];
    classifier.dispose();
    const said = opinionFacts(opinion, {
      measuredM3D: well.measuredM3D,
      displacementM3D: diagnosis.displacementM3D,
    });
    const pumpCard = downholeCardOf(diagnosis, well);
    const pumpClassifier = pumpCard === null ? null : await openPumpClassifier();
    const [pumpOpinion] = pumpCard === null ? [] : (pumpClassifier?.classify([pumpCard]) ?? []);
    pumpClassifier?.dispose();
    const saidOfPump = pumpOpinionFacts(pumpOpinion, liftedDespiteParting(diagnosis));
    const figures = cardFacts(diagnosis);
    const shown = {
      facts: [...said.facts, ...saidOfPump.facts, ...figures.facts],
      remarks: [...said.remarks, ...saidOfPump.remarks, ...figures.remarks],
    };
    if (out !== undefined) {
      const { cardPicture } = await import('#jobs/reports/card/cardPicture.js');
      const svg = cardPicture({
        title: `Dynamometer card ${text(options, 'card').split(/[\\/]/u).at(-1) ?? ''}`,
        surface: diagnosis.surface,
        downhole: diagnosis.downhole,
        ...shown,
      });
      if (/\.png$/iu.test(out)) {
        const { pngOf } = await import('#jobs/reports/card/pngOf.js');
        await writeFile(out, pngOf(svg));
      } else await writeFile(out, svg);
    }
    const condition = { ...opinion, model: classifier.model, version: classifier.version };
    const pumpCondition =
      pumpClassifier === null
        ? null
        : { ...pumpOpinion, model: pumpClassifier.model, version: pumpClassifier.version };
    terminal.result({ ...diagnosis, condition, pumpCondition, out: out ?? null }, () => [
      ...cardLines(shown),
      ...(out === undefined ? [] : [`drawn in ${shownPath(resolve(out))}`]),
    ]);
  },
};

async function readJson(path: string | undefined): Promise<unknown> {
  if (path === undefined) return {};
  let body: string;
  try {
    body = await readFile(path, 'utf8');
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `the well file ${path} cannot be read`, { cause });
  }
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `the well file ${path} is not JSON`, { cause });
  }
}
