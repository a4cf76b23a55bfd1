/** Tells what waits on workers that they will never run. */
import { BalancinError } from '#schemas/errors.js';
import type { Supervisor } from '#pipelines/workers/supervisor.js';

/** Aborted when the workers are refused; its reason is an error that says why. */
export function refusalOf({ refused }: Pick<Supervisor, 'refused'>): AbortSignal {
  const controller = new AbortController();
  void refused.then(({ code, message }) =>
    controller.abort(new BalancinError(code, `the workers cannot run: ${message}`)),
  );
  return controller.signal;
}
