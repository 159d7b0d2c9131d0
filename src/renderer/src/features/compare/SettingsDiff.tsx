import type { ManyComparison } from '@contracts/evaluations';
import { EvaluateConfigSchema } from '@core/eval/evaluate-config';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { SftConfigSchema } from '@core/train/sft-config';
import { Disclosure } from '../../ui/Panel';
import { entryNames } from './entry-names';
import { texts } from './texts/en';

/** Labels of settings as the wizards show them. */
const LABELS: ReadonlyMap<string, string> = new Map(
  [EvaluateConfigSchema, SftConfigSchema, RlConfigSchema].flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, schema]): [string, string][] => {
      const label = (schema.meta() ?? {})['label'];
      return typeof label === 'string' ? [[name, label]] : [];
    }),
  ),
);

type Difference = ManyComparison['differences'][number];

/**
 * What differs in how the compared checkpoints were made and asked, before any figure: only then can figures be read. Settings that only one of them
 * has at all (an untuned model was trained with none) say little and are folded away.
 */
export function SettingsDiff({ comparison }: { readonly comparison: ManyComparison }) {
  const { differences, entries } = comparison;
  const names = entryNames(entries);
  if (differences.length === 0) return <p className="compare-quiet">{texts.noDifferences}</p>;
  const isTelling = ({ setting, values }: Difference): boolean =>
    setting in texts.settingNames || values.filter((value) => value !== null).length > 1;
  const oneSided = differences.filter((difference) => !isTelling(difference));
  return (
    <>
      <DifferenceTable names={names} rows={differences.filter(isTelling)} />
      {oneSided.length > 0 && (
        <Disclosure summary={texts.oneSided(oneSided.length)}>
          <DifferenceTable names={names} rows={oneSided} />
        </Disclosure>
      )}
    </>
  );
}

function DifferenceTable({ names, rows }: { readonly names: readonly string[]; readonly rows: readonly Difference[] }) {
  if (rows.length === 0) return null;
  return (
    <div className="table-scroll compare-settings" role="region" aria-label={texts.differences} tabIndex={0}>
      <table className="table">
        <caption className="compare-caption">{texts.differences}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.setting}</th>
            {names.map((name, i) => (
              <th key={i} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ stage, setting, values }) => (
            <tr key={`${stage} ${setting}`}>
              <th scope="row">{settingName(setting)}</th>
              {values.map((value, i) => (
                <td key={i}>{value ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function settingName(name: string): string {
  const known: Readonly<Record<string, string>> = texts.settingNames;
  return known[name] ?? LABELS.get(name) ?? name;
}
