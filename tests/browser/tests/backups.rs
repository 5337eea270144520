//! An admin makes a backup and sees it proved, without touching the page meanwhile.

use cafe_pos_journeys::{House, View, journey};

#[tokio::test]
async fn a_backup_is_made_and_proved_before_an_admins_eyes() {
    journey("backups", async |house: &House| {
        let office = house.screen("Ruth's laptop", View::TABLET).await?;
        office.signs_in_first("ruth").await?;
        office.goes_to("/backups").await?;
        office.taps("header button.primary", "Back up now").await?;
        office.sees("#notice", "A backup is being made.").await?;
        office.sees("#backups tr", "Asked for by Ruth").await?;
        office.sees("#backups .banner", "Backed up.").await?;
        for view in [View::TABLET, View::UPRIGHT, View::PHONE] {
            office.resize(view).await?;
            office.fits("backups").await?;
        }
        office.resize(View::TABLET).await?;
        if let Some(folder) = std::env::var_os("PICTURES") {
            office
                .picture(&std::path::Path::new(&folder).join("backups-1280.png"))
                .await?;
            office.resize(View::PHONE).await?;
            office
                .picture(&std::path::Path::new(&folder).join("backups-390.png"))
                .await?;
        }
        // Taken away and put back: it is the same, so the list has it already. The address is as a browser asks it.
        office.will_be_refused(409);
        office
            .ask(
                "(async () => { \
                    const link = document.querySelector('#backups a[download]'); \
                    const file = await (await fetch(link.href)).blob(); \
                    const carrier = new DataTransfer(); \
                    carrier.items.add(new File([file], 'backup.tar')); \
                    document.querySelector('#backup-upload input[type=file]').files = carrier.files; \
                    return file.size; })()",
            )
            .await?;
        office.taps("#backup-upload button", "Upload").await?;
        office
            .sees("#notice", "This backup is in the list already.")
            .await?;
        office.types("#hour", "5").await?;
        office.taps("#backup-plan button", "Save").await?;
        office.sees("#notice", "Saved.").await
    })
    .await;
}
