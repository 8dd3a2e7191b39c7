//! A domain with fine-grained access control: es2s3's roles get their rights inside it, or it is told how they do.

use sandbox::World;
use serde_json::{Value, json};

use crate::world::{Place, lines};

const MAPPING: &str = "manage_snapshots";

/// A prepared account whose domain decides over its callers itself.
async fn secured(name: &str) -> Place {
    let mut place = Place::of(World::opensearch(), name).await;
    let subnet = place.aws().lock().network.subnets[0]["subnetId"].clone();
    let domain = json!({
        "DomainName": "logs",
        "ARN": "arn:aws:es:us-east-1:111122223333:domain/logs",
        "VPCOptions": {"VPCId": place.project.vpc(), "SubnetIds": [subnet], "SecurityGroupIds": []},
        "AdvancedSecurityOptions": {"Enabled": true},
    });
    place.by_hand(|account| drop(account.domains.insert("logs".into(), domain)));
    place.sandbox.world.lock().security.on = true;
    place.project.extra.push("domain: { name: logs }".into());
    place.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    place
}

fn mapped(place: &Place, role: &str) -> Value {
    place
        .sandbox
        .world
        .lock()
        .security
        .mappings
        .get(role)
        .map_or(Value::Null, |one| one["backend_roles"].clone())
}

fn function_role(place: &Place) -> String {
    format!("arn:aws:iam::{}:role/{}-function", sandbox::aws::ACCOUNT, place.base())
}

/// Lines about what is inside the domain.
fn inside(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.contains("role-mapping") || line.contains("security-role")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_role_is_mapped_and_everybody_else_stays_mapped() {
    let place = secured("mapped").await;
    let somebody = "arn:aws:iam::111122223333:role/somebody";
    place.sandbox.world.lock().security.mappings.insert(MAPPING.into(), json!({"backend_roles": [somebody]}));
    let base = place.base();
    let planned = inside(place.plan().await);
    let starts: Vec<String> =
        planned.iter().map(|line| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        starts,
        [
            format!("+ create security-role {base}"),
            format!("+ create role-mapping {MAPPING}"),
            format!("+ create role-mapping {base}"),
        ],
        "{planned:#?}"
    );
    place.project.run_to(0, &["apply", "--auto-approve"]).await;
    let role = function_role(&place);
    assert_eq!(mapped(&place, MAPPING), json!([somebody, role]));
    assert_eq!(mapped(&place, &base), json!([role]));
    assert_eq!(place.plan().await, Vec::<String>::new());

    // By hand: the function's role is taken out, and its role there gets more, or shows less.
    type ByHand = fn(&mut Value);
    let hands: [(&str, ByHand); 4] = [
        ("cluster permissions", |role| role["cluster_permissions"] = json!(["*"])),
        ("permissions on *", |role| role["index_permissions"][0]["allowed_actions"] = json!(["*"])),
        ("permissions on secret-*", |role| {
            let more = json!({"index_patterns": ["secret-*"], "allowed_actions": ["read"]});
            role["index_permissions"].as_array_mut().expect("a list").push(more);
        }),
        ("documents and fields", |role| role["index_permissions"][0]["dls"] = json!("{\"term\": {}}")),
    ];
    for (field, hand) in hands {
        hand(place.sandbox.world.lock().security.roles.get_mut(&base).expect("the role"));
        let drift = place.plan().await;
        assert!(drift.len() == 1 && drift[0].contains(field), "{field}: {drift:#?}");
        place.project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
        assert_eq!(place.plan().await, Vec::<String>::new(), "{field}");
    }
    place.sandbox.world.lock().security.mappings.insert(MAPPING.into(), json!({"backend_roles": [somebody]}));
    assert_eq!(inside(place.plan().await).len(), 1);
    place.project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
    assert_eq!(place.plan().await, Vec::<String>::new());

    // Destroy takes out es2s3's own entries and its own role, and nobody else's.
    place.project.run_to(0, &["destroy", "--auto-approve"]).await;
    assert_eq!(mapped(&place, MAPPING), json!([somebody]));
    assert_eq!(mapped(&place, &base), json!([]));
    assert!(place.sandbox.world.lock().security.roles.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_the_master_user_is_told_the_steps_and_the_rest_is_planned() {
    let mut place = secured("closed").await;
    place.sandbox.world.lock().security.closed = true;
    let planned = place.plan().await;
    let told = inside(planned.clone());
    assert_eq!(told.len(), 3, "{planned:#?}");
    let role = function_role(&place);
    for (line, step) in
        told.iter().zip(["PUT _plugins/_security/api/roles/", "PATCH _plugins", "PATCH _plugins"])
    {
        assert!(line.starts_with("! blocked") && line.contains(step), "{line}");
    }
    assert!(told[1].contains(&role) && told[1].contains("roles: {mapping: by_hand}"), "{}", told[1]);
    place.project.run_to(0, &["apply", "--auto-approve"]).await;
    assert_eq!(inside(place.plan().await), told, "all else is made");
    assert_eq!(place.plan().await, told);

    place.project.extra.push("roles: { mapping: by_hand }".into());
    place.project.run_to(0, &["apply", "--auto-approve"]).await;
    assert_eq!(place.plan().await, Vec::<String>::new(), "somebody does it by hand");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_master_user_made_is_taken_as_it_was_by_others() {
    let place = secured("others").await;
    place.project.run_to(0, &["apply", "--auto-approve"]).await;
    place.sandbox.world.lock().security.closed = true;
    let ran = place.project.run_to(0, &["plan", "--only", "infra"]).await;
    assert_eq!(lines(&ran), Vec::<String>::new());
    assert!(
        ran.stdout.contains("cannot be seen with these credentials, and is taken as es2s3 made it"),
        "{}",
        ran.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn further_roles_are_mapped_too() {
    let mut place = secured("further").await;
    let ci = "arn:aws:iam::111122223333:role/ci";
    place.project.extra.push(format!("roles: {{ mapped: [\"{ci}\"] }}"));
    place.project.run_to(0, &["apply", "--auto-approve"]).await;
    assert_eq!(mapped(&place, MAPPING), json!([ci, function_role(&place)]));
    assert_eq!(place.plan().await, Vec::<String>::new());
}
