import { Button, NativeSelect, Popover } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { type Compared, type Comparison, useAddress } from "../address";
import { daysBefore, monthsBefore } from "../format/formats";
import { comparedWith, type Days, daysOf, rangeOf, type Span } from "../format/periods";
import { useDay, usePeriod, useShop } from "../shell/shop";
import { t } from "../texts";
import { DayInput } from "./day-input";
import { Icon } from "./icon";

const RANGES = ["today", "7d", "30d", "90d", "12m", "month", "last-month", "quarter", "last-quarter", "year", "last-year", "all"];
const OWN = "own";

interface PeriodChoiceProps {
  /** The days to which a page looks where none are chosen. */
  usual: Span;
  /** Whether the page compares the period with another one. */
  compares?: boolean;
}

/** The days that a page is about, and what they are compared with. */
export function PeriodChoice({ usual, compares = false }: PeriodChoiceProps) {
  const shop = useShop();
  const { formats } = shop;
  const period = usePeriod(usual);
  const { compared } = useComparison(period);
  const [address, set] = useAddress();
  const { range, from, to } = address;
  const chosen = from || to ? OWN : (range ?? rangeOf(usual));
  const reference = address.asOf ?? shop.quietSince ?? shop.today;
  const ranges = RANGES.includes(chosen) || chosen === OWN ? RANGES : [chosen, ...RANGES];
  return (
    <Dates
      label={t.dates.period}
      name={chosen === OWN ? t.dates.own : t.dates.range(chosen)}
      days={formats.days(period.start, period.end)}
      note={compares && compared && t.dates.against(formats.shortDays(compared.start, compared.end))}
    >
      {(close) => (
        <>
          <Presets
            chosen={chosen}
            presets={ranges.map((name) => {
              const { start, end } = daysOf({ range: name }, usual, reference, shop.firstDay);
              return { key: name, name: t.dates.range(name), days: formats.days(start, end) };
            })}
            choose={(name) => {
              set({ range: name === rangeOf(usual) ? undefined : name, from: undefined, to: undefined });
              close();
            }}
          />
          <div className="own">
            <DayInput label={t.filters.from} value={period.start} min={shop.firstDay} max={period.end} onChange={(day) => set({ from: day || undefined, to: day ? period.end : to, range: undefined })} />
            <DayInput label={t.filters.to} value={period.end} min={period.start} max={shop.today} onChange={(day) => set({ to: day || undefined, from: day ? period.start : from, range: undefined })} />
          </div>
          {compares && <ComparisonChoice />}
        </>
      )}
    </Dates>
  );
}

function ComparisonChoice() {
  const [{ compare = "PREVIOUS_PERIOD" }, set] = useAddress();
  return (
    <NativeSelect
      size="sm"
      label={t.filters.compare}
      value={compare}
      onChange={({ currentTarget: { value } }) => set({ compare: value === "PREVIOUS_PERIOD" ? undefined : (value as Compared) })}
      data={Object.entries(t.comparisons).map(([value, label]) => ({ value, label }))}
    />
  );
}

/** How a page compares its days, and with which; null where with none, as all history has nothing before it. */
export function useComparison(period: Days): { compareTo: Comparison | null; compared: Days | null } {
  const [{ compare = "PREVIOUS_PERIOD" }] = useAddress();
  const { firstDay } = useShop();
  const isAlone = compare === "NONE" || (firstDay !== null && period.start <= firstDay);
  return isAlone ? { compareTo: null, compared: null } : { compareTo: compare, compared: comparedWith(period, compare) };
}

/** The day as of which a page looks. */
export function DayChoice() {
  const { formats, today, quietSince, firstDay } = useShop();
  const day = useDay();
  const [, set] = useAddress();
  const choose = (asOf: string | undefined) => set({ asOf, range: undefined, from: undefined, to: undefined });
  const usual = quietSince ?? today;
  const presets = endsBefore(usual).map(({ name, day: end }) => ({ key: end, name, days: formats.day(end) }));
  return (
    <Dates label={t.filters.asOf} name={day === today ? t.dates.today : t.dates.asOf(formats.day(day))} days={day === today ? formats.day(day) : ""}>
      {(close) => (
        <>
          <Presets
            chosen={day}
            presets={presets}
            choose={(key) => {
              choose(key === usual ? undefined : key);
              close();
            }}
          />
          <div className="own">
            <DayInput label={t.filters.asOf} value={day} min={firstDay} max={today} onChange={(asOf) => choose(asOf === usual ? undefined : asOf || undefined)} />
          </div>
        </>
      )}
    </Dates>
  );
}

/** Days that one often looks back to, from a day. */
function endsBefore(day: string): { name: string; day: string }[] {
  const end = (range: string) => daysOf({ range }, { days: 1 }, day, null).end;
  return [
    { name: t.dates.latest, day },
    { name: t.dates.weekAgo, day: daysBefore(day, 7) },
    { name: t.dates.endOfLast.month, day: end("last-month") },
    { name: t.dates.endOfLast.quarter, day: end("last-quarter") },
    { name: t.dates.endOfLast.year, day: end("last-year") },
    { name: t.dates.yearAgo, day: monthsBefore(day, 12) },
  ].filter(({ day: one }, index, all) => all.findIndex((other) => other.day === one) === index);
}

interface DatesProps {
  label: string;
  name: string;
  days: string;
  note?: ReactNode;
  children(close: () => void): ReactNode;
}

/** A button that says which days are shown, and opens to others. */
function Dates({ label, name, days, note, children }: DatesProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="dates">
      <Popover opened={isOpen} onChange={setOpen} position="bottom-start" trapFocus returnFocus shadow="md" width="min(94vw, 340px)">
        <Popover.Target>
          <Button variant="default" size="sm" leftSection={<Icon name="calendar" />} onClick={() => setOpen(!isOpen)}>
            <span className="hidden">{label}: </span>
            <span className="range-name">{name}</span> {days && <span className="range-days">{days}</span>}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={label}>
          <div className="choosing">{children(() => setOpen(false))}</div>
        </Popover.Dropdown>
      </Popover>
      {note && <span className="against">{note}</span>}
    </div>
  );
}

interface PresetsProps {
  chosen: string;
  presets: { key: string; name: string; days: string }[];
  choose(key: string): void;
}

function Presets({ chosen, presets, choose }: PresetsProps) {
  return (
    <ul className="presets">
      {presets.map(({ key, name, days }) => (
        <li key={key}>
          <button type="button" aria-pressed={key === chosen} onClick={() => choose(key)}>
            <span>{name}</span> <small>{days}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}
