import { z } from 'zod';

/** What can be typed or chosen in a field. */
export type Control =
  | {
      readonly kind: 'number';
      readonly isInteger: boolean;
      readonly min: number | null;
      readonly max: number | null;
      readonly isOptional: boolean;
    }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'switch' }
  | { readonly kind: 'server' }
  | { readonly kind: 'promptSet' }
  | { readonly kind: 'text'; readonly isRequired: boolean; readonly pattern: string | null };

/** One setting of a stage, ready to be drawn; made from its schema by `fieldsOf`. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly unit: string | null;
  /** The paper's value, in words, where there is one to show. */
  readonly paper: string | null;
  readonly isAdvanced: boolean;
  /** Values of other settings, by name, that this one needs to mean anything. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  readonly control: Control;
  readonly defaultValue: unknown;
}

/** What `z.toJSONSchema` says of one property; `label`, `help`, … come from the schema's metadata (`core/fields.ts`). */
const JsonProperty = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  pattern: z.string().optional(),
  default: z.unknown(),
  label: z.string(),
  help: z.string(),
  unit: z.string().optional(),
  paper: z.string().optional(),
  pick: z.enum(['server', 'promptSet']).optional(),
  advanced: z.boolean().optional(),
  when: z.record(z.string(), z.array(z.string())).optional(),
});
type JsonProperty = z.infer<typeof JsonProperty>;

/** The fields of a stage's settings in the order of its schema. */
export function fieldsOf(schema: z.ZodObject): FormField[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, raw]) => {
    const property = JsonProperty.parse(raw);
    return {
      name,
      label: property.label,
      help: property.help,
      unit: property.unit ?? null,
      paper: property.paper ?? null,
      isAdvanced: property.advanced ?? false,
      when: property.when ?? {},
      control: controlOf(property, false),
      defaultValue: property.default,
    };
  });
}

/** False where another setting leaves this one without meaning. */
export function isMeaningful({ when }: FormField, values: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(when).every(([name, needed]) => needed.some((value) => value === values[name]));
}

/** Values of every field when nobody chose anything. */
export function defaultsOf(fields: readonly FormField[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, field.defaultValue]));
}

/** Names of the fields whose values differ between two sets of settings. */
export function changedFields(
  fields: readonly FormField[],
  values: Readonly<Record<string, unknown>>,
  base: Readonly<Record<string, unknown>>,
): string[] {
  return fields.map((field) => field.name).filter((name) => values[name] !== base[name]);
}

function controlOf(property: JsonProperty, isOptional: boolean): Control {
  if (property.anyOf) {
    const other = property.anyOf.find((option) => option.type !== 'null');
    return controlOf(JsonProperty.parse({ ...property, ...other, anyOf: undefined }), true);
  }
  if (property.pick) return { kind: property.pick };
  if (property.enum) return { kind: 'choice', options: property.enum };
  if (property.type === 'boolean') return { kind: 'switch' };
  if (property.type === 'integer' || property.type === 'number') {
    return {
      kind: 'number',
      isInteger: property.type === 'integer',
      min: boundOf(property.minimum),
      max: boundOf(property.maximum),
      isOptional,
    };
  }
  return { kind: 'text', isRequired: (property.minLength ?? 0) > 0, pattern: property.pattern ?? null };
}

/** zod bounds integers by what a double holds exactly; for a person that is no bound. */
function boundOf(bound: number | undefined): number | null {
  return bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? null : bound;
}
