/** What findings of the rules over a well say, by text key. */

export const wellRuleTexts = {
  es: {
    valveClosed: 'Cayó de golpe y sigue baja: así se comporta el árbol cuando cierra la válvula de fondo',
    chokeRestricted:
      'Subió de golpe delante del estrangulador y la del árbol la sigue: se restringió el paso',
    unstable: 'Oscila más que en operación normal (amplitud en una hora frente a la usual)',
    slugging: 'Oscila en golpes de líquido severos (amplitud en una hora frente a la usual)',
  },
  en: {
    valveClosed: 'It fell at once and stays low: how a tree behaves when the downhole valve closes',
    chokeRestricted: "It stepped up in front of the choke and the tree's follows: the passage narrowed",
    unstable: 'It swings more than in normal operation (range of an hour against the usual one)',
    slugging: 'It swings in severe slugs (range of an hour against the usual one)',
  },
} as const;
