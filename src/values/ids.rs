//! The ids: one type per thing, so that a table's id cannot be given where an order's is meant.
//!
//! All are UUIDv7 (they sort by the time of their making, which keeps indexes compact) and may be minted by the browser:
//! an id says nothing about permission. In entities they are `uuid` columns, usable as primary and as nullable foreign keys.

use std::fmt::{self, Write};
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id of this moment.
            #[expect(clippy::new_without_default, reason = "a default that differs each time would mislead")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The bare UUID, for what knows no rooms (raw SQL, the outbox, a fingerprint).
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Whether somebody minted it: ordered by time (version 7), as we do, or at random (4), as a client that has
            /// nothing better may; not the nil UUID or whatever else fits the form.
            pub fn is_minted(self) -> bool {
                matches!(self.0.get_version_num(), 4 | 7)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl maud::Render for $name {
            fn render_to(&self, page: &mut String) {
                // Hexadecimal digits and hyphens need no escaping, and writing into a String cannot fail.
                let _ = write!(page, "{}", self.0);
            }
        }

        // SeaORM asks this of every primary key, for databases that count rows; ids here are never counted.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// A person who works here.
    StaffId;
    /// A paired till or wall display.
    TerminalId;
    /// What prints.
    PrinterId;
    /// Something that is to be printed.
    PrintJobId;
    /// A place where things are made: kitchen, bar, grill.
    StationId;
    /// A category of the menu.
    CategoryId;
    /// A section inside a category.
    SectionId;
    /// A product of the menu.
    ProductId;
    /// A tax class with its rate.
    TaxClassId;
    /// A group of modifiers, such as the kinds of milk.
    ModifierGroupId;
    /// One modifier, such as oat milk.
    ModifierId;
    /// An area of the floor, such as the veranda.
    AreaId;
    /// A table.
    TableId;
    /// An order.
    OrderId;
    /// A line of an order.
    LineId;
    /// A ticket of the kitchen.
    TicketId;
    /// A line of a ticket.
    TicketLineId;
    /// What was carried out from a pass at one moment.
    ServingId;
    /// A bill that was handed to guests.
    BillId;
    /// A print of a receipt.
    PrintId;
    /// A payment.
    PaymentId;
    /// Money that was asked for and is not there yet.
    AttemptId;
    /// Money that was given back.
    RefundId;
    /// A question for a manager at another screen.
    ApprovalId;
    /// A provider's statement that was read in.
    StatementId;
    /// A transaction on such a statement.
    StatementLineId;
    /// A list of prices that counts at certain hours.
    PriceListId;
    /// A shift.
    ShiftId;
    /// A count of a shift's cash.
    CountId;
    /// A movement of cash without a sale: float, paid in, paid out, drop.
    CashEntryId;
    /// A row of the audit log.
    AuditId;
    /// A backup.
    BackupId;
    /// A session's or a device's token.
    TokenId;
}

#[cfg(test)]
mod tests {
    use poem::test::TestClient;
    use poem::web::Path;
    use poem::{Route, get, handler};
    use sea_orm::sea_query::{ColumnType, Nullable, ValueType};
    use sea_orm::{
        ActiveModelTrait, ActiveValue, ColumnTrait, DbBackend, EntityTrait, QueryFilter,
        QueryTrait, Value,
    };

    use super::*;

    mod visit {
        use sea_orm::entity::prelude::*;

        use super::{OrderId, StaffId};

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "visit")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: OrderId,
            pub waiter: Option<StaffId>,
            #[sea_orm(has_many)]
            pub lines: HasMany<super::visit_line::Entity>,
        }

        impl ActiveModelBehavior for ActiveModel {}

        pub fn key_of(model: &Model) -> <PrimaryKey as PrimaryKeyTrait>::ValueType {
            model.id
        }
    }

    mod visit_line {
        use sea_orm::entity::prelude::*;

        use super::{LineId, OrderId};

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "visit_line")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: LineId,
            pub order_id: OrderId,
            #[sea_orm(belongs_to, from = "order_id", to = "id")]
            pub order: BelongsTo<super::visit::Entity>,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn order() -> OrderId {
        ID.parse().unwrap()
    }

    #[test]
    fn an_id_reads_writes_and_draws_as_its_uuid() {
        assert_eq!(order().to_string(), ID);
        assert_eq!(maud::html! { (order()) }.into_string(), ID);
        assert_eq!(
            serde_json::to_string(&order()).unwrap(),
            format!("\"{ID}\"")
        );
        assert_eq!(
            serde_json::from_str::<OrderId>(&format!("\"{ID}\"")).unwrap(),
            order()
        );
        assert_eq!(OrderId::from(order().uuid()), order());
        assert!("42".parse::<OrderId>().is_err());
    }

    #[test]
    fn fresh_ids_are_version_seven_and_sort_by_their_making() {
        let ids: Vec<_> = (0..1_000).map(|_| LineId::new()).collect();
        assert!(ids.iter().all(|id| id.uuid().get_version_num() == 7));
        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn an_id_is_a_uuid_column_nullable_or_not() {
        assert_eq!(OrderId::column_type(), ColumnType::Uuid);
        assert_eq!(Value::from(order()), Value::Uuid(Some(order().uuid())));
        assert_eq!(StaffId::null(), Value::Uuid(None));
        assert_eq!(Value::from(None::<StaffId>), Value::Uuid(None));
        assert_eq!(
            <OrderId as ValueType>::try_from(order().into()).unwrap(),
            order()
        );
    }

    #[test]
    fn entities_take_ids_as_primary_and_foreign_keys() {
        let waiter = StaffId::new();
        let model = visit::Model {
            id: order(),
            waiter: Some(waiter),
        };
        assert_eq!(visit::key_of(&model), order());

        let insert = visit::ActiveModel {
            id: ActiveValue::Set(order()),
            waiter: ActiveValue::Set(None),
        };
        assert_eq!(
            insert.get_primary_key_value().unwrap().into_iter().next(),
            Some(order().into())
        );
        let sql = visit::Entity::insert(insert)
            .build(DbBackend::Postgres)
            .to_string();
        assert!(sql.contains(&format!("VALUES ('{ID}', NULL)")), "{sql}");

        let by_key = visit::Entity::find_by_id(order())
            .build(DbBackend::Postgres)
            .to_string();
        assert!(
            by_key.ends_with(&format!("WHERE \"visit\".\"id\" = '{ID}'")),
            "{by_key}"
        );

        let mine = visit::Entity::find()
            .filter(visit::Column::Waiter.eq(waiter))
            .build(DbBackend::Postgres)
            .to_string();
        assert!(
            mine.contains(&format!("\"visit\".\"waiter\" = '{waiter}'")),
            "{mine}"
        );

        let lines = visit_line::Entity::find()
            .filter(visit_line::COLUMN.order_id.eq(order()))
            .build(DbBackend::Postgres);
        assert!(
            lines
                .to_string()
                .contains(&format!("\"order_id\" = '{ID}'")),
            "{lines}"
        );
    }

    #[handler]
    fn show(Path((order, line)): Path<(OrderId, LineId)>) -> String {
        format!("{order} {line}")
    }

    #[tokio::test]
    async fn a_path_takes_ids_and_refuses_what_is_none() {
        let client = TestClient::new(Route::new().at("/orders/:order/lines/:line", get(show)));
        let line = LineId::new();
        client
            .get(format!("/orders/{ID}/lines/{line}"))
            .send()
            .await
            .assert_text(format!("{ID} {line}"))
            .await;
        let refused = client.get(format!("/orders/{ID}/lines/7")).send().await;
        assert!(refused.0.status().is_client_error());
    }
}
