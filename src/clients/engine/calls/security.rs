//! Roles inside a domain and who has them: fine-grained access control.
//!
//! Paths and shapes: OpenSearch, "Role APIs" and "Role mapping APIs"; on Elasticsearch 7 the same below `_opendistro`. No real server
//! with the plug-in was at hand: these were written by the documents.

use serde_json::{Value, json};

use crate::clients::engine::Request;
use crate::clients::engine::request::encoded;
use crate::model::infra::SecurityRoleSpec;
use crate::model::{Distribution, Engine};

pub fn role(engine: Engine, name: &str) -> Request {
    Request::get(path(engine, "roles", name))
}

/// The whole role: permissions that are not among these are taken from it.
pub fn put_role(engine: Engine, role: &SecurityRoleSpec) -> Request {
    Request::put(path(engine, "roles", &role.name)).body(role.body()).repeatable()
}

pub fn delete_role(engine: Engine, name: &str) -> Request {
    Request::delete(path(engine, "roles", name))
}

pub fn mapping(engine: Engine, role: &str) -> Request {
    Request::get(path(engine, "rolesmapping", role))
}

/// A mapping where there was none.
pub fn put_mapping(engine: Engine, role: &str, backend_roles: &[&str]) -> Request {
    let body = json!({ "backend_roles": backend_roles, "hosts": [], "users": [] });
    Request::put(path(engine, "rolesmapping", role)).body(body)
}

/// Further backend roles in a mapping; what else is in it stays, whoever changes it meanwhile.
pub fn add_to_mapping(engine: Engine, role: &str, backend_roles: &[&str]) -> Request {
    let add = |one: &&str| json!({ "op": "add", "path": "/backend_roles/-", "value": one });
    patch(engine, role, backend_roles.iter().map(add).collect())
}

/// Takes backend roles out by their places in the list, the last first. A list that has changed meanwhile fails the test and the
/// whole patch with it.
pub fn take_from_mapping(engine: Engine, role: &str, places: &[(usize, &str)]) -> Request {
    let mut places = places.to_vec();
    places.sort_unstable_by(|one, other| other.cmp(one));
    let take = |(place, one): (usize, &str)| {
        let path = format!("/backend_roles/{place}");
        [json!({ "op": "test", "path": path, "value": one }), json!({ "op": "remove", "path": path })]
    };
    patch(engine, role, places.into_iter().flat_map(take).collect())
}

fn patch(engine: Engine, role: &str, steps: Vec<Value>) -> Request {
    Request::patch(path(engine, "rolesmapping", role)).body(Value::Array(steps))
}

fn path(engine: Engine, things: &str, name: &str) -> String {
    format!("{}/{things}/{}", root(engine), encoded(name))
}

/// Where the plug-in answers.
pub fn root(engine: Engine) -> &'static str {
    match engine.distribution {
        Distribution::OpenSearch => "/_plugins/_security/api",
        Distribution::Elasticsearch => "/_opendistro/_security/api",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    const ENGINE: Engine = Engine { distribution: Distribution::OpenSearch, version: Version::new(3, 6, 0) };

    #[test]
    fn entries_are_taken_out_from_the_end_and_only_where_they_still_stand() {
        let request = take_from_mapping(ENGINE, "manage_snapshots", &[(0, "arn:a"), (2, "arn:c")]);
        assert_eq!(request.to_string(), "PATCH /_plugins/_security/api/rolesmapping/manage_snapshots");
        assert!(!request.repeatable, "a second time it would take out what stands there then");
        let steps = request.body.unwrap();
        let told: Vec<String> = steps
            .as_array()
            .unwrap()
            .iter()
            .map(|step| format!("{} {} {}", step["op"], step["path"], step["value"]))
            .collect();
        assert_eq!(
            told,
            [
                r#""test" "/backend_roles/2" "arn:c""#,
                r#""remove" "/backend_roles/2" null"#,
                r#""test" "/backend_roles/0" "arn:a""#,
                r#""remove" "/backend_roles/0" null"#,
            ]
        );
    }
}
