import { Tabs as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import './tabs.css';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly title: ReactNode;
  readonly content: ReactNode;
}

/** Views of one thing, one at a time; arrows walk between the tabs. */
export function Tabs<Id extends string>({
  label,
  tabs,
  value,
  onChange,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Id>[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
}) {
  const choose = (id: string): void => {
    const tab = tabs.find((one) => one.id === id);
    if (tab) onChange(tab.id);
  };
  return (
    <Primitive.Root value={value} onValueChange={choose}>
      <Primitive.List className="tabs" aria-label={label}>
        {tabs.map((tab) => (
          <Primitive.Trigger key={tab.id} value={tab.id} className="tab">
            {tab.title}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Content key={tab.id} value={tab.id} className="tab-content">
          {tab.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
