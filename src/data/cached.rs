//! Small caches of what screens ask again and again. A cache never decides alone for longer than
//! its age allows: the truth is one query away, and a `Changed` drops it at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::web::Result;

/// Values by key, each kept for at most `age`.
pub struct Cached<K, V> {
    age: Duration,
    most: usize,
    kept: Mutex<Kept<K, V>>,
}

struct Kept<K, V> {
    // Counts the drops, so that a value read before a drop is not kept after it.
    generation: u64,
    values: HashMap<K, (Instant, Arc<V>)>,
}

impl<K: Eq + Hash + Clone, V> Cached<K, V> {
    /// A cache whose values live for `age`, with at most `most` of them at a time.
    pub fn new(age: Duration, most: usize) -> Self {
        Cached {
            age,
            most,
            kept: Mutex::new(Kept {
                generation: 0,
                values: HashMap::new(),
            }),
        }
    }

    /// The kept value, or what `load` answers.
    pub async fn get(&self, key: K, load: impl AsyncFnOnce() -> Result<V>) -> Result<Arc<V>> {
        let (asked, generation) = {
            let kept = self.kept();
            if let Some((since, value)) = kept.values.get(&key)
                && since.elapsed() < self.age
            {
                return Ok(Arc::clone(value));
            }
            (Instant::now(), kept.generation)
        };
        let value = Arc::new(load().await?);
        let mut kept = self.kept();
        if kept.generation == generation {
            if kept.values.len() >= self.most {
                let age = self.age;
                kept.values.retain(|_, (since, _)| since.elapsed() < age);
            }
            if kept.values.len() < self.most {
                kept.values.insert(key, (asked, Arc::clone(&value)));
            }
        }
        Ok(value)
    }

    /// Forgets the values whose key is meant.
    pub fn drop_where(&self, meant: impl Fn(&K) -> bool) {
        let mut kept = self.kept();
        kept.generation += 1;
        kept.values.retain(|key, _| !meant(key));
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.drop_where(|_| true);
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept<K, V>> {
        self.kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
