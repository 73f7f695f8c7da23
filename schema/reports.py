"""What every report says of itself."""

from resolvers.operation.reports import Freshness, HowComputed
from resolvers.periods import Period
from schema.arguments import about
from schema.results import before, registered
from schema.scalars import BigInt

registered(Freshness, data_revision=before("from_cache", about("The last change that it sees.", type_=BigInt)))


registered(HowComputed)


registered(Period, days=before("complete", about("How many days it has.", type_=int)))
