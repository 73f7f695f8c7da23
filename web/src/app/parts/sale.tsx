import { type FragmentOf, graphql, readFragment } from "../api/graphql";
import { useFormats } from "../shell/shop";
import { t } from "../texts";
import { inWords } from "../format/formats";

export const saleDetails = graphql(`
  fragment SaleDetails on Sale {
    number
    status
    channel
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
`);

/** What a sale was of: its lines, what was taken off, how it was paid, what was paid back. */
export function SaleDetails({ data }: { data: FragmentOf<typeof saleDetails> }) {
  const formats = useFormats();
  const { number, status, channel, discount, storefront, payments, items, refunds } = readFragment(saleDetails, data);
  const paid = [...new Set(payments.map(({ method }) => inWords(method)))].join(" + ");
  return (
    <>
      <p className="about">{[number, t.sales.statuses[status], storefront?.name, t.sales.channels[channel], paid].filter(Boolean).join(" · ")}</p>
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
    </>
  );
}
