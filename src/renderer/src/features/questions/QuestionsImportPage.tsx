import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId } from '@contracts/ids';
import { PageFrame } from '../../app/PageFrame';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { Loaded } from '../../ui/Loaded';
import { FileStep } from '../data-files/FileStep';
import { QuestionImportForm } from './QuestionImportForm';
import { texts } from './texts/en';

const words = texts.importPage;

/** Import of questions: choose a file, map its columns, see what would come in, store it. */
export function QuestionsImportPage({ params }: PageProps<'questionsImport'>) {
  const projectId = ProjectId.parse(params.projectId);
  const [path, setPath] = useState('');
  const preview = useQuery(api.questions.preview.queryOptions({ input: { path }, enabled: path !== '', staleTime: 0 }));
  return (
    <PageFrame title={words.title} sentence={words.sentence}>
      <FileStep path={path} onChoose={setPath} />
      {path === '' ? (
        <p className="muted">{words.chooseFirst}</p>
      ) : (
        <Loaded query={preview}>
          {(file) => <QuestionImportForm key={file.path} projectId={projectId} file={file} />}
        </Loaded>
      )}
    </PageFrame>
  );
}
