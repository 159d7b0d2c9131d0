import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DeviceReport, FoundDevice, KeptSelfTest } from '@contracts/devices';
import type { Settings } from '@contracts/system';
import { api } from '../../lib/api';
import { formatMoment } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Choice } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Mark } from '../../ui/marks';
import { Facts, Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const CHOICES = (['auto', 'cpu', 'gpu'] as const).map((value) => ({ value, ...texts.devices[value] }));

export interface DevicePanelProps {
  readonly choice: Settings['device'];
  readonly onChoose: (choice: Settings['device']) => void;
}

/** What runs compute on: what was found, what a person chooses, and what follows for the next run. */
export function DevicePanel({ choice, onChoose }: DevicePanelProps) {
  const report = useQuery(api.system.devices.queryOptions({ input: {} }));
  return (
    <Panel title={texts.arithmetic}>
      <Choice name="device" label={texts.computeOn} options={CHOICES} value={choice} onChange={onChoose} />
      <Loaded query={report} skeleton={<p className="muted">{texts.looking}</p>}>
        {(data) => <Found report={data} />}
      </Loaded>
    </Panel>
  );
}

function Found({ report }: { readonly report: DeviceReport }) {
  const queries = useQueryClient();
  const test = useMutation(
    api.system.testDevice.mutationOptions({
      onSuccess: (tested) => queries.setQueryData(api.system.devices.queryKey({ input: {} }), tested),
    }),
  );
  const card = report.devices.find(({ backend, isSupported }) => backend === 'webgpu' && isSupported);
  const next = [report.next.name, report.next.reason].filter((part) => part !== '').join('. ');
  return (
    <div className="stack">
      <Facts
        rows={[
          ...report.devices.map((device) => [kindOf(device), describe(device)] as const),
          [texts.selfTest, <SelfTestState key="test" test={report.selfTest} hasCard={card !== undefined} />],
          [texts.nextRun, next],
        ]}
      />
      <div className="row">
        <Button
          isBusy={test.isPending}
          disabledReason={card ? null : texts.nothingToTest}
          onClick={() => test.mutate({})}
        >
          {test.isPending ? texts.testing : texts.runSelfTest}
        </Button>
      </div>
      {test.isError && <ErrorView error={test.error} />}
    </div>
  );
}

function SelfTestState({ test, hasCard }: { readonly test: KeptSelfTest | null; readonly hasCard: boolean }) {
  if (!test) return hasCard ? texts.notTested : texts.nothingToTest;
  return (
    <span>
      <Mark tone={test.hasPassed ? 'good' : 'bad'} glyph={test.hasPassed ? '✓' : '✕'}>
        {test.hasPassed ? texts.passed : texts.failed}
      </Mark>{' '}
      {test.reason} {texts.testedAt(formatMoment(test.testedAtMs, Date.now()))}
    </span>
  );
}

function kindOf({ backend }: FoundDevice): string {
  if (backend === 'cpu') return texts.processor;
  return backend === 'webgpu' ? texts.card : backend.toUpperCase();
}

function describe({ name, note }: FoundDevice): string {
  return note === '' ? name : `${name}. ${note}`;
}
