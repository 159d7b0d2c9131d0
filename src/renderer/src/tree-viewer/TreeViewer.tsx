import { useCallback, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Button } from '../ui/Button';
import { SearchInput, Select } from '../ui/inputs';
import { Legend } from './Legend';
import { TreeCanvas } from './TreeCanvas';
import { TreeOutline } from './TreeOutline';
import type { TreeFilter } from './tree-facts';
import type { TreeView } from './use-tree-view';
import { texts } from './texts/en';
import './tree-viewer.css';

const FILTERS: readonly TreeFilter[] = ['all', 'right', 'wrong', 'unfinished'];

export interface TreeViewerProps {
  readonly view: TreeView;
  /** Walks of the whole tree. */
  readonly total: number;
  /** What else a key does, by the key; pages add their own. */
  readonly keys?: Readonly<Record<string, () => void>>;
  /** Further tools of the page. */
  readonly tools?: ReactNode;
  /** Less around the drawing, where the tree stands beside something else. */
  readonly isCompact?: boolean;
}

/** A tree with its tools: drawing or outline, filter, search, best path, replay. */
export function TreeViewer({ view, total, keys, tools, isCompact = false }: TreeViewerProps) {
  const [isOutline, setOutline] = useState(false);
  const [fitRequest, setFitRequest] = useState(0);
  const searchRef = useRef<HTMLInputElement>(null);
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => view.walk('parent'),
    ArrowRight: () => view.walk('child'),
    ArrowUp: () => view.walk('previous'),
    ArrowDown: () => view.walk('next'),
    Home: () => view.walk('first'),
    End: () => view.walk('last'),
    Enter: () => view.toggleFold(view.selected),
    b: view.followBest,
    f: () => view.setFilter(FILTERS[(FILTERS.indexOf(view.filter) + 1) % FILTERS.length]!),
    n: () => view.goToMatch(1),
    '/': () => searchRef.current?.focus(),
    ...keys,
  };
  const actionsRef = useRef(actions);
  actionsRef.current = actions;
  const onKey = useCallback((event: KeyboardEvent) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actionsRef.current[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }, []);
  const { scene } = view;
  return (
    <div className="tree-viewer" data-compact={isCompact || undefined}>
      <div className="tree-tools" role="toolbar" aria-label={texts.view}>
        <Button look="quiet" aria-pressed={!isOutline} onClick={() => setOutline(false)}>
          {texts.graph}
        </Button>
        <Button look="quiet" aria-pressed={isOutline} onClick={() => setOutline(true)}>
          {texts.outline}
        </Button>
        <Button onClick={view.followBest} shortcut="B">
          {texts.bestPath}
        </Button>
        {!isOutline && (
          <Button look="quiet" onClick={() => setFitRequest(fitRequest + 1)}>
            {texts.fit}
          </Button>
        )}
        <Button look="quiet" onClick={() => view.foldTo(null)}>
          {texts.unfoldAll}
        </Button>
        <Button look="quiet" onClick={() => view.foldTo(2)}>
          {texts.foldAll}
        </Button>
        {tools}
        <label className="tree-tool">
          {texts.filter}
          <Select
            options={FILTERS.map((value) => ({ value, label: texts.filters[value] }))}
            value={view.filter}
            onChange={view.setFilter}
          />
        </label>
        <SearchInput
          ref={searchRef}
          aria-label={texts.search}
          placeholder={texts.search}
          value={view.search}
          onChange={(event) => view.setSearch(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && view.goToMatch(event.shiftKey ? -1 : 1)}
        />
        <span className="tree-matches" aria-live="polite">
          {view.search.trim() !== '' && texts.matches(view.matchAt, view.matches.length)}
        </span>
      </div>
      <div className="tree-frame" onKeyDown={isOutline ? onKey : undefined}>
        {scene.layout.nodes.length === 0 ? (
          <p className="tree-nothing">{texts.nothing}</p>
        ) : isOutline ? (
          <TreeOutline scene={scene} isFolded={view.isFolded} onSelect={view.select} onToggleFold={view.toggleFold} />
        ) : (
          <TreeCanvas
            scene={scene}
            onSelect={view.select}
            onToggleFold={view.toggleFold}
            onKey={onKey}
            fitRequest={fitRequest}
          />
        )}
      </div>
      {!isOutline && !isCompact && <Legend />}
      {total > 0 && (
        <label className="tree-replay">
          <span>{texts.simulations(view.simulation, total)}</span>
          <input
            type="range"
            aria-label={texts.simulationSlider}
            min={1}
            max={total}
            value={view.simulation}
            onChange={(event) => view.setSimulation(Number(event.target.value))}
          />
          {!isCompact && <span className="tree-keys">{texts.keys}</span>}
        </label>
      )}
    </div>
  );
}
