/** What findings of the robust level say, by text key. */

export const robustLevelTexts = {
  es: {
    high: 'La señal está por encima de su nivel habitual',
    low: 'La señal está por debajo de su nivel habitual',
    newNormal: 'La señal lleva un día en otro nivel: ¿es el nuevo normal?',
  },
  en: {
    high: 'The signal is above its usual level',
    low: 'The signal is below its usual level',
    newNormal: 'The signal has been at another level for a day: is this the new normal?',
  },
} as const;
