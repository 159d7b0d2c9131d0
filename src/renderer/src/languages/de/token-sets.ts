import { translationOf } from '../../lib/language';
import type { texts } from '../../token-sets/texts/en';
import type { neighbourTexts } from '../../token-sets/texts/neighbours.en';

/** The editor of token sets, and the table of neighbours. */
export const tokenSets = {
  tokenNeighbours: translationOf<typeof neighbourTexts>()({
    token: 'Token',
    tag: 'Geschrieben',
    noise: 'beginnt als Rauschen, nichts ist nah',
    cosine: (value: string) => `Kosinus ${value}`,
  }),
  tokenSets: translationOf<typeof texts>()({
    title: 'Welche Token',
    intro:
      'Die acht aus der Veröffentlichung passen meistens. Ein eigener Satz kann andere Namen, weniger oder mehr Schritte und eine andere Grammatik haben; wofür ein Schritt in der Methode da ist, sagt seine Rolle.',
    set: 'Tokensatz',
    theEight: 'RFTT: die acht aus der Veröffentlichung',
    draft: 'Ein eigener, noch nicht gespeichert',
    ownName: 'Meine Token',
    name: 'Name des Satzes',
    save: 'Im Projekt speichern',
    saveNew: 'Als neuen Satz speichern',
    saved: (version: number) => `Als Fassung ${version} gespeichert.`,
    unsaved: 'Seit dem Speichern geändert.',
    neverSaved: 'Nur in diesem Entwurf; der Lauf behält, womit er begonnen wurde.',
    remove: 'Aus der Liste nehmen',
    removed: (name: string) => `„${name}“ ist aus der Liste. Modelle, die damit gemacht wurden, behalten ihre Token.`,
    putBack: 'Zurücklegen',
    older: 'Ältere Fassungen',
    version: (version: number, when: string) => `Fassung ${version}, ${when}`,
    toFile: 'Als Datei speichern',
    fromFile: 'Aus einer Datei laden',
    brokenFile: (why: string) => `Diese Datei enthält keinen Tokensatz: ${why}`,
    tokens: 'Token',
    add: 'Token hinzufügen …',
    removeToken: (name: string) => `„${name}“ entfernen`,
    undo: 'Letzte Änderung zurücknehmen',
    columns: { token: 'Token', tags: 'Geschrieben', role: 'Rolle', start: 'Beginnt als' },
    asSettings: 'wie eingestellt',
    form: {
      title: (name: string) => `Das Token „${name}“`,
      name: 'Name',
      nameForm: 'Kleine Buchstaben, Ziffern und „_“, mit einem Buchstaben am Anfang.',
      nameTaken: 'Dieser Name ist vergeben.',
      role: 'Rolle in der Methode',
      open: 'Öffnet mit',
      close: 'Schließt mit',
      meaning: 'Wofür es da ist',
      meaningHelp:
        'Steht überall, wo das Token erklärt wird; seine neuen Zeilen können als Mittel dieser Worte beginnen.',
      glyph: 'Zeichen',
      colour: 'Farbe',
      start: 'Erster Wert seiner Zeilen',
      startHelp: 'Für alle Token gleich, im nächsten Schritt gewählt.',
      asSettings: 'Wie eingestellt',
      description: 'Worte, als die es beginnt',
      copyOf: 'Das Token, das kopiert wird',
    },
    starts: {
      spelling: {
        label: 'Mittel der Schreibweise',
        help: 'Das Mittel der Stücke, in die der Wortschatz die Marke schneidet.',
      },
      description: {
        label: 'Mittel einer Beschreibung',
        help: 'Das Mittel der Stücke einiger Worte; leer nimmt die Bedeutung.',
      },
      cue: {
        label: 'Mittel des Stichworts',
        help: 'Das Mittel der Worte, die einen solchen Schritt schon hervorrufen, aus dem Satz von Anweisungen.',
      },
      mean: {
        label: 'Mittel aller Token',
        help: 'Weder wahrscheinlich noch unwahrscheinlich, und für jedes Token gleich, das so beginnt.',
      },
      copy: {
        label: 'Kopie eines Tokens',
        help: 'Genau ein Token, das der Wortschatz hat; ein wenig Rauschen unterscheidet sie.',
      },
      noise: {
        label: 'Rauschen',
        help: 'So lang wie eine Zeile im Mittel, in zufälliger Richtung. Lernt am langsamsten: nichts deutet an, wofür es da ist.',
      },
    },
    roles: {
      clarify: 'Sagt die Frage neu. Wird nach Anweisung geschrieben, wenn Bäume wachsen.',
      analysis: 'Sagt, welchen Weg man geht. Wird nach Anweisung geschrieben, wenn Bäume wachsen.',
      subquestion: 'Nennt eine kleinere Aufgabe. Wird nach Anweisung geschrieben, wenn Bäume wachsen.',
      next_step: 'Tut einen Schritt der Arbeit. Daraus wachsen Bäume; einer, der die Antwort nennt, beendet einen Weg.',
      direct_answer: 'Schreibt den ganzen Rest bis zur Antwort und beendet einen Weg, während Bäume wachsen.',
      verify:
        'Prüft, was geschrieben wurde. Kommt in Beispiele, indem ein falscher Weg mit seiner Prüfung eingefügt wird.',
      refine: 'Bessert einen falschen Schritt aus. Kommt in Beispiele gleich nach der Prüfung.',
      output: 'Nennt die Antwort und beendet sie. Jeder Satz braucht eines.',
    },
    colours: {
      teal: 'Petrol',
      blue: 'Blau',
      violet: 'Violett',
      slate: 'Schiefer',
      brown: 'Braun',
      green: 'Grün',
      orange: 'Orange',
      ink: 'Tinte',
    },
    grammar: 'Was nach was kommen darf',
    grammarHelp:
      'Wählen Sie einen Schritt, und seine Wege treten hervor. Das Zeichen neben einem anderen Schritt sagt, ob er folgen darf: drücken Sie darauf, um es zu ändern. Mit der Tastatur: Pfeile gehen, Eingabe wählt, Leertaste ändert.',
    graph: {
      label: (from: string) => `Die Grammatik als Graph; Wege von „${from}“ aus`,
      node: (name: string, from: string, follows: boolean) =>
        follows ? `${name}: darf nach ${from} kommen` : `${name}: darf nicht nach ${from} kommen`,
      toggle: (from: string, to: string, follows: boolean) =>
        follows ? `„${to}“ darf nach „${from}“ kommen. Drücken verbietet es.` : `„${to}“ nach „${from}“ erlauben.`,
    },
    matrix: {
      title: 'Die Grammatik als Tabelle',
      after: 'Nach',
      cell: (from: string, to: string) => `${to} darf nach ${from} kommen`,
    },
    allWell: 'Jedes Token ist erreichbar, und jeder Weg führt zu einer Antwort.',
    problems: 'Was im Weg steht',
    hints: 'Gut zu wissen',
    problem: {
      'too-many': (_token: string, most: string) => `Es sind mehr als ${most} Token.`,
      'name-form': (_token: string, name: string) => `„${name}“ kann kein Name sein.`,
      'name-twice': (token: string, _detail: string) => `Zwei Token heißen „${token}“.`,
      'tag-form': (token: string, tag: string) =>
        `Die Marke „${tag}“ von „${token}“ braucht mindestens zwei Zeichen und keinen Zwischenraum.`,
      'tag-twice': (token: string, tag: string) => `Die Marke ${tag} von „${token}“ gibt es zweimal.`,
      'tag-inside-tag': (token: string, tags: string) =>
        `Bei „${token}“ steckt die Marke ${tags.split(' ')[0] ?? ''} in ${tags.split(' ')[1] ?? ''}.`,
      'tag-taken': (token: string, tag: string) => `${tag} („${token}“) ist schon ein Token dieses Modells.`,
      'glyph-missing': (token: string, _detail: string) => `„${token}“ hat kein Zeichen.`,
      'copy-unknown': (token: string, text: string) =>
        `„${token}“ soll „${text}“ kopieren; das ist nicht ein einzelnes Token dieses Modells.`,
      'follower-unknown': (token: string, other: string) => `Auf „${token}“ darf „${other}“ folgen, das es nicht gibt.`,
      'no-output': (_token: string, _detail: string) =>
        'Kein Token beendet eine Antwort: geben Sie einem die Rolle, die das Ergebnis nennt.',
      'no-start': (_token: string, _detail: string) =>
        'Nichts darf eine Antwort beginnen: lassen Sie einen Schritt nach der Frage zu.',
      'output-goes-on': (token: string, _detail: string) => `„${token}“ beendet die Antwort, also darf nichts folgen.`,
      unreachable: (token: string, _detail: string) =>
        `„${token}“ kann nie geschrieben werden: kein Weg führt von der Frage dorthin.`,
      'dead-end': (token: string, _detail: string) => `Nach „${token}“ führt kein Weg zu einer Antwort.`,
      'no-work': (_token: string, _detail: string) =>
        'Kein Token arbeitet auf die Antwort hin; nach Anweisung können keine Bäume wachsen.',
      'no-check': (_token: string, _detail: string) =>
        'Kein Token prüft und keines bessert aus: Beispiele enthalten nur richtige Wege.',
      'correction-alone': (token: string, _detail: string) =>
        `„${token}“ steht allein: Prüfung und Verbesserung werden nur zusammen eingefügt.`,
      'check-not-reached': (token: string, _detail: string) =>
        `„${token}“ darf auf keinen Arbeitsschritt folgen; so lässt sich keine Prüfung einfügen.`,
      'no-way-round': (token: string, other: string) =>
        `Auf „${token}“ darf „${other}“ nicht folgen; so lässt sich keine Verbesserung einfügen.`,
      'meaning-missing': (token: string, _detail: string) => `„${token}“ hat keine Bedeutung in Worten.`,
    },
  }),
};
