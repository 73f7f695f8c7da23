import { Group, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  /** One sentence on what is shown. */
  about?: ReactNode;
  /** Beside the title: what is shown, or how it was computed. */
  tools?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A part of a page with its title. */
export function Panel({ title, about, tools, children, className }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className ?? ""}`} aria-labelledby={id}>
      <div className="panel-head">
        <Group justify="space-between" align="flex-start" gap="xs">
          <Title order={2} size="h4" id={id} className="panel-title">
            {title}
          </Title>
          {tools}
        </Group>
        {about && <p className="about">{about}</p>}
      </div>
      {children}
    </section>
  );
}

interface FigureProps {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  /** The number over time. */
  picture?: ReactNode;
  /** Which number it is, where it may stand on several pages: "revenue:2011-11-01..2011-11-30". */
  figure?: string;
}

/** A number with its name. */
export function Figure({ label, value, note, picture, figure }: FigureProps) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd className="value" data-figure={figure}>
        {typeof value === "string" ? <Written text={value} /> : value}
      </dd>
      <dd className="note">{note}</dd>
      <dd className="picture">{picture}</dd>
    </div>
  );
}

/** As many characters of words as a tile has room for in full size. */
const LONG = 11;
/** A number with more characters than this may break. */
const UNBROKEN = 24;
const MINOR = /^(.*\d)([.,]\d\d)(\D*)$/;

/** A number on one line, however narrow its tile, the minor units of money smaller than the rest; words may break. */
function Written({ text }: { text: string }) {
  const [, major = text, minor = "", rest = ""] = MINOR.exec(text) ?? [];
  if (!/\d/.test(text) || text.length > UNBROKEN) {
    return <span data-long={text.length > LONG ? "" : undefined}>{text}</span>;
  }
  return (
    <span className="fitted" style={{ "--length": text.length - 0.4 * minor.length } as React.CSSProperties}>
      {major}
      {minor && <span className="minor">{minor}</span>}
      {rest}
    </span>
  );
}

export function Figures({ children, label }: { children: ReactNode; label: string }) {
  return (
    <dl className="figures" aria-label={label}>
      {children}
    </dl>
  );
}

/** A change against before: an arrow and words, never colour alone. */
export function Change({ text, value, isGood = (v) => v > 0 }: { text: string; value: number | null; isGood?: (value: number) => boolean }) {
  if (value === null) {
    return <span className="change">{text}</span>;
  }
  const arrow = value > 0 ? "▲" : value < 0 ? "▼" : "■";
  const kind = value === 0 ? "same" : isGood(value) ? "good" : "bad";
  return (
    <span className="change" data-kind={kind}>
      <span aria-hidden="true">{arrow}</span> {text}
    </span>
  );
}
