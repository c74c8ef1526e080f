//! Conditions that are written as expressions: `section.field == 'yes' and not (count > 2)`.
//!
//! The language is that of the npm package expr-eval, as the runner of XGov uses it.

use std::str::Chars;

use crate::rules::{DEPTH, Unable};

/// An expression as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    Text(String),
    Bool(bool),
    /// A field: `name`, `section.name`.
    Name(String),
    List(Vec<Expression>),
    Call(String, Vec<Expression>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    /// An operator between two.
    Two(&'static str, Box<Expression>, Box<Expression>),
    If(Box<Expression>, Box<Expression>, Box<Expression>),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Sign(&'static str),
}

const SIGNS: [&str; 27] = [
    "===", "!==", "==", "!=", ">=", "<=", "&&", "||", "<", ">", "(", ")", "[", "]", ",", "?", ":", "+", "-", "*", "/",
    "%", "!", "^", ".", ";", "=",
];

/// The most tokens of one expression, and its most bytes.
const MOST: usize = 2_000;
const MOST_BYTES: usize = 100_000;

fn tokens(text: &str) -> Result<Vec<Token>, Unable> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if found.len() >= MOST {
            return Err(unreadable("it is too long"));
        }
        if first == '\'' || first == '"' {
            let mut letters = rest.chars();
            letters.next();
            let text = quoted(&mut letters, first)?;
            found.push(Token::Text(text));
            rest = letters.as_str();
        } else if first.is_ascii_digit() {
            let length = rest
                .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
                .unwrap_or(rest.len());
            let (number, behind) = rest.split_at(length);
            found.push(Token::Number(
                number
                    .parse()
                    .map_err(|_| unreadable(&format!("`{number}` is no number")))?,
            ));
            rest = behind;
        } else if first.is_alphabetic() || first == '_' || first == '$' {
            let part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
            let length = rest.find(|letter| !part(letter)).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(length);
            found.push(Token::Name(name.to_owned()));
            rest = behind;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push(Token::Sign(sign));
            rest = rest.get(sign.len()..).unwrap_or_default();
        } else {
            return Err(unreadable(&format!("`{first}` means nothing in it")));
        }
        rest = rest.trim_start();
    }
    Ok(found)
}

fn quoted(letters: &mut Chars<'_>, quote: char) -> Result<String, Unable> {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.extend(letters.next().map(|escaped| match escaped {
                'n' => '\n',
                't' => '\t',
                other => other,
            })),
            letter if letter == quote => return Ok(text),
            letter => text.push(letter),
        }
    }
    Err(unreadable("a text in it has no end"))
}

fn unreadable(why: &str) -> Unable {
    Unable::new("unreadable_condition", format!("the expression cannot be read: {why}"))
}

/// Reads an expression.
pub(crate) fn parse(text: &str) -> Result<Expression, Unable> {
    if text.len() > MOST_BYTES {
        return Err(unreadable("it is too long"));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let expression = parser.expression()?;
    if parser.at < parser.tokens.len() {
        return Err(unreadable("something follows its end"));
    }
    Ok(expression)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

type Parsed = Result<Expression, Unable>;

impl Parser {
    fn sign(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let found = match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) => signs.iter().find(|wanted| *wanted == sign).copied(),
            Some(Token::Name(name)) => signs.iter().find(|wanted| name == *wanted).copied(),
            _ => None,
        };
        self.at += usize::from(found.is_some());
        found
    }

    fn needs(&mut self, sign: &'static str) -> Result<(), Unable> {
        self.sign(&[sign])
            .map(|_| ())
            .ok_or_else(|| unreadable(&format!("`{sign}` is missing")))
    }

    fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(unreadable("it nests too deep"));
        }
        let condition = self.or()?;
        let made = if self.sign(&["?"]).is_some() {
            let then = self.expression()?;
            self.needs(":")?;
            let otherwise = self.expression()?;
            Expression::If(Box::new(condition), Box::new(then), Box::new(otherwise))
        } else {
            condition
        };
        self.depth -= 1;
        Ok(made)
    }

    fn chain(&mut self, signs: &[&'static str], below: fn(&mut Parser) -> Parsed) -> Parsed {
        let mut left = below(self)?;
        let mut length = 0;
        while let Some(sign) = self.sign(signs) {
            length += 1;
            if length > 400 {
                return Err(unreadable("it is too long"));
            }
            let right = below(self)?;
            let sign = match sign {
                "&&" => "and",
                "||" => "or",
                "===" => "==",
                "!==" => "!=",
                sign => sign,
            };
            left = match left {
                // Kept flat: `a or b or c` is one operation.
                Expression::Two(before, first, second) if before == sign && matches!(sign, "and" | "or") => {
                    Expression::Call(sign.to_owned(), vec![*first, *second, right])
                }
                Expression::Call(name, mut parts) if name == sign && matches!(sign, "and" | "or") => {
                    parts.push(right);
                    Expression::Call(name, parts)
                }
                left => Expression::Two(sign, Box::new(left), Box::new(right)),
            };
        }
        Ok(left)
    }

    fn or(&mut self) -> Parsed {
        self.chain(&["or", "||"], Parser::and)
    }
    fn and(&mut self) -> Parsed {
        self.chain(&["and", "&&"], Parser::comparison)
    }
    fn comparison(&mut self) -> Parsed {
        self.chain(&["===", "!==", "==", "!=", ">=", "<=", ">", "<", "in"], Parser::sum)
    }
    fn sum(&mut self) -> Parsed {
        self.chain(&["+", "-"], Parser::product)
    }
    fn product(&mut self) -> Parsed {
        self.chain(&["*", "/", "%"], Parser::unary)
    }

    fn unary(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(unreadable("it nests too deep"));
        }
        let made = match self.sign(&["not", "!", "-", "+"]) {
            Some("not" | "!") => Expression::Not(Box::new(self.unary()?)),
            Some("-") => Expression::Negative(Box::new(self.unary()?)),
            Some(_) => self.unary()?,
            None => self.atom()?,
        };
        self.depth -= 1;
        Ok(made)
    }

    fn atom(&mut self) -> Parsed {
        if self.sign(&["("]).is_some() {
            let inner = self.expression()?;
            self.needs(")")?;
            return Ok(inner);
        }
        if self.sign(&["["]).is_some() {
            return Ok(Expression::List(self.listed("]")?));
        }
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            Some(Token::Number(number)) => Ok(Expression::Number(number)),
            Some(Token::Text(text)) => Ok(Expression::Text(text)),
            Some(Token::Name(name)) => match name.as_str() {
                "true" => Ok(Expression::Bool(true)),
                "false" => Ok(Expression::Bool(false)),
                _ => self.name(name),
            },
            _ => Err(unreadable("it ends too early")),
        }
    }

    /// A field's name, with the `-` that some have in them; or a call.
    fn name(&mut self, mut name: String) -> Parsed {
        while self.sign(&["."]).is_some() {
            match self.tokens.get(self.at) {
                Some(Token::Name(part)) => {
                    name.push('.');
                    name.push_str(part);
                    self.at += 1;
                }
                _ => return Err(unreadable("a name in it has no end")),
            }
        }
        if self.sign(&["("]).is_some() {
            return Ok(Expression::Call(name, self.listed(")")?));
        }
        Ok(Expression::Name(name))
    }

    fn listed(&mut self, end: &'static str) -> Result<Vec<Expression>, Unable> {
        let mut items = Vec::new();
        if self.sign(&[end]).is_some() {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if self.sign(&[end]).is_some() {
                return Ok(items);
            }
            self.needs(",")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expression as E, parse};

    #[test]
    fn an_expression_is_read_with_its_precedence() {
        let two = |sign, a, b| E::Two(sign, Box::new(a), Box::new(b));
        let name = |name: &str| E::Name(name.to_owned());
        assert_eq!(
            parse("a.b == 'it\\'s' and c > 2 or not (d)"),
            Ok(two(
                "or",
                two(
                    "and",
                    two("==", name("a.b"), E::Text("it's".to_owned())),
                    two(">", name("c"), E::Number(2.0))
                ),
                E::Not(Box::new(name("d")))
            ))
        );
        assert_eq!(
            parse("length(a)>=dateForComparison(-18,'years')"),
            Ok(two(
                ">=",
                E::Call("length".to_owned(), vec![name("a")]),
                E::Call(
                    "dateForComparison".to_owned(),
                    vec![E::Negative(Box::new(E::Number(18.0))), E::Text("years".to_owned())]
                )
            ))
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [
            "",
            "a ==",
            "(a",
            "a b",
            "'x",
            "a == #",
            "1.2.3",
            "f(a",
            "a.",
            &"(".repeat(5_000),
            &"!".repeat(5_000),
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
