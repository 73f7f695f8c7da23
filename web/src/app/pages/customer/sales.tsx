import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { inWords } from "../../format/formats";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const sales = graphql(`
  fragment Sales on Customer {
    purchases(asOf: $asOf) {
      orders
    }
    sales(first: 10, period: { end: $asOf }) {
      totalCount
      nodes {
        number
        businessDate
        status
        channel
        total
        discount
        storefront {
          name
        }
        payments {
          method
        }
        items {
          product
          quantity
          unitPrice
          total
        }
        refunds {
          amount
          businessDate
          reason
        }
      }
    }
  }
`);

/** The latest sales, each opening to its items and refunds; the last one is open. */
export function Sales({ data }: { data: FragmentOf<typeof sales> }) {
  const formats = useFormats();
  const {
    purchases,
    sales: { totalCount, nodes },
  } = readFragment(sales, data);
  return (
    <Panel title={t.customer.sales} about={t.customer.salesAbout(nodes.length, formats.count(totalCount), totalCount > purchases.orders)}>
      {nodes.length === 0 ? (
        <Empty title={t.customer.noPurchase} />
      ) : (
        <div className="sales">
          {nodes.map(({ number, businessDate, status, channel, total, discount, storefront, payments, items, refunds }, index) => (
            <details key={number} open={index === 0}>
              <summary>
                <span className="when">{formats.day(businessDate)}</span>
                <span className="what">{items.map(({ product }) => product).join(", ") || number}</span>
                <span className="right">{formats.money(total)}</span>
              </summary>
              <p className="about">
                {[number, inWords(status), storefront?.name, inWords(channel), [...new Set(payments.map(({ method }) => inWords(method)))].join(" + ")]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
              <div className="scroll">
                <table className="plain">
                  <thead>
                    <tr>
                      <th scope="col">{t.customer.product}</th>
                      <th scope="col" className="right">
                        {t.customer.quantity}
                      </th>
                      <th scope="col" className="right wide">
                        {t.customer.price}
                      </th>
                      <th scope="col" className="right">
                        {t.customer.total}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((item, place) => (
                      // eslint-disable-next-line react/no-array-index-key
                      <tr key={place}>
                        <th scope="row">{item.product}</th>
                        <td className="right">{formats.quantity(item.quantity)}</td>
                        <td className="right wide">{formats.money(item.unitPrice)}</td>
                        <td className="right">{formats.money(item.total)}</td>
                      </tr>
                    ))}
                    {Number(discount) > 0 && (
                      <tr>
                        <th scope="row">{t.customer.discount}</th>
                        <td />
                        <td className="wide" />
                        <td className="right">{formats.money(-Number(discount))}</td>
                      </tr>
                    )}
                  </tbody>
                </table>
              </div>
              {refunds.map(({ amount, businessDate: day, reason }, place) => (
                // eslint-disable-next-line react/no-array-index-key
                <p key={place} className="refund">
                  {t.customer.refundOf(formats.money(amount), formats.day(day))} {reason}
                </p>
              ))}
            </details>
          ))}
        </div>
      )}
    </Panel>
  );
}
