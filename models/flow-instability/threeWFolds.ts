/** Who teaches and who judges: no well does both; simulated and drawn files never teach, so they may stand in both lists. */
import { BalancinError } from '#schemas/errors.js';
import { listThreeWFiles, type ThreeWFile } from '../threew/listThreeWFiles.js';
import { instability } from './flowClassifier.js';

export type ThreeWSplit =
  | { readonly train: readonly string[]; readonly test: readonly string[] }
  /** Every well, or each of `wells`, judged by what all others taught. */
  | { readonly data: readonly string[]; readonly wells?: readonly string[] };

export interface Fold {
  readonly train: readonly ThreeWFile[];
  readonly test: readonly ThreeWFile[];
}

/** Fails with USAGE where a well would teach and judge, NOT_FOUND where nothing is left to do either. */
export function foldsOf(split: ThreeWSplit): Fold[] {
  const teaches = (file: ThreeWFile) => file.real && (file.class === 0 || file.class === instability);
  if ('train' in split) {
    const train = split.train.flatMap(listThreeWFiles).filter((f) => f.real);
    const test = split.test.flatMap(listThreeWFiles);
    const both = [...new Set(train.map((f) => f.well))].filter((well) => test.some((f) => f.well === well));
    if (both.length > 0)
      throw new BalancinError('USAGE', `${both.join(', ')} would teach and judge: name each well once`);
    const teachers = train.filter(teaches);
    if (teachers.length === 0)
      throw new BalancinError('NOT_FOUND', '--train holds no real file of class 0 or 4');
    return [{ train: teachers, test }];
  }
  const all = split.data.flatMap(listThreeWFiles);
  const real = all.filter((file) => file.real);
  const wellsWith = (c: number) => new Set(real.filter((f) => f.class === c).map((f) => f.well));
  const unstable = wellsWith(instability);
  const both = [...wellsWith(0)].filter((well) => unstable.has(well));
  const wells = split.wells ?? (both.length === 0 ? [] : [...new Set(real.map((f) => f.well))].sort());
  const folds = wells.map((well) => ({
    train: real.filter((f) => f.well !== well && teaches(f)),
    test: real.filter((f) => f.well === well),
  }));
  if (folds.length === 0 || folds.some(({ train, test }) => test.length === 0 || train.length === 0))
    throw new BalancinError(
      'NOT_FOUND',
      `there are no wells to leave out: ${wells.join(', ') || 'none has both classes'}`,
    );
  const simulated = all.filter((file) => !file.real);
  if (split.wells === undefined && simulated.length > 0)
    folds.push({ train: real.filter(teaches), test: simulated });
  return folds;
}
