import type { ModelSource } from '../files/model-source';
import { hasFunctionalTokens, tokenSetOf } from '@core/tokens/token-ids';
import type { JobContext } from '../job-context';

/** README.md of an exported folder: what it is, where it comes from, how to use it. */
export function writeModelCard(context: JobContext<'export'>, source: ModelSource): string {
  const { model, seed } = context.job;
  const tokens = hasFunctionalTokens(source.tokenizer)
    ? [
        '## Functional tokens',
        '',
        'The model writes its reasoning as steps between these special tokens, each pair one entry of the vocabulary:',
        '',
        ...tokenSetOf(source.tokenizer).tokens.map(
          ({ open, close, meaning }) => `- \`${open}\` … \`${close}\`: ${meaning}`,
        ),
        '',
        'Ask the bare question through the chat template and decode with `skip_special_tokens=False` to see them.',
        '',
      ]
    : [];
  return [
    '---',
    'library_name: transformers',
    'tags: [rftt, reasoning]',
    '---',
    '',
    `# ${model?.name ?? source.name}`,
    '',
    `${source.config.architecture} model with ${source.parameterCount.toLocaleString('en')} parameters and ${source.config.vocabSize.toLocaleString('en')} embedding rows, made with RFTT Workbench.`,
    '',
    '## Where it comes from',
    '',
    ...(model?.lineage ?? []).map((line) => `- ${line}`),
    `- Exported with seed ${seed} as ${context.spec.config.dtype}.`,
    '',
    ...tokens,
    '## Use',
    '',
    '```python',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    'model = AutoModelForCausalLM.from_pretrained("path/to/this/folder")',
    '```',
    '',
  ].join('\n');
}
