import { translationOf } from '../../lib/language';
import type { promptTexts } from '../../wizards/texts/prompts.en';

/** The prompts of data generation and their try-out. */
export const prompts = {
  prompts: translationOf<typeof promptTexts>()({
    title: 'Der Prompt zu jeder Art von Schritt, zum Ausprobieren',
    prompts: 'Prompts',
    prompt: 'Was das Modell gefragt wird',
    layouts: {
      message: 'Jeder Prompt ist eine ganze Nachricht an das Modell.',
      continuation: 'Die Frage ist die Nachricht; jeder Prompt ist der Anfang der Antwort, und das Modell fährt fort.',
    },
    placeholders: (names: string) =>
      `Was in doppelten Klammern steht, wird eingesetzt: ${names}. Änderungen bleiben erhalten, während Sie arbeiten; um sie zu benutzen, sichern Sie sie als Prompt-Satz.`,
    after: (token: string) => `nach ${token}`,
    ofRight: 'eines richtigen Schritts',
    changed: 'geändert',
    reset: 'Zurück zum Text des Prompt-Satzes',
    notYet:
      'Der Lauf richtet sich nach einem gesicherten Prompt-Satz. Sichern Sie Ihre Prompts unter einem Namen, und der Lauf nimmt sie.',
    setName: 'Name Ihres Prompt-Satzes',
    setNameHelp: 'Buchstaben ohne Umlaute, Ziffern, - und _.',
    save: 'Prompt-Satz sichern und benutzen',
    check: {
      empty: 'Schreiben Sie, was das Modell gefragt wird.',
      question: 'Setzen Sie {{question}} dorthin, wo die Frage hingehört.',
      unknown: (what: string) => `„${what}“ ist kein Platzhalter. Wählen Sie einen der unten genannten.`,
      name: 'Nehmen Sie bis zu 40 Buchstaben ohne Umlaute, Ziffern, - und _.',
      some: 'Einer der Prompts lässt sich noch nicht benutzen.',
    },
    tryOut: {
      title: 'An einer Frage ausprobieren',
      reference: (answer: string) => `Richtige Antwort: ${answer}`,
      previous: 'Vorige Frage',
      next: 'Andere Frage',
      first: 'Das ist die erste.',
      last: 'Das ist die letzte.',
      history: 'Schritte bisher',
      dropFrom: 'Ab hier weglassen',
      start: 'Ausprobieren',
      again: 'Noch einmal',
      stop: 'Anhalten',
      written: 'Was das Modell geschrieben hat',
      nothing: 'Nichts.',
      keep: 'Von diesem Schritt aus weiter',
      asked: 'Was das Modell liest',
      goesOn: 'und seine Antwort beginnt:',
      took: (tokens: string, time: string) => `${tokens} Token, ${time}`,
      right: 'richtig',
      wrong: 'falsch',
      answer: (answer: string) => `Antwort: ${answer}.`,
      noAnswer: 'keine',
      checks: {
        right: 'Die Prüfung hält den Schritt für richtig.',
        wrong: 'Die Prüfung hält den Schritt für falsch.',
        none: 'Die Prüfung kommt zu keinem Urteil und würde verworfen.',
      },
      phases: {
        idle: '',
        opening: 'Öffnet das Modell …',
        writing: 'Schreibt …',
        finished: '',
        stopped: 'Angehalten.',
        failed: '',
      },
    },
  }),
};
