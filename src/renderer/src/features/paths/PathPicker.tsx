import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { FolderEntry } from '@contracts/system';
import { api, client } from '../../lib/api';
import { formatBytes } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { TextInput } from '../../ui/inputs';
import { Skeleton } from '../../ui/Skeleton';
import { texts } from './texts/en';
import './paths.css';

type Entry = z.infer<typeof FolderEntry>;

/** What makes a folder a model, or an adapter of one. */
const MODEL_CONFIGS: ReadonlySet<string> = new Set(['config.json', 'adapter_config.json']);

export interface PathPickerProps {
  readonly label: string;
  readonly value: string;
  /** Which files can be chosen; folders can always be opened. */
  readonly accepts: (entry: Entry) => boolean;
  /** A folder that holds a model or an adapter can be chosen as such. */
  readonly acceptsModels?: boolean;
  readonly onChoose: (path: string) => void;
  /** Told of each folder that is opened, where a folder is what is looked for. */
  readonly onFolder?: (path: string) => void;
}

/** Finds a file or a model folder on this machine; the same in both shells. A typed path works as well. */
export function PathPicker({ label, value, accepts, acceptsModels = false, onChoose, onFolder }: PathPickerProps) {
  const [folder, setFolder] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const listing = useQuery(
    api.system.listFolder.queryOptions({ input: { path: folder }, placeholderData: keepPreviousData, staleTime: 0 }),
  );
  const shownPath = typed ?? (value || listing.data?.path || '');
  const entries = (listing.data?.entries ?? []).filter((entry) => entry.kind === 'folder' || accepts(entry));
  const parent = listing.data?.parent ?? null;
  const open = (path: string): void => {
    setTyped(null);
    setFolder(path);
    onFolder?.(path);
  };
  // A typed path may be a folder to look into, a model folder, or a file: only the host knows.
  const goTo = async (path: string): Promise<void> => {
    const inside = await client.system.listFolder({ path }).catch(() => null);
    // Asked about a file, the host lists the folder that it lies in.
    const isFile = inside?.entries.some((entry) => entry.kind === 'file' && entry.path === path) ?? true;
    const isModel = acceptsModels && inside?.entries.some((entry) => MODEL_CONFIGS.has(entry.name));
    if (inside === null || isFile || isModel) onChoose(path);
    else open(inside.path);
  };
  return (
    <div className="paths">
      <form
        className="paths-bar"
        onSubmit={(event) => {
          event.preventDefault();
          if (shownPath.trim() !== '') void goTo(shownPath.trim());
        }}
      >
        {parent !== null && (
          <Button aria-label={texts.up} onClick={() => open(parent)}>
            ↑
          </Button>
        )}
        <TextInput
          aria-label={label}
          value={shownPath}
          placeholder={texts.pathHelp}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit">{texts.choose}</Button>
      </form>
      {listing.isError && <ErrorView error={listing.error} onRetry={() => void listing.refetch()} />}
      {listing.isPending && <Skeleton lines={6} />}
      {listing.data && (
        <ul className="paths-list" aria-label={texts.entries}>
          {entries.length === 0 && <li className="paths-empty">{texts.empty}</li>}
          {entries.map((entry) => (
            <PathRow
              key={entry.path}
              entry={entry}
              isChoosable={accepts(entry)}
              isChosen={entry.path === value}
              onOpen={open}
              onChoose={onChoose}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

interface PathRowProps {
  readonly entry: Entry;
  readonly isChoosable: boolean;
  readonly isChosen: boolean;
  readonly onOpen: (path: string) => void;
  readonly onChoose: (path: string) => void;
}

function PathRow({ entry, isChoosable, isChosen, onOpen, onChoose }: PathRowProps) {
  return (
    <li className="paths-row" data-chosen={isChosen || undefined}>
      <button
        type="button"
        className="paths-name"
        onClick={() => (isChoosable ? onChoose(entry.path) : onOpen(entry.path))}
      >
        <span className="paths-glyph" aria-hidden="true">
          {entry.kind === 'folder' ? (isChoosable ? '◆' : '▸') : '·'}
        </span>
        <span className="truncate">{entry.name}</span>
        {entry.looksLikeModel && <span className="paths-tag">{texts.model}</span>}
        {entry.looksLikeAdapter && <span className="paths-tag">{texts.adapter}</span>}
      </button>
      {entry.kind === 'file' && <span className="muted small">{formatBytes(entry.sizeBytes)}</span>}
    </li>
  );
}
