import test from 'ava';
import { verdictOf } from './verdict.js';

const cases: readonly [number, number, number, number, string][] = [
  // class, process findings, scores above, scores, verdict
  [0, 0, 3, 57, '✔ quiet'],
  [0, 0, 0, 0, '✔ quiet'],
  [0, 1, 0, 57, '✘ false alarm of detectors'],
  [0, 0, 20, 21, '✘ false alarm of model'],
  [3, 0, 10, 20, '✘ missed'],
  [3, 0, 11, 20, '✔ found by model'],
  [3, 2, 0, 20, '✔ found by detectors'],
  [3, 2, 20, 20, '✔ found by detectors and model'],
  [-1, 0, 0, 20, 'nothing found'],
  [-1, 1, 0, 20, 'found by detectors'],
];

test('an event is found or missed, normal operation quiet or a false alarm, by findings or by most of the scores', (t) => {
  for (const [label, processFindings, scoresAbove, scores, verdict] of cases)
    t.is(
      verdictOf({
        well: 'W',
        class: label,
        minutes: 1,
        sensorFindings: 5,
        processFindings,
        scores,
        scoresAbove,
      }),
      verdict,
    );
});
