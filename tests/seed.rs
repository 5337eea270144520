//! The seed on a real Postgres: all of the house, once, and nothing over what a café made of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cafe_pos::data::private_postgres::{Options, PrivatePostgres};
use cafe_pos::seed::{self, Passwords, floor, menu, people};
use migration::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

/// A café's own Postgres with the schema, gone at the end of the test.
struct House {
    db: DatabaseConnection,
    _postgres: PrivatePostgres,
    _folder: TempDir,
}

impl House {
    async fn empty() -> Self {
        // Open to all, so that Postgres' own user can enter when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("seed")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        let postgres = PrivatePostgres::start(Options::throwaway(folder.path().join("postgres")))
            .expect("Postgres");
        postgres
            .door()
            .ensure_database("pos")
            .await
            .expect("a database");
        let db = Database::connect(postgres.door().url("pos"))
            .await
            .expect("a connection");
        Migrator::up(&db, None).await.expect("the schema");
        House {
            db,
            _postgres: postgres,
            _folder: folder,
        }
    }

    async fn number(&self, question: &str) -> i64 {
        let row = self
            .db
            .query_one_raw(Statement::from_string(
                self.db.get_database_backend(),
                question,
            ))
            .await
            .expect("an answer");
        row.expect("a row").try_get_by_index(0).expect("a number")
    }

    async fn change(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.expect("a change");
    }
}

#[tokio::test]
async fn a_bare_house_is_furnished_once() {
    let house = House::empty().await;
    let first = seed::seed_if_empty(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded")
        .expect("nobody was there");
    assert_eq!(first.people.len(), 14);
    let counts = [
        ("staff", 14),
        ("terminals", 5),
        ("stations", 2),
        ("areas", 2),
        ("dining_tables", 15),
        ("tax_classes", 2),
        ("categories", 9),
        ("sections", 25),
        ("products", 96),
        ("modifier_groups", menu::choices::GROUPS.len() as i64),
    ];
    for (table, rows) in counts {
        let there = house.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(there, rows, "{table}");
    }
    let asked: usize = menu::products().map(|product| product.groups.len()).sum();
    let there = house
        .number("SELECT count(*) FROM product_modifier_groups")
        .await;
    assert_eq!(there, asked as i64);
    assert_eq!(house.number("SELECT version FROM menu_version").await, 2);
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE must_change_password AND pin_hash IS NULL")
            .await,
        14
    );

    let again = seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded again");
    assert!(again.is_nothing(), "{again:?}");
    assert_eq!(house.number("SELECT version FROM menu_version").await, 2);
    let none = seed::seed_if_empty(&house.db, Passwords::Known, NOW)
        .await
        .expect("asked");
    assert!(none.is_none());
}

#[tokio::test]
async fn seeding_again_leaves_what_the_cafe_made_its_own() {
    let house = House::empty().await;
    seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded");
    let cappuccino = menu::products()
        .find(|product| product.number == 111)
        .expect("on the menu")
        .id();
    let amina = people::PEOPLE
        .iter()
        .find(|member| member.username == "amina")
        .expect("works here")
        .id();
    house
        .change(&format!(
            "UPDATE staff SET password_hash = 'hers', must_change_password = false, username = 'a.nantale' WHERE id = '{amina}';
             UPDATE products SET name = 'Kapuchino', price = 12000, deleted_at = now() WHERE id = '{cappuccino}';
             DELETE FROM product_modifier_groups WHERE product_id = '{cappuccino}'"
        ))
        .await;
    let again = seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded again");
    assert!(again.is_nothing(), "{again:?}");
    let waiting = people::never_signed_in(&house.db).await.expect("asked");
    assert_eq!(waiting.len(), 13, "Amina has a password of her own");
    let kept = house
        .number(&format!(
            "SELECT count(*) FROM staff, products WHERE staff.id = '{amina}' AND password_hash = 'hers' AND NOT must_change_password
             AND products.id = '{cappuccino}' AND price = 12000 AND products.name = 'Kapuchino'
             AND NOT EXISTS (SELECT FROM product_modifier_groups WHERE product_id = products.id)"
        ))
        .await;
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_cafe_with_a_coffee_shelf_of_its_own_keeps_it_and_gets_the_rest() {
    let house = House::empty().await;
    house
        .change(
            "INSERT INTO categories (id, name, icon, hue) VALUES (gen_random_uuid(), 'COFFEE', 'coffee', 1);
             INSERT INTO areas (id, name) VALUES (gen_random_uuid(), 'garden')",
        )
        .await;
    let seeded = seed::seed(&house.db, Passwords::OneTime, NOW)
        .await
        .expect("seeded");
    let coffees = menu::MENU[0]
        .sections
        .iter()
        .map(|section| section.products.len())
        .sum::<usize>();
    assert_eq!(
        house.number("SELECT count(*) FROM products").await,
        (menu::products().count() - coffees) as i64
    );
    assert_eq!(
        house.number("SELECT count(*) FROM dining_tables").await,
        floor::AREAS[0].tables.len() as i64
    );
    let passwords: std::collections::HashSet<_> = seeded
        .people
        .iter()
        .map(|person| &person.password)
        .collect();
    assert_eq!(
        passwords.len(),
        14,
        "in production nobody shares a password"
    );
}
