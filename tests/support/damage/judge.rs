//! What es2s3 says of the damage, and what becomes of the index.

use std::sync::Arc;

use serde_json::Value;

use super::harm::harm;
use super::patient::Patient;
use super::{Damage, Shows};

/// Panics unless all goes as the table says.
pub async fn judge(patient: Arc<Patient>, damage: &'static Damage) {
    let at = match damage.shows {
        Shows::Blocked { at, .. }
        | Shows::Unread { at, .. }
        | Shows::Mended { at, .. }
        | Shows::Overtaken { at, .. }
        | Shows::Unlisted { at } => patient.key(at).await,
        Shows::ProvenBy(_) => String::new(),
    };
    let case = Case { patient: &patient, name: damage.name, at };
    if matches!(damage.shows, Shows::Overtaken { .. }) {
        case.says(0, &["plan", "--out", "plan.json"], &["- delete 1 index", "saved"]).await;
    }
    harm(&patient, damage.harm).await;
    match damage.shows {
        Shows::Blocked { clause, why, .. } => case.blocked(clause, why).await,
        Shows::Unread { why, .. } => case.unread(why).await,
        Shows::Mended { clause, why, .. } => case.mended(clause, why).await,
        Shows::Overtaken { clause, why, .. } => {
            let says = ["left alone", &format!("{clause}: "), why, &case.at];
            case.stays(6, &["apply", "plan.json"], &says).await;
            case.mended(clause, why).await;
        }
        Shows::Unlisted { .. } => case.unlisted().await,
        Shows::ProvenBy(snapshot) => case.proven_by(snapshot).await,
    }
}

struct Case<'a> {
    patient: &'a Patient,
    name: &'static str,
    /// The object that must be named.
    at: String,
}

impl Case<'_> {
    async fn blocked(&self, clause: &str, why: &str) {
        let says = ["! blocked 1 index", &format!("proof: {clause}: "), why, &self.at];
        self.says(0, &["plan"], &says).await;
        let decision = self.decision(0).await;
        assert_eq!(decision["decision"], "blocked", "{}: {decision}", self.name);
        self.missing(&decision["blocker"]["missing"], clause, why);
        self.says(1, &["prove", &self.patient.index], &[&format!("not proven: {clause}: "), why, &self.at])
            .await;
        self.stays(0, &["apply", "--auto-approve"], &says).await;
    }

    async fn unread(&self, why: &str) {
        let says = ["! blocked 1 index", "catalogue could not be read", why, &self.at];
        self.says(1, &["plan"], &says).await;
        let decision = self.decision(1).await;
        assert_eq!(decision["decision"], "blocked", "{}: {decision}", self.name);
        let unknown = decision["blocker"]["unknown"]["why"].as_str().expect("why it could not be read");
        assert!(unknown.contains(&self.at) && unknown.contains(why), "{}: {unknown}", self.name);
        self.says(1, &["prove", &self.patient.index], &["the catalogue could not be read", why, &self.at])
            .await;
        self.stays(1, &["apply", "--auto-approve"], &says).await;
    }

    async fn mended(&self, clause: &str, why: &str) {
        let says = ["> archive 1 index", "! blocked 1 index", &format!("proof: {clause}: "), why, &self.at];
        self.says(0, &["plan"], &says).await;
        let decision = self.decision(0).await;
        assert_eq!(decision["decision"], "archive", "{}: {decision}", self.name);
        self.missing(&decision["stale"], clause, why);
        let proof = format!("not proven: {clause}: ");
        let says = [proof.as_str(), &self.at, "a new snapshot mends this"];
        self.says(1, &["prove", &self.patient.index], &says).await;
        self.goes_on_a_new_snapshot().await;
    }

    async fn unlisted(&self) {
        self.says(0, &["plan"], &["> archive 1 index"]).await;
        self.says(
            1,
            &["prove", &self.patient.index],
            &["not proven: identity: no snapshot holds index", &self.at],
        )
        .await;
        self.goes_on_a_new_snapshot().await;
    }

    async fn proven_by(&self, snapshot: &str) {
        self.says(0, &["plan"], &["- delete 1 index", "proven"]).await;
        let in_snapshot = format!("in snapshot {snapshot} of ");
        self.says(0, &["prove", &self.patient.index], &["proven: may be deleted", &in_snapshot]).await;
        self.says(0, &["apply", "--auto-approve"], &["1 deleted"]).await;
        assert_eq!(self.copy_in_manifest().await, snapshot, "{}", self.name);
    }

    /// `apply` writes nothing at all, neither to the domain nor to the repository, and says why.
    async fn stays(&self, code: i32, arguments: &[&str], says: &[&str]) {
        let patient = self.patient;
        let before = (patient.live_uuid().await, patient.repository_keys().await);
        assert!(before.0.is_some(), "{}: the index is there before", self.name);
        self.says(code, arguments, says).await;
        let after = (patient.live_uuid().await, patient.repository_keys().await);
        assert_eq!(after, before, "{}: apply changed the index or the repository", self.name);
        assert_eq!(patient.deleted_on().await, Vec::<Value>::new(), "{}", self.name);
    }

    async fn goes_on_a_new_snapshot(&self) {
        let stem = self.patient.index.trim_end_matches(|c: char| c != '-').to_owned();
        self.says(0, &["apply", "--auto-approve"], &["1 archived"]).await;
        let copy = self.copy_in_manifest().await;
        assert!(
            copy.starts_with(&stem),
            "{}: deleted on {copy}, which is not a snapshot of es2s3",
            self.name
        );
        let snapshots = self.patient.scene.domain.snapshots(&self.patient.scene.repository).await;
        assert!(snapshots.contains(&copy), "{}: {copy} is not among {snapshots:?}", self.name);
    }

    /// The snapshot on whose strength the index went, alike in the manifest and in `history`.
    async fn copy_in_manifest(&self) -> String {
        let patient = self.patient;
        assert_eq!(patient.live_uuid().await, None, "{}: the index is gone", self.name);
        let lines = patient.deleted_on().await;
        assert_eq!(lines.len(), 1, "{}: {lines:?}", self.name);
        assert_eq!(lines[0]["index"], *patient.index, "{}", self.name);
        let clauses = lines[0]["evidence"]["clauses"].as_array().map_or(0, Vec::len);
        assert_eq!(clauses, 5, "{}: all clauses are in the manifest", self.name);
        let copy = lines[0]["evidence"]["snapshot"].as_str().expect("a snapshot").to_owned();
        let run = lines[0]["run"].as_str().expect("a run");
        self.says(0, &["history", run], &[&format!("in snapshot {copy}")]).await;
        copy
    }

    /// Runs es2s3 and finds each text in what it prints, however the lines are broken.
    async fn says(&self, code: i32, arguments: &[&str], texts: &[&str]) {
        let ran = self.patient.scene.run(arguments).await;
        let shown = squeezed(&format!("{}\n{}", ran.stdout, ran.stderr));
        let context = format!(
            "{}: es2s3 {arguments:?} ended with {}\n{}\n{}",
            self.name, ran.code, ran.stdout, ran.stderr
        );
        assert_eq!(ran.code, code, "{context}");
        for text in texts {
            assert!(shown.contains(text), "{text:?} is not said by {context}");
        }
    }

    /// The due index's line of `es2s3 plan --format json`.
    async fn decision(&self, code: i32) -> Value {
        let ran = self.patient.scene.run_to(code, &["plan", "--format", "json"]).await;
        let plan: Value = serde_json::from_str(&ran.stdout).expect("a plan in JSON");
        let plan = plan.get("plan").unwrap_or(&plan);
        let indices = plan["series"][0]["indices"].as_array().expect("indices");
        let item =
            indices.iter().find(|item| item["name"] == *self.patient.index).expect("the due index's line");
        item["decision"].clone()
    }

    fn missing(&self, missing: &Value, clause: &str, why: &str) {
        let name = self.name;
        assert_eq!(missing["clause"], clause, "{name}: {missing}");
        assert_eq!(missing["snapshot"], "by-hand", "{name}: {missing}");
        assert!(missing["object"].as_str().expect("an object").starts_with(&self.at), "{name}: {missing}");
        assert!(missing["why"].as_str().expect("a reason").contains(why), "{name}: {missing}");
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
