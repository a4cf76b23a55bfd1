/** Progress of a long step: a bar on a terminal, a few plain lines elsewhere. */
import { SingleBar, Presets } from 'cli-progress';
import type { Terminal } from './terminal.js';

export interface Progress {
  show(stage: string, done: number, all: number): void;
  end(): void;
}

/** A line elsewhere comes with each quarter done, and after so long without one: logs are kept, and read by people. */
const quarters = 4;
const quietMsMax = 15_000;

export function progressOf(terminal: Terminal, now: () => number = Date.now): Progress {
  return terminal.interactive ? barProgress() : lineProgress(terminal, now);
}

function lineProgress(terminal: Terminal, now: () => number): Progress {
  let stageShown = '';
  let quarterShown = 0;
  let shownMs = now();
  return {
    show(stage, done, all) {
      if (stage !== stageShown) {
        stageShown = stage;
        quarterShown = 0;
        shownMs = now();
      }
      const quarter = all > 0 ? Math.floor((quarters * done) / all) : 0;
      if (quarter <= quarterShown && now() - shownMs < quietMsMax) return;
      quarterShown = Math.max(quarter, quarterShown);
      shownMs = now();
      terminal.line(`  ${stage} ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`);
    },
    end() {},
  };
}

function barProgress(): Progress {
  let bar: SingleBar | null = null;
  let stageShown = '';
  return {
    show(stage, done, all) {
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
