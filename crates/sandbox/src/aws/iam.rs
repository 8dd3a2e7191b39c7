//! IAM: roles with their policies, providers of OpenID Connect, the simulation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::wire::percent_encoded;
use super::{ACCOUNT, Ask, Call, Refusal, Told, as_pairs};

/// A role as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Role {
    pub arn: String,
    pub path: String,
    pub description: String,
    /// Who may assume it, JSON text.
    pub trust: String,
    pub boundary: Option<String>,
    /// Inline policies by name, JSON text.
    pub policies: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub attached: BTreeSet<String>,
    pub tags: BTreeMap<String, String>,
    created: jiff::Timestamp,
    /// So many times it cannot yet be assumed.
    pub(super) unseen: usize,
}

pub(super) const CALLS: &[(&str, Call)] = &[
    ("CreateRole", create_role),
    ("GetRole", get_role),
    ("DeleteRole", delete_role),
    ("UpdateRole", |ask| change(ask, |role, ask| role.description = ask.text("Description").into())),
    ("UpdateAssumeRolePolicy", update_trust),
    ("PutRolePolicy", put_role_policy),
    ("GetRolePolicy", get_role_policy),
    ("DeleteRolePolicy", delete_role_policy),
    ("ListRolePolicies", list_role_policies),
    ("AttachRolePolicy", |ask| {
        change(ask, |role, ask| role.attached.extend([ask.text("PolicyArn").to_owned()]))
    }),
    ("DetachRolePolicy", detach_role_policy),
    ("ListAttachedRolePolicies", list_attached),
    ("PutRolePermissionsBoundary", |ask| {
        change(ask, |role, ask| role.boundary = Some(ask.text("PermissionsBoundary").into()))
    }),
    ("DeleteRolePermissionsBoundary", |ask| change(ask, |role, _| role.boundary = None)),
    ("TagRole", |ask| change(ask, |role, ask| role.tags.extend(ask.pairs("Tags")))),
    ("UntagRole", |ask| {
        change(ask, |role, ask| role.tags.retain(|key, _| !ask.list("TagKeys").contains(key)))
    }),
    ("ListRoleTags", |ask| Ok(json!({ "Tags": as_pairs(&role(ask)?.tags), "IsTruncated": false }))),
    ("SimulatePrincipalPolicy", simulate),
    ("CreateOpenIDConnectProvider", create_provider),
    ("GetOpenIDConnectProvider", get_provider),
    ("ListOpenIDConnectProviders", list_providers),
    ("AddClientIDToOpenIDConnectProvider", add_client),
    ("TagOpenIDConnectProvider", tag_provider),
    ("DeleteOpenIDConnectProvider", delete_provider),
];

fn create_role(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("RoleName").to_owned();
    if ask.account.roles.contains_key(&name) {
        let message = format!("Role with name {name} already exists.");
        return Err(Refusal::new(409, "EntityAlreadyExists", message));
    }
    let path = Some(ask.text("Path")).filter(|path| !path.is_empty()).unwrap_or("/").to_owned();
    let boundary = Some(ask.text("PermissionsBoundary")).filter(|arn| !arn.is_empty());
    let role = Role {
        arn: format!("arn:aws:iam::{ACCOUNT}:role{path}{name}"),
        description: ask.text("Description").to_owned(),
        trust: well_formed(ask.text("AssumeRolePolicyDocument"))?,
        boundary: boundary.map(str::to_owned),
        tags: ask.pairs("Tags"),
        created: ask.now,
        unseen: ask.account.slowness.role,
        path,
        ..Role::default()
    };
    let told = told(&name, &role);
    ask.account.roles.insert(name, role);
    Ok(json!({ "Role": told }))
}

fn get_role(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("RoleName").to_owned();
    Ok(json!({ "Role": told(&name, role(ask)?) }))
}

fn told(name: &str, role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": name,
        "RoleId": format!("AROA{}", name.to_uppercase().replace('-', "")),
        "Arn": role.arn,
        "CreateDate": role.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "AssumeRolePolicyDocument": percent_encoded(&role.trust),
        "Description": role.description,
        "MaxSessionDuration": 3600,
        "PermissionsBoundary": role.boundary.as_ref().map(|arn| json!({
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn
        })),
        "Tags": as_pairs(&role.tags),
    })
}

/// IAM keeps a role that still has a policy.
fn delete_role(ask: &mut Ask<'_>) -> Told {
    let found = role(ask)?;
    if !found.attached.is_empty() {
        return Err(Refusal::new(
            409,
            "DeleteConflict",
            "Cannot delete entity, must detach all policies first.",
        ));
    }
    if !found.policies.is_empty() {
        return Err(Refusal::new(409, "DeleteConflict", "Cannot delete entity, must delete policies first."));
    }
    let name = ask.text("RoleName").to_owned();
    ask.account.roles.remove(&name);
    Ok(Value::Null)
}

fn update_trust(ask: &mut Ask<'_>) -> Told {
    let trust = well_formed(ask.text("PolicyDocument"))?;
    change(ask, move |role, _| role.trust.clone_from(&trust))
}

fn put_role_policy(ask: &mut Ask<'_>) -> Told {
    let document = well_formed(ask.text("PolicyDocument"))?;
    change(ask, move |role, ask| drop(role.policies.insert(ask.text("PolicyName").into(), document.clone())))
}

fn get_role_policy(ask: &mut Ask<'_>) -> Told {
    let (name, policy) = (ask.text("RoleName").to_owned(), ask.text("PolicyName").to_owned());
    let document = role(ask)?.policies.get(&policy).cloned();
    let document = document.ok_or_else(|| no_policy(&policy))?;
    Ok(json!({ "RoleName": name, "PolicyName": policy, "PolicyDocument": percent_encoded(&document) }))
}

fn delete_role_policy(ask: &mut Ask<'_>) -> Told {
    let policy = ask.text("PolicyName").to_owned();
    match role(ask)?.policies.remove(&policy) {
        Some(_) => Ok(Value::Null),
        None => Err(no_policy(&policy)),
    }
}

fn list_role_policies(ask: &mut Ask<'_>) -> Told {
    let names: Vec<String> = role(ask)?.policies.keys().cloned().collect();
    Ok(json!({ "PolicyNames": names, "IsTruncated": false }))
}

fn detach_role_policy(ask: &mut Ask<'_>) -> Told {
    let arn = ask.text("PolicyArn").to_owned();
    if role(ask)?.attached.remove(&arn) {
        return Ok(Value::Null);
    }
    Err(Refusal::new(404, "NoSuchEntity", format!("Policy {arn} was not found.")))
}

fn list_attached(ask: &mut Ask<'_>) -> Told {
    let attached: Vec<Value> = role(ask)?
        .attached
        .iter()
        .map(|arn| json!({ "PolicyName": super::behind(arn, "/"), "PolicyArn": arn }))
        .collect();
    Ok(json!({ "AttachedPolicies": attached, "IsTruncated": false }))
}

/// Everything is allowed but what the account denies: this world has no other policy for its user.
fn simulate(ask: &mut Ask<'_>) -> Told {
    let resource = ask.list("ResourceArns").into_iter().next().unwrap_or_else(|| "*".into());
    let denied = &ask.account.denied;
    let results: Vec<Value> = ask
        .list("ActionNames")
        .into_iter()
        .map(|action| {
            let decision = if denied.contains(&action) { "implicitDeny" } else { "allowed" };
            json!({ "EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision })
        })
        .collect();
    Ok(json!({ "EvaluationResults": results, "IsTruncated": false }))
}

fn create_provider(ask: &mut Ask<'_>) -> Told {
    let url = ask.text("Url").trim_start_matches("https://").to_owned();
    let arn = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{url}");
    if ask.account.identity_providers.contains_key(&arn) {
        let message = format!("Provider with url https://{url} already exists.");
        return Err(Refusal::new(409, "EntityAlreadyExists", message));
    }
    let provider = json!({
        "Url": url,
        "ClientIDList": ask.list("ClientIDList"),
        "ThumbprintList": ask.list("ThumbprintList"),
        "CreateDate": ask.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "Tags": as_pairs(&ask.pairs("Tags")),
    });
    ask.account.identity_providers.insert(arn.clone(), provider);
    Ok(json!({ "OpenIDConnectProviderArn": arn }))
}

fn get_provider(ask: &mut Ask<'_>) -> Told {
    provider(ask).cloned()
}

fn add_client(ask: &mut Ask<'_>) -> Told {
    let client = ask.fields["ClientID"].clone();
    if let Some(clients) = provider(ask)?["ClientIDList"].as_array_mut()
        && !clients.contains(&client)
    {
        clients.push(client);
    }
    Ok(Value::Null)
}

fn tag_provider(ask: &mut Ask<'_>) -> Told {
    let given = ask.fields["Tags"].as_array().cloned().unwrap_or_default();
    if let Some(tags) = provider(ask)?["Tags"].as_array_mut() {
        tags.retain(|tag| !given.iter().any(|new| new["Key"] == tag["Key"]));
        tags.extend(given);
    }
    Ok(Value::Null)
}

fn provider<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Value, Refusal> {
    let arn = ask.text("OpenIDConnectProviderArn").to_owned();
    let found = ask.account.identity_providers.get_mut(&arn);
    found.ok_or_else(|| {
        Refusal::new(404, "NoSuchEntity", format!("OpenIDConnect Provider not found for arn {arn}"))
    })
}

fn list_providers(ask: &mut Ask<'_>) -> Told {
    let arns = ask.account.identity_providers.keys();
    let listed: Vec<Value> = arns.map(|arn| json!({ "Arn": arn })).collect();
    Ok(json!({ "OpenIDConnectProviderList": listed }))
}

/// One that is not there is no error, as in IAM.
fn delete_provider(ask: &mut Ask<'_>) -> Told {
    let arn = ask.text("OpenIDConnectProviderArn").to_owned();
    ask.account.identity_providers.remove(&arn);
    Ok(Value::Null)
}

fn role<'a>(ask: &'a mut Ask<'_>) -> Result<&'a mut Role, Refusal> {
    let name = ask.text("RoleName").to_owned();
    let found = ask.account.roles.get_mut(&name);
    found.ok_or_else(|| {
        Refusal::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
    })
}

fn change(ask: &mut Ask<'_>, change: impl Fn(&mut Role, &Ask<'_>)) -> Told {
    let mut found = role(ask)?.clone();
    change(&mut found, ask);
    *role(ask)? = found;
    Ok(Value::Null)
}

fn well_formed(document: &str) -> Result<String, Refusal> {
    let read = serde_json::from_str::<Value>(document).unwrap_or_default();
    if read["Statement"].is_array() || read["Statement"].is_object() {
        return Ok(document.to_owned());
    }
    Err(Refusal::new(400, "MalformedPolicyDocument", "Syntax errors in policy."))
}

fn no_policy(policy: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", format!("The role policy with name {policy} cannot be found."))
}
