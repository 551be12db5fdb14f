import { Component, type ReactNode } from "react";

/** What cannot be drawn says so, and takes nothing else down with it. */
export class Safely extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { children: ReactNode }) {
    if (this.state.failed && before.children !== this.props.children) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <em className="hint">This part of the message cannot be shown here.</em> : this.props.children;
  }
}
