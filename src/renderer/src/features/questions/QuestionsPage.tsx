import { useQuery } from '@tanstack/react-query';
import { ProjectId } from '@contracts/ids';
import type { QuestionSet } from '@contracts/questions';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import { navigate, type PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatInteger, formatMoment } from '../../lib/format';
import { ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { Loaded } from '../../ui/Loaded';
import { Table, type Column } from '../../ui/Table';
import { ProjectTrash } from '../trash/ProjectTrash';
import { texts } from './texts/en';

/** Every set of questions in the project. */
export function QuestionsPage({ params }: PageProps<'questions'>) {
  const projectId = ProjectId.parse(params.projectId);
  const sets = useQuery(api.questions.list.queryOptions({ input: { projectId } }));
  return (
    <PageFrame
      title={texts.title}
      sentence={texts.sentence}
      action={
        <ButtonLink look="primary" href={href('questionsImport', { projectId })}>
          {texts.import}
        </ButtonLink>
      }
    >
      <ProjectTrash projectId={projectId} />
      <Loaded query={sets}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={texts.empty}>{texts.emptyBody}</EmptyState>
          ) : (
            <Table
              caption={texts.list}
              columns={COLUMNS}
              rows={list}
              rowKey={(set) => set.id}
              onSelect={(set) => navigate('questionSet', { projectId, setId: set.id })}
            />
          )
        }
      </Loaded>
    </PageFrame>
  );
}

const COLUMNS: readonly Column<QuestionSet>[] = [
  {
    id: 'name',
    title: texts.name,
    cell: (set) => <a href={href('questionSet', { projectId: set.projectId, setId: set.id })}>{set.name}</a>,
  },
  { id: 'role', title: texts.role, width: '150px', cell: (set) => texts.roles[set.role] },
  { id: 'count', title: texts.count, width: '100px', isNumber: true, cell: (set) => formatInteger(set.count) },
  { id: 'source', title: texts.source, cell: (set) => <span className="muted">{set.source}</span> },
  {
    id: 'when',
    title: texts.when,
    width: '130px',
    isNumber: true,
    cell: (set) => formatMoment(set.createdAtMs, Date.now()),
  },
];
