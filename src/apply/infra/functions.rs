//! The function: made with its package, changed part by part, each waited for.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::Cloud;
use super::patience::Patience;
use crate::clients::aws::AwsError;
use crate::event::{Event, Events};
use crate::model::Address;
use crate::model::infra::{Found, FunctionSpec, Spec};

/// The version of es2s3 that the function was made by.
const VERSION: &str = "ES2S3_VERSION";

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
                self.writer.tag_function(arn, &self.tags).await?;
                self.change_function(wanted, live, &address, events).await?;
            }
            _ => {
                let package = self.package(wanted)?;
                self.writer.create_function(wanted, package, &self.tags).await?;
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
        address: &Address,
        events: &Events,
    ) -> Result<(), AwsError> {
        let name = &wanted.name;
        let code = match &wanted.code {
            Some(_) => wanted.code != live.code,
            None => wanted.environment.get(VERSION) != live.environment.get(VERSION),
        };
        if code || wanted.architecture != live.architecture {
            let package = self.package(wanted)?;
            self.writer.set_function_code(wanted, package).await?;
            self.until_ready(name, address, events).await?;
        }
        let settled = FunctionSpec {
            code: live.code.clone(),
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
        let sha256 = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&bytes));
        if Some(&sha256) != wanted.code.as_ref() {
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
