/** Words of the settings page. */
export const texts = {
  title: 'Settings',
  sentence: 'How the workbench looks and how much of this machine it may use.',
  look: 'Look',
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  work: 'Work',
  gentle: 'Leave one core free',
  gentleHelp:
    'Runs take a little longer, and the machine stays quick for other things. Counts for runs that start from now on.',
  about: 'This machine',
  version: 'Workbench',
  shell: 'Window',
  shells: { electron: 'Electron', browser: 'browser', none: 'none' },
  device: 'Arithmetic',
  cores: 'Processor cores',
  coresOf: (physical: string, logical: string) =>
    physical === logical ? physical : `${physical}, ${logical} hardware threads`,
  threads: 'Threads',
  threadsAutomatic: 'Automatic',
  threadsHelp:
    'Automatic is one for each physical core, usually the fastest. A run can ask for another number in its own settings.',
  memory: 'Memory',
  disk: 'Free disk space',
  free: (free: string, total: string) => `${free} free of ${total}`,
  data: 'Data folder',
  reveal: 'Show in the file manager',
  versions: 'Versions of the parts',
} as const;
