/** What the mail of a report says in each language; `{name}` is filled in. */
import type { Language } from '../reports/language.js';

const es = {
  subject: '{title} · {tenant} · {day}',
  greeting: 'Adjunto encontrará el informe en PDF. Lo esencial:',
  closing: 'Este mensaje es automático. Para dejar de recibirlo, diríjase al administrador de su empresa.',
};

export type ReportMailTexts = Readonly<Record<keyof typeof es, string>>;

const en: ReportMailTexts = {
  subject: '{title} · {tenant} · {day}',
  greeting: 'The report is attached as a PDF. In short:',
  closing:
    'This message was sent automatically. To stop receiving it, ask the administrator of your company.',
};

export const reportMailTexts: Readonly<Record<Language, ReportMailTexts>> = { es, en };
