/** `balancin train flow-instability`: fits the shipped classifier on every real well it is given. */
import { BalancinError } from '#schemas/errors.js';
import { listThreeWFiles } from '../threew/listThreeWFiles.js';
import { readThreeWFile } from '../threew/readThreeWFile.js';
import { writeFlowArtifact } from './flowArtifact.js';
import { instability } from './flowClassifier.js';
import { fitFlow } from './flowFolds.js';
import { type FlowWindow, flowWindowsOf } from './flowWindows.js';

/** Without chance: full gradients from zero, so the same files give the same weights, whatever the seed. */
export async function trainFlowInstability(options: {
  readonly data: string;
  readonly folder: string;
}): Promise<{ readonly wells: readonly string[]; readonly windows: number; readonly unstableAt: number }> {
  const files = listThreeWFiles(options.data).filter(
    (f) => f.real && (f.class === 0 || f.class === instability),
  );
  for (const wanted of [0, instability])
    if (!files.some((f) => f.class === wanted))
      throw new BalancinError('NOT_FOUND', `${options.data} holds no real file of class ${wanted}`);
  const windows: FlowWindow[] = [];
  for (const { path } of files) windows.push(...flowWindowsOf(await readThreeWFile(path)));
  const model = fitFlow(windows);
  const { training } = await writeFlowArtifact(options.folder, model, files);
  return { wells: training.wells, windows: windows.length, unstableAt: model.unstableAt };
}
