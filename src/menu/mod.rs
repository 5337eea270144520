//! What is sold: categories, sections, products, the choices they offer, and lists of prices for certain hours. Owns the
//! tables of the menu. The whole menu is read into one [`Menu`] that all screens share; prices and sold-out marks
//! are asked again inside the transaction that adds a line.

mod actions;
pub mod choice;
mod daypart;
mod feed;
pub mod handlers;
mod pick;
pub mod price_lists;
pub mod product;
mod store;
pub mod view;

pub use actions::{
    follow_price_lists, give_back, product_now, put_back, put_back_after, set_stock, take,
};
pub use choice::{Choice, Chosen, MenuRefusal};
pub use daypart::Daypart;
pub use feed::MenuView;
pub use pick::{How, Pick, Prefix};
pub use price_lists::Hours;
pub use product::{Category, Group, Menu, Modifier, Product, Section, TaxClass, Until};
pub use store::{favourites, load, made_at, next_version, tax_classes};
pub use view::out_for_a_while;
