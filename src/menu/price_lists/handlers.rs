//! Price lists as managers keep them.

use maud::{Markup, html};
use poem::{IntoResponse, Response, handler};
use serde::Deserialize;

use super::hours::Hours;
use super::list::{Day, Description, Kept, Minute, Offered};
use super::{actions, store, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::staff::Manager;
use crate::staff::view::desk::desk;
use crate::ui;
use crate::values::{DayRule, Money, PriceListId, ProductId, Text};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

form! {
    /// What a manager says about a price list.
    pub struct Described {
        name: one Text<40>,
        day: many Day,
        from: one Minute,
        until: one Minute,
        active: flag bool,
        revision: opt i64,
    }
}

impl From<Described> for Description {
    fn from(it: Described) -> Description {
        Description {
            name: it.name,
            days: it.day.into_iter().collect(),
            from: it.from,
            until: it.until,
            active: it.active,
        }
    }
}

form! {
    /// What a product costs on a list. `was`: what it cost there when the form was opened.
    pub struct Priced {
        price: money Money,
        was: money Money,
        q: opt String,
    }
}

/// The revision that the list had when its form was opened.
#[derive(Debug, Deserialize)]
struct Seen {
    revision: Option<i64>,
}

/// What the product cost on the list when its form was opened.
#[derive(Debug, Deserialize)]
struct Was {
    was: Option<Money>,
}

/// What is searched for; nothing where the search is only opened.
#[derive(Debug, Deserialize)]
struct Typed {
    q: Option<String>,
}

/// The lists; a screen that shows them already gets them alone.
#[handler]
pub async fn show_all(app: App, by: Manager, asker: Asker) -> Result<Response> {
    let all = store::all(app.db(), hours(&app).await?).await?;
    if asker == Asker::Fragment {
        return Ok(Frag(view::redrawn(&all)).into_response());
    }
    page(&app, &by, "Price lists", view::page_content(&all)).await
}

/// The form for a new list.
#[handler]
pub async fn ask_new(_by: Manager) -> Result<Frag> {
    Ok(Frag(view::new_dialog(&new_key())))
}

/// Adds a list, and leads to it: it has no prices yet.
#[handler]
pub async fn add(
    app: App,
    by: Manager,
    asker: Asker,
    once: Once,
    Form(described): Form<Described>,
) -> Result<Go> {
    let it = Description::from(described);
    let id = PriceListId::new();
    let claim = once.of(&by, "price_lists.add", &it).making(id);
    let added = app
        .write(claim, async |tx: &mut Tx| actions::add(tx, id, &it).await)
        .await?;
    let id = match added {
        Written::Already(Some(made)) => made.into(),
        Written::Already(None) | Written::Done(()) => id,
    };
    Ok(Go::to(asker, url::price_list(id)))
}

/// One list with its prices; a screen that shows them already gets them alone.
#[handler]
pub async fn show(
    app: App,
    by: Manager,
    asker: Asker,
    Path(id): Path<PriceListId>,
) -> Result<Response> {
    let (list, products) = (find(&app, id).await?, store::offered(app.db(), id).await?);
    if asker == Asker::Fragment {
        return Ok(Frag(view::prices_redrawn(&list, &products)).into_response());
    }
    let content = view::list_content(&list, &products);
    page(&app, &by, list.it.name.as_str(), content).await
}

/// The form for what is said about a list.
#[handler]
pub async fn ask_edit(app: App, _by: Manager, Path(id): Path<PriceListId>) -> Result<Frag> {
    let list = find(&app, id).await?;
    Ok(Frag(view::edit_dialog(&list, &[new_key(), new_key()])))
}

/// Changes what is said about a list.
#[handler]
pub async fn edit(
    app: App,
    by: Manager,
    once: Once,
    Path(id): Path<PriceListId>,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let days = days(&app).await?;
    let seen = described.revision;
    let it = Description::from(described);
    let claim = once.of(&by, "price_lists.edit", &(id, seen, &it));
    app.write(claim, async |tx: &mut Tx| {
        actions::describe(tx, &days, id, seen, &it).await
    })
    .await?;
    done(&app, id, None, "Saved. The tills follow by themselves.").await
}

/// Takes a list away.
#[handler]
pub async fn delete(
    app: App,
    by: Manager,
    asker: Asker,
    once: Once,
    Path(id): Path<PriceListId>,
    Query(Seen { revision }): Query<Seen>,
) -> Result<Go> {
    let days = days(&app).await?;
    let claim = once.of(&by, "price_lists.delete", &(id, revision));
    app.write(claim, async |tx: &mut Tx| {
        actions::delete(tx, &days, id, revision).await
    })
    .await?;
    Ok(Go::to(asker, url::price_lists()))
}

/// The products that may be put on a list; with a search, those alone that it finds.
#[handler]
pub async fn choose_product(
    app: App,
    _by: Manager,
    Path(id): Path<PriceListId>,
    Query(Typed { q }): Query<Typed>,
) -> Result<Frag> {
    let list = find(&app, id).await?;
    let products = store::offered(app.db(), id).await?;
    Ok(Frag(match q.map(short) {
        Some(typed) => view::found(&list, &products, &typed),
        None => view::choosing_dialog(&list, &products, ""),
    }))
}

/// The form for a product's price on a list.
#[handler]
pub async fn ask_price(
    app: App,
    _by: Manager,
    Path((id, product)): Path<(PriceListId, ProductId)>,
    Query(Typed { q }): Query<Typed>,
) -> Result<Frag> {
    let list = find(&app, id).await?;
    let product = offered(&app, id, product).await?;
    let typed = q.map(short).unwrap_or_default();
    Ok(Frag(view::price_dialog(
        &list,
        &product,
        &typed,
        &[new_key(), new_key()],
    )))
}

/// Gives a product a price on a list. Where it had none, another is chosen next.
#[handler]
pub async fn set_price(
    app: App,
    by: Manager,
    once: Once,
    Path((id, product)): Path<(PriceListId, ProductId)>,
    Form(priced): Form<Priced>,
) -> Result<Frag> {
    let days = days(&app).await?;
    let price = priced
        .price
        .ok_or_else(|| Error::field("price", "Type an amount."))?;
    let claim = once.of(
        &by,
        "price_lists.set_price",
        &(id, product, price, priced.was),
    );
    app.write(claim, async |tx: &mut Tx| {
        actions::set_price(tx, &days, id, product, priced.was, price).await
    })
    .await?;
    let next = match priced.was {
        Some(_) => None,
        None => Some(priced.q.map(short).unwrap_or_default()),
    };
    let said = view::how_priced(&offered(&app, id, product).await?);
    done(&app, id, next.as_deref(), &said).await
}

/// Takes a product off a list.
#[handler]
pub async fn take_off(
    app: App,
    by: Manager,
    once: Once,
    Path((id, product)): Path<(PriceListId, ProductId)>,
    Query(Was { was }): Query<Was>,
) -> Result<Frag> {
    let days = days(&app).await?;
    let claim = once.of(&by, "price_lists.take_off", &(id, product, was));
    app.write(claim, async |tx: &mut Tx| {
        actions::take_off(tx, &days, id, product, was).await
    })
    .await?;
    let said = view::how_priced(&offered(&app, id, product).await?);
    done(&app, id, None, &said).await
}

/// What was done is seen on the page; `next`: the search with which another product is chosen, instead of closing.
async fn done(app: &App, id: PriceListId, next: Option<&str>, said: &str) -> Result<Frag> {
    let (list, products) = (find(app, id).await?, store::offered(app.db(), id).await?);
    let after = match next {
        Some(typed) => view::choosing_dialog(&list, &products, typed),
        None => ui::dialog::closed(),
    };
    let redrawn = view::prices_redrawn(&list, &products);
    Ok(Frag(html! { (after) (redrawn) (view::said(said)) }))
}

async fn page(app: &App, by: &Manager, title: &str, content: Markup) -> Result<Response> {
    let settings = app.settings().await?;
    let here = url::price_lists();
    let page = Page(desk(&settings.cafe_name, by, title, &here, content));
    Ok(page.into_response())
}

async fn find(app: &App, id: PriceListId) -> Result<Kept> {
    let list = store::find(app.db(), hours(app).await?, id).await?;
    list.ok_or(Error::NotFound("price list"))
}

async fn offered(app: &App, list: PriceListId, product: ProductId) -> Result<Offered> {
    let product = store::offered_one(app.db(), list, product).await?;
    product.ok_or(Error::NotFound("product"))
}

async fn days(app: &App) -> Result<DayRule> {
    Ok(app.settings().await?.day_rule())
}

async fn hours(app: &App) -> Result<Hours> {
    Ok(Hours::at(app.clock().now(), &days(app).await?))
}

fn short(typed: String) -> String {
    typed.chars().take(60).collect()
}

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
