/** Puts values into a text's `{names}`. */
import { BalancinError } from '#schemas/errors.js';

/** Throws BUG where the text names a value that was not given: a reader must never see braces. */
export function fillIn(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new BalancinError('BUG', `"${text}" needs a value for ${name}`);
    return String(value);
  });
}
