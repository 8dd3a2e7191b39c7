//! Doing it: to the bucket as a careless hand would, or to the index.

use reqwest::Method;
use serde_json::json;

use super::patient::{DOCUMENT, Patient};
use super::{Harm, Thing};

pub async fn harm(patient: &Patient, harm: Harm) {
    let (bucket, domain) = (&patient.bucket, &patient.scene.domain);
    match harm {
        Harm::Nothing => {}
        Harm::Remove(Thing::ShardFolder) => {
            for key in bucket.keys(&patient.key(Thing::ShardFolder).await).await {
                bucket.delete(&key).await;
            }
        }
        Harm::Remove(thing) => bucket.delete(&patient.key(thing).await).await,
        Harm::Shorten(thing) => rewrite(patient, thing, |bytes| bytes.truncate(bytes.len() / 2)).await,
        Harm::Lengthen(thing) => rewrite(patient, thing, |bytes| bytes.push(0)).await,
        Harm::FlipBit(thing) => rewrite(patient, thing, |bytes| flip(bytes)).await,
        Harm::Garble(thing) => {
            rewrite(patient, thing, |bytes| *bytes = b"not what was written".to_vec()).await
        }
        Harm::OfAnotherSnapshot(thing) => {
            let other = match thing {
                Thing::ShardFile => patient.shard_file_of_first().await,
                _ => format!("{}/snap-{}.dat", patient.scene.base_path(), patient.snapshot_uuid("first")),
            };
            bucket.put(&patient.key(thing).await, bucket.get(&other).await).await;
        }
        Harm::OfAnotherShard(thing) => {
            let key = patient.key(thing).await;
            let (here, there) =
                (patient.folder(&patient.index, 0).await, patient.folder(&patient.index, 1).await);
            bucket.put(&key, bucket.get(&key.replace(&here, &there)).await).await;
        }
        Harm::OfAnEarlierGeneration => {
            bucket.put(&patient.key(Thing::Catalogue).await, patient.earlier.clone()).await
        }
        Harm::ToGlacier(thing) => {
            let key = patient.key(thing).await;
            bucket.put_in_class(&key, bucket.get(&key).await, "GLACIER").await;
        }
        Harm::HintAt(generation) => {
            bucket.put(&patient.key(Thing::Hint).await, generation.to_be_bytes().to_vec()).await;
        }
        Harm::CatalogueAndHintGone => {
            bucket.delete(&patient.key(Thing::Catalogue).await).await;
            bucket.delete(&patient.key(Thing::Hint).await).await;
        }
        Harm::ForgeUuid => replace_uuid(patient, &patient.uuid.chars().rev().collect::<String>()).await,
        Harm::AdoptNewUuid => {
            make_anew(patient).await;
            replace_uuid(patient, &patient.live_uuid().await.expect("made anew")).await;
        }
        Harm::Recreate => make_anew(patient).await,
        Harm::Write => domain.write(&patient.index, 1).await,
        Harm::WriteUnseen => write_unseen(patient).await,
        Harm::ThawAndWrite => {
            domain.unfreeze(&patient.index).await;
            domain.write(&patient.index, 1).await;
        }
        Harm::ThawAndWriteUnseen => {
            domain.unfreeze(&patient.index).await;
            write_unseen(patient).await;
        }
        Harm::DeleteDocument => {
            domain.send(Method::DELETE, &format!("{}/_doc/{DOCUMENT}", patient.index), None).await;
        }
        Harm::Shallow => {
            let world = patient.world.as_ref().expect("only the sandbox marks a snapshot as shallow");
            world.shallow(&patient.scene.repository, "by-hand");
        }
    }
}

async fn write_unseen(patient: &Patient) {
    let path = format!("{}/_doc", patient.index);
    patient.scene.domain.send(Method::POST, &path, Some(json!({"message": "late"}))).await;
}

async fn make_anew(patient: &Patient) {
    patient.scene.domain.delete(&patient.index).await;
    patient.make_index().await;
}

async fn rewrite(patient: &Patient, thing: Thing, change: impl FnOnce(&mut Vec<u8>)) {
    let key = patient.key(thing).await;
    let mut bytes = patient.bucket.get(&key).await;
    let before = bytes.clone();
    change(&mut bytes);
    assert_ne!(bytes, before, "{key} was changed");
    patient.bucket.put(&key, bytes).await;
}

fn flip(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
}

/// Everywhere in the catalogue, so that only the UUID is another one and the rest still fits.
async fn replace_uuid(patient: &Patient, uuid: &str) {
    let text = patient.catalogue.to_string();
    assert!(text.contains(&patient.uuid), "the lookup names the uuid");
    let forged = text.replace(&patient.uuid, uuid);
    patient.bucket.put(&patient.key(Thing::Catalogue).await, forged.into_bytes()).await;
}
