/** Lets tests skip, with the reason printed, what this machine lacks; under CI=true lacking it is a failure. */
import type { ImplementationFn } from 'ava';

/** What a server's `available()` answers: null when it can be started, otherwise what is missing. */
export type Missing = string | null;

/** What ava's `test`, `test.serial` and their `skip` have in common. */
export type TestOrSkip<Context = unknown> = (
  title: string,
  implementation: ImplementationFn<[], Context>,
) => void;

/**
 * At the top of a test file: `const kafkaTest = needs(test, await kafkaMissing())`. `optional` is for what is no
 * dependency that CI could install (root rights): it skips there too.
 */
export function needs<Context>(
  test: TestOrSkip<Context> & { readonly skip: TestOrSkip<Context> },
  missing: Missing,
  options: { readonly optional?: boolean } = {},
): TestOrSkip<Context> {
  if (missing === null) return (title, implementation) => test(title, implementation);
  if (process.env['CI'] === 'true' && options.optional !== true) {
    return (title) => test(title, (t) => t.fail(`CI=true, and this test cannot run: ${missing}`));
  }
  // Behind the title, where the runner of `npm test` reads it: TAP by ava has no other place for a reason.
  return (title) => test.skip(`${title} (skipped: ${missing})`, () => undefined);
}
