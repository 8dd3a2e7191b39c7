//! Registering the snapshot repository: read again, PUT, read back.

use super::{Fatal, ItemResult, Outcome, Run};
use crate::event::Event;
use crate::model::infra::Kind;
use crate::model::{Address, Live, RepositorySettings, counted};
use crate::plan::RepositoryChange;
use crate::state::Deed;

impl Run<'_> {
    /// True when the rest of the plan has a repository to work with.
    pub(super) async fn repository(&mut self, outcome: &mut Outcome) -> Result<bool, Fatal> {
        let plan = self.plan;
        let (settings, before) = match &plan.repository.change {
            RepositoryChange::Keep => return Ok(true),
            RepositoryChange::Blocked { .. } => return Ok(false),
            RepositoryChange::Create { settings } => (settings, None),
            RepositoryChange::Update { settings, before, .. } => (settings, Some(before)),
        };
        let verb = if before.is_some() { "change" } else { "create" };
        let address = Address::Repository(plan.repository.spec.name.to_string());
        if !plan.repository.selected {
            // Without it nothing can be archived; what is proven in a repository that exists may still go.
            return Ok(before.is_some());
        }
        self.may_go_on().await?;
        self.events.emit(Event::ItemStarted { address: address.clone(), verb });
        let result = match (self.lacking(outcome), self.precheck(before).await) {
            (Some(need), _) => ItemResult::Skipped(format!("it needs {need}, which is not as it should be")),
            (None, Precheck::Ready) => self.register(&address, settings).await?,
            (None, Precheck::Moved(why)) => ItemResult::Skipped(why),
        };
        let usable = matches!(result, ItemResult::Done(_) | ItemResult::AlreadyDone(_)) || before.is_some();
        outcome.repository_changed = matches!(result, ItemResult::Done(_));
        self.settle(&address, verb, result, outcome);
        Ok(usable)
    }

    /// Its bucket or its role, when this run could not make it: a repository without either is one that nobody can read.
    fn lacking(&self, outcome: &Outcome) -> Option<Address> {
        let spec = &self.plan.repository.spec;
        let role = spec.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
        let needed = |address: &Address| match address {
            Address::Aws(Kind::Bucket, name) => name == spec.bucket.as_str(),
            Address::Aws(Kind::Role, name) => Some(name.as_str()) == role,
            _ => false,
        };
        outcome.withheld.iter().map(|(address, _)| address).find(|address| needed(address)).cloned()
    }

    async fn precheck(&self, before: Option<&RepositorySettings>) -> Precheck {
        let name = &self.plan.repository.spec.name;
        match (self.reader.repository(name).await, before) {
            (Live::Absent, None) => Precheck::Ready,
            (Live::Present(live), Some(before)) if live.settings == *before => Precheck::Ready,
            (Live::Unknown(unknown), _) => {
                Precheck::Moved(format!("could not be read again: {}", unknown.why))
            }
            (Live::Absent, Some(_)) => Precheck::Moved("it was unregistered since the plan".into()),
            (Live::Present(_), _) => Precheck::Moved("its settings changed since the plan".into()),
        }
    }

    /// `PUT _snapshot` may answer 500 and register all the same, so only reading it back decides.
    async fn register(
        &mut self,
        address: &Address,
        settings: &RepositorySettings,
    ) -> Result<ItemResult, Fatal> {
        let name = self.plan.repository.spec.name.clone();
        let deed = Deed::PutRepository { name: name.clone(), settings: settings.clone() };
        let step = self.ledger.intend(address, deed).await?;
        self.ledger.check_lease()?;
        let answer = self.writer.put_repository(&name, settings).await;
        let result = match (answer, self.reader.repository(&name).await) {
            (Ok(()), Live::Present(_)) => self.verified(&name).await,
            (Err(error), Live::Present(live)) if live.settings == *settings => {
                match self.verified(&name).await {
                    ItemResult::Done(note) => {
                        ItemResult::Done(format!("{note}, although the reply was: {error}"))
                    }
                    other => other,
                }
            }
            (Err(error), _) => ItemResult::Failed(error.to_string()),
            (Ok(()), Live::Absent) => {
                ItemResult::Failed("the domain acknowledged it and does not list it".into())
            }
            (Ok(()), Live::Unknown(unknown)) => ItemResult::Failed(unknown.why),
        };
        if matches!(result, ItemResult::Done(_)) {
            self.ledger.own(address, &self.place.url());
        }
        self.ledger.conclude(step, &result);
        Ok(result)
    }

    /// Every node must be able to write there, or the first snapshot fails half-way.
    async fn verified(&self, name: &crate::model::RepositoryName) -> ItemResult {
        match self.writer.verify_repository(name).await {
            Ok(nodes) => {
                ItemResult::Done(format!("registered, verified by {}", counted(nodes, "node", "nodes")))
            }
            Err(error) => ItemResult::Failed(format!("registered, and its nodes cannot use it: {error}")),
        }
    }
}

enum Precheck {
    Ready,
    Moved(String),
}
