import { Fragment, type ReactNode } from "react";

import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { Figure, Figures } from "../../parts/panel";
import { Personal } from "../../parts/personal";
import { useDay, useFormats, useShop } from "../../shell/shop";
import { t } from "../../texts";

export const glance = graphql(`
  fragment Glance on Customer {
    isActive
    email
    phone
    outstandingBalance
    creditLimit
    creditUtilization
    attention(asOf: $asOf)
    atStake(asOf: $asOf)
    consents {
      email
      sms
      push
    }
    rfm(scheme: $scheme, days: $days, asOf: $asOf) {
      segment {
        name
      }
    }
    purchases(asOf: $asOf) {
      lastPurchaseDate
      daysSinceLastPurchase
    }
    clv(asOf: $asOf) {
      purchaseFrequencyDays
      prediction {
        __typename
        ... on PredictedCLV {
          probabilityAlive
          predictedRevenue
        }
        ... on NotEnoughData {
          message
        }
      }
    }
  }
`);

type Seen = ResultOf<typeof glance>;

/** What matters within five seconds: who this is, what may be lost, when the last purchase was, what is owed, how to write. */
export function Glance({ data }: { data: FragmentOf<typeof glance> }) {
  const seen = readFragment(glance, data);
  return (
    <Figures label={t.glance.label}>
      <Figure label={t.columns.segment} value={seen.rfm?.segment.name ?? t.glance.noSegment} note={<Standing seen={seen} />} />
      <Stake seen={seen} />
      <LastPurchase seen={seen} />
      <Owes seen={seen} />
      <Contact seen={seen} />
    </Figures>
  );
}

function Standing({ seen: { attention, isActive } }: { seen: Seen }) {
  if (!isActive) {
    return <span className="badge">{t.customers.inactive}</span>;
  }
  return attention && <span className="badge" data-kind={attention}>{t.glance.attention[attention]}</span>;
}

function Stake({ seen: { atStake, clv } }: { seen: Seen }) {
  const formats = useFormats();
  const prediction = clv?.prediction;
  const note =
    prediction?.__typename === "PredictedCLV"
      ? t.glance.expected(formats.money(prediction.predictedRevenue), formats.percent(100 * prediction.probabilityAlive))
      : prediction?.message;
  return <Figure label={t.glance.stake} value={formats.money(atStake)} note={note} />;
}

function LastPurchase({ seen: { purchases, clv } }: { seen: Seen }) {
  const formats = useFormats();
  const every = clv?.purchaseFrequencyDays;
  const note = [purchases.lastPurchaseDate && formats.day(purchases.lastPurchaseDate), every != null && t.glance.every(formats.number(every, 0))];
  return <Figure label={t.columns.lastPurchase} value={t.daysAgo(purchases.daysSinceLastPurchase)} note={note.filter(Boolean).join(" · ")} />;
}

function Owes({ seen: { outstandingBalance, creditLimit, creditUtilization } }: { seen: Seen }) {
  const formats = useFormats();
  const isOver = (creditUtilization ?? 0) > 100;
  const limit = Number(creditLimit) > 0 ? t.glance.limit(formats.money(creditLimit)) : t.glance.noLimit;
  return (
    <Figure
      label={useOfToday(t.customer.owes)}
      value={<span className={isOver ? "warning" : ""}>{formats.money(outstandingBalance)}</span>}
      note={isOver ? <strong className="warning">{t.glance.over(formats.money(creditLimit))}</strong> : limit}
    />
  );
}

function Contact({ seen: { consents, email, phone } }: { seen: Seen }) {
  const ways = [consents.email && t.customer.email, consents.sms && t.customer.sms, consents.push && t.customer.push].filter(Boolean);
  const links: ReactNode[] = [email && <EmailLink key="e" email={email} />, phone && <PhoneLink key="p" phone={phone} />].filter(Boolean);
  return (
    <Figure
      label={useOfToday(t.glance.consent)}
      value={<span className="words">{ways.length > 0 ? ways.join(", ") : t.glance.none}</span>}
      note={<Personal field="email">{links.length > 0 && <span className="links">{links}</span>}</Personal>}
    />
  );
}

/** An address that breaks after its signs, where it is too long for its place. */
export function EmailLink({ email }: { email: string }) {
  const parts = email.split(/(?<=[@._-])/);
  return (
    <a href={`mailto:${email}`}>
      {parts.map((part, at) => (
        // eslint-disable-next-line react/no-array-index-key
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </a>
  );
}

export function PhoneLink({ phone }: { phone: string }) {
  return <a href={`tel:${phone.replaceAll(/[^+\d]/g, "")}`}>{phone}</a>;
}

/** On a past day says of what does not travel that it is of today. */
export function useOfToday(label: string): string {
  const { today } = useShop();
  return useDay() < today ? t.ofToday(label) : label;
}
