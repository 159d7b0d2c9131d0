import { DropdownMenu } from 'radix-ui';
import { pictureOf, type DrawnChart } from './chart-picture';
import { fileName, saveBlob, toPng } from './save-chart';
import { texts } from './texts/en';

/** Saves a chart as it is seen, as a picture, or all its figures as a table. */
export function SaveMenu({
  title,
  picture,
  csv,
}: {
  readonly title: string;
  /** Null while nothing is drawn. */
  readonly picture: () => DrawnChart | null;
  readonly csv: () => string;
}) {
  const save = (extension: string, blob: Blob) => saveBlob(fileName(title, extension), blob);
  const svg = (): string => {
    const drawn = picture();
    return drawn ? pictureOf(drawn) : '';
  };
  const ways = [
    { name: texts.png, run: async () => save('png', await toPng(svg())) },
    { name: texts.svg, run: async () => save('svg', new Blob([svg()], { type: 'image/svg+xml' })) },
    { name: texts.csv, run: async () => save('csv', new Blob([csv()], { type: 'text/csv' })) },
  ];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="chart-save" aria-label={texts.saveChart(title)}>
        {texts.save}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={2}>
          {ways.map(({ name, run }) => (
            <DropdownMenu.Item key={name} className="menu-item" onSelect={() => void run()}>
              {name}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
