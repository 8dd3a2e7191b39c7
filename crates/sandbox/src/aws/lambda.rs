//! Lambda: functions, their configuration and code. [`super::invoke`] runs them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::wire::percent_decoded;
use super::{ACCOUNT, Ask, Call, Refusal, Told, behind, permissions};

/// A function as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// As `GetFunctionConfiguration` tells it.
    pub fields: Map<String, Value>,
    /// The zip.
    pub code: Bytes,
    pub concurrency: Option<u64>,
    /// Statements of its own policy.
    pub statements: Vec<Value>,
    pub tags: BTreeMap<String, String>,
    /// So many reads find it pending.
    pub(super) pending: usize,
    /// Calls that it is at work on.
    pub(super) running: u64,
}

pub(super) const CALLS: &[(&str, Call)] = &[
    ("CreateFunction", create_function),
    ("GetFunction", get_function),
    ("GetFunctionConfiguration", |ask| Ok(seen(function(ask)?))),
    ("ListFunctions", list_functions),
    ("GetAccountSettings", account_settings),
    ("UpdateFunctionConfiguration", update_configuration),
    ("UpdateFunctionCode", update_code),
    ("DeleteFunction", delete_function),
    ("PutFunctionConcurrency", put_concurrency),
    ("GetFunctionConcurrency", get_concurrency),
    ("DeleteFunctionConcurrency", |ask| {
        function(ask)?.concurrency = None;
        Ok(json!({ "$status": 204 }))
    }),
    ("GetPolicy", permissions::get_policy),
    ("AddPermission", permissions::add_permission),
    ("RemovePermission", permissions::remove_permission),
    ("ListTags", |ask| {
        let tags = tagged(ask)?.tags.clone();
        Ok(json!({ "Tags": tags }))
    }),
    ("TagResource", |ask| {
        let tags = ask.map("Tags");
        tagged(ask)?.tags.extend(tags);
        Ok(json!({ "$status": 204 }))
    }),
];

/// What is asked by method and path, with the fields that the path holds.
pub(super) fn route(method: &str, path: &str) -> Option<(&'static str, Value)> {
    let parts: Vec<String> = path.trim_matches('/').split('/').map(percent_decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let [_version, kind, rest @ ..] = parts.as_slice() else { return None };
    if *kind == "account-settings" {
        return (method == "GET").then(|| ("GetAccountSettings", json!({})));
    }
    if *kind == "tags" {
        let arn = json!({ "Resource": rest.join("/") });
        return match method {
            "POST" => Some(("TagResource", arn)),
            "GET" => Some(("ListTags", arn)),
            _ => None,
        };
    }
    let (name, part) = match rest {
        [] => ("", ""),
        [name] => (*name, "."),
        [name, part] => (*name, *part),
        [name, "policy", id] => return of_statement(method, name, id),
        _ => return None,
    };
    let action = match (method, part) {
        ("POST", "") => "CreateFunction",
        ("GET", "") => "ListFunctions",
        ("GET", ".") => "GetFunction",
        ("DELETE", ".") => "DeleteFunction",
        ("GET", "configuration") => "GetFunctionConfiguration",
        ("PUT", "configuration") => "UpdateFunctionConfiguration",
        ("PUT", "code") => "UpdateFunctionCode",
        ("PUT", "concurrency") => "PutFunctionConcurrency",
        ("GET", "concurrency") => "GetFunctionConcurrency",
        ("DELETE", "concurrency") => "DeleteFunctionConcurrency",
        ("GET", "policy") => "GetPolicy",
        ("POST", "policy") => "AddPermission",
        ("POST", "invocations") => "InvokeFunction",
        _ => return None,
    };
    // A name may be told as an ARN.
    let name = json!({ "FunctionName": behind(name, ":") });
    Some((action, if part.is_empty() { json!({}) } else { name }))
}

fn of_statement(method: &str, name: &str, id: &str) -> Option<(&'static str, Value)> {
    (method == "DELETE").then(|| ("RemovePermission", json!({ "FunctionName": name, "StatementId": id })))
}

fn create_function(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("FunctionName").to_owned();
    if ask.account.functions.contains_key(&name) {
        let message = format!("Function already exist: {name}");
        return Err(Refusal::new(409, "ResourceConflictException", message));
    }
    assumable(ask)?;
    let code = zip(&ask.fields["Code"]["ZipFile"])?;
    let mut fields = Map::new();
    fields.insert("FunctionName".into(), name.clone().into());
    fields.insert("FunctionArn".into(), ask.arn("lambda", &format!("function:{name}")).into());
    fields.insert("Version".into(), "$LATEST".into());
    fields.insert("PackageType".into(), "Zip".into());
    fields.insert("Architectures".into(), json!(["x86_64"]));
    fields.insert("MemorySize".into(), 128.into());
    fields.insert("Timeout".into(), 3.into());
    configure(&mut fields, ask.fields);
    let pending = ask.account.slowness.function;
    let mut function = Function { fields, tags: ask.map("Tags"), pending, ..Function::default() };
    function.load(code);
    let mut told = function.fields.clone();
    told.insert("State".into(), "Pending".into());
    told.insert("$status".into(), 201.into());
    ask.account.functions.insert(name, function);
    Ok(told.into())
}

/// The role is asked for by its ARN; one that was made a moment ago may not be seen yet.
fn assumable(ask: &mut Ask<'_>) -> Result<(), Refusal> {
    let role = behind(ask.text("Role"), "/").to_owned();
    let refused = || {
        let message = "The role defined for the function cannot be assumed by Lambda.";
        Refusal::new(400, "InvalidParameterValueException", message)
    };
    let found = ask.account.roles.get_mut(&role).ok_or_else(refused)?;
    if found.unseen > 0 {
        found.unseen -= 1;
        return Err(refused());
    }
    Ok(())
}

fn zip(text: &Value) -> Result<Bytes, Refusal> {
    let unreadable = || Refusal::new(400, "InvalidParameterValueException", "Could not unzip uploaded file.");
    let bytes = STANDARD.decode(text.as_str().unwrap_or_default()).map_err(|_| unreadable())?;
    if bytes.starts_with(b"PK") { Ok(bytes.into()) } else { Err(unreadable()) }
}

/// The settings that a request may bring; those that it leaves out stay.
fn configure(fields: &mut Map<String, Value>, given: &Value) {
    for name in [
        "Description",
        "Runtime",
        "Handler",
        "Role",
        "MemorySize",
        "Timeout",
        "Environment",
        "VpcConfig",
        "LoggingConfig",
        "Architectures",
    ] {
        if !given[name].is_null() {
            fields.insert(name.into(), given[name].clone());
        }
    }
}

impl Function {
    fn load(&mut self, code: Bytes) {
        self.fields.insert("CodeSha256".into(), STANDARD.encode(Sha256::digest(&code)).into());
        self.fields.insert("CodeSize".into(), code.len().into());
        self.code = code;
    }
}

/// The configuration as a read finds it; a change that is under way comes nearer its end by it.
fn seen(function: &mut Function) -> Value {
    let mut told = function.fields.clone();
    let under_way = function.pending > 0;
    function.pending = function.pending.saturating_sub(1);
    told.insert("State".into(), "Active".into());
    told.insert("LastUpdateStatus".into(), if under_way { "InProgress" } else { "Successful" }.into());
    told.into()
}

fn get_function(ask: &mut Ask<'_>) -> Told {
    let function = function(ask)?;
    let mut told = json!({
        "Configuration": seen(function),
        "Code": { "RepositoryType": "S3", "Location": "https://sandbox.invalid/code" },
        "Tags": function.tags,
    });
    if let Some(many) = function.concurrency {
        told["Concurrency"] = json!({ "ReservedConcurrentExecutions": many });
    }
    Ok(told)
}

fn list_functions(ask: &mut Ask<'_>) -> Told {
    let functions: Vec<Value> =
        ask.account.functions.values().map(|function| function.fields.clone().into()).collect();
    Ok(json!({ "Functions": functions }))
}

/// What functions have reserved is taken off the account's quota.
fn account_settings(ask: &mut Ask<'_>) -> Told {
    let reserved: u64 = ask.account.functions.values().filter_map(|function| function.concurrency).sum();
    let quota = ask.account.concurrency;
    let unreserved = quota.saturating_sub(reserved);
    Ok(json!({ "AccountLimit": {
        "ConcurrentExecutions": quota,
        "UnreservedConcurrentExecutions": unreserved,
    } }))
}

fn update_configuration(ask: &mut Ask<'_>) -> Told {
    let given = ask.fields;
    if !given["Role"].is_null() {
        assumable(ask)?;
    }
    let function = settled(ask)?;
    configure(&mut function.fields, given);
    Ok(function.fields.clone().into())
}

fn update_code(ask: &mut Ask<'_>) -> Told {
    let (code, given) = (zip(&ask.fields["ZipFile"])?, ask.fields);
    let function = settled(ask)?;
    function.load(code);
    if !given["Architectures"].is_null() {
        function.fields.insert("Architectures".into(), given["Architectures"].clone());
    }
    Ok(function.fields.clone().into())
}

/// One that no change is under way for; the next one then is.
fn settled<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Function, Refusal> {
    let (slowness, arn) = (ask.account.slowness.function, ask.arn("lambda", ""));
    let name = ask.text("FunctionName").to_owned();
    let function = function(ask)?;
    if function.pending > 0 {
        let message = format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {arn}function:{name}"
        );
        return Err(Refusal::new(409, "ResourceConflictException", message));
    }
    function.pending = slowness;
    Ok(function)
}

fn delete_function(ask: &mut Ask<'_>) -> Told {
    function(ask)?;
    let name = ask.text("FunctionName").to_owned();
    ask.account.functions.remove(&name);
    Ok(json!({ "$status": 204 }))
}

fn put_concurrency(ask: &mut Ask<'_>) -> Told {
    let many = ask.fields["ReservedConcurrentExecutions"].as_u64();
    function(ask)?.concurrency = many;
    Ok(json!({ "ReservedConcurrentExecutions": many }))
}

fn get_concurrency(ask: &mut Ask<'_>) -> Told {
    let many = function(ask)?.concurrency;
    Ok(many.map_or(json!({}), |many| json!({ "ReservedConcurrentExecutions": many })))
}

pub(super) fn function<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Function, Refusal> {
    let name = ask.text("FunctionName").to_owned();
    let arn = ask.arn("lambda", &format!("function:{name}"));
    ask.account.functions.get_mut(&name).ok_or_else(|| absent(&arn))
}

fn tagged<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Function, Refusal> {
    let arn = ask.text("Resource").to_owned();
    ask.account.functions.get_mut(behind(&arn, ":")).ok_or_else(|| absent(&arn))
}

pub(super) fn absent(arn: &str) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", format!("Function not found: {arn}"))
}

/// Of this world's region.
pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}", super::REGION)
}
