import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { inWords } from "../../format/formats";
import { Panel } from "../../parts/panel";
import { Personal, useIsHidden } from "../../parts/personal";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { EmailLink, PhoneLink, useOfToday } from "./glance";

export const identity = graphql(`
  fragment Identity on Customer {
    number
    type
    isActive
    isVerified
    email
    phone
    birthDate
    joinedOn
    tags
    address {
      line1
      line2
      postalCode
      city
      state
      country
    }
    acquisition {
      source
      campaign
      referrer {
        number
        name
      }
    }
    emailEngagement {
      openRate
      clickRate
    }
    externalIds {
      system
      value
    }
  }
`);

/** Who the customer is and how to reach them. */
export function Identity({ data }: { data: FragmentOf<typeof identity> }) {
  const formats = useFormats();
  const [search] = useAddress();
  const customer = readFragment(identity, data);
  const { address, acquisition, emailEngagement } = customer;
  const place = address && [
    address.line1,
    address.line2,
    [address.postalCode, address.city].filter(Boolean).join(" "),
    address.state,
    address.country,
  ];
  return (
    <Panel title={useOfToday(t.customer.identity)}>
      <dl className="facts">
        <Fact name={t.customer.number}>{customer.number}</Fact>
        <Fact name={t.customerColumns.type}>
          {t.types[customer.type]}
          {!customer.isActive && ` · ${t.customers.inactive}`}
          {customer.isVerified && ` · ${t.customer.verified}`}
        </Fact>
        <Fact name={t.customerColumns.joined}>{formats.day(customer.joinedOn)}</Fact>
        <Fact name={t.customer.emailAddress} field="email">
          {customer.email && <EmailLink email={customer.email} />}
        </Fact>
        <Fact name={t.customer.phone} field="phone">
          {customer.phone && <PhoneLink phone={customer.phone} />}
        </Fact>
        <Fact name={t.customer.birthDate} field="birthDate">{customer.birthDate && formats.day(customer.birthDate)}</Fact>
        <Fact name={t.customer.address} field="address">{place?.filter(Boolean).join(", ")}</Fact>
        <Fact name={t.customer.emails}>
          {emailEngagement.openRate !== null &&
            t.customer.engagement(formats.percent(emailEngagement.openRate), formats.percent(emailEngagement.clickRate))}
        </Fact>
        <Fact name={t.customers.source}>
          {[acquisition.source, acquisition.campaign].filter(Boolean).join(" · ")}
          {acquisition.referrer && (
            <>
              {" "}
              <Link to="/customers/$number" params={{ number: acquisition.referrer.number }} search={kept(search)}>
                {t.customer.referredBy(acquisition.referrer.name)}
              </Link>
            </>
          )}
        </Fact>
        <Fact name={t.customer.elsewhere}>
          {customer.externalIds.map(({ system, value }) => `${inWords(system)} ${value}`).join(", ")}
        </Fact>
        <Fact name={t.customerColumns.tags}>
          {customer.tags.length > 0 && (
            <span className="tags">
              {customer.tags.map((tag) => (
                <span key={tag} className="tag">
                  {tag}
                </span>
              ))}
            </span>
          )}
        </Fact>
      </dl>
    </Panel>
  );
}

interface FactProps {
  name: string;
  /** The field of the API, where some roles do not see it. */
  field?: string;
  children: ReactNode;
}

/** What is not known is not there; what is hidden says so. */
export function Fact({ name, field = "", children }: FactProps) {
  const isHidden = useIsHidden(field);
  const isKnown = isHidden || (Array.isArray(children) ? children.some(Boolean) : Boolean(children));
  return (
    isKnown && (
      <div>
        <dt>{name}</dt>
        <dd>
          <Personal field={field}>{children}</Personal>
        </dd>
      </div>
    )
  );
}
