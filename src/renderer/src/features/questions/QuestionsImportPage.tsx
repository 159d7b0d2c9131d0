import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId } from '@contracts/ids';
import { PageFrame } from '../../app/PageFrame';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { Loaded } from '../../ui/Loaded';
import { Panel } from '../../ui/Panel';
import { PathPicker } from '../paths/PathPicker';
import { MappingForm } from './MappingForm';
import { texts } from './texts/en';
import './questions.css';

const words = texts.importPage;
const READABLE = /\.(?:jsonl|ndjson|csv|tsv|parquet)$/i;

/** Import of questions: choose a file, map its columns, see what would come in, store it. */
export function QuestionsImportPage({ params }: PageProps<'questionsImport'>) {
  const projectId = ProjectId.parse(params.projectId);
  const [path, setPath] = useState('');
  const preview = useQuery(api.questions.preview.queryOptions({ input: { path }, enabled: path !== '', staleTime: 0 }));
  return (
    <PageFrame title={words.title} sentence={words.sentence}>
      <Panel title={words.file}>
        <PathPicker
          label={words.file}
          value={path}
          accepts={(entry) => entry.kind === 'file' && READABLE.test(entry.name)}
          onChoose={setPath}
        />
      </Panel>
      {path === '' ? (
        <p className="muted">{words.chooseFirst}</p>
      ) : (
        <Loaded query={preview}>{(file) => <MappingForm key={file.path} projectId={projectId} file={file} />}</Loaded>
      )}
    </PageFrame>
  );
}
