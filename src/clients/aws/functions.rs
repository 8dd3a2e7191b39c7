//! The Lambda function: its configuration, its code, who may invoke it.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture as SdkArchitecture, Environment, FunctionCode, FunctionConfiguration, LoggingConfig,
    Runtime, VpcConfig,
};
use serde_json::Value;

use super::error::{asked, there};
use super::{Reader, Result, Writer};
use crate::model::infra::{Architecture, CODE_TAG, Document, Found, FunctionSpec, PermissionSpec, Spec};

/// What begins so in the environment is es2s3's own; of other variables it never speaks.
const OWN: &str = "ES2S3_";

/// Lambda ends every function after 15 minutes.
const LONGEST_CALL: std::time::Duration = std::time::Duration::from_secs(16 * 60);

/// Whether a change of a function has come through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionState {
    pub ready: bool,
    /// Why it failed, in AWS's words.
    pub failed: Option<String>,
}

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    pub payload: Value,
    /// The function ended in an error, and the payload tells which.
    pub failed: bool,
}

impl Reader {
    /// Executions that no function has reserved, in this account and region.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn unreserved_executions(&self) -> Result<Option<u32>> {
        let asked = asked("lambda:GetAccountSettings", "this account");
        let got = self.lambda.get_account_settings().send().await.map_err(|error| asked.told(&error))?;
        let unreserved = got.account_limit.and_then(|limit| limit.unreserved_concurrent_executions);
        Ok(unreserved.and_then(|many| u32::try_from(many).ok()))
    }
}

impl Writer {
    /// Calls the function and waits for its answer, up to its own timeout of 15 minutes at most.
    ///
    /// # Errors
    ///
    /// When it could not be called, or what came back is not JSON.
    pub async fn invoke(&self, name: &str, payload: &Value) -> Result<Invoked> {
        let thing = format!("function {name}");
        let asked = asked("lambda:InvokeFunction", &thing);
        let longest = aws_sdk_lambda::config::timeout::TimeoutConfig::builder()
            .read_timeout(LONGEST_CALL)
            .operation_timeout(LONGEST_CALL)
            .operation_attempt_timeout(LONGEST_CALL)
            .build();
        // Never sent twice: the first may be at work.
        let once = aws_sdk_lambda::config::retry::RetryConfig::disabled();
        let overrides = aws_sdk_lambda::config::Builder::new().timeout_config(longest).retry_config(once);
        let call = self.reader.lambda.invoke().function_name(name).payload(Blob::new(payload.to_string()));
        let answer = call.customize().config_override(overrides).send().await;
        let answer = answer.map_err(|error| asked.told(&error))?;
        let bytes = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let payload = serde_json::from_slice(&bytes).map_err(|error| asked.garbled(error.to_string()))?;
        Ok(Invoked { payload, failed: answer.function_error.is_some() })
    }
}

impl Reader {
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn function(&self, name: &str) -> Result<Option<Found>> {
        let thing = format!("function {name}");
        let asked = asked("lambda:GetFunction", &thing);
        let got = self.lambda.get_function().function_name(name).send().await;
        let Some(got) = there(got.map_err(|error| asked.told(&error)))? else { return Ok(None) };
        let concurrency = got.concurrency.and_then(|concurrency| concurrency.reserved_concurrent_executions);
        let found = got.configuration.ok_or_else(|| asked.garbled("no configuration is in it"))?;
        let tags: BTreeMap<String, String> = got.tags.unwrap_or_default().into_iter().collect();
        let arn = found.function_arn.clone().unwrap_or_default();
        let mut spec = spec(found, concurrency);
        // One without the tag was made by an es2s3 that set none, or is yet to be adopted.
        spec.code_is_own = tags.get(CODE_TAG).is_none_or(|own| Some(own) == spec.code.as_ref());
        Ok(Some(Found { arn, tags, spec: Spec::Function(spec), obstacles: Vec::new() }))
    }

    /// Whether the last change has come through.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn function_state(&self, name: &str) -> Result<FunctionState> {
        let thing = format!("function {name}");
        let asked = asked("lambda:GetFunctionConfiguration", &thing);
        let got = self.lambda.get_function_configuration().function_name(name).send().await;
        let got = got.map_err(|error| asked.told(&error))?;
        let state = got.state().map_or("Active", |state| state.as_str());
        let update = got.last_update_status().map_or("Successful", |status| status.as_str());
        let failed = match (state, update) {
            ("Failed", _) => got.state_reason().map(str::to_owned).or(Some("no reason was given".into())),
            (_, "Failed") => got.last_update_status_reason().map(str::to_owned),
            _ => None,
        };
        Ok(FunctionState { ready: matches!(state, "Active" | "Inactive") && update == "Successful", failed })
    }

    /// The statements of a function's own policy, by their `Sid`.
    ///
    /// # Errors
    ///
    /// When the policy cannot be read.
    pub async fn permissions(&self, function: &str) -> Result<BTreeMap<String, Found>> {
        let thing = format!("the policy of function {function}");
        let asked = asked("lambda:GetPolicy", &thing);
        let got = self.lambda.get_policy().function_name(function).send().await;
        let Some(text) = there(got.map_err(|error| asked.told(&error)))?.and_then(|got| got.policy) else {
            return Ok(BTreeMap::new());
        };
        let policy = Document::parse(&text).map_err(|error| asked.garbled(error))?;
        let statements = policy.statements().into_iter().filter_map(|statement| {
            let id = statement["Sid"].as_str()?;
            let found = Found {
                arn: format!("{}#{id}", statement["Resource"].as_str().unwrap_or_default()),
                spec: Spec::Permission(permission(function, id, statement)),
                tags: BTreeMap::new(),
                obstacles: Vec::new(),
            };
            Some((id.to_owned(), found))
        });
        Ok(statements.collect())
    }
}

fn spec(found: FunctionConfiguration, concurrency: Option<i32>) -> FunctionSpec {
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let vpc = found.vpc_config.as_ref();
    let name = found.function_name.clone().unwrap_or_default();
    let arm = found.architectures().contains(&SdkArchitecture::Arm64);
    FunctionSpec {
        description: found.description.clone().unwrap_or_default(),
        runtime: found.runtime.as_ref().map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
        handler: found.handler.clone().unwrap_or_default(),
        architecture: if arm { Architecture::Arm64 } else { Architecture::X86_64 },
        role: found.role.clone().unwrap_or_default(),
        memory: number(found.memory_size).unwrap_or_default(),
        timeout: number(found.timeout).unwrap_or_default(),
        subnets: vpc.map(|vpc| vpc.subnet_ids().iter().cloned().collect()).unwrap_or_default(),
        security_groups: vpc
            .map(|vpc| vpc.security_group_ids().iter().cloned().collect())
            .unwrap_or_default(),
        code: found.code_sha256.clone(),
        code_is_own: true,
        concurrency: number(concurrency),
        log_group: found
            .logging_config
            .as_ref()
            .and_then(|logging| logging.log_group.clone())
            .unwrap_or_else(|| format!("/aws/lambda/{name}")),
        environment: found
            .environment
            .and_then(|environment| environment.variables)
            .map(|variables| {
                variables.into_iter().filter(|(name, _)| name.starts_with(OWN)).collect::<HashMap<_, _>>()
            })
            .unwrap_or_default()
            .into_iter()
            .collect(),
        name,
    }
}

fn permission(function: &str, id: &str, statement: &Value) -> PermissionSpec {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let principal = match &statement["Principal"] {
        Value::String(who) => who.clone(),
        who => text(who.get("Service").or(who.get("AWS")).unwrap_or(&Value::Null)),
    };
    let source = ["ArnLike", "ArnEquals"].into_iter().find_map(|operator| {
        let keys = statement["Condition"].get(operator)?.as_object()?;
        let (_, arn) = keys.iter().find(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"))?;
        arn.as_str().map(str::to_owned)
    });
    PermissionSpec {
        function: function.to_owned(),
        id: id.to_owned(),
        principal,
        source,
        action: text(&statement["Action"]),
    }
}

impl Writer {
    /// Tells the ARN. The function is not ready yet: see [`Reader::function_state`].
    ///
    /// # Errors
    ///
    /// [`super::AwsError::Exists`]; [`super::AwsError::NotYet`] while its role is not known everywhere.
    pub async fn create_function(
        &self,
        function: &FunctionSpec,
        package: Vec<u8>,
        tags: &BTreeMap<String, String>,
    ) -> Result<String> {
        let thing = format!("function {}", function.name);
        let asked = asked("lambda:CreateFunction", &thing);
        let create = self
            .reader
            .lambda
            .create_function()
            .function_name(&function.name)
            .description(&function.description)
            .runtime(Runtime::from(function.runtime.as_str()))
            .handler(&function.handler)
            .role(&function.role)
            .architectures(SdkArchitecture::from(function.architecture.word()))
            .memory_size(size(function.memory))
            .timeout(size(function.timeout))
            .environment(environment(function, HashMap::new()))
            .vpc_config(vpc(function))
            .logging_config(LoggingConfig::builder().log_group(&function.log_group).build())
            .code(FunctionCode::builder().zip_file(Blob::new(package)).build())
            .set_tags(Some(tags.clone().into_iter().collect::<HashMap<_, _>>()));
        let made = create.send().await.map_err(|error| asked.told(&error))?;
        Ok(made.function_arn.unwrap_or_default())
    }

    /// # Errors
    ///
    /// [`super::AwsError::NotYet`] while another change is under way.
    pub async fn configure_function(&self, function: &FunctionSpec) -> Result<()> {
        let thing = format!("function {}", function.name);
        let others = self.other_variables(&function.name).await?;
        let asked = asked("lambda:UpdateFunctionConfiguration", &thing);
        let update = self
            .reader
            .lambda
            .update_function_configuration()
            .function_name(&function.name)
            .description(&function.description)
            .runtime(Runtime::from(function.runtime.as_str()))
            .handler(&function.handler)
            .role(&function.role)
            .memory_size(size(function.memory))
            .timeout(size(function.timeout))
            .environment(environment(function, others))
            .vpc_config(vpc(function))
            .logging_config(LoggingConfig::builder().log_group(&function.log_group).build());
        update.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// Variables that somebody else put there, such as the domain's secret: an update replaces all of them, so they go along.
    /// Their values are in no plan and no journal.
    async fn other_variables(&self, name: &str) -> Result<HashMap<String, String>> {
        let thing = format!("function {name}");
        let asked = asked("lambda:GetFunctionConfiguration", &thing);
        let got = self.reader.lambda.get_function_configuration().function_name(name).send().await;
        let live = got.map_err(|error| asked.told(&error))?.environment;
        let variables = live.and_then(|environment| environment.variables).unwrap_or_default();
        Ok(variables.into_iter().filter(|(name, _)| !name.starts_with(OWN)).collect())
    }

    /// # Errors
    ///
    /// [`super::AwsError::NotYet`] while another change is under way.
    pub async fn set_function_code(&self, function: &FunctionSpec, package: Vec<u8>) -> Result<()> {
        let thing = format!("function {}", function.name);
        let asked = asked("lambda:UpdateFunctionCode", &thing);
        let update = self
            .reader
            .lambda
            .update_function_code()
            .function_name(&function.name)
            .architectures(SdkArchitecture::from(function.architecture.word()))
            .zip_file(Blob::new(package));
        update.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused: the account's own quota may be too small.
    pub async fn set_function_concurrency(&self, name: &str, concurrency: Option<u32>) -> Result<()> {
        let thing = format!("function {name}");
        match concurrency {
            Some(many) => {
                let asked = asked("lambda:PutFunctionConcurrency", &thing);
                let put = self.reader.lambda.put_function_concurrency().function_name(name);
                let sent = put.reserved_concurrent_executions(size(many)).send().await;
                sent.map(drop).map_err(|error| asked.told(&error))
            }
            None => {
                let asked = asked("lambda:DeleteFunctionConcurrency", &thing);
                let sent = self.reader.lambda.delete_function_concurrency().function_name(name).send().await;
                sent.map(drop).map_err(|error| asked.told(&error))
            }
        }
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn tag_function(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let asked = asked("lambda:TagResource", arn);
        let tags: HashMap<String, String> = tags.clone().into_iter().collect();
        let tag = self.reader.lambda.tag_resource().resource(arn).set_tags(Some(tags));
        tag.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused; one that is gone already is no error.
    pub async fn delete_function(&self, name: &str) -> Result<()> {
        let thing = format!("function {name}");
        let asked = asked("lambda:DeleteFunction", &thing);
        let sent = self.reader.lambda.delete_function().function_name(name).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }

    /// # Errors
    ///
    /// [`super::AwsError::Exists`] when a statement of that id is there.
    pub async fn add_permission(&self, permission: &PermissionSpec) -> Result<()> {
        let thing = format!("permission {} of function {}", permission.id, permission.function);
        let asked = asked("lambda:AddPermission", &thing);
        let add = self
            .reader
            .lambda
            .add_permission()
            .function_name(&permission.function)
            .statement_id(&permission.id)
            .action(&permission.action)
            .principal(&permission.principal)
            .set_source_arn(permission.source.clone());
        add.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused; one that is gone already is no error.
    pub async fn remove_permission(&self, function: &str, id: &str) -> Result<()> {
        let thing = format!("permission {id} of function {function}");
        let asked = asked("lambda:RemovePermission", &thing);
        let sent =
            self.reader.lambda.remove_permission().function_name(function).statement_id(id).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }
}

fn size(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn environment(function: &FunctionSpec, others: HashMap<String, String>) -> Environment {
    let own = function.environment.clone().into_iter();
    let variables: HashMap<String, String> = others.into_iter().chain(own).collect();
    Environment::builder().set_variables(Some(variables)).build()
}

fn vpc(function: &FunctionSpec) -> VpcConfig {
    VpcConfig::builder()
        .set_subnet_ids(Some(function.subnets.iter().cloned().collect()))
        .set_security_group_ids(Some(function.security_groups.iter().cloned().collect()))
        .build()
}
