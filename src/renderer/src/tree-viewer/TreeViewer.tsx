import { useRef, useState, type KeyboardEvent } from 'react';
import type { Tree } from '@contracts/trees';
import { Button } from '../ui/Button';
import { SearchInput, Select } from '../ui/inputs';
import { TreeCanvas } from './TreeCanvas';
import { TreeOutline } from './TreeOutline';
import type { TreeFilter } from './tree-facts';
import type { TreeView } from './use-tree-view';
import { texts } from './texts/en';
import './tree-viewer.css';

const FILTERS: readonly TreeFilter[] = ['all', 'right', 'wrong', 'unfinished'];

/** A tree with its tools: drawing or outline, filter, search, best path, replay. */
export function TreeViewer({ tree, view }: { readonly tree: Tree; readonly view: TreeView }) {
  const [isOutline, setOutline] = useState(false);
  const [fitRequest, setFitRequest] = useState(0);
  const searchRef = useRef<HTMLInputElement>(null);
  const total = tree.simulations.length;

  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => view.walk('parent'),
    ArrowRight: () => view.walk('child'),
    ArrowUp: () => view.walk('previous'),
    ArrowDown: () => view.walk('next'),
    Enter: () => view.toggleFold(view.selected),
    b: view.followBest,
    f: () => view.setFilter(FILTERS[(FILTERS.indexOf(view.filter) + 1) % FILTERS.length]!),
    '/': () => searchRef.current?.focus(),
  };
  const onKey = (event: KeyboardEvent) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return (
    <div className="tree-viewer">
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
        />
      </div>
      <div className="tree-frame" onKeyDown={isOutline ? onKey : undefined}>
        {view.layout.nodes.length === 0 ? (
          <p className="tree-nothing">{texts.nothing}</p>
        ) : isOutline ? (
          <TreeOutline
            nodes={view.nodes}
            places={view.layout.nodes}
            selected={view.selected}
            isFolded={view.isFolded}
            onSelect={view.select}
            onToggleFold={view.toggleFold}
          />
        ) : (
          <TreeCanvas
            nodes={view.nodes}
            layout={view.layout}
            selected={view.selected}
            highlighted={view.highlighted}
            onSelect={view.select}
            onToggleFold={view.toggleFold}
            onKey={onKey}
            fitRequest={fitRequest}
          />
        )}
      </div>
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
          <span className="tree-keys">{texts.keys}</span>
        </label>
      )}
    </div>
  );
}
