/** `balancin evaluate series`: the multivariate detector of production on series in files. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';
import { readyOutFile } from '../outPath.js';

export const evaluateSeries: Command = {
  name: 'evaluate series',
  summary: 'judge the multivariate detector on labelled series in delimited files, beside a baseline',
  example:
    'balancin evaluate series --data pumps --time datetime --label anomaly --ignore changepoint --train-rows 400',
  options: [
    {
      flags: '--data <path>',
      description: 'a file, or a folder of them (csv or tsv, also gzipped)',
      required: true,
    },
    { flags: '--time <column>', description: 'column of times', required: true },
    {
      flags: '--values <columns>',
      description: 'inputs, separated by commas; all numeric columns by default',
    },
    { flags: '--label <column>', description: 'column of labels (0 normal), never an input' },
    { flags: '--labels <file>', description: 'labels as start,end,label or timestamp,label (and file)' },
    { flags: '--delimiter <character>', description: 'or tab, or auto', default: 'auto' },
    { flags: '--ignore <columns>', description: 'columns that are no inputs, separated by commas' },
    { flags: '--train-rows <n>', description: 'first rows of each file, which teach', default: '400' },
    { flags: '--frozen', description: 'learn from those rows alone (the default)' },
    { flags: '--adaptive', description: 'go on learning on rows without an alert' },
    { flags: '--out <file>', description: 'writes file,timestamp,score,alert' },
  ],
  async run({ terminal }, options) {
    const columnsOf = (name: string) =>
      optionalText(options, name)
        ?.split(',')
        .map((column) => column.trim())
        .filter((column) => column !== '');
    const values = columnsOf('values');
    const label = optionalText(options, 'label');
    const labels = optionalText(options, 'labels');
    const out = optionalText(options, 'out');
    const time = text(options, 'time');
    const ignore = columnsOf('ignore') ?? [];
    const trainRows = Number(text(options, 'trainRows'));
    if (options['frozen'] === true && options['adaptive'] === true)
      throw new BalancinError('USAGE', 'give --frozen or --adaptive, not both');
    if (label !== undefined && labels !== undefined)
      throw new BalancinError('USAGE', 'give --label COL or --labels FILE, not both');
    if (label !== undefined && values?.includes(label) === true)
      throw new BalancinError('USAGE', `'${label}' is the label: it cannot be an input (--values)`);
    if (values?.includes(time) === true)
      throw new BalancinError('USAGE', `'${time}' is the time: it cannot be an input (--values)`);
    if (!Number.isInteger(trainRows) || trainRows < 20)
      throw new BalancinError('USAGE', '--train-rows is a whole number, 20 or more');
    const { evaluateSeries: judge, seriesLines } = await import('#models/series/evaluate.js');
    if (out !== undefined) readyOutFile(out);
    const evaluation = judge({
      data: text(options, 'data'),
      time,
      ...(values === undefined ? {} : { values: values.filter((column) => !ignore.includes(column)) }),
      ...(label === undefined ? {} : { label }),
      ...(labels === undefined ? {} : { labels }),
      ignore,
      delimiter: delimiter(text(options, 'delimiter')),
      trainRows,
      adaptive: options['adaptive'] === true,
      ...(out === undefined ? {} : { out }),
      log: (line) => terminal.error(line),
    });
    terminal.result(evaluation, () => seriesLines(evaluation));
  },
};

function delimiter(given: string): string {
  const named: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t', comma: ',', semicolon: ';' };
  const character = named[given] ?? given;
  if (character !== 'auto' && character.length !== 1)
    throw new BalancinError('USAGE', `--delimiter is one character, tab or auto, not '${given}'`);
  return character;
}
