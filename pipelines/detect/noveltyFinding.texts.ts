/** What findings of novelty say, by text key. */

export const noveltyTexts = {
  es: {
    high: 'La señal sube como no lo había hecho en las últimas semanas',
    low: 'La señal baja como no lo había hecho en las últimas semanas',
    newNormal: 'La señal lleva un día fuera de lo conocido: ¿es el nuevo normal?',
  },
  en: {
    high: 'The signal rose as it had not in the last weeks',
    low: 'The signal fell as it had not in the last weeks',
    newNormal: 'The signal has been outside what is known for a day: is this the new normal?',
  },
} as const;
