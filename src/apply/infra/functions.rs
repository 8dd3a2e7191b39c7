//! The function: made with its package, changed part by part, each waited for.

use std::collections::BTreeMap;

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::Cloud;
use super::patience::Patience;
use crate::clients::aws::AwsError;
use crate::event::{Event, Events};
use crate::model::Address;
use crate::model::infra::{CODE_TAG, Found, FunctionSpec, Spec};

/// The version of es2s3 that the function was made by.
const VERSION: &str = "ES2S3_VERSION";

/// As Lambda's `CodeSha256`.
fn sha256(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes))
}

/// Whether the code is to be deployed anew. Where no package is named the version tells, and whose the deployed code is.
fn new_code(wanted: &FunctionSpec, live: &FunctionSpec) -> bool {
    let other = match &wanted.code {
        Some(_) => wanted.code != live.code,
        None => wanted.environment.get(VERSION) != live.environment.get(VERSION) || !live.code_is_own,
    };
    other || wanted.architecture != live.architecture
}

impl Cloud {
    pub(super) async fn function(
        &self,
        wanted: &FunctionSpec,
        found: Option<&Found>,
        events: &Events,
    ) -> Result<(), AwsError> {
        let address = Spec::Function(wanted.clone()).address();
        match found.map(|found| (&found.spec, &found.arn)) {
            Some((Spec::Function(live), arn)) => {
                let package = if new_code(wanted, live) { Some(self.package(wanted)?) } else { None };
                // Before the code itself: an apply that ends in between is then seen as drift, and not as what was meant.
                self.writer.tag_function(arn, &self.tags_with(package.as_deref())).await?;
                self.change_function(wanted, live, package, events).await?;
            }
            _ => {
                let package = self.package(wanted)?;
                let tags = self.tags_with(Some(&package));
                self.writer.create_function(wanted, package, &tags).await?;
                self.until_ready(&wanted.name, &address, events).await?;
                self.writer.set_function_concurrency(&wanted.name, wanted.concurrency).await?;
            }
        }
        self.until_ready(&wanted.name, &address, events).await
    }

    async fn change_function(
        &self,
        wanted: &FunctionSpec,
        live: &FunctionSpec,
        package: Option<Vec<u8>>,
        events: &Events,
    ) -> Result<(), AwsError> {
        let (name, address) = (&wanted.name, &Spec::Function(wanted.clone()).address());
        if let Some(package) = package {
            self.writer.set_function_code(wanted, package).await?;
            self.until_ready(name, address, events).await?;
        }
        let settled = FunctionSpec {
            code: live.code.clone(),
            code_is_own: live.code_is_own,
            architecture: live.architecture,
            concurrency: live.concurrency,
            ..wanted.clone()
        };
        if settled != *live {
            self.writer.configure_function(wanted).await?;
            self.until_ready(name, address, events).await?;
        }
        if wanted.concurrency != live.concurrency {
            self.writer.set_function_concurrency(name, wanted.concurrency).await?;
        }
        Ok(())
    }

    /// The usual tags, and what the code is when it goes along.
    fn tags_with(&self, package: Option<&[u8]>) -> BTreeMap<String, String> {
        let code = package.map(|bytes| (CODE_TAG.to_owned(), sha256(bytes)));
        self.tags.clone().into_iter().chain(code).collect()
    }

    /// The bytes of the package, which must be those that the plan spoke about; this program itself where none was named.
    fn package(&self, wanted: &FunctionSpec) -> Result<Vec<u8>, AwsError> {
        let refused = |why: String| AwsError::Refused {
            action: "lambda:CreateFunction",
            thing: format!("function {}", wanted.name),
            code: "no package".into(),
            why,
        };
        let Some(package) = &self.package else {
            return (self.own_package)(wanted.architecture).map_err(refused);
        };
        let bytes = std::fs::read(&package.path)
            .map_err(|error| refused(format!("{} could not be read: {error}", package.path)))?;
        if Some(sha256(&bytes)) != wanted.code {
            return Err(refused(format!("{} changed since the plan", package.path)));
        }
        Ok(bytes)
    }

    /// Lambda accepts a change and carries it out afterwards.
    async fn until_ready(&self, name: &str, address: &Address, events: &Events) -> Result<(), AwsError> {
        let mut patience = Patience::begin();
        loop {
            let state = self.reader.function_state(name).await?;
            if let Some(why) = state.failed {
                let (action, thing) = ("lambda:GetFunctionConfiguration", format!("function {name}"));
                return Err(AwsError::Refused { action, thing, code: "Failed".into(), why });
            }
            if state.ready {
                return Ok(());
            }
            if patience.is_over() {
                let (action, thing) = ("lambda:GetFunctionConfiguration", format!("function {name}"));
                return Err(AwsError::NotYet { action, thing, why: "it is still pending".into() });
            }
            events.emit(Event::ItemWaits { address: address.clone(), why: "Lambda is setting it up".into() });
            patience.pause().await;
        }
    }
}
