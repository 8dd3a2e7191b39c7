//! One object: read again, made, changed or removed, and read back.
//!
//! Called by the executor of the AWS side for each line. What moved since the plan is left alone and named.

use std::collections::BTreeSet;

use super::Cloud;
use super::patience::Patience;
use crate::apply::ItemResult;
use crate::event::{Event, Events};
use crate::model::infra::{Found, OWNER_TAG, Spec};
use crate::model::{Address, Live};
use crate::observe::infra::{self as look, Readers};
use crate::plan::infra::{ObjectChange, ObjectItem, can_be_marked, difference};

/// What came of one object.
pub(super) struct Acted {
    pub(super) result: ItemResult,
    /// It is es2s3's, under this id.
    pub(super) arn: Option<String>,
    /// It is no longer es2s3's.
    pub(super) disowned: bool,
}

impl Acted {
    fn left(result: ItemResult) -> Self {
        Self { result, arn: None, disowned: false }
    }
}

impl Cloud {
    /// Carries out one line without a journal, for the bucket that the journal will be in.
    pub async fn establish(&self, item: &ObjectItem, events: &Events) -> ItemResult {
        let verb = item.change.verb();
        events.emit(Event::ItemStarted { address: item.address.clone(), verb });
        let result = self.act(item, events).await.result;
        events.emit(result.clone().event(&item.address, verb));
        result
    }

    /// Reads again, acts, and says what came of it.
    pub(super) async fn act(&self, item: &ObjectItem, events: &Events) -> Acted {
        let live = self.look(&item.address).await;
        let live = match live {
            Live::Unknown(unknown) => {
                return Acted::left(ItemResult::Skipped(format!("could not be read again: {}", unknown.why)));
            }
            Live::Absent => None,
            Live::Present(found) => Some(found),
        };
        match (&item.change, live) {
            (ObjectChange::Create { spec }, None) => self.made(spec, None, events).await,
            (ObjectChange::Create { spec }, Some(found)) => self.found_made(spec, found),
            (
                ObjectChange::Update { spec, before, .. } | ObjectChange::Adopt { spec, before, .. },
                Some(found),
            ) => match moved(before, &found) {
                Some(why) => Acted::left(ItemResult::Skipped(why)),
                None => self.made(spec, Some(found), events).await,
            },
            (ObjectChange::Update { .. } | ObjectChange::Adopt { .. }, None) => {
                Acted::left(ItemResult::Skipped("it is gone since the plan".into()))
            }
            (ObjectChange::Remove { .. }, None) => {
                Acted { result: ItemResult::AlreadyDone("it is gone".into()), arn: None, disowned: true }
            }
            (ObjectChange::Remove { before, .. }, Some(found)) => match moved(before, &found) {
                Some(why) => Acted::left(ItemResult::Skipped(why)),
                None => self.removed(before).await,
            },
            (ObjectChange::Keep { .. } | ObjectChange::Blocked { .. }, _) => {
                Acted::left(ItemResult::Skipped("nothing was planned".into()))
            }
        }
    }

    /// Where everything is looked for that is carried out here.
    pub fn readers(&self) -> Readers<'_> {
        Readers { aws: &self.reader, domain: self.domain.as_ref().map(|domain| &domain.reader) }
    }

    pub(super) async fn look(&self, address: &Address) -> Live<Found> {
        let one = BTreeSet::from([address.clone()]);
        let mut seen = look::objects(self.readers(), &one, &self.scope).await;
        seen.remove(address).unwrap_or(Live::Absent)
    }

    /// A create whose reply was lost, or that another run did: fine when it is what was wanted.
    fn found_made(&self, spec: &Spec, found: Found) -> Acted {
        let differs = difference(spec, &found.spec);
        match differs.first() {
            None => Acted {
                result: ItemResult::AlreadyDone("it was made since the plan, as wanted".into()),
                arn: Some(found.arn),
                disowned: false,
            },
            Some(field) => Acted::left(ItemResult::Skipped(format!(
                "it was made since the plan, with another {}",
                field.field
            ))),
        }
    }

    /// Makes it, and makes it again from what is there by then while AWS says "not yet": a role that is not known everywhere, a change
    /// under way, or the answer to a create that was lost on the way.
    async fn made(&self, spec: &Spec, found: Option<Found>, events: &Events) -> Acted {
        let new = found.is_none();
        let mut patience = Patience::begin();
        let mut found = found;
        while let Err(error) = self.make(spec, found.as_ref(), events).await {
            if !error.passes() || patience.is_over() {
                return Acted::left(ItemResult::Failed(error.to_string()));
            }
            let address = spec.address();
            events.emit(Event::ItemWaits { address: address.clone(), why: error.to_string() });
            patience.pause().await;
            found = match self.look(&address).await {
                Live::Absent => None,
                Live::Present(live) if !new || self.is_own(&live) => Some(live),
                Live::Present(_) => {
                    return Acted::left(ItemResult::Skipped("somebody else made it since the plan".into()));
                }
                Live::Unknown(unknown) => {
                    let why = format!("{error}; then it could not be read again: {}", unknown.why);
                    return Acted::left(ItemResult::Failed(why));
                }
            };
        }
        match self.look(&spec.address()).await {
            Live::Present(live) => confirmed(spec, live, new),
            Live::Absent => Acted::left(ItemResult::Failed("it was acknowledged and does not show".into())),
            Live::Unknown(unknown) => {
                Acted::left(ItemResult::Failed(format!("it could not be read back: {}", unknown.why)))
            }
        }
    }

    /// What can bear no tag is told apart by its name alone.
    fn is_own(&self, found: &Found) -> bool {
        !can_be_marked(found) || found.tags.get(OWNER_TAG) == self.tags.get(OWNER_TAG)
    }

    async fn removed(&self, before: &Spec) -> Acted {
        match self.remove(before).await {
            Ok(()) => Acted { result: ItemResult::Done("removed".into()), arn: None, disowned: true },
            Err(error) => Acted::left(ItemResult::Failed(error.to_string())),
        }
    }
}

/// What is there now must be what the plan saw.
fn moved(before: &Spec, found: &Found) -> Option<String> {
    let differs = difference(before, &found.spec);
    differs.first().map(|field| format!("its {} changed since the plan", field.field))
}

/// AWS may accept a value and keep another.
fn confirmed(spec: &Spec, live: Found, new: bool) -> Acted {
    let differs = difference(spec, &live.spec);
    let result = match differs.first() {
        None if new => ItemResult::Done("made".into()),
        None => ItemResult::Done("as wanted".into()),
        Some(field) => ItemResult::Failed(format!(
            "AWS accepted it, and its {} is {}",
            field.field,
            field.before.as_deref().unwrap_or("not set")
        )),
    };
    Acted { result, arn: Some(live.arn), disowned: false }
}
