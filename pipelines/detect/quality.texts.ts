/** What data-quality findings say, by text key. */

export const qualityTexts = {
  es: {
    sentinel: 'El sensor envía un código en lugar de un valor',
    outOfRange: 'El sensor indica un valor físicamente imposible',
    dead: 'El sensor solo indica cero',
    frozen: 'El sensor está congelado: repite siempre el mismo valor',
    missing: 'El sensor dejó de enviar datos mientras los demás del pozo siguen',
    unusable: 'El sensor solo envía muestras marcadas como malas',
  },
  en: {
    sentinel: 'The sensor sends a code in place of a value',
    outOfRange: 'The sensor reads what is physically impossible',
    dead: 'The sensor reads nothing but zero',
    frozen: 'The sensor is frozen: it repeats one value',
    missing: "The sensor fell silent while the well's others go on",
    unusable: 'The sensor sends only samples marked as bad',
  },
} as const;
