//! Values of attributes, classes and properties, and where they come from.

use std::borrow::Cow;

/// A value of an attribute, a class or a property.
#[derive(PartialEq)]
pub enum Value {
    /// Not there.
    Nothing,
    /// Text.
    Text(Cow<'static, str>),
    /// There or not.
    Flag(bool),
    /// A number, of a property.
    Number(f64),
}

/// Where a value comes from.
pub enum Source {
    /// It stays.
    Fixed(Value),
    /// It is computed anew when what it reads changes.
    Live(Box<dyn FnMut() -> Value + Send>),
}

/// What can be a value of an attribute, a class or a property.
pub trait IntoValue {
    /// As a value.
    fn into_value(self) -> Value;
}

/// What can stand as the value of an attribute, a class or a property in a `view!`.
pub trait IntoSource {
    /// As a source of values.
    fn into_source(self) -> Source;
}

macro_rules! values {
    ($($Type:ty: $value:ident => $made:expr;)+) => {
        $(
            impl IntoValue for $Type {
                fn into_value(self) -> Value {
                    let $value = self;
                    $made
                }
            }
            impl IntoSource for $Type {
                fn into_source(self) -> Source {
                    Source::Fixed(self.into_value())
                }
            }
        )+
    };
}

values! {
    &'static str: text => Value::Text(Cow::Borrowed(text));
    String: text => Value::Text(Cow::Owned(text));
    bool: flag => Value::Flag(flag);
    f64: number => Value::Number(number);
    u32: number => Value::Text(Cow::Owned(number.to_string()));
}

impl<V: IntoValue> IntoValue for Option<V> {
    fn into_value(self) -> Value {
        self.map_or(Value::Nothing, V::into_value)
    }
}

impl<S: IntoSource> IntoSource for Option<S> {
    fn into_source(self) -> Source {
        self.map_or(Source::Fixed(Value::Nothing), S::into_source)
    }
}

impl<F, V> IntoSource for F
where
    F: FnMut() -> V + Send + 'static,
    V: IntoValue,
{
    fn into_source(mut self) -> Source {
        Source::Live(Box::new(move || self().into_value()))
    }
}
