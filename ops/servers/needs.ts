/** Lets tests skip, with the reason printed, what this machine lacks; under CI=true lacking it is a failure. */
import type { ImplementationFn, TestFn } from 'ava';

/** What a server's `available()` answers: null when it can be started, otherwise what is missing. */
export type Missing = string | null;

/** The part of ava's `test` that both `test` and `test.skip` have. */
export type TestOrSkip<Context = unknown> = (
  title: string,
  implementation: ImplementationFn<[], Context>,
) => void;

/**
 * At the top of a test file: `const kafkaTest = needs(test, await kafkaMissing())`. `optional` is for what is no
 * dependency that CI could install (root rights): it skips there too.
 */
export function needs<Context>(
  test: TestFn<Context>,
  missing: Missing,
  options: { readonly optional?: boolean } = {},
): TestOrSkip<Context> {
  if (missing === null) return (title, implementation) => test(title, implementation);
  if (process.env['CI'] === 'true' && options.optional !== true) {
    throw new Error(`CI=true, and these tests cannot run: ${missing}`);
  }
  console.log(`skipped: ${missing}`);
  return (title) => test.skip(title, () => undefined);
}
