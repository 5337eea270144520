//! What a request leaves behind: an id on each of its log lines and in its answer, one line when it is answered, and its
//! part of the figures.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use poem::http::{HeaderName, HeaderValue, Method};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};
use tracing::Instrument as _;

use super::assets;
use super::client::{self, Client};
use super::figures::{Figures, UNBOUND};
use super::url;
use crate::app::App;
use crate::values::StaffId;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// As many characters of an id as a person reads out.
const READABLE: usize = 12;

/// What is known of a request while it is answered. Cheap to clone.
#[derive(Clone)]
pub struct Trail(Arc<Inner>);

struct Inner {
    id: String,
    /// The number of the route that it came to, in the figures.
    route: OnceLock<usize>,
    staff: OnceLock<StaffId>,
    figures: Arc<Figures>,
}

impl Trail {
    /// The trail of this request, where it is one of a whole program.
    pub fn of(req: &Request) -> Option<&Trail> {
        req.data::<Trail>()
    }

    /// The id under which its log lines are found.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The end of the id, short enough to be read out: a proxy's ids are long.
    pub fn reference(&self) -> &str {
        &self.0.id[self.0.id.len().saturating_sub(READABLE)..]
    }

    /// Notes whose session it came with; the first one counts.
    pub fn is_of(&self, staff: StaffId) {
        let _ = self.0.staff.set(staff);
    }

    /// The figures of all requests.
    pub fn figures(&self) -> &Figures {
        &self.0.figures
    }
}

/// A new id; short, because people read it out.
pub fn new_id() -> String {
    let random = uuid::Uuid::now_v7().simple().to_string();
    random[random.len() - READABLE..].to_uppercase()
}

/// Gives each request its trail. Outside of everything that may log.
#[derive(Clone)]
pub struct Trails(pub Arc<Figures>);

impl<E: Endpoint> Middleware<E> for Trails {
    type Output = Trailed<E>;

    fn transform(&self, inner: E) -> Trailed<E> {
        Trailed {
            inner,
            figures: Arc::clone(&self.0),
        }
    }
}

/// An endpoint whose requests leave a trail.
pub struct Trailed<E> {
    inner: E,
    figures: Arc<Figures>,
}

impl<E: Endpoint> Endpoint for Trailed<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> poem::Result<Response> {
        let begun = Instant::now();
        let app = App::of(&req)?;
        let client = Client::of(&app, &req);
        let method = req.method().clone();
        let given = req
            .header(REQUEST_ID)
            .filter(|id| client::is_told_by_a_proxy(&app, &req) && is_sane(id));
        let trail = Trail(Arc::new(Inner {
            id: given.map_or_else(new_id, str::to_owned),
            route: OnceLock::new(),
            staff: OnceLock::new(),
            figures: Arc::clone(&self.figures),
        }));
        req.set_data(trail.clone());
        // Of the highest level, so that whatever is logged at all carries the id.
        let span = tracing::error_span!("request", id = trail.id());
        let answer = self.inner.call(req).instrument(span.clone()).await;
        let mut response = answer?.into_response();
        if let Ok(id) = HeaderValue::from_str(trail.id()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let took = begun.elapsed();
        let route = trail.0.route.get().copied().unwrap_or(UNBOUND);
        self.figures.note(route, &method, response.status(), took);
        let route = self.figures.pattern(route);
        if !is_of_machines(route) {
            let _inside = span.enter();
            tracing::info!(
                method = word_of(&method),
                route,
                status = response.status().as_u16(),
                ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                client = %client.address,
                staff = trail.0.staff.get().map(tracing::field::display),
                "answered"
            );
        }
        Ok(response)
    }
}

/// What machines ask for all day, and the files of which each page has many.
fn is_of_machines(route: &str) -> bool {
    [
        url::at::health,
        url::at::health_live,
        url::at::metrics,
        assets::PATTERN,
    ]
    .contains(&route)
}

/// Whether an id can stand in a log and in a header: letters, digits and a few signs, neither tiny nor long.
fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A method that is known; a stranger's own words do not stand in the log.
pub(super) fn word_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// One address of the map, which notes that a request came to it.
pub struct Bound<E> {
    /// What answers.
    pub inner: E,
    /// Its number in the figures.
    pub route: usize,
}

impl<E: Endpoint> Endpoint for Bound<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> poem::Result<E::Output> {
        if let Some(trail) = Trail::of(&req) {
            let _ = trail.0.route.set(self.route);
        }
        self.inner.call(req).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_outside_is_taken_only_when_it_can_do_no_harm() {
        for sane in [
            "01234567",
            "018f5e0a-9c1b-7d52-8a3e-5f0f6d1b2c3d",
            "a.b_c-DEF",
        ] {
            assert!(is_sane(sane), "{sane}");
        }
        for wild in [
            "",
            "short",
            "with space 1",
            "line\nbreak1",
            "<script>alert",
            "ünïcödé1",
        ] {
            assert!(!is_sane(wild), "{wild}");
        }
        assert!(!is_sane(&"x".repeat(65)));
    }

    #[test]
    fn a_new_id_is_short_and_says_itself_what_is_read_out() {
        let (one, two) = (new_id(), new_id());
        assert_eq!(one.len(), READABLE);
        assert!(is_sane(&one));
        assert_ne!(one, two);
    }
}
