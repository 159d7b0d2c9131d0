import type { JsonCursor } from '../formats/json';

/** By the `type` in tokenizer.json: the ids put before a text. */
const START_IDS: Readonly<Record<string, (node: JsonCursor) => readonly number[]>> = {
  // Changes offsets only.
  ByteLevel: () => [],
  Sequence: (node) => node.at('processors').list().flatMap(readStartIds),
  TemplateProcessing: (node) => {
    const steps = node.at('single').list();
    const sequence = steps.findIndex((step) => !step.at('Sequence').isAbsent);
    return steps.slice(0, sequence < 0 ? 0 : sequence).flatMap((step) => {
      const name = step.at('SpecialToken').at('id').text();
      return node
        .at('special_tokens')
        .at(name)
        .at('ids')
        .list()
        .map((id) => id.integer());
    });
  },
  RobertaProcessing: (node) => [node.at('cls').at(1).integer()],
};

/** The ids that the `post_processor` of tokenizer.json puts before a text: the BOS token where the model was trained with one. */
export function readStartIds(node: JsonCursor): readonly number[] {
  if (node.isAbsent) return [];
  const type = node.at('type').text();
  const read = Object.hasOwn(START_IDS, type) ? START_IDS[type] : undefined;
  if (!read) throw node.unsupported(`the post-processor "${type}" is not supported`);
  return read(node);
}
