/** Texts of findings over all signals of a well. */

export const togetherTexts = {
  es: {
    apart: 'no va con las demás señales del pozo como suele',
    newNormal: 'lleva más de un día sin ir con las demás señales como antes: ¿nueva normalidad?',
  },
  en: {
    apart: "does not go with the well's other signals as it used to",
    newNormal: 'has not gone with the other signals as before for over a day: a new normal?',
  },
} as const;
