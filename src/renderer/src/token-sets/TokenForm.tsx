import { useEffect, useState } from 'react';
import { TOKEN_COLOURS, TOKEN_ROLES } from '@core/tokens/token-roles';
import { ROW_START_KINDS, type RowStart } from '@core/tokens/row-start';
import type { TokenSetData } from '@core/tokens/token-set';
import { lookOf, roleFacts } from '../tokens/token-facts';
import { Field } from '../ui/Field';
import { Select, TextInput } from '../ui/inputs';
import { texts } from './texts/en';
import '../tokens/token-colors.css';
import './token-sets.css';

type Token = TokenSetData['tokens'][number];

const NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** One token: its name and tags, what it is for, how it looks, what its rows begin as. */
export function TokenForm({
  token,
  names,
  onChange,
  onRename,
}: {
  readonly token: Token;
  /** Of all tokens of the set. */
  readonly names: readonly string[];
  readonly onChange: (change: Partial<Token>) => void;
  readonly onRename: (name: string) => void;
}) {
  return (
    <div className="token-form">
      <NameField token={token} names={names} onRename={onRename} />
      <Field label={texts.form.role} help={texts.roles[token.role]}>
        {(ids) => (
          <Select
            {...ids}
            value={token.role}
            options={TOKEN_ROLES.map((role) => ({ value: role, label: roleFacts(role).label }))}
            onChange={(role) => onChange({ role })}
          />
        )}
      </Field>
      <Field label={texts.form.open}>
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            value={token.open}
            maxLength={40}
            onChange={(event) => onChange({ open: event.target.value })}
          />
        )}
      </Field>
      <Field label={texts.form.close}>
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            value={token.close}
            maxLength={40}
            onChange={(event) => onChange({ close: event.target.value })}
          />
        )}
      </Field>
      <div className="token-form-wide">
        <Field label={texts.form.meaning} help={texts.form.meaningHelp}>
          {(ids) => (
            <TextInput
              {...ids}
              value={token.meaning}
              maxLength={400}
              onChange={(event) => onChange({ meaning: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field label={texts.form.glyph}>
        {(ids) => (
          <TextInput
            {...ids}
            className="token-glyph"
            value={token.glyph}
            maxLength={4}
            onChange={(event) => onChange({ glyph: event.target.value })}
          />
        )}
      </Field>
      <fieldset className="token-colours">
        <legend>{texts.form.colour}</legend>
        {TOKEN_COLOURS.map((colour) => (
          <label key={colour} data-token={lookOf(colour)} data-chosen={colour === token.colour || undefined}>
            <input
              type="radio"
              name={`colour-${token.name}`}
              checked={colour === token.colour}
              onChange={() => onChange({ colour })}
            />
            {texts.colours[colour]}
          </label>
        ))}
      </fieldset>
      <div className="token-form-wide">
        <StartField start={token.start} meaning={token.meaning} onChange={(start) => onChange({ start })} />
      </div>
    </div>
  );
}

/** A name is taken over when it is left, and only where it can be one: the grammar speaks of tokens by name. */
function NameField({
  token,
  names,
  onRename,
}: {
  readonly token: Token;
  readonly names: readonly string[];
  readonly onRename: (name: string) => void;
}) {
  const [typed, setTyped] = useState(token.name);
  useEffect(() => setTyped(token.name), [token.name]);
  const others = names.filter((name) => name !== token.name);
  const error = !NAME.test(typed)
    ? texts.form.nameForm
    : typed === 'question' || typed === 'none' || others.includes(typed)
      ? texts.form.nameTaken
      : null;
  const commit = (): void => {
    if (error === null && typed !== token.name) onRename(typed);
    else setTyped(token.name);
  };
  return (
    <Field label={texts.form.name} error={error}>
      {(ids) => (
        <TextInput
          {...ids}
          className="mono"
          value={typed}
          maxLength={32}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}

const AS_SET = 'settings';

/** What a token's rows begin as: as the settings say, or in a way of its own. */
function StartField({
  start,
  meaning,
  onChange,
}: {
  readonly start: RowStart | null;
  readonly meaning: string;
  readonly onChange: (start: RowStart | null) => void;
}) {
  const choose = (kind: RowStart['kind'] | typeof AS_SET): void => {
    const begun: Readonly<Record<RowStart['kind'], RowStart>> = {
      spelling: { kind: 'spelling' },
      description: { kind: 'description', text: '' },
      cue: { kind: 'cue' },
      mean: { kind: 'mean' },
      copy: { kind: 'copy', of: ' ' },
      noise: { kind: 'noise' },
    };
    onChange(kind === AS_SET ? null : begun[kind]);
  };
  return (
    <div className="token-start">
      <Field label={texts.form.start} help={start ? texts.starts[start.kind].help : texts.form.startHelp}>
        {(ids) => (
          <Select
            {...ids}
            value={start?.kind ?? AS_SET}
            options={[
              { value: AS_SET, label: texts.form.asSettings },
              ...ROW_START_KINDS.map((kind) => ({ value: kind, label: texts.starts[kind].label })),
            ]}
            onChange={choose}
          />
        )}
      </Field>
      {start?.kind === 'description' && (
        <Field label={texts.form.description}>
          {(ids) => (
            <TextInput
              {...ids}
              value={start.text}
              placeholder={meaning}
              maxLength={400}
              onChange={(event) => onChange({ kind: 'description', text: event.target.value })}
            />
          )}
        </Field>
      )}
      {start?.kind === 'copy' && (
        <Field label={texts.form.copyOf}>
          {(ids) => (
            <TextInput
              {...ids}
              className="mono"
              value={start.of}
              maxLength={40}
              onChange={(event) => onChange({ kind: 'copy', of: event.target.value || ' ' })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
