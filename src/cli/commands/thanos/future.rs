//! `es2s3 plan --at DATE`: the bucket of blocks as the Compactor and the retentions will have left it. Writes nothing.

use jiff::civil::Date;

use super::{looked_at, wanted};
use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::model::Live;
use crate::plan::thanos;
use crate::render;

/// Every round of the Compactor until then is played.
const FARTHEST_SECONDS: i64 = 5 * 366 * 24 * 3_600;

pub(in crate::cli) async fn run(session: &Session, at: Date) -> Result<Exit, Failure> {
    let wanted = wanted(session)?;
    let then =
        at.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| Failure::new(format!("--at: {error}")))?;
    let (now, then) = (session.began.as_second(), then.timestamp().as_second());
    if then < now {
        return Err(Failure::new(format!("--at {at} lies in the past"))
            .help("name a day to come, such as 2027-03-01"));
    }
    if then - now > FARTHEST_SECONDS {
        return Err(Failure::new(format!("--at {at} lies more than five years ahead"))
            .help("name an earlier day: what Prometheus will upload by then is anybody's guess"));
    }
    let seen = looked_at(session).await;
    let future = thanos::future(wanted, &seen, &session.config().prices, now, then);
    match session.output.format {
        Format::Json => session.output.result(&super::super::json(&future)?),
        Format::Human | Format::Markdown => {
            session.output.result(&render::future_human(&future, &session.output.style));
        }
    }
    match &future.seen {
        Live::Present(_) => Ok(Exit::Done),
        Live::Absent => Err(Failure::new(format!("bucket {} does not exist", future.spec.bucket))),
        Live::Unknown(unknown) => Err(Failure::new(&unknown.why)),
    }
}
