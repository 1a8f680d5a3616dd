//! Services that remember what they were given, and refuse on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use laptime_core::port::{
    Datum, Metrics, NotSent, Object, ObjectStanding, Objects, StoreError, StoreErrorKind, Stored,
};

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is taken.
    Taken,
    /// It is refused, and known to be.
    Refused,
    /// It is taken, but nobody hears of it.
    Unheard,
}

/// A metrics service in memory.
#[derive(Debug, Default)]
pub struct Gathered {
    data: Mutex<Vec<(String, Datum)>>,
    fates: Mutex<VecDeque<Fate>>,
}

impl Gathered {
    /// What becomes of the next calls; those after them are taken.
    pub fn then(&self, fates: &[Fate]) {
        self.fates.lock().unwrap().extend(fates);
    }

    /// All figures of a name, of all series.
    pub fn figures(&self, name: &str) -> Vec<Datum> {
        let data = self.data.lock().unwrap();
        data.iter().filter(|(_, datum)| datum.name == name).map(|(_, one)| one.clone()).collect()
    }

    /// How many samples were taken under a name, and their sum.
    pub fn sum(&self, name: &str) -> (f64, f64) {
        let figures = self.figures(name);
        let values = figures.iter().flat_map(|one| &one.values);
        values.fold((0.0, 0.0), |(count, sum), (value, n)| (count + n, sum + value * n))
    }

    /// Namespaces and names that were used.
    pub fn names(&self) -> Vec<String> {
        let data = self.data.lock().unwrap();
        let mut names: Vec<String> =
            data.iter().map(|(space, datum)| format!("{space} {}", datum.name)).collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Metrics for Gathered {
    async fn put(&self, namespace: &str, data: &[Datum]) -> Result<(), NotSent> {
        let fate = self.fates.lock().unwrap().pop_front().unwrap_or(Fate::Taken);
        if fate != Fate::Refused {
            let named = data.iter().map(|datum| (namespace.to_owned(), datum.clone()));
            self.data.lock().unwrap().extend(named);
        }
        match fate {
            Fate::Taken => Ok(()),
            Fate::Refused => Err(NotSent::Refused("throttled".to_owned())),
            Fate::Unheard => Err(NotSent::Unsure("timed out".to_owned())),
        }
    }
}

/// A bucket in memory.
#[derive(Debug, Default)]
pub struct Bucket {
    objects: Mutex<BTreeMap<String, Held>>,
    /// Puts that are taken before all others fail; none for no failure.
    patience: Mutex<Option<usize>>,
}

#[derive(Debug, Clone)]
struct Held {
    object: Object,
    period: String,
    version: u64,
}

impl Bucket {
    /// Fails after this many puts; never with none.
    pub fn fail_after(&self, puts: Option<usize>) {
        *self.patience.lock().unwrap() = puts;
    }

    /// The objects as they are, by key.
    pub fn objects(&self) -> BTreeMap<String, Object> {
        let objects = self.objects.lock().unwrap();
        objects.iter().map(|(key, held)| (key.clone(), held.object.clone())).collect()
    }

    /// Whether no object was put over another, but for the copies of the latest.
    pub fn created_once(&self) -> bool {
        let objects = self.objects.lock().unwrap();
        objects.iter().all(|(key, held)| held.version == 1 || key.contains("/latest."))
    }

    /// Takes an object away.
    pub fn remove(&self, key: &str) {
        self.objects.lock().unwrap().remove(key).unwrap();
    }

    fn put(&self, object: &Object, period: &str, before: Option<u64>) -> Stored<bool> {
        if let Some(left) = self.patience.lock().unwrap().as_mut() {
            *left = left.checked_sub(1).ok_or_else(|| StoreError {
                kind: StoreErrorKind::Failed,
                what: "the bucket is down".to_owned(),
                source: None,
            })?;
        }
        let mut objects = self.objects.lock().unwrap();
        if objects.get(&object.key).map(|held| held.version) != before {
            return Ok(false);
        }
        let version = before.unwrap_or_default() + 1;
        let held = Held { object: object.clone(), period: period.to_owned(), version };
        objects.insert(object.key.clone(), held);
        Ok(true)
    }
}

impl Objects for Bucket {
    async fn has(&self, key: &str) -> Stored<bool> {
        Ok(self.objects.lock().unwrap().contains_key(key))
    }

    async fn create(&self, object: &Object) -> Stored<bool> {
        self.put(object, "", None)
    }

    async fn standing(&self, key: &str) -> Stored<Option<ObjectStanding>> {
        let objects = self.objects.lock().unwrap();
        Ok(objects.get(key).map(|held| ObjectStanding {
            tag: held.version.to_string(),
            period: held.period.clone(),
        }))
    }

    async fn replace(
        &self,
        object: &Object,
        period: &str,
        before: Option<&ObjectStanding>,
    ) -> Stored<bool> {
        self.put(object, period, before.map(|before| before.tag.parse().unwrap()))
    }
}
