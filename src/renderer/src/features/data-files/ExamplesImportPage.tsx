import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId } from '@contracts/ids';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { ButtonLink } from '../../ui/Button';
import { Loaded } from '../../ui/Loaded';
import { ExampleImportForm } from './ExampleImportForm';
import { FileStep } from './FileStep';
import { texts } from './texts/en';

const words = texts.importPage;

/** Import of examples: choose a file, see its layout and what would come in, store it as a data set. */
export function ExamplesImportPage({ params }: PageProps<'examplesImport'>) {
  const projectId = ProjectId.parse(params.projectId);
  const [path, setPath] = useState('');
  const preview = useQuery(
    api.exampleFiles.preview.queryOptions({ input: { path }, enabled: path !== '', staleTime: 0 }),
  );
  return (
    <PageFrame
      title={words.title}
      sentence={words.sentence}
      action={<ButtonLink href={href('examples', { projectId })}>{words.back}</ButtonLink>}
    >
      <FileStep path={path} onChoose={setPath} />
      {path === '' ? (
        <p className="muted">{words.chooseFirst}</p>
      ) : (
        <Loaded query={preview}>
          {(file) => <ExampleImportForm key={file.path} projectId={projectId} file={file} />}
        </Loaded>
      )}
    </PageFrame>
  );
}
