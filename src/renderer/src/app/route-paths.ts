/**
 * Every address of the window, in the fragment: `#/p/<project>/trees/<tree>`. Pages link with `href`; components are in `routes.tsx`.
 */
export const ROUTE_PATHS = {
  start: '/',
  settings: '/settings',
  guide: '/guide',
  project: '/p/:projectId',
  model: '/p/:projectId/model',
  modelImport: '/p/:projectId/model/import',
  tokens: '/p/:projectId/tokens',
  tokensNew: '/p/:projectId/tokens/new',
  trees: '/p/:projectId/trees',
  searchNew: '/p/:projectId/trees/new',
  tree: '/p/:projectId/trees/:treeId',
  treeGrowing: '/p/:projectId/trees/growing/:runId',
  examples: '/p/:projectId/examples',
  examplesNew: '/p/:projectId/examples/new',
  examplesImport: '/p/:projectId/examples/import',
  dataset: '/p/:projectId/examples/:datasetId',
  sft: '/p/:projectId/fine-tune',
  sftNew: '/p/:projectId/fine-tune/new',
  prm: '/p/:projectId/judge',
  prmNew: '/p/:projectId/judge/new',
  rl: '/p/:projectId/explore',
  rlNew: '/p/:projectId/explore/new',
  compare: '/p/:projectId/compare',
  evaluateNew: '/p/:projectId/compare/new',
  export: '/p/:projectId/export',
  exportNew: '/p/:projectId/export/new',
  questions: '/p/:projectId/questions',
  questionsImport: '/p/:projectId/questions/import',
  questionSet: '/p/:projectId/questions/:setId',
  playground: '/p/:projectId/playground',
  runs: '/p/:projectId/runs',
  run: '/p/:projectId/runs/:runId',
} as const;

export type RouteId = keyof typeof ROUTE_PATHS;

type ParamNames<Path extends string> = Path extends `${infer Head}/${infer Tail}`
  ? ParamNames<Head> | ParamNames<Tail>
  : Path extends `:${infer Name}`
    ? Name
    : never;

/** Parameters in the path of a route, e.g. `{projectId, treeId}`. */
export type RouteParams<Id extends RouteId> = { readonly [Name in ParamNames<(typeof ROUTE_PATHS)[Id]>]: string };

export interface RouteMatch {
  readonly id: RouteId;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** The link to a page, e.g. `href('tree', { projectId, treeId })`; query entries that are null or empty are left out. */
export function href<Id extends RouteId>(
  id: Id,
  params: RouteParams<Id>,
  query: Readonly<Record<string, string | null>> = {},
): string {
  const values: Readonly<Record<string, string>> = params;
  const path = ROUTE_PATHS[id].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const asked = new URLSearchParams(
    Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1])),
  ).toString();
  return `#${path}${asked === '' ? '' : `?${asked}`}`;
}

/** Which page a fragment names; null for an address that nothing answers to. A fixed segment wins over a parameter. */
export function matchRoute(hash: string): RouteMatch | null {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?');
  const wanted = segmentsOf(path || '/');
  let best: { id: RouteId; params: Record<string, string> } | null = null;
  for (const id of Object.keys(ROUTE_PATHS) as RouteId[]) {
    const params = matchSegments(segmentsOf(ROUTE_PATHS[id]), wanted);
    if (params && (best === null || Object.keys(params).length < Object.keys(best.params).length))
      best = { id, params };
  }
  return best && { ...best, query: new URLSearchParams(search) };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function matchSegments(pattern: readonly string[], actual: readonly string[]): Record<string, string> | null {
  if (pattern.length !== actual.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const given = actual[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given);
    else if (part !== given) return null;
  }
  return params;
}
