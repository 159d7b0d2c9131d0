import { Component, type ReactNode } from 'react';
import { ErrorView } from '../ui/ErrorView';
import { PageFrame } from './PageFrame';
import { texts } from './texts/en';

interface Props {
  readonly children: ReactNode;
}

/** Keeps a fault in one page from taking the window with it. Give it a `key` that changes with the page. */
export class PageBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <PageFrame title={texts.crashed}>
        <ErrorView error={this.state.error} onRetry={() => this.setState({ error: null })} />
      </PageFrame>
    );
  }
}
