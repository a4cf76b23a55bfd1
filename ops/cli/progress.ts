/** Progress of a long step: a bar on a terminal, a plain line now and then elsewhere. */
import { SingleBar, Presets } from 'cli-progress';
import type { Terminal } from './terminal.js';

export interface Progress {
  show(stage: string, done: number, all: number): void;
  end(): void;
}

const lineEveryMs = 2_000;

export function progressOf(terminal: Terminal): Progress {
  let bar: SingleBar | null = null;
  let stageShown = '';
  let lastLineMs = 0;
  return {
    show(stage, done, all) {
      if (!terminal.interactive) {
        if (Date.now() - lastLineMs < lineEveryMs && stage === stageShown) return;
        lastLineMs = Date.now();
        stageShown = stage;
        terminal.line(`  ${stage} ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`);
        return;
      }
      if (bar === null || stage !== stageShown) {
        bar?.stop();
        bar = new SingleBar(
          { format: `  ${stage.padEnd(10)} {bar} {percentage}%  {value}/{total}`, hideCursor: true },
          Presets.shades_classic,
        );
        bar.start(all, done);
        stageShown = stage;
      }
      bar.update(Math.min(done, all));
    },
    end() {
      bar?.stop();
      bar = null;
    },
  };
}
