/** Which versions of a model hold for a tenant. */

export interface ModelChoice {
  /** Null: the one that comes with the program. */
  readonly active: string | null;
  readonly shadows: readonly string[];
}

/** By the name of the model; a model nobody decided about is not there. */
export type ModelChoices = Readonly<Record<string, ModelChoice>>;
