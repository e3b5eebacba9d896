//! Lists from page to page.

use super::world::World;
use crate::{Page, Paging, Problem};

async fn paging(world: &World, cursor: Option<&str>) -> Result<(Paging, Option<u32>), Problem> {
    Paging::open(&world.app, ("/numbers", &"even"), 2, cursor).await
}

#[tokio::test]
async fn pages_lead_through_the_list_and_end_with_it() {
    let world = World::new().await;
    let (all, mut seen, mut cursor) = ([2, 4, 6, 8], Vec::new(), None::<String>);
    for round in 0..2 {
        let (paging, after) = paging(&world, cursor.as_deref()).await.unwrap();
        let rest = all.into_iter().filter(|number| Some(*number) > after);
        let rows: Vec<u32> = rest.take(paging.rows() as usize).collect();
        let page: Page<u64> = paging.page(rows, |number| *number).unwrap();
        assert_eq!((page.items.len(), page.next_cursor.is_some()), (2, round == 0));
        seen.extend(page.items);
        cursor = page.next_cursor;
    }
    assert_eq!(seen, [2, 4, 6, 8]);
}

#[tokio::test]
async fn another_lists_cursor_is_refused() {
    let world = World::new().await;
    let (of_odd, _) = Paging::open::<u32>(&world.app, ("/numbers", &"odd"), 2, None).await.unwrap();
    let cursor = of_odd.seal(Some(&3)).unwrap().unwrap();
    assert_eq!(paging(&world, Some(&cursor)).await.unwrap_err().code(), "validation_failed");
}
