import * as system from '../services/system';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function systemRouter(context: ServiceContext) {
  const { system: calls } = contract;
  return {
    info: calls.info.handler(() => system.describeSystem(context)),
    listFolder: calls.listFolder.handler(({ input }) => system.listFolder(input.path)),
    settings: calls.settings.handler(() => system.getSettings(context)),
    devices: calls.devices.handler(() => context.devices.report()),
    testDevice: calls.testDevice.handler(() => context.devices.test()),
    changeSettings: calls.changeSettings.handler(({ input }) => system.changeSettings(context, input)),
    loadDraft: calls.loadDraft.handler(({ input }) => system.loadDraft(context, input.key)),
    saveDraft: calls.saveDraft.handler(({ input }) => system.saveDraft(context, input)),
    reveal: calls.reveal.handler(({ input }) => system.revealPath(context, input.path)),
  };
}
