import test from 'ava';
import wells from '#topologies/wells.js';
import { mermaidOf } from './mermaid.js';

test('every node is drawn once, with an arrow from each that it reads', (t) => {
  t.is(
    mermaidOf(
      'source frames < a.v1, b.v1; operator window < frames; join both < raw frames, minutes window; sink rows < both',
    ),
    [
      'flowchart LR',
      '  frames(["frames"])',
      '  a.v1[("a.v1")]',
      '  a.v1 --> frames',
      '  b.v1[("b.v1")]',
      '  b.v1 --> frames',
      '  window["window"]',
      '  frames --> window',
      '  both{{"both"}}',
      '  frames -->|raw| both',
      '  window -->|minutes| both',
      '  rows[/"rows"/]',
      '  both --> rows',
    ].join('\n'),
  );
});

test('no arrow of the shipped topology comes from a node that is not drawn', (t) => {
  const lines = mermaidOf(wells.structure).split('\n').slice(1);
  const drawn = new Set(
    lines.filter((line) => !line.includes('-->')).map((line) => /[^\s[({]+/.exec(line)?.[0]),
  );
  for (const line of lines.filter((text) => text.includes('-->')))
    for (const end of line.trim().split(/ -->(?:\|\S+\|)? /)) t.true(drawn.has(end), line);
  t.true(drawn.size > 5);
});

test('a text that is no topology is a fault of ours', (t) => {
  t.throws(() => mermaidOf('source without an origin'), { code: 'BUG' });
});
