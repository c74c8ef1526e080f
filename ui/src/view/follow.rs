//! What follows signals, compiled once for each type of value instead of once for each place.

use leptos::prelude::*;

/// Runs `run` now, and again when what it reads changes. As `Effect::new`.
pub fn effect(run: impl FnMut() + 'static) {
    fn boxed(run: Box<dyn FnMut()>) {
        Effect::new(run);
    }
    boxed(Box::new(run));
}

type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;

/// A value that is computed anew when what it reads changes. As [`Memo::new`].
pub fn memo<T>(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    fn boxed<T>(compute: Compute<T>) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(compute)
    }
    boxed(Box::new(compute))
}

/// A row of a list: what it is known by, and how it is drawn where it is new.
struct Row {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A list whose rows stay while others come and go. As Leptos' `For`, with texts as keys.
pub fn keyed<T: Send + 'static>(
    each: impl Fn() -> Vec<T> + Send + 'static,
    key: impl Fn(&T) -> String + Send + 'static,
    draw: impl Fn(T) -> AnyView + Clone + Send + 'static,
) -> AnyView {
    fn boxed(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
        let (key, draw) = (|row: &Row| row.key.clone(), |row: Row| (row.draw)());
        leptos::view! { <For each=rows key=key children=draw/> }.into_any()
    }
    boxed(Box::new(move || {
        let row = |value: T| {
            let (key, draw) = (key(&value), draw.clone());
            Row {
                key,
                draw: Box::new(move || draw(value)),
            }
        };
        each().into_iter().map(row).collect()
    }))
}
