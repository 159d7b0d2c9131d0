import type { ErrorCode } from '@core/error-codes';
import { COPY_AGAIN, named, place, type Words } from './parts';

type ModelFileCode = Extract<
  ErrorCode,
  | `adapter-${string}`
  | `gguf-${string}`
  | `safetensors-${string}`
  | `shard-${string}`
  | `json-${'syntax' | 'unsupported' | 'value'}`
  | `tokenizer-${string}`
  | `model-${'config' | 'feature' | 'quantised' | 'unreadable' | 'missing'}`
  | `chat-${string}`
  | 'architecture-unknown'
  | 'config-missing'
  | 'lfs-pointer'
  | 'pickle-refused'
  | 'weights-missing'
  | 'tensor-missing'
  | 'tensor-shape'
  | 'weights-not-finite'
  | 'float16-overflow'
  | 'workbench-json'
  | `prompt-set-${string}`
  | 'copy-source'
  | 'rows-unreadable'
>;

const ORIGINAL_CONFIG = 'Vergleichen Sie die Datei mit der aus der Veröffentlichung des Modells.';
const OTHER_COPY = 'Wählen Sie eine andere Kopie des Modells.';

/** Models, adapters and the files that they are made of. */
export const modelFiles: Words<ModelFileCode> = {
  'adapter-alone': [
    'Dieser Ordner enthält einen Adapter und kein Modell.',
    undefined,
    'Importieren Sie das Modell, für das er gemacht ist, dann darüber den Adapter: Modell, Importieren, und wählen Sie den Ordner des Adapters.',
  ],
  'adapter-base': [
    (parts) => `Der Adapter passt nicht zu diesem Modell; er wurde für ${named(parts, 'base', 'ein anderes')} gemacht.`,
    undefined,
    'Wählen Sie das Modell, für das der Adapter gemacht wurde, oder einen Adapter dieses Modells.',
  ],
  'adapter-feature': [
    'Der Adapter benutzt etwas, das die Werkbank nicht rechnet.',
    undefined,
    'Verschmelzen Sie ihn mit PEFT mit seinem Grundmodell und importieren Sie das Ergebnis.',
  ],
  'adapter-missing': [
    'In diesem Ordner liegt keine Beschreibung eines Adapters.',
    undefined,
    'Wählen Sie den Ordner eines PEFT-Adapters.',
  ],
  'adapter-pickle': [
    'Der Adapter liegt nur als Pickle-Datei vor. Beim Laden könnte jedes darin versteckte Programm laufen, deshalb lädt die Werkbank sie nicht.',
    undefined,
    'Speichern Sie den Adapter mit einem neueren PEFT, das safetensors schreibt.',
  ],
  'adapter-untied': [
    'Der Adapter hat einen eigenen Ausgang; das Modell benutzt für Ein- und Ausgang dieselbe Matrix.',
    'Modell und Adapter, wie sie waren.',
    'Verschmelzen Sie den Adapter mit PEFT mit seinem Grundmodell und importieren Sie das Ergebnis.',
  ],
  'adapter-tensor-missing': [
    (parts) => `Dem Adapter fehlt der Tensor ${named(parts, 'where', 'einer Schicht')}.`,
    undefined,
    'Laden Sie ihn mit dem Rang und den Schichten, mit denen er gemacht wurde.',
  ],
  'architecture-unknown': [
    (parts) => `Die Werkbank kann Modelle dieser Familie nicht rechnen: ${named(parts, 'architecture', 'unbenannt')}.`,
    undefined,
    'Wählen Sie ein Modell einer Familie, die auf der Seite „Modell“ genannt wird.',
  ],
  'chat-marks': ['Die Nachricht benutzt alle Zeichen, mit denen ihre Enden bezeichnet werden könnten.'],
  'chat-template': [
    'Die Gesprächsvorlage des Modells lehnt dieses Gespräch ab.',
    undefined,
    'Geben Sie dem Modell eine andere Vorlage, oder lassen Sie die Systemnachricht weg.',
  ],
  'config-missing': [
    'In diesem Ordner fehlt config.json.',
    undefined,
    'Wählen Sie den Ordner des Modells selbst; seine config.json liegt neben den Gewichten.',
  ],
  'copy-source': [
    (parts) => `${named(parts, 'where', 'Das Vorbild')} ist in diesem Wortschatz kein einzelnes Token.`,
    'Ihre Einstellungen.',
    'Nennen Sie ein einzelnes Token als Vorbild, oder beginnen Sie mit dem Mittel einer Beschreibung.',
  ],
  'float16-overflow': [
    'Ein Gewicht ist größer, als F16 schreiben kann.',
    undefined,
    'Schreiben Sie das Modell als BF16 oder F32.',
  ],
  'gguf-header': ['Die GGUF-Datei ist nicht in Ordnung.', undefined, COPY_AGAIN],
  'gguf-kind': ['Das ist keine GGUF-Datei.', undefined, COPY_AGAIN],
  'gguf-metadata': ['Eine Angabe in der GGUF-Datei ist nicht, was sie sein müsste.', undefined, OTHER_COPY],
  'gguf-split': [
    'Diese Datei ist nur einer von mehreren Teilen eines Modells.',
    undefined,
    'Fügen Sie die Teile mit „llama-gguf-split --merge“ zusammen, oder wählen Sie das Modell als Ordner von Hugging Face.',
  ],
  'gguf-tensor': ['Ein Tensor der GGUF-Datei ist nicht in Ordnung.', undefined, COPY_AGAIN],
  'gguf-tokenizer': [
    'Die GGUF-Datei hat einen Tokenizer, den die Werkbank nicht liest.',
    undefined,
    'Wählen Sie das Modell als Ordner von Hugging Face mit tokenizer.json.',
  ],
  'gguf-truncated': ['Die GGUF-Datei ist abgeschnitten.', undefined, COPY_AGAIN],
  'gguf-type': [
    'Ein Tensor ist in einem Format gespeichert, das die Werkbank nicht liest.',
    undefined,
    'Wählen Sie dasselbe Modell als F16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 oder in einem der K-Formate.',
  ],
  'gguf-version': [
    'Die GGUF-Datei hat eine Fassung, die die Werkbank nicht liest.',
    undefined,
    'Wählen Sie eine neuere Kopie des Modells, oder wandeln Sie sie mit llama.cpp um.',
  ],
  'json-syntax': [(parts) => `${place(parts, 'Die Datei')} ist kein gültiges JSON.`, undefined, COPY_AGAIN],
  'json-unsupported': ['Die Datei verlangt etwas, das die Werkbank nicht unterstützt.', undefined, OTHER_COPY],
  'json-value': [
    'Eine Angabe in der Datei ist nicht, was sie sein müsste.',
    undefined,
    'Berichtigen Sie die Datei, oder laden Sie sie noch einmal.',
  ],
  'lfs-pointer': [
    'Die Datei ist nur ein Verweis auf die Gewichte (Git LFS), nicht die Gewichte selbst.',
    undefined,
    'Führen Sie im Ordner „git lfs pull“ aus, oder laden Sie die Datei selbst.',
  ],
  'model-config': ['Die config.json des Modells passt nicht zusammen.', undefined, ORIGINAL_CONFIG],
  'model-feature': [
    'Das Modell benutzt etwas, das die Werkbank nicht rechnen kann.',
    undefined,
    'Wählen Sie ein Modell derselben Familie ohne dies.',
  ],
  'model-missing': [
    (parts) => `Die Dateien ${named(parts, 'name', 'des Modells')} sind nicht mehr, wo sie waren.`,
    'Alles, was daraus gemacht wurde.',
    'Legen Sie die Dateien zurück, oder nehmen Sie einen anderen Modellstand.',
  ],
  'model-quantised': [
    'Die Gewichte des Modells sind quantisiert.',
    undefined,
    'Wählen Sie das Modell, wie es veröffentlicht wurde (F32, F16 oder BF16), oder seine GGUF-Datei.',
  ],
  'model-unreadable': [
    (parts) => `Der Aufbau ${named(parts, 'name', 'des Modells')} lässt sich nicht lesen.`,
    'Ihre Einstellungen.',
    'Importieren Sie das Modell noch einmal, oder wählen Sie ein anderes.',
  ],
  'pickle-refused': [
    'Das ist eine Pickle-Datei. Beim Laden könnte jedes darin versteckte Programm laufen, deshalb lädt die Werkbank sie nicht.',
    undefined,
    'Wählen Sie eine Kopie des Modells als safetensors oder GGUF; die meisten Modelle haben eine.',
  ],
  'prompt-set-changed': [
    'Eine Sammlung dieses Namens gibt es schon, oder sie wurde inzwischen geändert.',
    'Ihre Eingaben, wie Sie sie geschrieben haben.',
    'Speichern Sie Ihre unter einem anderen Namen, oder sehen Sie sich erst die andere an.',
  ],
  'prompt-set-invalid': [
    'Die Sammlung von Eingaben ist nicht in Ordnung.',
    undefined,
    'Bessern Sie die Datei aus, oder wählen Sie eine andere Sammlung.',
  ],
  'prompt-set-missing': [
    'Diese Sammlung von Eingaben gibt es nicht.',
    'Nichts wurde begonnen.',
    'Wählen Sie eine von denen, die mit der Werkbank kommen.',
  ],
  'prompt-set-shipped': [
    'Diese Sammlung kam mit der Werkbank und bleibt, wie sie ist.',
    'Ihre Eingaben, wie Sie sie geschrieben haben.',
    'Geben Sie Ihrer Sammlung einen anderen Namen.',
  ],
  'rows-unreadable': [
    'Eine GGUF-Datei hält ihre Zeilen in Blöcken, die nicht einzeln gelesen werden.',
    undefined,
    'Importieren Sie das Modell: Die Werkbank behält dann eine Kopie, die sich so lesen lässt.',
  ],
  'safetensors-dtype': [
    'Die Gewichte sind in einem Format gespeichert, das die Werkbank nicht liest; sie liest F32, F16, BF16 und F64.',
    undefined,
    'Wählen Sie eine Kopie des Modells, die nicht quantisiert ist, oder seine GGUF-Datei.',
  ],
  'safetensors-header': ['Der Kopf der safetensors-Datei lässt sich nicht lesen.', undefined, COPY_AGAIN],
  'safetensors-kind': [
    'Hier liegt kein Modell, das die Werkbank liest.',
    undefined,
    'Wählen Sie einen Modellordner oder eine GGUF-Datei.',
  ],
  'safetensors-overlap': ['Tensoren der safetensors-Datei überlappen sich.', undefined, COPY_AGAIN],
  'safetensors-repeated': ['Ein Tensor steht zweimal in der safetensors-Datei.', undefined, COPY_AGAIN],
  'safetensors-tensor': ['Ein Tensor der safetensors-Datei ist nicht in Ordnung.', undefined, COPY_AGAIN],
  'safetensors-truncated': ['Die safetensors-Datei ist abgeschnitten.', undefined, COPY_AGAIN],
  'shard-index': [
    'Das Verzeichnis der Gewichte nennt einen Tensor in einer Datei, die ihn nicht enthält.',
    undefined,
    'Laden Sie das Verzeichnis und die Dateien der Gewichte noch einmal.',
  ],
  'shard-missing': [
    'Dateien mit Gewichten fehlen in diesem Ordner.',
    undefined,
    'Laden Sie die fehlenden Dateien in denselben Ordner.',
  ],
  'shard-repeated': [
    'Ein Tensor steht in zwei Dateien.',
    undefined,
    'Laden Sie die Gewichte noch einmal; vielleicht liegen Teile zweier Modelle in einem Ordner.',
  ],
  'tensor-missing': [
    'Den Gewichten fehlen Tensoren, die das Modell braucht.',
    undefined,
    'Prüfen Sie, ob config.json zu diesen Gewichten gehört, oder laden Sie das Modell noch einmal.',
  ],
  'tensor-shape': [
    'Ein Tensor hat eine andere Form, als config.json verlangt.',
    undefined,
    'Prüfen Sie, ob config.json zu diesen Gewichten gehört.',
  ],
  'tokenizer-missing': [
    'In diesem Ordner fehlt tokenizer.json.',
    undefined,
    'Laden Sie tokenizer.json von dort, woher das Modell kam. Ein tokenizer.model (SentencePiece) allein genügt nicht.',
  ],
  'tokenizer-too-large': [
    'Der Tokenizer kennt mehr Token, als das Modell Zeilen hat.',
    undefined,
    'Prüfen Sie, ob tokenizer.json zu diesen Gewichten gehört.',
  ],
  'weights-missing': [
    'In diesem Ordner liegen keine Gewichte, die die Werkbank liest.',
    undefined,
    'Wählen Sie den Ordner mit model.safetensors oder model.safetensors.index.json.',
  ],
  'weights-not-finite': [
    'Ein Gewicht ist keine endliche Zahl; mit einem solchen Modell lässt sich nichts rechnen.',
    undefined,
    'Gehen Sie zu einem früheren Modellstand zurück, oder laden Sie das Modell noch einmal.',
  ],
  'workbench-json': [
    'workbench.json sagt nicht, wie das Modell gefragt wird.',
    undefined,
    'Nehmen Sie die Datei aus dem Ordner, oder berichtigen Sie sie.',
  ],
};
